r"""Planning with one technique per product: as many unknown prices as there are binding limits.

Where every product has one process, balances hold with equality and activity follows from consumption,
:math:`x = B^{-1}(C s + b)` with :math:`B = M - A` in natural units. Limits :math:`G x \le g` (those of the factors, and
the capacities that turn out to bind) become rows over the needs alone,

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u, \qquad
          Q = E^\top C,\quad h = g - E^\top b,\quad B^\top E = G^\top,\quad v = -(c_s + C^\top B^{-\top} c_x).

:math:`E`, what is embodied in each product, is the dear part, and it is worked out roughly: that of factors in 32 bits,
that of capacities without its faint entries. Then, time and again, the programme over needs is solved
(`planlab.optimisation.sifting`, or `planlab.optimisation.concave` for concave utility), activity and prices are worked
out exactly by one Leontief solve each, and the programme is stated anew as it stands there, until the certificate is
good. Each such refinement reduces the error by the relative error of :math:`E`; refinements are blended
:cite:`anderson:65`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.mechanisms.mechanism import Certificate, Status
from planlab.optimisation.concave import Concave
from planlab.optimisation.elimination import FAINTER, ROUGH, Elimination
from planlab.optimisation.highs import Solution
from planlab.optimisation.linear_problem import kkt
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.sifting import Limits, Sifting
from planlab.optimisation.smoothed import near

__all__ = ["Counts", "Known", "applies", "solve"]

MOST_ROWS = 200_000
"""With more binding capacities than this the general method is the better one."""

MEMORY = 6
"""How many refinements are blended."""

REFINEMENTS = 60

COARSE = 1e-4
"""Relative residual of activity before the first refinement, where errors of what is embodied outweigh it."""

PATIENCE, WORST, MOST_SHARP = 3, 100, 1500
"""After PATIENCE refinements that do not halve the least error the WORST rows that were furthest off are worked out
sharply, MOST_SHARP in all: sharp rows have many entries and fill in when the simplex method factorises them."""


class Counts(NamedTuple):
    """What a solution took: matrix-vector products, the 32-bit ones among them, Newton steps, pivots, rows, rounds."""

    products: int
    rough: int
    newton: int
    pivots: int
    rows: int
    refinements: int


class Known(NamedTuple):
    """What one solution leaves for the next, in the economy's own units.

    Parameters
    ----------
    embodied
        Factors (and the cost of activity) embodied in each product, ``(limits + 1, products)``.
    activity, rents
        Of the solution, ``(products,)`` and ``(limits,)``.
    """

    embodied: np.ndarray
    activity: np.ndarray
    rents: np.ndarray


def applies(problem: PlanningProblem) -> bool:
    """Return whether every product has one process of its own, and more of a process never hurts its product."""
    linear, matrix = problem.linear, problem.linear.matrix
    return bool(
        isinstance(matrix, PlanningMatrix)
        and matrix.one_process_each()
        and linear.cost.size > problem.processes
        and (linear.cost[: problem.processes] >= 0).all()
        and (linear.lower == 0).all()
        and np.isfinite(linear.upper[problem.processes :]).all()
    )


@dataclass
class _Point:
    """Levels and duals, what they call for exactly, and the limits that count so far."""

    s: np.ndarray
    lam: np.ndarray
    slack: np.ndarray
    reduced: np.ndarray
    g: np.ndarray
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    sharp: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    x: np.ndarray | None = None


def solve(
    problem: PlanningProblem, known: Known | None = None, tolerance: float = 1e-8
) -> tuple[Solution, Counts] | None:
    """Solve a planning problem for which `applies` holds.

    Parameters
    ----------
    problem
        In natural units, from `planlab.optimisation.planning_problem`.
    known
        From the solution of an earlier, similar problem (its ``basis``): what factors are embodied in each product is
        then not worked out again.
    tolerance
        Relative KKT error up to which the answer is called optimal.

    Returns
    -------
    Solution, Counts
        With the certificate recomputed from the problem; ``None`` where no plan with balances in equality exists, as
        with more stock than is needed, or where too many capacities bind: then take the general method.
    """
    product, factor = np.split(problem.row_unit, [problem.products])
    unit, worth = problem.column_unit[: problem.processes], abs(problem.linear.worth)
    weight = np.concatenate([factor, [worth]])
    if known is not None and known.embodied.shape != (weight.size, product.size):
        known = None
    of = Elimination(problem, None if known is None else _scaled(known.embodied, 1 / weight, product))
    charged = of.of_levels()
    Q = Limits(np.ascontiguousarray(charged[:-1]), sp.csc_array((0, of.u.size)))
    slack, v = of.r - of.E[:-1] @ of.b, -(of.c_s + charged[-1])
    if (slack < -1e-9 * (1 + np.abs(of.r))).any():
        return None
    rents = None if known is None else known.rents * factor / worth
    lam, newton = (np.zeros(of.r.size) if rents is None else rents), 0
    if of.utility is None:
        lam, newton = near(Q.dense, slack, v, of.u, rents)
    at = _Point(np.zeros(of.u.size), lam, slack, v - Q.charge(lam), of.r)
    at.x = None if known is None else known.activity / unit
    found = _refine(problem, of, at, Q, tolerance)
    if known is not None and (found is None or found[1].error > tolerance):
        return solve(problem, None, tolerance)
    if found is None:
        return None
    (x, s, p, rents), certificate, pivots, refinements = found
    z, y = np.concatenate([x, s]), np.concatenate([p, rents])
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    known = Known(_scaled(of.E, weight, 1 / product), x * unit, rents * worth / factor)
    counts = Counts(of.products, of.rough, newton, pivots, at.g.size, refinements)
    return Solution(z, y, status, certificate, known, newton), counts


def _scaled(E: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return E with its rows and columns multiplied by their numbers, in 32 bits."""
    scaled = E * columns.astype(np.float32)
    scaled *= rows.astype(np.float32)[:, None]
    return scaled


def _refine(
    problem: PlanningProblem, of: Elimination, at: _Point, Q: Limits, tolerance: float
) -> tuple[tuple[np.ndarray, ...], Certificate, int, int] | None:
    """Solve, evaluate exactly and state anew until the certificate is good; return the best with its certificate."""
    linear, factors = problem.linear, of.r.size
    worth = float(np.abs(at.reduced + Q.charge(at.lam)).mean())
    programme = Sifting(worth, of.u) if of.utility is None else Concave(of.utility, of.u)
    short, dear = 1 + float(np.linalg.norm(linear.rows)), 1 + float(np.linalg.norm(linear.cost))
    best: tuple[tuple[np.ndarray, ...], Certificate] | None = None
    quantities: list[tuple[np.ndarray, ...]] = []
    prices: list[tuple[np.ndarray, ...]] = []
    done, waited = 0, 0
    for done in range(1, REFINEMENTS + 1):
        settled = programme.settle(Q, at.slack, at.reduced, at.s, at.lam)
        if settled is None:
            return None
        said = at.slack - Q.use(settled[0] - at.s)
        at.s, at.lam = settled
        first, residual = done == 1, 3e-2 * tolerance
        at.x = of.activity(at.s, at.x, (COARSE if first else residual) * short)
        if not first and at.x.min(initial=0.0) < -1e-7:
            return None
        over = (at.x - of.most) / (1 + np.where(np.isfinite(of.most), of.most, 0.0))
        over[at.rows] = -np.inf
        new = np.flatnonzero(over > 1e-2 * tolerance)
        if at.rows.size + new.size > MOST_ROWS:
            return None
        Q = _limit(of, at, Q, new)
        rents, scarcity = np.split(at.lam, [factors])
        rough = first and of.utility is None  # levels of concave worth answer the least error in prices
        p = of.prices(rents, at.rows, scarcity, (ROUGH if rough else residual) * dear)
        drawn = of.drawn(at.x, at.s) if first else of.F @ at.x
        at.slack = at.g - np.concatenate([drawn, at.x[at.rows]])
        at.reduced = -(of.c_s + of.taken_by @ p)
        if new.size:
            # coarse rows whose limit is overstepped even if all who are known to use it get nothing say too little
            helpless = np.flatnonzero(at.slack[factors:] + Q.sparse @ at.s < 0)
            Q = _sharpen(of, at, Q, helpless[helpless >= at.rows.size - new.size])
            quantities, prices = [], []
            continue
        answer = np.clip(at.x, 0.0, of.most), at.s, np.maximum(p, 0.0), rents
        certificate = kkt(linear, np.concatenate(answer[:2]), np.concatenate(answer[2:]))
        waited = 0 if best is None or certificate.error < 0.5 * best[1].error else waited + 1
        if best is None or certificate.error < best[1].error:
            best = answer, certificate
        if certificate.error <= 0.1 * tolerance:
            break
        if waited >= PATIENCE and at.sharp.sum() < min(MOST_SHARP, at.sharp.size):
            off = (np.abs(at.slack - said) + np.maximum(-at.slack, 0.0))[factors:]
            worst = np.argsort(np.where(at.sharp, 0.0, -off))[:WORST]
            Q, quantities, prices, waited = _sharpen(of, at, Q, worst), [], [], 0
            if isinstance(programme, Sifting):
                programme.restate(Q)
        binds, part = at.lam > 0, (at.s > 0) & (at.s < of.u)
        quantities = [*quantities[1 - MEMORY :], (at.s, at.x, at.slack)]
        gained = 0.0 if of.utility is None else of.utility.marginal(at.s)
        prices = [*prices[1 - MEMORY :], (at.lam, at.reduced, at.reduced + gained)]
        at.s, at.x, at.slack = _blend(quantities, binds)
        at.lam, at.reduced, _ = _blend(prices, part)
    return None if best is None else (*best, programme.pivots, done)


def _limit(of: Elimination, at: _Point, Q: Limits, new: np.ndarray) -> Limits:
    """Give a point and its limits rows for more capacities."""
    if not new.size:
        return Q
    at.rows, at.g = np.concatenate([at.rows, new]), np.concatenate([at.g, of.most[new]])
    none = np.zeros(new.size)
    at.lam, at.slack = np.concatenate([at.lam, none]), np.concatenate([at.slack, none])
    at.sharp = np.concatenate([at.sharp, none.astype(bool)])
    return Q.with_capacities(of.capacities(new))


def _sharpen(of: Elimination, at: _Point, Q: Limits, which: np.ndarray) -> Limits:
    """Return limits with sharper rows in the place of some capacities'."""
    if not which.size:
        return Q
    at.sharp[which] = True
    order = np.arange(at.rows.size)
    order[which] = order.size + np.arange(which.size)
    both = sp.vstack([Q.sparse, of.capacities(at.rows[which], FAINTER)], format="csr")
    return Limits(Q.dense, sp.csc_array(both[order]))


def _blend(points: list[tuple[np.ndarray, ...]], counts: np.ndarray) -> list[np.ndarray]:
    """Return the affine combination of points whose last part is least where it counts."""
    last = points[-1]
    if len(points) == 1:
        return list(last)
    steps = np.column_stack([(last[-1] - then[-1])[counts] for then in points[:-1]])
    back = np.linalg.lstsq(steps, last[-1][counts], rcond=1e-12)[0]
    return [
        now - np.sum([a * (now - then[k]) for a, then in zip(back, points[:-1], strict=True)], axis=0)
        for k, now in enumerate(last)
    ]
