"""One door to every way of solving a planning problem: within a budget of seconds, the best point found comes back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from planlab.base.checks import check_choice
from planlab.optimisation import active_set, closed_form, highs, policy_iteration, primal_dual
from planlab.optimisation.highs import Loaded, Solution
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.planning.plan import Certificate, How, Status

__all__ = ["SOLVERS", "Answer", "Start", "solve", "values"]

SOLVERS = ("auto", "highs", "active_set", "policy_iteration", "primal_dual")

SMALL, MIDDLING = 1000, 1500
"""Up to SMALL processes simplex is as fast as anything, and up to MIDDLING where there is no structure to use."""

PATIENCE = 0.5
"""The part of what is left of its budget that a linear programme gives to a method that others may follow."""

REDRAWN = 2
"""How often the units of a plan may be drawn anew."""


class Answer(NamedTuple):
    """A solution, and what found it."""

    solution: Solution
    how: How


class Start(NamedTuple):
    """What a run remembers: the last programme, HiGHS' model and basis, and what the other solvers know.

    Parameters
    ----------
    problem
        The last programme, from which the next takes over its units and whatever else stays as it was.
    loaded, basis
        Of HiGHS' simplex.
    known, mix, point
        Of `planlab.optimisation.active_set`, `policy_iteration` and `primal_dual`.
    redrawn
        How often units were drawn anew because a certificate failed.
    """

    problem: PlanningProblem | None = None
    loaded: Loaded | None = None
    basis: Any = None
    known: active_set.Known | None = None
    mix: policy_iteration.Known | None = None
    point: primal_dual.Known | None = None
    redrawn: int = 0


Attempt = Callable[[PlanningProblem, Start, float, float], tuple[Solution | None, Start]]
"""A solver as it is called here: problem, start, tolerance and seconds left."""


def solve(
    problem: PlanningProblem,
    solver: str = "auto",
    start: Start | None = None,
    tolerance: float = 1e-8,
    seconds: float = np.inf,
) -> tuple[Answer, Start]:
    """Solve a planning problem.

    Parameters
    ----------
    problem
        From an objective of `planlab.optimisation.objectives`.
    solver
        One of `SOLVERS`. ``"auto"``: HiGHS' simplex for small problems; where every product has one process,
        `planlab.optimisation.active_set`; where some have several, `policy_iteration` beside it; elsewhere HiGHS
        again, or where that would take long or the objective is concave, `planlab.optimisation.primal_dual`. HiGHS'
        interior point method has the last word on a linear programme of which the others find no certified solution.
    start
        Of an earlier, similar problem.
    tolerance
        Error up to which an answer is called optimal.
    seconds
        For all solvers together; what is left goes to the next, and the best point any of them found is returned.

    Returns
    -------
    Answer, Start
        The first in the units of the problem as it was given, the second to start from next time. Where a certificate
        fails, units are drawn anew from the flows of the best point, and counted.

    Raises
    ------
    ValueError
        For an unknown solver.
    """
    check_choice("solver", solver, SOLVERS)
    start, end, asked = start or Start(), perf_counter() + float(seconds), problem
    if not _finite(problem):
        return _nothing(problem), start
    best: Answer | None = None
    for _ in range(1 + REDRAWN):
        for how, attempt in _attempts(problem, solver):
            left = end - perf_counter()
            if best is not None and left <= 0:
                break
            solution, start = attempt(problem, start, float(tolerance), left)
            if solution is None:
                continue
            solution = _restated(solution, problem, asked)
            if best is None or _rank(solution) < _rank(best.solution):
                best = Answer(solution, how)
            if solution.status in (Status.OPTIMAL, Status.INFEASIBLE, Status.UNBOUNDED):
                return Answer(solution, how), start._replace(problem=problem)
        if best is None or perf_counter() > end or problem.stated.utility is not None:
            break
        problem = asked.measured(asked.flows(best.solution.z))
        start = start._replace(redrawn=start.redrawn + 1)
    return best or _nothing(problem), start._replace(problem=problem)


def _restated(solution: Solution, found_in: PlanningProblem, asked: PlanningProblem) -> Solution:
    """Return a solution that was found in some units in those of the problem that was asked."""
    if found_in is asked:
        return solution
    rows, certificate = asked.row_unit / found_in.row_unit, solution.certificate
    if certificate.ray is not None:
        certificate = replace(certificate, ray=certificate.ray * rows)
    return solution._replace(
        z=solution.z * found_in.column_unit / asked.column_unit,
        y=solution.y * rows * (found_in.worth / asked.worth),
        certificate=certificate,
    )


def values(
    problem: PlanningProblem,
    costs: np.ndarray,
    solver: str = "auto",
    start: Start | None = None,
    tolerance: float = 1e-8,
) -> np.ndarray:
    """Return the optimal objectives of a planning problem under several costs ``(programmes, columns)``.

    Parameters
    ----------
    problem, solver, start, tolerance
        As in `solve`.
    costs
        In the economy's own numbers, each in place of ``problem.stated.cost``.
    """
    start = start or Start()
    small = solver == "auto" and problem.processes <= SMALL and problem.stated.utility is None
    if solver == "highs" or small:
        measured = costs * problem.column_unit / problem.worth
        return highs.values(problem.linear, measured, start.basis, float(tolerance), start.loaded)
    others = (replace(problem, stated=replace(problem.stated, cost=cost)) for cost in costs)
    return np.array([solve(other, solver, start, tolerance)[0].solution.certificate.objective for other in others])


def _attempts(problem: PlanningProblem, solver: str) -> Iterator[tuple[How, Attempt]]:
    """Yield the solvers to try, one after another until one is right."""
    linear = problem.stated.utility is None
    if solver == "highs":
        yield How.SIMPLEX, _simplex
    elif solver == "primal_dual":
        yield How.PRIMAL_DUAL, _exchange
    else:
        small = problem.processes <= SMALL or (problem.processes <= MIDDLING and not _structures(problem, solver))
        if solver == "auto" and linear and small:
            yield How.SIMPLEX, _simplex
        yield from _structures(problem, solver)
        if not linear or (not small and not _structures(problem, solver)):
            yield How.PRIMAL_DUAL, _exchange
        if linear:
            yield How.INTERIOR_POINT, _interior


def _structures(problem: PlanningProblem, solver: str) -> list[tuple[How, Attempt]]:
    """Return the solvers that use the structure of a problem, if any does."""
    if solver != "policy_iteration" and closed_form.applies(problem):
        return [(How.CLOSED_FORM, _closed)]
    if solver != "policy_iteration" and active_set.applies(problem):
        return [(How.ACTIVE_SET, _active_set)]
    if solver != "active_set" and policy_iteration.applies(problem):
        return [(How.POLICY_ITERATION, _policy_iteration)]
    return []


def _closed(problem: PlanningProblem, start: Start, tolerance: float, seconds: float) -> tuple[Solution | None, Start]:
    return closed_form.solve(problem, tolerance), start


def _active_set(
    problem: PlanningProblem, start: Start, tolerance: float, seconds: float
) -> tuple[Solution | None, Start]:
    found = active_set.solve(problem, start.known, tolerance, _part(problem, seconds))
    return (None, start) if found is None else (found[0], start._replace(known=found[0].basis))


def _policy_iteration(
    problem: PlanningProblem, start: Start, tolerance: float, seconds: float
) -> tuple[Solution | None, Start]:
    found = policy_iteration.solve(problem, start.mix, min(tolerance, active_set.EXACT), _part(problem, seconds))
    return (None, start) if found is None else (_as(found[0], tolerance), start._replace(mix=found[0].basis))


def _simplex(problem: PlanningProblem, start: Start, tolerance: float, seconds: float) -> tuple[Solution, Start]:
    loaded = Loaded.of(problem.linear, start.loaded)
    solution = highs.solve(problem.linear, start.basis, tolerance, seconds, loaded, problem.certificate)
    return solution, start._replace(loaded=loaded, basis=solution.basis)


def _interior(problem: PlanningProblem, start: Start, tolerance: float, seconds: float) -> tuple[Solution, Start]:
    return highs.interior(problem.linear, tolerance, seconds), start


def _exchange(problem: PlanningProblem, start: Start, tolerance: float, seconds: float) -> tuple[Solution, Start]:
    solution, _ = primal_dual.solve(problem.linear, start.point, tolerance, seconds=_part(problem, seconds))
    return solution, start._replace(point=solution.basis)


def _part(problem: PlanningProblem, seconds: float) -> float:
    """Return the seconds for a method that another may follow: HiGHS in linear programmes."""
    return seconds if problem.stated.utility is not None else PATIENCE * seconds


def _as(solution: Solution, tolerance: float) -> Solution:
    """Return a solution with the status it has for a tolerance."""
    return solution._replace(status=Status.OPTIMAL) if solution.certificate.error <= tolerance else solution


def _rank(solution: Solution) -> float:
    error = solution.certificate.error
    return error if np.isfinite(error) else np.inf


def _finite(problem: PlanningProblem) -> bool:
    """Return whether all that was reported are numbers that solvers can work with."""
    own = problem.stated
    assert isinstance(own.matrix, PlanningMatrix)
    parts = own.cost, own.rows, problem.row_unit, problem.column_unit
    return own.matrix.finite and all(np.isfinite(part).all() for part in parts) and not np.isnan(own.upper).any()


def _nothing(problem: PlanningProblem) -> Answer:
    """Return the plan that does nothing, which is no solution."""
    z, y = np.zeros(problem.stated.cost.size), np.zeros(problem.stated.rows.size)
    unknown = Certificate(np.inf, np.inf, np.inf, np.nan, np.nan)
    return Answer(Solution(z, y, Status.FAILED, unknown, None, 0), How.RULE)
