"""The runs of a comparison: every mechanism meets the same worlds, and one that fails keeps its rows."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from planlab.base.address import naming
from planlab.base.progress import Advance, progress_bar
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.behaviour import Behaviour
from planlab.scoring.bounds import Bound, clairvoyant
from planlab.scoring.closing import ENOUGH, MOST_PRODUCTS
from planlab.scoring.metric import METRICS
from planlab.simulation.run import Run
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import simulate, simulate_seeds
from planlab.study.cells import Cells
from planlab.study.design import Design
from planlab.study.frames import Frames, Record, Records, frames_of, recorded, told
from planlab.study.timing import Took, timed

__all__ = ["Kept", "Ran", "run"]

_log = logging.getLogger("planlab")


class Kept:
    """What of a comparison has been worked out before, and where each cell goes as soon as it is finished.

    Parameters
    ----------
    design
        What is compared.
    cells
        Where cells are; parts without an address are then refused by name. ``None``: nothing is kept.
    """

    def __init__(self, design: Design, cells: Cells | None = None) -> None:
        self.cells = cells
        named = naming() if cells else _numbered()
        self.bounds = [named("bound", named(world), design.periods, design.physics) for world in design.scenarios]
        self.runs: dict[tuple[str, str], list[str]] = {}
        scored = [own.of for own in METRICS.own().values() if not own.beside_bound]
        for mechanism, behaviour in design.pairs:
            planner, setting = design.mechanisms[mechanism], design.behaviours[behaviour]
            runs = [Run(planner, design.scenario(i), setting, design.periods, s) for i, s in enumerate(design.seeds)]
            self.runs[mechanism, behaviour] = [named("scored", run.address(named), *scored) for run in runs]

    def found(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the cells that are there, by name."""
        cells = {name: self.cells.find(name) for name in dict.fromkeys(names)} if self.cells else {}
        return {name: cell for name, cell in cells.items() if cell is not None}

    def keep(self, name: str, cell: dict[str, Any]) -> None:
        """Keep a cell."""
        if self.cells:
            self.cells.keep(name, cell)


def _numbered() -> Callable[..., str]:
    """Return a function that names equal things alike within one comparison, where nothing is kept."""
    names: dict[Any, str] = {}
    return lambda *parts: names.setdefault(
        tuple(p if isinstance(p, str | int) else id(p) for p in parts), str(len(names))
    )


class _Run(NamedTuple):
    """One mechanism under one behaviour, with the seed at a position."""

    design: Design
    pair: tuple[str, str]
    position: int

    @property
    def text(self) -> str:
        return ", ".join(self.pair)


class Ran(NamedTuple):
    """What came of a comparison; how many of its cells were worked out, and how many had been kept from before."""

    frames: Frames
    made: int
    kept: int


def run(design: Design, kept: Kept | None = None, progress: bool | None = None) -> Ran:
    """Run a comparison.

    Parameters
    ----------
    design
        What is compared.
    kept
        What has been worked out before, and where to keep what is now; ``None``: nowhere.
    progress
        Whether to show progress, see `planlab.base.progress.progress_bar`.
    """
    kept = kept or Kept(design)
    names = [*(kept.bounds if design.bound else []), *(name for runs in kept.runs.values() for name in runs)]
    found = kept.found(names)
    total = len(set(names))
    with progress_bar(progress, total) as advance:
        advance("kept from before", len(found))
        bounds = _bounds(design, kept, found, advance)
        records = _records(design, kept, found, advance)
    return Ran(frames_of(design, records, bounds), total - len(found), len(found))


def _bounds(design: Design, kept: Kept, found: Mapping[str, Any], advance: Advance) -> list[Bound]:
    """Return one bound per world."""
    if not design.bound:
        return [Bound(np.nan, np.nan, "not asked for")] * len(design.scenarios)
    made = {name: Bound(**found[name]) for name in kept.bounds if name in found}
    worlds = {name: world for name, world in zip(kept.bounds, design.scenarios, strict=True) if name not in made}

    def bound(name: str) -> None:
        try:
            made[name] = _bound(worlds[name], design)
            kept.keep(name, made[name]._asdict())
        except Exception as error:  # noqa: BLE001 - the comparison goes on without it, and says so
            _log.info("The bound could not be computed.", exc_info=error)
            made[name] = Bound(np.nan, np.nan, told(error))
        advance("clairvoyant bound", 1)

    advance("clairvoyant bound", 0)
    _each(bound, list(worlds))
    return [made[name] for name in kept.bounds]


def _bound(world: Scenario, design: Design) -> Bound:
    """Return the bound of a world, and that of those who leave enough to go on where that can be worked out."""
    free = clairvoyant(world, design.periods, design.physics)
    if world.economy.products > MOST_PRODUCTS or not np.isfinite(free.achieved):
        return free
    return free._replace(lasting=clairvoyant(world, design.periods, design.physics, closing=ENOUGH).needs_met)


def _each(work: Callable[[str], None], names: Sequence[str]) -> None:
    """Do some work for each of several names, on as many threads as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for done in [pool.submit(work, name) for name in names]:
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _records(design: Design, kept: Kept, found: Mapping[str, Any], advance: Advance) -> Records:
    """Return a record per mechanism, behaviour and seed."""
    made = {name: Record(**found[name]) for names in kept.runs.values() for name in names if name in found}
    todo: dict[str, _Run] = {}
    for pair, names in kept.runs.items():
        for position, name in enumerate(names):
            if name not in made:
                todo.setdefault(name, _Run(design, pair, position))

    def finished(name: str, record: Record) -> None:
        made[name] = record
        if not record.raised:
            kept.keep(name, record._asdict())
        advance(todo[name].text, 1)

    raised: dict[str, Exception] = {}
    firsts: list[str] = []
    for pair in design.pairs:
        waiting = {name: run.position for name, run in todo.items() if run.pair == pair}
        for name, record in _batch(design, pair, waiting).items():
            finished(name, record)
        firsts += [name for name in waiting if name not in made][:1]

    def work(name: str) -> None:
        advance(todo[name].text, 0)
        finished(name, _record(todo[name], raised))

    _each(work, firsts)  # of each pair one alone, so that what has to be compiled is compiled once
    _each(work, [name for name in todo if name not in made])
    for told_of, error in raised.items():
        _log.info("%s raised.", told_of.partition(": ")[0], exc_info=error)
    return {pair: [made[name] for name in names] for pair, names in kept.runs.items()}


def _record(run: _Run, raised: dict[str, Exception]) -> Record:
    """Return what one run leaves behind; one that raises does not take the others along."""
    design, position = run.design, run.position
    planner, setting = design.mechanisms[run.pair[0]], design.behaviours[run.pair[1]]
    scenario, seed = design.scenario(position), design.seeds[position]
    try:
        settled = replace(setting, behaviour=_settled(design, planner, setting, position))
        once = partial(simulate, planner, scenario, design.periods, seed=seed, setting=settled)
        return recorded(*timed(once))
    except Exception as error:  # noqa: BLE001 - a mechanism that raises keeps its rows; the others go on
        raised.setdefault(f"{run.text}: {error!r}", error)
        return Record(told(error))


def _settled(design: Design, planner: Mechanism, setting: Setting, position: int) -> Behaviour:
    """Return how people report once they know what they face; that takes no time of the run."""
    world: Any = {"reward": setting.paid_by(planner), "channel": setting.channel, "physics": setting.physics}
    return setting.behaviour.adapt_to(planner, design.scenario(position), seed=design.seeds[position], **world)


def _batch(design: Design, pair: tuple[str, str], todo: Mapping[str, int]) -> dict[str, Record]:
    """Return the records of runs that an accelerator can do at once; none where they are better done one by one."""
    planner, setting = design.mechanisms[pair[0]], design.behaviours[pair[1]]
    worlds = [design.scenario(position) for position in todo.values()]
    alike = len({_shape(world) for world in worlds}) == 1
    if len(todo) < 2 or not planner.traceable or not alike or jax.default_backend() == "cpu":
        return {}
    seeds = [design.seeds[position] for position in todo.values()]
    of = worlds[0] if len(design.scenarios) == 1 else worlds
    try:
        people = [_settled(design, planner, setting, position) for position in todo.values()]
        once = partial(simulate_seeds, planner, of, design.periods, people, seeds=seeds, setting=setting)
        runs, took = timed(once)
    except Exception as error:  # noqa: BLE001 - one by one it turns out which of them raise
        _log.info("%s (%s) did not run as one batch.", *pair, exc_info=error)
        return {}
    share = Took(took.seconds / len(runs), took.compile_seconds / len(runs))
    return {name: recorded(made, share) for name, made in zip(todo, runs, strict=True)}


def _shape(scenario: Scenario) -> tuple:
    leaves = jax.tree.leaves(scenario)
    return scenario.economy.factor_kinds, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
