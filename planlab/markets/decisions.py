"""What firms and households decide at the beginning of a period, and with what books a market opens."""

from dataclasses import replace
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from planlab.economy.economy import Economy
from planlab.economy.technology import market_shares, wear
from planlab.markets.books import Books, Opening
from planlab.markets.prices import levels, prices, unit_costs
from planlab.markets.rules import Rules

__all__ = ["Decision", "Sight", "decided", "opened"]


class Sight(NamedTuple):
    """What is there as a period begins: technology, capacity, finished goods, needs, and last period's activity."""

    economy: Economy
    capacity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    needs: Float[Array, "products communities"]
    activity: Float[Array, "processes"]


class Decision(NamedTuple):
    """Output, what communities order and can pay for, what is built, and whether prices were found."""

    activity: Float[Array, "processes"]
    delivery: Float[Array, "products communities"]
    investment: Float[Array, "processes"]
    priced: Bool[Array, ""]


def opened(
    rules: Rules,
    e: Economy,
    weights: Float[Array, "processes"],
    basket: Float[Array, "products communities"],
    needs: Float[Array, "products communities"],
    cover: Any,
    autonomous: Any = None,
) -> tuple[Opening, Books, Float[Array, "processes"]]:
    r"""Return the stationary state of a market at a consumption :math:`D`, and the activity that sustains it.

    All money is lent to firms for what they hold per unit of consumption, with activity :math:`X` that sustains it,

    .. math:: m = p K X / u_n + \sigma p M X + \text{cover}\; p A X, \qquad
              c^* = \frac{a}{(1 - \alpha_1) - \alpha_2 m / (p D)}, \qquad M = L = c^* m, \qquad Y = c^* p D,

    and :math:`c^* = 1` fixes the autonomous part :math:`a`, unless it is given.

    Parameters
    ----------
    rules
        How everybody behaves.
    e
        Technology.
    weights
        By which processes share their products' markets.
    basket
        :math:`D`, what was consumed.
    needs
        What was needed.
    cover
        Over how many periods' use users hold inputs in store.
    autonomous
        :math:`a`; ``None``: so that the basket is what is consumed.
    """
    A, K = e.inputs, e.capital
    x = market_shares(e.outputs, weights) @ levels(e, weights, basket.sum(axis=1), rules.utilisation)
    wages = rules.paid(e.factors, e.factor_kinds, x)
    labour = wages @ e.factors if e.factor_kinds else jnp.where(x > 0, 1.0 / jnp.where(x > 0, x, 1.0), 0.0) / x.size
    p = prices(e, rules, labour, weights, jnp.zeros(e.products)).p
    stored = jnp.where(e.held, p[A.rows] * A.values * x[A.columns], 0.0).sum()
    m = p @ (K @ x) / rules.utilisation + p @ (rules.stocks(e) * (e.outputs @ x)) + cover * stored
    worth = p @ basket
    v = jnp.where(worth.sum() > 0, worth.sum(), 1.0)
    least = (1 - rules.out_of_income) - rules.out_of_wealth * m / v
    a = least if autonomous is None else jnp.asarray(autonomous)
    c = a / least
    shares = worth / v
    books = Books(
        loans=c * m,
        worth=jnp.zeros(()),
        deposits=c * m * shares,
        income=c * worth,
        sales=c * (e.outputs @ x),
        prices=p,
        labour=labour,
        pay=jnp.ones(()),
        weights=weights,
        autonomous=jnp.broadcast_to(a, shares.shape),
    )
    return Opening(basket, needs, shares, wages, labour @ x * c), books, c * x


def decided(rules: Rules, opening: Opening, books: Books, seen: Sight) -> tuple[Books, Decision]:
    r"""Return the books with this period's prices and shares, and what is decided.

    .. math:: c_h = a_h + \frac{\alpha_1 Y_h + \alpha_2 M_h}{p B_h}, \qquad y_h = c_h B_h, \qquad
              B_{ih} = D_{ih} \frac{N^t_{ih}}{N^0_{ih}}, \\
              q = z + \theta (\sigma z - s), \qquad x = \min(G q, k), \qquad
              g = [(\delta + \gamma_0) k + \gamma (x / u_n - k)]_+,

    with what is wanted :math:`B`, which follows needs :math:`N`. What some makers of a product have no capacity for,
    others make, as far as they have. Labour-managed firms build at most what wears out. A product's sales move towards
    its cheaper makers, :math:`s_f \leftarrow s_f (\bar c / c_f)^\chi` (replicator).
    """
    e, k, x_before = seen.economy, seen.capacity, seen.activity
    labour = opening.wages @ e.factors if e.factor_kinds else books.labour
    before, now = books.labour @ x_before, labour @ x_before
    saved = jnp.where((before > 0) & (now > 0), before / jnp.where(now > 0, now, 1.0), 1.0)
    pay = books.pay * saved**rules.indexation
    dearer = pay / (books.pay * saved)
    p, found = prices(e, rules, pay * labour, books.weights, dearer * books.prices)
    p = jnp.where(found, p, books.prices)

    missing = jnp.where(now > 0, opening.employment / jnp.where(now > 0, now, 1.0), 1.0)
    a = books.autonomous * missing**rules.full_employment
    wanted = opening.wants > 0
    B = opening.basket * jnp.where(wanted, seen.needs / jnp.where(wanted, opening.wants, 1.0), 1.0)
    worth = p @ B
    earned = rules.out_of_income * books.income + rules.out_of_wealth * books.deposits
    c = jnp.maximum(a + jnp.where(worth > 0, earned / jnp.where(worth > 0, worth, 1.0), 0.0), 0.0)

    z, sigma = books.sales, rules.stocks(e)
    q = jnp.maximum(z + rules.stock_speed * (sigma * z - seen.stock), 0.0)
    x = jnp.minimum(market_shares(e.outputs, books.weights) @ q, k)
    left = jnp.maximum(q - e.outputs @ x, 0.0)
    x = jnp.minimum(x + market_shares(e.outputs, k - x) @ left, k)
    built = (e.capital.sum_columns(e.capital.values) > 0) & jnp.isfinite(k)
    k_built, worn = jnp.where(built, k, 0.0), wear(e, k)
    gap = rules.accelerator * (jnp.where(built, x, 0.0) / rules.utilisation - k_built)
    g = jnp.maximum(worn + rules.accumulation * k_built + gap, 0.0)
    g = g + rules.labour_managed * (jnp.minimum(g, worn) - g)

    revenue = e.outputs.sum_columns(e.outputs.values * p[e.outputs.rows])
    cost = (1 + rules.markup) * unit_costs(e, rules, pay * labour, p)
    costs = (cost > 0) & (revenue > 0)
    dear = jnp.where(costs, cost / jnp.where(costs, revenue, 1.0), 1.0)
    weights = books.weights * dear**-rules.competition
    books = replace(books, prices=p, labour=labour, pay=pay, autonomous=a, weights=weights)
    return books, Decision(x, B * c[None, :], g, found)
