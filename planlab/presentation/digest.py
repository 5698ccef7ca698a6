"""What every table, figure and page says about a comparison, worked out once so that all of them agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from planlab.scoring.score import NEEDS
from planlab.scoring.throughput import HEADLINE
from planlab.study.intervals import FEWEST, GROWTH, Interval, interval, interval_of
from planlab.study.pairs import Paired, paired

__all__ = ["Comparable", "Digest", "Row", "digest"]

HONEST = ("honest", "truthful", "Truthful")
"""Names of the behaviour that others are measured against; without any of them, the first one is."""

HOW = ("seed", "world", "seconds", "messages", "bits", "rounds", "epsilon", "converged")
"""Columns that tell how plans were found, and not what came of them."""


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
        For every metric of the table what its runs say; growth of throughput as a rate, ``exp(fitted growth) - 1``.
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
        """Return what runs say about a metric, nothing where the table lacks it."""
        return self.values.get(metric, Interval())


@dataclass(frozen=True)
class Digest:
    """A comparison boiled down to what is shown.

    Parameters
    ----------
    rows
        One per mechanism and behaviour, mechanisms in their order, the honest behaviour first.
    honest
        The behaviour that others are measured against.
    kinds
        The kinds of factors whose use was measured; the first stands for throughput.
    bound
        What a clairvoyant could have done; unknown where none was computed.
    lasting
        What one could have done who left enough to go on.
    costs
        What each other behaviour takes from the needs that a mechanism meets, in paired differences over seeds.
    promises
        Needs met as planned and as achieved, means, by mechanism and behaviour.
    source
        The comparison.
    """

    rows: tuple[Row, ...]
    honest: str
    kinds: tuple[str, ...]
    bound: Interval
    lasting: Interval
    costs: dict[tuple[str, str], Paired]
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
    def kind(self) -> str:
        """The kind of factor whose use stands for throughput, "" where the table has none."""
        return self.kinds[0] if self.kinds else ""

    @property
    def growth(self) -> str:
        """The column that holds throughput growth."""
        return self.growth_of(self.kind)

    @property
    def seeds(self) -> int:
        """How many runs a row has at most."""
        return max(row[NEEDS].seeds for row in self.rows)

    @property
    def has_intervals(self) -> bool:
        """Whether there are runs enough for intervals."""
        return self.seeds >= FEWEST

    @property
    def varies(self) -> bool:
        """Whether any row's runs differ in what came of them."""
        found = [v for row in self.rows for metric, v in row.values.items() if metric not in HOW]
        return any(v.seeds > 1 and not v.is_one_world for v in found)

    def growth_of(self, kind: str) -> str:
        """Return the column that holds throughput growth of a kind of factor."""
        return f"{GROWTH}_{kind}" if kind else GROWTH

    def runs(self, row: Row) -> pd.DataFrame:
        """Return the runs of a row, as in the comparison's table."""
        table = self.source.table
        chosen = (table["mechanism"].astype(str) == row.mechanism) & (table["behaviour"].astype(str) == row.behaviour)
        return table[chosen]

    def twins(self) -> dict[tuple[str, ...], list[str]]:
        """Return mechanisms whose runs came out the same to the last bit, and the behaviours under which they did."""
        found: dict[tuple[str, ...], list[str]] = {}
        for behaviour in self.behaviours:
            alike: dict[bytes, list[str]] = {}
            for row in self.rows:
                if row.behaviour == behaviour and row[NEEDS].is_known:
                    alike.setdefault(self._outcomes(row), []).append(row.mechanism)
            for names in alike.values():
                if len(names) > 1:
                    found.setdefault(tuple(names), []).append(behaviour)
        return found

    def _outcomes(self, row: Row) -> bytes:
        """Return all that was scored of a row's runs, in the order of seeds and periods."""
        periods = self.source.periods
        mine = (periods["mechanism"].astype(str) == row.mechanism) & (periods["behaviour"].astype(str) == row.behaviour)
        frames = self.runs(row).sort_values("seed"), periods[mine].sort_values(["seed", "period"])
        numbers = [frame.select_dtypes("number").drop(columns=list(HOW), errors="ignore") for frame in frames]
        return b"".join(frame.to_numpy(float).tobytes() for frame in numbers)

    def place_of(self, mechanism: str) -> int:
        """Return a mechanism's place among the mechanisms, -1 for what is none."""
        return self.mechanisms.index(mechanism) if mechanism in self.mechanisms else -1

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
        Means, what runs leave open of them, paired costs of misreporting and the bound.

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
    metrics = [name for name in numbers.columns if name not in ("seed", "world", "bound")]
    kinds = tuple(kind for kind in HEADLINE if f"{GROWTH}_{kind}" in metrics)

    groups = dict(iter(table.groupby(["mechanism", "behaviour"], sort=False, observed=True)))
    rows = tuple(
        Row(
            str(mechanism),
            str(behaviour),
            index,
            behaviour == honest,
            {metric: interval_of(group, metric) for metric in metrics},
            ", ".join(map(str, group["status"].value_counts().index)) if "status" in group else "",
        )
        for index, mechanism in enumerate(mechanisms)
        for behaviour in behaviours
        if (group := groups.get((mechanism, behaviour))) is not None
    )
    bound, lasting = (interval(comparison.bounds.get(name, [])) for name in ("bound", "lasting"))
    costs = {
        (str(mechanism), str(behaviour)): paired(groups[mechanism, honest], group, NEEDS)
        for (mechanism, behaviour), group in groups.items()
        if behaviour != honest and (mechanism, honest) in groups
    }
    return Digest(rows, str(honest), kinds, bound, lasting, costs, _promises(comparison.periods), comparison)


def _promises(periods: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    columns = ["mechanism", "behaviour", f"planned_{NEEDS}", NEEDS]
    means = periods[columns].groupby(columns[:2], sort=False, observed=True).mean().reset_index()
    return {(str(m), str(b)): (float(planned), float(met)) for m, b, planned, met in means.itertuples(index=False)}
