"""What a planner knows of the years ahead, from what is reported now and announced of later."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from planlab.economy.economy import Economy
from planlab.economy.need_weights import need_weights
from planlab.people.observation import Observation

__all__ = ["Span", "Year", "spans", "year_ahead"]


class Span(NamedTuple):
    """A stretch of time that is planned as one: which year it belongs to, and how many intervals it takes."""

    year: int
    length: int


class Year(NamedTuple):
    """What holds in a year, in units of an interval.

    Parameters
    ----------
    economy
        Its technology.
    needs
        Of people, ``(products, people)``.
    worth
        What meeting each of them in full adds to the mean, ``(products, people)``.
    limits
        ``(factors,)``.
    """

    economy: Economy
    needs: np.ndarray
    worth: np.ndarray
    limits: np.ndarray


def spans(years: int, intervals: int = 1, done: int = 0) -> list[Span]:
    """Return what is planned apart: the interval that begins now, what is left of its year, and every year after it.

    Parameters
    ----------
    years
        How many, this one among them.
    intervals
        How many plans are made in a year.
    done
        How many were made this year.

    Examples
    --------
    >>> spans(3), spans(2, intervals=4, done=1)
    ([Span(year=0, length=1), Span(year=1, length=1), Span(year=2, length=1)],
     [Span(year=0, length=1), Span(year=0, length=2), Span(year=1, length=4)])
    """
    rest = intervals - done - 1
    later = [Span(year, intervals) for year in range(1, years)]
    return [Span(0, 1), *([Span(0, rest)] if rest else []), *later]


def year_ahead(seen: Observation, ahead: int) -> Year:
    """Return what holds so many years ahead; what is announced last holds ever after, this year's where nothing is."""
    announced, people = seen.forecast, seen.forecast.needs.shape[-1]
    rows = announced.needs.shape[0]
    economy, needs, limits = seen.economy, np.asarray(seen.needs)[:, :people], np.asarray(seen.limits)
    if ahead and rows:
        row = min(ahead, rows) - 1
        inputs = economy.inputs.with_values(announced.inputs[row])
        economy = replace(economy, inputs=inputs, factors=announced.factors[row])
        needs, limits = np.asarray(announced.needs[row]), np.asarray(announced.limits[row])
    urgency, population = np.asarray(seen.urgency)[:, :people], np.asarray(seen.population)[:people]
    return Year(economy, needs, need_weights(needs, urgency, population, np), limits)
