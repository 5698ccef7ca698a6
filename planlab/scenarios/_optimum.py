"""The one-period optimum that given valuations of factors and rents of capacity support, found without a solver."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Labels
from planlab.economy.kernels import Rows
from planlab.economy.leontief import LeontiefSystem, largest_within
from planlab.economy.need_weights import need_weights

__all__ = ["Optimum", "Recipes", "cheapest", "opening", "optimum", "prices_and_costs"]


@dataclass(frozen=True)
class Recipes:
    """What is drawn before limits are set: who makes what from what, and who needs it.

    Parameters
    ----------
    inputs, maker
        Technical coefficients ``(products, processes)`` and the product each process makes ``(processes,)``: all
        products' first techniques in the order of products, then all second ones, and so on.
    factors, valuations
        ``(factors, processes)``, and what a unit of each factor is worth, ``(factors,)``; zero where not scarce.
    needs, population
        ``(products, communities)`` and ``(communities,)``.
    sector, region
        Names per process.
    labels
        Names.
    """

    inputs: sp.csc_array
    maker: np.ndarray
    factors: np.ndarray
    valuations: np.ndarray
    needs: np.ndarray
    population: np.ndarray
    sector: np.ndarray
    region: np.ndarray
    labels: Labels


class Optimum(NamedTuple):
    """What is optimal, and what supports it.

    Parameters
    ----------
    prices
        ``(products,)``.
    mix
        How each product's techniques that pay share its production, ``(processes, products)``.
    activity, capacity
        ``(processes,)``.
    marginal
        Worth over cost of the last need served.
    balances
        Of the products, when made by `mix`, without what wears out.
    """

    prices: np.ndarray
    mix: sp.csc_array
    activity: np.ndarray
    capacity: np.ndarray
    marginal: float
    balances: LeontiefSystem


def optimum(
    recipes: Recipes,
    prices: tuple[np.ndarray, np.ndarray],
    rent: np.ndarray,
    wear: sp.csc_array,
    margin: float,
    tightness: float,
) -> Optimum:
    """Return the optimum that prices and rents support, and the capacity that goes with it.

    Parameters
    ----------
    recipes
        Who makes what from what, and who needs it.
    prices
        As `prices_and_costs` gives them for `rent`.
    rent
        Of each product's capacity, ``(products,)``; positive for bottlenecks.
    wear
        What replaces worn capacity, per unit of capacity, ``(products, processes)``.
    margin
        Capacity over what meeting every need would take, bottlenecks apart.
    tightness
        Share of needs (by worth) to be met.
    """
    A, maker, D = recipes.inputs, recipes.maker, recipes.needs
    n, m = A.shape
    p, cost = prices
    tight = rent > 0
    pays = np.where(tight[maker], cost < p[maker], cost <= cheapest(maker)(cost)[maker])
    G = _mix(maker, pays / np.bincount(maker, weights=pays)[maker])
    all_makers = _mix(maker, np.ones(m))

    need = D.sum(axis=1)
    need = np.maximum(need, 0.01 * (p @ need) / n / p)
    balances = LeontiefSystem(A @ G if m > n else A)
    evenly = [LeontiefSystem(A @ _mix(maker, 1 / np.bincount(maker)[maker]))] if m > n else []
    full = _full_employment([balances, *evenly], margin * (wear @ all_makers), need)
    bottleneck = pays & tight[maker]
    capacity = np.where(bottleneck, 0.0, margin * full[maker])

    worth = np.asarray(need_weights(D, np.ones_like(D), np.asarray(recipes.population), np))
    s, marginal = _serve(worth, p[:, None] * D, tightness)
    demand = (D * s).sum(axis=1) + wear @ capacity
    growing = balances
    if wear.nnz and bottleneck.any():
        growing = LeontiefSystem(A @ G + wear @ sp.diags_array(bottleneck.astype(float)) @ G)
    x = np.maximum(G @ growing.solve(demand), 0.0)
    return Optimum(p, G, x, np.where(bottleneck, x, capacity), marginal, balances)


def opening(recipes: Recipes, best: Optimum, limits: np.ndarray) -> np.ndarray:
    """Return the largest activity that serves all needs in fixed proportions, techniques shared out by capacity."""
    A, maker, capacity = recipes.inputs, recipes.maker, best.capacity
    share = capacity / np.bincount(maker, weights=capacity)[maker]
    balances = LeontiefSystem(A @ _mix(maker, share)) if maker.size > A.shape[0] else best.balances
    x = np.maximum(share * balances.solve(recipes.needs.sum(axis=1))[maker], 0.0)
    return largest_within(x, jnp.asarray(recipes.factors), limits, capacity)


def _mix(maker: np.ndarray, share: np.ndarray) -> sp.csc_array:
    """Return the matrix that shares products out to the processes that make them, ``(processes, products)``."""
    m = maker.size
    return sp.csc_array((share, (np.arange(m), maker)), shape=(m, int(maker.max()) + 1))


def _full_employment(balances: list[LeontiefSystem], wear: sp.csc_array, need: np.ndarray) -> np.ndarray:
    """Return gross output enough to meet all needs and replace what wears out, by any of several technique mixes."""
    full, before = np.zeros(need.size), np.full(need.size, np.inf)
    while np.abs(full - before).max() > 1e-13 * full.max():
        before = full
        full = np.max([each.solve(need + wear @ before) for each in balances], axis=0)
        if not wear.nnz:
            break
    return full


def cheapest(maker: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that takes the least of each product's processes' numbers."""
    order = np.argsort(maker, kind="stable")
    starts = np.searchsorted(maker[order], np.arange(maker.max() + 1))
    return lambda values: np.minimum.reduceat(values[order], starts)


def prices_and_costs(recipes: Recipes, rent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return prices by the cheapest technique of each product, rents included, and unit costs without rents.

    .. math:: p_i = \hat q_i + \min_{j \in i} (A_j^\top p + F_j^\top \hat v)
    """
    At, least = Rows(recipes.inputs.T), cheapest(recipes.maker)
    primary = recipes.factors.T @ recipes.valuations
    p, cost = np.zeros(rent.size), primary
    for _ in range(100_000):
        new = rent + least(cost)
        cost = At @ new + primary
        if (np.abs(new - p) <= 1e-15 * new).all():
            break
        p = new
    return new, cost


def _serve(worth: np.ndarray, cost: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Return how far each need is met, served by worth over cost up to a share of all worth, and the last's ratio."""
    i, h = np.nonzero(worth)
    w = worth[i, h]
    wanted, ratio = share * w.sum(), w / cost[i, h]
    order = np.argsort(-ratio, kind="stable")
    w = w[order]
    met = np.clip((wanted - (np.cumsum(w) - w)) / w, 0.0, 1.0)
    s = np.zeros(worth.shape)
    s[i[order], h[order]] = met
    return s, float(ratio[order[np.flatnonzero(met)[-1]]])
