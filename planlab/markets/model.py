"""A market on its own: what would happen if every order were filled."""

from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, UNDER_1, hidden
from planlab.base.part import Part, number
from planlab.economy.economy import Economy, Labels
from planlab.economy.technology import wear
from planlab.markets.books import Books, Flows, Opening, settled
from planlab.markets.decisions import Decision, Sight, decided, opened
from planlab.markets.prices import require_solvable
from planlab.markets.rules import Rules

__all__ = ["MarketModel", "Moves", "Path", "Situation"]


class Moves(Part):
    r"""What moves wants and technique in the model's own world; in a simulation laws do, for every mechanism.

    Parameters
    ----------
    positional
        :math:`\pi`: people want at least this share of what was consumed last period, beyond what they earn,
        :math:`a_t = \max(a, \pi c_{t-1})`.
    advertising
        :math:`\varepsilon`, by which wants grow in a period.
    productivity
        :math:`\lambda`, by which work per unit falls in a period.
    working_time
        By which the hours of those who work fall in a period.
    """

    positional: float = number(0.0, AT_LEAST_0)
    advertising: float = number(0.0, AT_LEAST_0)
    productivity: float = number(0.0, UNDER_1)
    working_time: float = number(0.0, UNDER_1)


class Situation(eqx.Module):
    """What there is as a period begins, besides technology.

    Parameters
    ----------
    opening
        What stays as it was at the opening.
    books
        Money, prices and expectations.
    capacity, stock, activity
        ``(processes,)``, ``(products,)``, and of the last period ``(processes,)``.
    needs
        What is wanted, ``(products, communities)``.
    work
        Work per unit of activity over the opening's.
    lasting
        By which wants grew whatever people consume.
    hours
        Of those who work, over the opening's.
    """

    opening: Opening
    books: Books
    capacity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    activity: Float[Array, "processes"]
    needs: Float[Array, "products communities"]
    work: Float[Array, ""]
    lasting: Float[Array, ""]
    hours: Float[Array, ""]


class Path(NamedTuple):
    """What happened, period by period: activity, consumption in baskets, heads employed, the situation after."""

    activity: Float[Array, "periods processes"]
    consumption: Float[Array, "periods"]
    employment: Float[Array, "periods"]
    after: Situation


class MarketModel(eqx.Module):
    r"""A stock-flow consistent economy with bank money on a network, after Godley and Lavoie's model BMW (2007, ch. 7).

    The smallest economy with credit, interest and capital whose books all balance :cite:`godley:07`, for n products:
    cost-plus prices (`planlab.markets.prices`), output on expected sales and stocks, consumption out of income and
    wealth, induced investment (`planlab.markets.decisions`), and books (`planlab.markets.books`). Goods move at once,

    .. math:: z = A x + \Delta I + \textstyle\sum_h y_h + K g, \qquad s \leftarrow s + M x - z, \qquad
              k \leftarrow (1 - \delta) k + g, \qquad I = \text{cover} \cdot A x,

    and stocks that are too small go below zero: what physics does about that is left out.

    Parameters
    ----------
    economy
        Technology, with work among its factors.
    basket
        What is consumed at the opening, ``(products, communities)``.
    rules
        How everybody behaves.
    moves
        What moves wants and technique.
    cover
        Over how many periods' use users hold inputs in store; 0: they hold none.
    weights
        By which processes share their products' markets, ``(processes,)``; ``None``: all alike.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> from planlab.markets.model import MarketModel
    >>> from planlab.markets.rules import Rules
    >>> economy = pl.Economy.from_arrays(np.zeros((1, 1)), [[1.0]], capital=[[1.0]], depreciation=0.1,
    ...     factor_kinds=("labour",))
    >>> rules = Rules(interest=0.04, markup=0.0, out_of_wealth=0.1, utilisation=1.0, stock_norm=0.0, stock_speed=0.0)
    >>> start = MarketModel(economy, np.ones((1, 1)), rules).stationary(autonomous=20.0)
    >>> start.activity.round(6).tolist(), start.capacity.round(6).tolist()
    ([160.0], [160.0])
    """

    economy: Economy
    basket: Float[Array, "products communities"]
    rules: Rules = Rules()
    moves: Moves = Moves()
    cover: Any = 0.0
    weights: Any = None

    def __check_init__(self) -> None:
        """Raise where no prices cover costs."""
        if not any(hidden(leaf) for leaf in jax.tree.leaves(self)):
            require_solvable(self.economy, self.rules, self.shares)

    @property
    def shares(self) -> Array:
        """By which processes share their products' markets."""
        return jnp.ones(self.economy.processes) if self.weights is None else jnp.asarray(self.weights)

    def stationary(self, autonomous: Any = None) -> Situation:
        """Return the situation in which the market stays when all switches are off.

        Parameters
        ----------
        autonomous
            :math:`a`; ``None``: so much that the basket is what is consumed.
        """
        given = None if autonomous is None else jnp.asarray(autonomous, float)
        return _stationary(self._nameless, given)

    def step(self, now: Situation) -> tuple[Situation, Decision]:
        """Return the situation after a period, and what was decided in it."""
        rules, moves, opening = self.rules, self.moves, now.opening
        e = replace(self.economy, factors=now.work * self.economy.factors)
        books, decision = decided(rules, opening, now.books, Sight(e, now.capacity, now.stock, now.needs, now.activity))
        x, y, g, _ = decision
        more = self.cover * (e.inputs @ (x - now.activity))
        used, built = e.inputs @ x, e.capital @ g
        stock = e.outputs @ x - used - more - y.sum(axis=1) - built
        worn, nothing = wear(e, now.capacity), jnp.zeros_like(stock)
        flows = Flows(x, y, used + more, used, built, worn, stock, more, nothing, nothing)
        books = settled(rules, opening, e, books, flows, jnp.ones_like(opening.shares))
        c = books.prices @ y.sum(axis=1) / (books.prices @ opening.basket.sum(axis=1))
        lasting = (1 + moves.advertising) * now.lasting
        a = opening.shares @ books.autonomous
        wants = jnp.maximum(lasting, moves.positional * c / a) * opening.wants
        work = (1 - moves.productivity) * now.work
        hours = (1 - moves.working_time) * now.hours
        k, s = now.capacity - worn + g, now.stock + stock
        return Situation(opening, books, k, s, x, wants, work, lasting, hours), decision

    def run(self, periods: int, start: Situation | None = None, autonomous: Any = None) -> Path:
        """Return what happens over some periods, from the stationary state or another situation.

        Parameters
        ----------
        periods
            How many.
        start
            ``None``: the stationary state.
        autonomous
            As in `stationary`.
        """
        return _run(self._nameless, periods, self.stationary(autonomous) if start is None else start)

    @property
    def _nameless(self) -> "MarketModel":
        return replace(self, economy=replace(self.economy, labels=Labels()))


@eqx.filter_jit
def _stationary(model: MarketModel, autonomous: Array | None) -> Situation:
    e, D, rules, one = model.economy, jnp.asarray(model.basket), model.rules, jnp.ones(())
    opening, books, x = opened(rules, e, model.shares, D, D, model.cover, autonomous)
    k = jnp.where(e.capital.sum_columns(e.capital.values) > 0, x / rules.utilisation, jnp.inf)
    return Situation(opening, books, k, rules.stocks(e) * books.sales, x, D, one, one, one)


@eqx.filter_jit
def _run(model: MarketModel, periods: int, start: Situation) -> Path:
    basket = start.opening.basket.sum(axis=1)

    def once(now: Situation, _: None) -> tuple[Situation, Path]:
        after, made = model.step(now)
        p = after.books.prices
        c = p @ made.delivery.sum(axis=1) / (p @ basket)
        return after, Path(made.activity, c, after.books.labour @ made.activity / now.hours, after)

    return jax.lax.scan(once, start, None, periods)[1]
