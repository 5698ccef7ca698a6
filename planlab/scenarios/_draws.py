"""Random draws for generators: one Philox stream per label, distinct suppliers."""

import hashlib

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import at_once

__all__ = ["draw_suppliers", "stream"]

ALL_PAIRS_UP_TO = 4_000_000
"""Up to this many supplier-buyer pairs every pair is drawn; above, only the pairs that trade."""

ROUNDS = 200

BUYERS_AT_ONCE = 1 << 15
"""Buyers whose draws are looked up together, by one core."""


def stream(seed: int, *labels: str | int) -> np.random.Generator:
    """Return the random stream that belongs to some labels: one more draw under one label changes no other.

    Examples
    --------
    >>> bool(stream(0, "needs").random() == stream(0, "needs").random())
    True
    """
    digest = hashlib.sha256("\x1f".join(("planlab", *map(str, labels))).encode()).digest()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, int.from_bytes(digest[:8], "big")])))


def draw_suppliers(
    rng: np.random.Generator, fitness: np.ndarray, group: np.ndarray, trade: np.ndarray, inputs: int
) -> sp.csc_array:
    """Draw distinct suppliers for one process per product, none of them the product itself.

    Suppliers are drawn one after another without replacement, with the odds of a supplier in the first draw its
    group's share in `trade` times its share of the group's fitness.

    Parameters
    ----------
    rng
        Random stream.
    fitness
        How attractive each product is as an input, ``(products,)``, positive.
    group
        Group of each product and of the process that makes it, ``(products,)``.
    trade
        Share of inputs that groups buy from groups, ``(groups, groups)``; rows sell, columns buy.
    inputs
        Suppliers per process.

    Returns
    -------
    scipy.sparse.csc_array
        ``(products, products)`` of ones; every column has exactly `inputs` non-zeros.

    Examples
    --------
    >>> one = np.zeros(50, int)
    >>> pattern = draw_suppliers(stream(0, "example"), np.ones(50), one, np.ones((1, 1)), inputs=3)
    >>> set(np.diff(pattern.indptr).tolist()), float(pattern.diagonal().sum())
    ({3}, 0.0)
    """
    n, groups = fitness.size, trade.shape[0]
    mass = np.bincount(group, weights=fitness, minlength=groups)
    chosen = np.empty((n, inputs), dtype=np.int32)
    left = np.arange(n)
    if n * n > ALL_PAIRS_UP_TO:
        left = _draw_again(rng, fitness, group, np.where(mass[:, None] > 0, trade, 0.0), chosen)
    block = max(1, ALL_PAIRS_UP_TO // n)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(trade / mass[:, None])
    odds = np.where(np.isfinite(odds), odds, -100.0)
    for buyers in (left[start : start + block] for start in range(0, left.size, block)):
        appeal = np.log(fitness) + odds[group][:, group[buyers]].T + rng.gumbel(size=(buyers.size, n))
        appeal[np.arange(buyers.size), buyers] = -np.inf
        chosen[buyers] = np.sort(np.argpartition(-appeal, inputs - 1, axis=1)[:, :inputs], axis=1)
    return sp.csc_array((np.ones(chosen.size), chosen.ravel(), np.arange(n + 1) * inputs), shape=(n, n))


def _draw_again(
    rng: np.random.Generator, fitness: np.ndarray, group: np.ndarray, trade: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Fill `chosen` by drawing with replacement and drawing again what repeats; return who repeats to the end."""
    n, inputs = chosen.shape
    order = np.argsort(group, kind="stable")
    ladder = np.cumsum(fitness[order])
    ends = np.searchsorted(group[order], np.arange(trade.shape[0]), side="right")
    top = np.where(ends > 0, ladder[ends - 1], 0.0)
    floor = np.concatenate([[0.0], top[:-1]])
    steps = np.cumsum(trade / trade.sum(axis=0), axis=0).T
    steps[:, -1] = 1.0
    rungs = (steps + np.arange(trade.shape[1])[:, None]).ravel()

    def draw(slots: np.ndarray, which: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Fill some buyers' slots by two uniform draws each; return the slots whose supplier is theirs already."""
        buyers = slots // inputs
        sells = np.searchsorted(rungs, group[buyers] + which, side="right") % trade.shape[0]
        level = floor[sells] + height * (top[sells] - floor[sells])
        upwards = np.argsort(level)
        place = np.empty(slots.size, dtype=np.int64)
        place[upwards] = np.searchsorted(ladder, level[upwards], side="right")
        chosen.ravel()[slots] = order[np.minimum(place, ends[sells] - 1)]
        touched = buyers[np.diff(buyers, prepend=-1) > 0]
        block = np.sort(chosen[touched], axis=1)
        chosen[touched] = block
        repeated = block == touched[:, None]
        repeated[:, 1:] |= block[:, 1:] == block[:, :-1]
        return (touched[:, None] * inputs + np.arange(inputs))[repeated]

    slots = np.arange(chosen.size)
    for _ in range(ROUNDS):
        which, height = rng.random(slots.size), rng.random(slots.size)
        cuts = np.unique(np.searchsorted(slots, np.arange(0, n + BUYERS_AT_ONCE, BUYERS_AT_ONCE) * inputs))
        parts = [np.s_[low:high] for low, high in zip(cuts, cuts[1:], strict=False)]
        shares = [(slots[part], which[part], height[part]) for part in parts]
        slots = np.concatenate(at_once(lambda share: draw(*share), shares))
        if not slots.size:
            break
    return np.unique(slots // inputs)
