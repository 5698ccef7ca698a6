"""Everything that carries labels is aligned by them, whatever its order; what does not fit is named."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.economy.labels import Labels, singular

__all__ = ["AXES", "Names", "agreed", "aligned", "entries_of", "places", "tabular"]

AXES: dict[str, tuple[str, ...]] = {
    "inputs": ("products", "processes"),
    "outputs": ("products", "processes"),
    "capital": ("products", "processes"),
    "factors": ("factors", "processes"),
    "needs": ("products", "communities"),
    "urgency": ("products", "communities"),
    "categories": ("products",),
    "demand": ("products", "columns"),
    "stock": ("products",),
    "stored": ("products",),
    "critical": ("products",),
    "limits": ("factors",),
    "factor_kinds": ("factors",),
    "capacity": ("processes",),
    "depreciation": ("processes",),
    "activity": ("processes",),
    "sector": ("processes",),
    "region": ("processes",),
    "population": ("communities",),
    "shocks.capacity": ("periods", "processes"),
    "shocks.needs": ("periods", "products"),
    "shocks.limits": ("periods", "factors"),
}
"""What lies along rows and columns of every argument; the first that has labels decides the order of those without."""

SHOWN = 5
"""How many missing labels an error spells out."""


class Names(NamedTuple):
    """The labels along one side of a table; `numbered`: they are whole numbers from 0, so positions."""

    labels: tuple[str, ...]
    numbered: bool


def _named(labels: Sequence[str]) -> str:
    shown = ", ".join(map(repr, labels[:SHOWN]))
    return shown + (f", ... ({len(labels)} in all)" if len(labels) > SHOWN else "")


def places(
    name: str, have: Sequence[str], want: Sequence[str], axis: str, source: str, more: bool = False
) -> np.ndarray:
    """Return where each of the labels that are wanted stands among those there are.

    Parameters
    ----------
    name
        What has the labels, for the error.
    have, want
        Labels there are, and labels in the order wanted.
    axis
        What the labels name, for the error.
    source
        Where the labels that are wanted come from, for the error.
    more
        Whether there may be others besides.

    Returns
    -------
    numpy.ndarray
        ``(len(want),)``.

    Raises
    ------
    ValueError
        Unless the two name the same, each once; it lists what is missing and what is unknown.

    Examples
    --------
    >>> places("capacity", ["works", "farms"], ["farms", "works"], "processes", "inputs").tolist()
    [1, 0]
    >>> places("capacity", ["works", "farm"], ["farms", "works"], "processes", "inputs")
    Traceback (most recent call last):
        ...
    ValueError: capacity and inputs name different processes; missing: 'farms'; unknown: 'farm'. Use the same labels,
    in any order.
    """
    if tuple(have) == tuple(want):
        return np.arange(len(want))
    where = {label: i for i, label in enumerate(have)}
    if len(where) < len(have):
        twice = next(label for i, label in enumerate(have) if where[label] != i)
        raise ValueError(f"{name} names the {singular(axis)} {twice!r} twice; make every label unique.")
    wanted, missing = set(want), [x for x in want if x not in where]
    if missing or not more:
        _same(name, missing, [x for x in have if x not in wanted], axis, source)
    return np.array([where[label] for label in want], dtype=np.int64)


def entries_of(name: str, have: Sequence[Any], axis: str, labels: Labels, size: int) -> np.ndarray:
    """Return where some entries of an axis stand that are named, or numbered where the axis has no names.

    Raises
    ------
    ValueError
        As `places`, for unknown ones.
    """
    where: dict[Any, int] = {label: i for i, label in enumerate(labels.of(axis, size))}
    if getattr(labels, axis) is None:
        where |= {i: i for i in range(size)}
    else:
        have = [_text(label) for label in have]
    _same(name, [], [str(x) for x in have if x not in where], axis, "the scenario")
    return np.array([where[label] for label in have], dtype=np.int64)


def _same(name: str, missing: Sequence[str], unknown: Sequence[str], axis: str, source: str) -> None:
    """Refuse labels that do not fit: the one error of everything that is aligned."""
    listed = [f"{what}: {_named(labels)}" for what, labels in (("missing", missing), ("unknown", unknown)) if labels]
    if listed:
        raise ValueError(
            f"{name} and {source} name different {axis}; {'; '.join(listed)}. Use the same labels, in any order."
        )


def _text(label: Any) -> str:
    return " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def tabular(name: str, value: Any) -> Any:
    """Return mappings and labelled arrays as pandas tables, anything else as it is.

    A mapping goes from label to number; of what has two sides, from row label to a row, which is again a mapping, or
    to numbers in order.
    """
    axes = AXES[name]
    if hasattr(value, "dims") and hasattr(value, "to_pandas"):
        named = tuple(map(singular, axes))
        if set(value.dims) == set(named):
            value = value.transpose(*named)
        return value.to_pandas()
    if isinstance(value, pd.DataFrame) and len(axes) == 1 and value.shape[1] == 1:
        return value.iloc[:, 0]
    if not isinstance(value, Mapping) or sp.issparse(value):
        return value
    if len(axes) == 1 or not any(_is_row(row) for row in value.values()):
        return pd.Series(list(value.values()), index=pd.Index(list(value)), dtype=object)
    rows = {label: dict(row) if isinstance(row, Mapping | pd.Series) else row for label, row in value.items()}
    try:
        return pd.DataFrame.from_dict(rows, orient="index")
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{name} is a mapping whose rows do not fit together: {error}. Give every row alike."
        ) from error


def _is_row(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence | np.ndarray | pd.Series) and not isinstance(value, str)


def axes_of(name: str, value: Any) -> tuple[str, ...]:
    """Return what lies along the sides of an argument; a single factor lies along processes."""
    sides = getattr(value, "ndim", len(AXES[name]))
    return ("processes",) if name == "factors" and sides == 1 else AXES[name][:sides]


def names_along(name: str, value: Any, side: int) -> Names | None:
    """Return the labels along the rows (side 0) or columns (1) of a table; ``None`` for what carries none.

    Raises
    ------
    ValueError
        For a missing label.
    """
    if not isinstance(value, pd.Series | pd.DataFrame) or side >= value.ndim:
        return None
    index = value.axes[side]
    missing = np.min(index.codes, axis=0) < 0 if isinstance(index, pd.MultiIndex) else index.isna()
    if missing.any():
        raise ValueError(
            f"{name} has no label for {('row', 'column')[side]} {int(np.argmax(missing))}; give every one a label."
        )
    texts = isinstance(index.dtype, pd.StringDtype)
    labels = tuple(index.tolist()) if texts else tuple(map(_text, index))
    whole = index.dtype.kind in "iu" and not isinstance(index, pd.MultiIndex)
    return Names(labels, not labels or whole and bool(np.array_equal(np.sort(index), np.arange(len(index)))))


def agreed(labels: Labels, arguments: Mapping[str, Any]) -> tuple[Labels, dict[str, str]]:
    """Return the names along every axis, and which argument they come from.

    They are those of `labels`; else those of the first argument that has any. Where `outputs` is ``None``, a process
    of a product's name makes that product, and processes come in the order of the products.

    Parameters
    ----------
    labels
        Names that are given.
    arguments
        By name, as `tabular` returns them, in the order of `AXES`.

    Raises
    ------
    ValueError
        Where processes are named in another order than the products they make, and an argument without labels may
        mean either.
    """
    found: dict[str, list[tuple[str, Names | None]]] = {}
    for name, value in arguments.items():
        if value is None or np.isscalar(value):
            continue
        for side, axis in enumerate(axes_of(name, value)):
            found.setdefault(axis, []).append((name, names_along(name, value, side)))
    names: dict[str, tuple[str, ...]] = {}
    sources: dict[str, str] = {}
    for axis in ("products", "processes", "factors", "communities"):
        given: tuple[str, ...] | None = getattr(labels, axis)
        if given:
            names[axis], sources[axis] = given, "labels"
            continue
        first = next(((name, have) for name, have in found.get(axis, []) if have and not have.numbered), None)
        if first is None:
            continue
        sources[axis], names[axis] = first[0], first[1].labels
        products = names.get("products", ())
        makes_its_own = axis == "processes" and arguments.get("outputs") is None
        if makes_its_own and products != names[axis] and set(products) == set(names[axis]):
            unlabelled = [name for name, have in found[axis] if have is None and name != "inputs"]
            if first[0] == "inputs" and unlabelled:
                raise ValueError(
                    f"{unlabelled[0]} carries no labels, and inputs names processes in another order than products; "
                    f"label {unlabelled[0]} too, or give inputs with rows and columns in the same order."
                )
            sources[axis], names[axis] = sources["products"], products
    return replace(labels, **names), sources


def aligned(name: str, value: Any, labels: Labels, sources: Mapping[str, str] | str) -> Any:
    """Return an argument with rows and columns in the order of the labels; what carries none is in that order.

    `sources` says where the labels along each axis, or all of them, come from.

    Raises
    ------
    ValueError
        As `places`.
    """
    for side, axis in enumerate(axes_of(name, value)):
        have = names_along(name, value, side)
        if have is None:
            continue
        want = getattr(labels, axis, None)
        if have.numbered and (want is None or set(have.labels) != set(want)):
            order = np.argsort(np.asarray(value.axes[side]))
        elif not hasattr(labels, axis):
            continue
        else:
            want = labels.of(axis, len(have.labels))
            source = sources if isinstance(sources, str) else sources[axis]
            order = places(name, have.labels, want, axis, source)
        if not np.array_equal(order, np.arange(len(order))):
            value = value.iloc[order] if side == 0 else value.iloc[:, order]
    return value
