"""What is said: reports, and what those who report know."""

import equinox as eqx
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Economy
from planlab.economy.state import State

__all__ = ["Knowledge", "Reports", "Statistics", "truth"]


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
        Stocks that should exist if the claims were true, ``(products,)``.
    needs
        What the communities say they need, ``(products, communities)``.
    """

    capacity: Float[Array, "processes"]
    inputs: Float[Array, "nonzeros"]
    activity: Float[Array, "processes"]
    stock: Float[Array, "products"]
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
    reports = Reports(state.capacity_now, e.inputs.values, last.activity, state.stock, state.needs_now)
    return Knowledge(e, reports, last, state.period)
