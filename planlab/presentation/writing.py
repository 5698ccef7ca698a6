"""Results as a page and figures, in a folder."""

import os
from collections.abc import Callable
from pathlib import Path

from planlab.presentation.figure import save_figures
from planlab.presentation.frontier_page import write_frontier_page
from planlab.presentation.frontier_plot import save_frontier_figures
from planlab.presentation.incentive_page import write_incentive_page
from planlab.presentation.incentive_plots import save_incentive_figures
from planlab.presentation.page import write_comparison_page
from planlab.study.comparison import Comparison
from planlab.study.files import place
from planlab.study.frontier import Frontier
from planlab.study.incentive_profile import IncentiveProfile
from planlab.study.store import FIGURES_FOLDER, PAGE, note_page

__all__ = ["draw", "write_page"]

Result = Comparison | IncentiveProfile | Frontier

FORMS: dict[type, tuple[Callable[..., list[Path]], Callable[..., Path]]] = {
    Comparison: (save_figures, write_comparison_page),
    IncentiveProfile: (save_incentive_figures, write_incentive_page),
    Frontier: (save_frontier_figures, write_frontier_page),
}
"""How the figures of each kind of results are saved, and how their page is written."""


def write_page(result: Result, path: str | os.PathLike[str]) -> Path:
    """Write results as one HTML file that works offline, with the figures as files beside it.

    Parameters
    ----------
    result
        What `planlab.compare`, `planlab.incentive_profile` or `planlab.frontier` returned.
    path
        A folder, for ``index.html`` and ``figures``; made if it is not there. Or a file that ends in ``.html``, for
        the page alone.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    TypeError
        For what has no page.
    ModuleNotFoundError
        Without the ``report`` extra.

    Examples
    --------
    >>> import planlab as pl
    >>> comparison = pl.compare("standstill", "three_sector", periods=2, seeds=1)
    >>> from tempfile import mkdtemp
    >>> pl.write_page(comparison, f"{mkdtemp()}/standstill.html").name
    'standstill.html'
    """
    if not isinstance(result, Result):
        told = "planlab.compare, planlab.incentive_profile or planlab.frontier"
        raise TypeError(f"result is {result!r:.80}; give what {told} returns.")
    path = Path(path)
    if path.suffix == ".html":
        return place(path.parent, lambda aside: FORMS[type(result)][1](result, aside / path.name))[0]
    place(path, lambda aside: draw(result, aside))
    note_page(path)
    return path / PAGE


def draw(result: Result, folder: Path) -> None:
    """Draw page and figures of some results into a folder."""
    save, write = FORMS[type(result)]
    save(result, folder / FIGURES_FOLDER)
    write(result, folder / PAGE)
