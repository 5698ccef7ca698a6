"""Linear programmes in rational arithmetic: what the numbers of a small economy say, without any rounding."""

from fractions import Fraction
from typing import Any

import numpy as np

from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["optimum", "shortfall"]

PIVOTS = 500
"""After so many steps from the basis of a simplex method in floats, no optimum is claimed."""


def shortfall(linear: LinearProblem, z: np.ndarray) -> Fraction:
    """Return the largest part of its own flow by which a row falls short, or a column lies outside its bounds.

    Parameters
    ----------
    linear
        A programme; its floats are taken for the exact numbers that they are.
    z
        Quantities, ``(columns,)``.
    """
    G, point = linear.assembled(), [Fraction(value) for value in z.tolist()]
    worst = Fraction(0)
    for i, (asked, wanted) in enumerate(zip(linear.rows.tolist(), linear.wanted.tolist(), strict=True)):
        entries = _row(G, i)
        missing = Fraction(asked) - sum(value * point[j] for j, value in entries)
        flow = max(sum(abs(value) * point[j] for j, value in entries), Fraction(wanted)) + max(Fraction(asked), 0)
        worst = max(worst, _part(missing, flow))
    for at, low, top in zip(point, linear.lower.tolist(), linear.upper.tolist(), strict=True):
        worst = max(worst, _part(Fraction(low) - at, abs(at)))
        if np.isfinite(top):
            worst = max(worst, _part(at - Fraction(top), abs(at)))
    return worst


def _part(missing: Fraction, whole: Fraction) -> Fraction:
    return missing / whole if missing > 0 and whole else Fraction(missing > 0)


def _row(G: Any, i: int) -> list[tuple[int, Fraction]]:
    span = slice(G.indptr[i], G.indptr[i + 1])
    return [(j, Fraction(value)) for j, value in zip(G.indices[span].tolist(), G.data[span].tolist(), strict=True)]


def optimum(problem: PlanningProblem) -> Fraction | None:
    """Return the exact optimum of a planning problem's objective, stated in the economy's own numbers.

    HiGHS' basis is solved in fractions, and where it is not optimal to the last digit, criss-cross pivots go on from
    there (Terlaky 1985). Lower bounds have to be zero.

    Returns
    -------
    Fraction or None
        ``None`` where the basis leads to no optimum within `PIVOTS`, such as where there is none.
    """
    basis = highs.solve(problem.linear).basis
    if basis is None:
        return None
    table = _Table(problem.stated)
    table.enter([int(at) for at in basis.col_status], [int(at) for at in basis.row_status])
    value = table.solved()
    return None if value is None else Fraction(problem.stated.worth) * value


class _Table:
    """The dictionary of a basis: what is basic, and the objective, as affine functions of what is not."""

    def __init__(self, linear: LinearProblem) -> None:
        m, n = linear.rows.size, linear.cost.size
        G = linear.assembled()
        self.top = [Fraction(top) if np.isfinite(top) else None for top in linear.upper.tolist()] + [None] * m
        self.outside, self.inside = list(range(n)), list(range(n, n + m))
        self.rows = [[Fraction(0)] * n for _ in range(m)]
        for i, row in enumerate(self.rows):
            for j, value in _row(G, i):
                row[j] = value
        self.at = [-Fraction(value) for value in linear.rows.tolist()]
        self.gain = [Fraction(value) for value in linear.cost.tolist()]
        self.value = Fraction(0)

    def enter(self, columns: list[int], rows: list[int]) -> None:
        """Go to a basis of HiGHS: 1 is basic, 2 at the upper bound."""
        for j, status in enumerate(columns):
            if status == 2 and self.top[j] is not None:
                self._mirror_outside(j)
        tight = {i for i, status in enumerate(rows) if status != 1}
        for j, status in enumerate(columns):
            if status == 1 and tight:
                i = max(tight, key=lambda i: abs(self.rows[i][j]))
                if self.rows[i][j]:
                    self._pivot(i, j)
                    tight.remove(i)

    def solved(self) -> Fraction | None:
        """Pivot by least index until nothing is out of bounds and nothing gains."""
        for _ in range(PIVOTS):
            for i, (name, at) in enumerate(zip(self.inside, self.at, strict=True)):
                if (top := self.top[name]) is not None and at > top:
                    self._mirror_inside(i)
            low = min((name for name, at in zip(self.inside, self.at, strict=True) if at < 0), default=None)
            dear = min((name for name, gain in zip(self.outside, self.gain, strict=True) if gain < 0), default=None)
            if low is None and dear is None:
                return self.value
            if dear is None or (low is not None and low < dear):
                i = self.inside.index(low)
                ways = [(name, j) for j, name in enumerate(self.outside) if self.rows[i][j] > 0]
                if not ways:
                    return None
                self._pivot(i, min(ways)[1])
            else:
                j = self.outside.index(dear)
                ways = [(name, i) for i, name in enumerate(self.inside) if self._blocks(i, j)]
                if not ways:
                    if self.top[dear] is None:
                        return None
                    self._mirror_outside(j)
                    continue
                i = min(ways)[1]
                if self.rows[i][j] > 0:
                    self._mirror_inside(i)
                self._pivot(i, j)
        return None

    def _blocks(self, i: int, j: int) -> bool:
        pull = self.rows[i][j]
        return pull < 0 or (pull > 0 and self.top[self.inside[i]] is not None)

    def _pivot(self, i: int, j: int) -> None:
        row, over = self.rows[i], self.rows[i][j]
        new = [-value / over if value else value for value in row]
        new[j], start = 1 / over, -self.at[i] / over
        places = [k for k, value in enumerate(new) if value and k != j]
        for k, other in enumerate(self.rows):
            if k != i and (times := other[j]):
                for place in places:
                    other[place] += times * new[place]
                other[j] = times * new[j]
                self.at[k] += times * start
        if times := self.gain[j]:
            for place in places:
                self.gain[place] += times * new[place]
            self.gain[j] = times * new[j]
            self.value += times * start
        self.rows[i], self.at[i] = new, start
        self.inside[i], self.outside[j] = self.outside[j], self.inside[i]

    def _mirror_outside(self, j: int) -> None:
        """Measure a quantity that is not basic from its upper bound."""
        top = self.top[self.outside[j]]
        assert top is not None
        for k, row in enumerate(self.rows):
            if row[j]:
                self.at[k] += row[j] * top
                row[j] = -row[j]
        self.value += self.gain[j] * top
        self.gain[j] = -self.gain[j]

    def _mirror_inside(self, i: int) -> None:
        """Measure a basic quantity from its upper bound."""
        top = self.top[self.inside[i]]
        assert top is not None
        self.at[i] = top - self.at[i]
        self.rows[i] = [-value for value in self.rows[i]]
