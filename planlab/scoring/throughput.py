"""What it draws on nature and people: throughput by kind of factor, its growth, overshoot, dependence on growth."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from planlab.base.checks import INSIDE_0_1, check_float
from planlab.economy.economy import FACTOR_KINDS

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario
    from planlab.mechanisms.mechanism import Mechanism

__all__ = [
    "HEADLINE",
    "growth_dependence",
    "growth_rate",
    "overshoot",
    "throughput_index",
    "throughput_per_need",
]

HEADLINE = ("material", "energy", "emissions", "land", "labour", "other")
"""The kind that stands for throughput is the first of these that an economy has."""


def throughput_index(factor_use: Any, opening_use: Any, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    r"""Return use of each kind of factor, the opening being 1: :math:`\frac{1}{|K|}\sum_{k \in K} (Fx_t)_k / (Fx_0)_k`.

    Parameters
    ----------
    factor_use
        ``(periods, factors)``.
    opening_use
        Of the period before the first, ``(factors,)``; factors it did not use are left out.
    kinds
        One per factor.

    Returns
    -------
    dict
        Kind to ``(periods,)``; a mean of ratios, since factors of one kind may have different units.

    Examples
    --------
    >>> throughput_index([[2.0, 3.0]], [1.0, 3.0], ("energy", "energy"))["energy"].tolist()
    [1.5]
    """
    use, start, named = np.asarray(factor_use, float), np.asarray(opening_use, float), np.array(kinds, dtype=object)
    index = {}
    for kind in FACTOR_KINDS:
        chosen = (named == kind) & (start > 0)
        if chosen.any():
            index[kind] = (use[:, chosen] / start[chosen]).mean(axis=1)
    return index


def growth_rate(index: Any) -> float:
    r"""Return the mean of :math:`\Delta \ln` over periods, the opening being 1; NaN where throughput ends at zero.

    Examples
    --------
    >>> round(growth_rate([1.1, 1.21]), 6) == round(float(np.log(1.1)), 6)
    True
    """
    index = np.asarray(index, float)
    return float(np.log(index[-1]) / index.size) if index[-1] > 0 else float("nan")


def overshoot(factor_use: Any, limits: Any) -> np.ndarray:
    r"""Return :math:`\max_k [ (Fx)_k / r_k - 1 ]_+` per period; unlimited factors cannot be overshot.

    Examples
    --------
    >>> overshoot([[12.0, 5.0]], [10.0, float("inf")]).round(6).tolist()
    [0.2]
    """
    use, r = np.asarray(factor_use, float), np.asarray(limits, float)
    over = np.where(np.isfinite(r) & (r > 0), use / np.where(r > 0, r, 1.0) - 1.0, 0.0)
    return np.maximum(over, 0.0).max(axis=-1, initial=0.0)


def throughput_per_need(index: Any, satisfaction: Any) -> np.ndarray:
    """Return throughput (opening period 1) per unit of need satisfaction, per period.

    Examples
    --------
    >>> throughput_per_need([0.9], [0.75]).round(6).tolist()
    [1.2]
    """
    s = np.asarray(satisfaction, float)
    return np.where(s > 0, np.asarray(index, float) / np.where(s > 0, s, 1.0), np.nan)


def growth_dependence(
    mechanism: "str | Mechanism", scenario: "Scenario", cut: float = 0.02, periods: int = 10, **arguments: Any
) -> float:
    r"""Return the elasticity of need satisfaction to a forced fall in throughput.

    All finite limits, first set to what the opening activity used where that is less, fall by `cut` a period. With
    need satisfaction :math:`s` in the last period and :math:`s^\circ` without the cut,

    .. math:: \frac{\ln s - \ln s^\circ}{T \ln (1 - q)}:

    0 where less throughput costs nothing, 1 where needs fall in proportion, above 1 where the economy depends on
    growth.

    Parameters
    ----------
    mechanism, scenario, periods
        As in `planlab.simulate`.
    cut
        :math:`q`, between 0 and 1.
    **arguments
        Further arguments of `planlab.simulate`.
    """
    from planlab.economy.scenario import with_parts
    from planlab.scoring.needs import need_satisfaction
    from planlab.simulation.simulate import simulate

    check_float("cut", cut, INSIDE_0_1)
    remaining = (1 - cut) ** jnp.arange(1.0, periods + 1.0)
    falling = jnp.repeat(remaining[:, None], scenario.limits.shape[0], axis=1)
    capped = with_parts(scenario, limits=jnp.minimum(scenario.limits, scenario.economy.factors @ scenario.activity))
    worlds = capped, with_parts(capped, shocks=replace(capped.shocks, limits=falling))
    met = []
    for world in worlds:
        run = simulate(mechanism, world, periods, **arguments)
        s = need_satisfaction(run.outcome.delivery, run.needs, scenario.urgency, scenario.population)
        met.append(float(s[-1]))
    return float((np.log(met[1]) - np.log(met[0])) / (periods * np.log(1 - cut)))
