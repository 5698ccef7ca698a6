"""Decentralised coordination: the centre announces prices and rents, producers and communities answer."""

from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import number, whole
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.halpern import coordinate, diagonal
from planlab.optimisation.kkt import Side, measured
from planlab.optimisation.objectives import CappedNeeds
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.supply_chain import Agreed, Chain, dialogue
from planlab.people.observation import Observation
from planlab.people.replies import Communities, Producers, Units
from planlab.planning.plan import Plan, Status

__all__ = ["Gradient"]


class Dialogue(NamedTuple):
    """What is remembered from one period's dialogue to start the next from, and the units in which it was held."""

    units: Units
    activity: Float[Array, "processes"]
    satisfaction: Float[Array, "products communities"]
    replaced: Float[Array, ""]
    prices: Float[Array, "products"]
    rents: Float[Array, "factors"]
    weight: Float[Array, ""]
    aside: Float[Array, "products"]
    scarcity: Float[Array, "processes"]


class Gradient(Mechanism):
    r"""Gradient-based coordination of producers and communities by prices :cite:`arrow:58,chambolle:11`.

    No recipe, capacity or need is sent to the centre. Product prices :math:`p` and factor rents :math:`v` are
    announced; every process answers from its own recipe and capacity, every community from its own needs, and prices
    and rents move with the excess demand that these answers leave.

    Where every product has one process of its own, orders are passed down the supply chain and costs up it, from
    supplier to user, until a pass changes little; needs answer prices and the centre moves rents, as in
    `planlab.optimisation.supply_chain`. For that it adds up, once, how factor use answers rents: :math:`k^2` numbers
    for :math:`k` factors, to which every producer contributes. Elsewhere every party takes steps of its own size,

    .. math:: x_j \leftarrow \bigl[x_j + \tau_j (M_j^\top p - A_j^\top p - F_j^\top v)\bigr]_0^{c_j}, \qquad
              s_{ih} \leftarrow \bigl[s_{ih} + \tau_{ih} (w_{ih} - p_i D_{ih})\bigr]_0^1,

    .. math:: p \leftarrow \bigl[p + \sigma (A x + D s - M x - \text{stock})\bigr]_+, \qquad
              v \leftarrow \bigl[v + \sigma (F x - r)\bigr]_+ ,

    which takes many more rounds. Plain gradient steps orbit on a linear programme (Arrow, Hurwicz & Uzawa 1958 need
    strict concavity); extrapolated, anchored and restarted as in `planlab.optimisation.halpern` they converge to
    the optimum of `planlab.optimisation.planning_problem.CappedNeeds`.

    Messages are the numbers that travel: one per input, output, factor and need in every pass one way, two in every
    exchange of steps.

    Names: Lange–Taylor procedure, Arrow–Hurwicz–Uzawa, primal–dual hybrid gradient.

    Parameters
    ----------
    tolerance
        Error of the certificate at which the dialogue ends (`planlab.optimisation.kkt`).
    rounds
        Greatest number of exchanges, or of passes along the chain.
    objective
        The programme whose optimum the plan claims.
    reserve
        By how much producers are asked to raise their input norms, as in `planlab.LinearProgram`.
    """

    tolerance: float = number(1e-4, POSITIVE)
    rounds: int = whole(5_000, 1)
    objective: CappedNeeds = CappedNeeds()
    reserve: float = number(0.0, AT_LEAST_0)

    sees: ClassVar = frozenset({"producers", "communities", "limits", "stock", "last"})
    deterministic: ClassVar = True
    reward: ClassVar = "profit"
    remembers_a_start: ClassVar = True
    references: ClassVar = ("arrow:58", "chambolle:11", "pock:11", "lu:24", "applegate:21")

    @property
    def accuracy(self) -> float:
        """The error at which the dialogue ends."""
        return float(self.tolerance)

    def init(self, seen: Observation, key: PRNGKeyArray) -> Dialogue:
        """Return the start of the first dialogue: what would flow if needs were met, all of them claimed, no prices."""
        needed = seen.communities.claims(jnp.ones_like(seen.last.delivery)).sum(axis=1)
        return Dialogue(
            seen.producers.with_reserve(self.reserve).gross_flow(needed),
            jnp.ones_like(seen.last.activity),
            jnp.ones_like(seen.last.delivery),
            jnp.asarray(1.0),
            jnp.zeros_like(seen.last.prices),
            jnp.zeros_like(seen.limits),
            jnp.asarray(1.0),
            jnp.zeros_like(seen.stock),
            jnp.zeros_like(seen.last.activity),
        )

    def plan(self, state: Dialogue, seen: Observation, key: PRNGKeyArray) -> tuple[Dialogue, Plan]:
        """Return where the next dialogue starts (afresh if this one did not settle) and the plan agreed in it."""
        parties = _Parties.of(seen, self.reserve, self.objective.factor_cost, state.units)
        own, alone = parties.producers.own_output()
        budget, numbers = jnp.where(alone, 0, self.rounds), parties.producers.numbers + parties.communities.numbers
        ended, rounds, error = parties.by_steps(state, self.tolerance, budget)
        messages = 2.0 * rounds * numbers
        if seen.last.activity.size == seen.last.prices.size:
            chained, passes, chain_error = parties.along_the_chain(state, own, self.tolerance, self.rounds - budget)
            ended = jax.tree.map(lambda a, b: jnp.where(alone, a, b), chained, ended)
            told = passes.astype(float) * numbers + float(seen.stock.size * seen.limits.size**2)
            rounds, messages = jnp.where(alone, passes, rounds), jnp.where(alone, told, messages)
            error = jnp.where(alone, chain_error, error)
        settled = error <= self.tolerance
        status = jnp.where(settled, Status.OPTIMAL, Status.ROUNDS_SPENT)
        plan = replace(parties.plan(ended), rounds=rounds, messages=messages, status=status)
        return jax.lax.cond(settled, lambda: ended, lambda: self.init(seen, key)), plan

    def problem(self, seen: Observation) -> PlanningProblem:
        """Return the programme whose optimum is claimed; nobody in the dialogue ever holds it."""
        return self.objective.problem(replace(seen, economy=seen.economy.with_reserve(self.reserve)))


class _Parties(NamedTuple):
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
    def of(cls, seen: Observation, reserve: Any, factor_cost: Any, units: Units) -> "_Parties":
        """Return the parties of an observation; everything in given units."""
        told, communities, r = seen.producers.with_reserve(reserve), seen.communities, seen.limits
        needed = communities.claims(jnp.ones_like(seen.last.delivery))
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

    def by_steps(self, state: "Dialogue", tolerance: Any, rounds: Any) -> tuple["Dialogue", Array, Array]:
        """Hold the dialogue in which every party takes steps of its own; return how it ended, rounds and error."""
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
        begin = point(start, (state.prices, jnp.where(self.limited, state.rents, 0.0)))
        result = coordinate(exchange, begin, state.weight, tolerance, rounds)
        (x, s, rho), _, (p, v) = result.point
        ended = state._replace(activity=x, satisfaction=s, replaced=rho, prices=p, rents=v, weight=result.weight)
        return ended, result.rounds, result.error

    def along_the_chain(
        self, state: "Dialogue", own: Array, tolerance: Any, rounds: Any
    ) -> tuple["Dialogue", Array, Array]:
        """Hold the dialogue in which orders and costs travel along the supply chain; return likewise."""
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
        exchange, begin, passes = dialogue(chain)

        def agreed(w: Agreed) -> tuple[tuple[Array, Array, Array], tuple[Array, Array]]:
            return (jnp.clip(w.x, 0.0, ceiling[0]), w.s, w.rho), (jnp.maximum(w.p, 0.0), w.v)

        def error(w: Agreed) -> Array:
            z, y = agreed(w)
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
        result = coordinate(exchange._replace(error=error), start, jnp.asarray(1.0), tolerance, rounds)
        w = result.point
        (x, s, rho), (p, v) = agreed(w)
        ended = Dialogue(self.units, x, s, rho, p, v, state.weight, aside=w.u, scarcity=w.mu)
        return ended, result.rounds + passes, result.error

    def plan(self, ended: "Dialogue") -> Plan:
        """Read where a dialogue ended as a plan, in the economy's own units."""
        X, P, V = self.units
        return Plan(
            activity=X * ended.activity,
            delivery=self.communities.claims(ended.satisfaction),
            investment=ended.replaced * X * self.producers.wear(),
            prices=ended.prices / P * self.unit,
            rents=ended.rents / V * self.unit,
        )
