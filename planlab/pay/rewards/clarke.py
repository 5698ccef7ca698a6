"""The harm done to others, as the plan charges it."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["Clarke"]


class Clarke(Reward):
    r"""Communities pay what the plan charges them and nothing else: the harm they do, if `planlab.VCG` made it.

    Clarke's pivotal version of `Groves` (1971 :cite:`clarke:71`): what others would have without :math:`h`, less what
    they say they have with it. Charges belong to the plan and are taken off whatever reward is paid; producers earn
    needs met, as in `Groves`.

    Parameters
    ----------
    share
        Producers' pay per unit of needs met.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("clarke:71",)
    promises: ClassVar = {
        "vcg": (
            "truthful communities",
            "individually rational",
            "no deficit from communities",
        ),
        "linear_program": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the team's result to producers."""
        return reward_state, to_producers(
            account, jnp.full_like(account.reference_output, self.share * account.satisfaction.sum())
        )
