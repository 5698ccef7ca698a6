"""What users hand over as arrays, read as 64-bit numbers: every error names the argument and what is wrong with it."""

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.economy.sparse import Sparse, well_formed

__all__ = ["columns", "dense", "matrix", "numbers"]

LEAST, MOST = 1e-50, 1e50
"""Between these every number that is not zero must lie, so that no product of a few of them is lost."""

HINTS = {
    "U": "it holds text; convert with .astype(float), or pass names through labels",
    "S": "it holds text; convert with .astype(float), or pass names through labels",
    "b": "it holds True and False; if 1 and 0 are meant, convert with .astype(float)",
    "c": "it holds complex numbers; take the real part if that is what you mean",
}


def numbers(name: str, value: Any) -> np.ndarray:
    """Return `value` as a new array of 64-bit floats, NaN where something is missing, or say why it cannot be.

    Missing is what is NaN, NA, None or masked. Whole numbers, decimals and fractions in arrays of objects are numbers;
    True, False and texts are none.
    """
    if value is None:
        raise TypeError(f"{name} is None; give an array of numbers.")
    if sp.issparse(value) or isinstance(value, Sparse):
        raise TypeError(f"{name} is a sparse matrix where a dense array is expected; pass {name}.toarray().")
    if isinstance(value, pd.DataFrame):
        if all(isinstance(dtype, np.dtype) and dtype.kind in "fiu" for dtype in value.dtypes):
            return value.to_numpy(dtype=np.float64, copy=True)
        parts = [_column(name, value.iloc[:, j], j) for j in range(value.shape[1])]
        return np.stack(parts, axis=1) if parts else np.zeros(value.shape)
    if isinstance(value, pd.Series):
        return _column(name, value)
    try:
        array = value.to_numpy() if hasattr(value, "to_numpy") else np.ma.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: its rows have different lengths. Give every row the same length."
        ) from error
    if array.dtype.kind == "O":
        return _objects(name, np.ma.filled(array, np.nan))
    real(name, array.dtype)
    return np.ma.filled(array.astype(np.float64), np.nan)


def real(name: str, dtype: Any) -> None:
    """Refuse an array whose entries are no numbers."""
    if np.dtype(dtype).kind not in "fiu":
        hint = HINTS.get(np.dtype(dtype).kind, "convert with .astype(float)")
        raise TypeError(f"{name} has dtype {dtype}: {hint}.")


def _column(name: str, column: pd.Series, j: int | None = None) -> np.ndarray:
    """Return one column of a table as floats, NaN where something is missing."""
    if pd.api.types.is_bool_dtype(column.dtype):
        raise TypeError(f"{name} has dtype {column.dtype}: {HINTS['b']}.")
    if pd.api.types.is_complex_dtype(column.dtype):
        raise TypeError(f"{name} has dtype {column.dtype}: {HINTS['c']}.")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    return _objects(name, column.to_numpy(dtype=object), column=j)


def _objects(name: str, array: np.ndarray, column: int | None = None) -> np.ndarray:
    """Return an array of objects as floats, if numbers they are."""
    from decimal import Decimal

    result = np.empty(array.shape)
    for place, entry in np.ndenumerate(array):
        if entry is None or entry is pd.NA or entry is pd.NaT or entry is np.ma.masked:
            result[place] = np.nan
        elif isinstance(entry, Real | Decimal | np.integer | np.floating) and not isinstance(entry, bool | np.bool_):
            result[place] = float(entry)
        else:
            where = position(place if column is None else (*place, column))
            raise TypeError(f"{name} holds {entry!r} in {where}, which is no number; put a number there.")
    return result


def position(place: tuple[int, ...]) -> str:
    """Return how an error names a place in an array.

    Examples
    --------
    >>> position((3,)), position((0, 2))
    ('entry 3', 'row 0, column 2')
    """
    if len(place) == 2:
        return f"row {place[0]}, column {place[1]}"
    return f"entry {', '.join(map(str, place))}"


def sound(
    name: str, entries: np.ndarray, infinite: bool = False, negative: bool = False, places: Any = None
) -> np.ndarray:
    """Return the entries, or refuse those that are missing, negative, infinite, or too large or small to reckon with.

    `places` gives rows and columns of the entries of a sparse matrix.
    """
    low, high = entries.min(initial=0.0), entries.max(initial=0.0)

    def where(odd: np.ndarray) -> str:
        first = tuple(int(i) for i in np.argwhere(odd)[0])
        return position(first if places is None else tuple(int(part[first[0]]) for part in places))

    if np.isnan(low):
        missing = np.isnan(entries)
        raise ValueError(
            f"{name} has {int(missing.sum())} missing entries (NaN, NA, None or masked), first in {where(missing)}. "
            "Fill or drop them first; planlab does not guess missing numbers."
        )
    if low < 0 and not negative:
        raise ValueError(
            f"{name} has {int((entries < 0).sum())} negative entries (least {low:.6g}); it counts physical "
            "quantities, which are zero or more. For real tables use planlab.load_table, which names and treats them."
        )
    if not infinite and (np.isinf(high) or np.isinf(low)):
        odd = np.isinf(entries)
        raise ValueError(
            f"{name} has {int(odd.sum())} infinite entries, first in {where(odd)}. Replace them with finite numbers."
        )
    sizes = np.abs(entries).astype(float)
    odd = ((sizes < LEAST) & (sizes > 0)) | ((sizes > MOST) & ~np.isinf(sizes))
    if odd.any():
        advice = "measure it in other units" + (", and write infinity for what is unlimited" if infinite else "")
        raise ValueError(
            f"{name} has {int(odd.sum())} entries beyond {LEAST:g} to {MOST:g}, first {entries[odd][0]:.6g} in "
            f"{where(odd)}; {advice}."
        )
    return entries


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
    sound(name, array, infinite)
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


def coefficients(name: str, value: Any) -> sp.csc_array:
    """Return a checked matrix of numbers that are not negative, sparse, by columns."""
    if isinstance(value, pd.DataFrame) and value.size and all(isinstance(x, pd.SparseDtype) for x in value.dtypes):
        frame: Any = value
        value = frame.sparse.to_coo()
    if isinstance(value, Sparse):
        value = value.to_scipy()
    if sp.issparse(value):
        real(name, getattr(value, "dtype", None))
        value = well_formed(name, value).astype(np.float64)
        sound(name, value.data, places=(value.indices, np.repeat(np.arange(value.shape[1]), np.diff(value.indptr))))
        return value
    value = numbers(name, value)
    if value.ndim != 2:
        raise ValueError(f"{name} has {value.ndim} dimensions; it is a matrix (products, processes).")
    return sp.csc_array(sound(name, value))


def matrix(name: str, value: Any, shape: tuple[int, int] | None = None) -> Sparse:
    """Return a checked sparse matrix."""
    checked = coefficients(name, value)
    if 0 in checked.shape:
        raise ValueError(
            f"{name} is empty, shape {checked.shape}; an economy needs at least one product and one process."
        )
    if shape is not None:
        shaped_alike(name, checked.shape, shape)
    return Sparse.from_any(checked, dtype=np.float64)


def shaped_alike(name: str, shape: tuple[int, ...], inputs: tuple[int, ...]) -> None:
    """Require the shape of inputs."""
    if shape != inputs:
        raise ValueError(f"{name} has shape {shape} but inputs has {inputs}; both are (products, processes).")


def fractional(name: str, value: Any) -> None:
    """Refuse whole-number coefficients that are all zero: whoever wrote 0.3 into such an array stored 0.

    Whole numbers among which some are not zero are taken as they are.
    """
    dtypes = list(getattr(value, "dtypes", [getattr(value, "dtype", None)]) if value is not None else [None])
    if not dtypes or any(getattr(dtype, "kind", "O") not in "iu" for dtype in dtypes):
        return
    entries = value.data if sp.issparse(value) and hasattr(value, "data") else np.asarray(value)
    if not np.asarray(entries).any():
        raise TypeError(
            f"{name} has an integer dtype and nothing but zeros, in which 0.3 is stored as 0. Build it as floats; if "
            "zeros are meant, convert with .astype(float)."
        )
