"""A small chart for print."""

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from planlab.presentation.digest import Digest
from planlab.presentation.layout import digits_of, ticks
from planlab.presentation.style import COLOURS, INK, MARKERS, SOFT, new_figure, plain, tidy
from planlab.presentation.wording import percent, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planlab.presentation.chart import Chart

__all__ = ["printed"]

BAND = 0.8
"""The part of a name's room that its bars or points take."""


def printed(drawn: "Chart", summary: Digest) -> "Figure":
    """Return a chart for print, a panel each."""
    count = len(drawn.panels)
    across = min(2 if drawn.is_named else 3, count)
    down = math.ceil(count / across)
    tall = max(1.2, 0.5 + 0.2 * len(drawn.names) * len(drawn.groups)) if drawn.is_named else 2.6
    figure = new_figure((6.4 if across == 1 else 3.6) * across, tall * down + 0.6, apart=0.05)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for k, axes in enumerate(grid.flat):
        if k >= count:
            axes.set_axis_off()
            continue
        tidy(axes, "x" if drawn.is_named else "y")
        for mechanism, behaviour, mine in drawn.by_series([p for p in drawn.points if p["panel"] == drawn.panels[k]]):
            _draw(drawn, axes, summary.place_of(mechanism), mechanism, behaviour, mine)
        _set_ticks(drawn, axes)
        if drawn.panels[k]:
            axes.set_title(plain(title_of(drawn.panels[k]), 200, 10, "bold"))
    x, y = map(plain, drawn.titles)
    figure.supxlabel(y if drawn.is_named else x, color=SOFT, fontsize=9)
    if not drawn.is_named:
        figure.supylabel(y, color=SOFT, fontsize=9)
    _add_legend(drawn, figure, list(grid.flat[:count]))
    return figure


def _draw(drawn: "Chart", axes: "Axes", k: int, mechanism: str, behaviour: str, points: Sequence[Any]) -> None:
    """Draw what one mechanism did under one behaviour."""
    colour, is_first = COLOURS[max(k, 0) % len(COLOURS)], behaviour == drawn.behaviours[0]
    if drawn.mark == "line":  # along the axis, as on the page, in whatever order the rows are
        points = sorted((point for point in points if math.isfinite(_place(drawn, point))), key=partial(_place, drawn))
    label = plain(" · ".join(filter(None, map(title_of, (mechanism, behaviour)))))
    places, values = [_place(drawn, point) for point in points], [point["y"] for point in points]
    low, high = ([point[end] for point in points] for end in ("low", "high"))
    pair = (values, places) if drawn.is_named else (places, values)
    look: dict[str, Any] = {"color": colour, "label": label}
    if drawn.mark == "bar":
        draw: Any = axes.barh if drawn.is_named else axes.bar
        draw(
            places,
            values,
            BAND / len(drawn.groups) if drawn.is_named else _width(drawn),
            alpha=1.0 if is_first else 0.45,
            **look,
        )
    else:
        look |= {"marker": MARKERS[max(k, 0) % len(MARKERS)], "markerfacecolor": colour if is_first else "white"}
        line: Any = (
            "none"
            if drawn.mark == "point"
            else "solid"
            if is_first
            else (0, (3, 1 + drawn.behaviours.index(behaviour)))
        )
        small = drawn.mark == "line"
        look |= {
            "linestyle": line,
            "linewidth": 1.5,
            "markersize": 3.5 if small else 7,
            "markeredgewidth": 1.0 if small else 1.6,
        }
        axes.plot(*pair, **look)
    if low == high:
        return
    if drawn.mark == "line" and not drawn.is_named:
        axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)
        return
    spread = [
        [v - end for v, end in zip(values, low, strict=True)],
        [end - v for v, end in zip(values, high, strict=True)],
    ]
    error: dict[str, Any] = {"xerr" if drawn.is_named else "yerr": spread, "fmt": "none", "elinewidth": 1}
    axes.errorbar(pair[0], pair[1], ecolor=INK if drawn.mark == "bar" else colour, **error)


def _place(drawn: "Chart", point: Any) -> float:
    if not drawn.is_named:
        return point["x"]
    n, k = len(drawn.groups), drawn.groups.index(drawn.group(point))
    return drawn.names.index(point["x"]) + (k - (n - 1) / 2) * BAND / n


def _width(drawn: "Chart") -> float:
    """Return how wide bars are that stand at numbers."""
    places = sorted({point["x"] for point in drawn.points})
    return BAND * min((b - a for a, b in zip(places, places[1:], strict=False)), default=1.0)


def _set_ticks(drawn: "Chart", axes: "Axes") -> None:
    for which, ends in drawn.ends.items():
        is_up = (which == "y") is not drawn.is_named
        marks = ticks(*ends)
        digits = digits_of(marks)
        texts = [percent(mark, digits) if which in drawn.percent else f"{mark:,.6g}" for mark in marks]
        (axes.yaxis if is_up else axes.xaxis).set_ticks(marks, texts)
        (axes.set_ylim if is_up else axes.set_xlim)(*ends)
    if drawn.is_named:
        axes.set_yticks(range(len(drawn.names)), [plain(title_of(name), 130) for name in drawn.names])
        axes.set_ylim(len(drawn.names) - 0.4, -0.6)


def _add_legend(drawn: "Chart", figure: "Figure", panels: Sequence["Axes"]) -> None:
    """Say what the colours and the filling mean, where that is not written at the marks."""
    found: dict[str, Any] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        found |= {label: handle for handle, label in zip(handles, labels, strict=True) if label not in found}
    if len(found) > 1 and len(drawn.groups) > 1:
        figure.legend(list(found.values()), list(found), loc="outside upper center", ncols=3, frameon=False, fontsize=8)
