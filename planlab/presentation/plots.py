"""Figures for papers: Matplotlib, through its objects and without global state."""

import math
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.comparison.intervals import interval
from planlab.presentation.charts import growth_domain, share_domain
from planlab.presentation.digest import Comparable, Digest, digest, percent, points, spread
from planlab.presentation.findings import title_of
from planlab.presentation.style import COLOURS, INK, LINE, MARKERS, SOFT, in_percent, new_figure, plain, style, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["frontier", "promises", "save_figures", "shortfalls", "trajectories"]

PRODUCTS_SHOWN = 20


def _styled(draw: Callable[[Digest], "Figure"]) -> Callable[[Comparable | Digest], "Figure"]:
    """Draw in planlab's style, from a comparison or its digest."""

    @wraps(draw)
    def drawn(comparison: Comparable | Digest) -> "Figure":
        with style():
            return draw(comparison if isinstance(comparison, Digest) else digest(comparison))

    return drawn


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _bound(axes: "Axes", summary: Digest, label: bool = True) -> None:
    if not summary.bound.is_known:
        return
    axes.axhline(summary.bound.mean, color=INK, linewidth=1, linestyle=(0, (5, 3)))
    if label:
        text = f"clairvoyant bound {percent(summary.bound.mean)}"
        place = {"xytext": (4, 3), "textcoords": "offset points", "xycoords": axes.get_yaxis_transform()}
        # Matplotlib's types are narrower than what it takes
        axes.annotate(text, (0, summary.bound.mean), style="italic", fontsize=8.5, **place)  # type: ignore[arg-type]


@_styled
def frontier(summary: Digest) -> "Figure":
    """Draw need satisfaction against throughput growth, with arrows from honest to other reports.

    Parameters
    ----------
    summary
        A comparison, or its digest.

    Returns
    -------
    matplotlib.figure.Figure
        Filled markers honest, open markers not; bars are 95 % intervals over seeds.
    """
    figure = new_figure(7.2, 4.4)
    axes = figure.subplots()
    tidy(axes)
    rows = [row for row in summary.rows if row["need_satisfaction"].is_known and row[summary.growth].is_known]
    place = {(row.mechanism, row.behaviour): (row[summary.growth], row["need_satisfaction"]) for row in rows}
    lows = [end for _, met in place.values() for end in (met.mean, met.limits(0.0, 1.0)[0])]
    low, high = share_domain([*lows, summary.bound.mean])
    axes.set_ylim(low, high)
    axes.axvline(0, color=SOFT, linewidth=0.8, alpha=0.5)
    _bound(axes, summary)
    for row in rows:
        grown, met = place[row.mechanism, row.behaviour]
        colour, marker = _colour(row.index), MARKERS[row.index % len(MARKERS)]
        axes.plot(grown.limits(-1.0), [met.mean] * 2, color=colour, linewidth=0.9, zorder=2)
        axes.plot([grown.mean] * 2, met.limits(0.0, 1.0), color=colour, linewidth=0.9, zorder=2)
        axes.plot(
            *(grown.mean, met.mean),
            marker=marker,
            color=colour,
            markerfacecolor=colour if row.honest else "white",
            markersize=7.5,
            markeredgewidth=1.6,
            zorder=4 if row.honest else 3,
        )
    for first, row in summary.pairs():
        ends = [place.get((each.mechanism, each.behaviour)) for each in (first, row)]
        if ends[0] is not None and ends[1] is not None:
            (x0, y0), (x1, y1) = ends  # type: ignore[misc]  # two ends, always
            arrow = {
                "arrowstyle": "-|>",
                "color": _colour(row.index),
                "shrinkA": 5,
                "shrinkB": 6,
                "alpha": 0.75,
                "linewidth": 1.2,
            }
            axes.annotate("", (x1.mean, y1.mean), (x0.mean, y0.mean), arrowprops=arrow)
    left, right = growth_domain([grown for grown, _ in place.values()])
    axes.set_xlim(left, right)
    firsts = list({row.index: row for row in reversed(rows)}.values())
    heights = spread([row["need_satisfaction"].mean for row in firsts], 0.042 * (high - low), low, high)
    for row, at in zip(firsts, heights, strict=True):
        x, y, colour = row[summary.growth].mean, row["need_satisfaction"].mean, _colour(row.index)
        axes.plot([x, right], [y, at], color=colour, linewidth=0.7, alpha=0.35, zorder=1)
        _beside(axes, (right, at), f"{plain(title_of(row.mechanism), 24)} {percent(y)}", colour)
    axes.set_xlabel(f"growth of {summary.kind + ' ' if summary.kind else ''}throughput a year")
    axes.set_ylabel("need satisfaction")
    in_percent(axes.yaxis)
    axes.locator_params(axis="x", nbins=7)
    in_percent(axes.xaxis, 1 if right - left < 0.1 else 0, sign=True)
    return figure


def _beside(axes: "Axes", place: tuple[float, float], text: str, colour: str, **style: Any) -> None:
    where: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    axes.annotate(text, place, color=colour, **where, **style)


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
        Honest solid, others dashed, with bands of 95 % over seeds.
    """
    periods, names = summary.source.periods, summary.mechanisms
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    figure = new_figure(2.75 * across + 0.4, 2.15 * down + 0.3)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    limits = share_domain([*periods["need_satisfaction"], summary.bound.mean])
    last = int(periods["period"].max())
    for k, axes in enumerate(grid.flat):
        if k >= len(names):
            axes.set_axis_off()
            continue
        tidy(axes)
        axes.set_title(plain(title_of(names[k]), 30), color=_colour(k))
        _bound(axes, summary, label=k == 0)
        ends = []
        for b, behaviour in enumerate(summary.behaviours):
            chosen = (periods["mechanism"].astype(str) == names[k]) & (periods["behaviour"].astype(str) == behaviour)
            met = {int(str(t)): interval(x) for t, x in periods[chosen].groupby("period")["need_satisfaction"]}
            if not met:
                continue
            means = np.array([each.mean for each in met.values()])
            halves = np.nan_to_num([each.half for each in met.values()])
            axes.fill_between(list(met), means - halves, means + halves, color=_colour(k), alpha=0.18, linewidth=0)
            dashes = "solid" if b == 0 else (0, (3, 1.5 + b))
            fill = _colour(k) if b == 0 else "white"
            axes.plot(
                list(met),
                means,
                color=_colour(k),
                linestyle=dashes,
                linewidth=1.5,
                marker="o",
                markersize=3,
                markerfacecolor=fill,
            )
            ends.append((means[-1], behaviour))
        axes.set_ylim(*limits)
        axes.set_xlim(-0.04 * max(last, 1), max(last, 1) * 1.01)
        heights = spread([end for end, _ in ends], 0.09 * (limits[1] - limits[0]), *limits)
        for at, (_, behaviour) in zip(heights, ends, strict=True):
            _beside(axes, (last, at), plain(title_of(behaviour), 14), _colour(k), fontsize=7.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(labelbottom=k + across >= len(names))
        in_percent(axes.yaxis)
    figure.supxlabel("period", color=SOFT, fontsize=9)
    figure.supylabel("need satisfaction", color=SOFT, fontsize=9)
    return figure


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

    cell = 0.34 if len(communities) == 1 else 0.17
    figure = new_figure(
        max(5.5, 2.6 + cell * len(columns) + 0.06 * len(summary.rows)), max(3.2, 1.6 + 0.2 * len(products))
    )
    ramp = LinearSegmentedColormap.from_list("met", ["#8f2b0e", "#d0764f", "#ecc3ab", "#f4f1ea"])
    ratios = [sum(row.index == k for row in summary.rows) for k in range(len(summary.mechanisms))]
    panels = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    h = len(communities)
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
        axes.set_title(plain(title_of(summary.mechanisms[k]), 18), color=_colour(k), loc="left", fontsize=9)
        axes.set_yticks(
            range(len(products)), [plain(name, 34) for name in products] if k == 0 else [""] * len(products)
        )
        if h == 1:
            axes.set_xticks(range(len(rows)), [plain(title_of(row.behaviour), 16) for row in rows], rotation=90)
            continue
        axes.set_xticks(
            range(h * len(rows)), [plain(name, 16) for _ in rows for name in communities], rotation=90, fontsize=6.5
        )
        top = axes.secondary_xaxis("top")
        top.set_xticks(
            [h * (b + 0.5) - 0.5 for b in range(len(rows))], [plain(title_of(row.behaviour), 14) for row in rows]
        )
        top.tick_params(length=0, labelsize=7, pad=1)
        top.spines["top"].set_visible(False)
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), ramp), ax=list(panels), shrink=0.5, aspect=18, pad=0.015)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    bar.set_label("share of the need that was met", color=SOFT)
    in_percent(bar.ax.yaxis)
    return figure


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
    limits = share_domain([value for pair in summary.promises.values() for value in pair])
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
        place = {"xycoords": axes.get_yaxis_transform(), "va": "center", "annotation_clip": False}
        # Matplotlib's types are narrower than what it takes
        axes.annotate(gap, (1.08, height), ha="right", color=colour, **place)  # type: ignore[arg-type]
        labels.append(plain(f"{title_of(row.mechanism)} · {title_of(row.behaviour)}", 40))
        at.append(height)
    axes.set_yticks(at, labels)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(_colour(row.index))
    axes.set_ylim(height + 0.8, 0.6)
    axes.set_xlim(*limits)
    axes.annotate(
        "points", (1.08, 0.9), xycoords=axes.get_yaxis_transform(), ha="right", color=SOFT, annotation_clip=False
    )
    axes.set_xlabel("need satisfaction: promised |, achieved at the marker")
    in_percent(axes.xaxis)
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
    summary, folder = digest(comparison), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for draw in (frontier, trajectories, shortfalls, promises):
        figure = draw(summary)
        for form, about in (("svg", {"Date": None}), ("png", {})):
            paths.append(folder / f"{draw.__name__}.{form}")
            with style():
                figure.savefig(
                    paths[-1], dpi=200, metadata=about, facecolor="white", bbox_inches="tight", pad_inches=0.08
                )
    return paths
