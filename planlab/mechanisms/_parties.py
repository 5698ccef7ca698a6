"""Those who talk in a dialogue over prices and rents, in units in which all flows are alike."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.tiers import Tiers
from planlab.optimisation.halpern import Exchange, Standing, diagonal
from planlab.optimisation.kkt import Side, measured
from planlab.optimisation.supply_chain import Agreed, Chain, along
from planlab.people.observation import Observation
from planlab.people.replies import Communities, Producers, Units
from planlab.planning.plan import Plan

__all__ = ["Agreement", "Parties"]


class Agreement(NamedTuple):
    """What is remembered from one period's dialogue to start the next from, and the units in which it was held."""

    units: Units
    activity: Float[Array, "processes"]
    satisfaction: Float[Array, "products levels"]
    replaced: Float[Array, ""]
    prices: Float[Array, "products"]
    rents: Float[Array, "factors"]
    weight: Float[Array, ""]
    aside: Float[Array, "products"]
    scarcity: Float[Array, "processes"]


class Parties(NamedTuple):
    """Who talks, and the units in which they do; quantities z are (x, s, rho) and prices y are (p, v)."""

    producers: Producers
    communities: Communities
    units: Units
    unit: Array
    thrift: Array
    needed: Array
    worth: Array
    replacement: Array
    limit: Array
    stock: Array

    @classmethod
    def of(cls, seen: Observation, reserve: Any, tiers: Tiers, factor_cost: Any, units: Units) -> "Parties":
        """Return the parties of an observation, communities to answer by tiers; everything in given units."""
        told, communities, r = seen.producers.with_reserve(reserve), seen.communities.by_tiers(tiers), seen.limits
        needed = communities.claims(1.0)
        producers, (_, P, V) = told.measured(units), units
        unit = 1.0 / communities.numbers
        worth = jnp.where(needed > 0, communities.gains(jnp.zeros_like(P), unit), 0.0)
        thrift = jnp.full_like(r, factor_cost / unit)
        replacement = producers.replacement()
        return cls(
            producers,
            communities,
            units,
            unit,
            thrift,
            needed / P[:, None],
            worth,
            replacement,
            r / V,
            seen.stock / P,
        )

    @property
    def limited(self) -> Array:
        """Which factors have a limit."""
        return ~jnp.isposinf(self.limit)

    @property
    def replacing(self) -> Array:
        """What replacing all worn capacity is worth; zero where nothing wears out."""
        return jnp.where(jnp.any(self.replacement > 0), 1.0 / self.unit, 0.0)

    @property
    def ceiling(self) -> tuple[Array, Array, Array]:
        """Bounds of the quantities."""
        claimed = jnp.where(self.needed > 0, 1.0, 0.0)
        return self.producers.ceiling(), claimed, jnp.where(self.replacing > 0, 1.0, 0.0)

    @property
    def required(self) -> tuple[Array, Array]:
        """What the rows ask for."""
        return -self.stock, jnp.where(self.limited, -self.limit, 0.0)

    @property
    def wanted(self) -> Array:
        """What needs and replacement take of each product in full, as far as stocks and full capacity have it."""
        in_full = self.needed.sum(axis=1) + self.replacement
        return jnp.minimum(in_full, self.producers.makes(self.producers.ceiling()) + self.stock)

    def gains(self, p: Array) -> tuple[Array, Array]:
        """Return what needs and replacement are worth beyond their cost."""
        return self.communities.gains(p / self.units[1], self.unit), 1.0 / self.unit - p @ self.replacement

    def excess(self, z: Any) -> tuple[Array, Array]:
        """Return what quantities leave of products and, below zero, take of factors."""
        x, s, rho = z
        net, use = self.producers.orders(x)
        return net - (s * self.needed).sum(axis=1) - rho * self.replacement, jnp.where(self.limited, -use, 0.0)

    def error(self, z: Any, Gz: Any, y: Any) -> Array:
        """Return the error of the certificate, as `planlab.optimisation.kkt` measures it."""
        ceiling, required, (x, s, rho), (p, v) = self.ceiling, self.required, z, y
        used, made = self.producers.draws(x), self.producers.makes(x)
        taken = (s * self.needed).sum(axis=1) + rho * self.replacement
        flows = jnp.maximum(made + used + taken, self.wanted), self.producers.use(x)
        short = [jnp.maximum(b - have, 0.0) for b, have in zip(required, Gz, strict=True)]
        rows = [Side(lacking, flow, price) for lacking, flow, price in zip(short, flows, y, strict=True)]
        earned, cost = self.producers.earnings(p), self.producers.costs(p)
        charged = self.producers.charges(v + self.thrift)
        margin = earned - cost - charged
        open_ended = jnp.where(jnp.isfinite(ceiling[0]), 0.0, jnp.maximum(margin, 0.0))
        columns = [Side(open_ended, earned + cost + charged, x)]
        capped = [jnp.where(jnp.isfinite(most), most, 0.0) for most in ceiling]
        gained = [jnp.maximum(gain, 0.0) * most for gain, most in zip((margin, *self.gains(p)), capped, strict=True)]
        asked = [b * price for b, price in zip(required, y, strict=True)]
        bound = sum(part.sum() for part in gained) - sum(part.sum() for part in asked)
        thrift = (self.thrift * self.producers.use(x)).sum()
        value = (self.worth * s).sum() + rho * self.replacing - thrift
        terms = sum(jnp.abs(part).sum() for part in (*gained, *asked)) + jnp.abs(value) + thrift
        return measured(rows, columns, -value, -bound, terms, xp=jnp).largest(jnp)

    def by_steps(self, state: Agreement) -> tuple[Exchange, Any]:
        """Return the exchange in which every party takes steps of its own, and where it starts."""
        ceiling = self.ceiling
        process, product, factor = self.producers.exchange_weights()
        product = product + self.needed.sum(axis=1) + self.replacement
        claim = jnp.where(self.needed > 0, self.needed, 1.0)
        T = (1 / process, 1 / claim, 1 / jnp.where(self.replacing > 0, self.replacement.sum(), 1.0))
        Sigma = (1 / product, 1 / jnp.where(factor > 0, factor, 1.0))

        def reply(z: Any, y: Any, step: Any) -> Any:
            pull = (self.producers.margins(y[0], y[1] + self.thrift), *self.gains(y[0]))
            moves = tuple(q + step * t * gain for q, t, gain in zip(z, T, pull, strict=True))
            return tuple(jnp.clip(q, 0.0, most) for q, most in zip(moves, ceiling, strict=True))

        exchange, point = diagonal(reply, self.excess, self.required, self.error, T, Sigma)
        start = (jnp.minimum(state.activity, ceiling[0]), state.satisfaction * ceiling[1], state.replaced * ceiling[2])
        return exchange, point(start, (state.prices, jnp.where(self.limited, state.rents, 0.0)))

    def stepped(self, state: Agreement, standing: Standing) -> Agreement:
        """Return what is agreed where steps stand."""
        (x, s, rho), _, (p, v) = standing.reached
        return state._replace(activity=x, satisfaction=s, replaced=rho, prices=p, rents=v, weight=standing.weight)

    def along_the_chain(self, state: Agreement, own: Array) -> tuple[Exchange, Agreed, Array]:
        """Return the exchange along the supply chain, where it starts, and how many passes sizing its steps took."""
        ceiling = self.ceiling
        chain = Chain(
            draws=self.producers.draws,
            use=self.producers.use,
            costs=self.producers.costs,
            charges=self.producers.charges,
            gains=self.gains,
            own=own,
            needed=self.needed,
            worth=self.worth,
            replacement=self.replacement,
            replacing=self.replacing,
            stock=self.stock,
            ceiling=ceiling[0],
            limit=self.limit,
            limited=self.limited,
            thrift=self.thrift,
        )
        exchange, begin, passes = along(chain)

        def error(w: Agreed) -> Array:
            z, y = self.bounded(w)
            return self.error(z, self.excess(z), y)

        start = begin(
            state.satisfaction * ceiling[1],
            state.replaced * ceiling[2],
            state.aside,
            jnp.minimum(state.activity, ceiling[0]),
            jnp.where(self.limited, state.rents, 0.0),
            state.scarcity,
            state.prices,
        )
        return exchange._replace(error=error), start, passes

    def bounded(self, w: Agreed) -> tuple[tuple[Array, Array, Array], tuple[Array, Array]]:
        """Return quantities and prices within their bounds."""
        return (jnp.clip(w.x, 0.0, self.ceiling[0]), w.s, w.rho), (jnp.maximum(w.p, 0.0), w.v)

    def passed(self, state: Agreement, standing: Standing) -> Agreement:
        """Return what is agreed where passes along the chain stand."""
        w = standing.reached
        (x, s, rho), (p, v) = self.bounded(w)
        return Agreement(self.units, x, s, rho, p, v, state.weight, aside=w.u, scarcity=w.mu)

    def plan(self, ended: Agreement) -> Plan:
        """Read where a dialogue ended as a plan, in the economy's own units."""
        X, P, V = self.units
        return Plan(
            activity=X * ended.activity,
            delivery=self.communities.deliveries(ended.satisfaction),
            investment=ended.replaced * X * self.producers.wear(),
            prices=ended.prices / P * self.unit,
            rents=ended.rents / V * self.unit,
        )
