"""Figures for papers: Matplotlib, through its objects and without global state."""

import math
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.presentation.digest import Comparable, Digest, digest
from planlab.presentation.figure import printed
from planlab.presentation.layout import apart, limits, spread, ticks
from planlab.presentation.style import (
    COLOURS,
    INK,
    LINE,
    MARKERS,
    SOFT,
    in_percent,
    new_figure,
    plain,
    save_figure,
    set_ticks,
    style,
    tidy,
    width_of,
)
from planlab.presentation.wording import percent, points, title_of
from planlab.study.intervals import counted, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["frontier", "promises", "save_figures", "shortfalls", "trajectories"]

PRODUCTS_SHOWN = 20
NEEDS = "need_satisfaction"


def _styled(draw: Callable[[Digest], "Figure"]) -> Callable[[Comparable | Digest], "Figure"]:
    """Draw in planlab's style, from a comparison or its digest."""

    @wraps(draw)
    def drawn(comparison: Comparable | Digest) -> "Figure":
        with style():
            return draw(comparison if isinstance(comparison, Digest) else digest(comparison))

    return drawn


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


@_styled
def frontier(summary: Digest) -> "Figure":
    """Draw need satisfaction against throughput growth, a panel per behaviour on a scale of its own.

    Parameters
    ----------
    summary
        A comparison, or its digest.

    Returns
    -------
    matplotlib.figure.Figure
        Filled markers honest, open markers not; bars are 95 % intervals over seeds, dots single runs. Markers that
        would hide one another stand side by side.
    """
    across = min(2, len(summary.behaviours))
    down = math.ceil(len(summary.behaviours) / across)
    tall = max(3.4, 0.2 * len(summary.mechanisms) + 1.4)
    figure = new_figure(5.4 * across, tall * down, apart=0.06)
    grid = figure.subplots(down, across, squeeze=False)
    for axes, behaviour in zip(grid.flat, summary.behaviours, strict=False):
        _frontier(axes, summary, behaviour, tall)
        if across * down > 1:
            axes.set_title(plain(title_of(behaviour), 300, 10, "bold"))
    for axes in list(grid.flat)[len(summary.behaviours) :]:
        axes.set_axis_off()
    use = f"{summary.kind} throughput" if summary.kind else "throughput"
    figure.supxlabel(f"growth of {use} a year", color=SOFT, fontsize=9)
    figure.supylabel("need satisfaction", color=SOFT, fontsize=9)
    return figure


def _frontier(axes: "Axes", summary: Digest, behaviour: str, tall: float) -> None:
    """Draw one behaviour's panel."""
    tidy(axes)
    growth = summary.growth
    rows = [row for row in summary.rows if row.behaviour == behaviour and row[NEEDS].is_known and row[growth].is_known]
    up = limits([v for row in rows for v in row[NEEDS].drawn] + [summary.bound.mean], 0.0, 1.0)
    across = limits([0.0, *(v for row in rows for v in row[growth].drawn)], -1.0)
    area = 2.6 * 72, 72 * (tall - 1)
    asides, across = apart([(row[growth].mean, row[NEEDS].mean) for row in rows], across, up, area, 9.5)
    axes.set(xlim=across, ylim=up)
    axes.axvline(0, color=SOFT, linewidth=0.8, alpha=0.5)
    units = area[0] / (across[1] - across[0]), area[1] / (up[1] - up[0])
    labels: list[tuple[float, float, str, str]] = []
    for row, aside in zip(rows, asides, strict=True):
        grown, met, colour = row[growth], row[NEEDS], _colour(row.index)
        axes.plot([grown.low, grown.high], [met.mean] * 2, color=colour, linewidth=0.9, zorder=2)
        axes.plot([grown.mean] * 2, [met.low, met.high], color=colour, linewidth=0.9, zorder=2)
        if max(met.seeds, grown.seeds) > 1 and not (met.has_interval or met.is_one_world and grown.is_one_world):
            runs = summary.runs(row)
            at = counted(runs, growth), counted(runs, NEEDS)
            axes.plot(*at, "o", color=colour, markersize=2.5, alpha=0.6, markeredgewidth=0, zorder=2)
        x = grown.mean + aside / units[0]
        look: Any = {"marker": MARKERS[row.index % len(MARKERS)], "color": colour, "markersize": 7.5, "zorder": 4}
        axes.plot(x, met.mean, **look, markerfacecolor=colour if row.honest else "white", markeredgewidth=1.6)
        labels.append((x, met.mean, f"{plain(title_of(row.mechanism), 110)} {percent(met.mean)}", colour))
    if summary.bound.is_known:
        axes.axhline(summary.bound.mean, color=INK, linewidth=1, linestyle=(0, (5, 3)))
        labels.append((across[1], summary.bound.mean, f"clairvoyant bound {percent(summary.bound.mean)}", INK))
    heights = spread([y for _, y, _, _ in labels], 13 / units[1], *up)
    for (x, y, text, colour), at_ in zip(labels, heights, strict=True):
        if x < across[1]:
            axes.plot([x, across[1]], [y, at_], color=colour, linewidth=0.7, alpha=0.4, zorder=1)
        _beside(axes, (across[1], at_), text, colour)
    set_ticks(axes.xaxis, ticks(*across), sign=True, room=area[0])
    set_ticks(axes.yaxis, ticks(*up, fewest=4))


def _beside(axes: "Axes", place: tuple[float, float], text: str, colour: str, **style: Any) -> None:
    where: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    axes.annotate(text, place, color=colour, **(where | style))


@_styled
def trajectories(summary: Digest) -> "Figure":
    """Draw need satisfaction by period, one panel per mechanism.

    Parameters
    ----------
    summary
        A comparison, or its digest.

    Returns
    -------
    matplotlib.figure.Figure
        Honest solid, others dashed, with 95 % bands over seeds, or dots for single runs.
    """
    periods, names = summary.source.periods, summary.mechanisms
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    figure = new_figure(3.1 * across + 0.4, 2.15 * down + 0.3)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    ends = limits([*periods[NEEDS], summary.bound.mean], 0.0, 1.0)
    last = max(int(periods["period"].max()), 1)
    for k, axes in enumerate(grid.flat):
        if k >= len(names):
            axes.set_axis_off()
            continue
        tidy(axes)
        axes.set_title(plain(title_of(names[k]), 160, 10, "bold"), color=_colour(k))
        axes.set(ylim=ends, xlim=(-0.04 * last, 1.02 * last))
        if summary.bound.is_known:
            axes.axhline(summary.bound.mean, color=INK, linewidth=1, linestyle=(0, (5, 3)))
        for at, text in _courses(axes, summary, k, ends):
            _beside(axes, (last, at), plain(title_of(text), 68, 8.5), _colour(k), fontsize=8.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(labelbottom=k + across >= len(names))
        set_ticks(axes.yaxis, ticks(*ends, fewest=4))
    bound = f"; dashed across: clairvoyant bound {percent(summary.bound.mean)}" if summary.bound.is_known else ""
    figure.supxlabel(f"period{bound}", color=SOFT, fontsize=9)
    figure.supylabel("need satisfaction", color=SOFT, fontsize=9)
    return figure


def _courses(axes: "Axes", summary: Digest, k: int, ends: tuple[float, float]) -> list[tuple[float, str]]:
    """Draw a mechanism's course under every behaviour; return where their names stand."""
    periods, colour = summary.source.periods, _colour(k)
    mine = periods[periods["mechanism"].astype(str) == summary.mechanisms[k]]
    last = []
    for b, behaviour in enumerate(summary.behaviours):
        runs = mine[mine["behaviour"].astype(str) == behaviour]
        met = {int(str(t)): interval(x) for t, x in runs.groupby("period")[NEEDS]}
        if not met:
            continue
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


@_styled
def shortfalls(summary: Digest) -> "Figure":
    """Draw who went short of what: products by community, the shortest products first, for every row of the table.

    Parameters
    ----------
    summary
        A comparison, or its digest.

    Returns
    -------
    matplotlib.figure.Figure
        A heat map of the share of each need that was met; hatched where there is no need.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    frame, communities, products = summary.source.shortfalls, summary.communities, summary.shortest(PRODUCTS_SHOWN)
    met = frame.assign(**{name: frame[name].astype(str) for name in ("mechanism", "behaviour", "community", "product")})
    wide = met.pivot_table(
        index="product", columns=["mechanism", "behaviour", "community"], values="satisfaction", observed=True
    )
    columns = [(row, community) for row in summary.rows for community in communities]
    keys = [(row.mechanism, row.behaviour, community) for row, community in columns]
    share = wide.reindex(index=products, columns=keys).to_numpy()

    h, names = len(communities), [plain(name, 175) for name in products]
    aside = max(map(width_of, names)) / 72 + 1.1
    width = max(5.5, aside + (0.34 if h == 1 else 0.17) * len(columns) + 0.06 * len(summary.rows))
    cell = 72 * 0.9 * (width - aside) / len(columns)
    ratios = [sum(row.index == k for row in summary.rows) for k in range(len(summary.mechanisms))]
    titles, title_turn = _turned(summary.mechanisms, min(ratios) * h * cell, 9, "bold")
    tops, top_turn = _turned([row.behaviour for row in summary.rows], h * cell, 7)
    upright = (title_turn > 0) + (top_turn > 0 and h > 1)
    figure = new_figure(width, max(3.2, 1.6 + 0.2 * len(products)) + 1.6 * upright)
    ramp = LinearSegmentedColormap.from_list("met", ["#8f2b0e", "#d0764f", "#ecc3ab", "#f4f1ea"])
    panels = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    start = 0
    for k, axes in enumerate(panels):
        rows = [row for row in summary.rows if row.index == k]
        part = share[:, start : start + h * len(rows)]
        start += h * len(rows)
        axes.set_facecolor("white")
        axes.patch.set(hatch="////", edgecolor=LINE)
        axes.imshow(np.ma.masked_invalid(part), cmap=ramp, vmin=0, vmax=1, aspect="auto", interpolation="none")
        for b in range(1, len(rows)):
            axes.axvline(h * b - 0.5, color="white", linewidth=3)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0)
        axes.set_title(titles[k], color=_colour(k), loc="left", fontsize=9, rotation=title_turn)
        axes.set_yticks(range(len(products)), names if k == 0 else [""] * len(products))
        if h == 1:
            axes.set_xticks(range(len(rows)), [plain(title_of(row.behaviour), 90) for row in rows], rotation=90)
            continue
        people = [plain(name, 90, 7.5) for name in communities]
        axes.set_xticks(range(h * len(rows)), people * len(rows), rotation=90, fontsize=7.5)
        top = axes.secondary_xaxis("top")
        places = [h * (b + 0.5) - 0.5 for b in range(len(rows))]
        top.set_xticks(places, [tops.pop(0) for _ in rows], rotation=top_turn)
        top.tick_params(length=0, labelsize=7, pad=1)
        top.spines["top"].set_visible(False)
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), ramp), ax=list(panels), shrink=0.5, aspect=18, pad=0.015)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    bar.set_label("share of the need that was met", color=SOFT)
    in_percent(bar.ax.yaxis)
    return figure


def _turned(names: list[str], room: float, size: float, weight: str = "normal") -> tuple[list[str], int]:
    """Return names as they are printed and the angle at which they stand: upright where one does not fit its room."""
    titles = [title_of(name) for name in names]
    angle = 90 if max(width_of(title, size, weight) for title in titles) > room else 0
    return [plain(title, 110, size, weight) for title in titles], angle


@_styled
def promises(summary: Digest) -> "Figure":
    """Draw what plans promised and what happened, one line per mechanism and behaviour.

    Parameters
    ----------
    summary
        A comparison, or its digest.

    Returns
    -------
    matplotlib.figure.Figure
        Ticks are promises, markers outcomes, the number is the gap in percentage points.
    """
    rows = [row for row in summary.rows if (row.mechanism, row.behaviour) in summary.promises]
    figure = new_figure(7.2, 0.9 + 0.32 * len(rows))
    axes = figure.subplots()
    tidy(axes, "x")
    ends = limits([value for pair in summary.promises.values() for value in pair], 0.0, 1.0)
    labels, at, height = [], [], 0.0
    for k, row in enumerate(rows):
        height += 1.0 if k and rows[k - 1].index == row.index else 1.45
        planned, achieved = summary.promises[row.mechanism, row.behaviour]
        colour = _colour(row.index)
        axes.plot([planned, achieved], [height, height], color=colour, linewidth=4, alpha=0.45, solid_capstyle="butt")
        axes.plot(planned, height, marker="|", markersize=12, markeredgewidth=2.2, color=colour)
        fill = colour if row.honest else "white"
        axes.plot(
            *(achieved, height),
            marker=MARKERS[row.index % len(MARKERS)],
            markersize=7,
            markerfacecolor=fill,
            color=colour,
            markeredgewidth=1.6,
        )
        gap = points(achieved - planned, sign=True)
        _beside(axes, (ends[1], height), gap, colour, xytext=(42, 0), ha="right")
        labels.append(plain(f"{title_of(row.mechanism)} · {title_of(row.behaviour)}", 210))
        at.append(height)
    axes.set_yticks(at, labels)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(_colour(row.index))
    axes.set_ylim(height + 0.8, 0.6)
    axes.set_xlim(*ends)
    _beside(axes, (ends[1], 0.9), "points", SOFT, xytext=(42, 0), ha="right")
    axes.set_xlabel("need satisfaction: promised |, achieved at the marker")
    set_ticks(axes.xaxis, ticks(*ends, fewest=4))
    return figure


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
    summary = digest(comparison)
    drawn = (frontier, trajectories, shortfalls, promises)
    figures = [*((draw.__name__, draw(summary)) for draw in drawn), *printed(summary)]
    return [path for name, figure in figures for path in save_figure(figure, folder, name)]
