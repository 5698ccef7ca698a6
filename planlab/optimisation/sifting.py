r"""A programme with many bounded levels and some limits, exactly: only levels whose reduced worth is near zero matter.

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u.
"""

from dataclasses import dataclass
from time import perf_counter
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

DEAR, DEAREST = 100.0, 1e6
"""What overstepping a limit costs at first, by as much as one level takes at most, over what a level is worth; and
after it was overstepped."""

GROWTH = 4
"""By how many times the levels in doubt may become more at once: duals found among few of many levels that are worth
nearly the same can put nearly all others on the wrong side."""

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
    worked out anew converges, each time by the factor of Q's relative error (iterative refinement). A limit that no
    choice can meet is overstepped, at a price no user of it would pay; next time it costs much more.

    Parameters
    ----------
    worth
        The cost's unit.
    u
        Upper bounds, ``(levels,)``.
    end
        When to give up, as `time.perf_counter` has it.
    """

    def __init__(self, worth: float, u: np.ndarray, end: float = np.inf) -> None:
        self.worth, self.u, self.end = worth, u, end
        self.doubtful, self.open = np.zeros(u.size, bool), np.ones(u.size, bool)
        self.levels, self.places = np.zeros(0, int), np.zeros(0, np.int32)
        self.scale, self.over, self.dear = np.zeros(0), np.zeros(0, np.int32), np.zeros(0)
        self.model, self.pivots, self.columns = _model(), 0, 0
        self.started, self.without = 0, None

    def restate(self, Q: Limits, doubtful: np.ndarray | None = None) -> None:
        """Put limits that are known better, and new ones after them, in the place of those held.

        Levels in doubt stay so, and with them the basis; more may come into doubt.
        """
        levels, columns, rows, dear = self.levels, *self._statuses(), self.dear
        self.model, self.columns, self.scale = _model(), 0, np.zeros(0)
        self.places, self.over, self.dear = self.places[:0], self.over[:0], dear[:0]
        self.doubtful[:], self.levels = False, levels[:0]
        self._limit(Q)
        self.dear[: dear.size] = dear
        self._doubt(Q, levels)
        self._resume(columns, rows)
        if doubtful is not None:
            self._doubt(Q, doubtful)

    def settle(
        self,
        Q: Limits,
        slack: np.ndarray,
        reduced: np.ndarray,
        s: np.ndarray,
        lam: np.ndarray,
        open_: np.ndarray | None = None,
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
        open_
            Which levels may change, ``(levels,)``; ``None``: all.

        Returns
        -------
        s, lam
            ``None`` where HiGHS gives no answer, or none in time.
        """
        self._limit(Q)
        self.open = np.ones(s.size, bool) if open_ is None else open_
        side = np.where(self.open, np.where(reduced > 0, self.u, 0.0), s)
        if not self.levels.size:
            slack, s = slack - Q.use(side - s), side
            few = min(s.size, 4 * slack.size + 200)
            doubt = np.where(self.open, _doubt(reduced, Q.charge(lam)), np.inf)
            self._doubt(Q, np.argpartition(doubt, few - 1)[:few])
        self._doubt(Q, np.flatnonzero(side != s))
        self._relieve(Q, slack, s)
        self._use_up(Q.dense.shape[0])
        for _ in range(ROUNDS):
            spare = slack + self.q @ s[self.levels]
            answer = self._solve(reduced[self.levels] + lam @ self.q, spare, s[self.levels])
            if answer is None:
                return None
            part, there = answer
            change = Q.charge(lam - there)
            wrong = self.open & ((reduced > 0) != (reduced + change > 0))
            wrong &= np.abs(reduced + change) > 1e-12 * self.worth
            if not self._doubt(Q, self._nearest(Q, np.flatnonzero(wrong), reduced, lam)):
                break
        self.dear = np.where(self.unmet, DEAREST, self.dear)
        s = s.copy()
        s[self.levels] = part
        return s, there

    def _nearest(self, Q: Limits, levels: np.ndarray, reduced: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Return of levels those that were most in doubt at the start, as many as may be taken in at once."""
        most = GROWTH * self.levels.size
        if levels.size <= most:
            return levels
        return levels[np.argpartition(_doubt(reduced, Q.charge(lam))[levels], most - 1)[:most]]

    def vertex(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the levels between their bounds and the limits used up; ``None`` where limits are overstepped."""
        from highspy import HighsBasisStatus as Status

        columns, rows = self._statuses()
        basic = np.array([status == Status.kBasic for status in columns])
        between, over = np.split(basic, [self.levels.size])
        tight = np.flatnonzero([status != Status.kBasic for status in rows])
        return None if over.any() or between.sum() != tight.size else (self.levels[between], tight)

    def overstepped(self, limits: int) -> np.ndarray:
        """Return which limits the last answer could not meet, ``(limits,)``."""
        return self.unmet

    def _limit(self, Q: Limits) -> None:
        """Give the model rows for limits it does not have yet, and to each a column by which it can be overstepped."""
        known, limits = self.scale.size, Q.dense.shape[0] + Q.sparse.shape[0]
        if known == limits:
            return
        factor = np.abs(Q.dense).max(axis=1, initial=0.0)
        capacity = abs(Q.sparse).max(axis=1).toarray().ravel()
        scale = np.concatenate([factor, capacity])
        self.scale = np.where(scale > 0, scale, 1.0)
        self.q, new = Q.columns(self.levels), limits - known
        rows = sp.csr_array(sp.csr_array(self.q)[known:])
        rows.data /= np.repeat(self.scale[known:], np.diff(rows.indptr))
        free = np.full(new, highs.INFINITY)
        self.model.addRows(new, -free, free, rows.nnz, rows.indptr[:-1], self.places[rows.indices], rows.data)
        at, nothing = np.arange(known, limits, dtype=np.int32), np.zeros(new)
        self.model.addCols(new, nothing, nothing, free, new, np.arange(new, dtype=np.int32), at, -np.ones(new))
        self.over = np.concatenate([self.over, self._placed(new)])
        self.dear = np.concatenate([self.dear, np.full(new, DEAR)])

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
        self.places = np.concatenate([self.places, self._placed(new.size)])
        return True

    def _placed(self, new: int) -> np.ndarray:
        """Return the places of so many columns that were just added to the model."""
        self.columns += new
        return np.arange(self.columns - new, self.columns, dtype=np.int32)

    def _statuses(self) -> tuple[list[Any], list[Any]]:
        """Return the basis: of the levels in doubt, then of overstepping; and of the limits."""
        basis = self.model.getBasis()
        columns = list(basis.col_status)
        return [columns[k] for k in (*self.places, *self.over)], list(basis.row_status)

    def _resume(self, columns: list[Any], rows: list[Any]) -> None:
        """Begin with a basis of the same levels and the first limits; of further limits nothing is used up."""
        from highspy import HighsBasisStatus as Status

        basis, statuses = self.model.getBasis(), [Status.kLower] * self.columns
        for place, status in zip((*self.places, *self.over), columns, strict=False):
            statuses[place] = status
        basis.col_status, basis.row_status = statuses, rows + [Status.kBasic] * (self.scale.size - len(rows))
        self.model.setBasis(basis)

    def _relieve(self, Q: Limits, slack: np.ndarray, s: np.ndarray) -> None:
        """Take in the levels that use most of a limit which those not in doubt leave too little of."""
        spare = slack + self.q @ s[self.levels]
        factors, rows, wanted = Q.dense.shape[0], sp.csr_array(Q.sparse), []
        for limit in np.flatnonzero(spare < 0):
            if limit < factors:
                levels = np.arange(s.size)
                use = Q.dense[limit] * s
            else:
                part = slice(*rows.indptr[limit - factors : limit - factors + 2])
                levels = rows.indices[part].astype(int)
                use = rows.data[part] * s[levels]
            use = np.where(self.doubtful[levels] | ~self.open[levels], 0.0, use)
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
        outside = np.array([columns[k] != Status.kBasic for k in self.places]) & self.open[self.levels]
        able = np.flatnonzero((part > OWN) & outside[level])
        able = able[np.argsort(-part[able], kind="stable")]
        able = able[np.unique(row[able], return_index=True)[1]]
        able = able[np.unique(level[able], return_index=True)[1]]
        for k, j in zip(row[able].tolist(), level[able].tolist(), strict=True):
            rows[k], columns[self.places[j]] = Status.kUpper, Status.kBasic
        self.without = self.model.getBasis()
        basis.col_status, basis.row_status = columns, rows
        self.model.setBasis(basis)

    def _solve(self, v: np.ndarray, h: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the levels in doubt and the duals at their best."""
        model, limits, may = self.model, h.size, self.open[self.levels]
        least, most = np.where(may, 0.0, s), np.where(may, self.u[self.levels], s)
        model.changeColsCost(v.size, self.places, -v / self.worth)
        model.changeColsBounds(v.size, self.places, least, most)
        model.changeColsCost(limits, self.over, self.dear)
        free = np.full(limits, -highs.INFINITY)
        model.changeRowsBounds(limits, np.arange(limits, dtype=np.int32), free, h / self.scale)
        highs.run(model, self.end - perf_counter())
        if not highs.optimal(model) and self.without is not None:
            model.setBasis(self.without)
            highs.run(model, self.end - perf_counter())
        self.without = None
        if not highs.optimal(model):
            model.clearSolver()
            highs.run(model, self.end - perf_counter())
        if (answer := highs.answer(model, limits)) is None:
            return None
        self.pivots += model.getInfo().simplex_iteration_count
        z, y = answer
        self.unmet = z[self.over] > 1e-9
        lam = np.maximum(-y * self.worth / self.scale, 0.0)
        return np.clip(z[self.places], least, most), lam


def _doubt(reduced: np.ndarray, charge: np.ndarray) -> np.ndarray:
    """Return how near levels are to being worth just what they are charged, as a part of their worth."""
    with np.errstate(over="ignore"):
        return np.abs(reduced) / np.maximum(np.abs(reduced + charge), 1e-300)


def _model() -> Any:
    model = highs.empty()
    model.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
    return model
