"""Another world, on its way from today's needs to others: a world in which there is something to plan."""

import inspect
from dataclasses import replace
from typing import Any

import numpy as np

from planlab.base.checks import BELOW_1, POSITIVE, SHARE, UNDER_1, between, check_float, check_whole
from planlab.economy.capital import with_capital
from planlab.economy.scenario import Scenario
from planlab.economy.transition import Transition
from planlab.scenarios import SCENARIOS, base_world
from planlab.scenarios._calibration import with_shocks
from planlab.scenarios._draws import stream
from planlab.scenarios._strikes import struck

__all__ = ["transition"]


def transition(
    base: str | Scenario = "layered",
    years: int = 10,
    sigma: float = 0.7,
    tightening: float = 0.02,
    error: float = 0.0,
    hit: float = 0.1,
    severity: float = 0.3,
    year: int = 4,
    length: int = 2,
    depreciation: float = 0.1,
    capital: float = 2.5,
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    r"""Wrap a scenario: needs move to another basket while limits tighten, and capacity has to be built in time.

    Each product's needs go linearly to the multiple

    .. math:: m_i = \frac{e^{\sigma \varepsilon_i}}{\frac1n \sum_l e^{\sigma \varepsilon_l}}

    of today's, with standard normal :math:`\varepsilon` and the mean over products that are needed, as
    `planlab.Transition` says; it is announced. The opening is what the base says it is and no optimum of what is to
    come: to go on as before ends far below what can be had, and a perfect planner below all needs.

    Parameters
    ----------
    base
        A generator's or a table's name, or a scenario.
    years
        How long it takes, at least 2.
    sigma
        :math:`\sigma`, how far needs go apart.
    tightening
        By which part all limits fall a year.
    error
        Standard deviation of what is learnt in a year about each product's future needs, in logarithms: announcements
        for so many years ahead err by its square root times as much, and are right on average.
    hit, severity, year, length
        Which share of products loses which part of its makers' capacity, from which year on, counted from 0, and for
        how many; nobody but the clairvoyant sees it coming. 0 of `hit`: nothing is hit.
    depreciation
        Share of capacity that wears out per year where the base is a generator that draws capital, or has no capital.
    capital
        Capital over consumption of a year, for bases without (`planlab.economy.capital.with_capital`).
    seed
        Of the multiples, errors and hits, and of the base.
    **parameters
        The base generator's, or the table's assumptions.

    Returns
    -------
    Scenario
        The base moved by a `planlab.Transition`, and with further `Scenario.shocks`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and for a base in transition already.

    Examples
    --------
    >>> world = transition(products=20, inputs=4, hit=0.0)
    >>> needed = np.asarray(world.needs).any(axis=1)
    >>> multiples = np.asarray(world.laws[0].needs)[needed]
    >>> round(float(multiples.mean()), 9), bool(multiples.min() < 0.8), bool(multiples.max() > 1.25)
    (1.0, True, True)
    """
    check_whole("years", years, 2), check_whole("year", year, 0), check_whole("length", length, 1)
    check_float("sigma", sigma, between(0, 3)), check_float("tightening", tightening, UNDER_1)
    check_float("error", error, between(0, 3)), check_float("depreciation", depreciation, BELOW_1)
    check_float("hit", hit, SHARE), check_float("severity", severity, SHARE), check_float("capital", capital, POSITIVE)
    world = _base(base, seed, depreciation, parameters)
    if any(isinstance(law, Transition) for law in world.laws):
        raise ValueError("base is in transition already; give the world as it is before.")
    if not world.economy.capital.nonzeros:
        asked = f"capital={capital:g}, depreciation={depreciation:g} of transition"
        world = with_capital(world, capital, depreciation, change=asked)
    n, needed = world.economy.products, np.asarray(world.needs).any(axis=1)
    multiple: Any = np.exp(stream(seed, "transition", "needs").normal(0.0, sigma, n))
    multiple = np.where(needed, multiple / multiple[needed].mean(), 1.0)
    learnt = stream(seed, "transition", "announced").normal(error**2 / 2, error, (years, n)) if error else None
    world = world.with_laws(Transition(multiple, tightening, years, learnt))
    if hit:
        loss = struck(world, hit, severity, year, length, stream(seed, "transition", "hit"))
        return with_shocks(world, f"transition-{world.name}", capacity=loss)
    return replace(world, name=f"transition-{world.name}")


def _base(base: str | Scenario, seed: int, depreciation: float, parameters: dict[str, Any]) -> Scenario:
    """Return the world that is wrapped; a generator that draws capital is asked for it."""
    if isinstance(base, str) and base in SCENARIOS.names():
        taken = inspect.signature(SCENARIOS.find(base)).parameters.values()
        if any(p.name == "depreciation" or p.kind is inspect.Parameter.VAR_KEYWORD for p in taken):
            parameters = {"depreciation": depreciation} | parameters
    return base_world(base, seed, parameters)
