"""Decentralised coordination: the centre announces prices and rents, producers and communities answer."""

from dataclasses import replace
from typing import ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.mechanisms.mechanism import Mechanism, Observation, Plan, Status
from planlab.optimisation.planning_problem import CappedNeeds, PlanningProblem
from planlab.optimisation.primal_dual import Exchange, coordinate

__all__ = ["Gradient"]


class Dialogue(NamedTuple):
    """What is remembered from one period's dialogue to start the next from, in natural units."""

    activity: Float[Array, "processes"]
    satisfaction: Float[Array, "products communities"]
    replaced: Float[Array, ""]
    prices: Float[Array, "products"]
    rents: Float[Array, "factors"]
    weight: Float[Array, ""]


class Gradient(Mechanism):
    r"""Gradient-based coordination of producers and communities by prices :cite:`arrow:58,chambolle:11`.

    No recipe, capacity or need is sent to the centre. It announces product prices :math:`p` and factor rents
    :math:`v`; every process answers from its own recipe and capacity, every community from its own needs,

    .. math:: x_j \leftarrow \bigl[x_j + \tau_j (M_j^\top p - A_j^\top p - F_j^\top v)\bigr]_0^{c_j}, \qquad
              s_{ih} \leftarrow \bigl[s_{ih} + \tau_{ih} (w_{ih} - p_i D_{ih})\bigr]_0^1,

    and prices and rents move with the excess demand that these answers leave,

    .. math:: p \leftarrow \bigl[p + \sigma (A x + D s - M x - \text{stock})\bigr]_+, \qquad
              v \leftarrow \bigl[v + \sigma (F x - r)\bigr]_+ .

    Plain gradient steps orbit on a linear programme (Arrow, Hurwicz & Uzawa 1958 need strict concavity); extrapolated,
    anchored and restarted as in `planlab.optimisation.primal_dual` they converge to the optimum of
    `planlab.optimisation.planning_problem.CappedNeeds`. Step sizes are local: each party divides by its own sum of
    coefficients.

    Names: Lange–Taylor procedure, Arrow–Hurwicz–Uzawa, primal–dual hybrid gradient.

    Parameters
    ----------
    tolerance
        Relative KKT error at which the dialogue ends.
    rounds
        Greatest number of exchanges.
    objective
        The programme whose optimum the plan claims.
    reserve
        By how much producers are asked to raise their input norms, as in `planlab.LinearProgram`.
    """

    tolerance: float = 1e-4
    rounds: int = eqx.field(static=True, default=5_000)
    objective: CappedNeeds = CappedNeeds()
    reserve: float = 0.0

    sees: ClassVar = frozenset({"producers", "communities", "limits", "stock", "last"})
    references: ClassVar = ("arrow:58", "chambolle:11", "pock:11", "lu:24", "applegate:21")

    def init(self, seen: Observation, key: PRNGKeyArray) -> Dialogue:
        """Return the start of the first dialogue: last period's activity, all needs claimed, no prices."""
        return Dialogue(
            jnp.ones_like(seen.last.activity),
            jnp.ones_like(seen.last.delivery),
            jnp.asarray(1.0),
            jnp.zeros_like(seen.last.prices),
            jnp.zeros_like(seen.limits),
            jnp.asarray(1.0),
        )

    def plan(self, state: Dialogue, seen: Observation, key: PRNGKeyArray) -> tuple[Dialogue, Plan]:
        """Return where the next dialogue starts (afresh if this one did not settle) and the plan agreed in it."""
        producers, communities, r = seen.producers.with_reserve(self.reserve), seen.communities, seen.limits
        needed = communities.claims(jnp.ones_like(seen.last.delivery))
        replacement = producers.replacement()
        has_replacement = jnp.any(replacement > 0)
        X, P, V = producers.natural_units(seen.last.activity, needed.sum(axis=1), r)
        unit = 1.0 / communities.numbers
        limited = jnp.isfinite(r)
        thrift = self.objective.frugality / unit / V
        worth = jnp.where(needed > 0, communities.gains(jnp.zeros_like(P), unit), 0.0)

        def excess(z):
            x, s, rho = z
            net, use = producers.orders(X * x)
            taken = communities.claims(s).sum(axis=1) + rho * replacement
            return (net - taken) / P, jnp.where(limited, -use / V, 0.0)

        def gains(y):
            p, v = y[0] / P, y[1] / V
            margin = X * producers.margins(p, v + thrift)
            return margin, communities.gains(p, unit), 1.0 / unit - p @ replacement

        def reply(z, y, step):
            moves = tuple(q + step * t * gain for q, t, gain in zip(z, T, gains(y), strict=True))
            return tuple(jnp.clip(q, 0.0, most) for q, most in zip(moves, ceiling, strict=True))

        process, product, factor = producers.exchange_weights(X, P, V)
        product = product + needed.sum(axis=1) / P + replacement / P
        claim = jnp.where(needed > 0, needed, P[:, None]) / P[:, None]
        T = (1 / process, 1 / claim, 1 / jnp.where(has_replacement, (replacement / P).sum(), 1.0))
        Sigma = (1 / product, 1 / jnp.where(factor > 0, factor, 1.0))
        ceiling = (producers.ceiling(X), jnp.where(needed > 0, 1.0, 0.0), jnp.where(has_replacement, 1.0, 0.0))
        required = (-seen.stock / P, jnp.where(limited, -r / V, 0.0))
        cost_norm = jnp.sqrt((worth**2).sum() + jnp.where(has_replacement, 1 / unit, 0.0) ** 2)

        def error(z, Gz, y):
            short = [jnp.maximum(b - have, 0.0) for b, have in zip(required, Gz, strict=True)]
            primal = _norm(*short) / (1 + _norm(*required))
            pull = gains(y)
            open_ended = jnp.where(jnp.isfinite(ceiling[0]), 0.0, jnp.maximum(pull[0], 0.0))
            capped = [jnp.where(jnp.isfinite(most), most, 0.0) for most in ceiling]
            earned = [(jnp.maximum(gain, 0.0) * most).sum() for gain, most in zip(pull, capped, strict=True)]
            bound = sum(earned) - sum((b * q).sum() for b, q in zip(required, y, strict=True))
            value = (worth * z[1]).sum() + z[2] / unit - (thrift * producers.orders(X * z[0]).factor_use).sum()
            gap = jnp.abs(bound - value) / (1 + jnp.abs(bound) + jnp.abs(value))
            return jnp.maximum(jnp.maximum(primal, _norm(open_ended) / (1 + cost_norm)), gap)

        start = (jnp.minimum(state.activity, ceiling[0]), state.satisfaction * ceiling[1], state.replaced * ceiling[2])
        result = coordinate(
            Exchange(reply, excess, required, error, T, Sigma),
            start,
            (state.prices, jnp.where(limited, state.rents, 0.0)),
            state.weight,
            self.tolerance,
            self.rounds,
        )
        (x, s, rho), (p, v) = result.z, result.y
        plan = Plan(
            activity=X * x,
            delivery=communities.claims(s),
            investment=rho * producers.wear(),
            prices=p / P * unit,
            rents=v / V * unit,
            rounds=result.rounds,
            messages=2.0 * result.rounds * (producers.numbers + communities.numbers),
            status=jnp.where(result.error <= self.tolerance, Status.OPTIMAL, Status.ROUNDS_SPENT),
        )
        ended = Dialogue(x, s, rho, p, v, result.weight)
        fresh = self.init(seen, key)
        settled = result.error <= self.tolerance
        return jax.tree.map(lambda now, new: jnp.where(settled, now, new), ended, fresh), plan

    def problem(self, seen: Observation) -> PlanningProblem:
        """Return the programme whose optimum is claimed; nobody in the dialogue ever holds it."""
        return self.objective.problem(replace(seen, economy=seen.economy.with_reserve(self.reserve)))


def _norm(*parts: Array) -> Array:
    return jnp.sqrt(sum((part**2).sum() for part in parts))
