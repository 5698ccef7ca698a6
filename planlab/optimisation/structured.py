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

COARSE, CLOSE = 1e-4, 1e-4
"""Relative residual of activity before the first refinement, where errors of what is embodied outweigh it; later, the
part of the last error to which activity and prices are worked out."""

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
    lam, newton = np.zeros(of.r.size) if known is None else known.rents * factor / worth, 0
    if of.utility is None:
        lam, newton = near(Q.dense, slack, v, of.u, None if known is None else lam)
    at = _Refinement(problem, of, Q, slack, v, lam, tolerance)
    if known is not None:
        at.x = known.activity / unit
    at.refine()
    if known is not None and (at.best is None or at.best[1].error > tolerance):
        return solve(problem, None, tolerance)
    if at.best is None:
        return None
    (x, s, p, rents), certificate = at.best
    z, y = np.concatenate([x, s]), np.concatenate([p, rents])
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    known = Known(_scaled(of.E, weight, 1 / product), x * unit, rents * worth / factor)
    counts = Counts(of.products, of.rough, newton, at.programme.pivots, at.g.size, at.refinements)
    return Solution(z, y, status, certificate, known, newton), counts


def _scaled(E: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return E with its rows and columns multiplied by their numbers, in 32 bits."""
    scaled = E * columns.astype(np.float32)
    scaled *= rows.astype(np.float32)[:, None]
    return scaled


class _Refinement:
    """Levels and duals, what they call for, the limits that count so far, and the best that was found."""

    best: tuple[tuple[np.ndarray, ...], Certificate] | None = None

    def __init__(
        self,
        problem: PlanningProblem,
        of: Elimination,
        Q: Limits,
        slack: np.ndarray,
        v: np.ndarray,
        lam: np.ndarray,
        tolerance: float,
    ) -> None:
        self.linear, self.of, self.tolerance = problem.linear, of, tolerance
        self.short = 1 + float(np.linalg.norm(problem.linear.rows))
        self.dear = 1 + float(np.linalg.norm(problem.linear.cost))
        self.Q, self.g, self.slack, self.reduced = Q, of.r, slack, v - Q.charge(lam)
        self.s, self.lam, self.x = np.zeros(of.u.size), lam, np.zeros(of.most.size)
        self.rows, self.sharp = np.zeros(0, int), np.zeros(0, bool)
        worth = float(np.abs(v).mean())
        self.programme = Sifting(worth, of.u) if of.utility is None else Concave(of.utility, of.u)
        self.refinements, self.waited, self.error = 0, 0, 0.0
        self.forget()

    def forget(self) -> None:
        """Blend no more with what came before."""
        self.quantities: list[tuple[np.ndarray, ...]] = []
        self.prices: list[tuple[np.ndarray, ...]] = []

    def refine(self) -> None:
        """Solve, evaluate exactly and state anew until the certificate is good or nothing helps."""
        factors = self.of.r.size
        while self.refinements < REFINEMENTS:
            settled = self.programme.settle(self.Q, self.slack, self.reduced, self.s, self.lam)
            if settled is None:
                return
            first, self.refinements = not self.refinements, self.refinements + 1
            said = self.slack - self.Q.use(settled[0] - self.s)
            self.s, self.lam = settled
            residual = max(3e-2 * self.tolerance, CLOSE * min(self.error, 1.0))
            rough = first and self.of.utility is None  # levels of concave worth answer the least error in prices
            new = self.evaluate(COARSE if first else residual, ROUGH if rough else residual)
            if self.rows.size > MOST_ROWS or (not first and self.x.min(initial=0.0) < -1e-7):
                return
            if new:
                # coarse rows whose limit is overstepped even if all who are known to use it get nothing say too little
                helpless = np.flatnonzero(self.slack[factors:] + self.Q.sparse @ self.s < 0)
                self.sharpen(helpless[helpless >= self.rows.size - new])
                self.forget()
                continue
            if self.certify() <= 0.1 * self.tolerance:
                return
            if self.waited >= PATIENCE and self.sharp.sum() < min(MOST_SHARP, self.sharp.size):
                off = (np.abs(self.slack - said) + np.maximum(-self.slack, 0.0))[factors:]
                self.sharpen(np.argsort(np.where(self.sharp, 0.0, -off))[:WORST])
                self.forget()
                self.waited = 0
                if isinstance(self.programme, Sifting):
                    self.programme.restate(self.Q)
            self.blend()

    def evaluate(self, activity: float, prices: float) -> int:
        """Work out activity and prices to these residuals, and what they leave; return the new limits overstepped."""
        of = self.of
        self.x = of.activity(self.s, self.x, activity * self.short)
        over = (self.x - of.most) / (1 + np.where(np.isfinite(of.most), of.most, 0.0))
        over[self.rows] = -np.inf
        new = np.flatnonzero(over > 1e-2 * self.tolerance)
        self.limit(new)
        rents, scarcity = np.split(self.lam, [of.r.size])
        self.p = of.prices(rents, self.rows, scarcity, prices * self.dear)
        drawn = of.drawn(self.x, self.s) if activity >= COARSE else of.F @ self.x
        self.slack = self.g - np.concatenate([drawn, self.x[self.rows]])
        self.reduced = -(of.c_s + of.taken_by @ self.p)
        return new.size

    def certify(self) -> float:
        """Return the error of the certificate, and keep the answer if it is the best."""
        rents = self.lam[: self.of.r.size]
        answer = np.clip(self.x, 0.0, self.of.most), self.s, np.maximum(self.p, 0.0), rents
        certificate = kkt(self.linear, np.concatenate(answer[:2]), np.concatenate(answer[2:]))
        self.error = float(certificate.error)
        self.waited = 0 if self.best is None or self.error < 0.5 * self.best[1].error else self.waited + 1
        if self.best is None or self.error < self.best[1].error:
            self.best = answer, certificate
        return self.error

    def limit(self, new: np.ndarray) -> None:
        """Make more capacities limits."""
        if not new.size:
            return
        self.rows, self.g = np.concatenate([self.rows, new]), np.concatenate([self.g, self.of.most[new]])
        none = np.zeros(new.size)
        self.lam, self.slack = np.concatenate([self.lam, none]), np.concatenate([self.slack, none])
        self.sharp = np.concatenate([self.sharp, none.astype(bool)])
        self.Q = self.Q.with_capacities(self.of.capacities(new))

    def sharpen(self, which: np.ndarray) -> None:
        """Work out some capacities' rows more sharply."""
        if not which.size:
            return
        self.sharp[which] = True
        order = np.arange(self.rows.size)
        order[which] = order.size + np.arange(which.size)
        both = sp.vstack([self.Q.sparse, self.of.capacities(self.rows[which], FAINTER)], format="csr")
        self.Q = Limits(self.Q.dense, sp.csc_array(both[order]))

    def blend(self) -> None:
        """Move on to the affine combinations of what was found at which least is left of limits and of worth."""
        binds, part = self.lam > 0, (self.s > 0) & (self.s < self.of.u)
        self.quantities = [*self.quantities[1 - MEMORY :], (self.s, self.x, self.slack)]
        gained = 0.0 if self.of.utility is None else self.of.utility.marginal(self.s)
        self.prices = [*self.prices[1 - MEMORY :], (self.lam, self.reduced, self.reduced + gained)]
        self.s, self.x, self.slack = _blend(self.quantities, binds)
        self.lam, self.reduced, _ = _blend(self.prices, part)


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
