"""Keep what planlab says, so that a rebuilt house can be held against it: worlds × mechanisms × behaviours × rewards.

    python -m benchmarks.golden write golden.npz         # before; goes on with a record that is there
    python -m benchmarks.golden check golden.npz         # after: lists what differs, exit status 1 if anything does
    python -m benchmarks.golden write golden.npz --only drought/command

Each case is a short simulation. Kept are targets, prices, objective and dual objective of the plans, what was done and
delivered, pay and all scores. Where the optimum is not unique, a solver may say something else another time and be
right: a second solver plans the same, and targets, prices, pay and scores are compared only where both agree
(`unique`). Behaviours are crossed with one reward, and rewards with honesty.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.base.progress import progress_bar

PERIODS = 3
WORLDS = {
    "three_sector": {},
    "layered": {"products": 24, "communities": 3},
    "drought": {"products": 24},
}
SOLVED = {"linear_program": pl.LinearProgram, "vcg": pl.VCG}
"""Mechanisms whose plan is a solver's."""

EXACT, OBJECTIVE, UNIQUE = 1e-11, 1e-9, 1e-7
"""How far numbers may be apart, relative to the largest of their kind: of traceable mechanisms, objectives and scores
of solved ones, and whatever else is unique."""

BEHAVIOURS = {
    "truthful": (pl.Truthful(), pl.Direct()),
    "hierarchy": (pl.Truthful(), pl.Hierarchy(levels=3)),
    "understate": (pl.Understate(0.8), pl.Direct()),
    "over_request": (pl.OverRequest(1.3), pl.Direct()),
    "embellish": (pl.Embellish(1.1), pl.Hierarchy(levels=3)),
    "idiosyncratic_bias": (pl.IdiosyncraticBias(), pl.Hierarchy(levels=3)),
    "ratchet": (pl.Ratchet(), pl.Direct()),
    "no_needs_channel": (pl.NoNeedsChannel(), pl.Direct()),
    "noisy_needs": (pl.NoisyNeeds(), pl.Direct()),
    "exaggerate_needs": (pl.ExaggerateNeeds(), pl.Direct()),
    "combined": (pl.Combined((pl.Understate(0.9), pl.ExaggerateNeeds())), pl.Direct()),
}
REWARDS = {
    "flat": pl.Flat(),
    "step_bonus": pl.StepBonus(),
    "target_bonus": pl.TargetBonus(),
    "weitzman": pl.Weitzman(),
    "groves": pl.Groves(),
    "clarke": pl.Clarke(),
    "loeb_magat": pl.LoebMagat(),
    "profit": pl.Profit(),
    "effort_rating": pl.EffortRating(),
}
Numbers = dict[str, np.ndarray]


class Case(NamedTuple):
    """What is simulated, by name."""

    world: str
    mechanism: str
    behaviour: str
    reward: str


def cases() -> Iterator[Case]:
    """Yield the cases."""
    pairs = [*product(BEHAVIOURS, ["step_bonus"]), *product(["truthful"], REWARDS)]
    for world, mechanism, pair in product(WORLDS, pl.mechanism_names(), dict.fromkeys(pairs)):
        yield Case(world, mechanism, *pair)


def said(case: Case, mechanism: str | pl.Mechanism) -> Numbers:
    """Return what planlab says of a case's last period, and the scores, with a mechanism in the place of its own."""
    scenario = pl.make_scenario(case.world, seed=0, **WORLDS[case.world])
    behaviour, channel = BEHAVIOURS[case.behaviour]
    reward = REWARDS[case.reward]
    blind = pl.Setting(behaviour, channel, pl.Physics(rule=pl.IntermediatesFirst()), reward, stores=False)
    run = pl.simulate(mechanism, scenario, PERIODS, seed=1, setting=blind)
    plan, outcome, certificate = run.plan, run.outcome, run.plan.certificate
    proof = {} if certificate is None else {"objective": certificate.objective, "bound": certificate.bound}
    found = proof | {
        "status": plan.status,
        "targets": plan.activity,
        "prices": plan.prices,
        "activity": outcome.activity,
        "delivery": outcome.delivery,
        "closing": outcome.closing,
        "pay": run.pay.producers,
    }
    last = {name: np.asarray(value, float)[-1].ravel() for name, value in found.items()}
    return last | {"scores": np.array(list(pl.score(run).metrics.values()))}


def unique(case: Case, found: Numbers) -> Numbers:
    """Return those of the numbers that another solver finds as well."""
    if case.mechanism not in SOLVED:
        return found
    other = said(case, SOLVED[case.mechanism](solver="active_set"))
    return {name: value for name, value in found.items() if apart(value, other[name]) <= UNIQUE}


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return by how much two arrays differ, relative to the largest number in them."""
    if one.shape != other.shape or (np.isfinite(one) != np.isfinite(other)).any():
        return np.inf
    finite = np.isfinite(one)
    gap = np.abs(one - other)[finite].max(initial=0.0)
    return float(gap / max(np.abs(one)[finite].max(initial=0.0), 1e-300)) if gap else 0.0


def allowed(case: Case, name: str) -> float:
    """Return how far numbers of one kind may be apart."""
    if case.mechanism not in SOLVED:
        return EXACT
    return OBJECTIVE if name in ("objective", "bound", "status", "scores") else UNIQUE


def differing(case: Case, kept: Numbers) -> Iterator[str]:
    """Yield what planlab says otherwise than a record, or says no more."""
    found = said(case, case.mechanism)
    for name, value in kept.items():
        gap = apart(value, found[name]) if name in found else np.inf
        if gap > allowed(case, name):
            yield f"{'/'.join(case)}: {name} is {gap:.1e} apart"


def main() -> None:
    """Write the record, or hold what planlab says now against it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("write", "check"))
    parser.add_argument("record", type=Path)
    parser.add_argument("--only", default="", help="cases whose name begins so: world/mechanism/behaviour/reward")
    options = parser.parse_args()
    chosen = [case for case in cases() if "/".join(case).startswith(options.only)]
    if options.what == "check" and not options.record.exists():
        parser.error(f"{options.record} is not there; make it with `write` before what is to be checked changes.")
    known = read(options.record) if options.record.exists() else {}
    wrong: list[str] = []
    with progress_bar(None, len(chosen)) as advance:
        for case in chosen:
            if options.what == "check":
                kept = known.get("/".join(case))
                wrong += [f"{'/'.join(case)}: not in the record"] if kept is None else differing(case, kept)
            elif "/".join(case) not in known:
                known["/".join(case)] = unique(case, said(case, case.mechanism))
                write(options.record, known)
            advance("/".join(case), 1)
    print("\n".join([*wrong, f"{len(chosen)} cases, {len(wrong)} numbers differ", provenance()]))
    sys.exit(bool(wrong))


def write(path: Path, known: dict[str, Numbers]) -> None:
    """Write a record: one vector a case, and which kinds of numbers it holds, how many of each."""
    parts: dict[str, Any] = {}
    for label, numbers in known.items():
        parts[label] = np.concatenate(list(numbers.values()))
        parts[f"{label}/kinds"] = np.array([f"{name} {value.size}" for name, value in numbers.items()])
    np.savez_compressed(path, **parts)


def read(path: Path) -> dict[str, Numbers]:
    """Return a record by case."""
    with np.load(path) as parts:
        labels = [label for label in parts.files if not label.endswith("/kinds")]
        return {label: dict(_split(parts[label], parts[f"{label}/kinds"])) for label in labels}


def _split(vector: np.ndarray, kinds: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the kinds of numbers of one case."""
    first = 0
    for name, size in (kind.split() for kind in kinds.tolist()):
        yield name, vector[first : first + int(size)]
        first += int(size)


if __name__ == "__main__":
    main()
