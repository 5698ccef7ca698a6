"""What meeting needs is worth, to a community and to all."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Float

from planlab.economy.tiers import USUAL, Tiers

__all__ = ["need_weights", "worth_met"]


def need_weights(
    needs: Float[Any, "products communities"],
    urgency: Float[Any, "products communities"],
    population: Float[Any, "communities"],
    xp: Any = jnp,
    stores: bool = False,
) -> Float[Any, "products communities"]:
    r"""Return what meeting each need fully adds to the needs that are met, ``(products, communities)``.

    .. math:: w_{ih} = \frac{P_h}{\sum_g P_g}\,\frac{u_{ih}\,[D_{ih} > 0]}{\sum_l u_{lh}\,[D_{lh} > 0]},

    with needs :math:`D`, urgency :math:`u` and population :math:`P`; the worths add up to one. Communities that need
    nothing have no part in the mean: :math:`g` runs over the others. With `stores` the last community is the users'
    stores (`planlab.people.stores`), whose weight comes on top: :math:`g` runs over people. In JAX, or in NumPy if that
    is `xp`.
    """
    u = xp.where(needs > 0, urgency, 0.0)
    total = u.sum(axis=0)
    people = xp.where(total > 0, population, 0.0)
    everybody = (people[:-1] if stores else people).sum()
    return u * (people / xp.where(total > 0, total, 1.0) / xp.where(everybody > 0, everybody, 1.0))[None, :]


def worth_met(
    delivery: Float[Any, "products communities"],
    needs: Float[Any, "products communities"],
    worth: Float[Any, "products communities"],
    xp: Any = jnp,
    tiers: Tiers = USUAL,
) -> Float[Any, "communities"]:
    r"""Return what deliveries add to needs met, :math:`\sum_i w_{ih} v(y_{ih}/D_{ih})`, see `planlab.Tiers`."""
    ratio = xp.where(needs > 0, xp.minimum(delivery / xp.where(needs > 0, needs, 1.0), 1.0), 0.0)
    return (worth * tiers.value(ratio, xp)).sum(axis=0)
