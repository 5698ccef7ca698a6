"""Needs in tiers: every solver against the reference, and how long a plan takes beside one for capped needs.

    python -m benchmarks.tiers --economies 500 --sizes 1e4,1e5,1e6

The first part draws small economies as `benchmarks.agreement` does, each with tiers of its own; a line that fails is a
failure there too. The second times plans by the default choice of solver in economies of fifteen inputs a process and
urgencies that differ, from the observation to the certificate, the faster of two for each objective. Beside seconds
stand those of all cores together, which others at work on the same machine do not lengthen as much.
"""

import argparse
import sys
import time
from collections.abc import Iterator

import jax
import numpy as np

import planlab as pl
from benchmarks.agreement import compared
from benchmarks.economies import Case, case, large
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.optimisation.solvers import solve
from planlab.testing.probes import first_observation

__all__ = ["cases", "drawn_tiers"]

OBJECTIVES = {"capped": pl.CappedNeeds(), "two tiers": pl.TieredNeeds()}


def drawn_tiers(seed: int) -> pl.Tiers:
    """Draw one to four tiers, each of which counts for less than the one before."""
    draw = np.random.default_rng([seed, 5])
    count = int(draw.integers(1, 5))
    bounds = np.append(np.sort(draw.uniform(0.05, 0.95, count - 1)), 1.0)
    weights = np.sort(draw.uniform(0.0, 1.0, count))[::-1] * np.diff(bounds, prepend=0.0)
    return pl.Tiers(tuple(bounds), tuple(weights / weights.sum()))


def cases(count: int, seed: int = 0) -> Iterator[Case]:
    """Draw economies, and tiers for each."""
    return (case(at, objective=pl.TieredNeeds(drawn_tiers(at))) for at in range(seed, seed + count))


def main() -> None:
    """Print what was compared, then a row per economy and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--economies", type=int, default=500, help="how many small ones are compared")
    parser.add_argument("--solvers", help="which are compared, with commas between them; by default all")
    parser.add_argument("--sizes", default="1e4,1e5")
    parser.add_argument("--kinds", default="scale_free,layered,modular")
    parser.add_argument("--techniques", default="1,2")
    parser.add_argument("--seed", type=int, default=0)
    may_be_kept(parser)
    options = parser.parse_args()
    names = options.solvers and options.solvers.split(",")
    lines = compared(cases(options.economies, options.seed), names) if options.economies else []
    print(*lines, *(failure for line in lines for failure in line.failures), sep="\n", flush=True)
    sizes, techniques = ([int(float(n)) for n in part.split(",")] for part in (options.sizes, options.techniques))
    rows: list[dict] = []
    for kind, size, ways in ((k, n, t) for n in sizes for t in techniques for k in options.kinds.split(",")):
        seen = jax.block_until_ready(first_observation(large(kind, size, ways, 3.0, options.seed)))
        took: dict[str, float] = {}
        worked: dict[str, float] = {}
        for name, objective in [*OBJECTIVES.items()] * 2:
            began, begun = time.perf_counter(), time.process_time()
            (solution, how), _ = solve(objective.problem(seen))
            seconds, of_cores = time.perf_counter() - began, time.process_time() - begun
            took[name] = min(seconds, took.get(name, np.inf))
            worked[name] = min(of_cores, worked.get(name, np.inf))
            rows.append(
                {
                    "economy": kind,
                    "products": size,
                    "techniques": ways,
                    "objective": name,
                    "solver": str(how),
                    "seconds": seconds,
                    "core_seconds": of_cores,
                    "error": float(solution.certificate.error),
                }
            )
            save(rows, options.out)
        print(
            f"{kind:11s}{size:9d} products, {ways} techniques: capped {took['capped']:7.2f} s, two tiers "
            f"{took['two tiers']:7.2f} s, {took['two tiers'] / took['capped']:5.2f} times; of all cores "
            f"{worked['capped']:7.2f} s, {worked['two tiers']:7.2f} s, {worked['two tiers'] / worked['capped']:5.2f} "
            f"times; {how}, error {solution.certificate.error:.1e}",
            flush=True,
        )
    print(provenance())
    sys.exit(any(line.failures for line in lines))


if __name__ == "__main__":
    main()
