r"""How far quantities and prices are from optimal: the one measure of every solver, dialogue and certificate.

For a programme

.. math:: \min_z\ c^\top z - \sum_j w_j \varphi(z_j) \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u

the conditions of Karush, Kuhn and Tucker are measured in NumPy or JAX, the same in whatever units. A row of the
balances falls short by part of its own flow: what is made, used and consumed of the product, at least what is needed
of it in full and could be had. A process loses part of what its inputs and outputs are worth; the objective leaves
part of itself to its bound, with all that is lacking bought at its price and all that is lost paid: then the gap is a
sum of what no price pays for, in which nothing cancels. The error is the largest of these parts, never a mean in
which a small row could hide.

A programme is anything with `cost`, `matrix`, `rows`, `lower`, `upper`, `utility` and `in_full`, and with `value`,
`flows` and `values` as `planlab.optimisation.linear_problem.LinearProblem` has them. Everything is recomputed from the
numbers alone; no solver's status is trusted.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planlab.base.quick import quick
from planlab.planning.plan import Certificate

if TYPE_CHECKING:
    from planlab.optimisation.linear_problem import LinearProblem

__all__ = [
    "NOTHING",
    "PROOF",
    "ROUNDING",
    "Errors",
    "Side",
    "dual_bound",
    "errors",
    "farkas_margin",
    "gap",
    "kkt",
    "largest_part",
    "measured",
]

ROUNDING = 1e-14
"""What rounding may leave of a sum, as a part of the sum of its terms' sizes."""

PROOF = 1e-9
"""Margin above which a Farkas ray is a proof; less may be rounding."""

NOTHING = 1e-6
"""Where less than this part of all needs can be met, an objective's gap is measured by this part of them."""


def largest_part(lacking: Any, whole: Any, xp: Any = np) -> Any:
    """Return the largest of what is lacking over its whole: 0 where nothing lacks, infinity where there is no whole.

    NaN where anything is no number.

    Examples
    --------
    >>> float(largest_part(np.array([0.0, 1.0, 3.0]), np.array([0.0, 10.0, 4.0])))
    0.75
    """
    lacks = ~(lacking <= 0)
    if xp is np and not lacks.any():
        return np.float64(0.0)
    part = xp.where(lacks, lacking / xp.where(whole > 0, whole, 1.0), 0.0)
    return xp.where(lacks & ~(whole > 0), xp.inf + lacking, part).max(initial=0.0)


def gap(value: Any, bound: Any, terms: Any, least: Any = 0.0, xp: Any = np) -> Any:
    """Return what an objective leaves to its bound, as a part of the larger of both.

    Parameters
    ----------
    value, bound
        What was reached, and what cannot be passed.
    terms
        The sum of the sizes of the terms of both, of which rounding may leave a little.
    least
        What the difference is measured by where both are smaller; for objectives whose zero means nothing.
    xp
        NumPy or JAX.

    Examples
    --------
    >>> float(gap(0.9, 1.0, 2.0).round(9))
    0.1
    """
    off = xp.maximum(xp.abs(value - bound) - ROUNDING * terms, 0.0)
    size = xp.maximum(xp.maximum(xp.abs(value), xp.abs(bound)), least)
    return xp.where(off <= 0, 0.0, off / xp.where(size > 0, size, 1.0))


class Side(NamedTuple):
    """Some rows or columns: what lacks of each, its whole, and what a unit of it counts for in the objective.

    Of rows that is what they are short of, their flow and their price; of columns what they lose without a bound, what
    they are worth and how much there is of them.
    """

    lacking: Any
    whole: Any
    counts: Any


class Errors(NamedTuple):
    """The three parts of the error of a certificate."""

    primal: Any
    dual: Any
    gap: Any

    def largest(self, xp: Any = np) -> Any:
        """Return the error."""
        return xp.maximum(xp.maximum(self.primal, self.dual), self.gap)


def measured(
    rows: Sequence[Side],
    columns: Sequence[Side],
    value: Any,
    bound: Any,
    terms: Any,
    least: Any = 0.0,
    xp: Any = np,
) -> Errors:
    """Return the errors of quantities and prices, from what lacks of rows and columns.

    Parameters
    ----------
    rows, columns
        Side by side, as whoever measures keeps them.
    value, bound, terms, least
        Of what is minimised, as `gap` takes them, before what lacks is bought and what is lost is paid.
    xp
        NumPy or JAX.
    """
    parts = [[largest_part(side.lacking, side.whole, xp) for side in sides] for sides in (rows, columns)]
    for side in rows:
        value = value + (side.lacking * side.counts).sum()
    for side in columns:
        bound = bound - (side.lacking * side.counts).sum()
    primal, dual = (reduce(xp.maximum, part) for part in parts)
    return Errors(primal, dual, gap(value, bound, terms, least, xp))


def dual_bound(of: Any, y: Any, values: Any = None, xp: Any = np) -> tuple[Any, Any, Any]:
    r"""Return the dual objective at y, the part of the reduced costs that no finite bound covers, and its terms' size.

    The first is :math:`b^\top y + \sum_j \min_{l_j \le z_j \le u_j} \lambda_j z_j`
    with :math:`\lambda = c - G^\top y`. For any :math:`y \ge 0` it is a lower bound on the programme wherever
    the second, the part of :math:`\lambda` whose bound is infinite, is zero. Columns with a utility add
    :math:`\min_{l_j \le z_j \le u_j} \lambda_j z_j - w_j \varphi(z_j)`. The third is the sum of the sizes of the
    bound's terms. What rounding leaves of a column that earns just what it costs is no gain, however much of it there
    might be.
    """
    values = of.values(y) if values is None else values
    reduced = of.cost - of.matrix.T @ y
    reduced = xp.where((reduced < 0) & (reduced >= -ROUNDING * values), 0.0, reduced)
    at, utility = xp.where(reduced > 0, of.lower, of.upper), of.utility
    if utility is not None:
        at = xp.where(utility.weight > 0, xp.maximum(utility.best(reduced, of.upper, xp), of.lower), at)
    finite = xp.isfinite(at)
    open_ended, at = xp.where(finite, 0.0, reduced), xp.where(finite, at, 0.0)
    terms = [of.rows * y, reduced * at]
    if utility is not None:
        terms.append(-utility.terms(at, xp))
    return sum(term.sum() for term in terms), open_ended, sum(xp.abs(term).sum() for term in terms)


def errors(
    of: Any, z: Any, y: Any, have: Any = None, short: Any = 0.0, excess: Any = 0.0, xp: Any = np
) -> tuple[Errors, Any, Any]:
    """Return the errors of quantities and prices within their bounds, the value of what is minimised, and its bound.

    Parameters
    ----------
    of
        A programme.
    z, y
        Quantities and prices.
    have
        ``of.matrix @ z`` where it is known.
    short, excess
        What rows and columns lack besides.
    xp
        NumPy or JAX.
    """
    values = of.values(y)
    bound, open_ended, terms = dual_bound(of, y, values, xp)
    rows = Side(xp.maximum(of.rows - (of.matrix @ z if have is None else have), 0.0) + short, of.flows(z), y)
    columns = Side(xp.abs(open_ended) + excess, values, z)
    least = NOTHING * of.in_full if of.utility is None else of.utility.weight.sum()
    value = of.value(z)
    terms = terms + (xp.abs(of.cost) * xp.abs(z)).sum()
    return measured([rows], [columns], value, bound, terms, least, xp), value, bound


def kkt(problem: "LinearProblem", z: np.ndarray, y: np.ndarray, ray: np.ndarray | None = None) -> Certificate:
    """Return the certificate of quantities and duals.

    What lies outside its bounds is taken into them, and counts as lacking in every row or column that it touches.
    """
    inside, prices = np.minimum(np.maximum(z, problem.lower), problem.upper), np.maximum(y, 0.0)
    short, excess = np.zeros(y.size), np.zeros(z.size)
    if (outside := np.abs(z - inside)).any():
        short = replace(problem, upper=np.full(z.size, np.inf), rows=0.0 * short).flows(outside)
    if (below := np.abs(y - prices)).any():
        excess = replace(problem, cost=0.0 * excess).values(below)
    found, value, bound = errors(problem, inside, prices, short=short, excess=excess)
    return quick(
        Certificate,
        primal=float(found.primal),
        dual=float(found.dual),
        gap=float(found.gap),
        objective=problem.worth * float(value),
        bound=problem.worth * float(bound),
        ray=ray,
    )


def farkas_margin(problem: "LinearProblem", ray: np.ndarray) -> float:
    r"""Return how clearly a ray proves that no plan exists: more than `PROOF` is a proof.

    For :math:`y \ge 0` the margin is :math:`b^\top y - \max_{l \le z \le u} (G^\top y)^\top z`, as a part of the sizes
    of its terms: if no choice within the bounds can reach what the rows add up to, the programme is infeasible.
    """
    y = np.maximum(ray, 0.0)
    pull = problem.matrix.T @ y
    pull[np.abs(pull) < 1e-12 * replace(problem, cost=0.0 * pull).values(y)] = 0.0
    with np.errstate(invalid="ignore"):
        reach = np.where(pull > 0, pull * problem.upper, np.where(pull < 0, pull * problem.lower, 0.0))
    asked = problem.rows * y
    size = np.abs(asked).sum() + np.abs(reach).sum()
    return float((asked.sum() - reach.sum()) / size) if 0 < size < np.inf else -np.inf
