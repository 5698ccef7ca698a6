"""Needs met against throughput."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planlab.presentation.digest import Digest, Row
from planlab.presentation.figure import Section, figure
from planlab.presentation.fragments import rendered
from planlab.presentation.layout import apart, limits, spread, ticks
from planlab.presentation.style import (
    INK,
    SOFT,
    beside,
    colour_of,
    marker_of,
    new_figure,
    plain,
    set_ticks,
    shortened,
    tidy,
)
from planlab.presentation.vega import Spec, axis, bound_line, chart, coloured, layer, scale, shaped, tips
from planlab.presentation.wording import drawn_as, percent, ranged, title_of
from planlab.scoring.score import NEEDS
from planlab.study.intervals import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Frontier", "frontier", "frontier_chart"]

PLACE = 1.0
LABEL_GAP, MARKER = 18, 13
"""Pixels from label to label and from marker to marker."""

NAME_ROOM = 110
"""Points for a mechanism's name, after which its number follows in full."""

NARROWEST = 260
"""Pixels that a chart's data has at least; where markers would hide one another at this width they are moved apart."""


@dataclass(frozen=True)
class Panel:
    """What is shown of one behaviour, on a scale of its own.

    Parameters
    ----------
    rows
        Those of which both numbers are known.
    growth
        The column that holds throughput growth.
    up, across
        The ends of the axes.
    """

    rows: list[Row]
    growth: str
    up: tuple[float, float]
    across: tuple[float, float]

    @property
    def means(self) -> list[tuple[float, float]]:
        """Where markers stand."""
        return [(row[self.growth].mean, row[NEEDS].mean) for row in self.rows]

    @classmethod
    def of(cls, summary: Digest, behaviour: str, kind: str) -> "Panel":
        """Return the panel of a behaviour, throughput being of a kind of factor."""
        growth = summary.growth_of(kind)
        rows = [row for row in summary.rows if row.behaviour == behaviour]
        rows = [row for row in rows if row[NEEDS].is_known and row[growth].is_known]
        up = limits([v for row in rows for v in row[NEEDS].drawn] + [summary.bound.mean], 0.0, 1.0)
        return cls(rows, growth, up, limits([0.0, *(v for row in rows for v in row[growth].drawn)], -1.0))


@figure(title="Needs met against throughput")
def frontier(summary: Digest) -> "Frontier":
    """Draw needs met against throughput growth, a panel per behaviour on a scale of its own."""
    return Frontier()


class Frontier:
    """Filled markers honest, open markers not; bars are 95 % intervals over seeds, dots single runs.

    Markers that would hide one another stand side by side.
    """

    def page(self, summary: Digest, name: str) -> Section:
        """Return a chart for every behaviour and kind of factor, and names below where there is no room beside."""
        charts = {
            f"{name}-{k}-{kind}": frontier_chart(summary, behaviour, kind)
            for k, behaviour in enumerate(summary.behaviours)
            for kind in summary.kinds or ("",)
        }
        html = rendered(
            "figures/frontier.html.jinja",
            name=name,
            panels=_panels(summary),
            kinds=summary.kinds or ("",),
            drawn=drawn_as(summary.varies, summary.has_intervals),
            bound=percent(summary.bound.mean) if summary.bound.is_known else "",
        )
        return Section(html, charts, introduced=True)

    def printed(self, summary: Digest) -> "Figure":
        """Return a panel per behaviour."""
        across = min(2, len(summary.behaviours))
        down = math.ceil(len(summary.behaviours) / across)
        tall = max(3.4, 0.2 * len(summary.mechanisms) + 1.4)
        figure = new_figure(5.4 * across, tall * down, apart=0.06)
        grid = figure.subplots(down, across, squeeze=False)
        for axes, behaviour in zip(grid.flat, summary.behaviours, strict=False):
            _print(axes, summary, behaviour, tall)
            if across * down > 1:
                axes.set_title(plain(title_of(behaviour), 300, 10, "bold"))
        for axes in list(grid.flat)[len(summary.behaviours) :]:
            axes.set_axis_off()
        use = f"{summary.kind} throughput" if summary.kind else "throughput"
        figure.supxlabel(f"growth of {use} a year", color=SOFT, fontsize=9)
        figure.supylabel("needs met", color=SOFT, fontsize=9)
        return figure


def _panels(summary: Digest) -> list[dict[str, Any]]:
    """Return the frontier's panels, one per behaviour, with the names that stand below them where there is no room."""
    return [
        {
            "title": title_of(behaviour),
            "names": [
                {"index": row.index, "name": title_of(row.mechanism), "met": percent(row[NEEDS].mean)}
                for row in summary.rows
                if row.behaviour == behaviour
            ],
        }
        for behaviour in summary.behaviours
    ]


def frontier_chart(digest: Digest, behaviour: str, kind: str) -> Spec:
    """Return needs met against throughput growth under one behaviour, on a scale of its own.

    Names, or numbers where there is little room, stand at the right edge, none over another, joined to their markers.

    Parameters
    ----------
    digest
        What is shown.
    behaviour
        How people report.
    kind
        The kind of factor whose growth is shown, "" for throughput in general.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    panel = Panel.of(digest, behaviour, kind)
    rows, growth, up = panel.rows, panel.growth, panel.up
    height = max(320, LABEL_GAP * (len(rows) + 3))
    asides, across = apart(panel.means, panel.across, up, (NARROWEST, height), MARKER)
    places = [_place(row, growth, aside) for row, aside in zip(rows, asides, strict=True)]
    use = f"{kind} throughput" if kind else "throughput"
    told = tips(mechanism="mechanism", behaviour="reports", met="needs met", grown=f"{use} / year")
    x, y, colours = axis("x"), axis("y"), coloured(digest)
    spans = [p for p in places if p["has_interval"]]
    honest = behaviour == digest.honest
    layers = [
        layer("rule", [{"x": 0.0}], {"x": x}, style="zero"),
        *bound_line(digest),
        *_names(digest, places, up, height),
        layer("circle", _dots(digest, rows, growth), {"x": x, "y": y} | coloured(digest, 0.6), size=24),
        layer("rule", spans, {"x": x, "y": axis("y_low"), "y2": {"field": "y_high"}} | coloured(digest, 0.8)),
        layer("rule", spans, {"x": axis("x_low"), "x2": {"field": "x_high"}, "y": y} | coloured(digest, 0.8)),
        layer(
            "point",
            places,
            {"x": x, "y": y, "tooltip": told} | colours | shaped(digest),
            filled=honest,
            size=120 if honest else 105,
            xOffset={"expr": "datum.aside"},
            **({} if honest else {"style": "lying"}),
        ),
    ]
    about = f"Needs met against growth of {use}, {title_of(behaviour)} reports, for every mechanism"
    shared = {"x": scale(across, None, sign=True, grid=False), "y": scale(up, None, fewest=4)}
    return chart(about, height, layers, **shared)


def _place(row: Row, growth: str, aside: float) -> Spec:
    """Return where a row's marker stands, how far aside it is moved, and what is told about it."""
    met, grown = row[NEEDS], row[growth]
    return {
        "index": row.index,
        "mechanism": title_of(row.mechanism),
        "behaviour": title_of(row.behaviour),
        "has_interval": met.has_interval or grown.has_interval,
        **{"x": grown.mean, "y": met.mean, "aside": round(aside, 1)},
        **{"x_low": grown.low, "x_high": grown.high, "y_low": met.low, "y_high": met.high},
        **{"met": f"{ranged(met)} %", "grown": f"{ranged(grown, digits=2, sign=True)} %"},
    }


def _dots(digest: Digest, rows: list[Row], growth: str) -> list[Spec]:
    """Return the single runs of rows that differ and are too few for an interval."""
    return [
        {"index": row.index, "x": x, "y": y}
        for row in rows
        if any(row[m].seeds > 1 and not row[m].has_interval and not row[m].is_one_world for m in (NEEDS, growth))
        for runs in [digest.runs(row)]
        for x, y in zip(counted(runs, growth), counted(runs, NEEDS), strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]


def _names(digest: Digest, places: list[Spec], ends: tuple[float, float], height: float) -> list[Spec]:
    """Return a column of names at the right edge, the bound's among them, none over another, and their leaders."""
    gap = LABEL_GAP * (ends[1] - ends[0]) / height
    rows = [
        p | {"number": str(p["index"] + 1), "text": f"{shortened(p['mechanism'], NAME_ROOM)} {percent(p['y'])}"}
        for p in places
    ]
    bound = [{"y": digest.bound.mean, "number": "", "text": f"clairvoyant bound {percent(digest.bound.mean)}"}]
    rows += bound if digest.bound.is_known else []
    heights = spread([row["y"] for row in rows], gap, *ends)
    rows = [row | {"at": at} for row, at in zip(rows, heights, strict=True)]
    named, nobodys = rows[: len(places)], rows[len(places) :]
    lead = {"x2": {"value": "width"}, "y": axis("y"), "y2": {"field": "at"}} | coloured(digest, 0.4)
    where = {"x": {"value": "width"}, "y": axis("at")}
    style = {"align": "left", "dx": 5, "text": {"expr": "narrow ? datum.number : datum.text"}}
    return [
        layer("rule", named, lead, strokeWidth=1, x={"expr": "scale('x', datum.x) + datum.aside"}),
        layer("text", named, where | coloured(digest), style="name", **style),
        layer("text", nobodys, where, style="bound-text", **style),
    ]


def _print(axes: "Axes", summary: Digest, behaviour: str, tall: float) -> None:
    """Draw one behaviour's panel."""
    tidy(axes)
    panel = Panel.of(summary, behaviour, summary.kind)
    rows, growth, up = panel.rows, panel.growth, panel.up
    area = 2.6 * 72, 72 * (tall - 1)
    asides, across = apart(panel.means, panel.across, up, area, 9.5)
    axes.set(xlim=across, ylim=up)
    axes.axvline(0, color=SOFT, linewidth=0.8, alpha=0.5)
    units = area[0] / (across[1] - across[0]), area[1] / (up[1] - up[0])
    labels: list[tuple[float, float, str, str]] = []
    for row, aside in zip(rows, asides, strict=True):
        grown, met, colour = row[growth], row[NEEDS], colour_of(row.index)
        axes.plot([grown.low, grown.high], [met.mean] * 2, color=colour, linewidth=0.9, zorder=2)
        axes.plot([grown.mean] * 2, [met.low, met.high], color=colour, linewidth=0.9, zorder=2)
        if max(met.seeds, grown.seeds) > 1 and not (met.has_interval or met.is_one_world and grown.is_one_world):
            runs = summary.runs(row)
            at = counted(runs, growth), counted(runs, NEEDS)
            axes.plot(*at, "o", color=colour, markersize=2.5, alpha=0.6, markeredgewidth=0, zorder=2)
        x = grown.mean + aside / units[0]
        look: Any = {"marker": marker_of(row.index), "color": colour, "markersize": 7.5, "zorder": 4}
        axes.plot(x, met.mean, **look, markerfacecolor=colour if row.honest else "white", markeredgewidth=1.6)
        labels.append((x, met.mean, f"{plain(title_of(row.mechanism), NAME_ROOM)} {percent(met.mean)}", colour))
    if summary.bound.is_known:
        axes.axhline(summary.bound.mean, color=INK, linewidth=1, linestyle=(0, (5, 3)))
        labels.append((across[1], summary.bound.mean, f"clairvoyant bound {percent(summary.bound.mean)}", INK))
    heights = spread([y for _, y, _, _ in labels], 13 / units[1], *up)
    for (x, y, text, colour), at_ in zip(labels, heights, strict=True):
        if x < across[1]:
            axes.plot([x, across[1]], [y, at_], color=colour, linewidth=0.7, alpha=0.4, zorder=1)
        beside(axes, (across[1], at_), text, colour)
    set_ticks(axes.xaxis, ticks(*across), sign=True, room=area[0])
    set_ticks(axes.yaxis, ticks(*up, fewest=4))
