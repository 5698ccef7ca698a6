r"""Where lying leads: everybody answers everybody's lies until nobody gains more than :math:`\varepsilon`.

*Best reply.* In every round each agent tries small steps from what it says, in every fourth round also the truth and a
few larger lies, all others given, and moves part of the way to what pays best; all move at once. Steps are halved when
no longer anybody gains.

*Learning.* Each agent chooses among a few lies by exponential weights (Hedge, Freund & Schapire 1997
:cite:`freund:97`): a lie that would have paid more, given what all others said, is said more often.

Neither must converge, and what they converge to need not be the only equilibrium: `Equilibrium` says how far from one
the result is, by a search of its own for what anybody could still gain.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planlab.base.progress import Advance, progress_bar
from planlab.economy.scenario import Scenario
from planlab.incentives.arguments import Kinds, adapting_kinds
from planlab.incentives.search import GRID, WIDEST, search
from planlab.incentives.trial import LIES, OWN_LIES, Payoffs, Profile, Trial
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import name_of
from planlab.pay.account import Effort, Reward
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.misreport import Misreport
from planlab.people.channel import Channel
from planlab.simulation.setting import Setting
from planlab.world.physics import Physics

__all__ = ["Equilibrium", "equilibrium"]

STEP, FINEST = 0.4, 0.02
"""First and last step of a best reply, in logarithms."""

FRESH = 6
"""From this round on, replies go ever less of the way to what pays best, by one over the number of rounds."""

LEAP = 4
"""Best replies try far lies in every fourth round."""

LEVELS = (0.4, 0.7, 1.4, 2.5)
"""Said over true, beside one: what learners choose from and best replies try, along all that can be misreported."""


@dataclass(frozen=True)
class Equilibrium:
    """Where adapting ended.

    Parameters
    ----------
    behaviour
        What everybody says in the end: put it into `planlab.compare` or `planlab.simulate`.
    epsilon
        The most that anybody was then found to gain by another lie, over the mean size of payoffs, then or if all
        were honest, whichever is larger.
    converged
        Whether that is no more than was asked for.
    at_most
        How many agents tell a lie as large as any that is looked for, fivefold; a larger one may pay them more.
    history
        A row per round: ``round``, ``epsilon`` among the moves tried, ``needs_met``, and the geometric means of
        what is said over the truth, ``capacity``, ``inputs``, ``results``, ``stores``, ``needs``.
    satisfaction, honest_satisfaction
        Needs met in the end, and if all told the truth.
    mechanism, reward
        What they are called.
    """

    behaviour: Misreport
    epsilon: float
    converged: bool
    at_most: int
    history: pd.DataFrame
    satisfaction: float
    honest_satisfaction: float
    mechanism: str
    reward: str

    def __str__(self) -> str:
        """In words."""
        rest = f"nobody was found to gain more than {100 * self.epsilon:.2g} % of the mean payoff"
        if not self.converged:
            rest = f"not converged: somebody still gains {100 * self.epsilon:.2g} % of the mean payoff"
        most = f"; {self.at_most} tell the largest lie that is looked for" if self.at_most else ""
        return (
            f"{self.mechanism} with {self.reward}: needs met {self.satisfaction:.3f}, "
            f"honest {self.honest_satisfaction:.3f}; {rest} after {len(self.history)} rounds{most}."
        )


def equilibrium(
    mechanism: str | Mechanism,
    scenario: Scenario,
    reward: Reward | None = None,
    agents: str = "producers",
    lies: tuple[str, ...] = ("capacity", "inputs"),
    effort: Effort = Effort(),  # noqa: B008 - frozen
    periods: int = 1,
    discount: float = 1.0,
    rule: str = "best_reply",
    rounds: int = 30,
    damping: float = 0.5,
    epsilon: float = 1e-2,
    behaviour: Behaviour | None = None,
    channel: Channel | None = None,
    physics: Physics | None = None,
    seed: int = 0,
    progress: bool | None = None,
    setting: Setting | None = None,
) -> Equilibrium:
    """Let everybody adapt what they say to what it pays.

    Parameters
    ----------
    mechanism, scenario, reward, effort, periods, discount, behaviour, channel, physics, seed, setting
        As in `planlab.regret`.
    agents
        Who adapts: ``"producers"``, ``"communities"`` or ``"all"``.
    lies
        What they may misreport.
    rule
        ``"best_reply"`` or ``"learning"``.
    rounds
        At most so many.
    damping
        How far a best reply goes at first towards what pays best, above 0 to 1.
    epsilon
        What may still be gained, over the mean size of payoffs, for it to count as an equilibrium.
    progress
        Whether to show a progress bar; ``None``: when standard error is a terminal.

    Returns
    -------
    Equilibrium
        With the behaviour to compare, and whether it converged.

    Raises
    ------
    ValueError
        For arguments that are out of range, by name.
    """
    kinds = adapting_kinds(agents, lies, rule, rounds, damping, epsilon)
    trial = Trial(mechanism, scenario, reward, effort, periods, discount, behaviour, channel, physics, seed, setting)
    with progress_bar(progress, rounds + 1) as advance:
        honest = trial.honest()
        if rule == "best_reply":
            profile, history = _best_replies(trial, honest, kinds, rounds, damping, epsilon, advance)
        else:
            draw = np.random.default_rng([seed, 5])
            profile, history = _learned(trial, honest, kinds, rounds, draw, advance)
        advance("what could still be gained", 0)
        ended = trial.warm_up(profile)
        left = _left_to_gain(trial, profile, ended, honest, kinds)
    return Equilibrium(
        profile.behaviour(),
        left,
        left <= epsilon,
        _at_most(profile),
        pd.DataFrame(history),
        float(ended.satisfaction),
        float(honest.satisfaction),
        name_of(trial.mechanism),
        type(trial.reward).__name__,
    )


def _size(producers: bool, *payoffs: Payoffs) -> float:
    """Return what gains are measured in: the mean size of payoffs, in whichever case they are larger."""
    sizes = [np.abs(np.asarray(got.of(producers))) for got in payoffs]
    return max(1e-12, *(float(size[np.isfinite(size)].mean()) for size in sizes if np.isfinite(size).any()))


def _row(profile: Profile, got: Payoffs, number: int, epsilon: float) -> dict[str, float]:
    means = np.concatenate([np.asarray(profile.of(producers)).mean(axis=0) for producers in (True, False)])
    said = dict(zip(LIES, map(float, np.exp(means)), strict=True))
    return {"round": number, "epsilon": epsilon, "needs_met": float(got.satisfaction)} | said


def _best_replies(
    trial: Trial, honest: Payoffs, kinds: Kinds, rounds: int, damping: float, epsilon: float, advance: Advance
) -> tuple[Profile, list[dict[str, float]]]:
    """Move towards best replies, all at once."""
    profile, step, history = trial.truth, STEP, []
    for number in range(1, rounds + 1):
        base, new, most = trial.warm_up(profile), profile, 0.0
        part = damping * min(1.0, FRESH / number)
        for producers, dims in kinds:
            now = np.array(profile.of(producers))
            moves = np.clip(_moves(now, dims, step, far=number % LEAP == 1), -WIDEST, WIDEST)
            who = np.arange(now.shape[0])
            got = trial.unilateral(profile, producers, who, moves)
            gain = (got.max(axis=1) - got[:, 0]) / _size(producers, honest, base)
            most = max(most, float(gain.max()))
            best = moves[who, got.argmax(axis=1)]
            moved = np.where((gain > 0.1 * epsilon)[:, None], now + part * (best - now), now)
            new = new.with_those_of(producers, moved)
        history.append(_row(profile, base, number, most))
        advance("best replies", 1)
        if most <= epsilon:
            if step <= FINEST:
                break
            step = step / 2
        profile = new
    return profile, history


def _moves(now: np.ndarray, dims: list[int], step: float, far: bool) -> np.ndarray:
    """Return what each tries, ``(agents, moves, lies)``: as it is, small steps, if asked also truth and `LEVELS`."""
    stay = now[:, None, :]
    near = stay + step * np.concatenate([np.eye(now.shape[1])[dims], -np.eye(now.shape[1])[dims]])[None]
    if not far:
        return np.concatenate([stay, near], axis=1)
    away = []
    for k in dims:
        for level in np.log(LEVELS):
            other = now.copy()
            other[:, k] = level
            away.append(other)
    return np.concatenate([stay, 0 * stay, near, np.stack(away, axis=1)], axis=1)


def _learned(
    trial: Trial, honest: Payoffs, kinds: Kinds, rounds: int, draw: np.random.Generator, advance: Advance
) -> tuple[Profile, list[dict[str, float]]]:
    """Learn by exponential weights; what is returned is what each agent says most often on average."""
    history: list[dict[str, float]] = []
    choices = {producers: _levels(dims, len(OWN_LIES) if producers else 1) for producers, dims in kinds}
    weights = {kind: np.zeros((trial.truth.of(kind).shape[0], of.shape[0])) for kind, of in choices.items()}
    average = {producers: np.zeros_like(weight) for producers, weight in weights.items()}
    profile = trial.truth
    for number in range(1, rounds + 1):
        base, new, most = trial.payoffs(profile), profile, 0.0
        for producers, _ in kinds:
            options, weight = choices[producers], weights[producers]
            agents, count = weight.shape
            moves = np.broadcast_to(options, (agents, *options.shape))
            got = trial.unilateral(profile, producers, np.arange(agents), moves) / _size(producers, honest, base)
            weights[producers] = weight + got
            rate = np.sqrt(8 * np.log(count) / number)
            mixed = np.exp(rate * (weights[producers] - weights[producers].max(axis=1, keepdims=True)))
            mixed /= mixed.sum(axis=1, keepdims=True)
            average[producers] += mixed
            most = max(most, float((got.max(axis=1) - (mixed * got).sum(axis=1)).max()))
            said = (mixed.cumsum(axis=1) > draw.random((agents, 1))).argmax(axis=1)
            new = new.with_those_of(producers, options[said])
        history.append(_row(profile, base, number, most))
        advance("learning", 1)
        profile = new
    for producers, _ in kinds:
        profile = profile.with_those_of(producers, choices[producers][average[producers].argmax(axis=1)])
    return profile, history


def _levels(dims: list[int], width: int) -> np.ndarray:
    """Return the lies that learners choose from: the truth, and each level along each thing."""
    along = np.eye(width)[dims]
    far = (np.log(LEVELS)[:, None, None] * along[None]).reshape(-1, width)
    return np.concatenate([np.zeros((1, width)), far])


def _at_most(profile: Profile) -> int:
    """Return how many agents tell a lie as large as any that is looked for, to a last step."""
    largest = [np.abs(np.asarray(profile.of(producers))).max(axis=1) for producers in (True, False)]
    return int(sum((lie >= WIDEST - FINEST).sum() for lie in largest))


def _left_to_gain(trial: Trial, profile: Profile, got: Payoffs, honest: Payoffs, kinds: Kinds) -> float:
    """Return the most that anybody is found to gain by another lie, by the search of `planlab.regret`, run anew."""
    left = 0.0
    for producers, dims in kinds:
        own, said = np.asarray(got.of(producers)), np.asarray(profile.of(producers))
        best, _ = search(trial, profile, producers, np.arange(own.size), dims, GRID, (0.1, 0.03), thorough=True)
        lying = np.flatnonzero(np.any(best != said, axis=1))
        if lying.size:
            again, _ = trial.definitive(profile, producers, lying, best[lying])
            left = max(left, float((again - own[lying]).max()) / _size(producers, got, honest))
    return left
