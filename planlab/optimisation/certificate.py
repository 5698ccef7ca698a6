r"""How far a plan is from optimal: one measure for every solver, in NumPy or JAX, the same in whatever units.

A row of the balances falls short by part of its own flow: what is made, used and consumed of the product, at least what
is needed of it in full and could be had. A process loses part of what its inputs and outputs are worth; the objective
leaves part of itself to its bound, with all that is lacking bought at its price and all that is lost paid: then the gap
is a sum of what no price pays for, in which nothing cancels. The error is the largest of these parts, never a mean in
which a small row could hide.
"""

from typing import Any

import numpy as np

__all__ = ["ROUNDING", "gap", "largest_part"]

ROUNDING = 1e-14
"""What rounding may leave of a sum, as a part of the sum of its terms' sizes."""


def largest_part(lacking: Any, whole: Any, xp: Any = np) -> Any:
    """Return the largest of what is lacking over its whole: 0 where nothing lacks, infinity where there is no whole.

    NaN where anything is no number.

    Examples
    --------
    >>> float(largest_part(np.array([0.0, 1.0, 3.0]), np.array([0.0, 10.0, 4.0])))
    0.75
    """
    lacks = ~(lacking <= 0)
    part = xp.where(lacks, lacking / xp.where(whole > 0, whole, 1.0), 0.0)
    return xp.where(lacks & ~(whole > 0), xp.inf + lacking, part).max(initial=0.0)


def gap(value: Any, bound: Any, terms: Any, least: Any = 0.0, xp: Any = np) -> Any:
    """Return what an objective leaves to its bound, as a part of the larger of both.

    Parameters
    ----------
    value, bound
        What was reached, and what cannot be passed.
    terms
        The sum of the sizes of the terms of both, of which rounding may leave a little.
    least
        What the difference is measured by where both are smaller; for objectives whose zero means nothing.
    xp
        NumPy or JAX.

    Examples
    --------
    >>> float(gap(0.9, 1.0, 2.0).round(9))
    0.1
    """
    off = xp.maximum(xp.abs(value - bound) - ROUNDING * terms, 0.0)
    size = xp.maximum(xp.maximum(xp.abs(value), xp.abs(bound)), least)
    return xp.where(off <= 0, 0.0, off / xp.where(size > 0, size, 1.0))
