"""What capacity and limits leave room for when techniques are not chosen: orders, costs and the one cut that fits."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse
from planlab.economy.technology import market_shares, share_within

if TYPE_CHECKING:
    from planlab.people.observation import Observation

__all__ = ["Bottlenecks"]

SETTLED, PASSES = 1e-12, 10_000
"""Relative change of every number at which a series ends, and the most terms it has."""

BEYOND, ENDLESS = 1e30, 1e60
"""Inputs per unit of a product beyond which it counts as impossible to make, and what stands for infinity."""


class Bottlenecks(eqx.Module):
    r"""Capacities and limits as one list, and what a delivery takes of each through the whole supply chain.

    With the market shares :math:`G` of `planlab.economy.technology.market_shares`, deliveries :math:`d` take
    :math:`R d`, and rents :math:`v` make prices :math:`p = R^\top v`,

    .. math:: q = d + A G q, \quad R d = \begin{pmatrix} G q \\ F G q \end{pmatrix}, \qquad
              p = G^\top \Bigl( A^\top p + (I \;\; F^\top)\, v \Bigr).

    :math:`R` is applied, never formed. Processes with several products follow the industry-technology assumption.

    Parameters
    ----------
    economy, shares
        Recipes, and :math:`G`; empty columns for products out of reach.
    reach
        Which products can be made at all, ``(products,)``: somebody makes them, and of nothing of which there is none
        or that takes more of itself than it gives.
    room
        Capacities, then limits, ``(bottlenecks,)``.
    """

    economy: Economy
    shares: Sparse
    reach: Bool[Array, "products"]
    room: Float[Array, "bottlenecks"]

    @classmethod
    def of(cls, seen: "Observation") -> "Bottlenecks":
        """Return the bottlenecks of what was reported."""
        e, room = seen.economy, jnp.concatenate([seen.capacity, seen.limits])
        shares, m = market_shares(e.outputs, seen.capacity), e.processes
        none = (room <= 0).astype(float)
        idle = shares.sum_columns(shares.values) <= 0
        lacking = idle | (shares.T @ (none[:m] + none[m:] @ e.factors) > 0)

        def inputs(p: Array) -> Array:
            return jnp.minimum(jnp.where(lacking, ENDLESS, 1.0) + shares.T @ (e.inputs.T @ p), ENDLESS)

        p = _settled(inputs, jnp.ones_like(idle, float))
        reach = (p < BEYOND) & (inputs(p) <= (1 + 1e-6) * p)
        return cls(e, shares.scale(reach.astype(float)), reach, room)

    def orders(self, demand: Float[Array, "products"], start: Float[Array, "products"]) -> Float[Array, "products"]:
        """Return what is ordered of each product, its uses as an input included; sought from a start."""
        return _settled(lambda q: demand + self.economy.inputs @ (self.shares @ q), start)

    def taken(self, orders: Float[Array, "products"]) -> Float[Array, "bottlenecks"]:
        """Return what orders take of each bottleneck."""
        x = self.shares @ orders
        return jnp.concatenate([x, self.economy.factors @ x])

    def costs(self, rents: Float[Array, "bottlenecks"], start: Float[Array, "products"]) -> Float[Array, "products"]:
        """Return what a unit of each product costs at rents, its inputs included; sought from a start."""
        e, m = self.economy, self.economy.processes
        own = rents[:m] + rents[m:] @ e.factors
        return _settled(lambda p: self.shares.T @ (e.inputs.T @ p + own), start)

    def within_reach(
        self, needs: Float[Array, "products communities"], worn: Float[Array, "processes"]
    ) -> tuple[Float[Array, "products communities"], Float[Array, "processes"]]:
        """Return the needs that can be met at all, and what wears out if that can be replaced."""
        never = ~self.reach
        return (
            jnp.where(never[:, None], 0.0, needs),
            jnp.where(jnp.any(never & (self.economy.capital @ worn > 0)), 0.0, worn),
        )

    def scarce(self, orders: Float[Array, "products"]) -> "Bottlenecks":
        """Return the bottlenecks with only those limited of which the greatest `orders` would take too much."""
        return replace(self, room=jnp.where(self.taken(orders) > self.room, self.room, jnp.inf))

    def spread(
        self, money: Float[Array, ""], aside: Float[Array, "bottlenecks"] | float = 0.0
    ) -> Float[Array, "bottlenecks"]:
        """Return rents that spread `money` evenly over all limited bottlenecks and what is set aside of each."""
        limited = jnp.isfinite(self.room)
        each = money / jnp.maximum(limited.astype(float).sum(), 1.0)
        return jnp.where(limited, each / jnp.where(limited, self.room + aside, 1.0), 0.0)

    def worth(self, rents: Float[Array, "bottlenecks"]) -> Float[Array, ""]:
        """Return what all bottlenecks are worth at rents."""
        return (rents * jnp.where(jnp.isfinite(self.room), self.room, 0.0)).sum()

    def cut(self, taken: Float[Array, "bottlenecks"]) -> Float[Array, ""]:
        """Return the one share of everything for which there is room."""
        return share_within(taken, self.room).min(initial=1.0)


def _settled(term: Callable[[Array], Array], start: Array) -> Array:
    """Repeat a series until no number changes; every number keeps its own measure."""

    def not_settled(carry: tuple[Array, Array, Array]) -> Array:
        return carry[1] & (carry[2] < PASSES)

    def add(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        now, _, passes = carry
        then = term(now)
        return then, jnp.any(jnp.abs(then - now) > SETTLED * then), passes + 1

    return jax.lax.while_loop(not_settled, add, (start, jnp.asarray(True), jnp.asarray(0)))[0]
