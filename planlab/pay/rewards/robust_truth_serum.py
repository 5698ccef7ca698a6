"""The robust truth serum."""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, FINITE, entries
from planlab.base.part import nested, number, shown
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import Beside, received
from planlab.pay.rewards.flat import Flat
from planlab.pay.serum import robust_serum_scores
from planlab.people.reports import Statistics

__all__ = ["RobustTruthSerum"]


class RobustTruthSerum(Beside):
    r"""Statements of need scored by the robust serum (Witkowski & Parkes 2012 :cite:`witkowski:12`), for three or more.

    Read as in `TruthSerum`, but as an answer to "do you need more than you received last year?", and scored by
    `planlab.pay.serum.robust_serum_scores` against the next two communities.

    Parameters
    ----------
    bonus
        :math:`b`, per unit of needs met.
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
        """Raise for predictions that are not two frequencies."""
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
        more = (received(before, account) < 1 - self.leeway).astype(int)
        scores = robust_serum_scores(more, jnp.asarray(self.predictions)[more])
        return (account.delivery, reward_state), replace(pay, communities=pay.communities + self.bonus * scores)
