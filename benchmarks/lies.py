"""Test what lies cost a planner that can see: by planner, by lie, by world; paired, beside the clairvoyant bound.

Planners: ``blind`` (never looks into the stores, inputs by order, once a year), ``refill`` (plans what refills the
users' stores, inputs by plan), ``quarterly`` (the same four times a year), ``memory`` (that with
`planlab.Learning`) and ``horizon`` (`planlab.RecedingHorizon`, once a year, the optimiser's column only). Worlds are
economies in transition, where planners of one year replace what they use, or with ``--quiet`` economies at rest. A cell
is needs met in per cent, mean of the years, the last year in brackets, over worlds and draws of who lies; then the
share of pairs, world by world and draw by draw, in which the optimiser meets more than command.

    python -m benchmarks.lies --worlds 10 --draws 20 --out benchmarks/results/lies.csv
    python -m benchmarks.lies --quiet --lies understate_6,stores_half --planners refill,quarterly,memory
    python -m benchmarks.lies --quiet --plain --worlds 4 --draws 4
    python -m benchmarks.lies --planners blind,refill,quarterly,memory --read lies.csv more.csv
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import planlab as pl
from benchmarks.plain import OBJECTIVE, add_plain, scored
from benchmarks.provenance import provenance
from planlab.economy.tiers import USUAL, WHOLE
from planlab.scoring.series import per_period

GENERATED = ("layered", "scale_free", "modular")
TABLE = "us-2021-71"
MARGINS = (1.2, 1.02)
YEARS = 8
HONEST = (pl.Truthful(), pl.Direct())
LIES: dict[str, tuple[pl.Behaviour, pl.Channel]] = {
    "honest": HONEST,
    "embellish": (pl.Embellish(1.1), pl.Direct()),
    "hierarchy": (pl.Truthful(), pl.Hierarchy(levels=3)),
    "both": (pl.Embellish(1.1), pl.Hierarchy(levels=3)),
    "heterogeneous": (pl.IdiosyncraticBias(), pl.Hierarchy(levels=3)),
    "understate_8": (pl.Understate(0.8), pl.Direct()),
    "understate_6": (pl.Understate(0.6), pl.Direct()),
    "over_request": (pl.OverRequest(1.3), pl.Direct()),
    "ratchet": (pl.Ratchet(), pl.Direct()),
    "stores_half": (pl.HideStores(0.5), pl.Direct()),
}
BLIND = pl.Physics(rule=pl.IntermediatesFirst())
BY_PLAN = pl.Physics(rule=pl.ByPlan())


def planners(inner: str, plain: bool) -> dict[str, tuple[pl.Mechanism, dict[str, Any]]]:
    """Return a mechanism as it plans: itself, and the dials of its setting."""
    each = MECHANISMS[inner]
    if plain and isinstance(each, pl.LinearProgram):
        each = replace(each, objective=OBJECTIVE)
    own: dict[str, tuple[pl.Mechanism, dict[str, Any]]] = {
        "blind": (each, {"physics": BLIND, "stores": False}),
        "refill": (each, {"physics": BY_PLAN}),
        "quarterly": (each, {"physics": BY_PLAN, "replans": 4}),
        "memory": (pl.Learning(each), {"physics": BY_PLAN, "replans": 4}),
    }
    if inner == "linear_program":
        own["horizon"] = (pl.RecedingHorizon(tiers=WHOLE if plain else USUAL), {"physics": BY_PLAN})
    return own


MECHANISMS: dict[str, pl.Mechanism] = {
    "linear_program": pl.LinearProgram(investment=pl.ReplaceUsed()),
    "command": pl.Command(idle=0.0),
}


@cache
def worlds(name: str, margin: float, count: int, products: int, quiet: bool, plain: bool) -> list[pl.Scenario]:
    """Return drawn economies at rest or in transition, of which a table has one per draw."""
    size: dict[str, Any] = {} if name == TABLE else {"products": products, "capacity_margin": margin}
    size |= {"weights": "equal"} if plain else {}
    if quiet and name != TABLE:
        return [pl.make_scenario(name, seed=seed, **size) for seed in range(count)]
    return [pl.make_scenario("transition", base=name, seed=seed, **size) for seed in range(count)]


def runs(
    mechanism: Any, scenarios: list[pl.Scenario], draws: int, lie: str, dials: dict[str, Any], score: str
) -> Iterator[dict[str, float]]:
    """Yield what is met in every world and draw of who lies."""
    behaviour, channel = LIES[lie]
    setting = pl.Setting(behaviour=behaviour, channel=channel, months=False, **dials)
    pairs = list(product(range(len(scenarios)), range(draws)))
    found = pl.simulate_seeds(
        mechanism, [scenarios[i] for i, _ in pairs], YEARS, seeds=[seed for _, seed in pairs], setting=setting
    )
    for (i, seed), run in zip(pairs, found, strict=True):
        met = per_period(run)[score]
        yield {"draw_of_world": i, "draw_of_lie": seed, "mean": float(met.mean()), "last": float(met[-1])}


def cell(rows: pd.DataFrame) -> str:
    """Return mean and last year in per cent."""
    return f"{100 * rows['mean'].mean():4.1f} ({100 * rows['last'].mean():4.1f})"


def ahead(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """Return in what share of pairs the first meets more, with its exact 95 % interval.

    Draws of a world that are alike, as all are of a lie that draws nothing, are one pair.
    """
    both = one.merge(other, on=["draw_of_world", "draw_of_lie"])
    both = both.drop_duplicates(["draw_of_world", "mean_x", "mean_y"])
    wins, count = int((both["mean_x"] > both["mean_y"]).sum()), len(both)
    low, high = binomtest(wins, count).proportion_ci(0.95)
    return f"{100 * wins / count:3.0f} ({100 * low:.0f}-{100 * high:.0f})"


def lines(rows: pd.DataFrame, chosen: list[str]) -> Iterator[str]:
    """Yield what one lie does in one economy: a line a mechanism, and the pairs."""
    name, margin, lie, bound = rows[["economy", "margin", "lie", "bound"]].iloc[0]
    met: dict = dict(list(rows.groupby(["mechanism", "planner"])))
    for inner in MECHANISMS:
        cells = "".join(f" {cell(met[inner, each]) if (inner, each) in met else '':>13s}" for each in chosen)
        yield f"{name:12s} {margin:<6g} {lie:14s} {inner:15s}{cells}"
    wins = ""
    for each in chosen:
        pair = [met[inner, each] for inner in ("linear_program", "command") if (inner, each) in met]
        wins += f" {ahead(*pair) if len(pair) == 2 else '':>13s}"
    yield f"{'':12s} bound {100 * bound:.1f}{'':10s}{'pairs, % LP':>15s}{wins}"


def main() -> None:
    """Print the tables and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--economies", default=",".join((*GENERATED, TABLE)))
    parser.add_argument("--lies", default=",".join(LIES))
    parser.add_argument("--planners", default="blind,refill,quarterly,memory,horizon")
    parser.add_argument("--margins", default=",".join(map(str, MARGINS)))
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--products", type=int, default=60)
    add_plain(parser)
    parser.add_argument("--quiet", action="store_true", help="economies at rest")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--read", type=Path, nargs="+", help="rows that --out has kept, instead of runs")
    options = parser.parse_args()
    chosen = options.planners.split(",")
    print("#", provenance())
    if options.read is None:
        print(f"# {options.worlds} worlds x {options.draws} draws, {YEARS} years; bound: the clairvoyant's")
    head = "".join(f" {planner:>13s}" for planner in chosen)
    print(f"{'economy':12s} {'margin':6s} {'lie':14s} {'':15s}{head}")
    rows = []
    for part in map(pd.read_csv, options.read) if options.read else found(options, chosen):
        for _, each in part.groupby(["economy", "margin", "lie"], sort=False):
            print(*lines(each, chosen), sep="\n", flush=True)
        rows.append(part)
    if options.out:
        pd.concat(rows).to_csv(options.out, index=False, float_format="%.6g")


def found(options: argparse.Namespace, chosen: list[str]) -> Iterator[pd.DataFrame]:
    """Yield the rows of every lie in every economy."""
    for name, margin in product(options.economies.split(","), map(float, options.margins.split(","))):
        if name == TABLE and margin != float(options.margins.split(",")[0]):
            continue
        scenarios = worlds(name, margin, options.worlds, options.products, options.quiet, options.plain)
        tiers = WHOLE if options.plain else USUAL
        bound = np.mean([pl.clairvoyant(scenario, YEARS, tiers=tiers).needs_met for scenario in scenarios])
        for lie in options.lies.split(","):
            draws, told = 1 if lie == "honest" else options.draws, []
            for inner in MECHANISMS:
                own = planners(inner, options.plain)
                for planner in (each for each in chosen if each in own):
                    mechanism, dials = own[planner]
                    rows = pd.DataFrame(runs(mechanism, scenarios, draws, lie, dials, scored(options.plain)))
                    told.append(rows.assign(mechanism=inner, planner=planner))
            yield pd.concat(told).assign(economy=name, margin=margin, lie=lie, bound=bound)


if __name__ == "__main__":
    main()
