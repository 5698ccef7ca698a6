"""Another world, as it is when a market without growth drivers has come to rest in it."""

from dataclasses import replace
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from planlab.base.checks import ABOVE_0_TO_1, AT_LEAST_0, BELOW_1, POSITIVE, check_float
from planlab.base.part import shown
from planlab.economy.capital import with_capital
from planlab.economy.economy import Economy, Labels
from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.technology import share_within, wear
from planlab.markets.decisions import opened
from planlab.markets.prices import require_solvable
from planlab.markets.rules import Rules
from planlab.scenarios import base_world

__all__ = ["at_rest"]

ROUNDS, CLOSE = 100, 1e-12
"""How often capital coefficients are scaled at most, as prices depend on them, and to what part of their value."""


def at_rest(
    base: str | Scenario = "layered",
    capital: float = 2.5,
    depreciation: float = 0.1,
    utilisation: float = 0.8,
    stock: float = 0.2,
    slack: float = 0.05,
    limited: bool = True,
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    r"""Wrap a scenario: capacity, stocks and stores are such that what is consumed at its opening can go on for ever.

    With what is consumed :math:`D` (the opening's net product, at most what is needed) and market shares :math:`G`,

    .. math:: q = D + A G q + K \delta G q / u_n, \qquad x = G q, \qquad k = x / u_n, \qquad s = \sigma q:

    where `planlab.Market` stands still with all switches off, and which every other mechanism can meet as well. Where
    the limits do not suffice for it with some slack, less of everything is consumed. Needs stay what they are.

    Parameters
    ----------
    base
        A generator's or a table's name, or a scenario.
    capital
        What capital in place is worth over a period's consumption, at the prices of a market by its usual rules; for
        bases without capital (`planlab.economy.capital.with_capital`).
    depreciation
        Share of it that wears out per period.
    utilisation
        :math:`u_n`, the part of capacity that is used.
    stock
        :math:`\sigma`, finished goods over a period's output.
    slack
        By which part limits are at least above what is used.
    limited
        Whether factors have limits at all.
    seed
        Of the base.
    **parameters
        The base generator's, or the table's assumptions.

    Returns
    -------
    Scenario
        The base with another opening.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and where no prices cover costs.

    Examples
    --------
    >>> import planlab as pl
    >>> world = at_rest(products=20, inputs=4)
    >>> run = pl.simulate("market", world, 5)
    >>> bool(jnp.allclose(run.outcome.activity[-1], world.activity, rtol=1e-9))
    True
    """
    check_float("capital", capital, POSITIVE), check_float("depreciation", depreciation, BELOW_1)
    check_float("utilisation", utilisation, ABOVE_0_TO_1), check_float("stock", stock, AT_LEAST_0)
    check_float("slack", slack, AT_LEAST_0)
    if not isinstance(limited, bool):
        raise TypeError(f"limited is {shown(limited)}; give True or False.")
    rules = Rules(utilisation=utilisation, stock_norm=stock)
    world = base_world(base, seed, parameters)
    e, x = world.economy, world.activity
    need, net = world.needs.sum(axis=1), e.outputs @ x - e.inputs @ x - e.capital @ wear(e, world.capacity)
    share = jnp.clip(net, 0.0, need) / jnp.where(need > 0, need, 1.0)
    bare = not e.capital.nonzeros
    asked = f"capital={capital:g}, depreciation={depreciation:g} of at_rest"
    world = with_capital(world, capital, depreciation, change=asked) if bare else world
    e, basket = world.economy, world.needs * share[:, None]
    e = _valued(e, rules, x, basket, capital) if bare else e
    require_solvable(e, rules, x)
    q, x, _ = _rest(replace(e, labels=Labels()), rules, x, basket)
    use = e.factors @ x
    part = 1.0 if not limited else min(1.0, float(share_within((1 + slack) * use, world.limits).min(initial=1.0)))
    built = (e.capital.sum_columns(e.capital.values) > 0) | jnp.isfinite(world.capacity)
    return with_parts(
        world,
        economy=e,
        activity=part * x,
        capacity=jnp.where(built, part * x / utilisation, jnp.inf),
        stock=part * rules.stocks(e) * q,
        limits=world.limits if limited else jnp.full_like(world.limits, jnp.inf),
        name=f"at_rest-{world.name}",
    )


def _valued(e: Economy, rules: Rules, weights: Array, basket: Array, ratio: float) -> Economy:
    """Return an economy with capital coefficients so scaled that capital has a value over consumption."""
    labels, e = e.labels, replace(e, labels=Labels())
    for _ in range(ROUNDS):
        found = float(_rest(e, rules, weights, basket)[2])
        if abs(found / ratio - 1) < CLOSE:
            break
        e = replace(e, capital=e.capital.with_values(e.capital.values * (ratio / found) ** 0.5))
    return replace(e, labels=labels)


@eqx.filter_jit
def _rest(e: Economy, rules: Rules, weights: Array, basket: Array) -> tuple[Array, Array, Array]:
    """Return output and activity at rest, and what capital is worth over consumption."""
    _, books, x = opened(rules, e, weights, basket, basket, 0.0)
    p = books.prices
    return books.sales, x, p @ (e.capital @ x) / rules.utilisation / (p @ basket.sum(axis=1))
