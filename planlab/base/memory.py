"""Room for what is compiled: every compiled programme takes memory maps, of which a process may have only so many."""

import gc
from pathlib import Path
from typing import Any

import jax

__all__ = ["make_room"]

MANY = 50
"""How much is compiled before it is worth looking how many maps there are: a programme takes a few to some dozens."""

_compiled = 0


def _count(event: str, duration_secs: float, **about: Any) -> None:
    """Count what JAX compiles, or finds compiled on disk."""
    global _compiled
    _compiled += event.endswith("backend_compile_duration")


jax.monitoring.register_event_duration_secs_listener(_count)


def make_room(share: float = 0.5, after: int = MANY) -> bool:
    """Forget what has been compiled if it takes up a share of the memory maps that the system allows a process.

    Beyond all of them compilation fails and takes the process with it. What is needed again is compiled again.

    Parameters
    ----------
    share
        From 0 to 1.
    after
        Do nothing until so much was compiled since this was last asked.

    Returns
    -------
    bool
        Whether anything was forgotten; never on systems that do not say how many maps there are.
    """
    global _compiled
    if _compiled < after:
        return False
    _compiled = 0
    try:
        most = int(Path("/proc/sys/vm/max_map_count").read_text())
        used = Path("/proc/self/maps").read_text().count("\n")
    except (OSError, ValueError):
        return False
    if used <= share * most:
        return False
    jax.clear_caches()
    gc.collect()
    return True
