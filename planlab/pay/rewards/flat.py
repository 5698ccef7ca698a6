"""The same income for all."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["Flat"]


class Flat(Reward):
    """Everybody gets the same income, whatever happens.

    Parameters
    ----------
    income
        Per period.
    """

    income: float = number(1.0, FINITE)
    promises: ClassVar = {
        "any": ("truthful producers", "individually rational"),
        "linear_program": ("manipulable by communities",),
        "command": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the same for all."""
        return reward_state, to_producers(account, jnp.full_like(account.reference_output, self.income))
