r"""Linear programmes, and the certificates that prove a plan optimal or a wish impossible.

Every programme here has one form,

.. math:: \min_z\ c^\top z \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u,

to which a concave utility of some columns may be added, :math:`c^\top z - \sum_j w_j \varphi(z_j)`.

The certificates are recomputed from the numbers alone and trust no solver's status.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from planlab.mechanisms.mechanism import Certificate
from planlab.optimisation.planning_matrix import PlanningMatrix

__all__ = ["LEAST", "PROOF", "LinearProblem", "Utility", "dual_bound", "farkas_margin", "kkt"]

PROOF = 1e-9
"""Margin above which a Farkas ray is a proof; less may be rounding."""

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
        z, w = np.maximum(z[self.weight > 0], LEAST), self.weight[self.weight > 0]
        curve = np.log(z) if self.aversion == 1 else (z ** (1 - self.aversion) - 1) / (1 - self.aversion)
        return float(w @ curve)

    def best(self, charge: np.ndarray, upper: np.ndarray) -> np.ndarray:
        r"""Return the z up to `upper` that are best at a charge q, :math:`z = (w / q)^{1/\sigma}`."""
        dear = (self.weight > 0) & (charge > 0)
        wanted = np.full(charge.shape, np.inf)
        with np.errstate(over="ignore"):
            wanted[dear] = (self.weight[dear] / charge[dear]) ** (1 / self.aversion)
        return np.minimum(wanted, upper)

    def marginal(self, z: np.ndarray) -> np.ndarray:
        r"""Return :math:`w_j \varphi'(z_j) = w_j z_j^{-\sigma}`."""
        return self.weight * np.maximum(z, LEAST) ** -self.aversion


@dataclass(frozen=True)
class LinearProblem:
    """A linear programme in natural units.

    Parameters
    ----------
    cost, matrix, rows, lower, upper
        :math:`c, G, b, l, u`; the matrix in one piece or as a `PlanningMatrix`.
    worth
        The objective's natural unit, negative where it is maximised: ``worth * cost @ z`` is the objective.
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
        """Return what is minimised, in natural units."""
        return float(self.cost @ z) - (0.0 if self.utility is None else self.utility.worth(z))

    def assembled(self) -> sp.csr_array:
        """Return the matrix in one piece, by rows."""
        return self.matrix.assembled() if isinstance(self.matrix, PlanningMatrix) else self.matrix

    def by_columns(self) -> sp.csc_array:
        """Return the matrix in one piece, by columns."""
        return self.matrix.by_columns() if isinstance(self.matrix, PlanningMatrix) else sp.csc_array(self.matrix)


def dual_bound(problem: LinearProblem, y: np.ndarray) -> tuple[float, np.ndarray]:
    r"""Return the dual objective at y, and the part of the reduced costs that no finite bound covers.

    The first is :math:`b^\top y + \sum_j \min_{l_j \le z_j \le u_j} \lambda_j z_j`
    with :math:`\lambda = c - G^\top y`. For any :math:`y \ge 0` the first is a lower bound on the programme wherever
    the second, the part of :math:`\lambda` whose bound is infinite, is zero. Columns with a utility add
    :math:`\min_{l_j \le z_j \le u_j} \lambda_j z_j - w_j \varphi(z_j)`.
    """
    reduced = problem.cost - problem.matrix.T @ y
    at = np.where(reduced > 0, problem.lower, problem.upper)
    if problem.utility is not None:
        curved = problem.utility.weight > 0
        at = np.where(curved, np.maximum(problem.utility.best(reduced, problem.upper), problem.lower), at)
    open_ended = np.where(np.isfinite(at), 0.0, reduced)
    at = np.where(np.isfinite(at), at, 0.0)
    gained = 0.0 if problem.utility is None else problem.utility.worth(at)
    return float(problem.rows @ y + (reduced * at).sum()) - gained, open_ended


def kkt(problem: LinearProblem, z: np.ndarray, y: np.ndarray, ray: np.ndarray | None = None) -> Certificate:
    """Return relative primal residual, dual residual and gap as PDLP defines them :cite:`applegate:21`."""
    norm = np.linalg.norm
    short = np.maximum(problem.rows - problem.matrix @ z, 0.0)
    outside = np.maximum(problem.lower - z, 0.0) + np.maximum(z - problem.upper, 0.0)
    bound, open_ended = dual_bound(problem, np.maximum(y, 0.0))
    value = problem.value(z)
    return Certificate(
        primal=float(norm(np.concatenate([short, outside])) / (1 + norm(problem.rows))),
        dual=float(norm(np.concatenate([open_ended, np.minimum(y, 0.0)])) / (1 + norm(problem.cost))),
        gap=abs(value - bound) / (1 + abs(value) + abs(bound)),
        objective=problem.worth * value,
        bound=problem.worth * bound,
        ray=ray,
    )


def farkas_margin(problem: LinearProblem, ray: np.ndarray) -> float:
    r"""Return how clearly a ray proves that no plan exists: more than `PROOF` is a proof.

    For :math:`y \ge 0` of length one the margin is :math:`b^\top y - \max_{l \le z \le u} (G^\top y)^\top z`: if no
    choice within the bounds can reach what the rows add up to, the programme is infeasible.
    """
    y = np.maximum(ray, 0.0)
    y /= max(np.linalg.norm(y), np.finfo(float).tiny)
    pull = problem.matrix.T @ y
    pull[np.abs(pull) < 1e-12] = 0.0
    with np.errstate(invalid="ignore"):
        reach = np.where(pull > 0, pull * problem.upper, np.where(pull < 0, pull * problem.lower, 0.0))
    return float(problem.rows @ y - reach.sum())
