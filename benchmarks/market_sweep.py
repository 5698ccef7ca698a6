"""How long it takes to sweep all drivers of the market at once.

    python -m benchmarks.market_sweep --settings 1000 --products 100 --periods 50

Every setting draws its own number for each driver; all run under one ``vmap``, first the market on its own
(`planlab.markets.model`), then executed in the physics, laws and all. Seconds include compilation, which is that of a
run of one setting. Beside them stand those of all cores together, which others at work on the same machine do not
lengthen as much.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.markets.model import MarketModel, Moves
from planlab.markets.rules import Rules
from planlab.simulation.runner import Runner, keys_of, nameless
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import run_through

DRIVERS = {
    "interest": (0.0, 0.1),
    "bank_retention": (0.0, 0.2),
    "accumulation": (0.0, 0.03),
    "indexation": (0.9, 1.0),
    "full_employment": (0.0, 0.3),
    "labour_managed": (0.0, 1.0),
    "competition": (0.0, 1.0),
}
"""Between which numbers drivers are drawn."""

MOVES = {"positional": (0.0, 0.15), "advertising": (0.0, 0.01), "productivity": (0.0, 0.02)}


def main() -> None:
    """Print a line for the market on its own and one for what is executed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=int, default=1000)
    parser.add_argument("--products", type=int, default=100)
    parser.add_argument("--periods", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(provenance(), flush=True)
    world = nameless(pl.make_scenario("at_rest", products=options.products, limited=False, seed=options.seed))
    draw = np.random.Generator(np.random.Philox(options.seed))
    ranges = {**DRIVERS, **MOVES}
    drawn = {name: jnp.asarray(draw.uniform(*ends, options.settings)) for name, ends in ranges.items()}
    e, x = world.economy, world.activity
    consumed = e.outputs @ x - e.inputs @ x - e.capital @ (e.depreciation * world.capacity)
    model = MarketModel(e, consumed[:, None], weights=x)

    def alone(numbers: dict[str, Any]) -> Any:
        rules = Rules(**{name: numbers[name] for name in DRIVERS}, accelerator=0.05)
        moves = Moves(**{name: numbers[name] for name in MOVES})
        return replace(model, rules=rules, moves=moves).run(options.periods).consumption[-1]

    def executed(numbers: dict[str, Any]) -> Any:
        market = pl.Market(**{name: numbers[name] for name in DRIVERS}, accelerator=0.05)
        wants, ads = pl.PositionalWants(10 * numbers["positional"]), pl.Advertising(numbers["advertising"])
        moved = nameless(world.with_laws(wants, ads, pl.Productivity(labour=numbers["productivity"])))
        _, record = run_through(market, Runner(moved, Setting(months=False), keys_of("sweep", 0)), options.periods)
        return record.outcome.activity[-1].sum()

    for name, run in (("on its own", alone), ("executed", executed)):
        seconds, busy, compiled, finite = timed(run, drawn)
        print(
            f"{name:12} {options.settings} settings, {options.products} products, {options.periods} periods: "
            f"{seconds:.1f} s, {busy:.1f} s of cores; compiled in {compiled:.1f} s of cores; {finite} ended in numbers",
            flush=True,
        )


def timed(run: Callable[[dict[str, Any]], Any], drawn: dict[str, Any]) -> tuple[float, float, float, int]:
    """Return seconds, those of all cores, and of these what compiling took; and how many settings ended in numbers."""
    began, busy = time.perf_counter(), time.process_time()
    compiled = eqx.filter_jit(jax.vmap(run)).lower(drawn).compile()
    ready = time.process_time()
    ends = np.asarray(compiled(drawn))
    now = time.process_time()
    return time.perf_counter() - began, now - busy, ready - busy, int(np.isfinite(ends).sum())


if __name__ == "__main__":
    main()
