"""Small worlds of one shape, so that JAX compiles once whatever numbers are drawn."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from planlab.economy.economy import Scenario, Shocks
from planlab.economy.sparse import Sparse

__all__ = ["PRODUCTS", "drawn_scenario", "permuted"]

PRODUCTS, TECHNIQUES, INPUTS, COMMUNITIES, FACTORS = 6, 2, 2, 3, 2
"""Six products, two of which have a second technique, three communities, two factors."""


def drawn_scenario(seed: int = 0, plenty: bool = False, wear: float = 0.05, struck: bool = True) -> Scenario:
    """Return a small scenario; every seed gives other numbers on the same pattern of inputs.

    Parameters
    ----------
    seed
        Any whole number.
    plenty
        Whether capacity and limits are unlimited.
    wear
        Share of capacity that wears out per period.
    struck
        Whether a drought strikes the second period.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    n, m = PRODUCTS, PRODUCTS + TECHNIQUES
    made = np.concatenate([np.arange(n), np.arange(TECHNIQUES)])
    A = np.zeros((n, m))
    for j in range(m):
        A[(made[j] + 1 + np.arange(INPUTS) * (1 + (j >= n))) % n, j] = rng.uniform(0.1, 0.3, INPUTS)
    M = np.zeros((n, m))
    M[made, np.arange(m)] = 1.0
    F, D = rng.uniform(0.2, 1.0, (FACTORS, m)), rng.uniform(0.5, 2.0, (n, COMMUNITIES))
    D[0, 0] = 0.0
    x = np.linalg.solve(np.eye(n) - A[:, :n], D.sum(axis=1))
    full = np.concatenate([x, x[:TECHNIQUES]])
    none = Shocks.none(m, n, FACTORS)
    drought = np.ones((3, m))
    drought[1, : m // 2] = 0.6
    return Scenario.from_arrays(
        inputs=A,
        outputs=M,
        needs=D,
        factors=F,
        limits=np.full(FACTORS, np.inf) if plenty else rng.uniform(0.6, 1.0, FACTORS) * (F[:, :n] @ x),
        capacity=np.full(m, np.inf) if plenty else rng.uniform(0.7, 1.3, m) * full,
        stock=rng.uniform(0.0, 0.2, n),
        capital=None if plenty else 0.3 * A,
        depreciation=0.0 if plenty else wear,
        activity=0.6 * np.concatenate([x[:TECHNIQUES] / 2, x[TECHNIQUES:], x[:TECHNIQUES] / 2]),
        population=rng.uniform(0.5, 2.0, COMMUNITIES),
        factor_kinds=("labour", "emissions"),
        shocks=replace(none, capacity=jnp.asarray(drought)) if struck else None,
        name="drawn",
    )


def permuted(scenario: Scenario, seed: int = 0) -> tuple[Scenario, np.ndarray, np.ndarray]:
    """Return the same world with products, processes, communities and factors in another order.

    Returns
    -------
    Scenario, numpy.ndarray, numpy.ndarray
        The world, and where its products and communities stood before.
    """
    rng, e = np.random.Generator(np.random.Philox(seed)), scenario.economy
    products, processes = rng.permutation(e.products), rng.permutation(e.processes)
    communities, factors = (np.roll(np.arange(k), 1) for k in (scenario.communities, scenario.limits.shape[0]))

    def shuffled(matrix: Sparse) -> Sparse:
        return Sparse.from_any(matrix.to_scipy()[products][:, processes])

    economy = replace(
        e,
        inputs=shuffled(e.inputs),
        outputs=shuffled(e.outputs),
        capital=shuffled(e.capital),
        factors=e.factors[factors][:, processes],
        depreciation=e.depreciation[processes],
        sector=e.sector[processes],
        region=e.region[processes],
        factor_kinds=tuple(e.factor_kinds[k] for k in factors),
    )
    shocks = scenario.shocks
    world = replace(
        scenario,
        economy=economy,
        needs=scenario.needs[products][:, communities],
        urgency=scenario.urgency[products][:, communities],
        limits=scenario.limits[factors],
        capacity=scenario.capacity[processes],
        activity=scenario.activity[processes],
        stock=scenario.stock[products],
        population=scenario.population[communities],
        shocks=Shocks(shocks.capacity[:, processes], shocks.needs[:, products], shocks.limits[:, factors]),
    )
    return world, products, communities
