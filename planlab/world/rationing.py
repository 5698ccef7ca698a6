"""Who is served first when there is not enough, and how much users may order: rationing rules."""

from abc import abstractmethod
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from planlab.base.checks import of_kind
from planlab.base.part import Part
from planlab.economy.economy import Economy
from planlab.economy.technology import share_within

__all__ = [
    "ByPlan",
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
    """A rule that ranks claims; and by how much of them users may order inputs, as much as they like unless it says."""

    @abstractmethod
    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return every claim's rank, 0, 1 or 2."""

    def refilled_for(
        self, attainable: Float[Array, "processes"], wanted: Float[Array, "processes"]
    ) -> Float[Array, "processes"]:
        """Return the activity that users refill their stores for: what they can attain in this sub-period.

        Parameters
        ----------
        attainable
            What the ramp lets them do, at most what they want, ``(processes,)``.
        wanted
            Their target within their capacity, ``(processes,)``.
        """
        return attainable

    def admitted(
        self, orders: Float[Array, "nonzeros"], outstanding: Float[Array, "nonzeros"]
    ) -> Float[Array, "nonzeros"]:
        """Return the orders for inputs that count: all.

        Parameters
        ----------
        orders
            What would refill users' stores, on the non-zeros of the technical coefficients, ``(nonzeros,)``.
        outstanding
            What the plan allots to them to date, less what they received, ``(nonzeros,)``.
        """
        return orders


def _ranks(economy: Economy, communities: int, intermediate: int, investment: int, households: int) -> Ranks:
    m = economy.processes
    return Ranks(jnp.full(m, intermediate), jnp.full(m, investment), jnp.full(communities, households))


class IntermediatesFirst(Rationing):
    """Producers' inputs first, then investment; households get the residual: historically apt for central command."""

    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for inputs, 1 for investment, 2 for households."""
        return _ranks(economy, communities, 0, 1, 2)


class HouseholdsFirst(Rationing):
    """Households first, then producers' inputs, then investment."""

    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for households, 1 for inputs, 2 for investment."""
        return _ranks(economy, communities, 1, 2, 0)


class Proportional(Rationing):
    """Every order is cut in the same proportion."""

    def ranking(self, economy: Economy, communities: int) -> Ranks:
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

    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return 0 for inputs and investment of priority processes, 1 for others', 2 for households."""
        rank = jnp.where(self.priority, 0, 1)
        return Ranks(rank, rank, jnp.full(communities, 2))


class ByPlan(Rationing):
    r"""Inputs go where the plan sent them; what is short is shared in proportion to orders within allotments.

    Over the interval that is planned for, user :math:`j` is allotted what its planned activity :math:`x_j` takes and
    what refills its store, and may order the part due after :math:`s` of :math:`S` sub-periods less what it received,

    .. math:: a_{ij} = \hat A_{ij} x_j + [\tau \hat A_{ij} t_j - I_{ij}]_+, \qquad
              o_{ij} = \min\Bigl([\tau \hat A_{ij} w_j - I_{ij}]_+,\
              \bigl[\tfrac{s}{S} a_{ij} - \text{received}_{ij}\bigr]_+\Bigr),

    where :math:`\hat A` is the larger of the true and the claimed recipe, :math:`t = x/S`, :math:`I` the inventory (in
    :math:`a` at the start) and :math:`w` the target within capacity: a store is refilled for what its user is to make,
    also while it cannot make as much. So whoever falls short of one input does not lose its claim on the others, and
    no order takes more than the plan has for it.

    Parameters
    ----------
    ranks
        The rule that ranks users, builders and households among one another.
    """

    ranks: Rationing = IntermediatesFirst()

    def __check_init__(self) -> None:
        """Raise for what is no rule."""
        of_kind("ranks", self.ranks, Rationing)

    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return the other rule's ranks."""
        return self.ranks.ranking(economy, communities)

    def refilled_for(
        self, attainable: Float[Array, "processes"], wanted: Float[Array, "processes"]
    ) -> Float[Array, "processes"]:
        """Return the target within capacity."""
        return wanted

    def admitted(
        self, orders: Float[Array, "nonzeros"], outstanding: Float[Array, "nonzeros"]
    ) -> Float[Array, "nonzeros"]:
        """Return orders within what is due."""
        return jnp.minimum(orders, jnp.maximum(outstanding, 0.0))


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
