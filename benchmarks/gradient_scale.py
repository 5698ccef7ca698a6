"""How decentralised coordination scales: rounds, messages and seconds per plan, on whatever device JAX finds.

    python -m benchmarks.gradient_scale --sizes 1000,10000,100000 --seeds 16

Every plan's certificate is recomputed in NumPy from the plan and the problem, and "away" is the relative difference of
its objective from the optimum that linear programming certifies. Generation and compilation are listed apart. The last
columns are the throughput of ``--seeds`` seeds, needs drawn anew for each, under one vmap and on as many threads as
there are cores, against a Python loop over them; `planlab.simulate_seeds` takes threads on the host.
"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import equinox as eqx
import jax
import jax.numpy as jnp

import planlab as pl
from benchmarks.clock import best
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.kernels import cores
from planlab.mechanisms.gradient import Gradient
from planlab.optimisation.planning_problem import certify
from planlab.testing.probes import first_observation as observed


def throughput(solve: Callable, scenario: pl.Scenario, seen: pl.Observation, seeds: int) -> str:
    """Return how many times faster than a loop seeds are planned for in one batch, and on threads."""
    draws = [jnp.exp(0.05 * jax.random.normal(jax.random.key(seed), seen.needs.shape)) for seed in range(seeds)]
    worlds = [observed(eqx.tree_at(lambda w: w.needs, scenario, scenario.needs * draw)) for draw in draws]
    # what is the same for all seeds, the technology above all, is not batched
    axes = jax.tree.map(lambda *all_: None if all(bool((x == all_[0]).all()) for x in all_) else 0, *worlds)
    batch = jax.tree.map(lambda *all_: jnp.stack(all_), *worlds)
    batch = jax.tree.map(
        lambda axis, many, one: one if axis is None else many, axes, batch, worlds[0], is_leaf=lambda x: x is None
    )
    many = eqx.filter_jit(eqx.filter_vmap(lambda seen: solve(seen), in_axes=(axes,)))

    def alone(world: pl.Observation) -> pl.Plan:
        return jax.block_until_ready(solve(world))

    with ThreadPoolExecutor(cores()) as pool:
        ways = [lambda: list(map(alone, worlds)), lambda: many(batch), lambda: list(pool.map(alone, worlds))]
        loop, together, threads = (best(way, 3) for way in ways)
    return f"{loop / together:5.2f}  {loop / threads:5.2f}"


def main() -> None:
    """Print a row per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--batched-up-to", type=int, default=1000)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict] = []
    mechanism = Gradient(tolerance=options.tolerance)
    solve = eqx.filter_jit(lambda seen: mechanism.plan(mechanism.init(seen, None), seen, None)[1])
    print(
        "products  nonzeros  generate  compile+run  run       rounds  messages   objective  error    "
        "away     vmap  threads"
    )
    for n in map(int, options.sizes.split(",")):
        began = time.perf_counter()
        scenario = pl.make_scenario("scale_free", products=n, communities=2)
        generated = time.perf_counter() - began
        seen = observed(scenario)
        times = []
        for _ in range(2):
            began = time.perf_counter()
            plan = jax.block_until_ready(solve(seen))
            times.append(time.perf_counter() - began)
        proof = certify(mechanism.objective.problem(seen), plan)
        optimum = pl.plan("linear_program", scenario).certificate
        away = abs(proof.objective / optimum.objective - 1)
        gains = throughput(solve, scenario, seen, options.seeds) if n <= options.batched_up_to else ""
        print(
            f"{n:8d}  {scenario.economy.inputs.nonzeros:8d}  {generated:7.1f}s  {times[0]:10.2f}s  {times[1]:7.3f}s"
            f"  {int(plan.rounds):6d}  {float(plan.messages):.2e}   {proof.objective:.6f}   "
            f"{float(proof.error):.1e}  {away:.1e}  {gains}",
            flush=True,
        )
        rows.append(
            {
                "products": n,
                "nonzeros": scenario.economy.inputs.nonzeros,
                "seconds": times[1],
                "rounds": int(plan.rounds),
                "messages": float(plan.messages),
                "error": float(proof.error),
                "away": away,
            }
        )
        save(rows, options.out)
    print(provenance())


if __name__ == "__main__":
    main()
