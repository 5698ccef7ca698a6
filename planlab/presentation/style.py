"""How figures look: planlab's colours, markers and lettering, whatever the user's settings are."""

import io
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planlab.presentation.layout import digits_of
from planlab.presentation.wording import percent
from planlab.study.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    *("COLOURS", "INK", "LINE", "MARKERS", "SOFT", "STYLE", "beside", "colour_of", "in_percent", "marker_of"),
    *("new_figure", "plain", "save_figure", "set_ticks", "shortened", "style", "tidy", "width_of"),
]

COLOURS = ("#2546f7", "#e26b0c", "#1f4b4e", "#aa7dbd", "#965600", "#757a72", "#2b1c30", "#8b0509")
"""Blue, orange, teal, lilac, brown, grey, black and red: far apart for eyes with and without any kind of colour
blindness, with a contrast of 3 to 1 on white; the page has others, as far apart, for the dark."""

MARKERS = ("o", "s", "^", "D", "v", "P", "<", ">")
INK, SOFT, LINE = "#1c1f24", "#5b626c", "#e2e0da"
STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "svg.hashsalt": "planlab",
}


@contextmanager
def style() -> Iterator[None]:
    """Set planlab's style whatever the user's is, and give the user's back."""
    try:
        import matplotlib as mpl
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Figures need matplotlib: pip install 'planlab[report]'.") from error
    settings: Any = dict(mpl.rcParamsDefault) | {"backend": mpl.rcParams["backend"]} | STYLE
    with mpl.rc_context(settings):
        yield


@cache
def width_of(text: str, size: float = 9.0, weight: str = "normal") -> float:
    """Return how wide a line of text is, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0])


def plain(text: str, room: float = math.inf, size: float = 9.0, weight: str = "normal") -> str:
    r"""Return a name as Matplotlib should print it, never as a formula, and shortened to the room it has, in points.

    Examples
    --------
    >>> print(plain("cost in $ or $1000"))
    cost in \$ or \$1000
    >>> plain("Donaudampfschifffahrt", 70)
    'Donaudampf…'
    """
    return shortened(text, room, size, weight).replace("$", r"\$")


def shortened(text: str, room: float, size: float = 9.0, weight: str = "normal") -> str:
    """Return a name shortened to the room it has, in points."""
    shown = text
    while text and width_of(shown, size, weight) > room:
        text = text[:-1].rstrip()
        shown = text + "…"
    return shown


def new_figure(width: float, height: float, apart: float = 0.02) -> "Figure":
    """Return an empty figure of a size in inches, and what part of its width lies free between panels."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(wspace=apart))


def tidy(axes: "Axes", grid: str = "y") -> None:
    """Leave nothing around the axes but a grid, along one direction or ``"both"``."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis=grid, color=LINE, linewidth=0.7)  # type: ignore[arg-type]  # Matplotlib takes any of these texts
    axes.set_axisbelow(True)


def in_percent(axis: object, digits: int = 0, sign: bool = False) -> None:
    """Write an axis's shares in per cent."""

    def written(value: float, _: object) -> str:
        return percent(value, digits, sign and abs(value) > 1e-9)

    axis.set_major_formatter(written)  # type: ignore[attr-defined]  # an axis of either kind


def colour_of(index: int) -> str:
    """Return the colour of a mechanism, by its place."""
    return COLOURS[index % len(COLOURS)]


def marker_of(index: int) -> str:
    """Return the marker of a mechanism, by its place."""
    return MARKERS[index % len(MARKERS)]


def beside(axes: "Axes", place: tuple[float, float], text: str, colour: str, **style: Any) -> None:
    """Write a text beside a place, outside the axes where there is no room."""
    where: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    axes.annotate(text, place, color=colour, **(where | style))


def set_ticks(axis: object, places: Sequence[float], sign: bool = False, room: float = math.inf) -> None:
    """Set an axis's ticks and write them in per cent, with as many digits as tell them apart.

    Where they do not stand apart in so many points, every other one goes, but three stay.
    """
    digits = digits_of(places)
    names = [percent(place, digits, sign and place != 0) for place in places]
    while len(places) > 4 and sum(width_of(name) + 6 for name in names) > room:
        places, names = places[::2], names[::2]
    axis.set_ticks(places, names)  # type: ignore[attr-defined] # an axis of either kind


def save_figure(figure: "Figure", folder: str | os.PathLike[str], name: str) -> list[Path]:
    """Save a figure as SVG and PNG, each file whole or not at all; return the files.

    The same figure gives the same bytes every time.
    """
    folder, paths = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    about: dict[str, dict[str, Any]] = {"svg": {"metadata": {"Date": None}}, "png": {"dpi": 200}}
    for form, more in about.items():
        held = io.BytesIO()
        with style():
            figure.savefig(held, format=form, facecolor="white", bbox_inches="tight", pad_inches=0.08, **more)
        paths.append(folder / f"{name}.{form}")
        write_whole(paths[-1], held.getvalue())
    return paths
