"""Profit at announced prices."""

from typing import Any, ClassVar

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["Profit"]


class Profit(Reward):
    r"""Profit at the plan's announced prices and rents, by the true recipe.

    .. math:: B_j = (M^\top p - A^\top p - F^\top v)_j\, x_j

    Parameters
    ----------
    share
        Per unit of needs met, in which prices are expressed.

    Notes
    -----
    A mechanism without prices pays nothing.
    """

    share: float = number(1.0, FINITE)
    promises: ClassVar = {"linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return profits."""
        e, p, v = account.economy, account.prices, account.rents
        margin = e.outputs.T @ p - e.inputs.T @ p - v @ e.factors
        return reward_state, to_producers(account, self.share * margin * account.achieved)
