r"""Products whose activity is held at a bound: what there is of them goes to their own needs, the most pressing first.

Of a product with :math:`a` to give away, needs are met in the order of their worth per unit. The last that is met is
met in part, and its worth per unit is the product's price; where there is enough for all, the rest is put aside and the
price is nothing.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

__all__ = ["Filled", "OwnNeeds"]


class Filled(NamedTuple):
    """Levels met ``(levels,)``, and by product the price and the level that was met last (-1: put aside)."""

    s: np.ndarray
    price: np.ndarray
    last: np.ndarray


class OwnNeeds:
    r"""The levels of consumption that take of one product alone, by product and by worth.

    Parameters
    ----------
    consumption
        :math:`C`, ``(products, levels)``.
    worth
        Of a unit of each level, ``(levels,)``.
    u
        Upper bounds, ``(levels,)``.

    Attributes
    ----------
    product
        The product of which a level takes, -1 for levels that take of several, ``(levels,)``.
    total
        What the own needs of each product take in full, ``(products,)``.
    """

    def __init__(self, consumption: sp.csc_array, worth: np.ndarray, u: np.ndarray) -> None:
        products, levels = consumption.shape
        alone = np.flatnonzero(np.diff(consumption.indptr) == 1)
        place = consumption.indptr[alone]
        self.product = np.full(levels, -1)
        self.product[alone] = consumption.indices[place]
        take, per_unit = consumption.data[place], worth[alone] / consumption.data[place]
        order = np.lexsort((-per_unit, self.product[alone]))
        self._level, self._of = alone[order], self.product[alone[order]]
        self._take, self._per_unit, self._u = take[order], per_unit[order], u[alone[order]]
        need = self._take * self._u
        self.total = np.bincount(self._of, need, minlength=products)
        through = np.cumsum(need)
        first = np.searchsorted(self._of, np.arange(products))
        start = np.concatenate([[0.0], through])[first]
        self._before = through - need - start[self._of]
        self._levels = levels

    def fill(self, a: np.ndarray) -> Filled:
        """Return what is met of every product's own needs if there is so much of it to give away, ``(products,)``."""
        met = np.clip((a[self._of] - self._before) / self._take, 0.0, self._u)
        s = np.zeros(self._levels)
        s[self._level] = met
        price, last = np.zeros(a.size), np.full(a.size, -1)
        open_ = np.flatnonzero(met < self._u)
        product, first = np.unique(self._of[open_], return_index=True)
        price[product], last[product] = self._per_unit[open_[first]], self._level[open_[first]]
        return Filled(s, price, last)
