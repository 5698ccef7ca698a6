"""What the plan is worth to all others."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward

__all__ = ["Groves"]


class Groves(Reward):
    r"""Everybody is paid what the plan is worth to all others (Groves 1973 :cite:`groves:73`).

    A community gets what the others *say* that they get out of the plan, so that with what it gets itself it wants
    what a planner wants who maximises the sum,

    .. math:: t_h = \sum_{g \ne h} \hat v_g(y_g).

    A producer has no use for the goods and gets the needs met as they came about, :math:`B = \sum_g v_g`: all
    producers are one team. Clarke's version takes off what others would have without :math:`h`, which changes nobody's
    incentives; see `planlab.VCG`. What a plan charges is given back, so that nobody is charged twice.

    Parameters
    ----------
    share
        Producers' pay per unit of needs met.

    Notes
    -----
    Promises hold where nothing wears out. Elsewhere the planner's sum counts replacement as well, for which the team is
    not paid, and producers gain a little by admitting to less capacity than has to be replaced.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("groves:73", "clarke:71")
    promises: ClassVar = {
        "any": ("individually rational",),
        "linear_program": ("truthful producers", "truthful communities"),
        "vcg": ("truthful communities",),
        "command": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the team's result to producers, the others' to each community."""
        stated = account.reported_value(account.promised)
        team = jnp.full_like(account.reference_output, self.share * account.satisfaction.sum())
        return reward_state, Pay(team, stated.sum() - stated + account.payments)
