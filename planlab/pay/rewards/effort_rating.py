"""Income by effort."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["EffortRating"]


class EffortRating(Reward):
    r"""Income by effort as workmates see it, detached from output (Albert & Hahnel 1991 :cite:`albert:91`).

    .. math:: B_j = b\, x_j / \min(t_j, c_j)

    Effort is what was achieved over what could have been, given what was asked and what truly was possible.

    Parameters
    ----------
    income
        :math:`b`, for all that could be done.

    Notes
    -----
    Stylised: workmates see capacity as it is, and whatever kept output down, missing inputs included, counts as
    lack of effort.
    """

    income: float = number(1.0, FINITE)
    references: ClassVar = ("albert:91",)
    promises: ClassVar = {
        "any": ("individually rational",),
        "command": ("truthful producers",),
        "linear_program": ("truthful producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return incomes."""
        possible = jnp.minimum(account.target, account.capacity)
        effort = jnp.where(possible > 0, account.achieved / jnp.where(possible > 0, possible, 1.0), 1.0)
        return reward_state, to_producers(account, self.income * effort)
