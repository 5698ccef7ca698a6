"""What an accelerator gains: the same work on the first device JAX offers, on the CPU beside it, and at memory's speed.

    python -m benchmarks.accelerator             # under eight minutes; writes benchmarks/results/accelerator.csv
    python -m benchmarks.accelerator --small     # about a minute, to see whether it runs

Economies are drawn by ``scale_free`` with fifteen inputs per process and two communities. Every part grows until memory
or its share of the time is spent, in 64 and in 32 bits, and its last row says which it was. What NumPy and SciPy work
out runs on the CPU whatever the device is, and says so. Seconds are the median after a first run; data are on the
device already, and compiling is listed apart. "× CPU" is how many times faster the device was than the CPU at the same
programme; "limit" is the time in which memory moves the least that has to be moved, over the time it took: above 1 it
fits in a cache. Errors are worked out anew in NumPy: of Leontief solves the largest residual of a row, of plans the
certificate's, of simulations what the last seed differs by from its run alone on the CPU, or the goods that got lost.
"""

import argparse
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.compilation_cache import compilation_cache
from rich.console import Console

import planlab as pl
from benchmarks.ladder import Machine, Part, Row, Trial, bandwidth, bits_of, run, shown
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from benchmarks.scale import products_account
from planlab.economy.kernels import cores
from planlab.optimisation import active_set
from planlab.optimisation.planning_problem import certify
from planlab.simulation.runner import Runner, keys_of, nameless
from planlab.simulation.simulate import batched, scanned
from planlab.testing.probes import first_observation

PERIODS = 3

SETTLED = {64: 1e-10, 32: 1e-5}
"""Relative change of every output at which rounds of orders end, by bits."""

NUMPY = "CPU only: NumPy and SciPy"

WIDE = "not available in 32 bit: the answer is worked out in 64, whatever JAX is set to"

ONCE = "measured in 64 bit only"


@cache
def world(n: int) -> pl.Scenario:
    """Return the economy with so many products, in 64 bits."""
    with bits_of(64):
        return pl.make_scenario("scale_free", products=n, inputs=15, communities=2)


@cache
def observation(n: int) -> pl.Observation:
    """Return what honest people say of it."""
    with bits_of(64):
        return first_observation(world(n))


@cache
def problem(n: int) -> Any:
    """Return its planning problem, the programme in memory."""
    with bits_of(64):
        stated = pl.CappedNeeds().problem(observation(n))
        stated.linear  # noqa: B018 - kept with the problem
        return stated


def demand(n: int) -> np.ndarray:
    """Return what is needed of each product."""
    return np.asarray(world(n).needs).sum(axis=1)


def placed(tree: Any, device: Any) -> Any:
    """Return numbers on a device, in the bits of the context."""

    def one(leaf: Any) -> Any:
        random = isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        return jax.device_put(leaf if random else np.asarray(leaf), device)

    return jax.tree.map(one, tree)


def on_host(tree: Any) -> Any:
    """Return numbers in NumPy, in 64 bits."""
    return jax.tree.map(lambda leaf: np.asarray(leaf, float), tree)


def a_pass(A: pl.Sparse, bits: int) -> float:
    """Return the least bytes of ``d + A @ x``: numbers and both their positions once, three vectors once."""
    return A.nonzeros * (bits // 8 + 8) + 3 * A.shape[0] * bits // 8


def residual(A: pl.Sparse, d: np.ndarray, x: Any) -> float:
    """Return the largest residual of a row of x = d + A x, relative to what it adds up."""
    x = np.asarray(x, float)
    used = A.to_scipy() @ x
    sizes = np.abs(x) + np.abs(used) + d
    return float((np.abs(x - used - d) / np.where(sizes > 0, sizes, 1.0)).max())


@jax.jit
def orders(A: pl.Sparse, d: jax.Array, settled: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the solution of x = d + A x by rounds of orders, and how many rounds it took."""

    def again(carry: tuple) -> tuple:
        x, _, rounds = carry
        then = d + A @ x
        return then, jnp.any(jnp.abs(then - x) > settled * then), rounds + 1

    x, _, rounds = jax.lax.while_loop(lambda at: at[1] & (at[2] < 1000), again, (d, jnp.asarray(True), jnp.asarray(0)))
    return x, rounds


def leontief(n: int, bits: int, device: Any) -> Trial:
    """Solve the Leontief equations by JAX, with the sparse products that mechanisms take on devices."""
    A, d = world(n).economy.inputs, demand(n)
    given = placed((A, d, SETTLED[bits]), device)
    return Trial(
        lambda: orders(*given),
        A.nonzeros,
        lambda found: residual(A, d, found[0]),
        lambda found: int(found[1]) * a_pass(A, bits),
    )


def gross_output(n: int, bits: int, device: Any) -> Trial:
    """Solve them as planlab does on the host."""
    A, d = world(n).economy.inputs, demand(n)
    return Trial(lambda: pl.gross_output(A, d), A.nonzeros, lambda x: residual(A, d, x))


def active_set_plan(n: int, bits: int, device: Any) -> Trial:
    """Plan by the few prices that matter."""
    stated = problem(n)
    return Trial(
        lambda: active_set.solve(stated),
        world(n).economy.inputs.nonzeros,
        lambda found: found[0].certificate.error,
        lambda found: products_account(stated, found[1]),
    )


@eqx.filter_jit
def planned(mechanism: pl.Mechanism, seen: pl.Observation) -> pl.Plan:
    """Return a traceable mechanism's plan."""
    key = jax.random.key(0)
    return mechanism.plan(mechanism.init(seen, key), seen, key)[1]


def gradient_plan(n: int, bits: int, device: Any) -> Trial:
    """Plan by decentralised coordination; its rounds are passes along the chain."""
    A, given = world(n).economy.inputs, placed((pl.Gradient(objective=pl.CappedNeeds()), observation(n)), device)
    return Trial(
        lambda: planned(*given),
        A.nonzeros,
        lambda made: float(certify(problem(n), on_host(made)).error),
        lambda made: int(made.rounds) * a_pass(A, bits),
    )


def runs(n: int, seeds: int, device: Any) -> tuple[pl.Command, list[Runner]]:
    """Return command and the runs that differ by seed: everybody lies in a way of their own, so that no two are one."""
    setting = pl.Setting(pl.IdiosyncraticBias(), reward=pl.StepBonus())
    command, scenario, setting = placed((pl.Command(), nameless(world(n)), setting), device)
    keys = [jax.device_put(keys_of(world(n).name, seed), device) for seed in range(seeds)]
    return command, [Runner(scenario, setting, key) for key in keys]


def simulations(seeds: int, cpu: Any) -> tuple[Callable, Callable, Callable]:
    """Return what lays out simulations as one batch, the batch handed out run by run, and runs on threads."""

    @cache
    def alone(n: int, bits: int) -> np.ndarray:
        command, runners = runs(n, seeds, cpu)
        return np.asarray(scanned(command, runners[-1], PERIODS)[1].delivery, float)

    def trial(n: int, bits: int, work: Callable[[], Any], last: Callable[[Any], Any]) -> Trial:
        def error(records: Any) -> float:
            o, expected = on_host(last(records)), alone(n, bits)
            had = o.opening + o.made
            lost = np.abs(had - o.closing - o.used - o.invested - o.decayed - o.delivery.sum(axis=-1))
            return float(max(np.abs(o.delivery - expected).max() / expected.max(), (lost / (had + (had == 0))).max()))

        # every month inventories are read and written, and recipes as they were claimed read
        A, months = world(n).economy.inputs, seeds * PERIODS * pl.Physics().sub_periods
        return Trial(work, A.nonzeros, error, lambda _: months * 3 * A.nonzeros * bits // 8)

    def together(n: int, bits: int, device: Any) -> Trial:
        command, runners = runs(n, seeds, device)
        keys = jnp.stack([runner.keys for runner in runners])
        many = eqx.filter_vmap(lambda c, r, key: scanned(c, replace(r, keys=key), PERIODS), in_axes=(None, None, 0))
        work = lambda: many(command, runners[0], keys)  # noqa: E731
        return trial(n, bits, work, lambda found: jax.tree.map(lambda leaf: leaf[-1], found[1]))

    def handed_out(n: int, bits: int, device: Any) -> Trial:
        command, runners = runs(n, seeds, device)
        return trial(n, bits, lambda: batched(command, runners, PERIODS), lambda found: found[-1][1])

    def on_threads(n: int, bits: int, device: Any) -> Trial:
        command, runners = runs(n, seeds, device)

        def one(runner: Runner) -> Any:
            with bits_of(bits):  # every thread has its own
                return jax.block_until_ready(scanned(command, runner, PERIODS))

        def work() -> list[Any]:
            with ThreadPoolExecutor(cores()) as pool:
                return [one(runners[0]), *pool.map(one, runners[1:])]

        return trial(n, bits, work, lambda found: found[-1][1])

    return together, handed_out, on_threads


def parts(cpu: Any, seeds: int = 1000, first: int = 1000, few: int = 30) -> list[Part]:
    """Return what is measured, from `first` products on, simulations from `few`."""
    together, handed_out, on_threads = simulations(seeds, cpu)
    many: dict[str, Any] = {"first": few, "seeds": seeds, "growth": 10.0}
    return [
        Part("leontief", leontief, first),
        Part("leontief, pl.gross_output", gross_output, first, NUMPY, WIDE),
        Part("active-set plan", active_set_plan, first, NUMPY, WIDE),
        Part("gradient plan", gradient_plan, first, share=1.5),
        Part("simulations", together, **many, share=3.0),
        Part("simulations, handed out", handed_out, **many, wide=ONCE, share=2.0),
        Part("simulations, on threads", on_threads, **many, host="CPU only: threads", wide=ONCE),
    ]


def main() -> None:
    """Measure, keep every row at once, print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=450.0, help="for all parts together")
    parser.add_argument("--largest", type=float, default=math.inf, help="no more products than this")
    parser.add_argument("--small", action="store_true", help="one small size of every part, and fifty simulations")
    may_be_kept(parser)
    parser.set_defaults(out=Path(__file__).parent / "results" / "accelerator.csv")
    options = parser.parse_args()
    began, device, cpu = time.perf_counter(), jax.devices()[0], jax.devices("cpu")[0]

    def rates() -> dict[Any, float]:
        found = {one: bandwidth(one, 2**20 if options.small else 2**26) for one in {device, cpu}}
        for one, rate in found.items():
            print(f"{one.device_kind} ({one.platform}) moves {rate / 1e9:.1f} GB/s", flush=True)
        return found

    print(f"the first of {jax.device_count()}: {device.device_kind}")
    machine, largest = Machine(device, cpu, rates()), 1000.0 if options.small else options.largest
    measured, rows = parts(cpu, 50, 1000, 1000) if options.small else parts(cpu), list[Row]()
    with jax.default_device(cpu):
        for row in run(measured, machine, options.seconds - (time.perf_counter() - began), largest):
            rows.append(row)
            said = row.stopped or f"{row.seconds:.4f} s, {row.where}"
            print(f"{row.part}, {row.bits} bit, {row.products} products: {said}", flush=True)
            save([one._asdict() | {"made_by": provenance()} for one in rows], options.out)
    Console(width=max(150, Console().width)).print(shown(rows))
    if max(abs(math.log(rate / machine.rates[one])) for one, rate in rates().items()) > 0.2:
        print("memory was faster or slower than at first: the machine is busy, so trust neither seconds nor limits")
    print(provenance())


def keep_nothing() -> None:
    """Let JAX compile everything anew: compiling is timed."""
    jax.config.update("jax_enable_compilation_cache", False)
    compilation_cache.reset_cache()


if __name__ == "__main__":
    keep_nothing()
    main()
