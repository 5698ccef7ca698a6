r"""Planning with one technique per product: as many unknown prices as there are binding limits.

Where every product has one process, balances hold with equality and activity follows from consumption,
:math:`x = B^{-1}(C s + b)` with :math:`B = M - A` in natural units. Limits :math:`G x \le g` become rows over the needs
alone,

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u, \qquad
          Q = E^\top C,\quad h = g - E^\top b,\quad B^\top E = G^\top,

with :math:`v = -(c_s + C^\top e_0)`, :math:`B^\top e_0 = c_x`: one transposed Leontief solve per limit, all together.
Capacities enter as rows when they turn out to bind. The programme over needs has one dual per row: a smoothed Newton
method gets near them, an exact linear programme over the needs whose reduced worth is near zero gives the answer.
Prices are :math:`p = e_0 + E \lambda`.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from planlab.economy.krylov import bicgstab
from planlab.mechanisms.mechanism import Status
from planlab.optimisation import highs
from planlab.optimisation.highs import Solution
from planlab.optimisation.linear_problem import LinearProblem, kkt

__all__ = ["Counts", "applies", "solve"]

BLOCK = 64
"""At most this many violated capacities become rows in one go."""

MOST_ROWS = 256
"""With more binding capacities than this the general method is the better one."""


class Counts(NamedTuple):
    """What a solution took: matrix products (of one vector each), Newton steps, limits that became rows."""

    products: int
    newton: int
    rows: int


def applies(problem: LinearProblem, processes: int, products: int) -> bool:
    """Return whether every product has one process of its own, and more of a process never hurts its product."""
    if processes != products or problem.cost.size == processes:
        return False
    B = sp.csr_array(problem.assembled()[:products, :processes])
    off = B - sp.diags_array(B.diagonal())
    consumption = problem.assembled()[:products, processes:]
    return bool(
        (B.diagonal() > 0).all()
        and (off.data <= 0).all()
        and (consumption.data <= 0).all()
        and (problem.cost[:processes] >= 0).all()
        and (problem.lower == 0).all()
        and np.isfinite(problem.upper[processes:]).all()
    )


def solve(
    problem: LinearProblem, processes: int, products: int, start: np.ndarray | None = None, tolerance: float = 1e-8
) -> tuple[Solution, Counts] | None:
    """Solve a planning problem for which `applies` holds.

    Parameters
    ----------
    problem
        In natural units, from `planlab.optimisation.planning_problem`.
    processes, products
        How many columns are activity, and how many rows are balances.
    start
        Duals of the factor limits to start from, such as last period's.
    tolerance
        Relative KKT error up to which the answer is called optimal.

    Returns
    -------
    Solution, Counts
        With the certificate recomputed from the problem; ``None`` where no plan with balances in equality exists, as
        with more stock than is needed, or where more than `MOST_ROWS` capacities bind: then take the general method.
    """
    n = products
    B = sp.csr_array(problem.assembled()[:n, :processes])
    Bt, C = sp.csr_array(B.T), sp.csr_array(-problem.assembled()[:n, processes:])
    F, r = sp.csr_array(-problem.assembled()[n:, :processes]), -problem.rows[n:]
    b, c_x, c_s = problem.rows[:n], problem.cost[:processes], problem.cost[processes:]
    u, most = problem.upper[processes:], problem.upper[:processes]
    spent = newton = 0

    def leontief(matrix, d):
        nonlocal spent
        scale = matrix.diagonal()
        done = bicgstab(sp.diags_array(1 / scale) @ matrix, d / scale[:, None], tolerance=1e-12)
        spent += done.products * d.shape[1]
        return done.x

    dense = np.column_stack([c_x, F.toarray().T])
    solved = leontief(Bt, dense)
    e_0, E, g = solved[:, 0], solved[:, 1:], r.copy()
    v = -(c_s + C.T @ e_0)
    rows, lam = np.zeros(0, int), np.zeros(r.size) if start is None else np.maximum(start, 0.0)
    known = start is not None
    while True:
        Q, h = np.asarray((C.T @ E).T), g - E.T @ b
        if (h < -1e-12 * (1 + np.abs(g))).any():
            return None
        lam, steps = _near(Q, h, v, u, lam, hot=1e-2 if known else 0.3)
        known = True
        newton += steps
        s, lam = _exact(Q, h, v, u, lam)
        x = leontief(B, (C @ s + b)[:, None])[:, 0]
        if x.min(initial=0.0) < -1e-9:
            return None
        over = (x - most) / (1 + most)
        over[rows] = -np.inf
        worst = np.argsort(-over)[:BLOCK]
        worst = worst[over[worst] > 0.01 * tolerance]
        if not worst.size:
            break
        if rows.size + worst.size > MOST_ROWS:
            return None
        unit = np.zeros((n, worst.size))
        unit[worst, np.arange(worst.size)] = 1.0
        E, g = np.column_stack([E, leontief(Bt, unit)]), np.concatenate([g, most[worst]])
        rows, lam = np.concatenate([rows, worst]), np.concatenate([lam, np.zeros(worst.size)])
    p = e_0 + E @ lam
    z, y = np.concatenate([np.clip(x, 0.0, most), s]), np.concatenate([np.maximum(p, 0.0), lam[: r.size]])
    certificate = kkt(problem, z, y)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    return Solution(z, y, status, certificate, lam[: r.size], newton), Counts(spent, newton, g.size)


def _near(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray, hot: float
) -> tuple[np.ndarray, int]:
    r"""Return duals near the optimum, by Newton's method on the smoothed dual with a falling temperature T.

    .. math:: \min_{\lambda > 0}\ h^\top \lambda + T \sum_s u_s \log(1 + e^{(v - Q^\top\lambda)_s / T})
              - T N \sum_k \log \lambda_k / k .
    """
    worth = np.abs(v).mean()
    price = worth * u.sum() / np.maximum(h, 1e-12 * max(h.max(initial=1.0), 1.0)) / h.size
    lam = np.maximum(lam, 1e-3 * price)
    steps = 0
    for T in worth * np.geomspace(hot, 1e-4, round(1 + np.log(hot / 1e-4))):
        barrier = T * u.sum() / h.size * 1e-2

        def value(at, T=T, barrier=barrier):
            return h @ at + T * (u * np.logaddexp(0.0, (v - at @ Q) / T)).sum() - barrier * np.log(at).sum()

        now = value(lam)
        for _ in range(30):
            s = expit((v - lam @ Q) / T)
            slope = h - Q @ (u * s) - barrier / lam
            curve = (Q * (u * s * (1 - s) / T)) @ Q.T + np.diag(barrier / lam**2)
            step = -np.linalg.solve(curve + 1e-14 * np.trace(curve) * np.eye(h.size), slope)
            steps += 1
            length = min(1.0, 0.95 / max(np.max(-step / lam), 1e-300))
            while length > 1e-8 and not value(lam + length * step) <= now + 1e-4 * length * (slope @ step):
                length /= 2
            if length <= 1e-8:
                break
            lam = lam + length * step
            now = value(lam)
            if -(slope @ step) < 1e-6 * (1e-300 + abs(now)):
                break
    return lam, steps


def _exact(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, lam: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the optimal levels and duals: a small programme over the needs that are in doubt, until none is wrong."""
    reduced = v - lam @ Q
    doubtful = np.zeros(v.size, bool)
    doubtful[np.argsort(np.abs(reduced) / (np.abs(v) + 1e-300))[: 3 * h.size + 50]] = True
    while True:
        s = np.where(reduced > 0, u, 0.0)
        s[doubtful] = 0.0
        scale = np.maximum(np.abs(h), 1e-300)
        worth = float(np.abs(v[doubtful]).mean())
        small = LinearProblem(
            cost=-v[doubtful] / worth,
            matrix=sp.csr_array(-Q[:, doubtful] / scale[:, None]),
            rows=-(h - Q @ s) / scale,
            lower=np.zeros(int(doubtful.sum())),
            upper=u[doubtful],
            worth=-worth,
        )
        answer = highs.solve(small)
        if answer.status is not Status.OPTIMAL:
            doubtful |= np.abs(reduced) <= 2 * np.abs(reduced[doubtful]).max()
            if doubtful.all():
                return s, lam
            continue
        s[doubtful], lam = answer.z, answer.y * worth / scale
        fixed, reduced = reduced, v - lam @ Q
        wrong = ~doubtful & ((fixed > 0) != (reduced > 0)) & (np.abs(reduced) > 1e-13 * np.abs(v))
        if not wrong.any():
            return _polish(Q, h, v, u, s, lam)
        doubtful |= wrong


def _polish(
    Q: np.ndarray, h: np.ndarray, v: np.ndarray, u: np.ndarray, s: np.ndarray, lam: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and duals to rounding: needs met in part use up the binding limits, and are worth their cost."""
    part, binds = (s > 1e-9 * u) & (s < (1 - 1e-9) * u), lam > 1e-9 * lam.max(initial=0.0)
    square = Q[np.ix_(binds, part)]
    s, lam = s.copy(), np.where(binds, lam, 0.0)
    s[part] += np.linalg.lstsq(square, (h - Q @ s)[binds], rcond=None)[0]
    lam[binds] += np.linalg.lstsq(square.T, (v - lam @ Q)[part], rcond=None)[0]
    return np.clip(s, 0.0, u), np.maximum(lam, 0.0)
