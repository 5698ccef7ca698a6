r"""Linear programmes, and the certificates that prove a plan optimal or a wish impossible.

Every programme here has one form,

.. math:: \min_z\ c^\top z \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u,

to which a concave utility of some columns may be added, :math:`c^\top z - \sum_j w_j \varphi(z_j)`.

The certificates are recomputed from the numbers alone and trust no solver's status.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from planlab.optimisation.certificate import ROUNDING, gap, largest_part
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.planning.plan import Certificate

__all__ = ["LEAST", "NOTHING", "PROOF", "LinearProblem", "Utility", "dual_bound", "farkas_margin", "kkt"]

PROOF = 1e-9
"""Margin above which a Farkas ray is a proof; less may be rounding."""

NOTHING = 1e-6
"""Where less than this part of all needs can be met, an objective's gap is measured by this part of them."""

LEAST = float(np.finfo(float).tiny ** 0.25)
"""What counts as nothing where utility would be infinitely low."""


@dataclass(frozen=True)
class Utility:
    r"""Isoelastic utility of some columns (Atkinson 1970), :math:`\varphi(1) = 0` and :math:`\varphi'(1) = 1`.

    .. math:: \varphi(z) = \frac{z^{1 - \sigma} - 1}{1 - \sigma}, \qquad \varphi(z) = \log z \text{ for } \sigma = 1.

    Parameters
    ----------
    weight
        :math:`w`, zero where a column has none, ``(columns,)``.
    aversion
        :math:`\sigma > 0`, aversion to inequality.
    """

    weight: np.ndarray
    aversion: float

    def worth(self, z: np.ndarray) -> float:
        r"""Return :math:`\sum_j w_j \varphi(z_j)`."""
        return float(self.terms(z).sum())

    def terms(self, z: np.ndarray) -> np.ndarray:
        r"""Return :math:`w_j \varphi(z_j)` of the columns that have utility."""
        z, w = np.maximum(z[self.weight > 0], LEAST), self.weight[self.weight > 0]
        return w * (np.log(z) if self.aversion == 1 else (z ** (1 - self.aversion) - 1) / (1 - self.aversion))

    def best(self, charge: np.ndarray, upper: np.ndarray) -> np.ndarray:
        r"""Return the z up to `upper` that are best at a charge q, :math:`z = (w / q)^{1/\sigma}`."""
        dear = charge > 0
        wanted = np.full(charge.shape, np.inf)
        with np.errstate(over="ignore"):
            wanted[dear] = (self.weight[dear] / charge[dear]) ** (1 / self.aversion)
        return np.minimum(wanted, upper)

    def marginal(self, z: np.ndarray) -> np.ndarray:
        r"""Return :math:`w_j \varphi'(z_j) = w_j z_j^{-\sigma}`."""
        return self.weight * np.maximum(z, LEAST) ** -self.aversion


@dataclass(frozen=True)
class LinearProblem:
    """A linear programme.

    Parameters
    ----------
    cost, matrix, rows, lower, upper
        :math:`c, G, b, l, u`; the matrix in one piece or as a `PlanningMatrix`.
    worth
        The objective's unit, negative where it is maximised: ``worth * cost @ z`` is the objective.
    utility
        A concave utility to be had in addition, in the same unit; ``None`` for a linear programme.
    """

    cost: np.ndarray
    matrix: sp.csr_array | PlanningMatrix
    rows: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    worth: float
    utility: Utility | None = None

    def value(self, z: np.ndarray) -> float:
        """Return what is minimised, in units of `worth`."""
        return float(self.cost @ z) - (0.0 if self.utility is None else self.utility.worth(z))

    def assembled(self) -> sp.csr_array:
        """Return the matrix in one piece, by rows."""
        return self.matrix.assembled() if isinstance(self.matrix, PlanningMatrix) else self.matrix

    def by_columns(self) -> sp.csc_array:
        """Return the matrix in one piece, by columns."""
        return self.matrix.by_columns() if isinstance(self.matrix, PlanningMatrix) else sp.csc_array(self.matrix)

    @cached_property
    def wanted(self) -> np.ndarray:
        """What all bounded levels take of each product, as far as stocks, capacity and limits have it; 0 of factors.

        A row in which nothing flows is measured by this. What is out of reach has no part in it: next to it a gap that
        empties all that can be had would look small.
        """
        if not isinstance(self.matrix, PlanningMatrix):
            return np.zeros(self.rows.size)
        outputs, consumption, factors = self.matrix.outputs, self.matrix.consumption, self.matrix.factors
        capacity, most = np.split(self.upper, [outputs.shape[1]])
        stock, limits = np.split(np.maximum(-self.rows, 0.0), [outputs.shape[0]])
        with np.errstate(divide="ignore", invalid="ignore"):
            able = np.fmin(capacity, np.fmin.reduce(limits[:, None] / factors, axis=0, initial=np.inf))
        in_full = consumption @ np.where(np.isfinite(most), most, 0.0)
        return np.concatenate([np.minimum(in_full, outputs @ able + stock), np.zeros(limits.size)])

    @property
    def in_full(self) -> float:
        """What all bounded levels of consumption are worth together; 0 without any."""
        if not isinstance(self.matrix, PlanningMatrix):
            return 0.0
        n = self.matrix.balance.shape[1]
        most = self.upper[n:]
        return float(np.abs(self.cost[n:]) @ np.where(np.isfinite(most), most, 0.0))

    def flows(self, z: np.ndarray) -> np.ndarray:
        """Return what flows through each row: what is made, used, consumed and drawn, at least what is `wanted`."""
        if isinstance(self.matrix, PlanningMatrix):
            flow = self.matrix.flows(*np.split(z, [self.matrix.balance.shape[1]]))
        else:
            flow = abs(self.matrix) @ np.abs(z)
        return np.maximum(flow, self.wanted) + np.maximum(self.rows, 0.0)

    def values(self, y: np.ndarray) -> np.ndarray:
        """Return what each column is worth at prices y: its cost, and all that it takes and gives."""
        of_rows = self.matrix.values(y) if isinstance(self.matrix, PlanningMatrix) else abs(self.matrix).T @ y
        return of_rows + np.abs(self.cost)


def dual_bound(problem: LinearProblem, y: np.ndarray) -> tuple[float, np.ndarray]:
    r"""Return the dual objective at y, and the part of the reduced costs that no finite bound covers.

    The first is :math:`b^\top y + \sum_j \min_{l_j \le z_j \le u_j} \lambda_j z_j`
    with :math:`\lambda = c - G^\top y`. For any :math:`y \ge 0` the first is a lower bound on the programme wherever
    the second, the part of :math:`\lambda` whose bound is infinite, is zero. Columns with a utility add
    :math:`\min_{l_j \le z_j \le u_j} \lambda_j z_j - w_j \varphi(z_j)`.
    """
    bound, open_ended, _ = _dual(problem, y, problem.values(y))
    return bound, open_ended


def _dual(problem: LinearProblem, y: np.ndarray, values: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Return what `dual_bound` does, and the sum of the sizes of the bound's terms.

    What rounding leaves of a column that earns just what it costs is no gain, however much of it there might be.
    """
    reduced = problem.cost - problem.matrix.T @ y
    reduced = np.where((reduced < 0) & (reduced >= -ROUNDING * values), 0.0, reduced)
    at = np.where(reduced > 0, problem.lower, problem.upper)
    gained = np.zeros(0)
    if problem.utility is not None:
        curved = problem.utility.weight > 0
        at = np.where(curved, np.maximum(problem.utility.best(reduced, problem.upper), problem.lower), at)
    open_ended = np.where(np.isfinite(at), 0.0, reduced)
    at = np.where(np.isfinite(at), at, 0.0)
    if problem.utility is not None:
        gained = problem.utility.terms(at)
    terms = problem.rows * y, reduced * at, -gained
    return float(sum(term.sum() for term in terms)), open_ended, float(sum(np.abs(term).sum() for term in terms))


def kkt(problem: LinearProblem, z: np.ndarray, y: np.ndarray, ray: np.ndarray | None = None) -> Certificate:
    """Return the certificate of quantities and duals, as `planlab.optimisation.certificate` measures it.

    What lies outside its bounds is taken into them, and counts as lacking in every row or column that it touches.
    """
    inside, prices = np.clip(z, problem.lower, problem.upper), np.maximum(y, 0.0)
    short = np.maximum(problem.rows - problem.matrix @ inside, 0.0)
    values = problem.values(prices)
    bound, open_ended, terms = _dual(problem, prices, values)
    excess = np.abs(open_ended)
    if (outside := np.abs(z - inside)).any():
        short += replace(problem, upper=np.full(z.size, np.inf), rows=0.0 * short).flows(outside)
    if (below := np.abs(y - prices)).any():
        excess += replace(problem, cost=0.0 * excess).values(below)
    value = problem.value(inside)
    terms += float(np.abs(problem.cost) @ np.abs(inside))
    least = NOTHING * problem.in_full if problem.utility is None else float(problem.utility.weight.sum())
    return Certificate(
        primal=float(largest_part(short, problem.flows(inside))),
        dual=float(largest_part(excess, values)),
        gap=float(gap(value + prices @ short, bound - excess @ inside, terms, least)),
        objective=problem.worth * value,
        bound=problem.worth * bound,
        ray=ray,
    )


def farkas_margin(problem: LinearProblem, ray: np.ndarray) -> float:
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
