"""Test what looking ahead is worth in a world in transition, honest and on lies, with a memory and without.

Mean needs met in ten years in per cent, plain; the last year; needs met by tiers; closing wealth.

    python -m benchmarks.foresight --worlds 2
"""

import argparse
from itertools import product

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.scoring.series import per_period

YEARS = 10
PLAIN = pl.Tiers((1.0,), (1.0,))
PLANNERS = {
    "standstill": pl.Standstill(),
    "command": pl.Command(),
    "linear_program": pl.LinearProgram(),
    "with memory": pl.Learning(pl.LinearProgram()),
    "3 years": pl.RecedingHorizon(window=3, tiers=PLAIN),
    "8 years": pl.RecedingHorizon(tiers=PLAIN),
    "8 years, tiers": pl.RecedingHorizon(),
    "8 years, memory": pl.Learning(pl.RecedingHorizon(tiers=PLAIN)),
}
LIES = {"honest": pl.Setting(), "both": pl.Setting(pl.Embellish(1.1), pl.Hierarchy(levels=3))}


def main() -> None:
    """Print a row for every world, planner and kind of reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", default="layered,scale_free")
    parser.add_argument("--worlds", type=int, default=2)
    options = parser.parse_args()
    print("#", provenance())
    for base, seed in product(options.bases.split(","), range(1, options.worlds + 1)):
        scenario = pl.make_scenario("transition", base=base, products=60, seed=seed)
        bounds = [100 * pl.clairvoyant(scenario, YEARS, closing=closing).need_satisfaction for closing in (None, 1.0)]
        print(f"{base} {seed}: bound {bounds[0]:.1f}, with k* left {bounds[1]:.1f}", flush=True)
        for (name, planner), (lie, setting) in product(PLANNERS.items(), LIES.items()):
            run = pl.simulate(planner, scenario, YEARS, setting=setting)
            met, score = 100 * np.asarray(per_period(run)["need_satisfaction"]), pl.score(run)
            print(
                f"  {name:16s} {lie:7s} {met.mean():5.1f} last {met[-1]:5.1f} tiers {100 * score.needs_met:5.1f} "
                f"wealth {score.closing_wealth:4.2f} {score.status}",
                flush=True,
            )


if __name__ == "__main__":
    main()
