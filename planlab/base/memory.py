"""Room for what is compiled: every compiled programme takes memory maps, of which a process may have only so many."""

import gc
from pathlib import Path

import jax

__all__ = ["make_room"]


def make_room(share: float = 0.5) -> bool:
    """Forget what has been compiled if it takes up a share of the memory maps that the system allows a process.

    Beyond all of them compilation fails and takes the process with it. What is needed again is compiled again.

    Parameters
    ----------
    share
        From 0 to 1.

    Returns
    -------
    bool
        Whether anything was forgotten; never on systems that do not say how many maps there are.
    """
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
