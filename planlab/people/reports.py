"""What is said: reports, and what those who report know."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Economy
from planlab.economy.state import State

__all__ = ["Knowledge", "Months", "Published", "Reports", "Statistics", "truth"]


class Months(eqx.Module):
    """The monthly record of a period, or of the interval of a period that is planned for, one row per month.

    Parameters
    ----------
    activity
        Activity achieved, ``(months, processes)``.
    factor_use
        Factor units drawn, ``(months, factors)``.
    orders
        What users, builders and communities asked for, ``(months, products)``.
    unfilled
        The part of it that they did not get, ``(months, products)``.
    """

    activity: Float[Array, "months processes"]
    factor_use: Float[Array, "months factors"]
    orders: Float[Array, "months products"]
    unfilled: Float[Array, "months products"]

    @property
    def fill_rates(self) -> Float[Array, "months products"]:
        """The part of its orders that was filled, of each product in each month; 1 where nothing was ordered."""
        return 1.0 - self.unfilled / jnp.where(self.orders > 0, self.orders, 1.0)


class Statistics(eqx.Module):
    """Last period's public statistics.

    Parameters
    ----------
    activity
        Activity as claimed by the producers, ``(processes,)``.
    target
        Activity that the plan asked for, ``(processes,)``.
    delivery
        What communities received, ``(products, communities)``.
    prices
        The plan's prices, ``(products,)``; zero where a plan has none.
    """

    activity: Float[Array, "processes"]
    target: Float[Array, "processes"]
    delivery: Float[Array, "products communities"]
    prices: Float[Array, "products"]


class Published(NamedTuple):
    """What is published of a period, or of an interval of it: its statistics, and its months."""

    statistics: Statistics
    months: Months


class Reports(eqx.Module):
    """What was said at the start of a period, in the units of the truth.

    Parameters
    ----------
    capacity
        Greatest activity the producers admit to, ``(processes,)``.
    inputs
        Input requirements they ask for, on the non-zeros of the true technical coefficients, ``(nonzeros,)``.
    activity
        What they claim to have achieved last period, ``(processes,)``.
    stock
        Finished goods that should exist if the claims were true, ``(products,)``.
    inventory
        Inputs that their users say lie with them, on the non-zeros of the technical coefficients, ``(nonzeros,)``.
    needs
        What the communities say they need, ``(products, communities)``.
    """

    capacity: Float[Array, "processes"]
    inputs: Float[Array, "nonzeros"]
    activity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    inventory: Float[Array, "nonzeros"]
    needs: Float[Array, "products communities"]


class Knowledge(eqx.Module):
    """What those who report know: the truth about themselves, and last period's statistics.

    Parameters
    ----------
    economy
        The true technology.
    reports
        What a truthful person would say.
    last
        Last period's statistics; its ``activity`` is what truly happened.
    period
        Which period it is, counted from 0.
    """

    economy: Economy
    reports: Reports
    last: Statistics
    period: Int[Array, ""]


def truth(state: State, last: Statistics) -> Knowledge:
    """Return what everybody knows at the start of a period.

    Communities know this period's needs. Producers know their capacity as it stood last period: what strikes in
    this period strikes after they have reported.
    """
    e = state.economy
    reports = Reports(
        capacity=state.capacity_now,
        inputs=e.inputs.values,
        activity=last.activity,
        stock=state.stock,
        inventory=state.inventory,
        needs=state.needs_now,
    )
    return Knowledge(e, reports, last, state.period)
