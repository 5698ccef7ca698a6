"""Who is served first when there is not enough: rationing rules as ranks of claims."""

from abc import abstractmethod
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from planlab.base.part import Part
from planlab.economy.economy import Economy
from planlab.economy.technology import share_within

__all__ = [
    "HouseholdsFirst",
    "IntermediatesFirst",
    "PrioritySectors",
    "Proportional",
    "Ranks",
    "Rationing",
    "fill_rates",
]


class Ranks(NamedTuple):
    """The rank of every claim on goods; rank 0 is served first, equal ranks share in proportion to their orders."""

    intermediate: Int[Array, "processes"]
    investment: Int[Array, "processes"]
    households: Int[Array, "communities"]


class Rationing(Part):
    """A rule that ranks claims."""

    @abstractmethod
    def ranks(self, economy: Economy, communities: int) -> Ranks:
        """Return every claim's rank, 0, 1 or 2."""


def _ranks(economy: Economy, communities: int, intermediate: int, investment: int, households: int) -> Ranks:
    m = economy.processes
    return Ranks(jnp.full(m, intermediate), jnp.full(m, investment), jnp.full(communities, households))


class IntermediatesFirst(Rationing):
    """Producers' inputs first, then investment; households get the residual: historically apt for central command."""

    def ranks(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for inputs, 1 for investment, 2 for households."""
        return _ranks(economy, communities, 0, 1, 2)


class HouseholdsFirst(Rationing):
    """Households first, then producers' inputs, then investment."""

    def ranks(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for households, 1 for inputs, 2 for investment."""
        return _ranks(economy, communities, 1, 2, 0)


class Proportional(Rationing):
    """Every order is cut in the same proportion."""

    def ranks(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for all."""
        return _ranks(economy, communities, 0, 0, 0)


class PrioritySectors(Rationing):
    """Orders of priority processes first, then all other producers, then households.

    Parameters
    ----------
    priority
        Whether each process has priority, ``(processes,)``.
    """

    priority: Bool[Array, "processes"]

    def ranks(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for inputs and investment of priority processes, 1 for others', 2 for households."""
        rank = jnp.where(self.priority, 0, 1)
        return Ranks(rank, rank, jnp.full(communities, 2))


def fill_rates(
    available: Float[Array, "products"], asked: Float[Array, "ranks products"]
) -> Float[Array, "ranks products"]:
    """Return the share of orders filled, rank after rank, each rank from what the ones before have left."""
    fills = []
    for orders in asked:
        fill = share_within(orders, available)
        available = jnp.maximum(available - fill * orders, 0.0)
        fills.append(fill)
    return jnp.stack(fills)
