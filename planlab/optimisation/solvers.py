"""One door to every way of solving the yardstick problem, and an automatic choice that says what it chose and why."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from planlab.mechanisms.mechanism import Status
from planlab.optimisation import closed_form, highs, primal_dual, structured, techniques
from planlab.optimisation.highs import Solution
from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["EXACT", "SOLVERS", "Answer", "Start", "solve", "values"]

SOLVERS = ("auto", "highs", "structured", "techniques", "primal_dual")

EXACT = 1e-8
"""Relative KKT error to which structured answers are worked out even where less is asked for: it costs little."""

SMALL, MIDDLING = 400, 1500
"""Up to SMALL processes simplex is as fast as anything, and up to MIDDLING where there is no structure to use."""

ASKED = "it was asked for"

STUCK = "balances cannot hold with equality, or too many capacities bind"


class Answer(NamedTuple):
    """A solution and how it came about.

    Parameters
    ----------
    solution
        Quantities, duals, status and certificate.
    solver
        Which solver gave it.
    why
        A sentence that says why that one.
    products
        Matrix-vector products it took; ``None`` where the solver does not say.
    """

    solution: Solution
    solver: str
    why: str
    products: int | None = None


class Start(NamedTuple):
    """What each solver leaves for the next period's: a simplex basis, and what the others know."""

    basis: Any = None
    known: structured.Known | None = None
    mix: techniques.Known | None = None
    point: primal_dual.Known | None = None


def solve(
    problem: PlanningProblem, solver: str = "auto", start: Start | None = None, tolerance: float = 1e-8
) -> tuple[Answer, Start]:
    """Solve a planning problem.

    Parameters
    ----------
    problem
        From an objective of `planlab.optimisation.planning_problem`.
    solver
        One of `SOLVERS`. ``"auto"``: HiGHS' simplex for small problems; where every product has one process,
        `planlab.optimisation.structured`; where some have several, `planlab.optimisation.techniques`; elsewhere HiGHS
        again, or where that would take long or the objective is concave, `planlab.optimisation.primal_dual`. HiGHS
        has the last word on a linear programme where the one chosen finds no certificate: the answer says so.
    start
        Of an earlier, similar problem.
    tolerance
        Relative KKT error up to which an answer is called optimal.

    Returns
    -------
    Answer, Start
        The second to start from next time.

    Raises
    ------
    ValueError
        For an unknown solver.
    """
    if solver not in SOLVERS:
        raise ValueError(f"solver is {solver!r}; choose one of {', '.join(SOLVERS)}.")
    start = start or Start()
    linear = problem.linear.utility is None
    if solver == "highs":
        return _by_highs(problem, start, tolerance, ASKED)
    if solver == "primal_dual":
        return _by_exchange(problem, start, tolerance, ASKED)
    if solver == "auto" and problem.processes <= SMALL and linear:
        return _by_highs(problem, start, tolerance, f"no more than {SMALL} processes")
    found, why = _by_any_structure(problem, solver, start, tolerance)
    if found is not None:
        return found
    if not linear or problem.processes > MIDDLING:
        answer, after = _by_exchange(problem, start, tolerance, why)
        if not linear or answer.solution.status in (Status.OPTIMAL, Status.INFEASIBLE):
            return answer, after
        why += ", and exchanging prices and quantities took too long"
    return _by_highs(problem, start, tolerance, why)


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
        In natural units, each in place of ``problem.linear.cost``.
    """
    start = start or Start()
    small = solver == "auto" and problem.processes <= SMALL and problem.linear.utility is None
    if solver == "highs" or small:
        return highs.values(problem.linear, costs, start.basis, tolerance)
    others = (replace(problem, linear=replace(problem.linear, cost=cost)) for cost in costs)
    return np.array([solve(other, solver, start, tolerance)[0].solution.certificate.objective for other in others])


def _by_any_structure(
    problem: PlanningProblem, solver: str, start: Start, tolerance: float
) -> tuple[tuple[Answer, Start] | None, str]:
    """Return what a solver that uses structure finds, if one applies, and otherwise why there is nothing."""
    if solver != "techniques" and closed_form.applies(problem):
        return _by_closed_form(problem, start, tolerance), "balances cannot hold with equality"
    if solver != "techniques" and structured.applies(problem):
        return _by_structure(problem, start, tolerance), STUCK
    if solver != "structured" and techniques.applies(problem):
        return _by_techniques(problem, start, tolerance), STUCK
    if problem.linear.utility is not None:
        return None, "the objective is concave and some product has several processes"
    return None, "some process has several products, or nothing is limited"


def _by_closed_form(problem: PlanningProblem, start: Start, tolerance: float) -> tuple[Answer, Start] | None:
    found = closed_form.solve(problem, tolerance)
    if found is None or found[0].status is Status.FAILED:
        return None
    why = "one process per product and nothing to choose but one level"
    return Answer(found[0], "closed form", why, found[1]), start


def _by_structure(problem: PlanningProblem, start: Start, tolerance: float) -> tuple[Answer, Start] | None:
    found = structured.solve(problem, start.known, min(tolerance, EXACT))
    if found is None or found[0].certificate.error > tolerance:
        return None
    solution, counts = found[0]._replace(status=Status.OPTIMAL), found[1]
    why = f"one process per product and {counts.rows} limits that may bind"
    return Answer(solution, "structured", why, counts.products), start._replace(known=solution.basis)


def _by_techniques(problem: PlanningProblem, start: Start, tolerance: float) -> tuple[Answer, Start] | None:
    found = techniques.solve(problem, start.mix, min(tolerance, EXACT))
    if found is None or found[0].certificate.error > tolerance:
        return None
    solution, counts = found[0]._replace(status=Status.OPTIMAL), found[1]
    why = f"one product per process and {counts.rows} limits that may bind"
    return Answer(solution, "techniques", why, counts.products), start._replace(mix=solution.basis)


def _by_highs(problem: PlanningProblem, start: Start, tolerance: float, why: str) -> tuple[Answer, Start]:
    solution = highs.solve(problem.linear, basis=start.basis, tolerance=tolerance)
    return Answer(solution, "highs", why), start._replace(basis=solution.basis)


def _by_exchange(problem: PlanningProblem, start: Start, tolerance: float, why: str) -> tuple[Answer, Start]:
    solution, products = primal_dual.solve(problem.linear, start.point, tolerance)
    return Answer(solution, "primal_dual", why, products), start._replace(point=solution.basis)
