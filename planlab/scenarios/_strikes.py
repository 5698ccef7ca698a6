"""Capacity that is lost for a while."""

import numpy as np

from planlab.economy.scenario import Scenario

__all__ = ["struck"]


def struck(
    world: Scenario,
    share: float,
    severity: float,
    start: int,
    length: int,
    draw: np.random.Generator,
    sectors: tuple[str, ...] = (),
) -> np.ndarray:
    """Return multipliers of capacity, ``(periods, processes)``, that strike the makers of some products for a while.

    Parameters
    ----------
    world
        Whose capacity is struck.
    share
        Share of the eligible products struck, at least one.
    severity
        Share of capacity that their makers lose.
    start, length
        First period, counted from 0, and for how many it lasts.
    draw
        Draws who is struck.
    sectors
        Only products of these sectors are eligible, where the world has any of them; otherwise all whose capacity is
        limited.

    Raises
    ------
    ValueError
        Where no capacity is limited.
    """
    e = world.economy
    made, limited = np.asarray(e.main_product), np.isfinite(np.asarray(world.capacity))
    chosen = [code for code, name in enumerate(e.labels.sectors or ()) if name in sectors]
    eligible = np.unique(made[limited & (np.isin(np.asarray(e.sector), chosen) | (not chosen))])
    if not eligible.size:
        raise ValueError("base has no limited capacity that could be struck; give its scenario a capacity.")
    hit = draw.choice(eligible, max(1, round(share * eligible.size)), replace=False)
    capacity = np.ones((start + length + 1, e.processes))
    capacity[start : start + length, np.isin(made, hit)] = 1 - severity
    return capacity
