"""One door to every way of solving the yardstick problem, and an automatic choice that says what it chose and why."""

from typing import Any, NamedTuple

import numpy as np

from planlab.mechanisms.mechanism import Status
from planlab.optimisation import closed_form, highs, structured, techniques
from planlab.optimisation.highs import Solution
from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["EXACT", "SOLVERS", "Answer", "Start", "solve"]

SOLVERS = ("auto", "highs", "structured", "techniques")

EXACT = 1e-8
"""Relative KKT error to which structured answers are worked out even where less is asked for: it costs little."""

SMALL = 400
"""Up to this many processes simplex is as fast as anything."""

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
    """What is remembered: a simplex basis, what a structured solution leaves, valuations of the factors."""

    basis: Any = None
    known: structured.Known | None = None
    valuations: np.ndarray | None = None


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
        `planlab.optimisation.structured`; where some have several, `planlab.optimisation.techniques`; elsewhere HiGHS.
        HiGHS, too, where the one chosen does not apply or finds no certificate: the answer says so.
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
        For an unknown solver, or where none finds the plan for a concave objective.
    """
    if solver not in SOLVERS:
        raise ValueError(f"solver is {solver!r}; choose one of {', '.join(SOLVERS)}.")
    start = start or Start()
    linear = problem.linear.utility is None
    if solver == "highs":
        return _by_highs(problem, start, tolerance, "it was asked for")
    if solver == "auto" and problem.processes <= SMALL and linear:
        return _by_highs(problem, start, tolerance, f"no more than {SMALL} processes")
    declined = "some process has several products, or nothing is limited"
    if solver != "techniques" and closed_form.applies(problem):
        declined, found = "balances cannot hold with equality", _by_closed_form(problem, start, tolerance)
    elif solver != "techniques" and structured.applies(problem):
        declined, found = STUCK, _by_structure(problem, start, tolerance)
    elif solver != "structured" and techniques.applies(problem):
        declined, found = STUCK, _by_techniques(problem, start, tolerance)
    else:
        found = None
    if found is not None:
        return found
    if not linear:
        raise ValueError(
            f"no solver here finds this plan: {declined}, and the objective is concave. Choose CappedNeeds, or an "
            "economy with one process per product and no stocks beyond need."
        )
    return _by_highs(problem, start, tolerance, declined)


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
    found = techniques.solve(problem, start.valuations, min(tolerance, EXACT))
    if found is None or found[0].certificate.error > tolerance:
        return None
    solution, counts = found[0]._replace(status=Status.OPTIMAL), found[1]
    why = f"one product per process and {counts.rows} limits that may bind"
    return Answer(solution, "techniques", why, counts.products), start._replace(valuations=solution.basis)


def _by_highs(problem: PlanningProblem, start: Start, tolerance: float, why: str) -> tuple[Answer, Start]:
    solution = highs.solve(problem.linear, basis=start.basis, tolerance=tolerance)
    return Answer(solution, "highs", why), start._replace(basis=solution.basis)
