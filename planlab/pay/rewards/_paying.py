"""What rewards share."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.pay.account import Account, Pay

__all__ = ["received", "to_producers"]


def to_producers(account: Account, pay: Float[Array, "processes"]) -> Pay:
    """Return pay of which communities get nothing."""
    return Pay(pay, jnp.zeros_like(account.satisfaction))


def received(before: Float[Array, "products communities"], account: Account) -> Float[Array, "communities"]:
    """Return what came last year over what is said to be needed, a mean weighted by stated worth."""
    D, w, total = account.reported_needs, account.need_weights, account.need_weights.sum(axis=0)
    ratio = (w * before / jnp.where(D > 0, D, 1.0)).sum(axis=0) / jnp.where(total > 0, total, 1.0)
    return jnp.where(total > 0, ratio, jnp.inf)
