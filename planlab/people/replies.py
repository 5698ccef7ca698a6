"""What producers and communities answer when a mechanism puts prices or quotas to them."""

from dataclasses import replace
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from planlab.economy.economy import Economy
from planlab.economy.technology import wear
from planlab.economy.tiers import Tiers

PASSES = 60
"""How far back along supply chains needs are followed to find what flows; units need no more."""

NEAR = 0.1
"""Relative change of every flow below which it is known well enough to measure by."""

__all__ = ["NEAR", "PASSES", "Communities", "Orders", "Producers", "Units"]


class Orders(NamedTuple):
    """What producers say an activity would take and give: net product, factor use."""

    net_product: Float[Array, "products"]
    factor_use: Float[Array, "factors"]


class Units(NamedTuple):
    """In which numbers are told: one process's, product's and factor's after the other."""

    process: Float[Array, "processes"]
    product: Float[Array, "products"]
    factor: Float[Array, "factors"]


class Producers(eqx.Module):
    """The producers, each of whom knows its own recipe and capacity, and answers as it has reported them.

    A mechanism may call the methods; what they hold belongs to the producers.
    """

    _economy: Economy
    _capacity: Float[Array, "processes"]
    _inventory: Float[Array, "nonzeros"]
    _units: Units | None = None

    @property
    def units(self) -> Units:
        """In which units they answer."""
        e = self._economy
        ones = (jnp.ones(size) for size in (e.processes, e.products, e.factors.shape[0]))
        return Units(*ones) if self._units is None else self._units

    def measured(self, units: Units) -> "Producers":
        """Return the producers as they answer in other units."""
        return replace(self, _units=units)

    @property
    def numbers(self) -> Float[Array, ""]:
        """How many numbers travel each way in one exchange: one per input, output and factor of each process."""
        e = self._economy
        return jnp.asarray(e.inputs.nonzeros + e.outputs.nonzeros + jnp.count_nonzero(e.factors), float)

    def with_reserve(self, reserve: Float[Array, ""] | float) -> "Producers":
        """Return the producers as they answer when asked to reckon with that much more of every input."""
        return replace(self, _economy=self._economy.with_reserve(reserve))

    def margins(self, prices: Float[Array, "products"], rents: Float[Array, "factors"]) -> Float[Array, "processes"]:
        r"""Return what each process would earn per unit of activity, :math:`M^\top p - A^\top p - F^\top v`."""
        return self.earnings(prices) - self.costs(prices) - self.charges(rents)

    def earnings(self, prices: Float[Array, "products"]) -> Float[Array, "processes"]:
        r"""Return what a unit of each process earns by its outputs, :math:`M^\top p`."""
        X, P, _ = self.units
        return X * (self._economy.outputs.T @ (prices / P))

    def costs(self, prices: Float[Array, "products"]) -> Float[Array, "processes"]:
        r"""Return what a unit of each process pays for its inputs, :math:`A^\top p`."""
        X, P, _ = self.units
        return X * (self._economy.inputs.T @ (prices / P))

    def charges(self, rents: Float[Array, "factors"]) -> Float[Array, "processes"]:
        r"""Return what a unit of each process pays for factors, :math:`F^\top v`."""
        X, _, V = self.units
        return X * ((rents / V) @ self._economy.factors)

    def orders(self, activity: Float[Array, "processes"]) -> Orders:
        """Return what an activity would deliver net of its inputs, and the factors it would use."""
        return Orders(self.makes(activity) - self.draws(activity), self.use(activity))

    def makes(self, activity: Float[Array, "processes"]) -> Float[Array, "products"]:
        """Return what an activity makes, :math:`M x`."""
        X, P, _ = self.units
        return self._economy.outputs @ (X * activity) / P

    def draws(self, activity: Float[Array, "processes"]) -> Float[Array, "products"]:
        """Return the inputs that an activity draws on, :math:`A x`."""
        X, P, _ = self.units
        return self._economy.inputs @ (X * activity) / P

    def use(self, activity: Float[Array, "processes"]) -> Float[Array, "factors"]:
        """Return the factors that an activity uses, :math:`F x`."""
        X, _, V = self.units
        return self._economy.factors @ (X * activity) / V

    def refill(self, activity: Float[Array, "processes"], cover: Float[Array, ""] | float) -> Float[Array, "products"]:
        r"""Return what producers ask for to refill their stores, :math:`\sum_j [\kappa A_{ij} x_j - I_{ij}]_+`.

        Parameters
        ----------
        activity
            :math:`x`, what the stores are to serve.
        cover
            :math:`\kappa`, for how many periods of it inputs are to lie in store; of services, which cannot, none.
        """
        A, (X, P, _) = self._economy.inputs, self.units
        wanted = jnp.where(self._economy.held, cover * A.values * (X * activity)[A.columns], 0.0)
        lacking = jnp.where(self._economy.held, jnp.maximum(wanted - self._inventory, 0.0), 0.0)
        return A.sum_rows(lacking) / P

    def replacement(self) -> Float[Array, "products"]:
        """Return the products it takes to replace the capacity that wears out in a period."""
        return self._economy.capital @ wear(self._economy, self._capacity) / self.units.product

    def wear(self) -> Float[Array, "processes"]:
        """Return the capacity that wears out in a period and can be replaced, ``(processes,)``."""
        return wear(self._economy, self._capacity) / self.units.process

    def gross_flow(self, needed: Float[Array, "products"]) -> Units:
        """Return what flows if all needs are met, in which a dialogue is held (`planlab.optimisation.units`).

        Orders are passed along the chain until no flow changes by a tenth.
        """
        e = self._economy
        A, M = e.inputs, e.outputs
        makers = jnp.maximum(jax.ops.segment_sum(jnp.ones_like(M.values), M.rows, M.shape[0]), 1.0)
        needed = needed + e.capital @ wear(e, self._capacity)

        def activity(q: Array) -> Array:
            least = M.min_columns(jnp.where(q[M.rows] > 0, (q / makers)[M.rows] / M.values, jnp.inf))
            return jnp.where(jnp.isfinite(least), least, 0.0)

        def again(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            q, _, count = carry
            then = needed + A @ activity(q)
            return then, jnp.any(jnp.abs(then - q) > NEAR * then) & jnp.all(jnp.isfinite(then)), count + 1

        begin = needed, jnp.asarray(True), jnp.asarray(0)
        q, *_ = jax.lax.while_loop(lambda carry: carry[1] & (carry[2] < PASSES), again, begin)
        x = activity(q)
        entries = jnp.where(q[A.rows] > 0, A.values / jnp.where(q[A.rows] > 0, q[A.rows], 1.0), 0.0)
        taken = -A.min_columns(-entries)
        x = jnp.where(x > 0, x, jnp.where(jnp.isfinite(taken) & (taken > 0), 1 / jnp.where(taken > 0, taken, 1.0), 1.0))
        made, use = M @ x, e.factors @ x
        q = jnp.where(q > 0, q, jnp.where(made > 0, made, 1.0))
        return Units(x, q, jnp.where(use > 0, use, 1.0))

    def ceiling(self) -> Float[Array, "processes"]:
        """Return each process's reported capacity, above which it will not go."""
        c = self._capacity
        return jnp.where(jnp.isfinite(c), c / self.units.process, c)

    def own_output(self) -> tuple[Float[Array, "processes"], Bool[Array, ""]]:
        """Return what each process makes of the product in its own place, and whether nobody makes anything else."""
        M, (X, P, _) = self._economy.outputs, self.units
        if M.shape[0] != M.shape[1]:
            return jnp.ones(M.shape[1]), jnp.asarray(False)
        own = M.sum_columns(jnp.where(M.rows == M.columns, M.values, 0.0))
        alone = jnp.all((M.rows == M.columns) | (M.values == 0)) & jnp.all(own > 0)
        return jnp.where(own > 0, own, 1.0) * X / P, alone

    def exchange_weights(
        self,
    ) -> tuple[Float[Array, "processes"], Float[Array, "products"], Float[Array, "factors"]]:
        """Return each party's sum of absolute coefficients, from which steps are sized locally.

        Each process adds up its own recipe; each product's and each factor's sum comes from the orders it receives.
        """
        e, (X, P, V) = self._economy, self.units
        process = X * (e.inputs.T @ (1 / P) + e.outputs.T @ (1 / P) + (1 / V) @ e.factors)
        return process, (e.inputs @ X + e.outputs @ X) / P, e.factors @ X / V


class Communities(eqx.Module):
    """The communities, each of whom knows its own needs and answers as it has reported them.

    They answer for every need as a whole or, asked `by_tiers`, for every tier of it: first all communities for their
    first tier, then all for their second.
    """

    _needs: Float[Array, "products levels"]
    _need_weights: Float[Array, "products levels"]
    _tiers: int = eqx.field(static=True, default=1)

    def by_tiers(self, tiers: Tiers) -> "Communities":
        """Return the communities as they answer when asked how much of each tier of their needs they want."""
        needs = jnp.concatenate([width * self._needs for width in tiers.widths], axis=1)
        weights = jnp.concatenate([weight * self._need_weights for weight in tiers.weights], axis=1)
        return Communities(needs, weights, tiers.count)

    @property
    def numbers(self) -> Float[Array, ""]:
        """How many numbers travel each way in one exchange: one per need."""
        return jnp.asarray(jnp.count_nonzero(self._needs), float)

    def gains(
        self, prices: Float[Array, "products"], unit: Float[Array, ""] | float = 1.0
    ) -> Float[Array, "products levels"]:
        r"""Return what meeting each need fully is worth beyond what it costs, :math:`w_{ih} / u - p_i D_{ih}`.

        Worth is measured in `unit` of mean need satisfaction; needs that nobody has are never worth meeting.
        """
        return jnp.where(self._needs > 0, self._need_weights / unit - prices[:, None] * self._needs, -1.0)

    def claims(
        self, satisfaction: Float[Array, "products levels"] | Float[Array, ""] | float
    ) -> Float[Array, "products levels"]:
        """Return the deliveries that a degree of satisfaction stands for, tier by tier."""
        return satisfaction * self._needs

    def deliveries(self, satisfaction: Float[Array, "products levels"]) -> Float[Array, "products communities"]:
        """Return the deliveries that a degree of satisfaction stands for, all tiers together."""
        claims = self.claims(satisfaction)
        return claims.reshape(claims.shape[0], self._tiers, -1).sum(axis=1)
