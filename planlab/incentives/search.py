"""The search for the lie that pays one agent most, all others given."""

from collections import Counter

import numpy as np

from planlab.base.progress import Advance
from planlab.incentives.trial import Profile, Trial

__all__ = ["GRID", "STEPS", "WIDEST", "noise_of", "search"]

GRID = (0.5, 0.8, 1.25, 2.0)
"""Factors tried first, along each thing that can be misreported."""

CLIMBS = (0.1, 0.02)
"""How far to go along the slope, in logarithms: each is tried."""

WIDEST = float(np.log(5.0))
"""No lie that is looked for is larger than fivefold, up or down."""

STEPS = (0.03,)
"""Of the compass search, in logarithms."""


def search(
    trial: Trial,
    profile: Profile,
    producers: bool,
    who: np.ndarray,
    dims: list[int],
    grid: tuple[float, ...],
    steps: tuple[float, ...],
    advance: Advance = lambda text, done: None,
    thorough: bool = False,
) -> tuple[np.ndarray, Counter[str]]:
    """Return each agent's best lie found, and how many lies were ``tried`` and ``failed`` to give a finite payoff.

    Agents are searched for together: every round tries the same moves for all that it is for.

    Parameters
    ----------
    trial, profile
        What is run, and what all others say.
    producers, who, dims
        Who searches, and along which of the things they can misreport.
    grid, steps, advance
        As in `regret`, and what is told how far it is.
    thorough
        Whether to polish for all, and not for those only who gain already.
    """
    now = np.array(profile.of(producers))[who]
    along = np.eye(now.shape[1])[dims]
    truthful = np.asarray(trial.near(profile).of(producers))[who]
    value, counts = np.where(np.isfinite(truthful), truthful, -np.inf), Counter[str]()

    def improve(some: np.ndarray, moves: np.ndarray, onward: bool = True) -> None:
        """Try several places for some agents, ``(some, moves, lies)``; keep what is better."""
        if not moves.size:
            return
        moves = np.clip(moves, -WIDEST, WIDEST)
        got = trial.unilateral(profile, producers, who[some], moves, onward)
        counts.update(tried=got.size, failed=int(np.isneginf(got).sum()))
        best = got.max(axis=1)
        better = best > value[some]
        now[some[better]] = moves[better, got[better].argmax(axis=1)]
        value[some[better]] = best[better]

    advance("a grid of lies", 0)
    everybody = np.arange(who.size)
    improve(everybody, _far(now, along, np.log(np.asarray(grid))), onward=False)

    advance("slopes", 1)
    slope = np.zeros_like(now)
    slope[:, dims] = trial.slopes(profile, producers, who, now)[:, dims]
    steepest = np.abs(slope).max(axis=1, keepdims=True)
    uphill = np.flatnonzero(steepest[:, 0] > 0)
    advance("climbing", 1)
    improve(uphill, now[uphill, None, :] + np.array(CLIMBS)[:, None] * (slope / steepest.clip(1e-300))[uphill, None, :])

    advance("polishing", 1)
    for step in steps:
        some = everybody if thorough else np.flatnonzero(value > truthful)
        near = step * np.concatenate([along, -along])
        improve(some, now[some, None, :] + near[None])
        advance("polishing", 1)
    return now, counts


def _far(now: np.ndarray, along: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return one lie of every level along each thing alone; of liars also the truth, and a change of one lie only."""
    told = np.tile(along, (levels.size, 1))
    alone = np.repeat(levels, len(along))[:, None] * told
    moves = np.broadcast_to(alone, (now.shape[0], *alone.shape))
    if not now.any():
        return moves
    stay = now[:, None, :]
    return np.concatenate([moves, 0 * stay, stay * (1 - told) + alone], axis=1)


def noise_of(own: np.ndarray, tolerance: float) -> float:
    """Return what gains have to exceed: a part of the largest payoff, or of one where that is less."""
    return tolerance * max(1.0, float(np.abs(own).max()))
