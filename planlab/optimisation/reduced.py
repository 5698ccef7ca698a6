r"""A programme with many bounded levels and few limits: a smoothed dual first, then exactly.

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u.

It has one dual per limit. `near` finds duals near the best by Newton's method on the smoothed dual; `exact` settles the
few levels whose reduced worth is near zero by linear programming, and finds no other that should move.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import at_once
from planlab.mechanisms.mechanism import Status
from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem

__all__ = ["Settled", "exact", "near"]

PIECE = 1 << 14
"""Levels worked on at once by one core, so that a piece stays in its cache."""

SAMPLE = 1 << 15
"""With many more levels than this the hot stages look at a sample of so many."""

ROUNDS = 60


class Settled(NamedTuple):
    """Levels, duals, and whether every level is on the right side of them."""

    s: np.ndarray
    lam: np.ndarray
    complete: bool


def near(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray, known: bool = False
) -> tuple[np.ndarray, int]:
    r"""Return duals near the optimum and the steps it took: Newton's method on the smoothed dual, T falling.

    .. math:: \min_{\lambda > 0}\ h^\top \lambda + T \sum_s u_s \log(1 + e^{(v - Q^\top\lambda)_s / T})
              - \tfrac{T}{100}\, \tfrac{\sum_s u_s}{k} \sum_k \log \lambda_k .

    Parameters
    ----------
    Q, h, v, u
        The programme: ``(limits, levels)``, ``(limits,)``, ``(levels,)`` and ``(levels,)``.
    lam
        Where to start, ``(limits,)``.
    known
        Whether `lam` is close already, as last period's duals are.
    """
    worth = np.abs(v).mean()
    price = worth * u.sum() / np.maximum(h, 1e-12 * max(h.max(initial=1.0), 1.0)) / h.size
    lam, steps = np.maximum(lam, 1e-3 * price), 0
    if v.size > 2 * SAMPLE and not known:
        large = ((Q * u) > 1e-3 * h[:, None]).any(axis=0)
        drawn = np.random.default_rng(0).choice(np.flatnonzero(~large), SAMPLE, replace=False)
        weight = np.concatenate([np.ones(large.sum()), np.full(SAMPLE, (v.size - large.sum()) / SAMPLE)])
        kept = np.concatenate([np.flatnonzero(large), drawn])
        lam, steps = _cool(
            np.ascontiguousarray(Q[:, kept]), h, v[kept], u[kept] * weight, lam, worth * np.geomspace(0.3, 0.01, 5)
        )
    hot = 1e-2 if known or steps else 0.3
    lam, more = _cool(Q, h, v, u, lam, worth * np.geomspace(hot, 1e-3, round(1 + np.log(hot / 1e-3))))
    return lam, steps + more


def _cool(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray, temperatures: np.ndarray
) -> tuple[np.ndarray, int]:
    steps = 0
    for T in temperatures:
        barrier = T * u.sum() / h.size * 1e-2
        now, slope, curve = _smoothed(Q, h, v, u, lam, T, barrier)
        for _ in range(30):
            step = -np.linalg.solve(curve + 1e-14 * np.trace(curve) * np.eye(h.size), slope)
            steps += 1
            length = min(1.0, 0.95 / max(np.max(-step / lam), 1e-300))
            promise = slope @ step
            while True:
                there = _smoothed(Q, h, v, u, lam + length * step, T, barrier)
                if there[0] <= now + 1e-4 * length * promise or length <= 1e-8:
                    break
                length /= 2
            if length <= 1e-8:
                break
            lam = lam + length * step
            now, slope, curve = there
            if -promise < 1e-5 * (1e-300 + abs(now)):
                break
    return lam, steps


def _smoothed(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray, T: float, barrier: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the smoothed dual, its gradient and its Hessian."""

    def piece(low: int) -> tuple[float, np.ndarray, np.ndarray]:
        q, most = Q[:, low : low + PIECE], u[low : low + PIECE]
        t = (v[low : low + PIECE] - lam @ q) / T
        e = np.exp(-np.abs(t))
        s = np.where(t > 0, 1.0, e) / (1.0 + e)
        taken = most * s
        return T * float(most @ (np.maximum(t, 0.0) + np.log1p(e))), q @ taken, (q * (taken * (1 - s) / T)) @ q.T

    parts = at_once(piece, range(0, v.size, PIECE))
    value, use, curve = (sum(part) for part in zip(*parts, strict=True))
    return (
        float(h @ lam + value - barrier * np.log(lam).sum()),
        h - use - barrier / lam,
        curve + np.diag(barrier / lam**2),
    )


def exact(
    Q: np.ndarray, slack: np.ndarray, reduced: np.ndarray, u: np.ndarray, s: np.ndarray, lam: np.ndarray
) -> Settled:
    r"""Return the optimal levels and duals of the programme as it stands at some levels and duals.

    Q may be approximate while slack and reduced worth are exact: then repeating this with slack and reduced worth
    worked out anew converges, each time by the factor of Q's relative error (iterative refinement).

    Parameters
    ----------
    Q
        ``(limits, levels)``.
    slack, reduced
        :math:`h - Q s` and :math:`v - Q^\top \lambda` at the given levels and duals.
    u, s, lam
        Upper bounds, levels and duals to start from.
    """
    limits, worth = slack.size, np.abs(reduced + lam @ Q).clip(1e-300)
    doubtful = np.zeros(u.size, bool)
    few = min(u.size, 4 * limits + 200)
    doubtful[np.argpartition(np.abs(reduced) / worth, few - 1)[:few]] = True
    for _ in range(ROUNDS):
        side = np.where(reduced > 0, u, 0.0)
        side[doubtful] = s[doubtful]
        moved = np.flatnonzero(side != s)
        left = slack - Q[:, moved] @ (side - s)[moved]
        q = Q[:, doubtful].astype(float)
        answer = _small(q, left + q @ side[doubtful], reduced[doubtful] + lam @ q, u[doubtful])
        if answer is None:
            if doubtful.all():
                break
            doubtful |= np.abs(reduced) / worth <= 2 * (np.abs(reduced) / worth)[doubtful].max()
            continue
        side[doubtful], there = answer
        change = (lam - there) @ Q
        wrong = ~doubtful & ((reduced > 0) != (reduced + change > 0)) & (np.abs(reduced + change) > 1e-12 * worth)
        if not wrong.any():
            return Settled(side, there, True)
        doubtful |= wrong
    return Settled(side, lam if answer is None else there, False)


def _small(q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Solve the programme over the levels in doubt by simplex, in its own scale, to rounding."""
    scale, worth = np.abs(q).max(axis=1).clip(1e-300), float(np.abs(v).mean()) or 1.0
    programme = LinearProblem(
        cost=-v / worth,
        matrix=sp.csr_array(-q / scale[:, None]),
        rows=-h / scale,
        lower=np.zeros(v.size),
        upper=u,
        worth=-worth,
    )
    answer = highs.solve(programme)
    if answer.status is not Status.OPTIMAL:
        return None
    return _polish(q, h, v, u, answer.z, answer.y * worth / scale)


def _polish(
    q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, s: np.ndarray, lam: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and duals to rounding: levels in part use up the binding limits, and are worth their cost."""
    part, binds = (s > 1e-9 * u) & (s < (1 - 1e-9) * u), lam > 1e-9 * lam.max(initial=0.0)
    square = q[np.ix_(binds, part)]
    s, lam = s.copy(), np.where(binds, lam, 0.0)
    s[part] += np.linalg.lstsq(square, (h - q @ s)[binds], rcond=None)[0]
    lam[binds] += np.linalg.lstsq(square.T, (v - lam @ q)[part], rcond=None)[0]
    return np.clip(s, 0.0, u), np.maximum(lam, 0.0)
