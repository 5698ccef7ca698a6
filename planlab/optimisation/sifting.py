r"""A programme with many bounded levels and some limits, exactly: only levels whose reduced worth is near zero matter.

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from planlab.optimisation import highs

__all__ = ["Limits", "Sifting"]

DEVEX = 1
"""HiGHS' pricing whose weights cost nothing to begin with: models grow often and each time need few pivots."""

MANY, OWN = 50, 0.7
"""Where at least MANY capacities become limits at once, those of which one level takes nearly the most, an OWN part,
are taken to be used up by it to begin with."""

ROUNDS = 60
"""How often levels may be taken into doubt before the last answer has to do."""


@dataclass(frozen=True)
class Limits:
    r"""Rows of :math:`Q`: those of the factors, which every level draws on, and those of capacities, which few do.

    Parameters
    ----------
    dense
        ``(factors, levels)``, in 32 bits.
    sparse
        ``(capacities, levels)``, by columns.
    """

    dense: np.ndarray
    sparse: sp.csc_array

    def with_capacities(self, rows: sp.csr_array) -> "Limits":
        """Return the limits with more capacities."""
        return Limits(self.dense, sp.vstack([self.sparse, rows], format="csc"))

    def use(self, s: np.ndarray) -> np.ndarray:
        """Return :math:`Q s`."""
        return np.concatenate([self.dense @ s, self.sparse @ s])

    def charge(self, lam: np.ndarray) -> np.ndarray:
        r"""Return :math:`Q^\top \lambda`."""
        factors = self.dense.shape[0]
        return lam[:factors] @ self.dense + self.sparse.T @ lam[factors:]

    def columns(self, levels: np.ndarray) -> sp.csc_array:
        """Return some levels' columns."""
        return sp.vstack([sp.csc_array(self.dense[:, levels], dtype=float), self.sparse[:, levels]], format="csc")


class Sifting:
    r"""The programme over the levels in doubt, held by HiGHS and grown as more come into doubt or more limits bind.

    Q may be approximate while slack and reduced worth are exact: then repeating `settle` with slack and reduced worth
    worked out anew converges, each time by the factor of Q's relative error (iterative refinement).

    Parameters
    ----------
    worth
        The cost's natural unit.
    u
        Upper bounds, ``(levels,)``.
    """

    def __init__(self, worth: float, u: np.ndarray) -> None:
        self.worth, self.u = worth, u
        self.doubtful = np.zeros(u.size, bool)
        self.levels, self.scale = np.zeros(0, int), np.zeros(0)
        self.model, self.pivots = _model(), 0
        self.started, self.without = 0, None

    def restate(self, Q: Limits) -> None:
        """Put limits that are known more sharply in the place of those held; levels in doubt and basis stay."""
        basis, none = self.model.getBasis(), np.zeros(self.levels.size)
        self.model, self.scale = _model(), np.zeros(0)
        places = np.zeros(self.levels.size, np.int32)
        self.model.addCols(self.levels.size, none, none, self.u[self.levels], 0, places, places[:0], none[:0])
        self._limit(Q)
        self.model.setBasis(basis)

    def settle(
        self, Q: Limits, slack: np.ndarray, reduced: np.ndarray, s: np.ndarray, lam: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray] | None:
        r"""Return the optimal levels and duals of the programme as it stands at some levels and duals.

        Parameters
        ----------
        Q
            The limits; those of earlier calls come first.
        slack, reduced
            :math:`h - Q s` and :math:`v - Q^\top \lambda` at the given levels and duals.
        s, lam
            Levels and duals to start from.

        Returns
        -------
        s, lam
            ``None`` where HiGHS gives no answer.
        """
        self._limit(Q)
        side = np.where(reduced > 0, self.u, 0.0)
        if not self.levels.size:
            slack, s = slack - Q.use(side - s), side
            few = min(s.size, 4 * slack.size + 200)
            self._doubt(Q, np.argpartition(np.abs(reduced) / np.abs(reduced + Q.charge(lam)), few - 1)[:few])
        self._doubt(Q, np.flatnonzero(side != s))
        self._relieve(Q, slack, s)
        self._use_up(Q.dense.shape[0])
        for _ in range(ROUNDS):
            spare = np.maximum(slack + self.q @ s[self.levels], 0.0)  # coarse rows may not know all who use them
            answer = self._solve(reduced[self.levels] + lam @ self.q, spare)
            if answer is None:
                return None
            part, there = answer
            change = Q.charge(lam - there)
            wrong = (reduced > 0) != (reduced + change > 0)
            wrong &= np.abs(reduced + change) > 1e-12 * self.worth
            if not self._doubt(Q, np.flatnonzero(wrong)):
                break
        s = s.copy()
        s[self.levels] = part
        return s, there

    def _limit(self, Q: Limits) -> None:
        """Give the model rows for limits it does not have yet."""
        known, limits = self.scale.size, Q.dense.shape[0] + Q.sparse.shape[0]
        if known == limits:
            return
        factor = np.abs(Q.dense).max(axis=1)
        capacity = abs(Q.sparse).max(axis=1).toarray().ravel()
        self.scale = np.concatenate([factor, capacity]).clip(1e-300)
        self.q = Q.columns(self.levels)
        rows = sp.csr_array(sp.csr_array(self.q)[known:])
        rows.data /= np.repeat(self.scale[known:], np.diff(rows.indptr))
        free = np.full(limits - known, highs.INFINITY)
        self.model.addRows(limits - known, -free, free, rows.nnz, rows.indptr[:-1], rows.indices, rows.data)

    def _doubt(self, Q: Limits, levels: np.ndarray) -> bool:
        """Take levels into the model; return whether there were any new ones."""
        new = levels[~self.doubtful[levels]]
        if not new.size:
            return False
        self.doubtful[new] = True
        self.levels = np.concatenate([self.levels, new])
        columns = Q.columns(new)
        self.q = sp.hstack([self.q, columns], format="csc")
        scaled = columns.data / self.scale[columns.indices]
        zero = np.zeros(new.size)
        self.model.addCols(new.size, zero, zero, self.u[new], columns.nnz, columns.indptr[:-1], columns.indices, scaled)
        return True

    def _relieve(self, Q: Limits, slack: np.ndarray, s: np.ndarray) -> None:
        """Take in the levels that use most of a limit which those not in doubt leave too little of."""
        spare = slack + self.q @ s[self.levels]
        short = np.flatnonzero(spare < 0)
        factors = Q.dense.shape[0]
        rows = sp.csr_array(Q.sparse)
        wanted = []
        for limit in short:
            if limit < factors:
                levels = np.arange(s.size)
                use = Q.dense[limit] * s
            else:
                part = slice(*rows.indptr[limit - factors : limit - factors + 2])
                levels = rows.indices[part].astype(int)
                use = rows.data[part] * s[levels]
            use = np.where(self.doubtful[levels], 0.0, use)
            order = np.argsort(-use)
            enough = int(np.searchsorted(np.cumsum(use[order]), -2 * spare[limit])) + 1
            wanted.append(levels[order[:enough][use[order[:enough]] > 0]])
        if wanted:
            self._doubt(Q, np.unique(np.concatenate(wanted)))

    def _use_up(self, factors: int) -> None:
        """Let simplex begin with new capacities used up, each by the level that takes most of it."""
        first, limits = max(self.started, factors), self.scale.size
        self.started = limits
        if limits - first < MANY:
            return
        from highspy import HighsBasisStatus as Status

        basis = self.model.getBasis()
        columns, rows = list(basis.col_status), list(basis.row_status)
        new = sp.coo_array(sp.csr_array(self.q)[first:])
        row, level, part = new.row + first, new.col, new.data / self.scale[new.row + first]
        outside = np.array([status != Status.kBasic for status in columns])
        able = np.flatnonzero((part > OWN) & outside[level])
        able = able[np.argsort(-part[able], kind="stable")]
        able = able[np.unique(row[able], return_index=True)[1]]
        able = able[np.unique(level[able], return_index=True)[1]]
        for k, j in zip(row[able].tolist(), level[able].tolist(), strict=True):
            rows[k], columns[j] = Status.kUpper, Status.kBasic
        self.without = self.model.getBasis()
        basis.col_status, basis.row_status = columns, rows
        self.model.setBasis(basis)

    def _solve(self, v: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        model, limits, levels = self.model, h.size, v.size
        model.changeColsCost(levels, np.arange(levels, dtype=np.int32), -v / self.worth)
        free = np.full(limits, -highs.INFINITY)
        model.changeRowsBounds(limits, np.arange(limits, dtype=np.int32), free, h / self.scale)
        model.run()
        if not highs.optimal(model) and self.without is not None:
            model.setBasis(self.without)
            model.run()
        self.without = None
        if not highs.optimal(model):
            return None
        self.pivots += model.getInfo().simplex_iteration_count
        answer = model.getSolution()
        s = np.clip(np.array(answer.col_value), 0.0, self.u[self.levels])
        return s, np.maximum(-np.array(answer.row_dual) * self.worth / self.scale, 0.0)


def _model() -> Any:
    model = highs.empty()
    model.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
    return model
