"""The figure of needs met against a cap on throughput, for the page and for print."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.presentation.layout import limits, spread, ticks
from planlab.presentation.style import (
    INK,
    SOFT,
    beside,
    colour_of,
    marker_of,
    new_figure,
    plain,
    save_figure,
    set_ticks,
    style,
    tidy,
)
from planlab.presentation.wording import percent, title_of
from planlab.scoring.score import NEEDS
from planlab.study.intervals import Interval, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planlab.study.frontier import Frontier

__all__ = ["curve_of", "curves", "save_frontier_figures"]

WIDE, NARROW, TALL, NAMES = 4.6, 3.4, 3.2, 2.0
"""Inches of the axes, and of the names beside them where there is room."""

NAME_ROOM = 130
"""Points for a mechanism's name."""

Curve = dict[float, Interval]
"""What runs say about needs met, by cap, the highest first."""


def curve_of(frontier: "Frontier", mechanism: str) -> Curve:
    """Return what runs of a mechanism say about needs met under each cap, the highest first."""
    mine = frontier.table[frontier.table["mechanism"] == mechanism]
    by_cap = {float(str(cap)): interval(runs[NEEDS]) for cap, runs in mine.groupby("cap")}
    return {cap: by_cap[cap] for cap in sorted(by_cap, reverse=True)}


def curves(frontier: "Frontier", wide: bool = True) -> "Figure":
    """Draw needs met against the cap, a line per mechanism, from all that there is to less.

    Parameters
    ----------
    frontier
        From `planlab.frontier`.
    wide
        Whether there is room for a wide figure.

    Returns
    -------
    matplotlib.figure.Figure
        With 95 % bands over seeds, or dots for few runs; the clairvoyant bound under the same cap dashed. A line that
        lies upon another is broken, so that both are seen.
    """
    with style():
        below = 0.0 if wide else 0.22 * (len(frontier.mechanisms) + 1)
        figure = new_figure(WIDE + NAMES if wide else NARROW, TALL + below)
        axes = figure.subplots()
        tidy(axes)
        found = {mechanism: curve_of(frontier, mechanism) for mechanism in frontier.mechanisms}
        bound = frontier.bounds.dropna()
        shown = [value for curve in found.values() for met in curve.values() for value in met.drawn]
        up = limits([*shown, *bound], 0.0, 1.0)
        across = limits(frontier.table["cap"], 0.0)
        drop = up[1] + 0.03 * (up[1] - up[0]) if max([*shown, *bound], default=0.0) > up[1] - 1e-9 else up[1]
        axes.set(xlim=across[::-1], ylim=(up[0], drop))
        labels: list[tuple[float, str, str]] = []
        if len(bound):
            said = f"clairvoyant bound {percent(bound.iloc[-1])}"
            soft: Any = {"linewidth": 1, "linestyle": (0, (5, 3)), "alpha": 0.7, "zorder": 1.5}
            axes.plot(bound.index, bound, color=INK, label=said, **soft)
            labels.append((float(bound.iloc[-1]), said, INK))
        drawn: list[list[float]] = []
        for k, (mechanism, curve) in enumerate(found.items()):
            means = [met.mean for met in curve.values()]
            upon = sum(np.allclose(means, other, atol=1e-4, equal_nan=True) for other in drawn)
            drawn.append(means)
            if known := [mean for mean in means if np.isfinite(mean)]:
                said = f"{plain(title_of(mechanism), NAME_ROOM)} {percent(known[-1])}"
                _draw(axes, curve, k, upon, said)
                labels.append((known[-1], said, colour_of(k)))
        if wide:
            gap = 13 * (drop - up[0]) / (72 * (TALL - 0.8))
            heights = spread([at for at, _, _ in labels], gap, up[0], drop)
            for (_, text, colour), height in zip(labels, heights, strict=True):
                beside(axes, (across[0], height), text, colour)
        else:
            figure.legend(loc="outside lower left", frameon=False, fontsize=9)
        set_ticks(axes.xaxis, ticks(*across), room=72 * (WIDE if wide else NARROW) - 60)
        set_ticks(axes.yaxis, ticks(*up, fewest=4))
        axes.set_xlabel(f"cap on {plain(title_of(frontier.factor), 220)}, of what there is", color=SOFT)
        axes.set_ylabel("needs met", color=SOFT)
    return figure


def _draw(axes: "Axes", curve: Curve, k: int, upon: int, said: str) -> None:
    """Draw a mechanism's line, broken where it lies upon others."""
    colour, caps = colour_of(k), list(curve)
    low, high = ([getattr(met, end) for met in curve.values()] for end in ("low", "high"))
    axes.fill_between(caps, low, high, color=colour, alpha=0.18, linewidth=0)
    few = [
        (cap, value)
        for cap, met in curve.items()
        if met.seeds > 1 and not met.has_interval and not met.is_one_world
        for value in met.values
    ]
    axes.plot(*np.array(few).reshape(-1, 2).T, "o", color=colour, markersize=2.2, alpha=0.55, markeredgewidth=0)
    broken: Any = (0, (3, 3 * upon)) if upon else "solid"
    look: dict[str, Any] = {"color": colour, "linewidth": 1.8, "linestyle": broken, "zorder": 3 + upon}
    look |= {"marker": marker_of(k), "markersize": 4.5, "label": said}
    axes.plot(caps, [met.mean for met in curve.values()], **look)


def save_frontier_figures(frontier: "Frontier", folder: str | os.PathLike[str]) -> list[Path]:
    """Save the figure as SVG and PNG; return the files."""
    return save_figure(curves(frontier), folder, "frontier")
