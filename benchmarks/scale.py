"""How planning scales: from an observation to a certified plan, where the time goes, and how it grows.

    python -m benchmarks.scale --sizes 1e4,1e5,1e6 --economies scale_free,layered

One technique per product, fifteen inputs, ten factors all of them scarce, one community, urgencies that differ. Drawing
the economy and compiling are listed apart; "write" states the programme in units, "plan" solves it and works the
certificate out anew. ``--binding .1`` sets capacities so that about a tenth of them bind. The account compares the
bytes that the sparse products must move with what the machine's triad moves in the same time.
"""

import argparse
import time
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.clock import phases
from benchmarks.memory import peak
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.kernels import at_once, cores
from planlab.economy.scenario import with_parts
from planlab.optimisation import active_set, sifting
from planlab.optimisation.elimination import Elimination
from planlab.optimisation.holding import Holding
from planlab.testing.probes import first_observation

PHASES = (
    ("embodied factors, 32 bit", Elimination, "embody"),
    ("what each need takes", Elimination, "of_levels"),
    ("smoothed dual", active_set, "near"),
    ("exact choice among needs", sifting.Sifting, "settle"),
    ("what is held and limited", Holding, "regroup"),
    ("limits' rows", Elimination, "capacities"),
    ("activity, 64 bit", Elimination, "activity"),
    ("prices, 64 bit", Elimination, "prices"),
    ("certificate", active_set, "kkt"),
)


def triad() -> float:
    """Return the bytes per second that a = b + 3 c moves on all cores."""
    n = 20_000_000
    a, b, c = (np.ones(n * cores()) for _ in range(3))

    def part(k: int) -> None:
        here = slice(k * n, (k + 1) * n)
        np.multiply(c[here], 3.0, out=a[here])
        np.add(a[here], b[here], out=a[here])

    best = np.inf
    for _ in range(5):
        began = time.perf_counter()
        at_once(part, range(cores()))
        best = min(best, time.perf_counter() - began)
    return 5 * 8 * n * cores() / best


def world(name: str, products: int, binding: float, seed: int) -> pl.Scenario:
    """Return an economy with ten scarce factors in which no two needs are worth the same."""
    scenario = pl.make_scenario(
        name,
        products=products,
        inputs=15,
        communities=1,
        factors={"labour": 1, "emissions": 9},
        capacity_margin=3.0,
        seed=seed,
    )
    draw = np.random.default_rng([seed, products])
    urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
    if binding:
        # a lognormal margin whose lower tail, below what an optimal plan uses, holds about that share
        margin = draw.lognormal(np.log(0.87 * (0.1 / binding) ** 0.1 / 2.5), 0.1, scenario.capacity.shape)
        scenario = with_parts(scenario, capacity=scenario.capacity * jnp.asarray(margin))
    return replace(scenario, urgency=urgency)


def main() -> None:
    """Print a row per size and an account of the last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e4,1e5")
    parser.add_argument("--economies", default="scale_free,layered")
    parser.add_argument("--binding", type=float, default=0.0, help="about this share of capacities binds")
    parser.add_argument("--tolerance", type=float, default=1e-8)
    parser.add_argument("--repeats", type=int, default=3, help="the fastest counts")
    parser.add_argument("--seed", type=int, default=0)
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict] = []
    rate = triad()
    print(f"triad on {cores()} cores: {rate / 1e9:.1f} GB/s")
    print(
        f"{'economy':11s}{'products':>9s}{'non-zeros':>10s}{'draw':>7s}{'observe':>8s}{'write':>7s}{'plan':>8s}", end=""
    )
    print(f"{'again':>7s}{'error':>9s}{'products':>9s}{'again':>6s}{'limits':>8s}{'full':>7s}{'GiB':>5s}")
    for name in options.economies.split(","):
        grown = []
        for size in (int(float(n)) for n in options.sizes.split(",")):
            began = time.perf_counter()
            scenario = world(name, size, options.binding, options.seed)
            drawn = time.perf_counter() - began
            first_observation(scenario)
            began = time.perf_counter()
            seen = jax.block_until_ready(first_observation(scenario))
            observed = time.perf_counter() - began
            draw = np.random.default_rng(options.seed)
            changed = with_parts(scenario, needs=scenario.needs * jnp.asarray(draw.lognormal(0.0, 0.05, (size, 1))))
            new = pl.CappedNeeds().problem(first_observation(changed))
            new.linear.matrix.by_product  # noqa: B018 - both are timed with what the other had
            best = [np.inf] * 3
            for _ in range(options.repeats):
                began = time.perf_counter()
                problem = pl.CappedNeeds().problem(seen)
                problem.linear  # noqa: B018 - in the units in which solvers work
                written = time.perf_counter() - began
                with phases(*PHASES) as spent, peak() as memory:
                    began = time.perf_counter()
                    found = active_set.solve(problem, tolerance=options.tolerance)
                    took = time.perf_counter() - began
                assert found is not None, "the active-set solver declined"
                solution, counts = found
                began = time.perf_counter()
                after = active_set.solve(new, solution.basis, options.tolerance)
                again = time.perf_counter() - began
                if took < best[1]:
                    best, account = [written, took, again], spent
            grown.append((size, best[0] + best[1]))
            x, most = solution.z[:size], problem.linear.upper[:size]
            full = int((x >= most * (1 - 1e-9)).sum())
            nonzeros = scenario.economy.inputs.nonzeros
            print(
                f"{name:11s}{size:9d}{nonzeros:10d}{drawn:6.1f}s{observed:7.2f}s{best[0]:6.2f}s{best[1]:7.2f}s"
                f"{best[2]:6.2f}s{solution.certificate.error:9.1e}{counts.products:9d}{after[1].products:6d}"
                f"{counts.rows:8d}{full:7d}{memory.gigabytes:5.1f}",
                flush=True,
            )
            rows.append(
                {
                    "economy": name,
                    "products": size,
                    "binding": options.binding,
                    "nonzeros": nonzeros,
                    "drawn": drawn,
                    "written": best[0],
                    "seconds": best[1],
                    "again": best[2],
                    "error": float(solution.certificate.error),
                    "multiplications": counts.products,
                    "gigabytes": memory.gigabytes,
                }
            )
            save(rows, options.out)
        powers = [
            np.log(b[1] / a[1]) / np.log(b[0] / a[0]) for a, b in zip(grown, grown[1:], strict=False) if b[0] > a[0]
        ]
        print(f"{name}: cost grows as n^" + ", n^".join(f"{power:.2f}" for power in powers))
        moved = products_account(problem, counts)
        print(f"  of {sum(account.values()):.2f} s at {size} products:")
        for phase, seconds in account.items():
            print(f"  {phase:26s}{seconds:7.2f} s")
        print(
            f"  the {counts.products} sparse products alone must move {moved / 1e9:.1f} GB, "
            f"{moved / rate:.2f} s at the triad's rate"
        )
    print(provenance())


def products_account(problem, counts: active_set.Counts) -> float:
    """Return the least bytes that the products move: numbers and positions once, vectors once, at each one's width."""
    nonzeros, n = problem.linear.matrix.balance.nnz, problem.products
    wide = nonzeros * (8 + 4) + n * (8 + 8 + 4)
    narrow = nonzeros * (4 + 4) + n * (4 + 4 + 4)
    return counts.rough * narrow + (counts.products - counts.rough) * wide


if __name__ == "__main__":
    main()
