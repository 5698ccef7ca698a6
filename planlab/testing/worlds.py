"""Small worlds of one shape, so that JAX compiles once whatever numbers are drawn."""

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.shocks import Shocks
from planlab.economy.sparse import Sparse

__all__ = [
    "COMMUNITIES",
    "FACTORS",
    "PROCESSES",
    "PRODUCTS",
    "Order",
    "drawn_scenario",
    "permuted",
]

PRODUCTS, PROCESSES, INPUTS, COMMUNITIES, FACTORS = 7, 9, 2, 3, 2
"""Seven products, two of which have a second technique, two inputs each; three communities, two factors."""

START = 0.6
"""Opening activity, and with it what lies in the pipelines, over what all needs would take."""

_MAKES = np.concatenate([np.arange(PRODUCTS), np.arange(PROCESSES - PRODUCTS)])


def drawn_scenario(
    seed: int = 0,
    *,
    plenty: bool = False,
    wear: float = 0.05,
    struck: bool = True,
    unlimited: bool = False,
    joint: bool = False,
) -> Scenario:
    """Return a small scenario; every seed gives other numbers on the same pattern of inputs.

    Parameters
    ----------
    seed
        Any whole number from 0.
    plenty
        Whether nothing is short: unlimited capacity and limits, nothing wears out and nothing strikes.
    wear
        Share of capacity that wears out per period.
    struck
        Whether a drought strikes the second period, and communities need a little less of everything in the third.
    unlimited
        Whether the first factor and the first process are without limit.
    joint
        Whether the first process makes a by-product; this one is another shape.

    Examples
    --------
    >>> drawn_scenario(0).economy.inputs.shape, drawn_scenario(1, plenty=True).economy.inputs.nonzeros
    ((7, 9), 18)
    """
    rng = np.random.Generator(np.random.Philox(seed))
    n, m, second = PRODUCTS, PROCESSES, PROCESSES - PRODUCTS
    A, M = np.zeros((n, m)), np.zeros((n, m))
    for j in range(m):
        apart = 2 if j >= n else 1
        A[(_MAKES[j] + 1 + np.arange(INPUTS) * apart) % n, j] = rng.uniform(0.1, 0.3, INPUTS)
    M[_MAKES, np.arange(m)] = 1.0
    F, D = rng.uniform(0.2, 1.0, (FACTORS, m)), rng.uniform(0.5, 2.0, (n, COMMUNITIES))
    D[0, 0], D[3, 1:] = 0.0, 0.0
    if joint:
        M[4, 0] = 0.2
    x = np.linalg.solve(np.eye(n) - A[:, :n], D.sum(axis=1))
    full = x[_MAKES]
    limits = rng.uniform(0.6, 1.0, FACTORS) * (F[:, :n] @ x)
    capacity = rng.uniform(0.7, 1.3, m) * full
    shocks = Shocks(jnp.ones((3, m)), jnp.ones((3, n)), jnp.ones((3, FACTORS)))
    if struck and not plenty:
        drought, less = np.ones((3, m)), np.ones((3, n))
        drought[1, : m // 2], less[2] = 0.6, 0.9
        shocks = replace(shocks, capacity=jnp.asarray(drought), needs=jnp.asarray(less))
    if unlimited:
        limits[0], capacity[0] = np.inf, np.inf
    start = START * full
    start[:second] /= 2
    start[n:] /= 2
    return Scenario.from_arrays(
        inputs=A,
        outputs=M,
        needs=D,
        factors=F,
        limits=np.full(FACTORS, np.inf) if plenty else limits,
        capacity=np.full(m, np.inf) if plenty else capacity,
        stock=rng.uniform(0.0, 0.2, n),
        capital=0.3 * A,
        depreciation=0.0 if plenty else wear,
        activity=start,
        population=rng.uniform(0.5, 2.0, COMMUNITIES),
        urgency=rng.uniform(0.5, 2.0, (n, COMMUNITIES)),
        factor_kinds=("material",) * FACTORS,
        categories=["food", "rest"] * (n // 2) + ["food"] * (n % 2),
        shocks=shocks,
        name="drawn",
    )


class Order(NamedTuple):
    """Where everything in a permuted world stood before: ``new[i] = old[order[i]]``."""

    products: np.ndarray
    processes: np.ndarray
    communities: np.ndarray
    factors: np.ndarray


def _cycle(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return a permutation that leaves nothing where it was, if there is more than one thing."""
    tour = rng.permutation(size)
    order = np.empty(size, int)
    order[tour] = np.roll(tour, 1)
    return order


def permuted(scenario: Scenario, seed: int = 0) -> tuple[Scenario, Order]:
    """Return the same world with products, processes, communities and factors in another order."""
    rng, e, shocks = np.random.Generator(np.random.Philox(seed)), scenario.economy, scenario.shocks
    sizes = e.products, e.processes, scenario.communities, scenario.limits.shape[0]
    order = Order(*(_cycle(rng, size) for size in sizes))
    products, processes, communities, factors = order

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
    world = with_parts(
        scenario,
        economy=economy,
        needs=scenario.needs[products][:, communities],
        urgency=scenario.urgency[products][:, communities],
        limits=scenario.limits[factors],
        capacity=scenario.capacity[processes],
        activity=scenario.activity[processes],
        stock=scenario.stock[products],
        population=scenario.population[communities],
        category=None if scenario.category is None else scenario.category[products],
        shocks=Shocks(shocks.capacity[:, processes], shocks.needs[:, products], shocks.limits[:, factors]),
    )
    return world, order
