"""Checks at the boundary: every error names the argument, says what is wrong with it and what to do next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from planlab.economy.leontief import spectral_radius
from planlab.economy.productivity import is_productive
from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    from planlab.economy.economy import Labels, Shocks

__all__: list[str] = []


def numbers(name: str, value: Any) -> np.ndarray:
    """Return `value` as 64-bit floats (integers convert exactly), or say why it cannot be."""
    if value is None:
        raise TypeError(f"{name} is None; give an array of numbers.")
    if sp.issparse(value):
        raise TypeError(f"{name} is a sparse matrix where a dense array is expected; pass {name}.toarray().")
    try:
        array = value.to_numpy() if hasattr(value, "to_numpy") else np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: its rows have different lengths. Give every row the same length."
        ) from error
    _real(name, array.dtype)
    return array.astype(np.float64)


def _real(name: str, dtype: np.dtype) -> None:
    if dtype.kind in "fiu":
        return
    hints = {
        "O": "it holds things that are not numbers; find them with pandas.to_numeric and convert with .astype(float)",
        "U": "it holds text; convert with .astype(float), or pass names through labels",
        "S": "it holds text; convert with .astype(float), or pass names through labels",
        "b": "it holds True and False; if 1 and 0 are meant, convert with .astype(float)",
        "c": "it holds complex numbers; take the real part if that is what you mean",
    }
    raise TypeError(f"{name} has dtype {dtype}: {hints.get(dtype.kind, 'convert with .astype(float)')}.")


def _sound(name: str, entries: np.ndarray, infinite: bool = False) -> None:
    if np.isnan(entries).any():
        count = int(np.isnan(entries).sum())
        raise ValueError(
            f"{name} has {count} NaN entries. Fill or drop them first; planlab does not guess missing numbers."
        )
    if (entries < 0).any():
        raise ValueError(
            f"{name} has {int((entries < 0).sum())} negative entries (least {entries.min():.6g}); it counts physical "
            "quantities, which are zero or more. For real tables use planlab.load_table, which names and treats them."
        )
    if not infinite and np.isinf(entries).any():
        raise ValueError(
            f"{name} has {int(np.isinf(entries).sum())} infinite entries. Replace them with finite numbers."
        )


def dense(
    name: str,
    value: Any,
    shape: tuple[int | None, ...],
    infinite: bool = False,
    positive: bool = False,
    most: float | None = None,
) -> np.ndarray:
    """Return a checked dense array of `shape` (``None`` for any length); a single number is broadcast to a vector."""
    array = numbers(name, value)
    if array.ndim == 0 and len(shape) == 1:
        array = np.full(shape[0] or 0, float(array))
    if array.ndim != len(shape) or any(
        want is not None and have != want for have, want in zip(array.shape, shape, strict=False)
    ):
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise ValueError(f"{name} has shape {array.shape} but should have ({wanted}); check rows, columns and order.")
    _sound(name, array, infinite)
    if positive and (array <= 0).any():
        raise ValueError(
            f"{name} has entries that are zero; every entry must be above zero. Drop those or set a weight."
        )
    if most is not None and (array > most).any():
        raise ValueError(f"{name} has entries above {most:g} (greatest {array.max():.6g}); it is a share per period.")
    return array


def columns(name: str, value: Any, rows: int, communities: int | None = None) -> np.ndarray:
    """Return a checked ``(rows, communities)`` array; a vector is one community, or the same for all."""
    array = numbers(name, value)
    if array.ndim == 1:
        array = np.repeat(array[:, None], communities or 1, axis=1)
    return dense(name, array, (rows, communities))


def matrix(name: str, value: Any, shape: tuple[int, int] | None = None) -> Sparse:
    """Return a checked sparse matrix."""
    if isinstance(value, Sparse):
        value = value.to_scipy()
    if hasattr(value, "tocoo"):
        _real(name, value.dtype)
        _sound(name, value.data if value.format in ("csc", "csr", "coo") else value.tocoo().data)
    else:
        value = numbers(name, value)
        if value.ndim != 2:
            raise ValueError(f"{name} has {value.ndim} dimensions; it is a matrix (products, processes).")
        _sound(name, value)
    if 0 in value.shape:
        raise ValueError(
            f"{name} is empty, shape {value.shape}; an economy needs at least one product and one process."
        )
    if shape is not None and value.shape != shape:
        raise ValueError(f"{name} has shape {value.shape} but inputs has {shape}; both are (products, processes).")
    return Sparse.from_any(value, dtype=np.float64)


def make_matrix(outputs: Any, shape: tuple[int, int]) -> Sparse:
    """Return the make matrix; ``None`` is the identity, which needs as many processes as products."""
    n, m = shape
    if outputs is None:
        if n != m:
            raise ValueError(
                f"inputs has shape {shape}: with {m} processes for {n} products say who makes what in outputs "
                "(products, processes)."
            )
        return Sparse.from_any(sp.eye_array(n, format="csc"), dtype=np.float64)
    M = matrix("outputs", outputs, shape)
    made = np.bincount(np.asarray(M.columns), minlength=m)
    if (made == 0).any():
        raise ValueError(
            f"outputs has empty columns: process {int(np.argmax(made == 0))} makes nothing. Drop such processes."
        )
    return M


def kinds(value: Sequence[str] | None, factors: int, known: Sequence[str]) -> tuple[str, ...]:
    """Return a checked kind for each factor."""
    result = ("other",) * factors if value is None else tuple(value)
    if len(result) != factors:
        raise ValueError(f"factor_kinds has {len(result)} entries for {factors} factors; give one kind per factor.")
    if unknown := sorted(set(result) - set(known)):
        raise ValueError(f"factor_kinds has unknown kinds {unknown}. Known kinds: {', '.join(known)}.")
    return result


def codes(name: str, value: Any, size: int, default: np.ndarray) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return integer codes per process and, where names were given, the names they stand for."""
    if value is None:
        return default.astype(np.int32), None
    array = np.asarray(value)
    if array.shape != (size,):
        raise ValueError(f"{name} has shape {array.shape} but there are {size} processes; give one entry per process.")
    names, numbered = np.unique(array, return_inverse=True)
    return numbered.astype(np.int32), tuple(map(str, names))


def read_labels(labels: "Labels", **tables: Any) -> "Labels":
    """Fill missing labels from the indices of pandas tables, which must name the same things in the same order."""
    axes = {
        "inputs": ("products", "processes"),
        "factors": ("factors", "processes"),
        "needs": ("products", "communities"),
        "outputs": ("products", "processes"),
        "capital": ("products", "processes"),
    }
    read: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, table in tables.items():
        for axis, part in zip(axes[name], ("index", "columns"), strict=True):
            index = getattr(table, part, None)
            if index is None or not hasattr(table, "to_numpy"):
                continue
            names = tuple(" / ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in index)
            first, known = read.setdefault(axis, (name, names))
            if names != known:
                odd = next((x for x, y in zip(names, known, strict=False) if x != y), "the number of entries")
                raise ValueError(
                    f"{name} and {first} disagree on {axis}, first at {odd!r}; reindex {name} so that its {part} "
                    f"names the same {axis} in the same order."
                )
    found = {axis: names for axis, (_, names) in read.items() if getattr(labels, axis) is None}
    return replace(labels, **found)


def labels_fit(labels: "Labels", **sizes: int) -> None:
    """Check that labels are unique and as many as what they name."""
    for axis, size in sizes.items():
        names = getattr(labels, axis)
        if names is None:
            continue
        if len(names) != size:
            raise ValueError(f"labels.{axis} has {len(names)} names for {size} {axis}; give one each.")
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise ValueError(f"labels.{axis} has duplicates: {', '.join(twice[:5])}. Make every name unique.")


def fractional(name: str, value: Any) -> None:
    """Refuse a whole-number array where coefficients are fractions: whoever wrote 0.3 into it stored 0."""
    kinds = {getattr(dtype, "kind", "O") for dtype in getattr(value, "dtypes", [getattr(value, "dtype", None)])}
    if kinds & {"i", "u"}:
        raise TypeError(
            f"{name} has an integer dtype, in which 0.3 is stored as 0. Build it as floats; if whole numbers are meant "
            "convert with .astype(float)."
        )


def productive(A: Sparse, M: Sparse) -> None:
    """Check the Hawkins–Simon condition: some mix of processes makes more of everything than it uses up."""
    if is_productive(A, M):
        return
    if A.shape[0] == A.shape[1] and np.array_equal(np.asarray(M.rows), np.asarray(M.columns)):
        made = np.zeros(A.shape[1])
        made[np.asarray(M.columns)] = np.asarray(M.values)
        radius = spectral_radius(A.to_scipy() / made)
        raise ValueError(
            f"inputs has spectral radius {radius:.4f}; an economy needs less than 1 to feed itself. "
            "Scale the table down, or check that its columns, not its rows, are recipes."
        )
    raise ValueError(
        "inputs and outputs are unproductive: no mix of processes makes more of every product than it uses up. "
        "Check that columns, not rows, are recipes and that outputs is per unit of activity."
    )


def somebody_needs(D: np.ndarray, weights: np.ndarray) -> None:
    """Check that every community needs something that counts."""
    idle = np.flatnonzero(((D > 0) & (weights > 0)).sum(axis=0) == 0)
    if D.shape[1] == 0 or idle.size:
        which = f"community {idle[0]}" if idle.size else "every community"
        raise ValueError(
            f"needs is empty for {which}: nothing is needed (or urgency is zero). Drop it or state its needs."
        )


def attainable(
    A: Sparse, M: Sparse, D: np.ndarray, capacity: np.ndarray, stock: np.ndarray, names: Sequence[str]
) -> None:
    """Check that every needed product can be made: by processes with capacity whose inputs can be made in turn."""
    rows, cols = np.asarray(A.rows), np.asarray(A.columns)
    made_by, maker = np.asarray(M.rows), np.asarray(M.columns)
    makers = np.bincount(made_by, minlength=A.shape[0])
    used = (np.bincount(rows, minlength=A.shape[0]) > 0) | (D.sum(axis=1) > 0)
    orphans = np.flatnonzero((makers == 0) & (stock <= 0) & used)
    if orphans.size:
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
        listed = ", ".join(names[i] for i in hopeless[:5])
        raise ValueError(
            f"needs asks for {hopeless.size} products that nobody could make: {listed}. Their processes have no "
            "capacity, or lack an input that nobody makes; give capacity or stock, or drop the need."
        )


def shocks(value: "Shocks", processes: int, products: int, factors: int) -> None:
    """Check that shocks are multipliers of the right shapes."""
    dense("shocks.capacity", value.capacity, (None, processes))
    dense("shocks.needs", value.needs, (None, products))
    dense("shocks.limits", value.limits, (None, factors))
    if 0 in (value.capacity.shape[0], value.needs.shape[0], value.limits.shape[0]):
        raise ValueError("shocks has no periods; give at least one row (ones where nothing strikes).")
