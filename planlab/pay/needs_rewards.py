"""Why communities say what they need: pay for statements that fit what is taken, and for answers that surprise."""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, FINITE, entries, of_kind
from planlab.base.part import nested, number, shown
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards import Flat
from planlab.pay.serum import robust_serum_scores, serum_scores
from planlab.people.reports import Statistics

__all__ = ["ProfileAccuracy", "RobustTruthSerum", "TruthSerum"]

PREDICTIONS = ((0.5, 0.35, 0.15), (0.25, 0.5, 0.25), (0.15, 0.35, 0.5))
"""What holders of "less", "as much" and "more" expect of others; of a common prior, in which each expects its own."""


class ProfileAccuracy(Reward):
    r"""A bonus for demand that matches the registered needs profile (Saros 2014 :cite:`saros:14`).

    .. math:: B_h = b\, \frac{\sum_i w_{ih}\, \tau_{ih} / y_{ih}}{\sum_i w_{ih}}, \qquad
              \tau_{ih} = \min(y_{ih}, D_{ih}),

    over the products that arrived, with deliveries y, what is taken of them :math:`\tau` and stated worth w; all of b
    if nothing arrived.

    Parameters
    ----------
    bonus
        :math:`b`, per unit of mean need satisfaction.
    reward
        What is paid besides.

    Notes
    -----
    Stylised: what arrives is taken as far as it is truly needed. An overstatement is noticed only where more arrives
    than is needed, and an understatement never: what it gains stays. Under `planlab.VCG` truth, dominant already, earns
    the whole bonus.
    """

    bonus: float = number(0.1, FINITE)
    reward: Reward = Flat()
    references: ClassVar = ("saros:14",)
    promises: ClassVar = {
        "any": ("individually rational",),
        "vcg": ("truthful communities",),
        "command": ("manipulable by communities",),
        "linear_program": ("manipulable by communities",),
    }

    def __check_init__(self) -> None:
        """Raise for what is no number or reward."""
        of_kind("reward", self.reward, Reward)

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return what the other reward remembers."""
        return self.reward.start(reference_output, last)

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the other's pay and the bonus."""
        reward_state, pay = self.reward.pay(reward_state, account)
        y = account.delivery
        w = jnp.where(y > 0, account.worth, 0.0)
        used, total = (w * account.taken / jnp.where(y > 0, y, 1.0)).sum(axis=0), w.sum(axis=0)
        share = jnp.where(total > 0, used / jnp.where(total > 0, total, 1.0), 1.0)
        return reward_state, replace(pay, communities=pay.communities + self.bonus * share)


def _received(before: Float[Array, "products communities"], account: Account) -> Float[Array, "communities"]:
    """Return what came last year over what is said to be needed, a mean weighted by stated worth."""
    D, w, total = account.reported_needs, account.worth, account.worth.sum(axis=0)
    ratio = (w * before / jnp.where(D > 0, D, 1.0)).sum(axis=0) / jnp.where(total > 0, total, 1.0)
    return jnp.where(total > 0, ratio, jnp.inf)


class TruthSerum(Reward):
    r"""Statements of need scored by the Bayesian truth serum (Prelec 2004 :cite:`prelec:04`).

    What a community says it needs, :math:`\hat D`, is read as its answer to "do you need less, about as much, or more
    than you received last year?", by the mean of last year's deliveries :math:`y'` over it, weighted by stated worth:

    .. math:: \rho_h = \frac{\sum_i w_{ih}\, y'_{ih} / \hat D_{ih}}{\sum_i w_{ih}}, \qquad
              \text{less: } \rho_h > 1 + \epsilon, \quad \text{more: } \rho_h < 1 - \epsilon.

    The bonus is b times the score of `planlab.pay.serum.serum_scores`: answers that are more common than
    predicted are paid. Bonuses add up to nothing for :math:`\alpha = 1`.

    Parameters
    ----------
    bonus
        :math:`b`, per unit of mean need satisfaction.
    leeway
        :math:`\epsilon`, what still counts as about as much.
    predictions
        What those who answer "less", "as much" and "more" expect others to answer, a row each.
    alpha
        Weight of the prediction.
    reward
        What is paid besides.

    Notes
    -----
    Stylised. Nobody is asked for a prediction: it is the common prior's for the answer. Only the answer is scored, not
    how much is asked for within it, and what the plan gives for the statement is left out of the theorem. That says
    that truth is one equilibrium (not the only one) among very many with a common prior; on an economy nothing is
    promised. Where needs go unmet year after year all answer "more", honest or not, and the score tells nothing.
    """

    bonus: float = number(0.1, FINITE)
    leeway: float = number(0.05, AT_LEAST_0)
    predictions: tuple[tuple[float, ...], ...] = nested(PREDICTIONS)
    alpha: float = number(1.0, FINITE)
    reward: Reward = Flat()
    references: ClassVar = ("prelec:04",)
    promises: ClassVar = {
        "command": ("manipulable by communities",),
        "linear_program": ("manipulable by communities",),
    }

    def __check_init__(self) -> None:
        """Raise for predictions that are not three rows of three frequencies, and for what is no number or reward."""
        of_kind("reward", self.reward, Reward)
        y = entries(self.predictions)
        if y is None or (y.shape == (3, 3) and (y > 0).all() and np.allclose(y.sum(axis=1), 1, rtol=0, atol=1e-9)):
            return
        raise ValueError(
            f"predictions is {shown(self.predictions)}; give three rows of three positive numbers that add up to one."
        )

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return last year's deliveries, and what the other reward remembers."""
        return last.delivery, self.reward.start(reference_output, last)

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return this year's deliveries, the other's pay and the scores."""
        before, reward_state = reward_state
        reward_state, pay = self.reward.pay(reward_state, account)
        rho = _received(before, account)
        answer = 1 + (rho < 1 - self.leeway).astype(int) - (rho > 1 + self.leeway).astype(int)
        scores = serum_scores(answer, jnp.asarray(self.predictions)[answer], self.alpha)
        return (account.delivery, reward_state), replace(pay, communities=pay.communities + self.bonus * scores)


class RobustTruthSerum(Reward):
    r"""Statements of need scored by the robust serum (Witkowski & Parkes 2012 :cite:`witkowski:12`), for three or more.

    Read as in `TruthSerum`, but as an answer to "do you need more than you received last year?", and scored by
    `planlab.pay.serum.robust_serum_scores` against the next two communities.

    Parameters
    ----------
    bonus
        :math:`b`, per unit of mean need satisfaction.
    leeway
        :math:`\epsilon`, how much more still counts as no more.
    predictions
        How many of the others those who answer "no" and "yes" expect to answer "yes".
    reward
        What is paid besides.

    Notes
    -----
    Stylised as `TruthSerum` is. The theorem needs no large numbers, but it needs the common prior, and it leaves out
    what the plan gives for the statement: on an economy nothing is promised but that nobody loses by the score.
    """

    bonus: float = number(0.1, FINITE)
    leeway: float = number(0.05, AT_LEAST_0)
    predictions: tuple[float, float] = nested((0.35, 0.65))
    reward: Reward = Flat()
    references: ClassVar = ("witkowski:12",)
    promises: ClassVar = {
        "any": ("individually rational",),
        "command": ("manipulable by communities",),
        "linear_program": ("manipulable by communities",),
    }

    def __check_init__(self) -> None:
        """Raise for predictions that are not two frequencies, and for what is no number or reward."""
        of_kind("reward", self.reward, Reward)
        y = entries(self.predictions)
        if y is not None and (y.shape != (2,) or not ((y >= 0) & (y <= 1)).all()):
            raise ValueError(f"predictions is {shown(self.predictions)}; give two numbers from 0 to 1.")

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return last year's deliveries, and what the other reward remembers; raise for too few communities."""
        if (communities := last.delivery.shape[1]) < 3:
            there = "is 1" if communities == 1 else f"are {communities}"
            raise ValueError(
                f"RobustTruthSerum needs at least 3 communities and there {there}; choose a world with more of them, "
                "or another reward such as TruthSerum."
            )
        return last.delivery, self.reward.start(reference_output, last)

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return this year's deliveries, the other's pay and the scores."""
        before, reward_state = reward_state
        reward_state, pay = self.reward.pay(reward_state, account)
        more = (_received(before, account) < 1 - self.leeway).astype(int)
        scores = robust_serum_scores(more, jnp.asarray(self.predictions)[more])
        return (account.delivery, reward_state), replace(pay, communities=pay.communities + self.bonus * scores)
