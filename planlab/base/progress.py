"""How far long work has got: a bar at a terminal, and now and then a line elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Advance", "progress_bar"]

Advance = Callable[[str, int], None]
"""Says what is being done, and how many steps are."""

FIRST, LONGEST = 10.0, 60.0
"""Seconds until the first line, and at most between two."""


@contextmanager
def progress_bar(progress: bool | None, steps: int) -> Iterator[Advance]:
    """Yield a function that shows what is being done and that some steps are done.

    Parameters
    ----------
    progress
        Whether to show anything on standard error: a bar at a terminal, and elsewhere plain lines from ten seconds on.
        ``None``: yes.
    steps
        How many there are.
    """
    if progress is False:
        yield lambda text, done: None
    elif sys.stderr.isatty():
        with _bar(steps) as advance:
            yield advance
    else:
        with _lines(steps) as advance:
            yield advance


@contextmanager
def _bar(steps: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=steps)
        yield lambda text, done: bar.update(task, description=_readable(text), advance=done)


@contextmanager
def _lines(steps: int) -> Iterator[Advance]:
    """Write a line after ten seconds, and then in growing intervals, also while nothing is finished."""
    began, over, lock = time.perf_counter(), threading.Event(), threading.Lock()
    text, done = "starting", 0

    def advance(now: str, more: int) -> None:
        nonlocal text, done
        with lock:
            text, done = now, done + more

    def report() -> None:
        interval = FIRST
        while not over.wait(interval):
            seconds = time.perf_counter() - began
            print(f"{done} of {steps} done after {seconds:.0f} s: {_readable(text)}", file=sys.stderr, flush=True)
            interval = min(LONGEST, 1.5 * interval)

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        yield advance
    finally:
        over.set()
        reporter.join()


def _readable(text: str) -> str:
    return text.replace("_", " ")
