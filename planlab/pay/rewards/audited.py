"""Another reward, less penalties for false announcements."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp

from planlab.base.checks import AT_LEAST_0, SHARE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import Beside
from planlab.pay.rewards.step_bonus import StepBonus

__all__ = ["Audited"]


class Audited(Beside):
    r"""Another reward, less the expected penalty of a false announcement of capacity.

    .. math:: B' = B - q P\,[\,|\hat c / c - 1| > \epsilon\,]

    with c what was known of capacity when it was announced: nobody is fined for a drought.

    Parameters
    ----------
    reward
        What is paid otherwise.
    probability, penalty
        :math:`q` of an inspection, and :math:`P`; a lie pays only if it gains more than :math:`q P`.
    leeway
        :math:`\epsilon`, what an inspection overlooks.
    """

    reward: Reward = StepBonus()
    probability: float = number(0.1, SHARE)
    penalty: float = number(10.0, AT_LEAST_0)
    leeway: float = number(0.02, AT_LEAST_0)

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the other's pay less expected penalties."""
        reward_state, pay = self.reward.pay(reward_state, account)
        off = jnp.abs(account.overstatement - 1)
        caught = jnp.where(off > self.leeway, self.probability * self.penalty, 0.0)
        return reward_state, replace(pay, producers=pay.producers - caught)
