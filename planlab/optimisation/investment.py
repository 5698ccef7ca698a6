"""What a planner of one year builds: all that wears out, what the plan uses up, or what next year's best plan lacks."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from planlab.base.checks import ABOVE_0_TO_1
from planlab.base.part import Part, number
from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse
from planlab.economy.technology import wear
from planlab.optimisation.objectives import Objective
from planlab.optimisation.outlook import year_ahead
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.people.observation import Observation

__all__ = ["BuildAhead", "Investment", "ReplaceUsed", "ReplaceWorn"]

Best = Callable[[PlanningProblem], np.ndarray | None]
"""Returns the activity of a programme's optimum, ``(processes,)``; ``None`` where none was found."""


class Investment(Part):
    """What a planner of one year builds; states the programme in which that competes with people's needs.

    ``sees``
        The fields of `planlab.people.observation.Observation` it reads besides those of the planner.
    ``looks_ahead``
        How many periods ahead it has to be told of.
    """

    sees: ClassVar[frozenset[str]] = frozenset()
    looks_ahead: ClassVar[int] = 0

    @abstractmethod
    def problem(
        self, objective: Objective, seen: Observation, best: Best, before: PlanningProblem | None = None
    ) -> PlanningProblem:
        """Return the programme.

        Parameters
        ----------
        objective
            What a plan should achieve.
        seen
            What was reported.
        best
            How the planner solves programmes.
        before
            An earlier one, from which is taken over what has not changed.
        """


class ReplaceWorn(Investment):
    r"""Replace all that wears out, :math:`g = \rho\, \delta c`, used or not.

    All of it (:math:`\rho = 1`) weighs as much as all needs together; where it is too much, a part.

    Names: replacement investment, capital maintenance.
    """

    def problem(
        self, objective: Objective, seen: Observation, best: Best, before: PlanningProblem | None = None
    ) -> PlanningProblem:
        """Return the objective's programme as it is."""
        return objective.problem(seen, before)


class ReplaceUsed(Investment):
    r"""Replace what wears out of the capacity that this year's plan uses, :math:`g = \delta x`.

    What replaces it is one more input of every process, :math:`A + K \hat\delta`, as in a stationary plan; idle
    capacity is scrapped at the rate at which it wears out. Nothing is built beyond what there is.

    Names: user cost of capital goods, depreciation in use, the augmented input matrix (Lange, Sraffa).
    """

    def problem(
        self, objective: Objective, seen: Observation, best: Best, before: PlanningProblem | None = None
    ) -> PlanningProblem:
        """Return the objective's programme in which every process replaces what it uses."""
        economy, upkeep = kept_up(seen.economy, np.asarray(seen.capacity))
        return replace(objective.problem(replace(seen, economy=economy), before), upkeep=upkeep)


class BuildAhead(Investment):
    r"""Build towards what next year's best plan takes: what capacity lacks is one more community.

    Next year's best plan :math:`x^*` meets the needs that are announced for it within the limits announced for it, by
    the same objective, with capacity as free to choose as it is to build and its upkeep paid
    (:math:`A + K \hat\delta`). Of the capacity that is lacking,

    .. math:: \bar g_j = \lambda \bigl[x^*_j - (1 - \delta_j) c_j - b_j\bigr]_+, \qquad g = \rho \bar g,

    with :math:`b` under construction, a part :math:`\rho` is built, all of which weighs as much as all needs together,
    as the replacement of what wears out does elsewhere. It looks one year ahead, and never at what becomes of what it
    builds: how many years something will serve, or what has to be given up for it, does not enter.

    Next year's input norms are the announced ones, without a planner's reserve.
    Where next year has no best plan, for want of any limit, what wears out is replaced. With objectives that replace in
    full, `planlab.Ray` and `planlab.LeastThroughput`, all of :math:`\bar g` has to be built.

    Names: the flexible accelerator (Goodwin, Chenery), capital stock adjustment, myopic investment.

    Parameters
    ----------
    speed
        :math:`\lambda`, which part of what is lacking is to be built in a year.
    """

    speed: float = number(1.0, ABOVE_0_TO_1)

    sees: ClassVar = frozenset({"forecast", "building"})
    looks_ahead: ClassVar = 1

    def problem(
        self, objective: Objective, seen: Observation, best: Best, before: PlanningProblem | None = None
    ) -> PlanningProblem:
        """Return the objective's programme in which what is lacking is built instead of what wears out."""
        x = best(objective.problem(next_year(seen)))
        if x is None:
            return objective.problem(seen, before)
        intervals, capacity = seen.forecast.intervals, np.asarray(seen.capacity)
        left = (1 - intervals * np.asarray(seen.economy.depreciation)) * capacity
        lacking = np.maximum(x - left - np.asarray(seen.building).sum(axis=0), 0.0)
        building = np.where(buildable(seen.economy, capacity), self.speed * lacking / intervals, 0.0)
        return objective.problem(seen, before, building)


def buildable(economy: Economy, capacity: np.ndarray) -> np.ndarray:
    """Return which processes have a capacity that can be built, ``(processes,)``."""
    K = economy.capital
    return np.isfinite(capacity) & (np.bincount(K.columns, K.values, K.shape[1]) > 0)


def kept_up(economy: Economy, capacity: np.ndarray) -> tuple[Economy, np.ndarray]:
    """Return an economy in which every process replaces what it uses, and of what capacity how much per unit."""
    upkeep = wear(economy, np.where(np.isfinite(capacity), 1.0, np.inf), np)
    inputs: Any = economy.inputs.to_scipy() + economy.capital.to_scipy() @ sp.diags_array(upkeep)
    return replace(economy, inputs=Sparse.from_any(inputs), depreciation=np.zeros_like(upkeep)), upkeep


def next_year(seen: Observation) -> Observation:
    """Return what is announced of next year as if it were this one, with no stores and capacity free to choose."""
    year, capacity = year_ahead(seen, 1), np.asarray(seen.capacity)
    economy, upkeep = kept_up(year.economy, capacity)
    people = year.needs.shape[1]
    announced: dict[str, Any] = {
        "needs": year.needs,
        "urgency": np.asarray(seen.urgency)[:, :people],
        "population": np.asarray(seen.population)[:people],
        "limits": year.limits,
        "capacity": np.where(buildable(economy, capacity), np.inf, capacity),
        "stock": np.zeros(year.needs.shape[0]),
    }
    return replace(seen, economy=economy, stores=False, **announced)
