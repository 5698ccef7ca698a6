"""Test whether honest plans keep an economy running: what is delivered from the third year on, beside the best.

Three generators and two tables, every rationing rule, stores of one, two and four months, one, four and twelve plans a
year, all honest. A cell is the least year from the third on (or another), mean needs met in per cent of the best
stationary plan's; below 98 it is marked. The best stationary plan is `planlab.LinearProgram`'s on empty stocks.

    python -m benchmarks.running --rules by_plan,households_first
    python -m benchmarks.running --plain --out benchmarks/results/running.csv
    python -m benchmarks.running --plain --mechanisms gradual --rules households_first --years 16 --from-year 12
"""

import argparse
from itertools import product
from pathlib import Path

import jax.numpy as jnp
import pandas as pd

import planlab as pl
from benchmarks.plain import add_plain, load, make, planner, scored
from benchmarks.provenance import provenance
from planlab.economy.scenario import with_parts
from planlab.economy.tiers import USUAL, WHOLE
from planlab.scoring.needs import need_satisfaction
from planlab.scoring.series import per_period

WORLDS = ("layered", "scale_free", "modular", "us-2021-15", "us-2021-71")
RULES = {
    "by_plan": pl.ByPlan(),
    "intermediates_first": pl.IntermediatesFirst(),
    "proportional": pl.Proportional(),
    "households_first": pl.HouseholdsFirst(),
}
COVERS = (1.0, 2.0, 4.0)
REPLANS = (1, 4, 12)
ENOUGH = 0.98


def world(name: str, products: int, plain: bool) -> pl.Scenario:
    """Return a generated economy or a table."""
    return load(name, plain) if "-" in name else make(name, plain, products=products, seed=0)


def stationary(scenario: pl.Scenario, plain: bool) -> float:
    """Return what the best plan that lives of what it makes meets of needs."""
    bare = with_parts(scenario, stock=jnp.zeros_like(scenario.stock))
    best, tiers = pl.plan(planner("linear_program", plain), bare), WHOLE if plain else USUAL
    weights = scenario.urgency, scenario.population
    return float(need_satisfaction(best.delivery, scenario.needs, *weights, tiers=tiers))


def delivered(mechanism: str, scenario: pl.Scenario, years: int, setting: pl.Setting, plain: bool) -> list[float]:
    """Return mean needs met by year."""
    run = pl.simulate(planner(mechanism, plain), scenario, years, setting=setting)
    return per_period(run)[scored(plain)].tolist()


def main() -> None:
    """Print the table and keep its rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--mechanisms", default="linear_program,gradient")
    parser.add_argument("--rules", default=",".join(RULES))
    parser.add_argument("--products", type=int, default=60)
    parser.add_argument("--years", type=int, default=8)
    parser.add_argument("--from-year", type=int, default=3, help="The least year from this one on, counted from 1.")
    add_plain(parser)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print("#", provenance())
    columns = [f"{cover:g}m/{replans}" for cover, replans in product(COVERS, REPLANS)]
    print(f"{'world':12s} {'mechanism':15s} {'rule':20s} " + " ".join(f"{column:>7s}" for column in columns))
    rows, few = [], 0
    for name in options.worlds.split(","):
        scenario = world(name, options.products, options.plain)
        best = stationary(scenario, options.plain)
        for mechanism, rule in product(options.mechanisms.split(","), options.rules.split(",")):
            told = []
            for cover, replans in product(COVERS, REPLANS):
                physics = pl.Physics(cover=cover, rule=RULES[rule])
                setting = pl.Setting(physics=physics, replans=replans, months=False)
                years = delivered(mechanism, scenario, options.years, setting, options.plain)
                share = min(years[options.from_year - 1 :]) / best
                few += share < ENOUGH
                told.append(f"{100 * share:6.1f}{'!' if share < ENOUGH else ' '}")
                given = {"world": name, "mechanism": mechanism, "rule": rule, "cover": cover, "replans": replans}
                rows.append(given | {"best": best} | {f"year_{t + 1}": met for t, met in enumerate(years)})
            print(f"{name:12s} {mechanism:15s} {rule:20s} " + " ".join(told), flush=True)
    print(f"# {few} of {len(rows)} cells below {100 * ENOUGH:.0f} % of the best stationary plan's needs met")
    if options.out:
        pd.DataFrame(rows).to_csv(options.out, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
