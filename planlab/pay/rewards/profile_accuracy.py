"""A bonus for demand that matches the registered profile."""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import Beside
from planlab.pay.rewards.flat import Flat

__all__ = ["ProfileAccuracy"]


class ProfileAccuracy(Beside):
    r"""A bonus for demand that matches the registered needs profile (Saros 2014 :cite:`saros:14`).

    .. math:: B_h = b\, \frac{\sum_i w_{ih}\, \tau_{ih} / y_{ih}}{\sum_i w_{ih}}, \qquad
              \tau_{ih} = \min(y_{ih}, D_{ih}),

    over the products that arrived, with deliveries y, what is taken of them :math:`\tau` and stated worth w; all of b
    if nothing arrived.

    Parameters
    ----------
    bonus
        :math:`b`, per unit of needs met.
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

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the other's pay and the bonus."""
        reward_state, pay = self.reward.pay(reward_state, account)
        y = account.delivery
        w = jnp.where(y > 0, account.need_weights, 0.0)
        used, total = (w * account.taken / jnp.where(y > 0, y, 1.0)).sum(axis=0), w.sum(axis=0)
        share = jnp.where(total > 0, used / jnp.where(total > 0, total, 1.0), 1.0)
        return reward_state, replace(pay, communities=pay.communities + self.bonus * share)
