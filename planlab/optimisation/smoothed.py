r"""Duals of a programme with many bounded levels and few limits, by a smoothed dual.

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u

has one dual per limit, and few limits.
"""

from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from planlab.economy.kernels import at_once

__all__ = ["near"]

PIECE = 1 << 14
"""Levels worked on at once by one core, so that a piece stays in its cache."""

SAMPLE = 1 << 15
"""With many more levels than this the hot stages look at a sample of so many."""


WARM = 0.01
"""Temperature to start from where duals are known, relative to the mean worth of a level."""


def near(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray | None = None
) -> tuple[np.ndarray, int]:
    r"""Return duals near the optimum and the steps it took: Newton's method on the smoothed dual, T falling.

    .. math:: \min_{\lambda > 0}\ h^\top \lambda + T \sum_s u_s \log(1 + e^{(v - Q^\top\lambda)_s / T})
              - \tfrac{T}{100}\, \tfrac{\sum_s u_s}{k} \sum_k \log \lambda_k .

    Parameters
    ----------
    Q, h, v, u
        The programme: ``(limits, levels)``, ``(limits,)``, ``(levels,)`` and ``(levels,)``.
    lam
        Duals that are close already, as last period's are, ``(limits,)``; ``None``: none are known.
    """
    with _libraries().limit(limits=1, user_api="blas"):
        return _anneal(Q, h, v, u, lam)


@cache
def _libraries() -> ThreadpoolController:
    """Return the door to BLAS, whose threads would be in the way of those that work on pieces."""
    return ThreadpoolController()


def _anneal(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray | None
) -> tuple[np.ndarray, int]:
    worth = np.abs(v).mean()
    price = worth * u.sum() / np.maximum(h, 1e-12 * max(h.max(initial=1.0), 1.0)) / h.size
    hot, steps = (0.3, 0) if lam is None else (WARM, 0)
    lam = 1e-3 * price if lam is None else np.maximum(lam, 1e-3 * price)
    if v.size > 2 * SAMPLE and hot > WARM:
        large = ((Q * u) > 1e-3 * h[:, None]).any(axis=0)
        drawn = np.random.default_rng(0).choice(np.flatnonzero(~large), SAMPLE, replace=False)
        weight = np.concatenate([np.ones(large.sum()), np.full(SAMPLE, (v.size - large.sum()) / SAMPLE)])
        kept = np.concatenate([np.flatnonzero(large), drawn])
        part = np.ascontiguousarray(Q[:, kept])
        lam, steps = _cool(part, h, v[kept], u[kept] * weight, lam, worth * np.geomspace(hot, 1e-2, 5))
        hot = 1e-2
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
