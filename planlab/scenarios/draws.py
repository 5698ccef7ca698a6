"""Random draws for generators: one Philox stream per label, suppliers without repetition, checked parameters."""

import hashlib
from typing import Any

import numpy as np
import scipy.sparse as sp

__all__ = ["draw_suppliers", "fraction", "stream", "whole"]

EXACT_UP_TO = 2000
"""Up to this many products suppliers are drawn exactly without replacement; above, repeats are drawn again."""


def stream(seed: int, *labels: str) -> np.random.Generator:
    """Return the random stream that belongs to some labels: one more draw under one label changes no other.

    Examples
    --------
    >>> bool(stream(0, "needs").random() == stream(0, "needs").random())
    True
    """
    digest = hashlib.sha256("\x1f".join(labels).encode()).digest()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, int.from_bytes(digest[:8], "big")])))


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number within bounds, or say by name what is wrong."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; give a whole number.")
    if value < least or (most is not None and value > most):
        between = f"at least {least}" if most is None else f"between {least} and {most}"
        raise ValueError(f"{name} is {value}; give a whole number {between}.")
    return int(value)


def fraction(name: str, value: Any, low: float, high: float, closed: bool = True) -> float:
    """Return a number within ``(low, high]`` (or ``[low, high]`` for low 0), or say by name what is wrong."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise TypeError(f"{name} is {value!r}; give a number.")
    inside = (low <= value if low == 0 else low < value) and (value <= high if closed else value < high)
    if not inside:
        raise ValueError(f"{name} is {value}; give a number between {low} and {high}{'' if closed else ' (below it)'}.")
    return float(value)


def draw_suppliers(
    rng: np.random.Generator,
    fitness: np.ndarray,
    supplier_group: np.ndarray,
    buyer_group: np.ndarray,
    buyer_product: np.ndarray,
    affinity: np.ndarray,
    inputs: int,
) -> sp.csc_array:
    """Draw `inputs` distinct suppliers for every process, none of them its own product.

    Parameters
    ----------
    rng
        Random stream.
    fitness
        How attractive each product is as an input, ``(products,)``.
    supplier_group, buyer_group
        Group of each product ``(products,)`` and each process ``(processes,)``.
    buyer_product
        What each process makes, ``(processes,)``.
    affinity
        How much the groups trade, ``(groups, groups)``; rows sell, columns buy.
    inputs
        Suppliers per process.

    Returns
    -------
    scipy.sparse.csc_array
        ``(products, processes)`` of ones; every column has exactly `inputs` non-zeros.
    """
    n, m = fitness.size, buyer_group.size
    if n <= EXACT_UP_TO:
        with np.errstate(divide="ignore"):
            appeal = np.log(fitness[:, None] * affinity[supplier_group][:, buyer_group])
        appeal = np.where(np.isfinite(appeal), appeal, -50.0) + rng.gumbel(size=(n, m))
        appeal[buyer_product, np.arange(m)] = -np.inf
        chosen = np.argpartition(-appeal, inputs - 1, axis=0)[:inputs].T
    else:
        chosen = _redraw(rng, fitness, supplier_group, buyer_group, buyer_product, affinity, inputs)
    chosen = np.sort(chosen, axis=1)
    return sp.csc_array((np.ones(m * inputs), chosen.ravel(), np.arange(m + 1) * inputs), shape=(n, m))


def _redraw(rng, fitness, supplier_group, buyer_group, buyer_product, affinity, inputs) -> np.ndarray:
    """Draw with replacement and draw again whatever repeats, until nothing does."""
    cumulated = [np.cumsum(fitness * affinity[supplier_group, group]) for group in range(affinity.shape[1])]
    chosen = np.empty((buyer_group.size, inputs), dtype=np.int64)
    slots = np.arange(chosen.size)
    while slots.size:
        rows = slots // inputs
        level = rng.random(slots.size)
        fresh = np.empty(slots.size, dtype=np.int64)
        for group, cumulative in enumerate(cumulated):
            mine = buyer_group[rows] == group
            fresh[mine] = np.searchsorted(cumulative, level[mine] * cumulative[-1], side="right")
        chosen.ravel()[slots] = np.minimum(fresh, fitness.size - 1)
        touched = np.unique(rows)
        block = np.sort(chosen[touched], axis=1)
        repeated = np.zeros(block.shape, bool)
        repeated[:, 1:] = block[:, 1:] == block[:, :-1]
        repeated |= block == buyer_product[touched][:, None]
        chosen[touched] = block
        slots = (touched[:, None] * inputs + np.arange(inputs))[repeated]
    return chosen
