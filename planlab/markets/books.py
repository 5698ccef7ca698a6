"""Who owes and owns what, and how it changes with what was made, sold and paid."""

from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.economy import Economy
from planlab.markets.rules import Rules

__all__ = ["Books", "Flows", "Opening", "settled"]


class Opening(eqx.Module):
    """What stays as it was when the market opened.

    Parameters
    ----------
    basket
        What communities consumed, ``(products, communities)``.
    wants
        What they needed, ``(products, communities)``.
    shares
        Each community's part of what all consumed, at the opening's prices, ``(communities,)``.
    wages
        Pay per unit of each factor, ``(factors,)``.
    employment
        Pay for all that worked, ``()``.
    """

    basket: Float[Array, "products communities"]
    wants: Float[Array, "products communities"]
    shares: Float[Array, "communities"]
    wages: Float[Array, "factors"]
    employment: Float[Array, ""]


class Books(eqx.Module):
    r"""What a market knows from one period to the next, money in units of the opening's wage bill.

    Deposits, loans and the worth of banks are booked apart, each from its own flows: that
    :math:`\sum_h M_h = L - V` is nowhere used.

    Parameters
    ----------
    loans
        :math:`L`, what firms owe banks.
    worth
        :math:`V`, what banks own beyond what they owe.
    deposits
        :math:`M_h`, ``(communities,)``.
    income
        :math:`Y_h`, last period's disposable income, ``(communities,)``.
    sales
        :math:`z`, what firms expect to sell: last period's shipments, ``(products,)``.
    prices
        :math:`p`, ``(products,)``.
    labour
        :math:`l`, work in a unit of activity at the opening's wages, ``(processes,)``.
    pay
        :math:`w`, wages over the opening's.
    weights
        By which processes share their products' markets, ``(processes,)``.
    autonomous
        :math:`a`, what is spent whatever is earned, as a part of what is wanted, ``(communities,)``.
    """

    loans: Float[Array, ""]
    worth: Float[Array, ""]
    deposits: Float[Array, "communities"]
    income: Float[Array, "communities"]
    sales: Float[Array, "products"]
    prices: Float[Array, "products"]
    labour: Float[Array, "processes"]
    pay: Float[Array, ""]
    weights: Float[Array, "processes"]
    autonomous: Float[Array, "communities"]

    @property
    def imbalance(self) -> Float[Array, ""]:
        r"""How far books are from balancing, :math:`|\sum_h M_h - (L - V)|` over the largest of the three."""
        M = self.deposits.sum()
        largest = jnp.maximum(jnp.maximum(jnp.abs(M), jnp.abs(self.loans)), jnp.abs(self.worth))
        return jnp.abs(M - (self.loans - self.worth)) / jnp.where(largest > 0, largest, 1.0)


class Flows(NamedTuple):
    """What happened in a period, in goods.

    Parameters
    ----------
    activity
        ``(processes,)``.
    delivery
        What communities received, ``(products, communities)``.
    received
        Inputs that came to their users, ``(products,)``.
    used
        Inputs used up, ``(products,)``.
    installed
        Goods that became capacity, ``(products,)``.
    worn
        Capacity that wore out, ``(processes,)``.
    stock, inventory
        By how much finished goods and users' stores changed, ``(products,)``.
    lost
        What perished, ``(products,)``.
    unfilled
        Orders that were not filled, ``(products,)``.
    """

    activity: Float[Array, "processes"]
    delivery: Float[Array, "products communities"]
    received: Float[Array, "products"]
    used: Float[Array, "products"]
    installed: Float[Array, "products"]
    worn: Float[Array, "processes"]
    stock: Float[Array, "products"]
    inventory: Float[Array, "products"]
    lost: Float[Array, "products"]
    unfilled: Float[Array, "products"]


def settled(
    rules: Rules, opening: Opening, e: Economy, books: Books, flows: Flows, people: Float[Array, "communities"]
) -> Books:
    r"""Return the books after a period.

    Households pay for what they received, firms for work, inputs and interest; what these add to capacity, finished
    goods and stores they borrow, and they pay out all profit,

    .. math:: \Pi = p M x - w l x - p\,\text{used} - p K \delta k - i L - p\,\text{lost}, \\
              Y = w l x + \Pi + (1 - \psi) i L, \qquad
              Y_h = (1 - \tau)\bigl(\omega_h w l x + \omega'_h \Pi + (1 - \psi) i L M_h / M\bigr)
                    + \tau Y n_h / \textstyle\sum n, \\
              \Delta L = p K (g - \delta k) + p \Delta s + p \Delta I, \qquad
              \Delta V = \psi i L, \qquad \Delta M_h = Y_h - p y_h.

    Parameters
    ----------
    rules
        Interest, what banks keep, who gets what.
    opening
        Whose shares are the default ones.
    e
        Technology of the period.
    books
        As the period began, with its prices, pay and labour.
    flows
        What happened.
    people
        Heads by community, for transfers.
    """
    p, K, i = books.prices, e.capital, rules.interest
    wages, due = books.pay * (books.labour @ flows.activity), i * books.loans
    wear = p @ (K @ flows.worn)
    profit = p @ (e.outputs @ flows.activity) - wages - p @ flows.used - wear - due - p @ flows.lost
    of_wages = rules.shares(rules.wage_shares, opening.shares)
    of_profit = rules.shares(rules.profit_shares, opening.shares)
    of_profit = of_profit + rules.labour_managed * (of_wages - of_profit)
    total = books.deposits.sum()
    of_interest = jnp.where(total > 0, books.deposits / jnp.where(total > 0, total, 1.0), opening.shares)
    income = of_wages * wages + of_profit * profit + of_interest * (1 - rules.bank_retention) * due
    income = (1 - rules.transfers) * income + rules.transfers * income.sum() * people / people.sum()
    borrowed = p @ (flows.installed + flows.stock + flows.inventory) - wear
    shipped = flows.received + flows.delivery.sum(axis=1) + flows.installed
    made_to_order: Any = 0.0 if e.stored is None else jnp.where(e.stored, 0.0, 1.0)
    return replace(
        books,
        loans=books.loans + borrowed,
        worth=books.worth + rules.bank_retention * due,
        deposits=books.deposits + income - p @ flows.delivery,
        income=income,
        sales=shipped + jnp.maximum(rules.backlog, made_to_order) * flows.unfilled,
    )
