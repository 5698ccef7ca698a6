r"""The last digits: small rows of a plan hold to rounding, whatever the solver's tolerances were.

Solvers are exact to a part of a typical row. Where every process makes one product, what a balance is short of can be
made, and what a process without a limit would still gain can be taken off its product's price,

.. math:: x_j \leftarrow x_j + w_j\,[C s + b - B x]_{i,+} / B_{ij}, \qquad
          p_i \leftarrow p_i + \min_{j \to i}\,[(F_j^\top v + c_j - B_j^\top p) / B_{ij}]_-,

for process j of product i, time and again along the supply chains: both converge, as :math:`B = M - A` is an M-matrix
for any mix of techniques.
"""

from dataclasses import replace

import numpy as np

from planlab.optimisation.kkt import kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.out_of_reach import OutOfReach
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.substitution import single_products
from planlab.planning.plan import Certificate

__all__ = ["polished", "polished_ray"]

SWEEPS = 200

FINE = 0.1
"""Of the tolerance: an error that needs no mending."""

ENOUGH = 1e-3
"""Of the tolerance: what may be left of rows and prices."""


def polished(
    problem: LinearProblem, z: np.ndarray, y: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, Certificate]:
    """Return a solution, with its last digits mended if its certificate needs that, and its certificate."""
    certificate, matrix = kkt(problem, z, y), problem.matrix
    given = z, y, certificate
    if certificate.error <= FINE * tolerance or not isinstance(matrix, PlanningMatrix) or not single_products(matrix):
        return given
    x, s = np.split(z, [matrix.balance.shape[1]])
    p, v = np.split(y, [matrix.balance.shape[0]])
    z = np.concatenate([_made(problem, matrix, x, s, ENOUGH * tolerance), s])
    y = np.concatenate([_priced(problem, matrix, p, v, ENOUGH * tolerance), v])
    if certificate.gap > FINE * tolerance:
        y = OutOfReach.of(problem).prices(y)
    return min(given, (z, y, kkt(problem, z, y)), key=lambda answer: answer[2].error)


def polished_ray(problem: LinearProblem, ray: np.ndarray, enough: float = 1e-14) -> np.ndarray:
    """Return weights of the rows at which no process without a limit gains, if they nearly were such already."""
    matrix = problem.matrix
    if not isinstance(matrix, PlanningMatrix) or not single_products(matrix):
        return ray
    p, v = np.split(np.maximum(ray, 0.0), [matrix.balance.shape[0]])
    return np.concatenate([_priced(replace(problem, cost=0.0 * problem.cost), matrix, p, v, enough), v])


def _made(problem: LinearProblem, matrix: PlanningMatrix, x: np.ndarray, s: np.ndarray, enough: float) -> np.ndarray:
    """Return activity that makes what is short, in the proportions in which techniques are in use."""
    maker, own = _makers(matrix)
    most, asked = problem.upper[: x.size], matrix.consumption @ s + problem.rows[: matrix.balance.shape[0]]
    share = own * np.where(x < most, x, 0.0)
    total = np.bincount(maker, share, asked.size)
    first = np.zeros(x.size)
    able = np.flatnonzero((total[maker] == 0) & (most > x))
    _, alone = np.unique(maker[able], return_index=True)
    first[able[alone]] = 1.0
    share = np.where(total[maker] > 0, share / np.where(total > 0, total, 1.0)[maker], first)
    for _ in range(SWEEPS):
        short = np.maximum(asked - matrix.by_product @ x, 0.0)
        if (short <= enough * matrix.flows(x, s)[: short.size]).all():
            break
        x = np.minimum(x + share * short[maker] / own, most)
    return x


def _priced(problem: LinearProblem, matrix: PlanningMatrix, p: np.ndarray, v: np.ndarray, enough: float) -> np.ndarray:
    """Return prices at which no process without a limit gains."""
    maker, own = _makers(matrix)
    open_ = np.isinf(problem.upper[: maker.size])
    if not open_.any():
        return p
    cost, y = problem.cost[: maker.size] + v @ matrix.factors, np.concatenate([p, v])
    for _ in range(SWEEPS):
        dear = np.where(open_, (cost - matrix.by_process @ p) / own, 0.0)
        y[: p.size] = p
        if (-dear * own <= enough * problem.values(y)[: maker.size]).all():
            break
        lower = np.zeros(p.size)
        np.minimum.at(lower, maker, dear)
        p = np.maximum(p + lower, 0.0)
    return p


def _makers(matrix: PlanningMatrix) -> tuple[np.ndarray, np.ndarray]:
    """Return the product of each process, and how much it makes of it, net of its own use."""
    positive = matrix.balance.data > 0
    return matrix.balance.indices[positive], matrix.balance.data[positive]
