"""A bar for whoever waits at a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Advance", "progress_bar"]

Advance = Callable[[str, int], None]
"""Says what is being done, and how many steps are."""


@contextmanager
def progress_bar(progress: bool | None, steps: int) -> Iterator[Advance]:
    """Yield a function that shows what is being done and that some steps are done."""
    if progress is False or (progress is None and not sys.stderr.isatty()):
        yield lambda text, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=steps)
        yield lambda text, done: bar.update(task, description=text.replace("_", " "), advance=done)
