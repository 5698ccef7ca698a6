"""How many periods a second `pl.simulate` runs, beside a plain loop over the steps of a period.

    python -m benchmarks.throughput --out benchmarks/results/throughput.csv

Each economy is simulated again and again, in turns by ``pl.simulate`` and by the plain loop: report, plan, execute and
settle, each compiled on its own and called from Python, as one would write it. Reported are periods a second of the
best and of the median run by the clock, and of the best by processor time, which says more where others use the machine
too; and seconds of the first run, with what has to be compiled or read from the cache of compiled programmes.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.mechanisms.registry import find_mechanism
from planlab.simulation.executable import executable
from planlab.simulation.runner import Record, Runner, keys_of, keys_of_intervals, nameless, numbers_reported
from planlab.simulation.setting import Setting

COMMUNITIES = 4
PERIODS = {60: 200, 1000: 50, 100_000: 3}
"""By products, how many periods a run has."""

MOST = {"linear_program": 1000}
"""Up to how many products a mechanism is run."""


class Way(NamedTuple):
    """What one way of running periods was measured at: seconds by the clock and of the processor, run by run."""

    first: float
    clock: list[float]
    processor: list[float]


@eqx.filter_jit
def start(runner: Runner) -> Any:
    """Return what moves of the state, what is published, and what pay remembers, to begin with."""
    state, published, reward_state, seen = runner.start()
    return state.parts(runner.moves()), published, reward_state, seen


@eqx.filter_jit
def report(runner: Runner, moved: dict[str, Any], published: Any, interval: Any) -> Any:
    """Have everybody report."""
    state, *after = runner.report(runner.scenario.opening.with_parts(moved), published, interval)
    return state.parts(runner.moves()), *after


@eqx.filter_jit
def execute(runner: Runner, moved: dict[str, Any], plan: pl.Plan, said: Any, interval: Any) -> Any:
    """Execute a plan."""
    state, *after = runner.execute(runner.scenario.opening.with_parts(moved), plan, said, interval)
    return state.parts(runner.moves()), *after


@eqx.filter_jit
def settle(runner: Runner, moved: dict[str, Any], intervals: list[Any], reward_state: Any) -> Any:
    """Pay, and let laws move the state."""
    together = jax.tree.map(lambda *parts: jnp.stack(parts), *intervals)
    state, *after = runner.settle(runner.scenario.opening.with_parts(moved), together, reward_state)
    return state.parts(runner.moves()), *after


def step_by_step(mechanism: str | pl.Mechanism, scenario: pl.Scenario, periods: int, **dials: Any) -> Record:
    """Run the steps of every period one after another, each a compiled call of its own."""
    planner, setting = find_mechanism(mechanism), Setting(**dials)
    setting = replace(setting, reward=setting.paid_by(planner))
    runner = Runner(nameless(scenario), setting, keys_of(scenario.name, 0))
    propose = eqx.filter_jit(type(planner).plan) if planner.traceable else type(planner).plan
    moved, published, reward_state, seen = start(runner)
    memory = planner.init(seen.only(planner.sees), jax.random.fold_in(runner.keys[2], periods))
    record = []
    for t in range(periods):
        intervals = []
        for k, key in enumerate(keys_of_intervals(runner, t)):
            moved, said, seen = report(runner, moved, published, jnp.asarray(k))
            memory, plan = propose(planner, memory, seen.only(planner.sees), key)
            moved, published, found = execute(runner, moved, executable(plan, *runner.planned)[0], said, jnp.asarray(k))
            intervals.append(found)
        moved, reward_state, happened = settle(runner, moved, intervals, reward_state)
        record.append(Record(*happened, setting.replans * numbers_reported(seen, planner.sees)))
    return jax.tree.map(lambda *parts: np.stack(parts), *record)


def simulated(mechanism: str | pl.Mechanism, scenario: pl.Scenario, periods: int) -> Any:
    """Run the same by ``pl.simulate``."""
    return pl.simulate(mechanism, scenario, periods).outcome


WAYS: dict[str, Callable[..., Any]] = {"simulate": simulated, "step by step": step_by_step}


def measured(mechanism: str, scenario: pl.Scenario, periods: int, repeats: int) -> dict[str, Way]:
    """Return what both ways were measured at, in turns."""
    found = {}
    for name, way in WAYS.items():
        began = time.perf_counter()
        jax.block_until_ready(way(mechanism, scenario, periods))
        found[name] = Way(time.perf_counter() - began, [], [])
    for _ in range(repeats):
        for name, way in WAYS.items():
            clock, processor = time.perf_counter(), time.process_time()
            jax.block_until_ready(way(mechanism, scenario, periods))
            found[name].clock.append(time.perf_counter() - clock)
            found[name].processor.append(time.process_time() - processor)
    return found


def main() -> None:
    """Print periods a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", default=",".join(map(str, PERIODS)))
    parser.add_argument("--mechanisms", default="linear_program,command")
    parser.add_argument("--periods", type=int, help=f"of a run; by default {PERIODS} by products")
    parser.add_argument("--repeats", type=int, default=7)
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    columns = ("best", "median", "by processor", "first run s")
    print(f"{'mechanism':16s}{'products':>9s}{'periods':>8s}  {'way':14s}" + "".join(f"{c:>14s}" for c in columns))
    for products in map(int, options.products.split(",")):
        scenario = pl.make_scenario("layered", products=products, communities=COMMUNITIES, seed=0)
        periods = options.periods or PERIODS.get(products, 20)
        for mechanism in options.mechanisms.split(","):
            if products > MOST.get(mechanism, products):
                continue
            for way, took in measured(mechanism, scenario, periods, options.repeats).items():
                rates = periods / np.array([min(took.clock), np.median(took.clock), min(took.processor)])
                row: dict[str, Any] = {"mechanism": mechanism, "products": products, "periods": periods, "way": way}
                row |= dict(zip(("best", "median", "by_processor"), rates, strict=True)) | {"first_run": took.first}
                rows.append(row)
                save(rows, options.out)
                print(
                    f"{mechanism:16s}{products:9d}{periods:8d}  {way:14s}"
                    + "".join(f"{rate:14.3g}" for rate in (*rates, took.first)),
                    flush=True,
                )
    print(provenance())


if __name__ == "__main__":
    main()
