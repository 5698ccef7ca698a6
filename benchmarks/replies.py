"""Best replies to planners who look into the stores: who gains by which lie under which reward, and where it leads.

Producers may misreport capacity, input requirements, results and what lies in their stores, communities their needs;
truth is among what they try, and goods go where the plan sent them. A row is a planner under a reward, the mean over
worlds: needs met in per cent if all are honest; the largest gain found for a producer and for a community that lies
alone, in units of pay (1: all needs met, or a norm), and the lie that gained it, said over true; needs met where best
replies end; what could still be gained there, per cent of the mean payoff, and in how many worlds that is a hundredth
at most; geometric means in the end of what is said over the truth. ``none found`` says that a search found nothing, not
that nobody can gain.

Planners: `planlab.LinearProgram`, with a memory (`planlab.Learning`), four times a year (``quarterly``), with a horizon
of two years (`planlab.RecedingHorizon`), `planlab.VCG`, `planlab.Command`, and command four times a year. Those whose
plans take long are asked about a few rewards only, unless rewards are named.

    python -m benchmarks.replies
    python -m benchmarks.replies --lies stores --planners linear_program,quarterly --rewards weitzman,groves
    python -m benchmarks.replies --scenario layered --set products=12 --rewards profit,groves --planners memory,command
"""

import argparse
import time
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.base.registry import registry_of
from planlab.incentives.trial import LIES, OWN_LIES
from planlab.study.design import world_of
from planlab.terminal import parameters

LINEAR = pl.LinearProgram()
PLANNERS: dict[str, tuple[pl.Mechanism, int]] = {
    "linear_program": (LINEAR, 1),
    "memory": (pl.Learning(LINEAR), 1),
    "command": (pl.Command(), 1),
    "quarterly command": (pl.Command(), 4),
    "quarterly": (LINEAR, 4),
    "horizon": (pl.RecedingHorizon(window=2), 1),
    "vcg": (pl.VCG(), 1),
}
"""Mechanisms, and how often a year they plan."""

ASKED = {
    "memory": ("weitzman", "profit", "groves", "flat"),
    "quarterly command": ("weitzman", "profit", "target_bonus"),
    "quarterly": ("weitzman", "profit"),
    "horizon": ("weitzman", "profit"),
    "vcg": ("clarke", "weitzman"),
}
"""Rewards that some planners, whose plans take long, are asked about unless rewards are named; the others about all."""

SCENARIO = "transition:three_sector"

SET = ["labour=75", "communities=3", "years=3"]
"""Of the default world: labour for nine tenths of all that is needed, and three years until needs have changed."""

WIDE = {"producer": 58, "community": 12}
"""Characters for the largest lies."""


def row(
    planner: str, reward: pl.Reward, scenario: pl.Scenario, lies: tuple[str, ...], years: int, rounds: int, seed: int
) -> dict[str, Any]:
    """Return what lying pays, and where it leads, in one world."""
    mechanism, replans = PLANNERS[planner]
    shared: Any = {"periods": years, "seed": seed, "setting": pl.Setting(reward=reward, replans=replans, months=False)}
    found = pl.regret(mechanism, scenario, None, "all", lies, progress=False, **shared)
    ended = pl.equilibrium(mechanism, scenario, None, "all", lies, rounds=rounds, progress=False, **shared)
    said = {name: float(np.exp(np.log(np.asarray(getattr(ended.behaviour, name))).mean())) for name in LIES}
    return {
        "honest": ended.honest_satisfaction,
        **gains(found.table, "producer", OWN_LIES),
        **gains(found.table, "community", ("needs",)),
        "tried": found.tried,
        "ends": ended.satisfaction,
        "left": ended.epsilon,
        "converged": ended.converged,
        "at_most": ended.at_most,
        **said,
    }


def gains(table: pd.DataFrame, kind: str, lies: tuple[str, ...]) -> dict[str, Any]:
    """Return the largest gain of a kind of agents over their mean payoff, how many gain, and who gains by what."""
    own = table[table.kind == kind]
    if own.empty:
        return {f"{kind}_gain": 0.0, f"{kind}_liars": 0, f"{kind}_lie": "", f"{kind}_society": 0.0}
    best = own.loc[own.gain.idxmax()]
    told = " ".join(f"{lie} {best[lie]:.2f}" for lie in lies if abs(best[lie] - 1) > 0.005)
    return {
        f"{kind}_gain": float(best.gain),
        f"{kind}_liars": int(own.found.sum()),
        f"{kind}_lie": told if best.found else "",
        f"{kind}_society": float(best.society),
    }


def rows(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield a row per planner, reward and world."""
    named = options.rewards.split(",") if options.rewards else None
    lies = tuple(options.lies.split(","))
    every = registry_of(pl.Reward).names()
    seeds = range(options.seed, options.seed + options.worlds)
    drawn = world_of(options.scenario, **parameters(options.set))
    worlds = [drawn(seed) if callable(drawn) else drawn for seed in seeds]
    for planner in options.planners.split(","):
        for name, (seed, scenario) in product(named or ASKED.get(planner, every), zip(seeds, worlds, strict=True)):
            reward = registry_of(pl.Reward).find(name)()
            found = row(planner, reward, scenario, lies, options.years, options.rounds, seed)
            yield {"planner": planner, "reward": name, "seed": seed} | found


def line(part: pd.DataFrame) -> str:
    """Return the means over worlds of a planner under a reward; the lies of the world in which they gain most."""
    mean = part.mean(numeric_only=True)
    first = part.iloc[0]

    def most(kind: str) -> str:
        best = part.loc[part[f"{kind}_gain"].idxmax()]
        if not part[f"{kind}_liars"].any():
            return f"{'none found':{7 + WIDE[kind]}s}"
        return f"{mean[f'{kind}_gain']:6.3f} {best[f'{kind}_lie']:{WIDE[kind]}s}"

    left = "> 900" if mean.left > 9 else f"{100 * mean.left:5.1f}"
    said = "".join(f"{mean[lie]:9.2f}" for lie in LIES)
    return (
        f"{first.planner:19s}{first.reward:19s}{100 * mean.honest:6.1f}  {most('producer')}{most('community')}"
        f"{100 * mean.ends:6.1f} {left} {int(part.converged.sum()):2d}/{len(part):<2d}{said}"
    )


def main() -> None:
    """Print a line for every planner and reward."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default=SCENARIO, help="a table or a generator")
    parser.add_argument("--set", action="append", metavar="NAME=VALUE", help="a parameter of it; by default SET")
    parser.add_argument("--planners", default=",".join(PLANNERS))
    parser.add_argument("--rewards", help="by default all, or those of ASKED")
    parser.add_argument("--lies", default=",".join(LIES), help="what may be misreported")
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--worlds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    may_be_kept(parser)
    options = parser.parse_args()
    if options.set is None and options.scenario == SCENARIO:
        options.set = SET
    began, kept = time.perf_counter(), []
    print("#", provenance())
    gain = "".join(f"{f'a {kind} gains':{7 + wide}s}" for kind, wide in WIDE.items())
    said = "".join(f"{lie:>9s}" for lie in LIES)
    print(f"{'planner':19s}{'reward':19s}{'honest':>6s}  {gain}{'ends':>6s}{'left':>6s} {'conv.':5s}{said}")
    for found in rows(options):
        kept.append(found)
        save(kept, options.out)
        if found["seed"] == options.seed + options.worlds - 1:
            print(line(pd.DataFrame(kept[-options.worlds :])), flush=True)
    print(f"# {time.perf_counter() - began:.0f} s, {time.process_time():.0f} s of processor time")


if __name__ == "__main__":
    main()
