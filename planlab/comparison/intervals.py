"""What a few seeds say about a mean."""

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

__all__ = ["Interval", "interval"]


class Interval(NamedTuple):
    """A mean over seeds with its 95 % interval, ``mean ± half``.

    Parameters
    ----------
    mean
        Of the values that are finite; NaN without any.
    half
        Half the interval's width; NaN for fewer than two values, which say nothing about spread.
    seeds
        How many of them were finite.
    """

    mean: float
    half: float
    seeds: int

    def limits(self, low: float = -np.inf, high: float = np.inf) -> tuple[float, float]:
        """Return the ends of the interval as far as they are possible, NaN for a single seed."""
        ends = np.clip([self.mean - self.half, self.mean + self.half], low, high)
        return float(ends[0]), float(ends[1])

    @property
    def is_known(self) -> bool:
        """Whether there is a mean at all."""
        return bool(np.isfinite(self.mean))

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero; a single seed never does."""
        return bool(self.half < abs(self.mean))


def interval(values: Any, confidence: float = 0.95) -> Interval:
    r"""Return the mean and its interval by Student's t, :math:`\bar x \pm t_{n-1} s / \sqrt n`.

    Parameters
    ----------
    values
        One per seed; those that are not finite are left out.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        Without a half width for a single value.

    Examples
    --------
    >>> interval([1.0, 2.0, 3.0])
    Interval(mean=2.0, half=2.484..., seeds=3)
    >>> interval([1.0])
    Interval(mean=1.0, half=nan, seeds=1)
    """
    x = np.asarray(values, float)
    x = x[np.isfinite(x)]
    if x.size == 0:
        return Interval(np.nan, np.nan, 0)
    half = np.nan
    if x.size > 1:
        half = float(student.ppf((1 + confidence) / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size))
    return Interval(float(x.mean()), half, int(x.size))
