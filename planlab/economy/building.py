"""From what users hand over to the fields of an economy and a scenario: aligned by label, checked by name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from planlab.economy import checks
from planlab.economy.alignment import AXES, agreed, aligned, tabular
from planlab.economy.arrays import columns, dense, fractional, matrix
from planlab.economy.labels import Labels
from planlab.economy.leontief import balanced_activity
from planlab.economy.shocks import Shocks
from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    from planlab.economy.economy import Economy

__all__ = ["FACTOR_KINDS", "in_order", "shocks_in_order", "technology", "world"]

FACTOR_KINDS = ("labour", "energy", "material", "emissions", "land", "other")
"""The kinds a primary factor can have; throughput is scored by kind."""


def in_order(labels: Labels | None, shocks: Shocks | None = None, **arguments: Any) -> tuple[dict[str, Any], Labels]:
    """Return arguments with rows and columns in one order, and what is named along every axis.

    Raises
    ------
    TypeError, ValueError
        For labels and shocks that are none, and labels that do not agree.
    """
    if not isinstance(labels, Labels | None):
        raise TypeError(f"labels is of type {type(labels).__name__}; give planlab.Labels(products=..., processes=...).")
    arguments |= _parts(shocks)
    given = {name: tabular(name, arguments[name]) for name in AXES if name in arguments}
    found, sources = agreed(labels or Labels(), given)
    return {name: aligned(name, value, found, sources) for name, value in given.items()}, found


def shocks_in_order(shocks: Shocks | None, labels: Labels) -> dict[str, Any]:
    """Return the parts of shocks in the order of the labels, as arguments of `world`."""
    return {name: aligned(name, tabular(name, part), labels, "the scenario") for name, part in _parts(shocks).items()}


def _parts(shocks: Shocks | None) -> dict[str, Any]:
    if not isinstance(shocks, Shocks | None):
        raise TypeError(f"shocks is of type {type(shocks).__name__}; give planlab.Shocks(capacity, needs, limits).")
    return (
        {} if shocks is None else {f"shocks.{part}": getattr(shocks, part) for part in ("capacity", "needs", "limits")}
    )


def technology(given: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """Return the fields of an economy from arguments in order.

    Raises
    ------
    ValueError, TypeError
        With the argument's name, what is wrong with it and what to do.
    """
    for name in ("inputs", "factors", "capital"):
        fractional(name, given[name])
    A = matrix("inputs", given["inputs"])
    n, m = A.shape
    labels.check(products=n, processes=m)
    M = checks.make_matrix(given["outputs"], A.shape, labels)
    F = dense("factors", given["factors"] if given["factors"] is not None else np.zeros((0, m)), (None, m))
    K = matrix("capital", given["capital"], A.shape) if given["capital"] is not None else Sparse.zeros(A.shape)
    delta = dense("depreciation", 0.0 if given["depreciation"] is None else given["depreciation"], (m,), most=1.0)
    sector, sectors = checks.codes("sector", given["sector"], m, np.arange(m), labels.sectors)
    region, regions = checks.codes("region", given["region"], m, np.zeros(m, int), labels.regions)
    labels.check(factors=F.shape[0])
    checks.productive(A, M)
    return {
        "inputs": A,
        "outputs": M,
        "factors": jnp.asarray(F),
        "capital": K,
        "depreciation": jnp.asarray(delta),
        "sector": jnp.asarray(sector),
        "region": jnp.asarray(region),
        "factor_kinds": checks.kinds(given["factor_kinds"], F.shape[0], FACTOR_KINDS),
        "labels": replace(labels, sectors=sectors, regions=regions),
    }


def world(economy: "Economy", given: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
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
    return {name: jnp.asarray(value) for name, value in fields.items()} | {"shocks": _struck(given, m, n, k)}


def _struck(given: Mapping[str, Any], processes: int, products: int, factors: int) -> Shocks:
    """Return checked multipliers; nothing strikes where none are given."""
    if "shocks.capacity" not in given:
        return Shocks.none(processes, products, factors)
    sizes = {"capacity": processes, "needs": products, "limits": factors}
    parts = {part: dense(f"shocks.{part}", given[f"shocks.{part}"], (None, size)) for part, size in sizes.items()}
    if any(rows.shape[0] == 0 for rows in parts.values()):
        raise ValueError("shocks has no periods; give at least one row (ones where nothing strikes).")
    return Shocks(**{part: jnp.asarray(rows) for part, rows in parts.items()})
