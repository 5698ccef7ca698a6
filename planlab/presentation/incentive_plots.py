"""Figures of an incentive profile: Matplotlib, through its objects and without global state."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.presentation.findings import title_of
from planlab.presentation.style import COLOURS, INK, LINE, MARKERS, SOFT, in_percent, new_figure, plain, style, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planlab.comparison.incentive_profile import IncentiveProfile

__all__ = ["places", "regret_curves", "society"]

SMALL = 1e-3
"""Gains below this are drawn on a straight scale, larger ones on a logarithmic one."""


def society(profile: "IncentiveProfile") -> "Figure":
    """Draw what everybody's best lies do to needs, and what a lie of one's own gains.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.

    Returns
    -------
    matplotlib.figure.Figure
        Need satisfaction from honest (filled) to where best replies end (open), and the largest gains.
    """
    rows = profile.pairs
    with style():
        figure = new_figure(8.8, 0.34 * len(rows) + 1.1)
        needs, gains = figure.subplots(1, 2, sharey=True, width_ratios=(6, 5))
        mechanisms = list(dict.fromkeys(rows.mechanism))
        for at, row in enumerate(rows.itertuples(index=False)):
            colour = COLOURS[mechanisms.index(row.mechanism) % len(COLOURS)]
            needs.plot([row.honest, row.equilibrium], [at, at], color=colour, linewidth=1.4, zorder=2)
            needs.plot(row.honest, at, "o", color=colour, markersize=7, zorder=3)
            open_marker: Any = {"markerfacecolor": "white", "markeredgewidth": 1.5, "markersize": 7, "zorder": 4}
            needs.plot(row.equilibrium, at, "o" if row.converged else "X", color=colour, **open_marker)
            gains.plot(row.regret, at, "o", color=colour, markersize=6)
            gains.plot(row.regret_of_communities, at, "s", color=colour, markersize=5, markerfacecolor="white")
        needs.set_yticks(range(len(rows)), [_pair(row) for row in rows.itertuples(index=False)])
        needs.invert_yaxis()
        in_percent(needs.xaxis)
        needs.set_title("Need satisfaction")
        needs.set_xlabel("● all honest   ○ where best replies end   ✕ had not settled")
        gains.set_title("Largest gain of one who lies")
        gains.set_xlabel("in units of pay   ● a producer   □ a community")
        _gain_scale(gains, "x", max(rows.regret.max(), rows.regret_of_communities.max()))
        for axes in (needs, gains):
            tidy(axes, "both")
    return figure


def regret_curves(profile: "IncentiveProfile") -> "Figure":
    """Draw what the agent who gains most gains, against the size of the lie.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.

    Returns
    -------
    matplotlib.figure.Figure
        A row of panels per thing misreported, a column per mechanism, a line per reward.
    """
    curves = profile.curves
    mechanisms, lies, rewards = (list(dict.fromkeys(curves[name])) for name in ("mechanism", "lie", "reward"))
    with style():
        figure = new_figure(2.6 * len(mechanisms) + 1.6, 1.9 * len(lies) + 0.7)
        grid = figure.subplots(len(lies), len(mechanisms), sharex=True, sharey=True, squeeze=False)
        most = max(float(curves.largest.max()), SMALL)
        for i, lie in enumerate(lies):
            for j, mechanism in enumerate(mechanisms):
                axes = grid[i, j]
                tidy(axes, "both")
                axes.axhline(0, color=INK, linewidth=0.8)
                axes.axvline(1, color=LINE, linewidth=0.8)
                for k, reward in enumerate(rewards):
                    here = (curves.lie == lie) & (curves.mechanism == mechanism) & (curves.reward == reward)
                    line = curves[here].sort_values("factor")
                    look: Any = {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[k % len(MARKERS)]}
                    look |= {"markersize": 3.5, "linewidth": 1.2, "label": plain(title_of(reward), 24)}
                    axes.plot(line.factor, line.largest, **look)
                axes.set_xscale("log")
                axes.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
                axes.minorticks_off()
                _gain_scale(axes, "y", most, -most)
                if i == 0:
                    axes.set_title(plain(title_of(mechanism), 24))
                if j == 0:
                    axes.set_ylabel(f"gain by misreporting\n{lie}")
                if i == len(lies) - 1:
                    axes.set_xlabel("said over true")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside right upper", frameon=False, fontsize=8)
    return figure


def places(profile: "IncentiveProfile") -> "Figure":
    """Draw who gains by lying: by place in the chain and size, a panel per mechanism and reward.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.

    Returns
    -------
    matplotlib.figure.Figure
        A disc per producer, its area the gain over the panel's largest; dots gain nothing.
    """
    producers = profile.agents[profile.agents.kind == "producer"]
    pairs = list(profile.pairs[["mechanism", "reward"]].itertuples(index=False))
    across = min(5, len(pairs))
    down = math.ceil(len(pairs) / across)
    with style():
        figure = new_figure(1.9 * across + 0.6, 1.75 * down + 0.5)
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        mechanisms = list(dict.fromkeys(profile.pairs.mechanism))
        for axes, pair in zip(grid.flat, pairs, strict=False):
            here = producers[(producers.mechanism == pair.mechanism) & (producers.reward == pair.reward)]
            _panel(axes, here, COLOURS[mechanisms.index(pair.mechanism) % len(COLOURS)])
            axes.set_title(plain(_pair(pair), 44).replace(" · ", "\n"), fontsize=8)
        for axes in list(grid.flat)[len(pairs) :]:
            axes.set_axis_off()
        figure.supxlabel("place in the chain: 1 sells to final users", fontsize=9, color=SOFT)
        figure.supylabel("share of all activity", fontsize=9, color=SOFT)
    return figure


def _panel(axes: "Axes", producers: pd.DataFrame, colour: str) -> None:
    tidy(axes, "both")
    axes.margins(0.12, 0.18)
    gain = producers.gain.to_numpy(float)
    most = gain.max(initial=0.0)
    size = np.maximum(producers["size"].to_numpy(float), 1e-6)
    axes.scatter(producers.place, size, s=6, color=SOFT, linewidths=0)
    axes.scatter(producers.place, size, s=160 * gain / max(most, SMALL), color=colour, alpha=0.55, linewidths=0)
    axes.set_xlabel(f"most {most:.2g}" if most > 0 else "no gain found", fontsize=7.5)
    axes.set_yscale("log")
    axes.minorticks_off()


def _pair(row: Any) -> str:
    return plain(f"{title_of(row.mechanism)} · {title_of(row.reward)}")


def _gain_scale(axes: "Axes", which: str, most: float, least: float = 0.0) -> None:
    """Make an axis of gains straight around nothing and logarithmic beyond."""
    top = max(most, SMALL) * 1.6
    setter, limits = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    setter("symlog", linthresh=SMALL)
    limits(min(1.6 * least, -0.3 * SMALL), top)
    powers = 10.0 ** np.arange(math.log10(SMALL), math.ceil(math.log10(top)) + 1)
    ticks = [0.0, *powers[powers <= top]]
    if least < 0:
        ticks = [*(-power for power in powers[powers <= -1.6 * least][::-1]), *ticks]
    ticks = ticks if len(ticks) <= 9 else ticks[:: 2 if len(ticks) < 16 else 3]
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    axis.set_minor_locator(_no_ticks())


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
