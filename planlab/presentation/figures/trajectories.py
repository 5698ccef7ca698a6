"""Needs met, period by period."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.presentation.digest import Digest
from planlab.presentation.figure import Section, figure
from planlab.presentation.fragments import rendered
from planlab.presentation.layout import limits, spread, ticks
from planlab.presentation.style import INK, SOFT, beside, colour_of, new_figure, plain, set_ticks, tidy
from planlab.presentation.vega import DASHES, Spec, axis, bound_line, chart, coloured, layer, scale, tips
from planlab.presentation.wording import drawn_as, percent, ranged, title_of
from planlab.scoring.score import NEEDS
from planlab.study.intervals import Interval, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Trajectories", "trajectories", "trajectory_chart"]

PLACE = 2.0

Course = dict[int, Interval]
"""What runs say about needs met, by period."""


def courses(summary: Digest, mechanism: str) -> dict[str, Course]:
    """Return a mechanism's course under every behaviour it was run with."""
    periods = summary.source.periods
    mine = periods[periods["mechanism"].astype(str) == mechanism]
    found = {}
    for behaviour in summary.behaviours:
        runs = mine[mine["behaviour"].astype(str) == behaviour]
        if len(runs):
            found[behaviour] = {int(str(t)): interval(met) for t, met in runs.groupby("period")[NEEDS]}
    return found


def ends_of(summary: Digest) -> tuple[float, float]:
    """Return the ends of the axis that all mechanisms share."""
    return limits([*summary.source.periods[NEEDS], summary.bound.mean], 0.0, 1.0)


@figure(title="Year by year")
def trajectories(summary: Digest) -> "Trajectories":
    """Draw needs met by period, one panel per mechanism."""
    return Trajectories()


class Trajectories:
    """Honest solid, others dashed, with 95 % bands over seeds, or dots for single runs."""

    def page(self, summary: Digest, name: str) -> Section:
        """Return a chart for every mechanism."""
        charts = {f"{name}-{k}": trajectory_chart(summary, each) for k, each in enumerate(summary.mechanisms)}
        html = rendered(
            "figures/trajectories.html.jinja",
            name=name,
            mechanisms=[title_of(each) for each in summary.mechanisms],
            honest=title_of(summary.honest),
            others=[title_of(each) for each in summary.behaviours if each != summary.honest],
            drawn=drawn_as(summary.varies, summary.has_intervals),
            bound=percent(summary.bound.mean) if summary.bound.is_known else "",
        )
        return Section(html, charts, introduced=True)

    def printed(self, summary: Digest) -> "Figure":
        """Return a panel per mechanism."""
        names = summary.mechanisms
        across = min(3, len(names))
        down = math.ceil(len(names) / across)
        figure = new_figure(3.1 * across + 0.4, 2.15 * down + 0.3)
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        ends = ends_of(summary)
        last = max(int(summary.source.periods["period"].max()), 1)
        for k, axes in enumerate(grid.flat):
            if k >= len(names):
                axes.set_axis_off()
                continue
            tidy(axes)
            axes.set_title(plain(title_of(names[k]), 160, 10, "bold"), color=colour_of(k))
            axes.set(ylim=ends, xlim=(-0.04 * last, 1.02 * last))
            if summary.bound.is_known:
                axes.axhline(summary.bound.mean, color=INK, linewidth=1, linestyle=(0, (5, 3)))
            for at, text in _print(axes, summary, k, ends):
                beside(axes, (last, at), plain(title_of(text), 68, 8.5), colour_of(k), fontsize=8.5)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.tick_params(labelbottom=k + across >= len(names))
            set_ticks(axes.yaxis, ticks(*ends, fewest=4))
        bound = f"; dashed across: clairvoyant bound {percent(summary.bound.mean)}" if summary.bound.is_known else ""
        figure.supxlabel(f"period{bound}", color=SOFT, fontsize=9)
        figure.supylabel("needs met", color=SOFT, fontsize=9)
        return figure


def trajectory_chart(digest: Digest, mechanism: str) -> Spec:
    """Return needs met by period for one mechanism: honest solid, others dashed; 95 % bands, or single runs.

    Parameters
    ----------
    digest
        What is shown.
    mechanism
        Its name.

    Returns
    -------
    dict
        A Vega-Lite specification; all mechanisms share one scale.
    """
    ends, height, last = ends_of(digest), 180, int(digest.source.periods["period"].max())
    index = digest.mechanisms.index(mechanism)
    layers, labels = list[Spec](bound_line(digest)), list[Spec]()
    x, y = axis("x"), axis("y")
    for behaviour, by_period in courses(digest, mechanism).items():
        rows = [
            {
                "index": index,
                "mechanism": title_of(mechanism),
                "behaviour": title_of(behaviour),
                **{"x": period, "y": met.mean, "low": met.low, "high": met.high, "met": f"{ranged(met)} %"},
            }
            for period, met in by_period.items()
        ]
        dots = [
            {"index": index, "x": period, "y": value}
            for period, met in by_period.items()
            if not met.has_interval and not met.is_one_world and met.seeds > 1
            for value in met.values
        ]
        which = digest.behaviours.index(behaviour)
        dashed = {"strokeDash": DASHES[(which - 1) % len(DASHES)]} if which else {}
        band = {"x": x, "y": axis("low"), "y2": {"field": "high"}} | coloured(digest, 0.2)
        line = {"x": x, "y": y} | coloured(digest)
        told = {"tooltip": tips(mechanism="mechanism", behaviour="reports", x="period", met="needs met")}
        layers.append(layer("area", rows, band))
        layers.append(layer("circle", dots, {"x": x, "y": y} | coloured(digest, 0.55), size=13))
        layers.append(layer("line", rows, line, strokeWidth=2.2, **dashed))
        look = {"filled": True, "style": "honest"} if which == 0 else {"filled": False, "style": "lying"}
        layers.append(layer("point", rows, line | told, size=34, **look))
        labels.append(rows[-1] | {"text": title_of(behaviour)})
    gap = 15 * (ends[1] - ends[0]) / height
    heights = spread([label["y"] for label in labels], gap, *ends)
    labels = [label | {"at": at} for label, at in zip(labels, heights, strict=True)]
    words = {"x": {"value": "width"}, "y": axis("at"), "text": {"field": "text"}} | coloured(digest)
    layers.append(layer("text", labels, words, align="left", dx=8, limit=84, style="name"))
    domain = {"domain": [0, max(last, 1)], "nice": False, "zero": False, "padding": 6}
    years = {"scale": domain, "title": "period", "axis": {"values": _years(last), "format": "d", "grid": False}}
    return chart(f"Needs met by period, {title_of(mechanism)}", height, layers, x=years, y=scale(ends, None, 4))


def _years(last: int) -> list[int]:
    """Return at most eight periods to write at the axis, the first among them."""
    return list(range(0, max(last, 1) + 1, math.ceil((last + 1) / 8)))


def _print(axes: "Axes", summary: Digest, k: int, ends: tuple[float, float]) -> list[tuple[float, str]]:
    """Draw a mechanism's course under every behaviour; return where their names stand."""
    colour, last = colour_of(k), []
    for behaviour, met in courses(summary, summary.mechanisms[k]).items():
        b = summary.behaviours.index(behaviour)
        low, high = ([getattr(each, end) for each in met.values()] for end in ("low", "high"))
        axes.fill_between(list(met), low, high, color=colour, alpha=0.18, linewidth=0)
        few = [(t, v) for t, x in met.items() if not x.has_interval and not x.is_one_world for v in x.values]
        axes.plot(*np.array(few).reshape(-1, 2).T, "o", color=colour, markersize=2, alpha=0.55, markeredgewidth=0)
        dashes = "solid" if b == 0 else (0, (3, 1.5 + b))
        means = [each.mean for each in met.values()]
        line: Any = {"color": colour, "linestyle": dashes, "linewidth": 1.5, "marker": "o", "markersize": 3}
        axes.plot(list(met), means, **line, markerfacecolor=colour if b == 0 else "white")
        last.append((means[-1], behaviour))
    heights = spread([at for at, _ in last], 0.1 * (ends[1] - ends[0]), *ends)
    return [(at, behaviour) for at, (_, behaviour) in zip(heights, last, strict=True)]
