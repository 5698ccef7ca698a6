"""Mechanisms side by side: the same worlds, the same draws, the same physics, and a bound that nobody can beat."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planlab.comparison import store
from planlab.comparison.design import Design, Named, design
from planlab.comparison.intervals import Paired, interval_of, paired
from planlab.comparison.runner import run
from planlab.world.execution import Execution

__all__ = ["Comparison", "compare", "run_design"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What every mechanism did under every behaviour in the same worlds.

    Parameters
    ----------
    table
        One row per mechanism, behaviour and seed: every metric of `planlab.score`, ``seconds`` of wall-clock time per
        plan and its execution (compilation included), the clairvoyant ``bound`` and the worst plan's ``status``. A run
        that raised has its error as status and no metrics.
    periods
        One row per mechanism, behaviour, seed and period: needs met and promised, fulfilment, throughput by kind of
        factor (the period before the first is 1).
    shortfalls
        Satisfaction of each community's need of each product, a mean over seeds and periods; of more than 400
        products, the 60 shortest.
    bounds
        The bound of each seed's world, what was achieved towards it and how it was found.
    manifest
        What made the numbers.
    """

    table: pd.DataFrame
    periods: pd.DataFrame
    shortfalls: pd.DataFrame
    bounds: pd.DataFrame
    manifest: dict[str, Any]

    @property
    def metrics(self) -> list[str]:
        """Names of the table's columns that hold a number per run."""
        return [str(name) for name in self.table.select_dtypes("number") if name != "seed"]

    @property
    def summary(self) -> pd.DataFrame:
        """Means over seeds by mechanism and behaviour, ``<metric>_low`` and ``<metric>_high`` their 95 % intervals.

        Intervals stay within what the metric can be; there is none (NaN) of fewer than eight seeds, nor where all gave
        the same, see `planlab.comparison.intervals.Interval`. Growth of throughput is a rate here, −100 % a year in
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

        Both met the same world and the same lies, so what they share cancels: two rows whose intervals overlap can
        differ beyond doubt.

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

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write the comparison as one HTML file that works offline; needs ``planlab[report]``."""
        from planlab.presentation.page import write_page

        return write_page(self, path)

    def figures(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Save the figures as SVG and PNG; needs ``planlab[report]``."""
        from planlab.presentation.plots import save_figures

        return save_figures(self, folder)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Save the numbers as Parquet beside a manifest, each file whole or not at all; needs ``planlab[data]``."""
        return store.save(folder, {name: getattr(self, name) for name in store.FRAMES}, self.manifest)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Comparison":
        """Read back what `save` wrote.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is nothing, or files do not belong together.
        """
        frames, manifest = store.load(folder)
        return cls(**frames, manifest=manifest)


def compare(
    mechanisms: Any,
    scenario: Named,
    periods: int = 10,
    seeds: Sequence[int] = range(5),
    behaviours: Mapping[str, Any] | None = None,
    execution: Execution = Execution(),  # noqa: B008 - frozen
    bound: bool = True,
    progress: bool | None = None,
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
        Of the runs. A seed gives every mechanism the same world and the same draws.
    behaviours
        Name to `Behaviour`, or to a `Behaviour` and a `Channel`; ``None``: everybody honest, and everybody
        misreporting in their own way through three levels of hierarchy.
    execution
        The physics.
    bound
        Whether to compute the clairvoyant bound.
    progress
        Whether to show a progress bar; ``None``: when standard error is a terminal.

    Returns
    -------
    Comparison
        A mechanism that raises keeps its rows, with the error as status.

    Raises
    ------
    ValueError, TypeError
        For wrong arguments, before anything runs.

    Examples
    --------
    >>> import planlab as pl
    >>> comparison = compare(["standstill"], pl.make_scenario("three_sector"), periods=2, seeds=range(2))
    >>> comparison.table[["mechanism", "behaviour", "seed", "status"]].head(1).to_dict("records")
    [{'mechanism': 'standstill', 'behaviour': 'honest', 'seed': 0, 'status': 'proposed'}]
    """
    return run_design(design(mechanisms, scenario, periods, seeds, behaviours, execution, bound), progress)


def run_design(plan: Design, progress: bool | None = None) -> Comparison:
    """Run a comparison whose arguments were checked, and note what made it."""
    frames = run(plan, progress)
    return Comparison(**frames._asdict(), manifest=store.manifest(plan, frames))
