"""Reference solutions of linear programmes by HiGHS."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from planlab.mechanisms.mechanism import Certificate, Status
from planlab.optimisation.linear_problem import PROOF, LinearProblem, farkas_margin, kkt

__all__ = ["INFINITY", "Solution", "empty", "load", "optimal", "solve", "values"]

INFINITY = float("inf")
"""What HiGHS takes for no bound."""


class Solution(NamedTuple):
    """Quantities z, duals y, how it came out, the certificate, and where to start next time."""

    z: np.ndarray
    y: np.ndarray
    status: Status
    certificate: Certificate
    basis: Any
    iterations: int


def solve(problem: LinearProblem, basis: Any = None, tolerance: float = 1e-7, time_limit: float = np.inf) -> Solution:
    """Solve a linear programme with HiGHS' dual simplex :cite:`huangfu:18` and check what it says.

    Parameters
    ----------
    problem
        In natural units.
    basis
        Of an earlier solution of the same shape, to start from.
    tolerance
        Relative residuals above which the answer is not called optimal, whatever the solver says.
    time_limit
        Seconds.

    Returns
    -------
    Solution
        With `Status.INFEASIBLE` only where the Farkas ray is a proof.
    """
    from highspy import HighsModelStatus as Model

    if problem.utility is not None:
        raise ValueError("HiGHS solves linear programmes and this one has a concave utility; take solver='auto'.")
    highs = load(problem)
    highs.setOptionValue("time_limit", float(time_limit))
    if basis is not None:
        highs.setBasis(basis)
    highs.run()
    if highs.getModelStatus() in (Model.kInfeasible, Model.kUnboundedOrInfeasible):
        return _infeasible(problem)
    if highs.getModelStatus() == Model.kUnbounded:
        answer = highs.getSolution()
        z, y = np.array(answer.col_value), np.array(answer.row_dual)
        return Solution(z, y, Status.UNBOUNDED, kkt(problem, z, y), None, 0)
    z, y, certificate = _within_bounds(problem, highs)
    if certificate.error > tolerance and optimal(highs):
        # what HiGHS scales it solves to tolerances of the scaled programme: a few unscaled pivots mend the rest
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("simplex_scale_strategy", 0)
        highs.run()
        z, y, certificate = _within_bounds(problem, highs)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    return Solution(z, y, status, certificate, highs.getBasis(), highs.getInfo().simplex_iteration_count)


def values(problem: LinearProblem, costs: np.ndarray, basis: Any = None, tolerance: float = 1e-7) -> np.ndarray:
    """Return the optimal objectives of a programme under several costs ``(programmes, columns)``; loaded once."""
    highs = load(problem)
    if basis is not None:
        highs.setBasis(basis)
    columns, found = np.arange(problem.cost.size, dtype=np.int32), np.zeros(len(costs))
    for i, cost in enumerate(costs):
        highs.changeColsCost(columns.size, columns, cost)
        highs.run()
        other = replace(problem, cost=cost)
        certificate = _within_bounds(other, highs)[2]
        if certificate.error > tolerance:
            certificate = solve(other, basis, tolerance).certificate
        found[i] = certificate.objective
    return found


def _within_bounds(problem: LinearProblem, highs: Any) -> tuple[np.ndarray, np.ndarray, Certificate]:
    """Return quantities and duals as they stand, moved into their bounds, and their certificate."""
    answer = highs.getSolution()
    z, y = np.array(answer.col_value), np.array(answer.row_dual)
    if z.size != problem.cost.size or y.size != problem.rows.size:
        z, y = np.zeros(problem.cost.size), np.zeros(problem.rows.size)
    z, y = np.clip(z, problem.lower, problem.upper), np.maximum(y, 0.0)
    return z, y, kkt(problem, z, y)


def load(problem: LinearProblem) -> Any:
    """Return a HiGHS model of the problem, silent and on one thread, to be run with options of one's own."""
    import highspy

    columns = problem.by_columns()
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
    for option, value in {"output_flag": False, "threads": 1, "primal_feasibility_tolerance": 1e-9}.items():
        highs.setOptionValue(option, value)
    highs.setOptionValue("dual_feasibility_tolerance", 1e-9)
    return highs


def optimal(highs: Any) -> bool:
    """Return whether HiGHS calls its last answer optimal."""
    from highspy import HighsModelStatus

    return highs.getModelStatus() == HighsModelStatus.kOptimal


def _infeasible(problem: LinearProblem) -> Solution:
    """Ask again for a proof: simplex without presolve gives Farkas rays reliably."""
    highs = load(problem)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.run()
    _, found, direction = highs.getDualRay()
    z = np.zeros(problem.cost.size)
    ray = np.array(direction) if found else np.zeros(problem.rows.size)
    ray = max((ray, -ray), key=lambda y: farkas_margin(problem, y))
    proved = farkas_margin(problem, ray) > PROOF
    certificate = kkt(problem, z, np.maximum(ray, 0.0), ray=ray)
    return Solution(z, ray * 0.0, Status.INFEASIBLE if proved else Status.FAILED, certificate, None, 0)
