"""What two rows that met the same worlds and the same draws say of their difference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from planlab.study.intervals import FEWEST, LEVEL, Interval, counted, over_worlds, worlds_of

__all__ = ["Paired", "cluster_bootstrap", "paired"]

RESAMPLES = 4000
"""How often worlds are drawn anew."""


def cluster_bootstrap(
    values: Any, worlds: Any, statistic: Callable[[np.ndarray], float] = np.mean
) -> tuple[float, float]:
    r"""Return the 95 % interval of a statistic of runs, from worlds drawn anew with all their draws.

    Whole worlds are drawn with replacement (Cameron, Gelbach & Miller 2008 :cite:`cameron:08`), as many as there are,
    and the statistic is taken of all their runs together: what a world has in common is not taken for several
    witnesses. The ends are percentiles; drawn alike every time.

    Parameters
    ----------
    values
        One per run; those that are not finite are left out.
    worlds
        In which world each run was, as many.
    statistic
        Of an array of runs.

    Returns
    -------
    tuple
        Low and high; NaN for fewer than `FEWEST` worlds, of which nothing can be drawn that they do not say themselves.

    Examples
    --------
    >>> low, high = cluster_bootstrap(np.arange(16.0), np.arange(16) // 2)
    >>> low < 7.5 < high
    True
    >>> cluster_bootstrap([0.1, 0.2, 0.3], [0, 0, 0])
    (nan, nan)
    """
    x, of = np.asarray(values, float), np.asarray(worlds)
    x, of = x[np.isfinite(x)], of[np.isfinite(x)]
    runs = [x[of == world] for world in np.unique(of)]
    if len(runs) < FEWEST:
        return float("nan"), float("nan")
    chosen = np.random.default_rng(0).integers(0, len(runs), (RESAMPLES, len(runs)))
    found = [statistic(np.concatenate([runs[i] for i in rows])) for rows in chosen]
    low, high = np.quantile(found, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class Paired:
    """Differences between two rows that met the same worlds and the same draws, pair by pair.

    Parameters
    ----------
    difference
        The first less the second, one number per world; per draw where there is one world only.
    runs
        The same run by run; those that have a number.
    worlds
        In which world each of these was.
    """

    difference: Interval
    runs: tuple[float, ...] = ()
    worlds: tuple[int, ...] = ()

    @property
    def mean(self) -> float:
        """The mean difference."""
        return self.difference.mean

    @property
    def median(self) -> float:
        """The median difference of runs, which a few that collapsed do not move."""
        return float(np.median(self.runs)) if self.runs else float("nan")

    @property
    def seeds(self) -> int:
        """How many independent pairs there are: worlds, or the draws of a single one."""
        return self.difference.seeds

    @property
    def is_one_world(self) -> bool:
        """Whether all pairs were in one world, so that nothing is said of others."""
        return len(set(self.worlds)) == 1 or self.difference.is_one_world

    @property
    def higher(self) -> int:
        """In how many independent pairs the first is above the second."""
        return sum(value > 0 for value in self.difference.values)

    @property
    def chance(self) -> tuple[float, float, float]:
        """The share of independent pairs in which the first is above, and the exact 95 % interval of its probability.

        After :cite:t:`clopper:34`; NaN without pairs, and without an interval where all draws of a world gave the same,
        which is one pair.
        """
        if not self.seeds:
            return float("nan"), float("nan"), float("nan")
        if self.difference.is_one_world:
            return float(self.mean > 0), float("nan"), float("nan")
        ends = binomtest(self.higher, self.seeds).proportion_ci(1 - LEVEL, "exact")
        return self.higher / self.seeds, float(ends.low), float(ends.high)

    @property
    def p_value(self) -> float:
        """Of the exact test that signs of differences are as good as drawn by coin, two-sided :cite:`pitman:37`.

        The share of changes of sign after which the mean difference is at least as far from zero. NaN for fewer than
        `FEWEST` pairs, and where all draws of one world gave the same.
        """
        if not self.difference.has_interval:
            return float("nan")
        means, zero = self.difference._means, 1e-12 * max(map(abs, self.difference.values))
        beyond = 1 + min((means <= zero).sum(), (means >= -zero).sum())
        return float(min(1.0, 2 * beyond / (means.size + 1)))

    @property
    def is_clear(self) -> bool:
        """Whether the first is above or below the second beyond chance.

        Of at least `FEWEST` pairs, by the test at 5 %; of fewer, where all of them say the same, and where all draws of
        one world gave the same, where there is no chance.
        """
        if self.difference.has_interval:
            return self.p_value <= LEVEL
        return self.difference.least > 0 or self.difference.most < 0

    @property
    def basis(self) -> str:
        """What it rests on, in words: how many worlds and draws, or that it is one world.

        Examples
        --------
        >>> Paired(Interval((0.1, 0.1)), (0.1, 0.1), (0, 0)).basis
        'one world'
        >>> Paired(Interval((0.1, 0.2)), (0.1, 0.2), (0, 0)).basis
        'one world, 2 draws'
        >>> Paired(Interval((0.1, 0.2)), (0.1, 0.0, 0.2, 0.3), (0, 0, 1, 1)).basis
        '2 worlds, 4 draws'
        """
        worlds = len(set(self.worlds))
        if self.difference.is_one_world or len(self.runs) < 2:
            return "one world" if self.runs else "no pairs"
        if worlds == 1:
            return f"one world, {len(self.runs)} draws"
        return f"{worlds} worlds" + (f", {len(self.runs)} draws" if len(self.runs) > worlds else "")

    def told(self) -> dict[str, Any]:
        """Return all of it by name, as a row of a table; ends of intervals are NaN where there is none."""
        chance, least, most = self.chance
        low, high = cluster_bootstrap(self.runs, self.worlds)
        median_low, median_high = cluster_bootstrap(self.runs, self.worlds, np.median)
        return {
            "mean": self.mean,
            "mean_low": low,
            "mean_high": high,
            "median": self.median,
            "median_low": median_low,
            "median_high": median_high,
            "chance": chance,
            "chance_low": least,
            "chance_high": most,
            "p_value": self.p_value,
            "basis": self.basis,
        }


def paired(a: pd.DataFrame, b: pd.DataFrame, metric: str) -> Paired:
    """Return the differences in a metric between two rows of a comparison's table, `a` less `b`, over common seeds.

    Parameters
    ----------
    a, b
        The runs of each, with a column ``seed``, and ``world`` where several seeds met one world; a pair of which one
        has no number is counted as missing.
    metric
        A column of both.

    Examples
    --------
    >>> a = pd.DataFrame({"seed": range(8), "need_satisfaction": [0.9, 0.8, 0.9, 0.9, 0.8, 0.9, 0.9, 0.7]})
    >>> b = pd.DataFrame({"seed": range(8), "need_satisfaction": [0.7, 0.7, 0.6, 0.6, 0.6, 0.8, 0.8, 0.6]})
    >>> found = paired(a, b, "need_satisfaction")
    >>> found.p_value, found.is_clear
    (0.0078125, True)
    >>> found.higher, [round(share, 2) for share in found.chance]
    (8, [1.0, 0.63, 1.0])
    """
    first, second = (pd.Series(counted(runs, metric), index=runs["seed"]) for runs in (a, b))
    common = first.index.intersection(second.index)
    worlds = pd.Series(worlds_of(a), index=a["seed"])[common].to_numpy()
    gaps = (first[common] - second[common]).to_numpy()
    known = np.isfinite(gaps)
    return Paired(over_worlds(gaps, worlds), tuple(gaps[known].tolist()), tuple(worlds[known].tolist()))
