"""How long it takes to find what every producer of an economy can gain by lying.

    python -m benchmarks.regret_speed --products 1000

``pl.regret`` over all producers, with its defaults unless ``--grid`` and ``--steps`` say otherwise; what has to be
compiled has been, by a search over a few. Beside it, milliseconds for one lie if each is simulated on its own, from
nothing, as a user would write it.
"""

import argparse
import time

import jax.numpy as jnp

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.incentives.search import GRID, STEPS

FEW = 40


def one_by_one(mechanism: str, scenario: pl.Scenario, reward: pl.Reward | None, lies: int) -> float:
    """Return seconds per lie where each is a simulation of its own."""
    ones = jnp.ones(scenario.economy.processes)
    pl.simulate(mechanism, scenario, 1, pl.Misreport(ones, ones, ones), reward=reward)
    began = time.perf_counter()
    for j in range(lies):
        run = pl.simulate(mechanism, scenario, 1, pl.Misreport(ones.at[j].set(0.8), ones, ones), reward=reward)
        run.pay.producers.block_until_ready()
    return (time.perf_counter() - began) / lies


def main() -> None:
    """Print seconds and what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--kinds", default="layered,scale_free")
    parser.add_argument("--mechanism", default="gradient")
    parser.add_argument("--grid", default=",".join(map(str, GRID)), help="factors tried first")
    parser.add_argument("--steps", default=",".join(map(str, STEPS)), help="of the compass search; empty: none")
    may_be_kept(parser)
    options = parser.parse_args()
    search = {name: tuple(map(float, filter(None, getattr(options, name).split(",")))) for name in ("grid", "steps")}
    rows: list[dict] = []
    names = (("producers", 10), ("lies", 8), ("seconds", 9), ("ms a lie", 10), ("alone", 8), ("found", 7), ("most", 9))
    print(f"{'economy':12s}" + "".join(f"{name:>{width}s}" for name, width in names))
    for kind in options.kinds.split(","):
        scenario = pl.make_scenario(kind, products=options.products, communities=2, seed=0)
        few = min(FEW, scenario.economy.processes)
        pl.regret(options.mechanism, scenario, agents=list(range(few)), progress=False, **search)
        began = time.perf_counter()
        found = pl.regret(options.mechanism, scenario, progress=False, **search)
        seconds = time.perf_counter() - began
        alone = one_by_one(options.mechanism, scenario, None, few)
        row = {"economy": kind, "producers": len(found.table), "lies": found.tried, "seconds": seconds}
        row |= {"alone": alone, "found": float(found.table.found.mean()), "largest": found.largest}
        rows.append(row)
        save(rows, options.out)
        print(
            f"{kind:12s}{row['producers']:10d}{row['lies']:8d}{seconds:9.1f}{1e3 * seconds / found.tried:10.2f}"
            f"{1e3 * alone:8.2f}{row['found']:7.2f}{found.largest:9.2g}",
            flush=True,
        )
    print(provenance())


if __name__ == "__main__":
    main()
