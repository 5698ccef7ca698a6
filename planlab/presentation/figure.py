"""Figures by name: what draws itself for the page and for print from one set of rows."""

import inspect
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from planlab.base.registry import PartWarning, Registry, left_out, reason_of
from planlab.presentation.digest import Comparable, Digest, digest
from planlab.presentation.style import save_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Printed

__all__ = ["FIGURES", "Drawing", "Figure", "Section", "figure", "printed", "save_figures", "sections"]

FIGURES = Registry("figure", many=True)
"""All figures of a comparison by name."""


class Section(NamedTuple):
    """What a figure puts on the page.

    Parameters
    ----------
    html
        What stands below the title; where an element has ``data-chart``, the chart of that name is drawn.
    charts
        Vega-Lite specifications by name.
    introduced
        Whether what is seen is explained in `html`; otherwise the figure's docstring explains it.
    """

    html: str
    charts: dict[str, Any]
    introduced: bool = False


@runtime_checkable
class Drawing(Protocol):
    """What a figure's function returns, for instance a `planlab.Chart`: rows, and how they are drawn twice."""

    def page(self, summary: Digest, name: str) -> Section:
        """Return the figure for the page, the names of its charts beginning with its own."""

    def printed(self, summary: Digest) -> "Printed":
        """Return the figure for print."""


class Figure(NamedTuple):
    """A figure of a comparison.

    Parameters
    ----------
    name
        What its files are called.
    title
        What stands above it on the page.
    draw
        From a comparison's digest to a `Drawing`.
    """

    name: str
    title: str
    draw: Callable[[Digest], Drawing]

    @property
    def said(self) -> str:
        """The first paragraph of its function's docstring."""
        return (inspect.getdoc(self.draw) or "").split("\n\n")[0].replace("\n", " ")

    def drawing(self, summary: Digest) -> Drawing:
        """Return what is drawn.

        Raises
        ------
        TypeError
            If the function returns something else.
        """
        found = self.draw(summary)
        if not isinstance(found, Drawing):
            raise TypeError(f"the figure {self.name!r} is {found!r:.60}; let its function return a pl.Chart")
        return found


def figure(title: str = "") -> Callable[[Callable[[Digest], Any]], Callable[[Digest], Any]]:
    """Add the function below to the figures that are drawn of every comparison, for the page and for print.

    Parameters
    ----------
    title
        What stands above it on the page; by default its name.

    Returns
    -------
    callable
        Takes a function from a `planlab.presentation.digest.Digest` to a `planlab.Chart`, and returns it as it is. The
        first paragraph of its docstring stands below the title.

    Examples
    --------
    >>> import planlab as pl
    >>> @pl.figure(title="Messages")
    ... def messages(summary):
    ...     rows = [{"mechanism": row.mechanism, "sent": row["messages"].mean} for row in summary.rows]
    ...     return pl.Chart(rows, x="mechanism", y="sent")
    >>> FIGURES.find("messages").title
    'Messages'
    >>> FIGURES.forget("messages")
    """
    if not isinstance(title, str):
        raise TypeError(f"title is {title!r}; write @pl.figure(), or @pl.figure(title='Hunger'), above the function.")

    def add(function: Callable[[Digest], Any]) -> Callable[[Digest], Any]:
        name = function.__name__
        shown = title or name.replace("_", " ").capitalize()
        FIGURES.add(name, Figure(name, shown, function), function.__module__)
        return function

    return add


def sections(summary: Digest) -> Iterator[tuple[Figure, Section]]:
    """Yield every figure and what it puts on the page; where one of a user's cannot be drawn, the reason."""
    own = FIGURES.own()
    for each in FIGURES.all().values():
        try:
            section = each.drawing(summary).page(summary, each.name)
            if foreign := [
                name for name in section.charts if name != each.name and not name.startswith(f"{each.name}-")
            ]:
                raise ValueError(f"its chart {foreign[0]!r} is not called {each.name!r} or '{each.name}-...'")
            yield each, section
        except Exception as error:
            if each.name not in own:
                raise
            from markupsafe import escape

            said = escape(f"This figure cannot be drawn ({reason_of(error)}).")
            yield each, Section(f'<p class="warning">{said}</p>', {})


def printed(comparison: Comparable | Digest, *names: str) -> "dict[str, Printed]":
    """Return figures for print by name.

    Parameters
    ----------
    comparison
        What `planlab.compare` returned, anything with its frames, or its digest.
    *names
        Which; by default all. One of a user's that cannot be drawn is left out with a warning.
    """
    summary, own = comparison if isinstance(comparison, Digest) else digest(comparison), FIGURES.own()
    found = {}
    for name in names or FIGURES.all():
        try:
            with style():
                found[name] = FIGURES.find(name).drawing(summary).printed(summary)
        except Exception as error:
            if name not in own:
                raise
            said = f"The figure {name!r} cannot be drawn ({reason_of(error)})."
            warnings.warn(left_out(said), PartWarning, stacklevel=2)
    return found


def save_figures(comparison: Comparable, folder: str | os.PathLike[str]) -> list[Path]:
    """Save every figure as SVG and PNG.

    Parameters
    ----------
    comparison
        What `planlab.compare` returned, or anything with its frames.
    folder
        Where to write; made if it is not there.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    return [path for name, drawn in printed(comparison).items() for path in save_figure(drawn, folder, name)]
