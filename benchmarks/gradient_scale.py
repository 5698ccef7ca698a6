"""How decentralised coordination scales: rounds, messages and seconds per plan, on whatever device JAX finds.

    python -m benchmarks.gradient_scale --sizes 1000,10000,100000 --seeds 16

Every plan's certificate is recomputed in NumPy from the plan and the problem. Generation and compilation are listed
apart. The last column is the throughput of `--seeds` seeds under one vmap against a Python loop over them.
"""

import argparse
import time

import equinox as eqx
import jax
import jax.numpy as jnp

import planlab as pl
from benchmarks.provenance import provenance
from planlab.mechanisms.gradient import Gradient
from planlab.optimisation.planning_problem import certify
from planlab.world.execution import Execution
from planlab.world.simulation import _keys, _nameless, _Runner


def observed(scenario: pl.Scenario) -> pl.Observation:
    """Return what an honest planner is told."""
    runner = _Runner(_nameless(scenario), pl.Truthful(), pl.Direct(), Execution(), _keys("g", "t", "d", "s", 0))
    return eqx.filter_jit(_Runner.start)(runner)[2]


def main() -> None:
    """Print a row per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--batched-up-to", type=int, default=1000)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    mechanism = Gradient(tolerance=options.tolerance)
    solve = eqx.filter_jit(lambda seen: mechanism.plan(mechanism.init(seen, None), seen, None)[1])
    print("products  nonzeros  generate  compile+run  run       rounds  messages   objective  error    vmap gain")
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
        gain = ""
        if n <= options.batched_up_to:
            draws = [jax.random.normal(jax.random.key(s), seen.needs.shape) for s in range(options.seeds)]
            worlds = [
                observed(eqx.tree_at(lambda w: w.needs, scenario, scenario.needs * jnp.exp(0.05 * z))) for z in draws
            ]
            batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *worlds)
            many = eqx.filter_jit(eqx.filter_vmap(lambda seen: solve(seen)))
            jax.block_until_ready(many(batch))
            began = time.perf_counter()
            jax.block_until_ready(many(batch))
            together = time.perf_counter() - began
            began = time.perf_counter()
            for world in worlds:
                jax.block_until_ready(solve(world))
            gain = f"{(time.perf_counter() - began) / together:.2f}"
        print(
            f"{n:8d}  {scenario.economy.inputs.nonzeros:8d}  {generated:7.1f}s  {times[0]:10.2f}s  {times[1]:7.2f}s"
            f"  {int(plan.rounds):6d}  {float(plan.messages):.2e}   {proof.objective:.6f}   "
            f"{float(proof.error):.1e}  {gain}",
            flush=True,
        )
    print(provenance())


if __name__ == "__main__":
    main()
