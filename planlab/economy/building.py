"""From what users hand over to the fields of an economy: aligned by label, checked by name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from planlab.economy import checks
from planlab.economy.alignment import AXES, agreed, aligned, tabular
from planlab.economy.arrays import dense, fractional, matrix
from planlab.economy.labels import Labels
from planlab.economy.sparse import Sparse

__all__ = ["CONSTRAINT", "FACTOR_KINDS", "MARKS", "in_order", "technology"]

FACTOR_KINDS = ("labour", "energy", "material", "emissions", "land", "other")
"""The kinds a primary factor can have; throughput is scored by kind."""

CONSTRAINT = "constraint"
"""The kind of a row that is no factor but a user's constraint: it has a limit and a rent, and is no throughput."""

MARKS = ("stored", "critical")
"""What is true or false of every product."""


def in_order(labels: Labels | None, **arguments: Any) -> tuple[dict[str, Any], Labels]:
    """Return arguments with rows and columns in one order, and what is named along every axis.

    Raises
    ------
    TypeError, ValueError
        For labels that are none, and labels that do not agree.
    """
    if not isinstance(labels, Labels | None):
        raise TypeError(f"labels is of type {type(labels).__name__}; give planlab.Labels(products=..., processes=...).")
    given = {name: tabular(name, arguments[name]) for name in AXES if name in arguments}
    found, sources = agreed(labels or Labels(), given)
    return {name: aligned(name, value, found, sources) for name, value in given.items()}, found


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
    marks = {name: checks.flags(name, given[name], n) for name in MARKS}
    checks.productive(A, M)
    return {
        "inputs": A,
        "outputs": M,
        "factors": jnp.asarray(F),
        "capital": K,
        "depreciation": jnp.asarray(delta),
        "sector": jnp.asarray(sector),
        "region": jnp.asarray(region),
        "factor_kinds": checks.kinds(given["factor_kinds"], F.shape[0], (*FACTOR_KINDS, CONSTRAINT)),
        "labels": replace(labels, sectors=sectors, regions=regions),
        **{name: None if mark is None else jnp.asarray(mark) for name, mark in marks.items()},
    }
