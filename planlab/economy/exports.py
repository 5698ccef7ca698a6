"""A world as labelled tables, with units: pandas and xarray."""

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.economy.alignment import AXES
from planlab.economy.building import MARKS
from planlab.economy.labels import Labels, singular
from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    import xarray

    from planlab.economy.economy import Economy
    from planlab.economy.scenario import Scenario

__all__ = ["DENSE_UP_TO", "frames", "named_coordinates", "table", "units_of", "xarray_dataset", "xarray_module"]

DENSE_UP_TO = 1_000_000
"""Up to this many cells a sparse matrix is given as a whole table, beyond as its non-zeros."""

TECHNOLOGY = ("inputs", "outputs", "factors", "capital", "depreciation", "factor_kinds", "sector", "region", *MARKS)
WORLD = ("needs", "limits", "capacity", "stock", "activity", "population", "urgency")

NAMED = ("factor_kinds", "sector", "region", "categories")
"""What is named and not counted."""


def units_of(name: str, labels: Labels) -> str:
    """Return in what an argument of `planlab.Scenario.from_arrays` is counted, as far as it is the same throughout.

    Examples
    --------
    >>> units_of("inputs", Labels(product_units="t", process_units="ha")), units_of("limits", Labels())
    ('t per ha', 'units of factor per period')
    """
    p, a, f = (labels.unit(axis) or f"units of {singular(axis)}" for axis in ("products", "processes", "factors"))
    return {
        "inputs": f"{p} per {a}",
        "outputs": f"{p} per {a}",
        "factors": f"{f} per {a}",
        "capital": f"{p} per ({a} per period)",
        "depreciation": "1 per period",
        "needs": f"{p} per period",
        "limits": f"{f} per period",
        "capacity": f"{a} per period",
        "activity": f"{a} per period",
        "stock": p,
        "delivery": f"{p} per period",
        "investment": f"{a} per period",
        "prices": f"objective per ({p})",
        "rents": f"objective per ({f})",
        "capacity_rents": f"objective per ({a})",
        "payments": "objective",
    }.get(name, "1")


def _parts(world: "Economy | Scenario") -> tuple["Economy", dict[str, Any]]:
    """Return the economy, and every argument it was made from by name."""
    anything: Any = world
    economy: Economy = getattr(anything, "economy", anything)
    parts = {name: getattr(economy, name) for name in TECHNOLOGY}
    alone, together = np.arange(economy.processes), np.zeros(economy.processes)
    for part, names, unsaid in (
        ("sector", economy.labels.sectors, alone),
        ("region", economy.labels.regions, together),
    ):
        codes = np.asarray(parts[part])
        if names is not None:
            parts[part] = np.array(names, dtype=object)[codes]
        elif np.array_equal(codes, unsaid):
            del parts[part]
    parts = {name: part for name, part in parts.items() if not (name in MARKS and part is None)}
    if economy is not world:
        parts |= {name: getattr(world, name) for name in WORLD}
        if anything.category is not None:
            parts["categories"] = anything.category_names
    return economy, parts


def _index(axis: str, size: int, labels: Labels) -> pd.Index:
    names = getattr(labels, axis, None)
    return pd.RangeIndex(size, name=singular(axis)) if names is None else pd.Index(names, name=singular(axis))


def frames(world: "Economy | Scenario") -> dict[str, Any]:
    """Return labelled tables by argument of `from_arrays`, as `Scenario.to_pandas` and `Economy.to_pandas`."""
    economy, parts = _parts(world)
    labels = economy.labels
    tables: dict[str, Any] = {name: table(name, value, labels, AXES[name]) for name, value in parts.items()}
    if economy is not world:
        struck: dict[str, Any] = {
            name: table(f"shocks.{name}", part, labels, AXES[f"shocks.{name}"]) for name, part in _shocks(world).items()
        }
        law: Any = getattr(world, "struck", None)
        tables |= {"shocks": replace(law, **struck) if law else None, "name": getattr(world, "name", None)}
    return tables | {"labels": labels}


def _shocks(world: "Economy | Scenario") -> dict[str, Any]:
    """Return the parts of what strikes, none where nothing does."""
    law: Any = getattr(world, "struck", None)
    return {} if law is None else {field.name: getattr(law, field.name) for field in fields(law)}


def table(name: str, value: Any, labels: Labels, axes: tuple[str, ...]) -> pd.Series | pd.DataFrame:
    """Return numbers along named axes as a labelled table with its units in ``attrs``."""
    index = [_index(axis, size, labels) for axis, size in zip(axes, _shape(value), strict=True)]
    made: pd.Series | pd.DataFrame
    if isinstance(value, Sparse) and np.prod(value.shape) > DENSE_UP_TO:
        places = [at.take(np.asarray(part)) for at, part in zip(index, (value.rows, value.columns), strict=True)]
        made = pd.Series(np.asarray(value.values), pd.MultiIndex.from_arrays(places), name=name)
    elif len(index) == 2:
        dense = value.to_scipy().toarray() if isinstance(value, Sparse) else np.asarray(value)
        made = pd.DataFrame(dense, index=index[0], columns=index[1])
    else:
        made = pd.Series(np.asarray(value), index[0], name=name)
    if name not in (*NAMED, *MARKS):
        made.attrs["units"] = units_of(name, labels)
    return made


def named_coordinates(labels: Labels, sizes: dict[str, int]) -> dict[str, Any]:
    """Return names, and units where they are known, as coordinates of a dataset."""
    coords: dict[str, Any] = {singular(axis): list(labels.of(axis, size)) for axis, size in sizes.items()}
    for axis, size in sizes.items():
        if (units := labels.units(axis, size)) is not None:
            coords[f"{singular(axis)}_unit"] = (singular(axis), list(units))
    return coords


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if hasattr(value, "shape") else (len(value),)


def xarray_dataset(world: "Economy | Scenario") -> "xarray.Dataset":
    """Return a labelled dataset with units, as `Scenario.to_xarray` and `Economy.to_xarray`.

    Raises
    ------
    ModuleNotFoundError
        Without xarray.
    """
    xr = xarray_module()
    economy, parts = _parts(world)
    labels, n, m = economy.labels, economy.products, economy.processes
    sizes = {"products": n, "processes": m, "factors": economy.factors.shape[0]}
    if economy is not world:
        sizes |= {"communities": parts["needs"].shape[1]}
        parts |= {f"shocks.{name}": part for name, part in _shocks(world).items()}
    coords = named_coordinates(labels, sizes)
    data: dict[str, Any] = {}
    for name, value in parts.items():
        title, about = name.replace("shocks.", "shock_to_"), {"units": units_of(name, labels)}
        dims = tuple("period" if axis == "periods" else singular(axis) for axis in AXES[name])
        if name.startswith("shocks."):
            dims = (f"{title}_period", dims[1])
        if name in NAMED:
            coords[{"factor_kinds": "factor_kind", "categories": "category"}.get(name, name)] = (
                dims,
                list(map(str, value)),
            )
        elif isinstance(value, Sparse) and n * m > DENSE_UP_TO:
            entry = f"{title}_entry"
            data[title] = (entry, np.asarray(value.values), about)
            for dim, axis, places in zip(dims, AXES[name], (value.rows, value.columns), strict=True):
                coords[f"{title}_{dim}"] = (entry, np.array(labels.of(axis, sizes[axis]), object)[np.asarray(places)])
        else:
            dense = value.to_scipy().toarray() if isinstance(value, Sparse) else np.asarray(value)
            data[title] = (dims, dense, about)
    return xr.Dataset(data, coords, {"name": getattr(world, "name", "economy")})


def xarray_module() -> Any:
    """Return xarray.

    Raises
    ------
    ModuleNotFoundError
        Without it, with what to install.
    """
    try:
        import xarray
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("to_xarray needs xarray; install it with pip install 'planlab[data]'.") from error
    return xarray
