"""Test H1 and H2 with planners who do not see: whether command is worse than optimal planning, and what lies cost them.

Nobody here looks into the stores, goods go to whoever orders them, and all needs count alike, each in one piece. What
planners who look lose by lies is told by `benchmarks.lies`.

Four cells per economy, ten seeds, need satisfaction over ten periods in per cent with 95 % intervals: LP and command,
on honest reports and on heterogeneous misreports that climb three levels of hierarchy. Between two cells stands > or <
where they differ seed by seed beyond chance (`planlab.Comparison.paired`, at 5 %), else ≈. With --vary, the same under
other physics, other versions of command and LP with a reserve, one change at a time: a ranking that depends on them is
no finding.

    python -m benchmarks.hypotheses --seeds 10 --out benchmarks/results/hypotheses.csv
    python -m benchmarks.hypotheses --vary --economies layered,pymrio-test,us-2021-71
"""

import argparse
from pathlib import Path

import pandas as pd

import planlab as pl
from benchmarks.plain import OBJECTIVE, load, make
from benchmarks.provenance import provenance
from planlab.economy.tiers import WHOLE
from planlab.presentation.wording import ranged
from planlab.study.intervals import interval_of

ROUNDING = 1e-6
"""Share of needs by which plans may differ that are equally good."""

FIXED = ("three_sector",)
TABLES = ("pymrio-test", "us-2021-71")
BEHAVIOURS = {
    "honest": pl.Setting(stores=False),
    "misreporting": pl.Setting(pl.IdiosyncraticBias(), pl.Hierarchy(levels=3), stores=False),
}
BY_ORDERS = pl.IntermediatesFirst()
PHYSICS = {
    "cover 1": pl.Physics(cover=1.0, rule=BY_ORDERS),
    "cover 4": pl.Physics(cover=4.0, rule=BY_ORDERS),
    "ramp .1": pl.Physics(ramp=0.1, rule=BY_ORDERS),
    "ramp 1": pl.Physics(ramp=1.0, rule=BY_ORDERS),
    "households first": pl.Physics(rule=pl.HouseholdsFirst()),
    "proportional": pl.Physics(rule=pl.Proportional()),
}
PLANNERS = {
    "reserve .02": {"LP": pl.LinearProgram(OBJECTIVE, reserve=0.02)},
    "reserve .05": {"LP": pl.LinearProgram(OBJECTIVE, reserve=0.05)},
    "reserve .1": {"LP": pl.LinearProgram(OBJECTIVE, reserve=0.1)},
    "reserve .2": {"LP": pl.LinearProgram(OBJECTIVE, reserve=0.2)},
    "2 rounds": {"command": pl.Command(rounds=2)},
    "10 rounds": {"command": pl.Command(rounds=10)},
    "no growth": {"command": pl.Command(growth=0.0)},
    "no inertia": {"command": pl.Command(inertia=0.0)},
    "started anew": {"command": pl.Command(revised=False)},
}


def economy(name: str, products: int):
    """Return the scenario, or the way to draw one per seed."""
    if name in TABLES:
        return load(name, plain=True)
    fixed = {} if name in FIXED else {"products": products}
    return lambda seed: make(name, plain=True, seed=seed, **fixed)


def plain_bound(name: str, options: argparse.Namespace) -> float:
    """Return the bound on plain needs met, a mean over worlds."""
    drawn = economy(name, options.products)
    worlds = [drawn(seed) for seed in range(options.seeds)] if callable(drawn) else [drawn]
    bounds = [pl.clairvoyant(world, options.periods, tiers=WHOLE).needs_met for world in worlds]
    return sum(bounds) / len(bounds)


def tell(economy: str, version: str, line: str, options: argparse.Namespace) -> None:
    """Print a line, with a column of versions where there are several."""
    which = f"{version:16s} " if options.vary else ""
    print(f"{economy:14s} {which}{line}".rstrip(), flush=True)


def cells(name: str, version: str, options: argparse.Namespace, planners: dict, physics: pl.Physics):
    """Run the four cells and say how they are ordered."""
    comparison = pl.compare(
        {"LP": pl.LinearProgram(OBJECTIVE), "command": pl.Command()} | planners,
        economy(name, options.products),
        periods=options.periods,
        seeds=range(options.seeds),
        behaviours=BEHAVIOURS,
        physics=physics,
        bound=False,
    )
    runs = dict(iter(comparison.table.groupby(["mechanism", "behaviour"])))
    order = [("LP", "honest"), ("command", "honest"), ("command", "misreporting"), ("LP", "misreporting")]

    def relation(a, b):
        found = comparison.paired("need_satisfaction", a, b)
        return "≈" if not found.is_clear or abs(found.mean) < ROUNDING else ">" if found.mean > 0 else "<"

    shown = [f"{ranged(interval_of(runs[cell], 'need_satisfaction')):16s}" for cell in order]
    signs = [relation(a, b) for a, b in zip(order, order[1:], strict=False)]
    line = f" {signs[0]} ".join(shown[:2]) + f" {signs[1]} {shown[2]} {signs[2]} {shown[3]}"
    tell(name, version, line, options)
    bound = plain_bound(name, options) if version == "as is" else float("nan")
    return comparison.summary.reset_index().assign(economy=name, version=version, bound=bound)


def main() -> None:
    """Run all economies and say how the four cells are ordered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--products", type=int, default=100)
    parser.add_argument("--economies", default=",".join((*pl.scenario_names(), *TABLES)))
    parser.add_argument("--vary", action="store_true", help="also other physics and planners")
    parser.add_argument("--out", type=Path, help="CSV of all cells, with the bound")
    options = parser.parse_args()

    heads = "   ".join(f"{head:16s}" for head in ("honest LP", "honest command", "lying command", "LP on lies"))
    tell("economy", "version", heads, options)
    frames = []
    for name in options.economies.split(","):
        frames.append(cells(name, "as is", options, {}, pl.Physics()))
        if options.vary:
            frames += [cells(name, version, options, {}, physics) for version, physics in PHYSICS.items()]
            frames += [cells(name, version, options, planner, pl.Physics()) for version, planner in PLANNERS.items()]
    line = provenance()
    print(line)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(f"# {line}\n" + pd.concat(frames).to_csv(index=False, float_format="%.6g"))


if __name__ == "__main__":
    main()
