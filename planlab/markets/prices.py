"""What goods cost: cost-plus prices on a network, and levels of output that a demand takes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
from jaxtyping import Array, Bool, Float

from planlab.economy.economy import Economy
from planlab.economy.perron import perron_root
from planlab.economy.technology import market_shares
from planlab.markets.rules import Rules

__all__ = ["NotSolvable", "Prices", "levels", "prices", "require_solvable", "unit_costs"]

CLOSE = 1e-14
"""Relative change at which a series has converged."""

TERMS = 20_000
"""Most terms of a series."""

_System = tuple[Array, Callable[[Array], Array]]


class NotSolvable(ValueError):
    """No prices cover what production takes, mark-ups and interest: inputs cost more than a product brings in."""


class Prices(NamedTuple):
    """Prices of products ``(products,)``, and whether they were found."""

    p: Float[Array, "products"]
    found: Bool[Array, ""]


def unit_costs(
    e: Economy, rules: Rules, labour: Float[Array, "processes"], p: Float[Array, "products"]
) -> Float[Array, "processes"]:
    r"""Return what a unit of each activity costs, :math:`w l + A^\top p + (\delta + i) K^\top p / u_n`."""
    A, K = e.inputs, e.capital
    capital = (e.depreciation + rules.interest) * K.sum_columns(K.values * p[K.rows]) / rules.utilisation
    return labour + A.sum_columns(A.values * p[A.rows]) + capital


def prices(
    e: Economy,
    rules: Rules,
    labour: Float[Array, "processes"],
    weights: Float[Array, "processes"],
    start: Float[Array, "products"],
) -> Prices:
    r"""Return cost-plus prices: of each product, the mark-up over what its makers' units cost on average.

    .. math:: p = (1 + \mu)\, G^\top \bigl(w l + A^\top p + (\delta + i) K^\top p / u_n\bigr),

    with market shares :math:`G`. A process that takes neither inputs nor pay, such as competitive imports, takes the
    price that the others set. There are prices iff the spectral radius of
    :math:`(1 + \mu) G^\top (A + (\delta + i) K / u_n)^\top` is below 1.

    Parameters
    ----------
    e
        Technology.
    rules
        Mark-up, interest and utilisation.
    labour
        :math:`w l`, pay per unit of activity.
    weights
        By which processes share their products' markets.
    start
        From where prices are looked for; zeros do.

    Notes
    -----
    The series of dated costs is added up to the last digits, whatever the units; derivatives, forward and backward, are
    those of the equation, not of the series.
    """

    def system(e: Economy, rules: Rules, labour: Array, weights: Array) -> _System:
        cost = (labour > 0) | (e.inputs.sum_columns(e.inputs.values) > 0)
        passed_on = market_shares(e.outputs, jnp.where(cost, weights, 0.0)).T
        passed_on = passed_on.with_values((1 + rules.markup) * passed_on.values)
        nothing = jnp.zeros_like(labour)
        return passed_on @ labour, lambda p: passed_on @ unit_costs(e, rules, nothing, p)

    return _solution(system, (e, rules, labour, weights), start)


def levels(
    e: Economy, weights: Float[Array, "processes"], y: Float[Array, "products"], used: Array | float
) -> Float[Array, "products"]:
    r"""Return the output of each product at which a consumption :math:`y` can go on.

    .. math:: q = y + A G q + K \delta G q / u,

    with capacity in use to :math:`u`, ``used``.
    """

    def system(e: Economy, weights: Array, y: Array, used: Array | float) -> _System:
        G, (A, K) = market_shares(e.outputs, weights), (e.inputs, e.capital)
        return y, lambda q: A @ (G @ q) + K @ (e.depreciation * (G @ q) / used)

    return _solution(system, (e, weights, y, used), y).p


def require_solvable(e: Economy, rules: Rules, weights: Float[Array, "processes"]) -> None:
    """Require that there are prices.

    Raises
    ------
    NotSolvable
        Where the spectral radius is 1 or more, with it.
    """
    inputs, G = e.inputs.to_scipy(), market_shares(e.outputs, weights).to_scipy()
    charge = sp.diags_array((np.asarray(e.depreciation) + float(rules.interest)) / float(rules.utilisation))
    radius = perron_root(sp.csc_array((1 + float(rules.markup)) * (inputs + e.capital.to_scipy() @ charge) @ G))
    if not radius < 1:
        raise NotSolvable(
            f"There are no prices that cover costs: (1 + markup) (A + (depreciation + interest) K / utilisation) has "
            f"the spectral radius {radius:.4f}, and it has to be below 1. Lower markup ({float(rules.markup):g}) or "
            f"interest ({float(rules.interest):g}), or give capital that costs less."
        )


def _solution(system: Callable[..., _System], parts: tuple[Any, ...], start: Array) -> Prices:
    """Return the solution of v = b + L v, for the b and the linear, non-negative L that a system makes of its parts."""
    b, apply = system(*jax.tree.map(jax.lax.stop_gradient, parts))

    def goes_on(carry: tuple[Array, Array, Array]) -> Array:
        return (carry[1] > CLOSE) & (carry[2] < TERMS)

    def further(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        v, _, terms = carry
        new = b + apply(v)
        return new, jnp.max(jnp.abs(new - v) / jnp.where(new > 0, new, 1.0)), terms + 1

    first = jax.lax.stop_gradient(start), jnp.asarray(jnp.inf), jnp.asarray(0)
    v, change, _ = jax.lax.while_loop(goes_on, further, first)
    b, apply = system(*parts)
    left, scale = b + apply(v) - v, jnp.where(v > 0, v, 1.0)
    moved = jax.lax.custom_linear_solve(
        lambda change: change - apply(change),
        left - jax.lax.stop_gradient(left),
        _series(scale),
        transpose_solve=_series(1 / scale),
    )
    return Prices(v + moved, (change <= CLOSE) & jnp.isfinite(v).all())


def _series(unit: Array) -> Callable[[Callable[[Array], Array], Array], Array]:
    """Return what adds up the series of a right-hand side of any sign, measured in some units."""

    def goes_on(carry: tuple[Array, Array, Array]) -> Array:
        v, change, terms = carry
        return (jnp.abs(change / unit).max() > CLOSE * jnp.abs(v / unit).max()) & (terms < TERMS)

    def added_up(residual: Callable[[Array], Array], right: Array) -> Array:
        def further(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            change = right - residual(carry[0])
            return carry[0] + change, change, carry[2] + 1

        return jax.lax.while_loop(goes_on, further, (right, right, jnp.asarray(0)))[0]

    return added_up
