"""Tiers of needs as products of their own, for dialogues that know no others: first tiers first, then the second."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

__all__ = ["apart", "each", "together"]


def apart(of_products: Float[Array, "products *rest"], parts: Sequence[Any]) -> Float[Array, "tiers*products *rest"]:
    """Return what is said of products as it is said of every tier of them, of which each has its part."""
    return jnp.concatenate([part * of_products for part in parts])


def each(of_products: Float[Array, "products"], tiers: int) -> Float[Array, "tiers*products"]:
    """Return what holds of a product for every tier of it."""
    return jnp.tile(of_products, tiers)


def together(of_tiers: Float[Array, "tiers*products *rest"], tiers: int) -> Float[Array, "products *rest"]:
    """Return what all tiers of a product come to."""
    return of_tiers.reshape(tiers, -1, *of_tiers.shape[1:]).sum(axis=0)
