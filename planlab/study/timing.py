"""How long a run took, and how much of that was compilation."""

import time
from collections.abc import Callable
from functools import cache
from threading import local
from typing import Any, NamedTuple, TypeVar

import jax
from jax import monitoring

__all__ = ["Took", "timed"]

T = TypeVar("T")

_here = local()


class Took(NamedTuple):
    """Wall-clock seconds of some work without compilation, and those of compilation."""

    seconds: float
    compile_seconds: float


def timed(work: Callable[[], T], again_below: float = 1.0) -> tuple[T, Took]:
    """Return what some work returns, once all of it is there, and how long it took.

    Tracing, lowering and compiling as JAX reports them in this thread count as compilation. The first call of what was
    just compiled takes a little longer all the same, so work that compiled something and was otherwise short is done
    and timed once more.

    Parameters
    ----------
    work
        Returns the same whenever it is called.
    again_below
        How short work has to be to be done twice, in seconds.
    """
    made, (seconds, compiling) = _timed(work)
    if compiling > 0 and seconds < again_below:
        seconds = _timed(work)[1].seconds
    return made, Took(seconds, compiling)


def _timed(work: Callable[[], T]) -> tuple[T, Took]:
    _listen()
    spans: list[tuple[float, float]] = []
    _here.spans = spans
    began = time.perf_counter()
    made = jax.block_until_ready(work())
    whole = time.perf_counter() - began
    compiling = min(whole, _covered(spans))
    return made, Took(whole - compiling, compiling)


@cache
def _listen() -> None:
    monitoring.register_event_duration_secs_listener(_note)


def _note(event: str, duration_secs: float, **_: Any) -> None:
    if event.startswith("/jax/core/compile/") and hasattr(_here, "spans"):
        ended = time.perf_counter()
        _here.spans.append((ended - duration_secs, ended))


def _covered(spans: list[tuple[float, float]]) -> float:
    """Return how long at least one span lasted; tracing a part is within tracing the whole."""
    covered, until = 0.0, float("-inf")
    for began, ended in sorted(spans):
        covered += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return covered
