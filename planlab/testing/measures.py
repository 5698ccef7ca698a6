"""The same world measured in other units, and what happened in it told in the old ones."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.sparse import Sparse
from planlab.planning.plan import Plan
from planlab.world.physics import Outcome

__all__ = ["Measures", "rescaled"]


class Measures(NamedTuple):
    """How many new units an old one is: ``(products,)``, ``(processes,)``, ``(factors,)``."""

    products: np.ndarray
    processes: np.ndarray
    factors: np.ndarray

    def old(self, made: Plan | Outcome) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the names and values of what was planned or happened, in old units; what is not there is left out."""
        P, X, V = self
        units = {
            "activity": X,
            "investment": X,
            "delivery": P[:, None],
            "prices": 1 / P,
            "rents": 1 / V,
            "capacity_rents": 1 / X,
            "payments": 1.0,
        }
        for name, unit in units.items():
            value = getattr(made, name, None)
            if value is not None:
                yield name, np.asarray(value) / unit


def rescaled(scenario: Scenario, seed: int = 0, digits: int = 9) -> tuple[Scenario, Measures]:
    """Return the same world with every product, process and factor, and people, in other units.

    Parameters
    ----------
    scenario
        Any.
    seed
        Decides the units: powers of ten.
    digits
        From minus so many to so many.

    Returns
    -------
    Scenario, Measures
        For instance ``new.needs == measures.products[:, None] * old.needs``.
    """
    rng, e = np.random.Generator(np.random.Philox(seed)), scenario.economy
    sizes = e.products, e.processes, scenario.limits.shape[0], 1
    P, X, V, people = (10.0 ** rng.integers(-digits, digits + 1, size) for size in sizes)

    def measured(matrix: Sparse) -> Sparse:
        return matrix.with_values(matrix.values * P[matrix.rows] / X[matrix.columns])

    economy = replace(
        e,
        inputs=measured(e.inputs),
        outputs=measured(e.outputs),
        capital=measured(e.capital),
        factors=e.factors * V[:, None] / X[None, :],
    )
    world = with_parts(
        scenario,
        economy=economy,
        needs=scenario.needs * P[:, None],
        limits=scenario.limits * V,
        capacity=scenario.capacity * X,
        activity=scenario.activity * X,
        stock=scenario.stock * P,
        population=scenario.population * people,
    )
    return world, Measures(P, X, V)
