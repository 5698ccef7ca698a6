"""Own result as realised, all others' as planned."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["LoebMagat"]


class LoebMagat(Reward):
    r"""Own result as realised, all others' as planned (Loeb & Magat 1978 :cite:`loeb:78`).

    The plan's stated worth :math:`\hat W`, less the producer's own shortfall at the plan's prices,

    .. math:: B_j = \hat W - (M^\top p)_j\,(t_j - x_j)_+ .

    Parameters
    ----------
    share
        Per unit of needs met.

    Notes
    -----
    A mechanism without prices charges nothing for shortfalls. In one firm's own output, where Loeb and Magat have it,
    truth is dominant (`planlab.incentives.settings.divisions`). In a network it is not: who needs more inputs than it
    said meets its own target and leaves others short.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("loeb:78",)
    promises: ClassVar = {"linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the bonus."""
        W = account.reported_value(account.promised).sum()
        lost = (account.economy.outputs.T @ account.prices) * jnp.maximum(account.target - account.achieved, 0.0)
        return reward_state, to_producers(account, self.share * (W - lost))
