"""Mechanisms side by side: the same worlds, the same draws, the same physics, and a bound that nobody can beat."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planlab.economy.exports import xarray_module
from planlab.pay.account import Reward
from planlab.scoring.score import NEEDS, unit_of
from planlab.simulation.setting import Setting
from planlab.study import store
from planlab.study.design import SEEDS, Design, Named, design
from planlab.study.frames import Frames
from planlab.study.intervals import Interval, interval_of
from planlab.study.manifest import asked, made_by, results_hash
from planlab.study.pairs import Paired, paired
from planlab.study.runner import Kept, run
from planlab.world.physics import Physics

if TYPE_CHECKING:
    import xarray

__all__ = ["Comparison", "compare", "opened", "run_design"]

FRAMES = Frames._fields

Draw = Callable[[Any, Path], Any]
"""Draws page and figures of some results into a folder."""

SHOWN = (NEEDS, "throughput_growth")
"""What notebooks show of a comparison."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What every mechanism did under every behaviour in the same worlds.

    Parameters
    ----------
    table
        One row per mechanism, behaviour and seed: the ``world`` it was in, every metric of `planlab.score`, the
        clairvoyant ``bound`` and the worst plan's ``status``, with what has to be said of the economy beside. A run
        that raised has its error as status and no metrics. Where nothing is drawn all seeds are one run.
    periods
        One row per mechanism, behaviour, seed and period: needs met and promised, fulfilment, throughput by kind of
        factor (the period before the first is 1).
    shortfalls
        Satisfaction of each community's need of each product, a mean over seeds and periods; of more than 400
        products, the 60 shortest.
    bounds
        The bound of each seed's world, that of those only who leave enough to go on (``lasting``), what was achieved
        towards the first and how it was found.
    times
        One row per mechanism, behaviour and seed: ``seconds`` of wall-clock time per plan and its execution, with as
        many runs at once as there are cores, and ``compile_seconds`` that the run spent on compiling beforehand. Not
        in the table, which has the same bits whenever it is worked out.
    manifest
        What made the numbers.
    """

    table: pd.DataFrame
    periods: pd.DataFrame
    shortfalls: pd.DataFrame
    bounds: pd.DataFrame
    times: pd.DataFrame
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        """In a few lines: what was compared, and the needs that were met."""
        sizes = ", ".join(f"{self.table[axis].nunique()} {axis}s" for axis in ("mechanism", "behaviour", "seed"))
        world = self.manifest.get("scenario", {}).get("name", "a world")
        met = self.table.groupby(["mechanism", "behaviour"], sort=False)[NEEDS].mean()
        return f"Comparison on {world}: {sizes}\n{met.round(3).to_string(name=False)}"

    def _repr_html_(self) -> str:
        """As a table for notebooks."""
        shown = [name for name in SHOWN if name in self.table]
        found = self.summary[["seeds", *(f"{name}{end}" for name in shown for end in ("", "_low", "_high")), "status"]]
        rows = found.to_html(float_format=lambda x: f"{x:.3f}", na_rep="")
        return f"<div><pre>{escape(repr(self).splitlines()[0])}</pre>{rows}</div>"

    def to_xarray(self) -> "xarray.Dataset":
        """Return metrics by mechanism, behaviour and seed, and what is scored period by period; needs xarray.

        Every metric has its unit; the manifest stands in ``attrs`` as JSON.
        """
        xr, keys = xarray_module(), ["mechanism", "behaviour", "seed"]
        axes = {key: list(dict.fromkeys(self.table[key])) for key in keys}
        worlds = self.table.drop_duplicates("seed").set_index("seed")["world"]
        runs = self.table.drop(columns="world").set_index(keys).to_xarray().reindex(axes)
        years = self.periods.set_index([*keys, "period"]).to_xarray().reindex(axes)
        parts = dict(runs.data_vars) | {f"{name}_by_period": part for name, part in years.data_vars.items()}
        for name, part in parts.items():
            part.attrs["units"] = unit_of(str(name).removesuffix("_by_period"))
        found = xr.Dataset(parts, attrs={"manifest": json.dumps(self.manifest, default=str)})
        return found.assign_coords(world=("seed", worlds[axes["seed"]].to_numpy()))

    @property
    def metrics(self) -> list[str]:
        """Names of the table's columns that hold a number per run."""
        return [str(name) for name in self.table.select_dtypes("number") if name not in ("seed", "world")]

    @property
    def summary(self) -> pd.DataFrame:
        """Means over worlds by mechanism and behaviour, ``<metric>_low`` and ``<metric>_high`` their 95 % intervals.

        Intervals stay within what the metric can be; there is none (NaN) of fewer than eight seeds, nor where all gave
        the same, see `planlab.study.intervals.Interval`. Growth of throughput is a rate here, −100 % a year in
        runs that collapsed.
        """
        keys, rows = ["mechanism", "behaviour"], []
        for (mechanism, behaviour), group in self.table.groupby(keys, sort=False):
            row: dict[str, Any] = {"mechanism": mechanism, "behaviour": behaviour, "seeds": len(group)}
            for name in self.metrics:
                found = interval_of(group, name)
                row |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
            rows.append(row | {"status": ", ".join(dict.fromkeys(group["status"]))})
        return pd.DataFrame(rows).set_index(keys)

    def paired(self, metric: str, a: str | tuple[str, str], b: str | tuple[str, str]) -> Paired:
        """Return how two rows differ on common seeds, `a` less `b`.

        Both met the same worlds and the same lies, so what they share cancels: two rows whose intervals overlap can
        differ beyond doubt. Of several draws in a world their mean counts.

        Parameters
        ----------
        metric
            A column of the table.
        a, b
            A mechanism and a behaviour; the mechanism alone where there is only one behaviour.

        Returns
        -------
        Paired
            The ``difference`` with its 95 % interval, the ``p_value`` of an exact test, and the ``chance`` that `a` is
            above `b`.

        Raises
        ------
        ValueError
            For metrics and rows that are not in the table.
        """
        if metric not in self.metrics:
            raise ValueError(f"No metric {metric!r}. There are: {', '.join(self.metrics)}.")
        return paired(self._row(a), self._row(b), metric)

    def differences(self, metric: str = NEEDS) -> pd.DataFrame:
        """Return how mechanisms differ from each other under the same behaviour, in the same worlds and draws.

        Parameters
        ----------
        metric
            A column of the table.

        Returns
        -------
        pandas.DataFrame
            A row per behaviour and pair of mechanisms, `a` less `b`: ``mean`` and ``median`` of the differences with
            95 % intervals of a bootstrap over worlds (`planlab.study.pairs.cluster_bootstrap`), the ``chance`` that `a`
            is above `b` in a world with its exact interval, the ``p_value`` of an exact test, and ``basis``, what all
            that rests on: how many worlds and draws, or one world.

        Raises
        ------
        ValueError
            For metrics that are not in the table.
        """
        behaviours, names = (list(dict.fromkeys(self.table[axis])) for axis in ("behaviour", "mechanism"))
        keys = ["behaviour", "a", "b"]
        rows = [
            {"behaviour": behaviour, "a": a, "b": b} | self.paired(metric, (a, behaviour), (b, behaviour)).told()
            for behaviour in behaviours
            for a, b in combinations(names, 2)
        ]
        return pd.DataFrame(rows, columns=None if rows else [*keys, *Paired(Interval()).told()]).set_index(keys)

    def _row(self, key: str | tuple[str, str]) -> pd.DataFrame:
        known = list(self.table.groupby(["mechanism", "behaviour"], sort=False).groups)
        behaviours = list(dict.fromkeys(self.table["behaviour"]))
        if isinstance(key, str) and len(behaviours) > 1:
            raise ValueError(
                f"{key!r} could mean several rows; give ({key!r}, {behaviours[0]!r}) or another behaviour."
            )
        pair = (key, behaviours[0]) if isinstance(key, str) else tuple(key)
        if pair not in known:
            raise ValueError(f"No row {pair}. There are: {', '.join(map(str, known))}.")
        chosen = (self.table["mechanism"] == pair[0]) & (self.table["behaviour"] == pair[1])
        return self.table[chosen]

    def save(self, folder: str | os.PathLike[str], force: bool = False, draw: Draw | None = None) -> Path:
        """Save the numbers as Parquet beside a manifest; needs ``planlab[data]``.

        Parameters
        ----------
        folder
            Made if it is not there.
        force
            Whether to replace results of another comparison, and files that planlab did not write.
        draw
            Draws page and figures into a folder it is given, once the numbers are safe, for instance
            `planlab.presentation.writing.draw`. ``None``: those of results that are replaced go, and
            `planlab.write_page` makes new ones.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        FileExistsError
            If the folder holds something else.
        BlockingIOError
            If a run is writing to it.
        """
        with store.results_folder(folder, self.manifest, FRAMES, draw is not None, force) as results:
            self._publish(results, draw)
        return Path(folder)

    def _publish(self, results: store.Results, draw: Draw | None) -> None:
        frames = {name: getattr(self, name) for name in FRAMES}
        shown = None if draw is None or self._is_empty else partial(draw, self)
        results.publish(frames, self.manifest, shown)

    @property
    def _is_empty(self) -> bool:
        return bool(self.table["status"].str.startswith("error: ").all())

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Comparison":
        """Read back what `save` wrote.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is nothing, or files do not belong together.
        """
        frames, manifest = store.load(folder, "comparison", FRAMES)
        return cls(**frames, manifest=manifest)


def compare(
    mechanisms: Any,
    scenario: Named,
    periods: int = 10,
    seeds: int | Iterable[int] = SEEDS,
    behaviours: Any = None,
    physics: Physics | None = None,
    bound: bool = True,
    progress: bool | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    reward: Reward | None = None,
    setting: Setting | None = None,
    replans: int | None = None,
    horizon: int | None = None,
    draws: int = 1,
) -> Comparison:
    """Compare mechanisms in the same worlds.

    Parameters
    ----------
    mechanisms
        Names or `Mechanism` objects; a mapping from names to them where variants of one are compared.
    scenario
        A `Scenario` for all seeds; or the name of a table or generator, or a function from a seed to a `Scenario`,
        for one economy per seed.
    periods
        How many periods each run has.
    seeds
        Of the runs, or how many. A seed gives every mechanism the same world and the same draws.
    behaviours
        Names after ``planlab list``, or a mapping from what they are to be called to a name, a `Behaviour`, or a
        `Behaviour` and a `Channel`, or a `Setting` with pay of its own. A name may have a channel:
        ``"truthful@hierarchy"``. ``None``: everybody honest, and everybody misreporting in their own way through three
        levels of hierarchy.
    physics
        What becomes of plans, the same for all.
    bound
        Whether to compute the clairvoyant bound.
    progress
        Whether to show progress; ``None``: once it takes more than a few seconds.
    out
        A folder where results are saved, and where every finished run is kept at once: the same comparison goes on
        from there if it was stopped, and repeats what depends on a file that was changed. ``None``: nowhere.
        `planlab.write_page` puts a page and figures there as well.
    force
        Whether to replace results of another comparison in that folder.
    reward
        What people are paid where `behaviours` has no pay of its own; ``None``: each mechanism's own reward.
    setting
        Behaviour, channel, physics, reward and replans in one, in their place.
    replans
        How often everybody plans in a period; ``None``: once.
    horizon
        How many periods ahead is announced; ``None``: none.
    draws
        With how many draws of what people do everybody meets each world: a seed then stands for a world, drawn with its
        number w, and for runs with the seeds ``w * draws``, ``w * draws + 1`` and so on.

    Returns
    -------
    Comparison
        A mechanism that raises keeps its rows, with the error as status.

    Raises
    ------
    ValueError, TypeError
        For wrong arguments, before anything runs.
    FileExistsError, BlockingIOError
        If `out` holds something else, or another run is writing to it; before anything runs.
    planlab.study.store.NotSaved
        If results could not be written; they are in its ``results``.

    Examples
    --------
    >>> import planlab as pl
    >>> comparison = compare(["standstill"], pl.make_scenario("three_sector"), periods=2, seeds=range(2))
    >>> comparison.table[["mechanism", "behaviour", "seed", "status"]].head(1).to_dict("records")
    [{'mechanism': 'standstill', 'behaviour': 'honest', 'seed': 0, 'status': 'proposed'}]
    """
    plan = design(
        mechanisms, scenario, periods, seeds, behaviours, physics, bound, reward, setting, replans, horizon, draws
    )
    if out is None:
        return run_design(plan, progress=progress)
    with opened(plan, out, force=force) as (results, kept):
        return run_design(plan, results, kept, progress)


@contextmanager
def opened(
    plan: Design, out: str | os.PathLike[str], page: bool = False, force: bool = False
) -> Iterator[tuple[store.Results, Kept]]:
    """Hold a folder for a comparison's results, and look up what it has of them; raises as `compare`."""
    with store.results_folder(out, asked(plan), FRAMES, page, force) as results:
        yield results, Kept(plan, results.cells)


def run_design(
    plan: Design,
    results: store.Results | None = None,
    kept: Kept | None = None,
    progress: bool | None = None,
    draw: Draw | None = None,
) -> Comparison:
    """Run a comparison whose arguments were checked, note what made it, and save it where there is a folder."""
    began = time.perf_counter()
    ran = run(plan, kept, progress)
    effort = {"made": ran.made, "kept": ran.kept, "seconds": round(time.perf_counter() - began, 3)}
    manifest = made_by() | asked(plan) | {"results_sha256": results_hash(ran.frames.table), "cells": effort}
    comparison = Comparison(**ran.frames._asdict(), manifest=manifest)
    if results is not None:
        with results.delivering(comparison):
            comparison._publish(results, draw)
    return comparison
