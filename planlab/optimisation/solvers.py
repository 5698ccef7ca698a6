"""One door to every way of solving the yardstick problem, and an automatic choice that says what it chose and why."""

from typing import Any, NamedTuple

from planlab.mechanisms.mechanism import Status
from planlab.optimisation import closed_form, highs, structured
from planlab.optimisation.highs import Solution
from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["EXACT", "SOLVERS", "Answer", "Start", "solve"]

SOLVERS = ("auto", "highs", "structured")

EXACT = 1e-8
"""Relative KKT error to which structured answers are worked out even where less is asked for: it costs little."""

SMALL = 400
"""Up to this many processes simplex is as fast as anything."""


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
    """What is remembered from one period to the next: a simplex basis, and what a structured solution leaves."""

    basis: Any = None
    known: structured.Known | None = None


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
        `planlab.optimisation.structured`; elsewhere, and where that has no certificate, HiGHS.
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
        For an unknown solver, or one that does not apply to the problem.
    """
    if solver not in SOLVERS:
        raise ValueError(f"solver is {solver!r}; choose one of {', '.join(SOLVERS)}.")
    start = start or Start()
    linear = problem.linear.utility is None
    if solver == "highs" or (solver == "auto" and problem.processes <= SMALL and linear):
        why = "it was asked for" if solver == "highs" else f"no more than {SMALL} processes"
        return _by_highs(problem, start, tolerance, why)
    declined = "some product has several processes, or some process several products"
    if closed_form.applies(problem):
        declined = "balances cannot hold with equality"
        if (closed := closed_form.solve(problem, tolerance)) is not None:
            solution, products = closed
            if solution.status is not Status.FAILED:
                why = "one process per product and nothing to choose but one level"
                return Answer(solution, "closed form", why, products), start
    elif structured.applies(problem):
        found = structured.solve(problem, start.known, min(tolerance, EXACT))
        declined = "balances cannot hold with equality, or too many capacities bind"
        if found is not None and found[0].certificate.error <= tolerance:
            solution, counts = found[0]._replace(status=Status.OPTIMAL), found[1]
            why = f"one process per product and {counts.rows} limits that may bind"
            return Answer(solution, "structured", why, counts.products), start._replace(known=solution.basis)
    if not linear:
        raise ValueError(
            f"no solver here finds this plan: {declined}, and the objective is concave. Choose CappedNeeds, or an "
            "economy with one process per product and no stocks beyond need."
        )
    return _by_highs(problem, start, tolerance, declined)


def _by_highs(problem: PlanningProblem, start: Start, tolerance: float, why: str) -> tuple[Answer, Start]:
    solution = highs.solve(problem.linear, basis=start.basis, tolerance=tolerance)
    return Answer(solution, "highs", why), start._replace(basis=solution.basis)
