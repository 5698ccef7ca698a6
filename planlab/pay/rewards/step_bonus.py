"""A bonus for meeting the plan."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import BELOW_1, FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["StepBonus"]


class StepBonus(Reward):
    r"""A bonus for meeting the plan, and a little for exceeding it.

    .. math:: B = b_0\,[y \ge (1 - \epsilon)\, \hat y] + b_1 (y - \hat y)_+

    Parameters
    ----------
    met
        :math:`b_0`.
    beyond
        :math:`b_1`, per norm.
    leeway
        :math:`\epsilon`, the shortfall that is overlooked.

    Notes
    -----
    Nobody makes more than was planned in planlab's physics, so that the second term is paid for nothing but rounding.
    """

    met: float = number(1.0, FINITE)
    beyond: float = number(0.1, FINITE)
    leeway: float = number(0.01, BELOW_1)
    references: ClassVar = ("weitzman:76",)
    promises: ClassVar = {"any": ("individually rational",), "linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the bonus."""
        y, planned = account.y, account.planned
        met = jnp.where((y >= (1 - self.leeway) * planned) & (planned > 0), self.met, 0.0)
        return reward_state, to_producers(account, met + self.beyond * jnp.maximum(y - planned, 0.0))
