"""Where the time of a computation goes: seconds and calls of chosen functions, each counted once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax

__all__ = ["best", "phases"]


def best(work: Callable[[], Any], repeats: int = 7) -> float:
    """Return the least seconds of several runs, after one that compiles."""
    jax.block_until_ready(work())
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(work())
        seconds.append(time.perf_counter() - began)
    return min(seconds)


@contextmanager
def phases(*named: tuple[str, Any, str]) -> Iterator[dict[str, float]]:
    """Time functions while the block runs: ``(phase, where it lives, its name)``; what calls another keeps the rest."""
    spent = dict.fromkeys([phase for phase, _, _ in named], 0.0)
    inner = [0.0]
    before = [(where, name, getattr(where, name)) for _, where, name in named]

    def timed(phase: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            inner.append(0.0)
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - began
                spent[phase] += took - inner.pop()
                inner[-1] += took

        return call

    for (phase, _, _), (where, name, function) in zip(named, before, strict=True):
        setattr(where, name, timed(phase, function))
    try:
        yield spent
    finally:
        for where, name, function in before:
            setattr(where, name, function)
