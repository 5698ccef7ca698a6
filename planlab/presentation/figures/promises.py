"""What plans promised and what came of them."""

from typing import TYPE_CHECKING, NamedTuple

from planlab.presentation.digest import Digest, Row
from planlab.presentation.figure import Section, figure
from planlab.presentation.fragments import rendered
from planlab.presentation.layout import limits, ticks
from planlab.presentation.style import SOFT, beside, colour_of, marker_of, new_figure, plain, set_ticks, tidy
from planlab.presentation.vega import Spec, axis, chart, coloured, layer, scale, shaped, tips
from planlab.presentation.wording import percent, points, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Promises", "promises", "promises_chart"]

PLACE = 4.0


class Promise(NamedTuple):
    """What a row's plans promised, and what came of them."""

    place: int
    row: Row
    planned: float
    achieved: float


def made(summary: Digest) -> tuple[list[Promise], tuple[float, float]]:
    """Return what was promised in each row, and the ends of the axis."""
    found = [
        Promise(place, row, *summary.promises[row.mechanism, row.behaviour])
        for place, row in enumerate(summary.rows)
        if (row.mechanism, row.behaviour) in summary.promises
    ]
    return found, limits([value for each in found for value in (each.planned, each.achieved)], 0.0, 1.0)


@figure(title="Promises and outcomes")
def promises(summary: Digest) -> "Promises":
    """Draw what plans promised and what happened, one line per mechanism and behaviour."""
    return Promises()


class Promises:
    """Ticks are promises, markers outcomes, the number is the gap in percentage points."""

    def page(self, summary: Digest, name: str) -> Section:
        """Return a chart of all rows."""
        return Section(
            rendered("figures/promises.html.jinja", name=name), {name: promises_chart(summary)}, introduced=True
        )

    def printed(self, summary: Digest) -> "Figure":
        """Return a line per mechanism and behaviour."""
        found, ends = made(summary)
        rows = [each.row for each in found]
        figure = new_figure(7.2, 0.9 + 0.32 * len(rows))
        axes = figure.subplots()
        tidy(axes, "x")
        labels, at, height = [], [], 0.0
        for k, (_, row, planned, achieved) in enumerate(found):
            height += 1.0 if k and rows[k - 1].index == row.index else 1.45
            colour = colour_of(row.index)
            axes.plot(
                [planned, achieved], [height, height], color=colour, linewidth=4, alpha=0.45, solid_capstyle="butt"
            )
            axes.plot(planned, height, marker="|", markersize=12, markeredgewidth=2.2, color=colour)
            fill = colour if row.honest else "white"
            axes.plot(
                *(achieved, height),
                marker=marker_of(row.index),
                markersize=7,
                markerfacecolor=fill,
                color=colour,
                markeredgewidth=1.6,
            )
            gap = points(achieved - planned, sign=True)
            beside(axes, (ends[1], height), gap, colour, xytext=(42, 0), ha="right")
            labels.append(plain(f"{title_of(row.mechanism)} · {title_of(row.behaviour)}", 210))
            at.append(height)
        axes.set_yticks(at, labels)
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_color(colour_of(row.index))
        axes.set_ylim(height + 0.8, 0.6)
        axes.set_xlim(*ends)
        beside(axes, (ends[1], 0.9), "points", SOFT, xytext=(42, 0), ha="right")
        axes.set_xlabel("needs met: promised |, achieved at the marker")
        set_ticks(axes.xaxis, ticks(*ends, fewest=4))
        return figure


def promises_chart(digest: Digest) -> Spec:
    """Return what plans promised and what happened, one row per mechanism and behaviour.

    Parameters
    ----------
    digest
        What is shown.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    found, ends = made(digest)
    rows: list[Spec] = [
        {
            "index": row.index,
            "mechanism": title_of(row.mechanism),
            "behaviour": title_of(row.behaviour),
            "honest": row.honest,
            "place": place,
            "label": f"{title_of(row.mechanism)} · {title_of(row.behaviour)}",
            **{"planned": planned, "achieved": achieved},
            "gap": percent(achieved - planned, sign=True).replace("%", "points"),
            **{"promised": percent(planned), "happened": percent(achieved)},
        }
        for place, row, planned, achieved in found
    ]
    x, y = axis("achieved"), {"field": "place", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    told = tips(mechanism="mechanism", behaviour="reports", promised="promised", happened="achieved", gap="gap")
    colours, shapes = coloured(digest), shaped(digest)
    bar = {"x": axis("planned"), "x2": {"field": "achieved"}, "y": y} | coloured(digest, 0.55)
    promise = {"x": axis("planned"), "y": y, "tooltip": told} | colours
    outcome = {"x": x, "y": y, "tooltip": told} | colours | shapes
    words = {"x": {"value": 0}, "y": y, "text": {"field": "label"}} | colours
    gaps = {"x": {"value": "width"}, "y": y, "text": {"field": "gap"}} | colours
    honest, lying = ([row for row in rows if row["honest"] is which] for which in (True, False))
    layers = [
        layer("rule", rows, bar, strokeWidth=5),
        layer("tick", rows, promise, orient="vertical", thickness=3, size=18),
        layer("point", honest, outcome, filled=True, size=110),
        layer("point", lying, outcome, filled=False, style="lying", size=95),
        layer("text", rows, words, align="left", dy=-19, style="name", limit={"expr": "width - 100"}),
        layer("text", rows, gaps, align="right", dy=-19, style="value"),
    ]
    across = scale(ends, None, orient="top", labelPadding=9)
    return chart("What plans promised and what happened", 50 * len(rows), layers, x=across)
