"""What every table, figure and page says about a comparison, worked out once so that all of them agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from planlab.comparison.intervals import Interval, interval
from planlab.scoring.throughput import HEADLINE

__all__ = ["Comparable", "Digest", "Row", "digest", "percent", "plus_minus", "points", "spread"]

HONEST = ("honest", "truthful", "Truthful")
"""Names of the behaviour that others are measured against; without any of them, the first one is."""


class Comparable(Protocol):
    """The frames of a comparison that are looked at here."""

    @property
    def table(self) -> pd.DataFrame:
        """One row per mechanism, behaviour and seed."""

    @property
    def periods(self) -> pd.DataFrame:
        """One row per mechanism, behaviour, seed and period."""

    @property
    def shortfalls(self) -> pd.DataFrame:
        """One row per mechanism, behaviour, community and product."""

    @property
    def bounds(self) -> pd.DataFrame:
        """One row per seed."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What made the numbers."""


def percent(value: float, digits: int = 1, sign: bool = False) -> str:
    r"""Return a share as per cent, with a true minus sign, or a dash where it is unknown.

    Examples
    --------
    >>> percent(0.9312), percent(-0.021, sign=True), percent(float("nan"))
    ('93.1\xa0%', '−2.1\xa0%', '–')
    """
    return _number(100 * value, digits, sign, "\xa0%")


def points(value: float, digits: int = 1, sign: bool = False) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.182), points(-0.182, sign=True)
    ('18.2', '−18.2')
    """
    return _number(100 * value, digits, sign, "")


def plus_minus(value: Interval, digits: int = 1, sign: bool = False) -> str:
    """Return a share as per cent with half the width of its 95 % interval, which a single seed does not have.

    Examples
    --------
    >>> plus_minus(Interval(0.931, 0.012, 5)), plus_minus(Interval(0.931, float("nan"), 1))
    ('93.1 ± 1.2', '93.1')
    """
    half = f" ± {points(value.half, digits)}" if np.isfinite(value.half) else ""
    return points(value.mean, digits, sign) + half


def _number(value: float, digits: int, sign: bool, unit: str) -> str:
    if not np.isfinite(value):
        return "–"
    text = f"{round(value, digits) + 0.0:{'+' if sign else ''}.{digits}f}"
    return text.replace("-", "−") + unit


def spread(places: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> list[float]:
    """Move places as little as needed so that neighbours stand at least a gap apart: labels that do not overlap.

    Parameters
    ----------
    places
        Where the labels would stand.
    gap
        Smallest distance between two of them.
    low, high
        Where they may stand, if there is room.

    Returns
    -------
    list of float
        New places, in the order given.

    Examples
    --------
    >>> spread([0.0, 10.0, 10.0], gap=2.0)
    [0.0, 9.0, 11.0]
    """

    def centred(members: list[int]) -> float:
        reach = gap * (len(members) - 1) / 2
        return max(min(sum(places[i] for i in members) / len(members), high - reach), low + reach)

    clusters: list[list[int]] = []
    for i in sorted(range(len(places)), key=lambda i: places[i]):
        members = [i]
        while clusters:
            apart = gap * (len(members) + len(clusters[-1])) / 2
            if centred(members) - centred(clusters[-1]) >= apart:
                break
            members = clusters.pop() + members
        clusters.append(members)
    moved = dict[int, float]()
    for members in clusters:
        for k, i in enumerate(members):
            moved[i] = centred(members) + gap * (k - (len(members) - 1) / 2)
    return [moved[i] for i in range(len(places))]


@dataclass(frozen=True)
class Row:
    """One mechanism under one behaviour.

    Parameters
    ----------
    mechanism, behaviour
        What they are called.
    index
        The mechanism's place among the mechanisms: its colour and marker.
    honest
        Whether this is the behaviour that others are measured against.
    values
        An interval for every metric of the table; growth of throughput as a rate, ``exp(mean log growth) - 1``.
    status
        How the plans came out: the statuses of all seeds, the most frequent first.
    """

    mechanism: str
    behaviour: str
    index: int
    honest: bool
    values: dict[str, Interval]
    status: str

    def __getitem__(self, metric: str) -> Interval:
        """Return the interval of a metric, unknown where the table lacks it."""
        return self.values.get(metric, Interval(np.nan, np.nan, 0))


@dataclass(frozen=True)
class Digest:
    """A comparison boiled down to what is shown.

    Parameters
    ----------
    rows
        One per mechanism and behaviour, mechanisms in their order, the honest behaviour first.
    honest
        The behaviour that others are measured against.
    kind
        The kind of factor whose use stands for throughput, "" where the table has none.
    bound
        What a clairvoyant could have done; unknown where none was computed.
    costs
        What each other behaviour takes from a mechanism's need satisfaction, in paired differences over seeds.
    promises
        Mean need satisfaction planned and achieved, by mechanism and behaviour.
    source
        The comparison.
    """

    rows: tuple[Row, ...]
    honest: str
    kind: str
    bound: Interval
    costs: dict[tuple[str, str], Interval]
    promises: dict[tuple[str, str], tuple[float, float]]
    source: Comparable

    @property
    def mechanisms(self) -> list[str]:
        """Names of the mechanisms."""
        return list(dict.fromkeys(row.mechanism for row in self.rows))

    @property
    def behaviours(self) -> list[str]:
        """Names of the behaviours, the honest one first."""
        return list(dict.fromkeys(row.behaviour for row in self.rows))

    @property
    def growth(self) -> str:
        """The column that holds throughput growth."""
        return f"throughput_growth_{self.kind}" if self.kind else "throughput_growth"

    def row(self, mechanism: str, behaviour: str) -> Row | None:
        """Return a row, if it was run."""
        return next((row for row in self.rows if (row.mechanism, row.behaviour) == (mechanism, behaviour)), None)

    def pairs(self) -> list[tuple[Row, Row]]:
        """Return the honest row and each other row of every mechanism."""
        return [
            (first, row)
            for row in self.rows
            if not row.honest and (first := self.row(row.mechanism, self.honest)) is not None
        ]

    def shortest(self, count: int) -> list[str]:
        """Return the products that were shortest over all rows, the shortest first."""
        means = self.source.shortfalls.groupby("product", sort=False, observed=True)["satisfaction"].mean()
        return [str(name) for name in means.sort_values(kind="stable").index[:count]]

    @property
    def communities(self) -> list[str]:
        """Names of the communities."""
        return [str(name) for name in dict.fromkeys(self.source.shortfalls["community"])]


def digest(comparison: Comparable) -> Digest:
    """Boil a comparison down to what is shown.

    Parameters
    ----------
    comparison
        Anything with the frames of a comparison.

    Returns
    -------
    Digest
        Means, intervals, paired costs of misreporting and the bound.

    Raises
    ------
    ValueError
        For a comparison without a single row.
    """
    table = comparison.table
    if table.empty:
        raise ValueError("The comparison has no rows; compare at least one mechanism over at least one seed.")
    behaviours = list(dict.fromkeys(table["behaviour"]))
    honest = next((name for name in HONEST if name in behaviours), behaviours[0])
    behaviours.sort(key=lambda name: name != honest)
    mechanisms = list(dict.fromkeys(table["mechanism"]))
    numbers = table.select_dtypes("number").dropna(axis=1, how="all")
    metrics = [name for name in numbers.columns if name not in ("seed", "bound")]
    kind = next((kind for kind in HEADLINE if f"throughput_growth_{kind}" in metrics), "")

    groups = dict(iter(table.groupby(["mechanism", "behaviour"], sort=False, observed=True)))
    rows = tuple(
        Row(
            str(mechanism),
            str(behaviour),
            index,
            behaviour == honest,
            {metric: interval(_shown(group, metric)) for metric in metrics},
            ", ".join(map(str, group["status"].value_counts().index)) if "status" in group else "",
        )
        for index, mechanism in enumerate(mechanisms)
        for behaviour in behaviours
        if (group := groups.get((mechanism, behaviour))) is not None
    )
    bounds = comparison.bounds
    bound = interval(bounds.get("bound", []))
    return Digest(rows, str(honest), kind, bound, _costs(table, honest), _promises(comparison.periods), comparison)


def _shown(runs: pd.DataFrame, metric: str) -> np.ndarray:
    """Return a metric as it is shown: growth, a mean of differences of logarithms, as a rate that ends at -100 %.

    A scored run whose growth is NaN ended without throughput.
    """
    values = runs[metric].to_numpy(float)
    if not metric.startswith("throughput_growth"):
        return values
    ended = np.isnan(values) & runs["need_satisfaction"].notna().to_numpy()
    return np.where(ended, -1.0, np.expm1(values))


def _promises(periods: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    columns = ["mechanism", "behaviour", "planned_need_satisfaction", "need_satisfaction"]
    means = periods[columns].groupby(columns[:2], sort=False, observed=True).mean().reset_index()
    return {(str(m), str(b)): (float(planned), float(met)) for m, b, planned, met in means.itertuples(index=False)}


def _costs(table: pd.DataFrame, honest: str) -> dict[tuple[str, str], Interval]:
    by_seed = table.pivot_table(
        index=["mechanism", "seed"], columns="behaviour", values="need_satisfaction", sort=False
    )
    if honest not in by_seed:
        return {}
    lost = by_seed.drop(columns=honest).rsub(by_seed[honest], axis=0)
    return {
        (str(mechanism), str(behaviour)): interval(group[behaviour])
        for mechanism, group in lost.groupby(level="mechanism", sort=False)
        for behaviour in lost.columns
    }
