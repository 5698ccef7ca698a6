"""Results as a page and figures, in a folder."""

import os
from pathlib import Path

from planlab.presentation.figure import save_figures
from planlab.presentation.incentive_page import write_incentive_page
from planlab.presentation.incentive_plots import save_incentive_figures
from planlab.presentation.page import write_comparison_page
from planlab.study.comparison import Comparison
from planlab.study.files import place
from planlab.study.incentive_profile import IncentiveProfile
from planlab.study.store import FIGURES_FOLDER, PAGE, note_page

__all__ = ["draw", "write_page"]

Result = Comparison | IncentiveProfile


def write_page(result: Result, path: str | os.PathLike[str]) -> Path:
    """Write results as one HTML file that works offline, with the figures as files beside it.

    Parameters
    ----------
    result
        What `planlab.compare` or `planlab.incentive_profile` returned.
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
    >>> pl.write_page(comparison, "standstill.html").name
    'standstill.html'
    """
    if not isinstance(result, Comparison | IncentiveProfile):
        raise TypeError(f"result is {result!r:.80}; give what planlab.compare or planlab.incentive_profile returns.")
    path = Path(path)
    if path.suffix == ".html":
        return place(path.parent, lambda aside: _page(result, aside / path.name))[0]
    place(path, lambda aside: draw(result, aside))
    note_page(path)
    return path / PAGE


def draw(result: Result, folder: Path) -> None:
    """Draw page and figures of some results into a folder."""
    if isinstance(result, Comparison):
        save_figures(result, folder / FIGURES_FOLDER)
    else:
        save_incentive_figures(result, folder / FIGURES_FOLDER)
    _page(result, folder / PAGE)


def _page(result: Result, path: Path) -> Path:
    return write_comparison_page(result, path) if isinstance(result, Comparison) else write_incentive_page(result, path)
