"""Through which files, and under which names, a capacity report, a price and a dial go in one run.

    python -m benchmarks.crossings

A run is watched as it happens, nothing compiled. A file is crossed where a function of it holds the value in a
variable, reads it by name from an object that has it or returns one, and where the class of such an object is defined.
`BELOW` knows of no reports and plans: there a number is a number in a formula. One-letter names are letters of formulas
and do not count; nor does `ANY`, by which generic code calls whatever it is handed. What is worked out of the value,
scaled or added up, is another, and a programme is where a way ends: what solvers do with its rows is theirs.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import fields, is_dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import jax
import numpy as np

import planlab as pl
from planlab.optimisation.linear_problem import LinearProblem

ANY = frozenset({"array", "leaf", "part", "value"})
"""What generic code calls whatever it is handed."""

ROOT = Path(pl.__file__).parent

BELOW = (ROOT / "base", ROOT / "economy")
"""Floors that know of no reports and plans."""

ENDS = (LinearProblem,)
"""Where a way ends."""


class Crossings(NamedTuple):
    """Files that were crossed, in the order in which they were, and the names used there."""

    files: tuple[str, ...]
    names: tuple[str, ...]


def crossings(run: Callable[[], Any], same: Callable[[Any], bool], *more: Path) -> Crossings:
    """Return which files a value crosses in a run, and under which names.

    Parameters
    ----------
    run
        What is watched.
    same
        Whether something is the value.
    *more
        Files besides planlab's.
    """
    found: dict[tuple[str, str], None] = {}
    seen: dict[str, str | None] = {}

    def place(file: str) -> str | None:
        if file not in seen:
            path = Path(file)
            ours = path.is_relative_to(ROOT) and not any(path.is_relative_to(floor) for floor in BELOW)
            seen[file] = str(path.relative_to(ROOT)) if ours else path.name if path in more else None
        return seen[file]

    def watch(frame: Any, event: str, returned: Any) -> None:
        here = place(frame.f_code.co_filename) if event == "return" else None
        if here is None or any(isinstance(frame.f_locals.get("self"), end) for end in ENDS):
            return
        for name, held in [*frame.f_locals.items(), ("", returned)]:
            if name and same(held):
                found[here, name] = None
            for field, part in _parts(held):
                if same(part):
                    there = place(getattr(sys.modules.get(type(held).__module__), "__file__", None) or "")
                    if there is not None:
                        found[there, field] = None
                    read = field in frame.f_code.co_names and not isinstance(held, ENDS)
                    made = not name and all(held is not other for other in frame.f_locals.values())
                    if read or (made and not _hands_on(frame, held)):
                        found[here, field] = None

    with jax.disable_jit():
        sys.setprofile(watch)
        try:
            run()
        finally:
            sys.setprofile(None)
    counted = [(file, name.lstrip("_")) for file, name in found if len(name.lstrip("_")) > 1 and name not in ANY]
    return Crossings(tuple(dict.fromkeys(f for f, _ in counted)), tuple(dict.fromkeys(n for _, n in counted)))


def _hands_on(frame: Any, held: Any) -> bool:
    """Return whether what a function returns was handed to it, or passed through it whole from another."""
    return type(held).__name__ not in frame.f_code.co_names and "replace" not in frame.f_code.co_names


def _parts(held: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an object that has some."""
    if is_dataclass(held) and not isinstance(held, type):
        yield from ((field.name, getattr(held, field.name, None)) for field in fields(held))
    elif isinstance(held, tuple) and hasattr(held, "_fields"):
        yield from zip(held._fields, held, strict=True)


def begins_with(wanted: np.ndarray) -> Callable[[Any], bool]:
    """Return what tells arrays of one dimension that begin with some numbers."""

    def same(held: Any) -> bool:
        if not isinstance(held, np.ndarray | jax.Array) or isinstance(held, jax.core.Tracer) or held.ndim != 1:
            return False
        return held.size >= wanted.size and np.array_equal(np.asarray(held)[: wanted.size], wanted)

    return same


SHARE = 0.8137
"""Of its capacity every producer reports so much, in the run that is watched."""


@cache
def world() -> pl.Scenario:
    """Return the world of the runs that are watched."""
    return pl.make_scenario("layered", products=12, communities=2, inputs=3, seed=1, capacity_margin=1.1)


class Overheard(pl.Hierarchy):
    """A hierarchy that notes what arrives."""

    def carry(self, said: Any, known: Any, key: Any) -> Any:
        """Return what arrives at the top."""
        arrived = super().carry(said, known, key)
        ARRIVED.append(begins_with(np.asarray(arrived.capacity)))
        return arrived


ARRIVED: list[Callable[[Any], bool]] = []
"""What tells a report that has arrived; channels change it on its way."""


def capacity_report(mechanism: Any = "linear_program", *more: Path) -> Crossings:
    """Return what a capacity report crosses that goes through a hierarchy, is planned by, and is audited."""
    behaviour, channel, audited = pl.Understate(SHARE), Overheard(levels=1), pl.Audited(reward=pl.Flat())
    ARRIVED[:] = [begins_with(np.asarray(world().capacity) * SHARE)]

    def run() -> None:
        pl.simulate(mechanism, world(), 1, behaviour, channel, pl.Frictionless(), reward=audited)

    return crossings(run, lambda held: any(same(held) for same in ARRIVED), *more)


def price() -> Crossings:
    """Return what a shadow price crosses from the programme's duals to pay and to a labelled table."""
    arguments: Any = {"physics": pl.Frictionless(), "reward": pl.Profit()}
    prices = np.asarray(pl.simulate("linear_program", world(), 1, **arguments).plan.prices)[0]
    return crossings(lambda: pl.simulate("linear_program", world(), 1, **arguments).to_xarray(), begins_with(prices))


def dial() -> Crossings:
    """Return what a dial of the world crosses from the command line to the formula, and to the record of the run."""
    from planlab.cli import main

    asked = 1.7320508

    def same(held: Any) -> bool:
        if isinstance(held, str):
            return str(asked) in held
        number = isinstance(held, float | np.floating | jax.Array | np.ndarray) and not isinstance(
            held, jax.core.Tracer
        )
        return number and np.ndim(held) == 0 and float(held) == asked

    asked_for = f"compare -s three_sector -m standstill -b honest --periods 1 --seeds 1 --set physics.cover={asked}"

    def run() -> None:
        with TemporaryDirectory() as folder, redirect_stdout(StringIO()), suppress(SystemExit):
            main([*asked_for.split(), "--out", folder, "--no-page"])

    return crossings(run, same)


if __name__ == "__main__":
    for what, found in (("capacity report", capacity_report()), ("price", price()), ("dial", dial())):
        print(f"{what}: {len(found.files)} files, {', '.join(found.files)}")
        print(f"{' ' * len(what)}  {len(found.names)} names, {', '.join(found.names)}")
