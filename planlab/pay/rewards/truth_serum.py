"""The Bayesian truth serum."""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, FINITE, entries
from planlab.base.part import nested, number, shown
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import Beside, received
from planlab.pay.rewards.flat import Flat
from planlab.pay.serum import serum_scores
from planlab.people.reports import Statistics

__all__ = ["TruthSerum"]


PREDICTIONS = ((0.5, 0.35, 0.15), (0.25, 0.5, 0.25), (0.15, 0.35, 0.5))
"""What holders of "less", "as much" and "more" expect of others; of a common prior, in which each expects its own."""


class TruthSerum(Beside):
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
        :math:`b`, per unit of needs met.
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
        """Raise for predictions that are not three rows of three frequencies."""
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
        rho = received(before, account)
        answer = 1 + (rho < 1 - self.leeway).astype(int) - (rho > 1 + self.leeway).astype(int)
        scores = serum_scores(answer, jnp.asarray(self.predictions)[answer], self.alpha)
        return (account.delivery, reward_state), replace(pay, communities=pay.communities + self.bonus * scores)
