"""Scenarios as they are handed over: their numbers fit together, however they were made."""

from typing import Any

import jax
import numpy as np

from planlab.base.checks import hidden
from planlab.economy.arrays import dense, sound
from planlab.economy.economy import Economy
from planlab.economy.scenario import Scenario
from planlab.economy.shocks import Shocks

__all__ = ["economy_of", "require_scenario"]


def economy_of(value: Any) -> Economy:
    """Return an economy, or that of a scenario; raise TypeError for anything else."""
    found = value.economy if isinstance(value, Scenario) else value
    if not isinstance(found, Economy):
        raise TypeError(f"economy is of type {type(value).__name__}; give an Economy or a Scenario.")
    return found


def require_scenario(name: str, value: Any) -> None:
    """Require a scenario whose arrays have the shapes of its economy and hold what can be counted.

    `Scenario.from_arrays` and `Scenario.replace` see to that and to more; the bare constructor and
    ``dataclasses.replace`` do not. What JAX traces is let through.

    Parameters
    ----------
    name
        What errors call it.
    value
        What was handed over.

    Raises
    ------
    TypeError
        For what is no scenario.
    ValueError
        For an array of the wrong shape, and for entries that are missing, negative or infinite.
    """
    if not isinstance(value, Scenario):
        raise TypeError(
            f"{name} is {value!r:.80}, which is no Scenario; give for instance pl.make_scenario('three_sector'), "
            "pl.load_table('us-2021-71') or pl.Scenario.from_arrays(...)."
        )
    if any(hidden(leaf) for leaf in jax.tree.leaves(value)):
        return
    e, laws = value.economy, value.laws
    n, m, (k, _) = e.products, e.processes, e.factors.shape
    dense("population", value.population, (None,))
    h = value.population.shape[0]
    for part, array, shape, infinite in (
        ("needs", value.needs, (n, h), False),
        ("urgency", value.urgency, (n, h), False),
        ("limits", value.limits, (k,), True),
        ("capacity", value.capacity, (m,), True),
        ("stock", value.stock, (n,), False),
        *((("category", value.category, (n,), False),) if value.category is not None else ()),
        ("activity", value.activity, (m,), False),
        ("factors", e.factors, (k, m), False),
        ("depreciation", e.depreciation, (m,), False),
        ("building", value.opening.building, (None, m), False),
        *(part for law in laws if isinstance(law, Shocks) for part in _struck(law, m, n, k)),
    ):
        if not hasattr(array, "shape"):
            raise TypeError(f"{part} is {array!r:.80}; give an array of shape {shape}, or use Scenario.replace.")
        dense(part, array, shape, infinite)
    for part, matrix in (("inputs", e.inputs), ("outputs", e.outputs), ("capital", e.capital)):
        sound(part, np.asarray(matrix.values), places=(matrix.rows, matrix.columns))


def _struck(shocks: Shocks, m: int, n: int, k: int) -> list[tuple[str, Any, tuple[int | None, int], bool]]:
    sizes = {"capacity": m, "needs": n, "limits": k}
    return [(f"shocks.{part}", getattr(shocks, part), (None, size), False) for part, size in sizes.items()]
