r"""A programme with many levels of concave utility and some limits, by Newton's method on its dual.

.. math:: \max_s \sum_i w_i \varphi(s_i) - q_0^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u.

At rents :math:`\lambda` every level answers for itself, :math:`s_i = \min(u_i, (w_i / q_i)^{1/\sigma})` with
:math:`q = q_0 + Q^\top \lambda`, and the dual has one variable per limit.
"""

import numpy as np
import scipy.sparse as sp

from planlab.optimisation.linear_problem import Utility
from planlab.optimisation.sifting import Limits

__all__ = ["Concave"]

STEPS = 200


class Concave:
    r"""Settles levels and rents of a concave programme from where they stand; the counterpart of `Sifting`.

    The dual is minimised inside :math:`\lambda > 0` with a barrier that falls to `ENOUGH` of all worth,

    .. math:: \min_{\lambda > 0}\ h^\top \lambda + \sum_i \max_{s_i} \bigl(w_i \varphi(s_i) - q_i s_i\bigr)
              - \mu \sum_k \log \lambda_k .

    Parameters
    ----------
    utility
        Of the levels.
    u
        Upper bounds, ``(levels,)``.
    """

    ENOUGH = 1e-13

    def __init__(self, utility: Utility, u: np.ndarray) -> None:
        self.utility, self.u = utility, u
        self.pivots = 0

    def settle(
        self,
        Q: Limits,
        slack: np.ndarray,
        reduced: np.ndarray,
        s: np.ndarray,
        lam: np.ndarray,
        open_: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray] | None:
        r"""Return the best levels and rents of the programme as it stands at some levels and rents.

        Parameters
        ----------
        Q
            The limits.
        slack, reduced
            :math:`h - Q s` and :math:`-q` at the given levels and rents.
        s, lam
            Levels and rents to start from.
        open_
            Which levels may change, ``(levels,)``; ``None``: all.

        Returns
        -------
        s, lam
            ``None`` where limits leave nothing at all.
        """
        self.open = np.ones(s.size, bool) if open_ is None else open_
        h, q_0 = slack + Q.use(np.where(self.open, s, 0.0)), -reduced - Q.charge(lam)
        if not h.size:
            return np.where(self.open, self._best(q_0), s), lam
        if (h <= 0).any():
            return None
        worth = float(self.utility.weight.sum())
        known = bool(lam.any())
        guess = worth / (h.size * h)
        lam = np.where(lam > 1e-9 * guess, lam, guess * (1e-9 if known else 1.0))
        for mu in worth / h.size * np.geomspace(1e-6 if known else 1e-2, self.ENOUGH, 4 if known else 6):
            lam = self._descend(Q, h, q_0, lam, mu)
        best = self._best(q_0 + Q.charge(lam))
        spare = h - Q.use(best)
        return np.where(self.open, best, s), np.where(spare * guess > lam * h, 0.0, lam)

    def restate(self, Q: Limits, doubtful: np.ndarray | None = None) -> None:
        """Do nothing: all that is known of limits is handed over each time."""

    def vertex(self) -> None:
        """Return that it ends at no vertex."""

    def overstepped(self, limits: int) -> np.ndarray:
        """Return that all limits are met, ``(limits,)``."""
        return np.zeros(limits, bool)

    def _best(self, q: np.ndarray) -> np.ndarray:
        """Return the open levels that are best at a charge."""
        return np.where(self.open, self.utility.best(q, self.u), 0.0)

    def _descend(self, Q: Limits, h: np.ndarray, q_0: np.ndarray, lam: np.ndarray, mu: float) -> np.ndarray:
        now, slope, curve = self._dual(Q, h, q_0, lam, mu)
        for _ in range(STEPS):
            step = -np.linalg.solve(curve + np.diag(mu / lam**2), slope)
            self.pivots += 1
            length = min(1.0, 0.95 / max(float(np.max(-step / lam)), 1e-300))
            promise = float(slope @ step)
            there = self._dual(Q, h, q_0, lam + length * step, mu)
            while not there[0] <= now + 1e-4 * length * promise and length > 1e-10:
                length /= 2
                there = self._dual(Q, h, q_0, lam + length * step, mu)
            if length <= 1e-10:
                break
            lam = lam + length * step
            now, slope, curve = there
            if -promise < 1e-3 * mu * h.size:
                break
        return lam

    def _dual(
        self, Q: Limits, h: np.ndarray, q_0: np.ndarray, lam: np.ndarray, mu: float
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the dual with its barrier, its gradient and its Hessian without the barrier."""
        q = q_0 + Q.charge(lam)
        s = self._best(q)
        value = h @ lam + self.utility.worth(s) - q @ s - mu * np.log(lam).sum()
        inside = (s < self.u) & (q > 0)
        response = np.where(inside, s / (self.utility.aversion * np.where(inside, q, 1.0)), 0.0)
        active = np.flatnonzero(response)
        columns = Q.columns(active)
        curve = columns @ sp.diags_array(response[active]) @ columns.T
        return float(value), h - Q.use(s) - mu / lam, curve.toarray()
