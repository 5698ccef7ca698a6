r"""Planning with one technique per product: as many unknown prices as there are limits that matter.

Where every product has one process, balances hold with equality and activity follows from consumption,
:math:`x = B^{-1}(C s + b)` with :math:`B = M - A` in units. Limits :math:`G x \le g` (those of the factors, and bounds
of activity that are not local) become rows over the needs alone,

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u, \qquad
          Q = E^\top C,\quad h = g - E^\top b,\quad B^\top E = G^\top,\quad v = -(c_s + C^\top B^{-\top} c_x).

Products at capacity or idle whose own needs price them, overstocked ones among them, are held: their rows and columns
are taken out (`planlab.optimisation.holding`), and what is left of B is an M-matrix still.

:math:`E`, what is embodied in each product, is the dear part, and it is worked out roughly: that of factors in 32 bits,
that of other limits without its faint entries. Then, time and again, the programme over needs is solved
(`planlab.optimisation.sifting`, or `planlab.optimisation.dual_newton` for concave utility), activity and prices are
worked out exactly by one Leontief solve each, and the programme is stated anew as it stands there, until the
certificate is good. Each such refinement reduces the error by the relative error of :math:`E`; refinements are blended
:cite:`anderson:65`, and the vertex at which the programme ends is worked out exactly (`planlab.optimisation.vertex`).
"""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from planlab.optimisation import vertex
from planlab.optimisation.capacity_rows import FAINTER
from planlab.optimisation.dual_newton import Concave
from planlab.optimisation.elimination import ROUGH, Elimination
from planlab.optimisation.highs import Solution
from planlab.optimisation.holding import Holding, Standing
from planlab.optimisation.kkt import kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.out_of_reach import OutOfReach
from planlab.optimisation.own_needs import OwnNeeds
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.polish import polished
from planlab.optimisation.sifting import Limits, Sifting
from planlab.optimisation.smoothed import near
from planlab.planning.plan import Certificate, Status

__all__ = ["EXACT", "Counts", "Known", "applies", "solve"]

MEMORY = 6
"""How many refinements are blended."""

REFINEMENTS = 90

EXACT = 1e-8
"""Error to which answers are worked out even where less is asked for: it costs little."""

NOISE = 1e-14
"""Activity below this, in units, is rounding; what is missing for it is made again (`planlab.optimisation.polish`)."""

CLOSE, CLOSEST = 1e-4, 1e-11
"""The part of the last error to which activity and prices are worked out, and the residual at a vertex."""

BEYOND = 1e-7
"""By which part of a level's bound, or of the greatest dual, a vertex may be out of bounds."""

FIRST, COARSE = 2, 1e-3
"""In so many first refinements, which change much, what is embodied is worked out to this residual only."""

PATIENCE, WORST, MOST_SHARP = 3, 100, 1500
"""After PATIENCE refinements that do not halve the least error the WORST rows that were furthest off are worked out
sharply, MOST_SHARP in all: sharp rows have many entries and fill in when the simplex method factorises them."""


class Counts(NamedTuple):
    """What a solution took: matrix-vector products, 32-bit ones among them, Newton steps, pivots, limits, rounds."""

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
        Of the solution, ``(products,)`` and ``(factors,)``.
    held
        Which products were held at capacity (1) or at nothing (-1), ``(products,)``.
    limits, side, duals
        Processes whose bounds were limits, which bound, and their duals.
    """

    embodied: np.ndarray
    activity: np.ndarray
    rents: np.ndarray
    held: np.ndarray
    limits: np.ndarray
    side: np.ndarray
    duals: np.ndarray


def applies(problem: PlanningProblem) -> bool:
    """Return whether every product has one process of its own, and more of a process never hurts its product."""
    linear, matrix = problem.stated, problem.stated.matrix
    return bool(
        isinstance(matrix, PlanningMatrix)
        and matrix.one_process_each
        and linear.cost.size > problem.processes
        and (linear.cost[: problem.processes] >= 0).all()
        and (linear.lower == 0).all()
        and np.isfinite(linear.upper[problem.processes :]).all()
    )


def solve(
    problem: PlanningProblem, known: Known | None = None, tolerance: float = 1e-8, seconds: float = np.inf
) -> tuple[Solution, Counts] | None:
    """Solve a planning problem for which `applies` holds.

    Parameters
    ----------
    problem
        From an objective of `planlab.optimisation.objectives`.
    known
        From the solution of an earlier, similar problem (its ``basis``): what factors are embodied in each product is
        then not worked out again.
    tolerance
        Error of the certificate up to which the answer is called optimal; it is worked out to `EXACT` where that is
        to be had.
    seconds
        After which no further refinement begins, and the best point is returned.

    Returns
    -------
    Solution, Counts
        With the certificate recomputed from the problem; ``None`` where nothing was found.
    """
    product, factor = np.split(problem.row_unit, [problem.products])
    unit, worth, end = problem.column_unit[: problem.processes], problem.worth, perf_counter() + seconds
    weight = np.concatenate([factor, [worth]])
    if known is not None and known.embodied.shape != (weight.size, product.size):
        known = None
    beyond = OutOfReach.of(problem.linear)
    at = _Refinement(beyond.rest(), beyond.products, tolerance, end)
    of, held = at.of, at.held
    if known is not None:
        of.E = _scaled(known.embodied, 1 / weight, product)
        held.resume(known.held, known.limits, known.side)
        at.x, at.lam = (
            known.activity / unit,
            np.concatenate([known.rents * factor, known.duals * unit[known.limits]]) / worth,
        )
    at.refine(known is not None)
    if known is not None and not at.done:
        return solve(problem, None, tolerance, end - perf_counter())
    if at.best is None:
        return None
    (z, y), certificate = at.best
    if beyond.products.any():
        y = beyond.prices(y)
        certificate = kkt(problem.linear, z, y)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    rents, duals = np.split(at.lam, [of.r.size])
    counted = duals > 0
    limits = held.limits[counted]
    known = Known(
        _scaled(of.E, weight, 1 / product),
        at.x * unit,
        rents * worth / factor,
        held.at,
        limits,
        held.side[counted],
        duals[counted] * worth / unit[limits],
    )
    counts = Counts(of.products, of.rough, at.newton, at.programme.pivots, at.lam.size, at.refinements)
    return Solution(z, y, status, certificate, known, at.refinements), counts


def _scaled(E: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return E with its rows and columns multiplied by their numbers, in 32 bits."""
    return (E * columns * rows[:, None]).astype(np.float32)


class _Refinement:
    """Levels and duals, what they call for, the limits that count so far, and the best that was found."""

    best: tuple[tuple[np.ndarray, np.ndarray], Certificate] | None = None
    slack: np.ndarray
    reduced: np.ndarray
    Q: Limits

    def __init__(self, linear: LinearProblem, barred: np.ndarray, tolerance: float, end: float) -> None:
        self.linear, self.of, self.end = linear, Elimination(linear), end
        self.enough, self.tolerance = tolerance, min(tolerance, EXACT)
        of = self.of
        self.needs = OwnNeeds(of.C, -of.c_s, of.u)
        self.held = Holding(of, self.needs, barred)
        self.short, self.dear = 1 + float(np.linalg.norm(linear.rows)), 1 + float(np.linalg.norm(linear.cost))
        self.s, self.lam = np.zeros(of.u.size), np.zeros(of.r.size)
        self.x, self.p = np.zeros(of.most.size), np.zeros(of.most.size)
        self.programme = (
            Sifting(float(np.abs(of.c_s).mean()), of.u, end) if of.utility is None else Concave(of.utility, of.u)
        )
        self.newton, self.refinements, self.waited, self.error = 0, 0, 0, 1.0
        self.forget()

    def forget(self) -> None:
        """Blend no more with what came before."""
        self.quantities: list[tuple[np.ndarray, ...]] = []
        self.prices: list[tuple[np.ndarray, ...]] = []

    def refine(self, warm: bool) -> None:
        """Solve, evaluate exactly and state anew until the certificate is good, nothing helps, or time is up.

        Numbers that go beyond all bounds help nothing.
        """
        self.begin(warm)
        while self.refinements < REFINEMENTS and not (self.refinements and perf_counter() > self.end):
            given = self.slack, self.reduced, self.s, self.lam, self.held.open
            settled = self.programme.settle(self.Q, *given)
            if settled is None:
                return
            self.refinements += 1
            said = self.slack - self.Q.use(settled[0] - self.s)
            self.s, self.lam = settled
            now = self.evaluate(max(3e-2 * self.tolerance, CLOSE * min(self.error, 1.0)))
            if not (np.isfinite(self.x).all() and np.isfinite(self.p).all()):
                return
            overstepped = self.programme.overstepped(self.lam.size)[self.of.r.size :]
            changed, limits = (0, 0) if now is None else self.held.regroup(now, 1e-2 * self.tolerance, overstepped)
            if changed:
                self.lam = np.concatenate([self.lam, np.zeros(limits)])
                self.slack = np.concatenate([self.slack, self.held.room(self.x)[self.held.limits.size - limits :]])
                self.restate(COARSE if self.refinements <= FIRST else ROUGH)
                self.evaluate(max(3e-2 * self.tolerance, CLOSE * min(self.error, 1.0)))
                continue
            error = self.certify()
            if self.finished(error):
                return
            if moved := self.waited > 0 and self.to_vertex():
                error = self.certify()
                if self.finished(error):
                    return
            if self.renew() or (self.waited >= PATIENCE and self.sharpen(said)):
                self.restate()
                continue
            if moved or (self.waited and error > 10 * self.least):
                self.forget()
            self.blend()

    def finished(self, error: float) -> bool:
        """Return whether an error is as small as can be hoped for, or small enough and no longer getting smaller."""
        return error <= 0.1 * self.tolerance or (self.waited >= PATIENCE and self.done)

    def to_vertex(self) -> bool:
        """Move to the vertex that the programme ended at, as far as bounds let it; return whether that was found."""
        at = self.programme.vertex()
        if at is None or not at[0].size:
            return False
        between, tight = at
        moves = vertex.exact(self.of, self.held, self.Q, between, tight, self.slack, self.reduced)
        if moves is None:
            return False
        levels, duals = self.s[between] + moves[0], self.lam[tight] + moves[1]
        self.s[between], self.lam[tight] = np.clip(levels, 0.0, self.of.u[between]), np.maximum(duals, 0.0)
        self.evaluate(CLOSEST)
        return True

    def begin(self, warm: bool) -> None:
        """State the programme at the start: where duals are known at their activity, else at duals near its optimum."""
        of = self.of
        of.embody(self.held.elastic)
        self.Q = self.rows()
        if warm:
            self.evaluate(CLOSE)
            return
        charge = of.c_s + of.taken_by @ of.E[-1]
        self.slack = of.r - of.E[:-1] @ of.b
        if of.utility is None and of.u[: of.levels].any():
            self.lam, self.newton = near(self.Q.dense, np.maximum(self.slack, 1e-9), -charge, of.u)
        self.reduced = -charge - self.Q.charge(self.lam)

    def rows(self) -> Limits:
        """Return what a unit of each level takes of each limit."""
        return Limits(np.ascontiguousarray(self.of.of_levels()[:-1]), self.held.of_levels())

    def restate(self, residual: float | None = None) -> None:
        """State the programme anew for what is held and limited now."""
        if residual is not None:
            self.of.embody(self.held.elastic, residual)
        self.Q = self.rows()
        self.programme.restate(self.Q, self.of.aside[self.held.limits[self.held.side < 0]])
        self.forget()

    def evaluate(self, residual: float) -> Standing | None:
        """Work out activity and prices to a residual, and what they leave of limits and of worth.

        Returns where that stands; ``None`` where no product is held and none oversteps a bound.
        """
        of, held, open_ = self.of, self.held, self.held.open
        at_bound = np.where(held.at > 0, of.most, 0.0)
        self.x = of.activity(np.where(open_, self.s, 0.0), at_bound, self.x, residual * self.short)
        quiet = held.quiet(self.x)
        a = 0.0 * self.x if quiet else of.left(self.x, np.where(self.needs.product < 0, self.s, 0.0))
        filled = self.needs.fill(a)
        self.s = np.where(open_, self.s, filled.s)
        rents, duals = np.split(self.lam, [of.r.size])
        cost = of.F.T @ rents + of.c_x
        charged = cost.copy()
        np.add.at(charged, held.limits, held.side * duals)
        self.p = of.prices(charged, filled.price, self.p, residual * self.dear)
        self.slack = np.concatenate([of.r - of.F @ self.x, held.room(self.x)])
        self.reduced = -(of.c_s + of.taken_by @ self.p)
        return None if quiet else Standing(self.x, a, self.p, of.dear(cost, self.p), filled)

    @property
    def least(self) -> float:
        """The least error so far."""
        return np.inf if self.best is None else self.best[1].error

    @property
    def done(self) -> bool:
        """Whether the best answer is good enough."""
        return self.least <= self.enough

    def certify(self) -> float:
        """Return the error of the certificate, and keep the answer if it is the best."""
        of = self.of
        x = np.where(self.x > NOISE, np.minimum(self.x, of.most), 0.0)
        z = np.concatenate([x, self.s[: of.levels]])
        y = np.concatenate([np.maximum(self.p, 0.0), self.lam[: of.r.size]])
        certificate = kkt(self.linear, z, y)
        if certificate.gap <= self.tolerance < certificate.error or certificate.primal >= 1:
            z, y, certificate = polished(self.linear, z, y, self.tolerance)
        self.error = certificate.error
        self.waited = 0 if self.error < 0.5 * self.least else self.waited + 1
        if self.error < self.least:
            self.best = (z, y), certificate
        return self.error

    def renew(self) -> bool:
        """Work out anew the limits that are out of date; return if there are any."""
        if self.held.rows.current:
            return False
        self.held.rows.forget()
        return True

    def sharpen(self, said: np.ndarray) -> bool:
        """Work out more sharply the limits that were furthest from what the programme said; return if there are any."""
        faint, factors = self.held.faint, self.of.r.size
        able = np.flatnonzero(faint > FAINTER)
        if not able.size or faint.size - able.size >= MOST_SHARP:
            return False
        off = (np.abs(self.slack - said) + np.maximum(-self.slack, 0.0))[factors:]
        faint[able[np.argsort(-off[able])[:WORST]]] = FAINTER
        self.waited = 0
        return True

    def blend(self) -> None:
        """Move on to the affine combinations of what was found at which least is left of limits and of worth."""
        binds, part = self.lam > 0, (self.s > 0) & (self.s < self.of.u) & self.held.open
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
