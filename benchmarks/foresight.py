"""Test what looking ahead is worth in a world in transition, when all are honest.

For every world, with strikes that nobody announces and without, two objectives, each judged by its own score: needs in
tiers by `needs_met`, and plain ones by `need_satisfaction`. Of every planner the mean of ten years in per cent, the
last year, what part of the bound the mean is, and closing wealth by the common ruler and by that of the objective; the
bound has to leave what the best stationary plan takes, and the stores. Foresight is the gain of the horizon over the
best planner of one year.

    python -m benchmarks.foresight --worlds 3
    python -m benchmarks.foresight --worlds 1 --lies
"""

import argparse
from itertools import product

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.scoring.closing import closing_wealth
from planlab.scoring.needs import need_satisfaction

YEARS = 10
TIERS, PLAIN = pl.Tiers(), pl.Tiers((1.0,), (1.0,))
FLOOR = {"standstill": pl.Standstill(), "command": pl.Command(), "command, what is used": pl.Command(idle=0.0)}
LIES = {"honest": pl.Setting(), "both lies": pl.Setting(pl.Embellish(1.1), pl.Hierarchy(levels=3))}
NONE, STRIKES = {"hit": 0.0}, {}
OBJECTIVES = {"tiers": (TIERS, pl.TieredNeeds()), "plain": (PLAIN, pl.CappedNeeds())}
HORIZON = "8 years"


def of_one_year(objective: pl.TieredNeeds | pl.CappedNeeds) -> dict[str, pl.Mechanism]:
    """Return the planners of one year."""
    return {
        "replaces all wear": pl.LinearProgram(objective),
        "replaces what it uses": pl.LinearProgram(objective, investment=pl.ReplaceUsed()),
        "builds for next year": pl.LinearProgram(objective, investment=pl.BuildAhead()),
    }


def judged(planner: pl.Mechanism, scenario: pl.Scenario, setting: pl.Setting, tiers: pl.Tiers) -> tuple[float, str]:
    """Return the mean worth of needs met in per cent, and a line about the run."""
    run = pl.simulate(planner, scenario, YEARS, setting=setting)
    weights = scenario.urgency, scenario.population
    score, years = pl.score(run), 100 * need_satisfaction(run.outcome.delivery, run.needs, *weights, tiers=tiers)
    own = closing_wealth(run, tiers).capacity
    return float(
        years.mean()
    ), f"last {years[-1]:5.1f} wealth {score.closing_wealth:4.2f} own {own:4.2f} {score.status}"


def main() -> None:
    """Print a row for every world, objective and planner, and what foresight is worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", default="layered,scale_free,us-2021-71")
    parser.add_argument("--worlds", type=int, default=3)
    parser.add_argument("--sigma", type=float, default=0.7)
    parser.add_argument("--lies", action="store_true")
    options = parser.parse_args()
    print("#", provenance())
    gains: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    settings = LIES if options.lies else {"honest": LIES["honest"]}
    worlds = product(options.bases.split(","), (NONE, STRIKES), range(1, options.worlds + 1))
    for base, strikes, seed in worlds:
        size = {} if base.startswith("us") else {"products": 60}
        scenario = pl.make_scenario("transition", base=base, seed=seed, sigma=options.sigma, **size, **strikes)
        world = f"{base}, {'strikes' if strikes is STRIKES else 'no strikes'}"
        for name, (tiers, objective) in OBJECTIVES.items():
            bounds = [100 * pl.clairvoyant(scenario, YEARS, tiers=tiers, closing=left)[0] for left in (None, 1.0)]
            print(f"{world} {seed}, {name}: bound {bounds[0]:.1f}, with all left {bounds[1]:.1f}", flush=True)
            planners = FLOOR | of_one_year(objective) | {HORIZON: pl.RecedingHorizon(tiers=tiers)}
            if options.lies:
                planners |= {f"{HORIZON}, memory": pl.Learning(planners[HORIZON])}
            for told, setting in settings.items():
                means = {}
                for planner, mechanism in planners.items():
                    means[planner], line = judged(mechanism, scenario, setting, tiers)
                    part = means[planner] / bounds[1]
                    print(f"  {planner:22s} {told:9s} {means[planner]:5.1f} of bound {part:5.3f} {line}", flush=True)
                best = max(means[planner] for planner in of_one_year(objective))
                still = means.pop("standstill")
                row = means[HORIZON] / bounds[1], means[HORIZON] - best, min(means.values()) - still
                gains.setdefault((f"{world}, {name}", told), []).append(row)
    print("\nmeans over worlds: 8 years of bound; foresight, over the best of one year; standstill behind the next")
    for (world, told), rows in gains.items():
        part, gain, behind = np.mean(rows, axis=0)
        print(f"{world:32s} {told:9s} {part:5.3f} {gain:+5.1f} {behind:+5.1f}")


if __name__ == "__main__":
    main()
