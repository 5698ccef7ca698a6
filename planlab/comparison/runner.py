"""The runs of a comparison: every mechanism meets the same worlds, and one that fails keeps its rows."""

import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import numpy as np
import pandas as pd

from planlab.base.progress import Advance, progress_bar
from planlab.comparison.design import Design
from planlab.economy.economy import Scenario
from planlab.incentives.adapting import Settled
from planlab.information.behaviours import Behaviour
from planlab.information.channels import Channel
from planlab.mechanisms.mechanism import Mechanism
from planlab.scoring.bounds import Bound, clairvoyant
from planlab.scoring.needs import need_ratios
from planlab.scoring.score import per_period, score
from planlab.world.simulation import simulate_seeds
from planlab.world.trajectory import Trajectory

__all__ = ["Frames", "run"]

SHORTFALLS_IN_FULL = 400
"""Up to this many products every product's satisfaction is kept; above, that of the shortest only."""

SHORTEST = 60

_ALWAYS = ("need_satisfaction", "worst_community", "worst_need", "throughput_growth", "plan_fulfilment", "messages")
_log = logging.getLogger("planlab")


class Frames(NamedTuple):
    """What a comparison is made of; see `planlab.comparison.comparison.Comparison`."""

    table: pd.DataFrame
    periods: pd.DataFrame
    shortfalls: pd.DataFrame
    bounds: pd.DataFrame


class _Cell(NamedTuple):
    """One mechanism under one behaviour: a trajectory or an error per seed, and the seconds each plan took."""

    mechanism: str
    behaviour: str
    runs: list[Trajectory | Exception]
    seconds: float


def run(design: Design, progress: bool | None = None) -> Frames:
    """Run a comparison.

    Parameters
    ----------
    design
        What is compared.
    progress
        Whether to show a progress bar; ``None``: when standard error is a terminal.

    Returns
    -------
    Frames
        Numbers.
    """
    cells = [(m, b) for m in design.mechanisms for b in design.behaviours]
    with progress_bar(progress, len(cells) + (len(design.scenarios) if design.bound else 0)) as advance:
        bounds = _bounds(design, advance)
        table, periods, shortfalls = [], [], []
        for mechanism, behaviour in cells:
            advance(f"{mechanism}, {behaviour}", 0)
            cell = _cell(design, mechanism, behaviour)
            table += _rows(design, cell, bounds)
            periods += _periods(design, cell)
            shortfalls += _shortfalls(cell)
            advance(f"{mechanism}, {behaviour}", 1)
    return Frames(_table(table), _period_frame(periods), _shortest(shortfalls), _bound_frame(design, bounds))


def _bounds(design: Design, advance: Advance) -> list[Bound]:
    """Return one bound per world, worked out on as many threads as there are cores."""
    if not design.bound:
        return [Bound(np.nan, np.nan, "not asked for")] * len(design.scenarios)

    def bound(scenario: Scenario) -> Bound:
        try:
            return clairvoyant(scenario, design.periods, design.execution)
        except Exception as error:  # noqa: BLE001 - the comparison goes on without it, and says so
            _log.info("The bound could not be computed.", exc_info=error)
            return Bound(np.nan, np.nan, _told(error))

    found = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        advance("clairvoyant bound", 0)
        for made in pool.map(bound, design.scenarios):
            found.append(made)
            advance("clairvoyant bound", 1)
    return found


def _cell(design: Design, mechanism: str, behaviour: str) -> _Cell:
    """Run one mechanism under one behaviour for all seeds; people who adapt have done so before time counts."""
    planner, (acting, channel) = design.mechanisms[mechanism], design.behaviours[behaviour]
    settled = [_settle(design, planner, i, acting, channel) for i in range(len(design.seeds))]
    began = time.perf_counter()
    alike = len({_shape(s) for s in design.scenarios}) == 1
    worlds = design.scenarios[0] if len(design.scenarios) == 1 else design.scenarios
    people = [one for one in settled if isinstance(one, Behaviour)]
    try:
        if not alike or len(people) < len(settled):
            raise _Different
        runs: list[Trajectory | Exception] = list(_simulate(design, planner, worlds, people, channel, design.seeds))
    except Exception as error:  # noqa: BLE001 - a mechanism that raises keeps its rows; the others go on
        if isinstance(error, _Different) or len(design.seeds) > 1:
            runs = [_alone(design, planner, i, one, channel) for i, one in enumerate(settled)]
        else:
            runs = [error]
    jax.block_until_ready([r.outcome for r in runs if isinstance(r, Trajectory)])
    seconds = (time.perf_counter() - began) / (len(design.seeds) * design.periods)
    for failed in {repr(r): r for r in runs if isinstance(r, Exception)}.values():
        _log.info("%s (%s) raised.", mechanism, behaviour, exc_info=failed)
    return _Cell(mechanism, behaviour, runs, seconds)


class _Different(Exception):
    """The worlds differ in shape, so that they cannot run as one batch, or people in one of them could not adapt."""


def _settle(
    design: Design, planner: Mechanism, position: int, acting: Behaviour, channel: Channel
) -> Behaviour | Exception:
    """Return how people report in one seed's world."""
    world: Any = {"reward": planner.reward, "channel": channel, "execution": design.execution}
    try:
        return acting.against(planner, design.scenario(position), seed=design.seeds[position], **world)
    except Exception as error:  # noqa: BLE001 - as above
        return error


def _simulate(
    design: Design,
    planner: Mechanism,
    worlds: Scenario | Sequence[Scenario],
    people: Sequence[Behaviour],
    channel: Channel,
    seeds: Sequence[int],
) -> list[Trajectory]:
    return simulate_seeds(planner, worlds, design.periods, people, channel, design.execution, seeds)


def _alone(
    design: Design, planner: Mechanism, position: int, settled: Behaviour | Exception, channel: Channel
) -> Trajectory | Exception:
    """Run one seed by itself, so that one that fails does not take the others along."""
    if isinstance(settled, Exception):
        return settled
    try:
        return _simulate(design, planner, design.scenario(position), [settled], channel, [design.seeds[position]])[0]
    except Exception as error:  # noqa: BLE001 - as above
        return error


def _shape(scenario: Scenario) -> tuple:
    leaves = jax.tree.leaves(scenario)
    return scenario.economy.factor_kinds, tuple((leaf.shape, leaf.dtype) for leaf in leaves)


def _told(error: Exception) -> str:
    """Return an error as a status of one line."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"error: {type(error).__name__}: {said}"[:200]


def _rows(design: Design, cell: _Cell, bounds: list[Bound]) -> list[dict]:
    rows = []
    for i, (seed, made) in enumerate(zip(design.seeds, cell.runs, strict=True)):
        bound = bounds[i % len(bounds)]
        row: dict = {"mechanism": cell.mechanism, "behaviour": cell.behaviour, "seed": seed}
        if isinstance(made, Trajectory):
            scored = score(made, bound)
            row |= {"status": scored.status, "seconds": cell.seconds, **scored.metrics, **_ends(made.acting)}
        else:
            row |= {"status": _told(made), "seconds": np.nan}
        rows.append(row | {"bound": bound.need_satisfaction})
    return rows


def _ends(acting: Behaviour) -> dict[str, float]:
    """Return how close to an equilibrium those who adapt ended; nothing where nobody adapts."""
    leaves = jax.tree.leaves(acting, is_leaf=lambda part: isinstance(part, Settled))
    ended = [part for part in leaves if isinstance(part, Settled)]
    if not ended:
        return {}
    return {
        "epsilon": max(float(part.epsilon) for part in ended),
        "converged": float(all(bool(part.converged) for part in ended)),
    }


def _table(rows: list[dict]) -> pd.DataFrame:
    """Return the rows with metrics first, then seconds, bound and status."""
    table = pd.DataFrame(rows)
    keys, last = ["mechanism", "behaviour", "seed"], ["seconds", "bound", "status"]
    measured = list(dict.fromkeys([*_ALWAYS, *(c for row in rows for c in row)]))
    metrics = [name for name in measured if name not in keys + last]
    table = table.reindex(columns=keys + metrics + last)
    return table.astype(dict.fromkeys([*metrics, "seconds", "bound"], float))


def _periods(design: Design, cell: _Cell) -> list[pd.DataFrame]:
    found = []
    for seed, made in zip(design.seeds, cell.runs, strict=True):
        if isinstance(made, Trajectory):
            series = pd.DataFrame(per_period(made))
            keys: dict[str, Any] = {
                "mechanism": cell.mechanism,
                "behaviour": cell.behaviour,
                "seed": seed,
                "period": range(len(series)),
            }
            found.append(series.assign(**keys))
    return found


def _period_frame(found: list[pd.DataFrame]) -> pd.DataFrame:
    keys = ["mechanism", "behaviour", "seed", "period"]
    if not found:
        return pd.DataFrame(columns=[*keys, "need_satisfaction", "planned_need_satisfaction", "fulfilment"])
    frame = pd.concat(found, ignore_index=True)
    return frame[keys + [name for name in frame.columns if name not in keys]]


def _shortfalls(cell: _Cell) -> list[pd.DataFrame]:
    """Return each need's mean satisfaction over the periods of each run; needs that nobody has are left out."""
    found = []
    for made in cell.runs:
        if not isinstance(made, Trajectory):
            continue
        s, labels = made.scenario, made.scenario.economy.labels
        ratios = need_ratios(made.outcome.delivery, made.needs)
        needed = ~np.isnan(ratios)
        times = needed.sum(axis=0)
        met = np.where(needed, ratios, 0.0).sum(axis=0) / np.where(times > 0, times, 1)
        i, h = np.nonzero(times > 0)
        people = np.array(labels.of("communities", s.communities), dtype=object)
        goods = np.array(labels.of("products", s.economy.products), dtype=object)
        columns = {
            "mechanism": cell.mechanism,
            "behaviour": cell.behaviour,
            "community": people[h],
            "product": goods[i],
        }
        found.append(pd.DataFrame(columns | {"satisfaction": met[i, h]}))
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


def _bound_frame(design: Design, bounds: list[Bound]) -> pd.DataFrame:
    """Return the bound of each seed's world."""
    each = [bounds[i % len(bounds)] for i in range(len(design.seeds))]
    return pd.DataFrame(
        {
            "seed": list(design.seeds),
            "bound": [b.need_satisfaction for b in each],
            "achieved": [b.achieved for b in each],
            "method": [b.method for b in each],
        }
    )
