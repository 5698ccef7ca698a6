"""Plan by linear programming: the best plan for what was reported."""

from dataclasses import replace
from typing import Any, ClassVar

import equinox as eqx
import numpy as np
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE, check_choice, of_kind
from planlab.base.part import number
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.investment import Investment, ReplaceWorn
from planlab.optimisation.objectives import Objective, TieredNeeds
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.solvers import SOLVERS, Start, solve
from planlab.people.observation import Observation
from planlab.planning.plan import How, Plan, Status

__all__ = ["LinearProgram"]

SEES = frozenset({"economy", "capacity", "needs", "urgency", "population", "limits", "stock", "last"})
"""What was reported of a period."""


class LinearProgram(Mechanism):
    r"""Central planning by linear programming :cite:`kantorovich:39`.

    The centre knows every recipe, capacity, limit and need as reported, and solves the objective's programme over
    activity :math:`x` and consumption, for capped needs

    .. math:: \max \sum_{ih} w_{ih} s_{ih} \quad\text{s.t.}\quad
              M x + \text{stock} \ge (1 + \rho) A x + \sum_h D_h s_h,\\
              F x \le r,\quad 0 \le x \le c,\quad 0 \le s \le 1.

    With a reserve :math:`\rho > 0` it plans more of every input than the norms ask for. Without, a product that is only
    an input is planned to be used up: should its users' stores ever run empty, nothing in the plan refills them, and
    output stays wherever it fell to.

    The duals of its rows are the plan's shadow prices and rents. It plans one period at a time: stocks of the next
    period have no value to it, and it builds what `investment` says.

    Names: linear programming (Dantzig, Kantorovich), optimal planning (SOFE, the Soviet optimal planning school).

    Parameters
    ----------
    objective
        `CappedNeeds`, `TieredNeeds`, `Ray`, `LeastThroughput`, or the concave `IsoelasticNeeds`.
    reserve
        :math:`\rho`, by how much input norms are raised; the opposite of taut norms.
    solver
        ``"auto"``: HiGHS' dual simplex for economies of up to a thousand processes; beyond, where every process makes
        one product, the exact and far faster `planlab.optimisation.active_set`, or with several techniques per product
        `planlab.optimisation.policy_iteration`; `planlab.optimisation.primal_dual` for what is concave and without such
        structure. The plan's ``how`` says which. Or the name of one, see `planlab.optimisation.solvers`.
    tolerance
        Error of the certificate up to which a plan is called optimal (`planlab.optimisation.kkt`).
    budget
        Seconds that a plan may take; then the best point found is the plan, with a status that says so.
    investment
        `ReplaceWorn`: all that wears out; `ReplaceUsed`: of that, what the plan uses; `BuildAhead`: what next year's
        best plan takes.
    """

    objective: Objective = TieredNeeds()
    reserve: float = number(0.0, AT_LEAST_0)
    solver: str = eqx.field(static=True, default="auto")
    tolerance: float = number(1e-6, POSITIVE)
    budget: float = number(60.0, POSITIVE)
    investment: Investment = ReplaceWorn()

    deterministic: ClassVar = True
    usual: ClassVar = True
    traceable: ClassVar = False
    in_numpy: ClassVar = True
    reward: ClassVar = "weitzman"
    remembers_a_start: ClassVar = True
    references: ClassVar[tuple[str, ...]] = ("kantorovich:39", "huangfu:18")

    def __check_init__(self) -> None:
        """Raise for what is no objective or solver."""
        of_kind("objective", self.objective, Objective)
        of_kind("investment", self.investment, Investment)
        check_choice("solver", self.solver, SOLVERS)

    @property
    def sees(self) -> frozenset[str]:  # type: ignore[override]  # what a class attribute is elsewhere
        """What was reported of this period, and what it looks at to build."""
        return SEES | self.investment.sees

    @property
    def looks_ahead(self) -> int:
        """As far as it has to in order to build."""
        return self.investment.looks_ahead

    def init(self, seen: Observation, key: PRNGKeyArray) -> Start:
        """Return nothing to start from."""
        return Start()

    @property
    def accuracy(self) -> float:
        """The tolerance of the one solver that stops short of an exact optimum."""
        return float(self.tolerance) if self.solver == "primal_dual" else 0.0

    def plan(self, state: Start, seen: Observation, key: PRNGKeyArray) -> tuple[Start, Plan]:
        """Return the optimal plan; the next period starts from its basis, or from its rents, and in its units."""
        # by the class: Equinox makes a tree of every method that is asked for, which takes as long as a small plan
        return type(self).solved(self, type(self).problem(self, seen, state.problem), state)

    def solved(self, problem: PlanningProblem, state: Start) -> tuple[Start, Plan]:
        """Return where to start next time, and the plan that solves the programme."""
        (found, how), state = solve(problem, self.solver, state, float(self.tolerance), float(self.budget))
        if how is How.RULE:
            activity: Any = np.zeros(problem.processes)
            delivery: Any = np.zeros(problem.units.need.shape)
            return state, Plan(activity, delivery, status=Status.FAILED)
        plan = problem.to_plan(found.z, found.y, found.status, how, found.certificate.ray)
        assert plan.certificate is not None
        if found.status is Status.OPTIMAL and not plan.certificate.error <= 2 * self.tolerance:
            plan = replace(plan, status=Status.FAILED)  # in the economy's own numbers it is not what it was in units
        return state, plan

    def problem(self, seen: Observation, before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme it solves, with what is the same as in an earlier one taken over from that."""
        if self.reserve > 0:
            seen = replace(seen, economy=seen.economy.with_reserve(self.reserve))
        return self.investment.problem(self.objective, seen, self._best, before)

    def _best(self, problem: PlanningProblem) -> np.ndarray | None:
        """Return the activity of the optimum; ``None`` where none was found."""
        (found, _), _ = solve(problem, self.solver, None, float(self.tolerance), float(self.budget))
        if found.status is not Status.OPTIMAL:
            return None
        return (found.z * problem.column_unit)[: problem.processes]
