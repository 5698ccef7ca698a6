"""What each switch of the market does, alone and with every other: growth, employment and needs met.

    python -m benchmarks.switches --seeds 10 --out results.csv

Worlds are at rest (`planlab.scenarios.at_rest`), without limits, and moved by laws where wants or technique move. All
settings of a world run under one ``vmap`` in the physics. Growth is the yearly growth of material use, fitted over the
second half of the run; employment is heads at the end over the opening's; needs met at the end are told by the needs of
the opening and by those that were moved. A run has collapsed where material use ends below half of the opening's, or
deposits below zero.
"""

import argparse
from itertools import combinations
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import Scenario
from planlab.simulation.runner import Runner, keys_of, nameless
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import run_through

OFF = {
    "interest": 0.03,
    "bank_retention": 0.0,
    "accumulation": 0.0,
    "indexation": 1.0,
    "full_employment": 0.0,
    "labour_managed": 0.0,
    "competition": 0.0,
    "reach": 0.0,
    "advertising": 0.0,
    "productivity": 0.0,
    "working_time": 0.0,
}
"""Every number that is switched; interest is the one that is on in a world at rest."""

SWITCHES: dict[str, dict[str, float]] = {
    "interest .10": {"interest": 0.1},
    "banks retain .2": {"bank_retention": 0.2},
    "accumulation .01": {"accumulation": 0.01},
    "accumulation .03": {"accumulation": 0.03},
    "positional wants 1.1": {"reach": 1.1},
    "advertising .01": {"advertising": 0.01},
    "productivity .01": {"productivity": 0.01},
    "prices fall": {"indexation": 0.0},
    "full employment": {"full_employment": 0.2},
    "hours -.01": {"working_time": 0.01},
    "competition": {"competition": 1.0},
    "labour-managed": {"labour_managed": 1.0},
}
"""What each switch sets; ``prices fall`` says how productivity is shared, and does nothing without it."""

RULES = ("interest", "bank_retention", "accumulation", "indexation", "full_employment", "labour_managed", "competition")


def settings() -> dict[str, dict[str, float]]:
    """Return all switches off, each alone and every pair, by name."""
    found = {"all off": OFF} | {name: OFF | numbers for name, numbers in SWITCHES.items()}
    for one, other in combinations(SWITCHES, 2):
        if not set(SWITCHES[one]) & set(SWITCHES[other]):
            found[f"{one} + {other}"] = OFF | SWITCHES[one] | SWITCHES[other]
    return found


@eqx.filter_jit
def outcomes(world: Scenario, numbers: dict[str, Any], satisfied: Any, years: int) -> dict[str, Any]:
    """Return what came of every setting in a world."""

    def once(n: dict[str, Any]) -> dict[str, Any]:
        market = pl.Market(**{name: n[name] for name in RULES}, accelerator=0.05)
        laws = (
            pl.PositionalWants(n["reach"] / satisfied),
            pl.Advertising(n["advertising"]),
            pl.Productivity(labour=n["productivity"]),
        )
        runner = Runner(nameless(world.with_laws(*laws)), Setting(months=False), keys_of("switches", 0))
        memory, record = run_through(market, runner, years)
        use, last = record.outcome.factor_use, record.outcome.delivery[-1]
        material = jnp.log(jnp.maximum(use[:, 2], 1e-300))
        t = jnp.arange(years, dtype=float)[years // 2 :]
        t = t - t.mean()
        return {
            "growth": (t @ material[years // 2 :]) / (t @ t),
            "level": use[-1, 2] / use[0, 2],
            "employed": use[-1, 0] / use[0, 0] / (1 - n["working_time"]) ** (years - 1),
            "met": _met(world, last, world.needs),
            "moved_met": _met(world, last, record.path["needs"][-1]),
            "deposits": memory.books.deposits.sum(),
        }

    return jax.vmap(once)(numbers)


def _met(world: Scenario, delivery: Any, needs: Any) -> Any:
    return worth_met(delivery, needs, need_weights(needs, world.urgency, world.population)).sum()


def rows(seed: int, base: str, products: int, years: int) -> list[dict[str, Any]]:
    """Return a row per setting in one world."""
    common = {"products": products, "communities": 2, "techniques": 2, "inputs": 6}
    world = pl.make_scenario("at_rest", base=base, limited=False, seed=seed, **common)
    first = np.asarray(pl.simulate("market", world, 1).outcome.delivery[0])
    satisfied = float(first.sum() / np.asarray(world.needs).sum())
    named = settings()
    numbers = {name: jnp.asarray([each[name] for each in named.values()]) for name in OFF}
    found = outcomes(nameless(world), numbers, jnp.asarray(satisfied), years)
    table = pd.DataFrame({name: np.asarray(column) for name, column in found.items()})
    table["collapsed"] = ~(table.level >= 0.5) | (table.deposits < 0)
    return [
        {"world": base, "seed": seed, "switches": name, **row}
        for name, row in zip(named, table.to_dict("records"), strict=True)
    ]


def main() -> None:
    """Print a line per setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--base", default="layered")
    parser.add_argument("--products", type=int, default=30)
    parser.add_argument("--years", type=int, default=150)
    may_be_kept(parser)
    options = parser.parse_args()
    print(provenance(), flush=True)
    all_rows: list[dict[str, Any]] = []
    for seed in range(options.seeds):
        all_rows += rows(seed, options.base, options.products, options.years)
        save(all_rows, options.out)
    table = pd.DataFrame(all_rows)
    print("growth in per cent a year: mean (least to most); level, heads and needs met at the end: means")
    print(f"{'switches on':45} {'growth':>24} {'level':>9} {'heads':>7} {'met':>6} {'moved':>6} {'collapsed':>10}")
    for name, of in table.groupby("switches", sort=False):
        growth = 100 * of.growth
        low, high = growth.min(), growth.max()
        print(
            f"{name!s:45} {growth.mean():7.3f} ({low:7.3f} to {high:7.3f}) {of.level.mean():9.3g} "
            f"{of.employed.mean():7.3f} {of.met.mean():6.3f} {of.moved_met.mean():6.3f} "
            f"{of.collapsed.sum():7d}/{len(of)}"
        )


if __name__ == "__main__":
    main()
