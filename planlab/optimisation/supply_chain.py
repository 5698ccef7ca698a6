r"""Prices and quantities that travel along the supply chain, where every product has one process of its own.

Orders are passed down and costs are passed up: each producer makes what is ordered from it and asks what it costs,

.. math:: x \leftarrow d + A x, \qquad p \leftarrow A^\top p + F^\top v + \mu, \qquad
          d = \textstyle\sum_h D_h s_h + \rho k + u - \text{stock},

with :math:`d` what leaves production, :math:`u` what is put aside unused, :math:`v` the factors' rents and
:math:`\mu` those of capacities (below zero for a process that orders would have run backwards). Activity and prices
being spoken for, what is left to be agreed is a saddle point over needs and rents alone,

.. math:: \max_{0 \le s, \rho \le 1,\, u \ge 0}\ \min_{v \ge 0,\, \mu}\
          w^\top s + \rho - v^\top (F L d - r) - \mu^\top L d + \textstyle\sum_j c_j [\mu_j]_+, \qquad L = (I - A)^{-1},

whose operator is small: with steps :math:`T = 2 / (1 + w)` for needs and the response
:math:`W = F L D\, T D^\top L^\top F^\top` of factor use to rents for the rents' own steps, :math:`\Sigma = W^{-1}`, it
has length one in units that no longer matter, and no weight need be found. Capacities take diagonal steps,
:math:`\sigma = 1 / (L D T D^\top L^\top \iota)`, where :math:`\iota` marks those that could ever bind.

Each answer passes orders and costs only until a pass moves a FADED part of what the first one moved, from where they
stood. The fixed points are those of exact solutions.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.optimisation.halpern import Exchange, Lengths

__all__ = ["Agreed", "Chain", "along"]

FADED, PASSES = 0.2, 40
"""A round's passes end when one moves this part of the first one's move, or there were so many."""

ROUGH, MOST = 1e-3, 400
"""Relative move at which passes end when steps are sized, and their greatest number."""

SWEEPS = 50


class Chain(NamedTuple):
    r"""The parties, in units.

    Parameters
    ----------
    draws, use
        ``draws(x)``: inputs an activity draws on ``(products,)``; ``use(x)``: factors it uses ``(factors,)``.
    costs, charges
        ``costs(p)`` and ``charges(v)``: what a unit of each process pays for inputs and for factors ``(products,)``.
    gains
        ``gains(p)``: what meeting each need adds beyond its cost ``(products, communities)``, and what replacing worn
        capacity adds beyond its cost, ``()``.
    own
        What a process makes of its product per unit of activity, ``(products,)``.
    needed, worth
        :math:`D` and :math:`w`, ``(products, communities)``.
    replacement, replacing
        :math:`k` ``(products,)``, and what replacing all of it is worth; zero if nothing wears out.
    stock, ceiling, limit, limited, thrift
        Stock ``(products,)``, capacities ``(products,)``, limits and which factors have one ``(factors,)``, and the
        part of rents that is fixed ``(factors,)``.
    """

    draws: Callable[[Array], Array]
    use: Callable[[Array], Array]
    costs: Callable[[Array], Array]
    charges: Callable[[Array], Array]
    gains: Callable[[Array], tuple[Array, Array]]
    own: Float[Array, "products"]
    needed: Float[Array, "products communities"]
    worth: Float[Array, "products communities"]
    replacement: Float[Array, "products"]
    replacing: Float[Array, ""]
    stock: Float[Array, "products"]
    ceiling: Float[Array, "products"]
    limit: Float[Array, "factors"]
    limited: Float[Array, "factors"]
    thrift: Float[Array, "factors"]


class Agreed(NamedTuple):
    """A point of the dialogue: needs met, replacement, put aside, activity, rents of factors and capacities, prices."""

    s: Float[Array, "products communities"]
    rho: Float[Array, ""]
    u: Float[Array, "products"]
    x: Float[Array, "products"]
    v: Float[Array, "factors"]
    mu: Float[Array, "products"]
    p: Float[Array, "products"]


Passing = tuple[Array, Array, Array, Array]
"""Where passes stand: point, count, last and first move."""


def _until(faded: Any, most: int, advance: Callable[[Array], Array], start: Array) -> tuple[Array, Array]:
    """Pass on until a pass moves less than `faded` of the first move; return where to, and how many passes it took."""

    def unfinished(carry: Passing) -> Array:
        _, count, moved, first = carry
        return (count == 0) | ((moved > faded * first) & (count < most))

    def once(carry: Passing) -> Passing:
        at, count, _, first = carry
        after = advance(at)
        moved = jnp.sqrt(((after - at) ** 2).sum())
        return after, count + 1, moved, jnp.where(count == 0, moved, first)

    at, count, *_ = jax.lax.while_loop(unfinished, once, (start, jnp.asarray(0), jnp.asarray(0.0), jnp.asarray(0.0)))
    return at, count


def along(chain: Chain, every: int = 5) -> tuple[Exchange, Callable[..., Agreed], Array]:
    """Return the dialogue (without its measure of error), how to begin it, and the passes it took to size steps.

    Its rounds of messages are passes, each one way along the whole chain.
    """
    own, needed, k, b = chain.own, chain.needed, chain.replacement, -chain.stock
    eta, nothing = 0.95, jnp.zeros_like(chain.thrift)

    def leaves(s: Array, rho: Array, u: Array) -> Array:
        return (s * needed).sum(axis=1) + rho * k + u

    per_unit = 1 / own

    def down(x: Array, d: Array, faded: Any = FADED, most: int = PASSES) -> tuple[Array, Array]:
        return _until(faded, most, lambda x: (d + chain.draws(x)) * per_unit, x)

    def up(p: Array, v: Array, mu: Any, faded: Any = FADED, most: int = PASSES) -> tuple[Array, Array]:
        charged = mu + chain.charges(v)
        return _until(faded, most, lambda p: (charged + chain.costs(p)) * per_unit, p)

    zero, there = jnp.zeros_like(own), jnp.where(needed > 0, 1.0, 0.0)
    T, T_rho = 2 / (1 + chain.worth), jnp.where(chain.replacing > 0, 2 / (1 + chain.replacing), 0.0)
    level = chain.worth.sum() / jnp.where(needed.sum() > 0, needed.sum(), 1.0)
    T_u = chain.stock / jnp.where(level > 0, level, 1.0)
    t = (needed**2 * T).sum(axis=1) + T_u

    units = jnp.diag(jnp.where(chain.limited, 1.0, 0.0))
    embodied, took_factors = jax.lax.map(lambda unit: up(zero, unit, 0.0, ROUGH, MOST), units)
    most, took_most = down(zero, leaves(there, jnp.asarray(1.0), zero), ROUGH, MOST)
    least, took_least = down(zero, jnp.minimum(b, 0.0), ROUGH, MOST)
    binds = (most > (1 - ROUGH) * chain.ceiling) | (least < 0)
    iota = jnp.where(binds, 1.0, 0.0)
    kappa, took_kappa = up(zero, nothing, iota, ROUGH, MOST)
    response, took_response = down(zero, t * kappa + T_rho * k * (k @ kappa), ROUGH, MOST)
    passes = took_factors.sum() + took_most + took_least + took_kappa + took_response
    share = jnp.where(jnp.any(binds), 2.0, 1.0)
    sigma = jnp.where(binds & (response > 0), 1 / (share * jnp.where(response > 0, response, 1.0)), 0.0)
    charge = embodied @ k
    W = share * ((embodied * t[None, :]) @ embodied.T + T_rho * jnp.outer(charge, charge))
    own_response = jnp.diagonal(W)
    W = W + jnp.diag(jnp.where(own_response > 0, 1e-6 * own_response, 1.0))
    Sigma = jnp.linalg.inv(W)

    def rents(v: Array, surplus: Array) -> Array:
        """Return the rents v >= 0 nearest to v + Sigma surplus, as W measures: coordinate descent."""
        goal = v + eta * Sigma @ surplus
        pull = W @ goal

        def lower(k: Array, v: Array) -> Array:
            return v.at[k].set(jnp.maximum(0.0, v[k] - (W[k] @ v - pull[k]) / W[k, k]))

        def sweep(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            v, _, count = carry
            after = jax.lax.fori_loop(0, v.size, lower, v)
            return after, jnp.abs(after - v).max() > 1e-12 * (1 + jnp.abs(v).max()), count + 1

        begin = jnp.maximum(goal, 0.0), jnp.any(goal < 0), jnp.asarray(0)
        return jax.lax.while_loop(lambda c: c[1] & (c[2] < SWEEPS), sweep, begin)[0]

    def answer(w: Agreed, _: Array) -> tuple[Agreed, Array]:
        gain, gain_rho = chain.gains(w.p)
        s = jnp.clip(w.s + eta * T * gain, 0.0, there)
        rho = jnp.clip(w.rho + eta * T_rho * gain_rho, 0.0, jnp.where(chain.replacing > 0, 1.0, 0.0))
        u = jnp.maximum(w.u - eta * T_u * w.p, 0.0)
        x, took_down = down(w.x, leaves(s, rho, u) + b)
        ahead = 2 * x - w.x
        v = rents(w.v, jnp.where(chain.limited, chain.use(ahead) - chain.limit, 0.0))
        asked = w.mu + eta * sigma * ahead
        mu = asked - jnp.clip(asked, 0.0, jnp.where(sigma > 0, eta * sigma * chain.ceiling, jnp.inf))
        mu = jnp.where(sigma > 0, mu, 0.0)
        p, took_up = up(w.p, v + chain.thrift, mu)
        return Agreed(s, rho, u, x, v, mu, p), took_down + took_up

    def lengths(move: Agreed) -> Lengths:
        known = (move.rho**2 / jnp.where(T_rho > 0, T_rho, 1.0)) + (move.u**2 / jnp.where(T_u > 0, T_u, 1.0)).sum()
        return Lengths(
            (move.s**2 / T).sum() + known,
            move.v @ W @ move.v + (move.mu**2 / jnp.where(sigma > 0, sigma, 1.0)).sum(),
            move.p @ leaves(move.s, move.rho, move.u),
        )

    def begin(s: Array, rho: Array, u: Array, x: Array, v: Array, mu: Array, p: Array) -> Agreed:
        return Agreed(s, rho, u, down(x, leaves(s, rho, u) + b)[0], v, mu, up(p, v + chain.thrift, mu)[0])

    return Exchange(answer, lengths, lambda _: jnp.asarray(jnp.inf), eta, every, adapts=False), begin, passes
