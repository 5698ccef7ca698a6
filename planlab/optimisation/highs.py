"""HiGHS as the reference solver: its answers are taken for what their certificate says, never for their status."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from planlab.optimisation.kkt import PROOF, farkas_margin, kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.polish import FINE, polished, polished_ray
from planlab.planning.plan import Certificate, Status

__all__ = ["INFINITY", "Loaded", "Solution", "answer", "empty", "interior", "load", "optimal", "run", "solve", "values"]

INFINITY = float("inf")
"""What HiGHS takes for no bound."""


class Solution(NamedTuple):
    """Quantities z, duals y, how it came out, the certificate, where to start next time, and what it took."""

    z: np.ndarray
    y: np.ndarray
    status: Status
    certificate: Certificate
    basis: Any
    iterations: int


class Loaded:
    """A model that HiGHS holds, and the matrix it was loaded with: whatever else changes is changed in place.

    Where the next run starts from the basis at which the last one ended, HiGHS goes on from there with the factors it
    has; from any other it starts as if the model had just been loaded.

    Parameters
    ----------
    model
        Of HiGHS.
    problem, columns
        That was loaded, and its matrix by columns.
    """

    def __init__(self, model: Any, problem: LinearProblem, columns: Any) -> None:
        self.model, self.matrix, self.by_columns, self.basis = model, problem.matrix, columns, None
        self._columns, self._rows = (np.arange(size, dtype=np.int32) for size in (problem.cost.size, problem.rows.size))
        self._open, self._now = np.full(problem.rows.size, INFINITY), problem

    @classmethod
    def of(cls, problem: LinearProblem, known: "Loaded | None" = None) -> "Loaded":
        """Return the model of a problem, that which is known if the matrix is the same."""
        same, columns = known is not None and known.matrix is problem.matrix, None
        if not same:
            columns = problem.by_columns()
            same = known is not None and known.holds(columns)
        if known is not None and same:
            known.matrix = problem.matrix
            known.change(problem)
            return known
        return cls(_passed(problem, columns), problem, columns)

    def holds(self, columns: Any) -> bool:
        """Return whether a matrix is the one it was loaded with."""
        own = self.by_columns
        pairs = (own.indptr, columns.indptr), (own.indices, columns.indices), (own.data, columns.data)
        return all(np.array_equal(one, other) for one, other in pairs)

    def change(self, problem: LinearProblem) -> None:
        """Give the model a problem's costs, bounds and right-hand sides."""
        model, old = self.model, self._now
        if not np.array_equal(problem.cost, old.cost):
            model.changeColsCost(self._columns.size, self._columns, problem.cost)
        if not (np.array_equal(problem.lower, old.lower) and np.array_equal(problem.upper, old.upper)):
            model.changeColsBounds(self._columns.size, self._columns, problem.lower, problem.upper)
        if not np.array_equal(problem.rows, old.rows):
            model.changeRowsBounds(self._rows.size, self._rows, problem.rows, self._open)
        self._now = problem

    def start(self, basis: Any) -> None:
        """Have the next run start from a basis, or from nothing."""
        if basis is None or basis is not self.basis:
            self.model.clearSolver()
            if basis is not None:
                self.model.setBasis(basis)
        self.basis = None

    def ended(self) -> Any:
        """Return the basis at which the last run ended."""
        self.basis = self.model.getBasis()
        return self.basis


def solve(
    problem: LinearProblem,
    basis: Any = None,
    tolerance: float = 1e-7,
    seconds: float = np.inf,
    loaded: Loaded | None = None,
    certify: Callable[[np.ndarray, np.ndarray], Certificate] | None = None,
) -> Solution:
    """Solve a linear programme with HiGHS' dual simplex :cite:`huangfu:18` and check what it says.

    Parameters
    ----------
    problem
        In units by which its numbers are moderate.
    basis
        Of an earlier solution of the same shape, to start from.
    tolerance
        Error above which the answer is not called optimal, whatever the solver says.
    seconds
        After which it gives up, with the best point it has.
    loaded
        The problem's model, if there is one already.
    certify
        How to judge quantities and duals, where that is not by the problem as it is stated.

    Returns
    -------
    Solution
        With `Status.INFEASIBLE` only where the Farkas ray is a proof.
    """
    from highspy import HighsModelStatus as Model

    if problem.utility is not None:
        raise ValueError("HiGHS solves linear programmes and this one has a concave utility; take solver='auto'.")
    loaded, began = Loaded.of(problem) if loaded is None else loaded, perf_counter()
    highs = loaded.model
    loaded.start(basis)
    run(highs, seconds)
    if highs.getModelStatus() in (Model.kInfeasible, Model.kUnboundedOrInfeasible):
        return _infeasible(problem, seconds)
    if highs.getModelStatus() == Model.kUnbounded:
        z, y = _answer(problem, highs)
        return Solution(z, y, Status.UNBOUNDED, kkt(problem, z, y), None, 0)
    z, y, certificate = _checked(problem, highs, tolerance, certify)
    if certificate.error > tolerance and optimal(highs):
        # what HiGHS scales it solves to tolerances of the scaled programme: a few unscaled pivots mend the rest
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("simplex_scale_strategy", 0)
        run(highs, seconds - (perf_counter() - began))
        again = _checked(problem, highs, tolerance)
        z, y, certificate = min((z, y, certificate), again, key=lambda a: a[2].error)
        highs.setOptionValue("presolve", "choose")
        highs.setOptionValue("simplex_scale_strategy", 2)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    return Solution(z, y, status, certificate, loaded.ended(), highs.getInfo().simplex_iteration_count)


def interior(
    problem: LinearProblem, tolerance: float = 1e-7, seconds: float = np.inf, crossover: bool = False
) -> Solution:
    """Solve a linear programme with HiGHS' interior point method and check what it says.

    Parameters
    ----------
    problem, tolerance, seconds
        As in `solve`.
    crossover
        Whether to go on to a vertex.
    """
    highs = load(problem)
    ending = "on" if crossover else "off"
    for option, value in {"solver": "ipm", "run_crossover": ending, "ipm_optimality_tolerance": 1e-10}.items():
        highs.setOptionValue(option, value)
    run(highs, seconds)
    z, y, certificate = _checked(problem, highs, tolerance)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    return Solution(z, y, status, certificate, None, highs.getInfo().ipm_iteration_count)


def values(
    problem: LinearProblem,
    costs: np.ndarray,
    basis: Any = None,
    tolerance: float = 1e-7,
    loaded: Loaded | None = None,
) -> np.ndarray:
    """Return the optimal objectives of a programme under several costs ``(programmes, columns)``; loaded once."""
    loaded, found = Loaded.of(problem, loaded), np.zeros(len(costs))
    for i, cost in enumerate(costs):
        other = replace(problem, cost=cost)
        loaded.change(other)
        found[i] = solve(other, basis, tolerance, loaded=loaded).certificate.objective
    return found


def run(highs: Any, seconds: float) -> None:
    """Run, for so many seconds at most; HiGHS counts the time of all runs of a model."""
    highs.setOptionValue("time_limit", highs.getRunTime() + max(seconds, 0.0))
    highs.run()


def _answer(problem: LinearProblem, highs: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return quantities and duals as they stand, moved into their bounds; zeros where there are none."""
    answer = highs.getSolution()
    z, y = np.array(answer.col_value), np.array(answer.row_dual)
    if (
        z.size != problem.cost.size
        or y.size != problem.rows.size
        or not (np.isfinite(z).all() and np.isfinite(y).all())
    ):
        z, y = np.zeros(problem.cost.size), np.zeros(problem.rows.size)
    return np.minimum(np.maximum(z, problem.lower), problem.upper), np.maximum(y, 0.0)


def _checked(
    problem: LinearProblem,
    highs: Any,
    tolerance: float,
    certify: Callable[[np.ndarray, np.ndarray], Certificate] | None = None,
) -> tuple[np.ndarray, np.ndarray, Certificate]:
    """Return quantities and duals with their certificate, the last digits mended where it takes that."""
    z, y = _answer(problem, highs)
    if certify is not None and (certificate := certify(z, y)).error <= FINE * tolerance:
        return z, y, certificate
    return polished(problem, z, y, tolerance)


def load(problem: LinearProblem) -> Any:
    """Return a HiGHS model of the problem, silent and on one thread, to be run with options of one's own."""
    return _passed(problem, problem.by_columns())


def _passed(problem: LinearProblem, columns: Any) -> Any:
    import highspy

    numbers = problem.cost, problem.rows, columns.data
    if not all(np.isfinite(part).all() for part in numbers) or np.isnan(problem.upper).any():
        raise ValueError("The programme holds NaN or infinite numbers, which HiGHS does not take.")
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = problem.cost.size, problem.rows.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.cost, problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_ = problem.rows, np.full(problem.rows.size, highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = columns.indptr, columns.indices
    lp.a_matrix_.value_ = columns.data
    highs = empty()
    highs.passModel(lp)
    return highs


def empty() -> Any:
    """Return a HiGHS model without rows and columns, silent, exacting and on one thread."""
    import highspy

    highs = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "small_matrix_value": 1e-12}
    options |= {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
    for option, value in options.items():
        highs.setOptionValue(option, value)
    return highs


def optimal(highs: Any) -> bool:
    """Return whether HiGHS calls its last answer optimal."""
    from highspy import HighsModelStatus

    return highs.getModelStatus() == HighsModelStatus.kOptimal


def answer(highs: Any, rows: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return quantities and duals of an optimal model; ``None`` where HiGHS has none, or did not take all the rows."""
    found = highs.getSolution()
    z, y = np.array(found.col_value), np.array(found.row_dual)
    return (z, y) if optimal(highs) and y.size == rows else None


def _infeasible(problem: LinearProblem, seconds: float) -> Solution:
    """Ask again for a proof: simplex without presolve gives Farkas rays reliably."""
    highs = load(problem)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    run(highs, seconds)
    _, found, direction = highs.getDualRay()
    z = np.zeros(problem.cost.size)
    ray = np.array(direction) if found else np.zeros(problem.rows.size)
    signs = ray, -ray
    ray = max((*signs, *(polished_ray(problem, y) for y in signs)), key=lambda y: farkas_margin(problem, y))
    proved = farkas_margin(problem, ray) > PROOF
    certificate = kkt(problem, z, np.maximum(ray, 0.0), ray=ray)
    return Solution(z, ray * 0.0, Status.INFEASIBLE if proved else Status.FAILED, certificate, None, 0)
