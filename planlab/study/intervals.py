"""What runs over seeds say about a mean."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["FEWEST", "GROWTH", "LEVEL", "Interval", "counted", "interval", "interval_of", "over_worlds", "worlds_of"]

FEWEST = 8
"""With fewer runs there is no interval and no test: runs are shown one by one."""

LEVEL = 0.05
"""What an interval leaves out and a test errs by."""

SUBSETS = 2**13
"""Subsets of runs whose means are looked at: all of them up to 13 runs, else as many that are drawn."""

GROWTH = "throughput_growth"


@cache
def _subsets(runs: int) -> np.ndarray:
    """Return which runs belong to each subset but the empty one, ``(subsets, runs)``."""
    if 2**runs <= SUBSETS:
        return (np.arange(1, 2**runs)[:, None] >> np.arange(runs) & 1).astype(float)
    drawn = np.random.default_rng(0).integers(0, 2, (SUBSETS - 1, runs)).astype(float)
    return drawn[drawn.any(axis=1)]


@dataclass(frozen=True)
class Interval:
    """A mean over runs, with the runs themselves and, from eight on, a 95 % interval.

    Its ends are those means of subsets of the runs that leave out 2.5 % of all such means on either side
    :cite:`hartigan:69`. So it never leaves the range of the runs, and hence of the possible; it holds the true mean as
    often as it says where runs scatter alike to both sides, and zero lies outside where `Paired.p_value` is at most
    5 %. Rare collapses that no run shows are in no interval.

    Parameters
    ----------
    values
        One per run that has a number.
    missing
        How many runs have none.
    """

    values: tuple[float, ...] = ()
    missing: int = 0

    @property
    def seeds(self) -> int:
        """How many runs have a number."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Of the runs that have a number; NaN without any."""
        if self.is_one_world:
            return self.values[0]
        return float(np.mean(self.values)) if self.values else float("nan")

    @property
    def least(self) -> float:
        """The smallest value."""
        return min(self.values, default=float("nan"))

    @property
    def most(self) -> float:
        """The largest value."""
        return max(self.values, default=float("nan"))

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval; NaN where there is none."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval; NaN where there is none."""
        return self._ends[1]

    @property
    def is_known(self) -> bool:
        """Whether there is a mean at all."""
        return bool(self.values)

    @property
    def is_one_world(self) -> bool:
        """Whether several runs gave the same bits, so that they are one run and there is nothing to estimate."""
        return self.seeds > 1 and self.least == self.most

    @property
    def has_interval(self) -> bool:
        """Whether there are runs enough, and different ones."""
        return self.seeds >= FEWEST and not self.is_one_world

    @property
    def ends(self) -> tuple[float, float]:
        """How far runs leave the mean open: the ends of its interval, or the smallest and the largest of few runs."""
        return (self.low, self.high) if self.has_interval else (self.least, self.most)

    @property
    def drawn(self) -> tuple[float, ...]:
        """All that a chart draws: the mean and the ends of its interval, or the runs."""
        return (self.mean, *self._ends) if self.has_interval else self.values

    @cached_property
    def _means(self) -> np.ndarray:
        """Means of all subsets, in order."""
        subsets = _subsets(self.seeds)
        return np.sort(subsets @ np.asarray(self.values) / subsets.sum(axis=1))

    @property
    def _ends(self) -> tuple[float, float]:
        if not self.has_interval:
            return float("nan"), float("nan")
        outside = int((self._means.size + 1) * LEVEL / 2)
        # a mean of the same numbers in another order differs in its last bit
        low, high = np.clip(self._means[[outside - 1, -outside]], self.least, self.most)
        return float(low), float(high)


def interval(values: Any) -> Interval:
    """Return what runs say about a mean.

    Parameters
    ----------
    values
        One per run; those that are not finite are counted as missing.

    Returns
    -------
    Interval
        With an interval for at least `FEWEST` values that are not all the same.

    Examples
    --------
    >>> found = interval([0.98, 0.97, 0.99, 0.2, 0.98, 0.97, 0.99, 0.98])
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (0.882, 0.59, 0.987)
    >>> interval([1.0, 2.0, 3.0]).has_interval
    False
    """
    x = np.asarray(values, float)
    finite = x[np.isfinite(x)]
    return Interval(tuple(finite.tolist()), int(x.size - finite.size))


def counted(runs: pd.DataFrame, metric: str) -> np.ndarray:
    """Return a metric of every run as it enters means: growth, of a logarithm, as a rate.

    A run that ended without throughput grew by minus infinity: that is −100 % and not a gap, since a mean over the
    others would be one over survivors.
    """
    values = runs[metric].to_numpy(float)
    return np.expm1(values) if metric.startswith(GROWTH) else values


def worlds_of(runs: pd.DataFrame) -> np.ndarray:
    """Return the world of each run, rows of a comparison's table; each has its own where the table does not say."""
    return runs["world" if "world" in runs else "seed"].to_numpy()


def over_worlds(values: Any, worlds: Any) -> Interval:
    """Return what runs say about a mean over worlds, each of which was met with one or more draws of what people do.

    Draws in one world share the world, and are no independent witnesses of others: of each world its mean is taken. In
    one world alone every draw counts, and what they say is of this world.

    Parameters
    ----------
    values
        One per run; those that are not finite are counted as missing.
    worlds
        In which world each run was, as many.

    Examples
    --------
    >>> over_worlds([0.5, 0.7, 0.9], [0, 0, 1]).values
    (0.6, 0.9)
    >>> over_worlds([0.5, 0.7, 0.9], [0, 0, 0]).values
    (0.5, 0.7, 0.9)
    """
    x, of = np.asarray(values, float), np.asarray(worlds)
    finite = np.isfinite(x)
    if np.unique(of).size > 1 and np.unique(of).size < of.size:
        known, at = np.unique(of[finite], return_inverse=True)
        means = np.bincount(at, x[finite], known.size) / np.bincount(at, minlength=known.size)
        return Interval(tuple(means.tolist()), int((~finite).sum()))
    return interval(x)


def interval_of(runs: pd.DataFrame, metric: str) -> Interval:
    """Return what runs, rows of a comparison's table, say about the mean of a metric over worlds."""
    return over_worlds(counted(runs, metric), worlds_of(runs))
