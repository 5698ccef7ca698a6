"""Sizes that grow until memory or time is spent, on a device and on the CPU beside it; every end has its reason."""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from statistics import median
from typing import Any, NamedTuple

import jax
import numpy as np
from rich.table import Table

from benchmarks.memory import peak

__all__ = ["Machine", "Part", "Row", "Trial", "bandwidth", "bits_of", "run", "shown"]

REPEATS = 3


class Trial(NamedTuple):
    """A part at one size on one device: what to run, its non-zeros, an answer's error and the least bytes it moved."""

    work: Callable[[], Any]
    nonzeros: int
    error: Callable[[Any], float]
    moved: Callable[[Any], float] = lambda answer: math.nan


class Part(NamedTuple):
    """What is measured.

    Parameters
    ----------
    name
        As rows call it.
    lay_out
        ``lay_out(products, bits, device)``, called in a context of so many bits.
    first
        The smallest size.
    host
        Where it runs if it cannot run on a device.
    wide
        Why there is no 32-bit version, if there is none.
    seeds
        How many runs are one piece of work.
    growth
        From one size to the next.
    share
        How much of the time it is given, against others.
    """

    name: str
    lay_out: Callable[[int, int, Any], Trial]
    first: int
    host: str = ""
    wide: str = ""
    seeds: int = 1
    growth: float = math.sqrt(10)
    share: float = 1.0


class Machine(NamedTuple):
    """A device, the CPU beside it, and the bytes per second that each moves."""

    device: Any
    cpu: Any
    rates: dict[Any, float]


class Row(NamedTuple):
    """A part at a size, or why it did not get there; numbers that there are not are NaN."""

    part: str
    where: str
    device: str
    products: int
    seeds: int
    nonzeros: float
    bits: int
    seconds: float
    compile_seconds: float
    cpu_seconds: float
    ratio_to_cpu: float
    bytes: float
    bandwidth: float
    ratio_to_limit: float
    error: float
    stopped: str


class Timing(NamedTuple):
    """Seconds of a run, those that the first one took longer, and the answer."""

    seconds: float
    compiled: float
    answer: Any


def bits_of(bits: int) -> AbstractContextManager:
    """Return the context in which this thread computes in 32 or 64 bits."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(bits == 64)
    from jax.experimental import enable_x64  # type: ignore[attr-defined]  # JAX before 0.8

    return enable_x64(bits == 64)


def bandwidth(device: Any, numbers: int = 2**26) -> float:
    """Return the bytes per second that a triad moves, in 32 bits; ten at a time, so that starting them is free."""
    triad = jax.jit(lambda a, b: a * np.float32(0.5) + b)
    a, b = (jax.device_put(np.full(numbers, value, np.float32), device) for value in (1.0, 2.0))
    least = math.inf
    for _ in range(6):
        began = time.perf_counter()
        for _ in range(10):
            a = triad(a, b)
        a.block_until_ready()
        least = min(least, time.perf_counter() - began)
    return 10 * 3 * 4 * numbers / least


def timed(work: Callable[[], Any], device: Any, clock: Callable[[], float], left: float) -> Timing:
    """Run once to compile, then a few times; fewer where they would take more than a quarter of the seconds left.

    Raises
    ------
    RuntimeError
        If the answer lies elsewhere than on the device.
    """
    began = clock()
    answer = jax.block_until_ready(work())
    first, runs = clock() - began, list[float]()
    arrays = [leaf for leaf in jax.tree.leaves(answer) if isinstance(leaf, jax.Array)]
    if elsewhere := {one for array in arrays for one in array.devices()} - {device}:
        raise RuntimeError(f"the answer lies on {elsewhere}, not on {device}")
    del arrays
    while not runs or (len(runs) < REPEATS and sum(runs) + runs[-1] < left / 4):
        del answer  # two would take twice the memory
        began = clock()
        answer = jax.block_until_ready(work())
        runs.append(clock() - began)
    return Timing(median(runs), max(first - median(runs), 0.0), answer)


def why(error: Exception) -> str:
    """Return in a line why something ended."""
    said = str(error)
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in said or "out of memory" in said.lower():
        return "out of memory"
    return f"failed: {type(error).__name__}: {said.splitlines()[0][:120] if said else ''}"


def ladder(
    part: Part, bits: int, machine: Machine, end: float, largest: float, clock: Callable[[], float]
) -> Iterator[Row]:
    """Return the rows of a part, size by size; the last one says what ended it."""
    on = machine.cpu if part.host else machine.device
    rate = machine.rates[on]

    def row(size: float, **found: Any) -> Row:
        blank: dict[str, Any] = dict.fromkeys(Row._fields, math.nan)
        same = {"part": part.name, "where": part.host, "device": on.device_kind, "seeds": part.seeds, "bits": bits}
        return Row(**blank | same | {"products": round(size), "bandwidth": rate, "stopped": ""} | found)

    if bits == 32 and part.wide:
        yield row(part.first, stopped=part.wide)
        return
    n, more, spent, growing, of_cpu, held = float(part.first), part.growth, 0.0, 0.0, 0.0, 0.0
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    while True:
        size, needed, left = round(n), spent + (more - 1) * growing, end - clock()
        stopped = (
            f"as large as asked for: {largest:g}"
            if size > largest
            else f"out of time: about {needed:.0f} s needed, {max(left, 0.0):.0f} s left"
            if left <= needed
            else f"out of memory: the host needs about {more * held:.0f} GiB and has {most:.0f}"
            if more * held > most
            else ""
        )
        if stopped:
            yield row(size, stopped=stopped)
            return
        began = clock()
        try:
            with bits_of(bits), peak() as memory:
                trial, laid_out = part.lay_out(size, bits, on), clock()
                own = timed(trial.work, on, clock, left)
                running = clock() - laid_out - own.compiled
                error, moved = float(trial.error(own.answer)), float(trial.moved(own.answer))
        except Exception as raised:  # whatever it was, other parts still have something to tell
            yield row(size, stopped=why(raised))
            return
        nonzeros, seconds, compiled = trial.nonzeros, own.seconds, own.compiled
        del trial, own
        # compiling takes as long at every size; what else grows, if not running only, two sizes tell
        before, spent, held = spent, clock() - began, memory.gigabytes
        growing = min(max(running, (spent - before) / (1 - 1 / more) if before else 0.0), spent)
        where, beside = part.host or on.platform, seconds
        if on != machine.cpu:
            began, beside = clock(), math.nan
            if needed + more * of_cpu >= left:
                where, of_cpu = f"{where}; the CPU would take too long", more * of_cpu
            else:
                try:
                    with bits_of(bits):
                        work = part.lay_out(size, bits, machine.cpu).work
                        beside = timed(work, machine.cpu, clock, end - clock()).seconds
                        del work
                except Exception as raised:
                    where = f"{where}; the CPU: {why(raised)}"
                of_cpu = clock() - began
        yield row(
            size,
            where=where,
            nonzeros=nonzeros,
            seconds=seconds,
            compile_seconds=compiled,
            cpu_seconds=beside,
            ratio_to_cpu=math.nan if part.host else _over(beside, seconds),
            bytes=moved,
            ratio_to_limit=_over(moved / rate, seconds),
            error=error,
        )
        n *= more


def _over(a: float, b: float) -> float:
    return a / b if b else math.nan


def run(
    parts: Sequence[Part],
    machine: Machine,
    seconds: float,
    largest: float = math.inf,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Row]:
    """Return the rows of all parts, in 64 and in 32 bits; what one leaves of its share of the time goes to the next."""
    end, rungs = clock() + seconds, [(part, bits) for part in parts for bits in (64, 32)]
    shares = [0.0 if bits == 32 and part.wide else part.share for part, bits in rungs]
    for k, (part, bits) in enumerate(rungs):
        now = clock()
        until = now + (end - now) * shares[k] / max(sum(shares[k:]), 1.0)
        yield from ladder(part, bits, machine, until, largest, clock)


def shown(rows: Sequence[Row]) -> Table:
    """Return rows as a table for people."""
    table = Table("part", title="seconds after compiling")
    for name in ("bits", "products", "seconds", "compile", "CPU", "× CPU", "GB", "limit", "error"):
        table.add_column(name, justify="right")
    table.add_column("where it ran, or why it went no further")
    kinds = (".2g", ".2g", ".2g", ".2f", ".2g", ".2f", ".0e")
    for r in rows:
        numbers = r.seconds, r.compile_seconds, r.cpu_seconds, r.ratio_to_cpu, r.bytes / 1e9, r.ratio_to_limit, r.error
        cells = ["" if math.isnan(x) else format(x, kind) for x, kind in zip(numbers, kinds, strict=True)]
        table.add_row(r.part, str(r.bits), str(r.products), *cells, r.stopped or r.where, end_section=bool(r.stopped))
    return table
