"""A reported technology in SciPy's matrices, converted once as long as it stays the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from planlab.economy.economy import Economy

__all__ = ["Matrices", "same"]


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Return whether arrays are equal one by one; those that are one and the same are not looked at."""
    return all(a is b or np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, eq=False)
class Matrices:
    """What processes use, make and draw on, and what building them takes.

    Parameters
    ----------
    balance
        Net output per unit of activity, what is made less what is used, ``(products, processes)``.
    outputs, capital
        What is made, and what a unit of capacity takes to build, ``(products, processes)`` each.
    factors
        ``(factors, processes)``.
    reported
        The arrays it was made from.
    """

    balance: sp.csc_array
    outputs: sp.csc_array
    capital: sp.csc_array
    factors: np.ndarray
    reported: tuple[Any, ...]

    @classmethod
    def of(cls, economy: "Economy", known: "Matrices | None" = None) -> "Matrices":
        """Return an economy's technology: the one that is known, if it is the same."""
        e = economy
        matrices = (e.inputs, e.outputs, e.capital)
        reported = (*(part for m in matrices for part in (m.values, m.rows, m.columns)), e.factors)
        if known is not None and same(reported, known.reported):
            return known
        inputs, outputs, capital = (matrix.to_scipy() for matrix in matrices)
        return cls(sp.csc_array(outputs - inputs), outputs, capital, np.asarray(e.factors), reported)
