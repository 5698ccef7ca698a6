"""Several techniques per product at scale: from an observation to a certified plan.

    python -m benchmarks.techniques --sizes 1e4,1e5,1e6 --techniques 2

Fifteen inputs per process, ten factors all of them scarce, one community, urgencies that differ. Drawing the economy is
listed apart; "write" states the programme, "plan" solves it and works the certificate out anew, "again" plans after
needs have changed by five per cent, from last period's mix and valuations.
"""

import argparse
import time
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.memory import peak
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.scenario import with_parts
from planlab.optimisation import policy_iteration
from planlab.testing.probes import first_observation


def main() -> None:
    """Print a row per economy and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e4,1e5")
    parser.add_argument("--economies", default="scale_free,layered")
    parser.add_argument("--techniques", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--seed", type=int, default=0)
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict] = []
    print(
        f"{'economy':11s}{'products':>9s}{'non-zeros':>10s}{'draw':>7s}{'write':>7s}{'plan':>8s}{'again':>7s}", end=""
    )
    print(f"{'error':>9s}{'products':>9s}{'again':>6s}{'mixes':>6s}{'refined':>8s}{'GiB':>5s}")
    for name in options.economies.split(","):
        for size in (int(float(n)) for n in options.sizes.split(",")):
            began = time.perf_counter()
            scenario = pl.make_scenario(
                name,
                products=size,
                techniques=options.techniques,
                inputs=15,
                communities=1,
                factors={"labour": 1, "emissions": 9},
                capacity_margin=3.0,
                seed=options.seed,
            )
            draw = np.random.default_rng([options.seed, size])
            urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
            scenario = replace(scenario, urgency=urgency)
            seen = jax.block_until_ready(first_observation(scenario))
            drawn = time.perf_counter() - began
            began = time.perf_counter()
            problem = pl.CappedNeeds().problem(seen)
            problem.linear  # noqa: B018 - in the units in which solvers work
            written = time.perf_counter() - began
            began = time.perf_counter()
            with peak() as memory:
                found = policy_iteration.solve(problem, tolerance=options.tolerance)
            took = time.perf_counter() - began
            assert found is not None, "the planner declined"
            solution, counts = found
            nonzeros = problem.linear.matrix.balance.nnz
            del problem, seen
            needs = scenario.needs * jnp.asarray(draw.lognormal(0.0, 0.05, scenario.needs.shape))
            new = pl.CappedNeeds().problem(first_observation(with_parts(scenario, needs=needs)))
            new.linear  # noqa: B018 - so here
            began = time.perf_counter()
            _, after = policy_iteration.solve(new, solution.basis, options.tolerance)
            again = time.perf_counter() - began
            print(
                f"{name:11s}{size:9d}{nonzeros:10d}{drawn:6.1f}s{written:6.2f}s{took:7.2f}s{again:6.2f}s"
                f"{float(solution.certificate.error):9.1e}{counts.products:9d}{after.products:6d}{counts.mixes:6d}"
                f"{counts.refinements:8d}{memory.gigabytes:5.1f}",
                flush=True,
            )
            rows.append(
                {
                    "economy": name,
                    "products": size,
                    "techniques": options.techniques,
                    "nonzeros": nonzeros,
                    "drawn": drawn,
                    "seconds": took,
                    "again": again,
                    "error": float(solution.certificate.error),
                    "multiplications": counts.products,
                    "gigabytes": memory.gigabytes,
                }
            )
            save(rows, options.out)
    print(provenance())


if __name__ == "__main__":
    main()
