"""Time to a certified plan: the structured planner against HiGHS, on the same problems in the same run.

    python -m benchmarks.planning --sizes 1000,10000 --peers simplex,ipm,pdlp --time-limit 120

Capped needs on `layered` and `scale_free` economies with fifteen inputs per product, four factor limits, urgencies that
differ, and capacities of which some bind (``--capacity`` times what meeting every need would take, give or take a
twentieth). Every answer is checked by the same certificate; failures and time-outs keep their row.
"""

import argparse
import time
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.optimisation import highs, structured
from planlab.optimisation.linear_problem import kkt
from planlab.testing.probes import first_observation


def world(name: str, products: int, capacity: float, seed: int) -> pl.Scenario:
    """Return an economy in which no two needs are worth the same and capacities are uneven."""
    scenario = pl.make_scenario(name, products=products, inputs=15, seed=seed)
    draw = np.random.default_rng(seed)
    urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
    margin = draw.lognormal(np.log(capacity), 0.05, scenario.capacity.shape)
    return replace(scenario, urgency=urgency, capacity=scenario.capacity / 1.2 * jnp.asarray(margin))


def by_highs(linear, solver: str, tolerance: float, time_limit: float):
    """Return the certificate of what HiGHS' solver of that name answers."""
    model = highs.load(linear)
    for option, value in {"solver": solver, "time_limit": time_limit}.items():
        model.setOptionValue(option, value)
    if solver == "pdlp":
        model.setOptionValue("pdlp_optimality_tolerance", tolerance / 10)
    if solver == "ipm":
        model.setOptionValue("run_crossover", "off")
    model.run()
    answer = model.getSolution()
    z, y = np.array(answer.col_value), np.array(answer.row_dual)
    if z.size != linear.cost.size or y.size != linear.rows.size:
        return None
    return kkt(linear, np.clip(z, linear.lower, linear.upper), np.maximum(y, 0.0))


def main() -> None:
    """Run all and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--peers", default="simplex,ipm,pdlp", help="any of simplex, ipm, pdlp; empty for none")
    parser.add_argument("--capacity", type=float, default=1.2)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--time-limit", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(f"{'economy':11s} {'products':>8s} {'solver':11s} {'seconds':>8s} {'KKT error':>10s} {'objective':>13s}")
    for size in map(int, options.sizes.split(",")):
        for name in ("layered", "scale_free"):
            began = time.perf_counter()
            scenario = world(name, size, options.capacity, options.seed)
            drawn = time.perf_counter()
            problem = pl.CappedNeeds().problem(first_observation(scenario))
            built = time.perf_counter()
            head = f"{name:11s} {size:8d}"
            print(f"{head} drawn in {drawn - began:.2f} s, written as a programme in {built - drawn:.2f} s", flush=True)
            for solver in ("structured", *filter(None, options.peers.split(","))):
                began, note = time.perf_counter(), ""
                if solver == "structured":
                    found = structured.solve(problem.linear, problem.processes, problem.products)
                    solution, note = (None, "does not apply") if found is None else found
                    certificate = solution and solution.certificate
                else:
                    certificate = by_highs(problem.linear, solver, options.tolerance, options.time_limit)
                seconds = time.perf_counter() - began
                error = float("nan") if certificate is None else certificate.error
                value = float("nan") if certificate is None else certificate.objective
                verdict = "" if error <= options.tolerance else "NOT SOLVED "
                print(f"{head} {solver:11s} {seconds:8.2f} {error:10.1e} {value:13.10f} {verdict}{note}", flush=True)
    print(provenance())


if __name__ == "__main__":
    main()
