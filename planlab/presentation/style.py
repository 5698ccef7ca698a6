"""How figures look: planlab's colours, markers and lettering, whatever the user's settings are."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planlab.presentation.digest import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "INK", "LINE", "MARKERS", "SOFT", "STYLE", "in_percent", "new_figure", "plain", "style", "tidy"]

COLOURS = ("#0072b2", "#d55e00", "#00845f", "#a4508b", "#946b00", "#2f8fc4", "#6b6b6b", "#8c2d2d")
"""After Okabe & Ito (2008), darkened until each has a contrast of 3 to 1 on white; told apart without colour vision."""

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


def plain(text: str, width: int = 0) -> str:
    r"""Return a name as Matplotlib should print it, never as a formula, and shortened where a width is given.

    Examples
    --------
    >>> print(plain("cost in $ or $1000"))
    cost in \$ or \$1000
    """
    text = textwrap.shorten(text, width, placeholder="…") if width and len(text) > width else text
    return text.replace("$", r"\$")


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure of a size in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def tidy(axes: "Axes", grid: str = "y") -> None:
    """Leave nothing around the axes but a grid, along one direction or ``"both"``."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    # Matplotlib's types are narrower than what it takes
    axes.grid(axis=grid, color=LINE, linewidth=0.7)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def in_percent(axis: object, digits: int = 0, sign: bool = False) -> None:
    """Write an axis's shares in per cent."""
    # an axis of either kind
    axis.set_major_formatter(lambda value, _: percent(value, digits, sign and abs(value) > 1e-9))  # type: ignore[attr-defined]
