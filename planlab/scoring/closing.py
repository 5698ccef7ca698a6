"""What is left at the end, measured by what the best plan that could go on for ever would need."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import jax
import numpy as np

from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.economy.tiers import USUAL, Tiers
from planlab.optimisation.stationary import Stationary, best_stationary
from planlab.planning.plan import Status

if TYPE_CHECKING:
    from planlab.simulation.trajectory import Trajectory

__all__ = [
    "ENOUGH",
    "MOST_PRODUCTS",
    "ClosingWealth",
    "closing_plan",
    "closing_wealth",
    "last_plan",
    "limits_kept",
    "opening_cover",
]

ENOUGH = 0.98
"""A run that leaves less of what it would take to go on lived off it, and is marked."""

MOST_PRODUCTS = 3000
"""Of larger economies with by-products the best stationary plan is not worked out, and closing wealth not known."""


class ClosingWealth(NamedTuple):
    """What is left of what the best stationary plan, and the closing activity, would need.

    Parameters
    ----------
    capacity
        Of the capacity that the best stationary plan takes for the last needs and limits, a share; 1 if it is all
        there, whatever else there is.
    stores
        Of inputs in store that the closing activity takes, for as long as the opening had them in store, a share.

    Both are NaN where they are not known (`closing_wealth`).
    """

    capacity: float
    stores: float

    @property
    def is_enough(self) -> bool:
        """Whether both are at least `ENOUGH`, as far as they are known."""
        return not (self.capacity < ENOUGH or self.stores < ENOUGH)


UNKNOWN = ClosingWealth(float("nan"), float("nan"))


def closing_plan(scenario: Scenario, state: State, tiers: Tiers = USUAL) -> Stationary:
    """Return the best stationary plan for the needs and limits of a state, with all capacity that it takes.

    Parameters
    ----------
    scenario
        The world, whose opening capacity counts where none can be built.
    state
        The last of a horizon.
    tiers
        What a part of a need is worth.
    """
    asked = (
        (state.economy, state.needs_now, limits_kept(scenario, state), scenario.capacity),
        (scenario.urgency, scenario.population),
    )
    leaves = [np.asarray(part) for part in jax.tree.leaves((asked, tiers))]
    key = hashlib.sha256(b"".join(repr(leaf.shape).encode() + leaf.tobytes() for leaf in leaves)).digest()
    return _planned(_Question(key, scenario, state, tiers))


def limits_kept(scenario: Scenario, state: State) -> np.ndarray:
    """Return the limits of a state; of a budget what there was a year of it at the opening, whoever drew how much."""
    budget = np.asarray(state.lasts) > 0
    return np.where(budget, np.asarray(scenario.opening.allotted), np.asarray(state.allotted))


@dataclass(frozen=True)
class _Question:
    """Which plan is asked for: all runs in one world ask for the same."""

    key: bytes
    scenario: Scenario = field(compare=False)
    state: State = field(compare=False)
    tiers: Tiers = field(compare=False)


@lru_cache(64)
def _planned(question: _Question) -> Stationary:
    scenario, state = question.scenario, question.state
    needs = np.asarray(state.needs_now)
    worth = need_weights(needs, np.asarray(scenario.urgency), np.asarray(scenario.population), np)
    limits, capacity = limits_kept(scenario, state), np.asarray(scenario.capacity)
    return best_stationary(state.economy, needs, limits, capacity, worth, question.tiers)


def closing_wealth(trajectory: "Trajectory", tiers: Tiers = USUAL) -> ClosingWealth:
    r"""Return what a run leaves of what it would take to go on.

    .. math:: 1 - \frac{\sum_j c_j [k^*_j - k_{Tj}]_+}{\sum_j c_j k^*_j}, \qquad
              1 - \frac{\sum_i p_i [z^*_i - z_{Ti}]_+}{\sum_i p_i z^*_i}, \qquad
              z^*_i = \tau \sum_j A_{ij} x_{Tj},

    with the capacity :math:`k^*` of the best stationary plan for the needs, limits and technology of the last period,
    the capacity :math:`k_T` left, what is under construction included; the closing activity :math:`x_T`, all of a
    product in store at the end :math:`z_T`, and :math:`\tau` the part of a period's use that lay in store at the
    opening. Capacity and products count by the factors that they embody, :math:`c` and :math:`p`, which are the same
    for every mechanism. Against opening capacity it would be wrong: what nobody will need is rightly given up.

    Where every process makes one product, of one technique or of several, the plan takes about as long as a
    mechanism's (`planlab.optimisation.solvers`): seconds for a hundred thousand products. Where some make several and
    there are more than `MOST_PRODUCTS`, or no optimum was found within `planlab.optimisation.stationary.BUDGET`
    seconds, both are not known.

    Parameters
    ----------
    trajectory
        What happened.
    tiers
        What a part of a need is worth in the stationary plan.
    """
    scenario, e, plan = trajectory.scenario, trajectory.state(-1).economy, last_plan(trajectory, tiers)
    if plan is None:
        return UNKNOWN
    lead = scenario.opening.building.shape[0]
    outcome = trajectory.outcome
    invested = np.asarray(outcome.investment)
    begun = np.asarray(scenario.opening.building)[trajectory.periods :].sum(axis=0)
    k = np.asarray(outcome.capacity)[-1] + invested[invested.shape[0] - lead :].sum(axis=0) + begun
    capacity = _share_left(plan.cost, plan.capacity, k)

    lying = np.asarray(outcome.opening)[0] - np.asarray(scenario.stock)
    needed = opening_cover(scenario, lying, plan.embodied) * np.asarray(e.inputs @ outcome.activity[-1])
    return ClosingWealth(capacity, _share_left(plan.embodied, needed, np.asarray(outcome.closing)[-1]))


def last_plan(trajectory: "Trajectory", tiers: Tiers = USUAL) -> Stationary | None:
    """Return the best stationary plan for the last period of a run; ``None`` where it is not known (`closing_wealth`).

    Parameters
    ----------
    trajectory
        What happened.
    tiers
        What a part of a need is worth.
    """
    last = trajectory.state(-1)
    e = last.economy
    if e.products > MOST_PRODUCTS and e.outputs.nonzeros > e.processes:
        return None
    plan = closing_plan(trajectory.scenario, last, tiers)
    return plan if plan.status is Status.OPTIMAL else None


def opening_cover(scenario: Scenario, lying: np.ndarray, price: np.ndarray) -> float:
    """Return for what part of a period inputs lie in store at the opening, by value.

    Parameters
    ----------
    scenario
        Whose opening activity they are for.
    lying
        How much of each product lies with its users, ``(products,)``.
    price
        ``(products,)``.
    """
    use = price @ np.asarray(scenario.economy.inputs @ scenario.activity)
    return float(max(price @ lying, 0.0) / use) if use > 0 else 0.0


def _share_left(price: np.ndarray, needed: np.ndarray, there: np.ndarray) -> float:
    """Return which share of what is needed is there, by value; 1 where nothing is needed."""
    value = float(price @ needed)
    return 1.0 - float(price @ np.maximum(needed - there, 0.0)) / value if value > 0 else 1.0
