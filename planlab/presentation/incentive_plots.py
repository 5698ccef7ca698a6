"""Figures of an incentive profile: Matplotlib, through its objects and without global state."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.presentation.layout import limits, ticks
from planlab.presentation.style import (
    INK,
    LINE,
    SOFT,
    colour_of,
    marker_of,
    new_figure,
    plain,
    save_figure,
    set_ticks,
    style,
    tidy,
    width_of,
)
from planlab.presentation.wording import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planlab.study.incentive_profile import IncentiveProfile

__all__ = ["places", "regret_curves", "save_incentive_figures", "society"]

NARROW = 3.4
"""Inches that a figure for a narrow screen is wide."""

MIDDLE = 6.6
"""For one of 768 pixels."""

SMALL = 1e-3
"""Gains below this are drawn on a straight scale, larger ones on a logarithmic one."""


def society(profile: "IncentiveProfile", columns: int = 2) -> "Figure":
    """Draw what everybody's best lies do to needs, and what a lie of one's own gains.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.
    columns
        2 for panels side by side, 1 for one below the other.

    Returns
    -------
    matplotlib.figure.Figure
        Needs met from honest (filled) to where best replies end (open), and the largest gains.
    """
    rows: list[Any] = list(profile.pairs.itertuples(index=False))
    mechanisms = list(dict.fromkeys(row.mechanism for row in rows))
    with style():
        height = 0.34 * len(rows) + 1.2
        figure = new_figure(MIDDLE, height) if columns > 1 else new_figure(NARROW, 2 * height + 0.4)
        shape = (1, 2) if columns > 1 else (2, 1)
        needs, gains = figure.subplots(*shape, sharey=True, width_ratios=(6, 5)[: shape[1]])
        for at, row in enumerate(rows):
            colour = colour_of(mechanisms.index(row.mechanism))
            needs.plot([row.honest, row.equilibrium], [at, at], color=colour, linewidth=1.4, zorder=2)
            free: Any = {"clip_on": False, "color": colour, "zorder": 3}
            ring: Any = {"markerfacecolor": "none", "markeredgewidth": 1.4} | free
            needs.plot(row.honest, at, "o", markersize=4.5, **free)
            needs.plot(row.equilibrium, at, "o" if row.converged else "X", markersize=9, **ring)
            gains.plot(row.regret, at, "o", markersize=4.5, **free)
            gains.plot(row.regret_of_communities, at, "s", markersize=8, **ring)
        needs.set_yticks(range(len(rows)), [_pair(row, 130 if columns > 1 else 80) for row in rows])
        needs.invert_yaxis()
        ends = limits([v for row in rows for v in (row.honest, row.equilibrium)], -0.02, 1.02, least=0.1)
        needs.set_xlim(*ends)
        set_ticks(needs.xaxis, ticks(*ends))
        needs.set_title("Needs met")
        needs.set_xlabel("● all honest   ○ where replies end\n✕ had not settled")
        gains.set_title("Largest gain by one lie")
        gains.set_xlabel("in units of pay\n● a producer   □ a community")
        most = max([row.regret for row in rows] + [row.regret_of_communities for row in rows])
        _gain_scale(gains, "x", most, most_ticks=6 if columns > 1 else 4)
        for axes in (needs, gains):
            tidy(axes, "both")
    return figure


def regret_curves(profile: "IncentiveProfile", columns: int = 4) -> "Figure":
    """Draw what the agent who gains most gains, against the size of the lie.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.
    columns
        How many panels stand side by side at most.

    Returns
    -------
    matplotlib.figure.Figure
        A panel per mechanism and thing misreported, a line per reward. Losses beyond the largest gain are not drawn
        to scale: an arrowhead at the lower edge stands for each.
    """
    curves = profile.curves
    mechanisms, lies, rewards = (list(dict.fromkeys(curves[name])) for name in ("mechanism", "lie", "reward"))
    across = min(columns, len(mechanisms))
    blocks = math.ceil(len(mechanisms) / across)
    panels = [(lie, mechanisms[b * across :][:across]) for b in range(blocks) for lie in lies]
    most = max(float(curves.largest.max()), SMALL)
    with style():
        wide = max(2.2 * across, MIDDLE) if columns > 2 else NARROW
        figure = new_figure(wide, 1.9 * len(panels) + 0.5 + 0.2 * len(rewards), apart=0.05)
        grid = figure.subplots(len(panels), across, sharex=True, sharey=True, squeeze=False)
        for i, (lie, those) in enumerate(panels):
            below = [j for _, names in panels[i + 1 :] for j in range(len(names))]
            for j, axes in enumerate(grid[i]):
                if j >= len(those):
                    axes.set_axis_off()
                    continue
                axes.tick_params(labelbottom=j not in below)
                here = curves[(curves.lie == lie) & (curves.mechanism == those[j])]
                _curves(axes, here, rewards, most)
                if i % len(lies) == 0:
                    axes.set_title(plain(title_of(those[j]), 120 if columns > 2 else 82, 8.5, "bold"), fontsize=8.5)
                if j == 0:
                    axes.set_ylabel(f"gain by misreporting\n{lie}")
        figure.supxlabel("said over true", fontsize=9, color=SOFT)
        handles, names = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=4 if columns > 2 else 2, frameon=False)
    return figure


def _curves(axes: "Axes", curves: pd.DataFrame, rewards: list[str], most: float) -> None:
    """Draw one panel of regret curves, with an arrowhead for every point below its edge."""
    tidy(axes, "both")
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(1, color=LINE, linewidth=0.8)
    axes.set_xscale("log")
    _gain_scale(axes, "y", most, -most, most_ticks=7)
    edge = axes.get_ylim()[0]
    free: Any = {"clip_on": False, "in_layout": False}
    for k, reward in enumerate(rewards):
        line = curves[curves.reward == reward].sort_values("factor")
        colour = colour_of(k)
        under = min(3, len(rewards) - 1) * (1 - k / max(len(rewards) - 1, 1))  # what coincides looks out at the sides
        look: Any = {"color": colour, "marker": marker_of(k)}
        look |= {"markersize": 3.5 + 1.3 * under, "linewidth": 1.2 + under, "label": plain(title_of(reward), 100)}
        axes.plot(line.factor, line.largest.clip(lower=edge), **look, **free)
        below = line.factor[line.largest < edge]
        axes.plot(below, [edge] * len(below), "v", color=colour, markersize=7 + under, zorder=5, **free)
    axes.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    axes.tick_params(axis="x", pad=9)
    axes.minorticks_off()


def places(profile: "IncentiveProfile", columns: int = 5) -> "Figure":
    """Draw who gains by lying: by place in the chain and size, a panel per mechanism and reward.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.
    columns
        How many panels stand side by side at most.

    Returns
    -------
    matplotlib.figure.Figure
        A disc per producer, its area the gain over the panel's largest; dots gain nothing.
    """
    producers = profile.agents[profile.agents.kind == "producer"]
    pairs: list[Any] = list(profile.pairs[["mechanism", "reward"]].itertuples(index=False))
    across = min(columns, len(pairs))
    down = math.ceil(len(pairs) / across)
    mechanisms, room = list(dict.fromkeys(profile.pairs.mechanism)), 112 if columns > 2 else 88
    with style():
        figure = new_figure(max(1.9 * across + 0.6, NARROW) if columns > 2 else NARROW, 1.9 * down + 0.5)
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for k, (axes, pair) in enumerate(zip(grid.flat, pairs, strict=False)):
            axes.tick_params(labelbottom=k + across >= len(pairs))
            here = producers[(producers.mechanism == pair.mechanism) & (producers.reward == pair.reward)]
            _panel(axes, here, colour_of(mechanisms.index(pair.mechanism)))
            names = [title_of(name) for name in (pair.mechanism, pair.reward)]
            axes.set_title("\n".join(plain(name, room, 8.5, "bold") for name in names), fontsize=8.5)
        for axes in list(grid.flat)[len(pairs) :]:
            axes.set_axis_off()
        figure.supxlabel("place in the chain: 1 sells to final users", fontsize=9, color=SOFT)
        figure.supylabel("share of all activity", fontsize=9, color=SOFT)
    return figure


def save_incentive_figures(profile: "IncentiveProfile", folder: str | os.PathLike[str]) -> list[Path]:
    """Save every figure as SVG and PNG.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.
    folder
        Where to write; made if it is not there.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    ModuleNotFoundError
        Without the ``report`` extra.
    """
    return [path for draw in PLOTS for path in save_figure(draw(profile), folder, draw.__name__)]


def _panel(axes: "Axes", producers: pd.DataFrame, colour: str) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    tidy(axes, "both")
    axes.margins(0.12, 0.18)
    gain = producers.gain.to_numpy(float)
    most = gain.max(initial=0.0)
    size = np.maximum(producers["size"].to_numpy(float), 1e-6)
    axes.scatter(producers.place, size, s=6, color=SOFT, linewidths=0)
    axes.scatter(producers.place, size, s=160 * gain / max(most, SMALL), color=colour, alpha=0.55, linewidths=0)
    axes.set_xlabel(f"most {most:.2g}" if most > 0 else "no gain found", fontsize=8.5)
    axes.locator_params(axis="x", nbins=4, min_n_ticks=3)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(10, (1.0, 2.0, 5.0), numticks=5))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g} %")


def _pair(row: Any, room: float) -> str:
    """Return mechanism and reward, in two lines where they are long."""
    mechanism, reward = title_of(row.mechanism), title_of(row.reward)
    whole = f"{mechanism} · {reward}"
    return plain(whole) if width_of(whole) <= room else f"{plain(mechanism, room)}\n{plain(reward, room)}"


def _gain_scale(axes: "Axes", which: str, most: float, least: float = 0.0, most_ticks: int = 9) -> None:
    """Make an axis of gains straight around nothing and logarithmic beyond."""
    from matplotlib.ticker import NullLocator

    top = max(most, SMALL) * 1.6
    setter, set_ends = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    setter("symlog", linthresh=SMALL)
    set_ends(min(1.6 * least, -0.3 * SMALL), top)
    powers = 10.0 ** np.arange(math.log10(SMALL), math.ceil(math.log10(top)) + 1)
    below, above = [-power for power in powers[powers <= -1.6 * least][::-1]], list(powers[powers <= top])
    every = math.ceil((1 + len(below) + len(above)) / most_ticks)
    marks = [*below[::-1][::every][::-1], 0.0, *above[::every]]
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(marks, [f"{mark:g}".replace("-", "−") for mark in marks])
    axis.set_minor_locator(NullLocator())


PLOTS = (society, regret_curves, places)
