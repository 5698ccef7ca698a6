"""What an economy must fulfil: every error names the argument, says what is wrong with it and what to do next."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.economy.alignment import places
from planlab.economy.arrays import matrix
from planlab.economy.labels import Labels
from planlab.economy.leontief import spectral_radius
from planlab.economy.productivity import feeds_itself
from planlab.economy.sparse import Sparse

__all__: list[str] = []


def make_matrix(outputs: Any, shape: tuple[int, int], labels: Labels) -> Sparse:
    """Return the make matrix; ``None``: one unit of the product of the process's name, else of its number."""
    n, m = shape
    if outputs is None:
        if n != m:
            raise ValueError(
                f"inputs has shape {shape}: with {m} processes for {n} products say who makes what in outputs "
                "(products, processes)."
            )
        makes = np.arange(n)
        if labels.products and labels.processes and set(labels.products) == set(labels.processes):
            makes = places("outputs", labels.products, labels.processes, "products", "inputs")
        return Sparse.from_any(sp.csc_array((np.ones(n), (makes, np.arange(n))), shape=shape), dtype=np.float64)
    M = matrix("outputs", outputs, shape)
    made = np.bincount(np.asarray(M.columns), minlength=m)
    if (made == 0).any():
        raise ValueError(
            f"outputs has empty columns: process {int(np.argmax(made == 0))} makes nothing. Drop such processes."
        )
    return M


def kinds(value: Any, factors: int, known: Sequence[str]) -> tuple[str, ...]:
    """Return a checked kind for each factor."""
    if isinstance(value, str):
        raise ValueError(f"factor_kinds is {value!r}; give one kind per factor, such as [{value!r}].")
    result = ("other",) * factors if value is None else tuple(value)
    if len(result) != factors:
        raise ValueError(f"factor_kinds has {len(result)} entries for {factors} factors; give one kind per factor.")
    if unknown := sorted(set(result) - set(known), key=str):
        raise ValueError(f"factor_kinds has unknown kinds {unknown}. Known kinds: {', '.join(known)}.")
    return tuple(map(str, result))


def flags(name: str, value: Any, size: int) -> np.ndarray | None:
    """Return checked truth values, one per product; ``None`` where all are true."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype == object and all(isinstance(entry, bool | np.bool_) for entry in array.ravel()):
        array = array.astype(bool)
    if array.dtype != bool:
        raise ValueError(f"{name} is {value!r:.80}; give true or false for every product.")
    if array.shape != (size,):
        raise ValueError(f"{name} has shape {array.shape} but there are {size} products; give one entry per product.")
    return None if array.all() else array


def codes(
    name: str, value: Any, size: int, default: np.ndarray, names: tuple[str, ...] | None = None
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return integer codes per process and the names they stand for: those given in `names`, or those found."""
    if value is None:
        return default.astype(np.int32), names
    array = np.asarray(value)
    if array.shape != (size,):
        raise ValueError(f"{name} has shape {array.shape} but there are {size} processes; give one entry per process.")
    if (missing := np.asarray(pd.isna(np.asarray(value, dtype=object)))).any():
        raise ValueError(
            f"{name} has {int(missing.sum())} missing entries, first for process {int(np.argmax(missing))}; give every "
            "process one."
        )
    if names is not None:
        return _codes_among(name, array, names), names
    found, numbered = np.unique(array.astype(str) if array.dtype.kind == "O" else array, return_inverse=True)
    return numbered.astype(np.int32), tuple(map(str, found))


def _codes_among(name: str, array: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Return where each entry stands among names; whole numbers that are no names are places already."""
    where = {label: i for i, label in enumerate(names)}
    texts = [str(entry) for entry in array]
    if array.dtype.kind in "iu" and not set(texts) <= set(where) and 0 <= array.min() <= array.max() < len(names):
        return array.astype(np.int32)
    if unknown := [text for text in dict.fromkeys(texts) if text not in where]:
        raise ValueError(
            f"{name} has {', '.join(map(repr, unknown[:5]))}, which labels.{name}s lacks; name all there, or leave "
            f"labels.{name}s out."
        )
    return np.array([where[text] for text in texts], dtype=np.int32)


def productive(A: Sparse, M: Sparse) -> None:
    """Check the Hawkins–Simon condition: some mix of processes makes more of everything than it uses up."""
    if feeds_itself(A.to_scipy(), M.to_scipy()):
        return
    n, maker = A.shape[0], np.asarray(M.rows)
    if A.shape == (n, n) and np.array_equal(np.sort(maker), np.arange(n)):
        per_output = sp.csc_array(A.to_scipy() @ sp.diags_array(1 / np.asarray(M.values)))
        radius = spectral_radius(per_output[:, np.argsort(maker)])
        raise ValueError(
            f"inputs has spectral radius {radius:.4f}; an economy needs less than 1 to feed itself. "
            "Scale the table down, or check that its columns, not its rows, are recipes."
        )
    raise ValueError(
        "inputs and outputs are unproductive: no mix of processes makes more of every product than it uses up. "
        "Check that columns, not rows, are recipes and that outputs is per unit of activity."
    )


def somebody_needs(D: np.ndarray, weights: np.ndarray) -> None:
    """Check that some community needs something that counts."""
    if not ((D > 0) & (weights > 0)).any():
        raise ValueError("needs is empty: nobody needs anything (or urgency is zero). State what is needed.")


def attainable(A: Sparse, M: Sparse, D: np.ndarray, capacity: np.ndarray, stock: np.ndarray, labels: Labels) -> None:
    """Check that every needed product can be made: by processes with capacity whose inputs can be made in turn."""
    rows, cols = np.asarray(A.rows), np.asarray(A.columns)
    made_by, maker = np.asarray(M.rows), np.asarray(M.columns)
    makers = np.bincount(made_by, minlength=A.shape[0])
    used = (np.bincount(rows, minlength=A.shape[0]) > 0) | (D.sum(axis=1) > 0)
    orphans = np.flatnonzero((makers == 0) & (stock <= 0) & used)
    if orphans.size:
        names = labels.of("products", A.shape[0])
        listed = ", ".join(names[i] for i in orphans[:5])
        raise ValueError(
            f"outputs has no process for {orphans.size} products that are used or needed: {listed}. "
            "Add a process or a stock, or drop the product."
        )
    live = capacity > 0
    while True:
        there = (np.bincount(made_by[live[maker]], minlength=A.shape[0]) > 0) | (stock > 0)
        starved = np.zeros(A.shape[1], bool)
        starved[cols[~there[rows]]] = True
        if not (live & starved).any():
            break
        live &= ~starved
    hopeless = np.flatnonzero((D.sum(axis=1) > 0) & ~there)
    if hopeless.size:
        names = labels.of("products", A.shape[0])
        listed = ", ".join(names[i] for i in hopeless[:5])
        raise ValueError(
            f"needs asks for {hopeless.size} products that nobody could make: {listed}. Their processes have no "
            "capacity, or lack an input that nobody makes; give capacity or stock, or drop the need."
        )
