"""From what users hand over to the fields of a scenario around its economy: checked by name."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from planlab.economy import checks
from planlab.economy.alignment import aligned, tabular
from planlab.economy.arrays import columns, dense
from planlab.economy.economy import Economy
from planlab.economy.labels import Labels
from planlab.economy.leontief import balanced_activity
from planlab.economy.shocks import Shocks

__all__ = ["ONE_CATEGORY", "shock_parts", "shocks_in_order", "world"]


ONE_CATEGORY = "needs"
"""What the one category is called where nothing is said."""


def shocks_in_order(shocks: Shocks | None, labels: Labels) -> dict[str, Any]:
    """Return the parts of shocks in the order of the labels, as arguments of `world`."""
    return {
        name: aligned(name, tabular(name, part), labels, "the scenario") for name, part in shock_parts(shocks).items()
    }


def shock_parts(shocks: Shocks | None) -> dict[str, Any]:
    """Return the parts of shocks by name, as arguments of `planlab.economy.building.in_order`.

    Raises
    ------
    TypeError
        For what is none.
    """
    if not isinstance(shocks, Shocks | None):
        raise TypeError(f"shocks is of type {type(shocks).__name__}; give planlab.Shocks(capacity, needs, limits).")
    return (
        {} if shocks is None else {f"shocks.{part}": getattr(shocks, part) for part in ("capacity", "needs", "limits")}
    )


def world(economy: Economy, given: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """Return the fields of a scenario around an economy from arguments in order.

    Raises
    ------
    ValueError, TypeError
        With the argument's name, what is wrong with it and what to do.
    """

    def part(name: str, otherwise: Any) -> Any:
        return otherwise if given[name] is None else given[name]

    n, m, k = economy.products, economy.processes, economy.factors.shape[0]
    D = columns("needs", given["needs"], n)
    h = D.shape[1]
    labels.check(communities=h)
    r = dense("limits", part("limits", np.inf), (k,), infinite=True)
    c = dense("capacity", part("capacity", np.inf), (m,), infinite=True)
    s = dense("stock", part("stock", 0.0), (n,))
    people = dense("population", part("population", 1.0), (h,), positive=True)
    weights = columns("urgency", part("urgency", np.ones(n)), n, communities=h)
    checks.somebody_needs(D, weights)
    checks.attainable(economy.inputs, economy.outputs, D, c, s, labels)
    if given["activity"] is None:
        x = balanced_activity(economy.inputs, economy.outputs, economy.factors, D.sum(axis=1), r, c)
    else:
        x = dense("activity", given["activity"], (m,))
    fields = {
        "needs": D,
        "limits": r,
        "capacity": c,
        "stock": s,
        "activity": x,
        "population": people,
        "urgency": weights,
    }
    category, categories = _categories(given["categories"], n)
    rest = {"category": category, "categories": categories, "shocks": _struck(given, m, n, k)}
    return {name: jnp.asarray(value) for name, value in fields.items()} | rest


def _categories(given: Any, products: int) -> tuple[Any, tuple[str, ...]]:
    """Return codes, and the names they stand for in the order of the alphabet; neither where nothing is said."""
    if given is None:
        return None, ()
    array = np.asarray(given, dtype=object)
    if array.shape != (products,):
        raise ValueError(f"categories has shape {array.shape} but there are {products} products; give one entry each.")
    if nameless := [i for i, name in enumerate(array) if not isinstance(name, str) or not name]:
        raise ValueError(f"categories is {array[nameless[0]]!r} for product {nameless[0]}; give a name.")
    names, codes = np.unique(array.astype(str), return_inverse=True)
    return jnp.asarray(codes.astype(np.int32)), tuple(map(str, names))


def _struck(given: Mapping[str, Any], processes: int, products: int, factors: int) -> Shocks | None:
    """Return checked multipliers; ``None`` where none are given."""
    if "shocks.capacity" not in given:
        return None
    sizes = {"capacity": processes, "needs": products, "limits": factors}
    parts = {part: dense(f"shocks.{part}", given[f"shocks.{part}"], (None, size)) for part, size in sizes.items()}
    if any(rows.shape[0] == 0 for rows in parts.values()):
        raise ValueError("shocks has no periods; give at least one row (ones where nothing strikes).")
    return Shocks(**{part: jnp.asarray(rows) for part, rows in parts.items()})
