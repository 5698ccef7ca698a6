r"""Which processes are held at a bound, and which bounds are limits: an active set that needs few limits.

Most bounds that bind are local. Where a product has needs of its own and its process is at capacity or idle, what there
is of it goes to those needs, and its price is the worth of the last one met (`planlab.optimisation.own_needs`):
activity and price are *held*, and the product's row and column leave the programme. A product with more stock than is
needed is held at nothing and its price is nothing. What is left, capacities of products whose price only their users
can tell, are limits :math:`\pm x_j \le g_j` of the programme over needs, with a dual each; so is what turns from held
to elastic and back again and again.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.optimisation.capacity_rows import FAINT, FAINTER, CapacityRows
from planlab.optimisation.elimination import Elimination
from planlab.optimisation.own_needs import Filled, OwnNeeds

__all__ = ["Holding", "Standing"]

TURNS, SHIFTS = 4, 6
"""How often a product may turn between held and elastic, and the need that prices it may shift, before its bound is a
limit."""

MOVABLE = 0.5
"""A limit is left to the programme where elastic uses are enough to meet it with this part of them."""


class Standing(NamedTuple):
    """Where a refinement stands: activity, what there is for own needs, prices, how dear activity is, what is met."""

    x: np.ndarray
    a: np.ndarray
    p: np.ndarray
    dear: np.ndarray
    filled: Filled


class Holding:
    """The active set.

    Parameters
    ----------
    of, needs
        The equations, and the products' own needs.
    barred
        Which products cannot be had at all and stay held at nothing, ``(products,)``.

    Attributes
    ----------
    at
        1: held at capacity; -1: held at nothing; 0: elastic, ``(products,)``.
    limits, side
        Processes whose bounds are limits, and 1 for capacity or -1 for nothing.
    rows
        Of the limits.
    faint
        What each limit's row leaves out (`CapacityRows.taken`).
    """

    def __init__(self, of: Elimination, needs: OwnNeeds, barred: np.ndarray) -> None:
        n = of.most.size
        self.of, self.needs, self.rows = of, needs, CapacityRows(of)
        self.barred, self.at = barred, np.where(barred, -1, 0).astype(np.int8)
        self.turns, self.shifts = np.zeros(n, np.int8), np.zeros(n, np.int8)
        self.last, self.limited, self.over = np.full(n, -1), np.zeros((2, n), bool), np.zeros((2, n), bool)
        self.limits, self.side, self.faint = np.zeros(0, int), np.zeros(0), np.zeros(0)

    def resume(self, at: np.ndarray, limits: np.ndarray, side: np.ndarray) -> None:
        """Begin with what was held and limited in an earlier, similar problem."""
        possible = (at > 0) & np.isfinite(self.of.most) | (at < 0)
        self.at = np.where(self.barred, -1, np.where(possible, at, 0)).astype(np.int8)
        kept = ~self.barred[limits]
        limits, side = limits[kept], side[kept]
        self.at[limits] = 0
        self.limits, self.side, self.faint = limits, side, np.full(limits.size, FAINT)
        self.limited[1, limits[side > 0]] = True
        self.limited[0, limits[side < 0]] = True

    @property
    def elastic(self) -> np.ndarray:
        """Which products are not held, ``(products,)``."""
        return self.at == 0

    @property
    def open(self) -> np.ndarray:
        """Which levels are for the programme to choose: all but those of held products, ``(levels,)``."""
        return (self.needs.product < 0) | self.elastic[self.needs.product]

    def of_levels(self) -> sp.csc_array:
        """Return what a unit of each level takes of each limit, ``(limits, levels)``."""
        rows = self.rows.of_levels(self.limits, self.faint)
        rows.data *= np.repeat(self.side, np.diff(rows.indptr))
        return sp.csc_array(rows)

    def room(self, x: np.ndarray) -> np.ndarray:
        """Return what activity leaves of the limits, ``(limits,)``."""
        at = x[self.limits]
        return np.where(self.side > 0, self.of.most[self.limits] - at, at)

    def quiet(self, x: np.ndarray) -> bool:
        """Return whether nothing is held and no activity is out of its bounds."""
        return bool(self.elastic.all() and (x >= 0).all() and (x <= self.of.most).all())

    def regroup(self, now: Standing, tolerance: float, overstepped: np.ndarray) -> tuple[int, int]:
        """Hold and release products and add limits as things stand; return how many did so, and how many limits came.

        Parameters
        ----------
        now
            Worked out exactly.
        tolerance
            By which part of itself, or of a unit, an activity must overstep a bound.
        overstepped
            Which limits the programme could not meet, ``(limits,)``.
        """
        of, at = self.of, self.at.copy()
        over = self.elastic & ~self.limited[1] & (now.x > of.most * (1 + tolerance))
        under = self.elastic & ~self.limited[0] & (now.x < -tolerance) & (of.b < 0)
        steady = self.turns < TURNS
        up, down = over & steady & self._priced_at_capacity(now), under & steady & self._priced_at_nothing(now)
        at[up], at[down] = 1, -1
        movable = of.most > 0
        at[(self.at > 0) & ((movable & (now.dear > 1e-12)) | (now.a <= 0))] = 0
        at[(self.at < 0) & ((movable & (now.dear < -1e-12)) | (now.a < -1e-12))] = 0
        restless = self._shift(now.filled)
        at[restless] = 0
        most, least = (over & ~up) | (restless & (self.at > 0)), (under & ~down) | (restless & (self.at < 0))
        most, least = self._lasting(most, least, at)
        users = self._users_needed(most, at, now) | self._users_behind(overstepped, at)
        at[users] = 0
        at[self.barred] = -1
        dull = overstepped & (self.faint > FAINTER)
        self.faint[dull] = FAINTER
        changed, limits = self._turn(at, most | users, least)
        return changed + int(dull.sum()), limits

    def _lasting(self, most: np.ndarray, least: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which bounds were overstepped the time before too, unless nothing else changes."""
        before, self.over = self.over, np.stack([least, most])
        if (at == self.at).all():
            return most, least
        return most & before[1], least & before[0]

    def _priced_at_capacity(self, now: Standing) -> np.ndarray:
        """Return whose own needs would price it at least as now if it were made up to capacity."""
        of = self.of
        if of.utility is not None:
            return np.zeros(now.x.size, bool)
        most = np.where(np.isfinite(of.most), of.most, now.x)
        there = now.a - of.own * (now.x - most)
        return ~self.limited[0] & (there > 0) & (self.needs.fill(there).price >= now.p)

    def _priced_at_nothing(self, now: Standing) -> np.ndarray:
        """Return what can be held at nothing: by what own needs pay, or as there is enough for all of them."""
        if self.of.utility is None:
            return ~self.limited[1]
        return now.a - self.of.own * now.x >= self.needs.total

    def _shift(self, filled: Filled) -> np.ndarray:
        """Count how often the need that prices a held product changes; return where it does so too often."""
        held = ~self.elastic
        self.shifts += held & (filled.last != self.last)
        self.last = np.where(held, filled.last, self.last)
        return held & (self.shifts > SHIFTS) & ~self.barred

    def _users_needed(self, most: np.ndarray, at: np.ndarray, now: Standing) -> np.ndarray:
        """Return the products held at capacity that use what is limited, where others' uses are too few."""
        of, x = self.of, now.x
        tight = np.unique(np.concatenate([np.flatnonzero(most), self.limits[self.room_short(x)]]))
        users = np.zeros(x.size, bool)
        if tight.size:
            uses, elastic = of.matrix.by_product.csr[tight], np.where(at == 0, x, 0.0)
            movable = np.maximum(now.a[tight], 0.0) + of.own[tight] * elastic[tight] - uses @ elastic
            helpless = of.own[tight] * (x - of.most)[tight] > MOVABLE * movable
            users[uses[helpless].indices] = True
        return users & (at > 0)

    def _users_behind(self, overstepped: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return the products held at capacity on which limits depend, through whatever supply chain."""
        users = np.zeros(at.size, bool)
        if (stuck := np.flatnonzero(overstepped & (self.side > 0))).size:
            of = self.of
            takes = self.rows.taken(self.limits[stuck], self.faint[stuck]) @ of.matrix.by_product.csr
            users[takes.indices[takes.data < 0]] = True
        return users & (at > 0)

    def room_short(self, x: np.ndarray) -> np.ndarray:
        """Return which limits on capacity are overstepped."""
        return (self.side > 0) & (self.room(x) < -1e-7)

    def _turn(self, at: np.ndarray, most: np.ndarray, least: np.ndarray) -> tuple[int, int]:
        most, least = most & ~self.limited[1], least & ~self.limited[0]
        turned = at != self.at
        self.turns += turned
        self.at = at
        new = np.concatenate([np.flatnonzero(most), np.flatnonzero(least)])
        self.limited[1] |= most
        self.limited[0] |= least
        self.limits = np.concatenate([self.limits, new])
        self.side = np.concatenate([self.side, np.ones(most.sum()), -np.ones(least.sum())])
        self.faint = np.concatenate([self.faint, np.full(new.size, FAINT)])
        return int(turned.sum()) + new.size, new.size
