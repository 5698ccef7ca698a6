"""What rewards share."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import of_kind
from planlab.pay.account import Account, Pay, Reward
from planlab.people.reports import Statistics

__all__ = ["Beside", "received", "to_producers"]


class Beside(Reward):
    """What is paid beside another reward, or taken off it; it remembers what the other does."""

    reward: eqx.AbstractVar[Reward]

    def __check_init__(self) -> None:
        """Raise for what is no reward."""
        of_kind("reward", self.reward, Reward)

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return what the other reward remembers."""
        return self.reward.start(reference_output, last)


def to_producers(account: Account, pay: Float[Array, "processes"]) -> Pay:
    """Return pay of which communities get nothing."""
    return Pay(pay, jnp.zeros_like(account.satisfaction))


def received(before: Float[Array, "products communities"], account: Account) -> Float[Array, "communities"]:
    """Return what came last year over what is said to be needed, a mean weighted by stated worth."""
    D, w, total = account.reported_needs, account.need_weights, account.need_weights.sum(axis=0)
    ratio = (w * before / jnp.where(D > 0, D, 1.0)).sum(axis=0) / jnp.where(total > 0, total, 1.0)
    return jnp.where(total > 0, ratio, jnp.inf)
