"""Tables of a comparison, from what each of its runs left behind."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import pandas as pd

from planlab.base.registry import reason_of
from planlab.incentives.adapting import Settled
from planlab.people.behaviour import Behaviour
from planlab.scoring.bounds import Bound
from planlab.scoring.metric import RUN
from planlab.scoring.needs import need_ratios
from planlab.scoring.score import NEEDS, beside_bound, score
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory
from planlab.study.design import Design
from planlab.study.timing import Took

__all__ = ["Frames", "Record", "Records", "frames_of", "recorded", "told"]

SHORTFALLS_IN_FULL = 400
"""Up to this many products every product's satisfaction is kept; above, that of the shortest only."""

SHORTEST = 60

_ALWAYS = (NEEDS, "floor_met", "worst_community", "worst_need", "throughput_growth", "plan_fulfilment", "messages")
_KEYS = list(RUN)


class Frames(NamedTuple):
    """What a comparison is made of; see `planlab.study.comparison.Comparison`."""

    table: pd.DataFrame
    periods: pd.DataFrame
    shortfalls: pd.DataFrame
    bounds: pd.DataFrame
    times: pd.DataFrame


class Record(NamedTuple):
    """What a run leaves behind.

    Parameters
    ----------
    status
        The worst plan's, or the error of a run that raised; then there is nothing else.
    metrics
        Of `planlab.score`, without those that need a bound.
    series
        What is scored period by period.
    met
        Mean satisfaction over periods, ``(products, communities)``; NaN where nothing was needed.
    seconds, compile_seconds
        Warm wall-clock time per plan, and that of compilation.
    """

    status: str
    metrics: dict[str, float] = {}  # noqa: RUF012 - never changed
    series: dict[str, list[float]] = {}  # noqa: RUF012 - never changed
    met: np.ndarray = np.zeros((0, 0))
    seconds: float = np.nan
    compile_seconds: float = np.nan

    @property
    def raised(self) -> bool:
        """Whether there was no outcome."""
        return not self.metrics


Records = Mapping[tuple[str, str], Sequence[Record]]
"""By mechanism and behaviour: a record per seed."""


def recorded(made: Trajectory, took: Took) -> Record:
    """Return what is kept of a run."""
    scored = score(made)
    series = {name: [float(x) for x in values] for name, values in per_period(made).items()}
    metrics = {**scored.metrics, **_ends(made.behaviour)}
    return Record(scored.status, metrics, series, _met(made), took.seconds / made.periods, took.compile_seconds)


def told(error: Exception) -> str:
    """Return an error as a status of one line."""
    return f"error: {reason_of(error)}"[:200]


def _ends(behaviour: Behaviour) -> dict[str, float]:
    """Return how close to an equilibrium those who adapt ended; nothing where nobody adapts."""
    leaves = jax.tree.leaves(behaviour, is_leaf=lambda part: isinstance(part, Settled))
    ended = [part for part in leaves if isinstance(part, Settled)]
    if not ended:
        return {}
    return {
        "epsilon": max(float(part.epsilon) for part in ended),
        "converged": float(all(bool(part.converged) for part in ended)),
    }


def _met(made: Trajectory) -> np.ndarray:
    """Return each need's mean satisfaction over the periods in which it was there."""
    ratios = need_ratios(made.outcome.delivery, made.needs)
    needed = ~np.isnan(ratios)
    times = needed.sum(axis=0)
    met = np.where(needed, ratios, 0.0).sum(axis=0) / np.where(times > 0, times, 1)
    return np.where(times > 0, met, np.nan)


def frames_of(design: Design, records: Records, bounds: Sequence[Bound]) -> Frames:
    """Return the tables of a comparison.

    Parameters
    ----------
    design
        What was compared.
    records
        What each run left behind.
    bounds
        One per world.
    """
    each = [bounds[design.place(i)] for i in range(len(design.seeds))]
    return Frames(
        _table(design, records, each),
        _periods(design, records),
        _shortest(_shortfalls(design, records)),
        _bounds(design, each),
        _times(design, records),
    )


def _table(design: Design, records: Records, bounds: Sequence[Bound]) -> pd.DataFrame:
    """Return a row per run, metrics first, then bound and status."""
    rows = []
    for (mechanism, behaviour), runs in records.items():
        for seed, world, run, bound in zip(design.seeds, design.worlds, runs, bounds, strict=True):
            row: dict[str, Any] = dict(zip(_KEYS, (mechanism, behaviour, seed), strict=True))
            row |= {"world": world} | run.metrics
            if not run.raised:
                row |= beside_bound(run.metrics, bound.needs_met)
            rows.append(row | {"bound": bound.needs_met, "status": run.status})
    measured = dict.fromkeys([*_ALWAYS, *(name for row in rows for name in row)])
    metrics = [name for name in measured if name not in (*_KEYS, "world", "bound", "status")]
    table = pd.DataFrame(rows).reindex(columns=[*_KEYS, "world", *metrics, "bound", "status"])
    return table.astype(dict.fromkeys([*metrics, "bound"], float))


def _periods(design: Design, records: Records) -> pd.DataFrame:
    found = []
    for (mechanism, behaviour), runs in records.items():
        for seed, run in zip(design.seeds, runs, strict=True):
            if not run.raised:
                keys = {"mechanism": mechanism, "behaviour": behaviour, "seed": seed, "period": range(design.periods)}
                found.append(pd.DataFrame({**keys, **run.series}))
    if not found:
        series = [NEEDS, f"planned_{NEEDS}", "fulfilment"]
        return pd.DataFrame(columns=[*_KEYS, "period", *series])
    return pd.concat(found, ignore_index=True)


def _shortfalls(design: Design, records: Records) -> list[pd.DataFrame]:
    """Return the satisfaction of every need in every run; needs that nobody has are left out."""
    found = []
    for (mechanism, behaviour), runs in records.items():
        for position, run in enumerate(runs):
            if run.raised:
                continue
            scenario = design.scenario(position)
            labels, (i, h) = scenario.economy.labels, np.nonzero(~np.isnan(run.met))
            people = np.array(labels.of("communities", scenario.communities), dtype=object)
            goods = np.array(labels.of("products", scenario.economy.products), dtype=object)
            keys = {"mechanism": mechanism, "behaviour": behaviour, "community": people[h], "product": goods[i]}
            found.append(pd.DataFrame(keys | {"satisfaction": run.met[i, h]}))
    return found


def _shortest(found: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the mean over seeds, of all products if they are few and else of those that were shortest."""
    keys = ["mechanism", "behaviour", "community", "product"]
    if not found:
        return pd.DataFrame(columns=[*keys, "satisfaction"]).astype({"satisfaction": float})
    mean = pd.concat(found, ignore_index=True).groupby(keys, sort=False)["satisfaction"].mean().reset_index()
    by_product = mean.groupby("product", sort=False)["satisfaction"].mean()
    if len(by_product) <= SHORTFALLS_IN_FULL:
        return mean
    kept = by_product.sort_values(kind="stable").index[:SHORTEST]
    return mean[mean["product"].isin(kept)].reset_index(drop=True)


def _bounds(design: Design, bounds: Sequence[Bound]) -> pd.DataFrame:
    """Return the bound of each seed's world."""
    columns = {"bound": "needs_met", "lasting": "lasting", "achieved": "achieved", "method": "method"}
    values = {name: [getattr(bound, of) for bound in bounds] for name, of in columns.items()}
    return pd.DataFrame({"seed": list(design.seeds), **values})


def _times(design: Design, records: Records) -> pd.DataFrame:
    return pd.DataFrame(
        [
            dict(zip(_KEYS, (*pair, seed), strict=True))
            | {"seconds": run.seconds, "compile_seconds": run.compile_seconds}
            for pair, runs in records.items()
            for seed, run in zip(design.seeds, runs, strict=True)
        ]
    )
