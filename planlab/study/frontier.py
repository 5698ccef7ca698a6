"""Needs met against a cap on throughput: what less of it costs under every mechanism, and what it need not cost."""

import os
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.base.checks import check_once, check_positive
from planlab.economy.law import factor_place
from planlab.economy.laws.constraint import Constraint
from planlab.economy.scenario import Scenario
from planlab.scoring.score import NEEDS
from planlab.scoring.throughput import HEADLINE
from planlab.simulation.setting import Setting
from planlab.study import store
from planlab.study.comparison import Draw
from planlab.study.design import SEEDS, Design, Named, design
from planlab.study.frames import Frames
from planlab.study.manifest import asked, made_by, results_hash, study_hash
from planlab.study.runner import Kept, run

__all__ = ["CAPS", "Frontier", "frontier"]

CAPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
"""From all that there is of a factor to seven tenths."""

FRAMES = ("frontier",)


@dataclass(frozen=True, eq=False)
class Frontier:
    """What every mechanism did under every cap on one factor, in the same worlds.

    Parameters
    ----------
    table
        One row per mechanism, cap and seed: ``needs_met``; ``throughput``, use of factors of the capped one's kind, a
        mean over periods, the opening period's being 1; the clairvoyant ``bound`` under the same cap; the ``worth`` of
        one per cent more of the cap as the plans' shadow prices have it, in the objective of those that have any; and
        the ``status``.
    factor
        What is capped.
    manifest
        What made the numbers.
    """

    table: pd.DataFrame
    factor: str
    manifest: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """In a few lines: what was capped, and the needs that were met."""
        sizes = ", ".join(f"{self.table[axis].nunique()} {axis}s" for axis in ("mechanism", "cap", "seed"))
        world = self.manifest.get("scenario", {}).get("name", "a world")
        shown = self.means.assign(bound=self.bounds).round(3).rename_axis(columns=None)
        return f"Frontier on {world}, {self.factor} capped: {sizes}\n{shown.to_string()}"

    def _repr_html_(self) -> str:
        """As a table for notebooks."""
        return self.means.assign(bound=self.bounds).to_html(float_format=lambda x: f"{x:.3f}", na_rep="")

    @property
    def mechanisms(self) -> list[str]:
        """Names of the mechanisms."""
        return list(dict.fromkeys(self.table["mechanism"]))

    @property
    def means(self) -> pd.DataFrame:
        """Needs met, means over seeds: a row per cap, the highest first, and a column per mechanism."""
        means = self.table.pivot_table(NEEDS, "cap", "mechanism", aggfunc="mean", dropna=False)
        return means.reindex(columns=self.mechanisms).sort_index(ascending=False)

    @property
    def bounds(self) -> pd.Series:
        """The clairvoyant bound by cap, a mean over seeds."""
        return self.table.groupby("cap")["bound"].mean().sort_index(ascending=False)

    @property
    def losses(self) -> pd.DataFrame:
        r"""Needs lost for each hundredth of the factor that a cap takes, means over seeds.

        .. math:: \frac{1}{100} \frac{s(\kappa_{+}) - s(\kappa)}{\kappa_{+} - \kappa}, \qquad
                  \frac{1}{100}\, v\, b = \frac{\text{worth}}{\kappa},

        ``run``: from the next higher cap :math:`\kappa_+` to this one, in executed needs met; ``priced``: at this cap,
        by its shadow price v in the plans' objective, of mechanisms that have one. Both by mechanism and cap.
        """
        means = self.means
        apart = pd.Series(means.index, means.index).diff()
        ran = means.diff().div(100 * apart, axis=0).T.stack(future_stack=True)
        worth = self.table.assign(priced=self.table["worth"] / self.table["cap"])
        priced = worth.groupby(["mechanism", "cap"])["priced"].mean()
        return pd.DataFrame({"run": ran, "priced": priced.reindex(ran.index)})

    def save(self, folder: str | os.PathLike[str], force: bool = False, draw: Draw | None = None) -> Path:
        """Save the numbers beside a manifest, as `planlab.Comparison.save`."""
        with store.results_folder(folder, self.manifest, FRAMES, draw is not None, force) as results:
            self._publish(results, draw)
        return Path(folder)

    def _publish(self, results: store.Results, draw: Draw | None) -> None:
        drawable = draw is not None and self.table[NEEDS].notna().any()
        results.publish({FRAMES[0]: self.table}, self.manifest, partial(draw, self) if draw and drawable else None)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Frontier":
        """Read back what `save` wrote; raises as `planlab.Comparison.load`."""
        frames, manifest = store.load(folder, "frontier", FRAMES)
        return cls(frames[FRAMES[0]], manifest["factor"], manifest)


def frontier(
    mechanisms: Any,
    scenario: Named,
    caps: Iterable[float] = CAPS,
    factor: str | None = None,
    periods: int = 10,
    seeds: int | Iterable[int] = SEEDS,
    setting: Setting | None = None,
    bound: bool = True,
    progress: bool | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    draw: Draw | None = None,
) -> Frontier:
    r"""Run every mechanism under one cap after another on the throughput of a factor.

    .. math:: \sum_j F_{fj} x_j^t \le \kappa\, b, \qquad
              b = r_f, \text{ or } \sum_j F_{fj} x_j^0 \text{ where nothing limits it},

    in every period t, beside all limits that there are: each cap :math:`\kappa` is a world of its own, with a
    `planlab.Constraint` that every mechanism keeps to and knows of, and the same draws for each seed. What is capped is
    factor use in the world, and not what is embodied in imports.

    Parameters
    ----------
    mechanisms, scenario, periods, seeds, bound, progress
        As in `planlab.compare`.
    caps
        :math:`\kappa`, each above 0.
    factor
        By name, or by kind where there is one of it. ``None``: the first that is limited of the kinds material, energy,
        emissions, land, labour and other, in this order; the first of all where none is.
    setting
        How people report and are paid; ``None``: everybody honest.
    out, force
        As in `planlab.compare`: finished runs are kept there, so that with `force` another cap runs only what is new.
    draw
        As in `planlab.Comparison.save`.

    Returns
    -------
    Frontier
        Of which `planlab.write_page` makes a page.

    Raises
    ------
    ValueError, TypeError
        For wrong arguments, before anything runs.
    FileExistsError, BlockingIOError, planlab.study.store.NotSaved
        As `planlab.compare`.

    Examples
    --------
    All needs take 84.8 of 90 hours; what is cut first is the second half of needs, which counts for a fifth. Of 72
    hours that leaves 1 − .4 (1 − 72 / 84.8):

    >>> import planlab as pl
    >>> found = pl.frontier("linear_program", pl.make_scenario("three_sector"), (1.0, 0.8), periods=2, seeds=1)
    >>> found.factor, found.means["linear_program"].round(4).to_dict()
    ('labour', {1.0: 1.0, 0.8: 0.9396})
    """
    shares = check_positive("caps", caps, "numbers above 0, such as (1.0, 0.9, 0.8)")
    check_once("caps", [f"{share:g}" for share in shares])
    people: Any = {"behaviours": "honest"} if setting is None else {"setting": setting}
    plan = design(mechanisms, scenario, periods, seeds, bound=bound, **people)
    name = _name_of(plan.scenarios[0], factor)
    capped, began = _capped(plan, name, shares), time.perf_counter()
    with ExitStack() as held:
        results, question = None, _question(plan, name, shares)
        if out is not None:
            results = held.enter_context(store.results_folder(out, question, FRAMES, draw is not None, force))
        ran = run(capped, Kept(capped, results.cells if results else None), progress)
        table = _table(capped, ran.frames, name, shares)
        effort = {"made": ran.made, "kept": ran.kept, "seconds": round(time.perf_counter() - began, 3)}
        manifest = made_by() | question | {"results_sha256": results_hash(table), "cells": effort}
        found = Frontier(table, name, manifest)
        if results is not None:
            with results.delivering(found):
                found._publish(results, draw)
    return found


def _name_of(world: Scenario, factor: str | None) -> str:
    """Return the name of the factor that is capped."""
    kinds, limits = world.economy.factor_kinds, np.asarray(world.limits)
    labels = world.economy.labels.of("factors", len(kinds))
    if factor is not None:
        return labels[factor_place(world, factor)]
    known = sorted((HEADLINE.index(kind), k) for k, kind in enumerate(kinds) if kind in HEADLINE)
    if not known:
        raise ValueError("scenario has no factors, and nothing to cap; take a world that draws on something.")
    return labels[next((k for _, k in known if np.isfinite(limits[k])), known[0][1])]


def _capped(plan: Design, name: str, shares: tuple[float, ...]) -> Design:
    """Return a comparison in the worlds of every cap, seeds within caps: under each the same draws."""
    worlds = tuple(_under(world, name, share) for share in shares for world in plan.scenarios)
    in_one = len(plan.seeds) if len(plan.scenarios) == 1 else 1
    return replace(plan, scenarios=worlds, seeds=plan.seeds * len(shares), draws=in_one)


def _under(world: Scenario, name: str, share: float) -> Scenario:
    """Return a world under a cap."""
    k = factor_place(world, name)
    limit, used = float(world.limits[k]), float(world.economy.factors[k] @ world.activity)
    whole = limit if np.isfinite(limit) else used
    if not whole > 0:
        raise ValueError(f"factor is {name!r}, of which there is nothing to cap in {world.name}; name another.")
    return world.with_laws(Constraint(_cap_on(name), factor=name, level=share * whole))


def _cap_on(name: str) -> str:
    return f"cap on {name}"


def _question(plan: Design, name: str, shares: tuple[float, ...]) -> dict[str, Any]:
    """Return what is asked as a manifest spells it, with its hash."""
    own = {"kind": "frontier", "factor": name, "caps": list(shares)}
    return asked(plan) | own | {"study": study_hash(asked(plan, brief=True) | own)}


def _table(capped: Design, frames: Frames, name: str, shares: tuple[float, ...]) -> pd.DataFrame:
    """Return a row per mechanism, cap and seed."""
    found, world = frames.table, capped.scenarios[0]
    labels = world.economy.labels.of("factors", len(world.economy.factor_kinds))
    kind = world.economy.factor_kinds[labels.index(name)]
    each = len(capped.seeds) // len(shares)
    caps = np.tile(np.repeat(shares, each), len(capped.mechanisms))
    ran = ~found["status"].str.startswith("error: ")
    use = pd.Series(np.nan, found.index)
    if f"throughput_{kind}" in frames.periods:
        by_run = frames.periods[f"throughput_{kind}"].to_numpy(float).reshape(-1, capped.periods)
        use[ran] = by_run.mean(axis=1)
    both = [f"scarcity_{label}" for label in (name, _cap_on(name)) if f"scarcity_{label}" in found]
    worth = found[both].sum(axis=1, min_count=1) if both else np.nan
    table = found[["mechanism", "seed", NEEDS, "bound", "status"]].assign(cap=caps, throughput=use, worth=worth)
    return table[["mechanism", "cap", "seed", NEEDS, "throughput", "bound", "worth", "status"]]
