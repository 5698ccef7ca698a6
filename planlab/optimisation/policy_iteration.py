r"""Planning with several techniques per product: valuations choose the techniques, few of which stay in doubt.

In units, with the processes as techniques of their products (`planlab.optimisation.substitution`), a plan is a
mix of techniques w and levels of consumption s; activity follows from them. One valuation :math:`\lambda` per limit
prices all that is made: levels worth more than their price are met, and every product is made by its cheapest
technique. At the optimum only about as many choices as there are limits are neither one nor the other.

Around one mix, whose embodied cost e and limits E take a Leontief solve each, the programme is to first order one
with many bounded choices and few limits,

.. math:: \max_{s, w}\ (v - C^\top e)^\top s - \sum_j Y_{i(j)} D_{0j} w_j \quad\text{s.t.}\quad
          E^\top C s + \sum_j Y_{i(j)} D_j w_j \le g - E^\top b,\quad 0 \le s \le u,\quad \sum_{j \to i} w_j = 1,

with Y, the mix's output, and D, how dear each process is, as in `Techniques.embodied`. First come rounds: the
programme, smoothed (`planlab.optimisation.smoothed`), gives valuations, and the techniques cheapest at these are the
next mix. This is policy iteration with Newton's method inside. Then come refinements: activity and prices, and what
they leave of limits and of worth, are worked out in 64 bits, and the programme is solved as it stands there by simplex
over the few choices in doubt, until the certificate is good. Capacities that are overstepped become limits.
"""

from time import perf_counter
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.optimisation import highs
from planlab.optimisation.highs import Solution
from planlab.optimisation.kkt import kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.out_of_reach import OutOfReach
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.polish import polished
from planlab.optimisation.smoothed import near
from planlab.optimisation.substitution import Bounds, Techniques, one_product_each, with_aside
from planlab.planning.plan import Certificate, Status

__all__ = ["Counts", "applies", "solve"]

FIRST, ROUGH, FINE = 1e-2, 1e-3, 1e-6
"""Relative residuals of embodied limits: in the first round, later, and at best, for which 32 bits are enough."""

ROUNDS, SETTLED, SWITCHING = 12, 0.03, 0.01
"""At most so many rounds, until valuations change by less than this part of themselves and techniques of no more than
this part of all products."""

REFINEMENTS = 40

STALLED = 0.3
"""A refinement that leaves more than this part of the error wants better embodied limits."""

NARROW = 0.01
"""Every refinement that makes things worse halves how far shares may move; below this they are given up."""

BLOCK, MANY = 256, 600
"""Overstepped capacities that become limits in one go, and altogether; with more the general method is better."""

TINY = 1e-12
"""HiGHS drops smaller coefficients; what it drops by default, below 1e-9, adds up to too much with many limits."""

NOISE = 1e-14
"""Activity below this, in units, is rounding, such as what is left of a technique that was given up."""

CLEARLY = 1e-12
"""By more than this part of its price must a technique be cheaper, or a level be worth more, to be so."""


class Counts(NamedTuple):
    """What a solution took: matrix-vector products, Newton steps, mixes whose embodied limits were found, and so on."""

    products: int
    newton: int
    mixes: int
    rows: int
    refinements: int


class Known(NamedTuple):
    """What one solution leaves for the next, in the economy's own units.

    Parameters
    ----------
    valuations
        Of the factors, ``(limits,)``.
    mix
        Shares of techniques, ``(processes,)``.
    embodied
        Cost and factors embodied in each product, ``(products, 1 + limits)``.
    """

    valuations: np.ndarray
    mix: np.ndarray
    embodied: np.ndarray


class _Choice(NamedTuple):
    """Levels of consumption, shares of techniques, valuations of limits."""

    s: np.ndarray
    w: np.ndarray
    lam: np.ndarray


class _Around(NamedTuple):
    """Around a mix: what it embodies, its output, what a unit of each level and process takes (row 0: of cost)."""

    E: np.ndarray
    Y: np.ndarray
    Q: np.ndarray
    D: np.ndarray


class _Left(NamedTuple):
    """In 64 bits: prices, what is left of limits, what levels are worth above their price, how dear processes are."""

    p: np.ndarray
    slack: np.ndarray
    reduced: np.ndarray
    dear: np.ndarray


def applies(problem: PlanningProblem) -> bool:
    """Return whether every process makes one product, factors are limited, and consumption has levels to choose."""
    linear, matrix = problem.stated, problem.stated.matrix
    return bool(
        isinstance(matrix, PlanningMatrix)
        and linear.utility is None
        and one_product_each(matrix)
        and matrix.factors.shape[0] > 0
        and linear.cost.size > problem.processes
        and (linear.cost[: problem.processes] >= 0).all()
        and (linear.lower == 0).all()
        and np.isfinite(linear.upper[problem.processes :]).all()
    )


def solve(
    problem: PlanningProblem, known: Known | None = None, tolerance: float = 1e-6, seconds: float = np.inf
) -> tuple[Solution, Counts] | None:
    """Solve a planning problem for which `applies` holds.

    Parameters
    ----------
    problem
        In units, from `planlab.optimisation.planning_problem`.
    known
        From the solution of an earlier, similar problem (its ``basis``).
    tolerance
        Error of the certificate up to which the answer is called optimal.
    seconds
        After which no further refinement begins, and the best point is returned.

    Returns
    -------
    Solution, Counts
        With the certificate recomputed from the problem; ``None`` where nothing was found, as where too
        many capacities bind: then take the general method.
    """
    end, beyond = perf_counter() + seconds, OutOfReach.of(problem.linear)
    linear, aside = with_aside(beyond.rest())
    matrix = linear.matrix
    assert isinstance(matrix, PlanningMatrix)
    of, factors = Techniques(linear, matrix), matrix.factors.shape[0]
    product, factor = np.split(problem.row_unit, [problem.products])
    worth = problem.worth
    measure = (product[:, None] / np.concatenate([[worth], factor])).astype(np.float32)
    if known is not None and (known.mix.shape, known.embodied.shape) == (of.c_x.shape, measure.shape):
        lam, w, E = known.valuations * factor / worth, known.mix, known.embodied * measure
    else:
        known, E = None, None
        lam = np.abs(of.c_s) @ of.u / factors / np.maximum(of.r, 1e-12 * of.r.max(initial=1.0))
        w = of.alone(of.first_policy(lam))
    room = 1 + float(np.linalg.norm(linear.rows)), 1 + float(np.linalg.norm(linear.cost))
    around, choice, newton, mixes = _rounds(of, _Choice(np.zeros(of.u.size), w, lam), E)
    p: np.ndarray | None = None
    best, last, box, rough = None, np.inf, 1.0, ROUGH
    for done in range(1, REFINEMENTS + 1):
        mixed, close = of.mixed(choice.w), max(1e-3 * min(last, ROUGH), 1e-2 * tolerance)
        x, Y = of.activity(mixed, choice.w, choice.s, around.Y, close * room[0])
        p, dear = of.prices(mixed, choice.w, choice.lam, p, close * room[1])
        around = around._replace(Y=Y)
        z = np.concatenate([np.where(x > NOISE, np.minimum(x, of.most), 0.0), choice.s])
        y = np.concatenate([np.maximum(p, 0.0), choice.lam[:factors]])
        z, y, certificate = _certified(linear, z, y, tolerance)
        stalled = certificate.error > STALLED * last
        if best is None or certificate.error < best[2].error:
            best = z, y, certificate
        if certificate.error <= (tolerance if stalled else 0.1 * tolerance):
            break
        new = _overstepped(of, x, Y, 1e-2 * tolerance) if done > 1 else Bounds.none()
        if of.bounds.size + new.size > MANY:
            return None
        new = new.first(BLOCK)
        if box < NARROW or perf_counter() > end:
            break
        if stalled and not new.size:
            rough, box = max(1e-2 * rough, FINE), 0.5 * box if certificate.error > last else box
        last = np.inf if new.size else certificate.error
        if stalled or new.size:
            of.bounds = of.bounds.with_more(new)
            choice = choice._replace(lam=np.concatenate([choice.lam, np.zeros(new.size)]))
            E, D = of.embodied(mixed, choice.w, around.E, rough)
            around, mixes = _Around(E, Y, _of_levels(of, E), D), mixes + 1
        left = _Left(p, of.limits - of.use(x), -(of.c_s + of.C_T @ p), dear)
        put = aside[of.bounds.product[of.bounds.floor]]
        if (settled := _settle(of, around, choice, left, box, put)) is None:
            return None
        choice = settled
    assert best is not None
    z, y = best[0][: problem.stated.cost.size], best[1]
    if beyond.products.any():
        y = beyond.prices(y)
    z, y, certificate = _certified(problem.linear, z, y, tolerance)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    counts = Counts(of.multiplications, newton, mixes, of.limits.size, done)
    valuations = y[of.products :] * worth / factor
    known = Known(valuations, choice.w, around.E[:, : measure.shape[1]] / measure)
    return Solution(z, y, status, certificate, known, newton), counts


def _certified(
    linear: LinearProblem, z: np.ndarray, y: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, Certificate]:
    """Return a solution and its certificate, the last digits mended once only they are wrong."""
    certificate = kkt(linear, z, y)
    if certificate.gap <= tolerance < certificate.error:
        return polished(linear, z, y, tolerance)
    return z, y, certificate


def _overstepped(of: Techniques, x: np.ndarray, Y: np.ndarray, tolerance: float) -> Bounds:
    """Return the bounds that are overstepped and no limit knows yet, those that are so most first.

    Capacities of processes, and the making of products in stock, which cannot run backwards.
    """
    most = np.where(np.isfinite(of.most), of.most, 1.0)
    over, under = (x - of.most) / most.clip(1e-300), np.where(of.b < 0, -Y, -np.inf)
    over[of.bounds.process[~of.bounds.floor]] = -np.inf
    under[of.bounds.product[of.bounds.floor]] = -np.inf
    return Bounds.of(over, under, tolerance, of.maker)


def _of_levels(of: Techniques, E: np.ndarray) -> np.ndarray:
    """Return what a unit of each level takes of cost and limits, ``(1 + limits, levels)``."""
    return np.stack([of.C_T @ e for e in E.T]).astype(np.float32)


def _rounds(of: Techniques, choice: _Choice, E: np.ndarray | None) -> tuple[_Around, _Choice, int, int]:
    """Return the programme around a mix near the optimum, choices near it, and the Newton steps and rounds taken.

    With E, what a similar mix embodies, valuations are taken to be close already.
    """
    Y: np.ndarray | None = None
    w, lam, newton, last, worth = choice.w, choice.lam, 0, np.inf, of.worth
    known = E is not None
    for done in range(1, ROUNDS + 1):
        mixed, at = of.mixed(w), np.concatenate([[1.0], lam])
        E, D = of.embodied(mixed, w, E, ROUGH if known or done > 1 else FIRST)
        Q, p = _of_levels(of, E), E @ at
        s = np.where(-of.c_s > at @ Q, of.u, 0.0)
        _, Y = of.activity(mixed, w, s, Y, ROUGH * float(np.linalg.norm(s)))
        first, second = of.two_cheapest(at @ D)
        other = np.where(w[first] > 0, second, first)
        able = np.flatnonzero((w[other] == 0) & (Y > 0) & (p > 0))
        other, unit = other[able], p[able]
        found, steps = near(
            np.column_stack([Q[1:] / worth, D[1:, other] / unit]).astype(np.float32),
            of.limits - of.b @ E[:, 1:],
            np.concatenate([(-of.c_s - Q[0]) / worth, -D[0, other] / unit]),
            np.concatenate([of.u * worth, Y[able] * unit]),
            lam if known or done > 1 else None,
        )
        change = float(np.linalg.norm(found - lam) / np.linalg.norm(found))
        newton, lam, at = newton + steps, found, np.concatenate([[1.0], found])
        before, w = w, of.alone(of.two_cheapest(at @ D)[0])
        switched = np.count_nonzero(w > before)
        if (change < SETTLED and switched <= SWITCHING * of.products) or (done > 3 and change > 0.5 * last):
            break
        last = change
    assert E is not None
    assert Y is not None
    return _Around(E, Y, Q, D), _Choice(np.where(-of.c_s > at @ Q, of.u, 0.0), w, lam), newton, done


def _settle(of: Techniques, around: _Around, now: _Choice, left: _Left, box: float, put: np.ndarray) -> _Choice | None:
    """Return choices that solve the first-order programme as it stands; shares in doubt may change by `box` at most.

    Levels in `put`, which put stocks aside, are in doubt.

    ``None`` where no choices keep the limits.
    """
    levels, a = now.s.size, np.concatenate([now.s, now.w])
    worth, price = of.worth, np.maximum(left.p, 1e-300)
    first, second = of.two_cheapest(left.dear)
    doubt = np.concatenate([np.abs(left.reduced) / worth, (left.dear[second] - left.dear[first]) / price])
    doubt[:levels][(now.s > 0) & (now.s < of.u)] = 0.0
    doubt[put] = 0.0
    doubt[levels:][np.bincount(of.maker, now.w > 0, of.products) > 1] = 0.0
    doubt[levels:][(first == second) | (CLEARLY * around.Y.max() >= around.Y)] = np.inf
    gain = np.concatenate([left.reduced, -left.dear * around.Y[of.maker]])

    def take(choices: np.ndarray) -> np.ndarray:
        level, process = choices[choices < levels], choices[choices >= levels] - levels
        return np.column_stack([around.Q[1:, level], around.D[1:, process] * around.Y[of.maker[process]]]).astype(float)

    few = min(doubt.size, 8 * now.lam.size + 200)
    open_ = _closest(doubt, few)
    while True:
        side = np.concatenate([np.where(left.reduced > 0, of.u, 0.0), of.alone(first)])
        among = np.flatnonzero(np.concatenate([open_[:levels], open_[levels:][of.maker]]))
        side[among] = a[among]
        moved, q = np.flatnonzero(side != a), take(among)
        h = left.slack - take(moved) @ (side - a)[moved] + q @ a[among]
        if (answer := _simplex(of, q, h, gain[among] + now.lam @ q, a[among], among, box)) is not None:
            side[among], lam = answer
            change = lam - now.lam
            reduced, dear = left.reduced - change @ around.Q[1:], left.dear + change @ around.D[1:]
            cheapest, _ = of.two_cheapest(dear)
            turned = ((reduced > 0) != (left.reduced > 0)) & (np.abs(reduced) > CLEARLY * worth)
            switched = dear[first] - dear[cheapest] > CLEARLY * price
            wrong = np.concatenate([turned, switched]) & ~open_ & np.isfinite(doubt)
            if not wrong.any():
                break
            if np.count_nonzero(wrong) <= few:
                open_ |= wrong
                continue
        if few == doubt.size:
            return None
        few = min(4 * few, doubt.size)
        open_ |= _closest(doubt, few)
    s, w = np.split(side, [levels])
    w = np.where(open_[levels:][of.maker], w, of.alone(cheapest))
    return _Choice(s, w / np.bincount(of.maker, w, of.products)[of.maker], lam)


def _closest(doubt: np.ndarray, few: int) -> np.ndarray:
    """Return which choices are the few closest calls."""
    closest = np.zeros(doubt.size, bool)
    closest[np.argpartition(doubt, few - 1)[:few]] = True
    return closest & np.isfinite(doubt)


def _simplex(
    of: Techniques, q: np.ndarray, h: np.ndarray, v: np.ndarray, a: np.ndarray, among: np.ndarray, box: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the choices in doubt and the valuations that solve their part of the programme, in its own scale."""
    scale, worth = np.abs(q).max(axis=1, initial=0.0), float(np.abs(v).mean()) or 1.0
    scale = np.where(scale > 0, scale, 1.0)
    share = np.flatnonzero(among >= of.u.size)
    products, row = np.unique(of.maker[among[share] - of.u.size], return_inverse=True)
    adds_up = sp.csr_array((np.ones(row.size), (row, share)), (products.size, among.size))
    lower, upper = np.zeros(among.size), np.concatenate([of.u[among[: among.size - share.size]], np.ones(share.size)])
    lower[share], upper[share] = np.maximum(a[share] - box, 0.0), np.minimum(a[share] + box, 1.0)
    rows = sp.csr_array(sp.vstack([sp.csr_array(q / scale[:, None]), adds_up]))
    least = np.concatenate([np.full(scale.size, -highs.INFINITY), np.ones(products.size)])
    most = np.concatenate([h / scale, np.ones(products.size)])
    model, none = highs.empty(), np.zeros(0, np.int32)
    model.setOptionValue("small_matrix_value", TINY)
    model.addCols(among.size, -v / worth, lower, upper, 0, np.zeros(among.size, np.int32), none, np.zeros(0))
    model.addRows(most.size, least, most, rows.nnz, rows.indptr[:-1], rows.indices, rows.data)
    model.run()
    if (answer := highs.answer(model, most.size)) is None:
        return None
    z, y = answer
    return np.clip(z, lower, upper), np.maximum(-y[: scale.size], 0.0) * worth / scale
