"""Figures of what was measured, drawn from the numbers under benchmarks/results; the documentation shows them.

    python -m benchmarks.figures figures

writes one SVG each into that folder. Nothing is measured here.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planlab.presentation.style import COLOURS, INK, LINE, MARKERS, SOFT, STYLE
from planlab.study.intervals import interval

RESULTS = Path(__file__).with_name("results")
WIDEST = 7.6
"""Inches that a figure may be wide for its letters to keep their size on a page."""


def measured(*names: str) -> pd.DataFrame:
    """Return the rows of some results, one below the other."""
    return pd.concat([pd.read_csv(RESULTS / f"{name}.csv") for name in names], ignore_index=True)


CELLS = {
    "honest LP": ("linear programming, honest", 0, True),
    "honest command": ("command, honest", 1, True),
    "lying command": ("command, on lies", 1, False),
    "LP on lies": ("linear programming, on lies", 0, False),
}
"""The four cells of `benchmarks.hypotheses` in their order: their titles, colours, and whether they are honest."""

NUMBER = re.compile(r"(\d+\.\d+) \((?:(\d+\.\d+)–(\d+\.\d+)|always|one world|within 0\.1)\)")
"""A mean in per cent with its interval, or a word for that there is none to speak of."""


def four_cells(name: str) -> pd.DataFrame:
    """Return a row per economy, version and cell of a table that `benchmarks.hypotheses` printed, in per cent."""
    rows, cells = [], list(CELLS)
    for text in (RESULTS / f"{name}.txt").read_text().splitlines():
        found = list(NUMBER.finditer(text))
        if len(found) != len(cells):
            continue
        economy, *version = text[: found[0].start()].split(maxsplit=1)
        for cell, part in zip(cells, found, strict=True):
            mean, low, high = (float(x) if x else None for x in part.groups())
            ends = {"low": mean if low is None else low, "high": mean if high is None else high}
            which = version[0].strip() if version else "as is"
            rows.append({"economy": economy, "version": which, "cell": cell, "mean": mean} | ends)
    return pd.DataFrame(rows)


def panels(count: int, height: float = 3.4) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels side by side, no wider than a page of the documentation."""
    mpl.rcParams.update(STYLE | {"axes.axisbelow": True, "legend.frameon": False, "legend.fontsize": 8})
    size = min(3.6 * count + 0.6, WIDEST), height
    figure, grid = plt.subplots(1, count, figsize=size, layout="constrained", squeeze=False)
    for axes in grid[0]:
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        axes.grid(color=LINE, linewidth=0.7)
    return figure, list(grid[0])


def line(axes: Axes, index: int, x: pd.Series, y: pd.Series, label: str) -> None:
    """Draw one series on logarithmic axes."""
    axes.loglog(x, y, color=COLOURS[index], marker=MARKERS[index], markersize=4.5, linewidth=1.4, label=label)
    axes.minorticks_off()


def scale() -> Figure:
    """Draw seconds from a programme to a certified plan, from nothing and again after needs changed, and memory."""
    cases = {"one technique": "scale", "a tenth of capacities bind": "scale_binding", "two techniques": "techniques"}
    figure, (first, again, memory) = panels(3)
    for index, (label, name) in enumerate(cases.items()):
        rows = measured(name).groupby("products")[["seconds", "again", "gigabytes"]].median()
        line(first, index, rows.index, rows.seconds, label)
        line(again, index, rows.index, rows.again / rows.seconds, label)
        line(memory, index, rows.index, rows.gigabytes, label)
    again.set_yscale("linear")
    again.set_ylim(0, 1.6)
    again.axhline(0.5, color=INK, linewidth=1, linestyle=(0, (5, 3)))
    memory.set_yscale("linear")
    memory.set_ylim(0, None)
    for axes, title in ((first, "Seconds to plan"), (again, "Planning again, ratio"), (memory, "Peak GiB")):
        axes.set_title(title)
        axes.set_xlabel("products")
    again.legend(loc="upper left")
    return figure


def peers() -> Figure:
    """Draw seconds to a relative KKT error of 1e-6, by solver and size; hollow: not certified when its time was up."""
    rows = measured("planning_small", "planning", "planning_large")
    rows = rows[(rows.tolerance == 1e-6) & (rows.capacity == 1.15) & rows.economy.isin(["layered", "scale_free"])]
    rows = rows.assign(solver=rows.solver.str.split(" ").str[0], certified=rows.verdict == "certified")
    names = ["planlab", *sorted(set(rows.solver) - {"planlab"})]
    ceiling = rows.seconds.max()
    figure, both = panels(2, 3.8)
    for axes, techniques in zip(both, (1, 2), strict=True):
        here = rows[rows.techniques == techniques]
        for index, name in enumerate(names):
            one = here[here.solver == name]
            spent = one.assign(seconds=one.seconds.fillna(ceiling).where(one.certified, ceiling))
            found = spent.groupby("products")[["seconds", "certified"]].median()
            line(axes, index, found.index, found.seconds, name)
            failed = found[found.certified < 0.5]
            axes.plot(
                failed.index,
                failed.seconds,
                linestyle="",
                marker=MARKERS[index],
                markersize=7,
                markerfacecolor="white",
                markeredgecolor=COLOURS[index],
            )
        axes.set_title("One technique" if techniques == 1 else "Two techniques")
        axes.set_xlabel("products")
        axes.set_ylim(1e-3, 2.5 * ceiling)
    both[0].set_ylabel("seconds")
    both[0].legend(ncols=2)
    return figure


def products() -> Figure:
    """Draw sparse products, over as many of SciPy's one after another."""
    rows = measured("products").query("kind == 'product' and not what.str.contains('SciPy, CSR @ x')")
    rows = rows[~rows.what.str.startswith("SciPy, CSR of")]
    sizes = sorted(rows.products.unique())[-2:]
    figure, both = panels(2, 3.0)
    for axes, size in zip(both, sizes, strict=True):
        here = rows[rows.products == size]
        what = list(dict.fromkeys(here.what))
        for index, bits in enumerate((64, 32)):
            ratio = here[here.bits == bits].set_index("what").ratio.reindex(what)
            at = np.arange(len(what)) + 0.2 * (2 * index - 1)
            axes.barh(at, ratio, 0.36, color=COLOURS[index], label=f"{bits} bits")
        axes.axvline(1.0, color=INK, linewidth=1, linestyle=(0, (5, 3)))
        axes.set_yticks(np.arange(len(what)), what if axes is both[0] else [""] * len(what))
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_title(f"{size:,} products")
        axes.set_xlabel("time over SciPy's CSR @ x")
    both[-1].legend()
    return figure


def solves() -> Figure:
    """Draw Leontief solves to a relative residual of 1e-8, and a period of a simulation."""
    rows = measured("products")
    figure, (leontief, period) = panels(2)
    for index, (what, one) in enumerate(rows[rows.kind == "solve"].groupby("what", sort=False)):
        line(leontief, index, one.products, one.seconds, str(what))
    periods = rows[rows.kind == "period"]
    line(period, 0, periods.products, periods.seconds, "proportional")
    for axes, title in ((leontief, "Seconds per Leontief solve"), (period, "Seconds per simulated period")):
        axes.set_title(title)
        axes.set_xlabel("products")
        axes.legend()
    return figure


def gradient() -> Figure:
    """Draw rounds, messages and seconds of decentralised coordination."""
    rows = measured("gradient_scale")
    figure, all_ = panels(3, 2.8)
    for axes, (name, title) in zip(
        all_, {"rounds": "Rounds", "messages": "Messages", "seconds": "Seconds"}.items(), strict=True
    ):
        line(axes, 0, rows.products, rows[name], title)
        axes.set_title(title)
        axes.set_xlabel("products")
        axes.tick_params(axis="y", colors=SOFT)
    all_[0].set_ylim(10, 10_000)
    return figure


def incentives() -> Figure:
    """Draw need satisfaction if all are honest (filled) and where best replies end (open; settled or not)."""
    rows = measured("incentives", "incentives_pymrio", "incentives_pymrio_gradient", "incentives_pymrio_vcg")
    mechanisms, rewards = list(dict.fromkeys(rows.mechanism)), list(dict.fromkeys(rows.reward))
    names = list(dict.fromkeys(rows.economy))
    figure, all_ = panels(len(names), 0.25 * len(mechanisms) * len(rewards) + 1.3)
    for axes, name in zip(all_, names, strict=True):
        for m in range(len(mechanisms)):
            for r in range(len(rewards)):
                here = rows[(rows.economy == name) & (rows.mechanism == mechanisms[m]) & (rows.reward == rewards[r])]
                if here.empty:
                    continue
                at = m * (len(rewards) + 1) + r
                then = interval(here.equilibrium.to_numpy(float))
                colour = COLOURS[m]
                axes.plot([here.honest.mean(), then.mean], [at, at], color=colour, linewidth=1.2, alpha=0.6)
                axes.plot(then.ends, [at, at], "|-", color=colour, linewidth=0.8, markersize=5)
                marker = "o" if here.converged.mean() >= 0.5 else "s"
                axes.plot(then.mean, at, marker, color=colour, markerfacecolor="white", markersize=6)
                axes.plot(here.honest.mean(), at, "o", color=colour, markersize=4.5)
        places = [m * (len(rewards) + 1) + r for m in range(len(mechanisms)) for r in range(len(rewards))]
        labels = [f"{mechanism.replace('_', ' ')} · {reward}" for mechanism in mechanisms for reward in rewards]
        axes.set_yticks(places, labels if axes is all_[0] else [""] * len(labels))
        axes.set_ylim(places[-1] + 1, -1)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("need satisfaction")
    return figure


def forest(axes: Axes, rows: pd.DataFrame, by: str, names: Sequence[str], cells: Sequence[str]) -> None:
    """Draw means and 95 % intervals of some cells, a line each below one another, by economy or version."""
    for index, cell in enumerate(cells):
        title, colour, honest = CELLS[cell]
        here = rows[rows.cell == cell].set_index(by).reindex(names)
        at = np.arange(len(names)) + 0.19 * (index - (len(cells) - 1) / 2)
        axes.hlines(at, here.low, here.high, color=COLOURS[colour], linewidth=1.1)
        look = {"color": COLOURS[colour], "markersize": 4.5, "linestyle": "", "label": title}
        axes.plot(here["mean"], at, MARKERS[colour], markerfacecolor=COLOURS[colour] if honest else "white", **look)
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 101)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("needs met, %")


def hypotheses() -> Figure:
    """Draw the four cells in every economy."""
    rows = four_cells("hypotheses")
    figure, (axes,) = panels(1, 5.0)
    figure.set_size_inches(4.2, 5.4)
    forest(axes, rows, "economy", list(dict.fromkeys(rows.economy)), list(CELLS))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def versions(names: Sequence[str], cells: Sequence[str]) -> Figure:
    """Draw some cells under other physics or planners, a panel per economy."""
    rows = four_cells("hypotheses_varied")
    figure, all_ = panels(rows.economy.nunique(), 0.42 * len(names) + 1.2)
    for axes, (economy, here) in zip(all_, rows.groupby("economy", sort=False), strict=True):
        forest(axes, here, "version", names, cells)
        axes.set_title(str(economy))
        axes.tick_params(labelleft=axes is all_[0])
        axes.set_xticks([0, 50, 100], ["0", "50", "100" if axes is all_[-1] else ""])
    figure.legend(*all_[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def reserves() -> Figure:
    """Draw what lies leave of needs met by plans with a reserve, beside command."""
    return versions(
        ["as is", "reserve .02", "reserve .05", "reserve .1", "reserve .2"], ["LP on lies", "lying command"]
    )


def physics() -> Figure:
    """Draw the four cells under other physics."""
    changes = ["cover 1", "cover 4", "ramp .1", "ramp 1", "households first", "proportional"]
    return versions(["as is", *changes], list(CELLS))


def command() -> Figure:
    """Draw the four cells with other versions of command."""
    changes = ["2 rounds", "10 rounds", "no growth", "no inertia", "started anew"]
    return versions(["as is", *changes], ["honest command", "lying command"])


def ratchet() -> Figure:
    """Draw what a ratchet makes producers hide, and what that leaves of needs met."""
    by_share = measured("ratchet").groupby("ratchet")
    figure, both = panels(2, 2.6)
    for axes, name, title in zip(
        both, ("understatement", "equilibrium"), ("Capacity hidden, %", "Needs met, %"), strict=True
    ):
        found = {share: interval(100 * part[name].to_numpy(float)) for share, part in by_share}
        shares, means = list(found), [one.mean for one in found.values()]
        axes.vlines(shares, *zip(*(one.ends for one in found.values()), strict=True), color=COLOURS[1], linewidth=1.1)
        axes.plot(shares, means, MARKERS[1], color=COLOURS[1], markersize=5)
        axes.set_title(title)
        axes.set_xlabel("share of achievement in the next quota")
        axes.set_ylim(-3, 103)
    return figure


FIGURES: tuple[Callable[[], Figure], ...] = (
    *(hypotheses, reserves, physics, command, ratchet, incentives),
    *(scale, peers, products, solves, gradient),
)
"""All of them; a file is called as its function."""


def main() -> None:
    """Draw all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for draw in FIGURES:
        draw().savefig(folder / f"{draw.__name__}.svg")


if __name__ == "__main__":
    main()
