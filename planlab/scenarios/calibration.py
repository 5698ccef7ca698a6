r"""From recipes to a world whose optimum is known: limits set by inverse optimisation, no solver needed.

Choose valuations :math:`\hat v` of the factors, positive for those that shall be scarce, and rents
:math:`\hat q \ge 0` of capacity, positive for the products that shall be bottlenecks. They give prices by the cheapest
technique, :math:`p_i = \hat q_i + \min_{j \in i} (A_j^\top p + F_j^\top \hat v)`, and so the cost
:math:`\kappa_{ih} = p_i D_{ih}` of every need. Serve needs in the order of worth over cost until the wanted share of
all worth is met (the last one in part), which is :math:`s^*`; add what replaces worn capacity; run the techniques that
pay at the :math:`x^*` this takes; set the limits of scarce factors to :math:`F x^*` and the capacity of bottlenecks to
:math:`x^*`. Then :math:`x^*, s^*` and the prices, scaled by the last need's worth over cost, satisfy complementary
slackness (Ahuja & Orlin 2001 on inverse optimisation) in the one-period programme of
`planlab.optimisation.planning_problem.CappedNeeds`, for zero frugality and empty stocks, whose optimum is therefore
exactly the tightness asked for. Over a horizon in which nothing strikes or wears out a clairvoyant does no better but
for the goods that lie in the pipelines at the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import FACTOR_KINDS, Labels, Scenario
from planlab.economy.leontief import solve
from planlab.information.replies import worth_of_needs
from planlab.scenarios.draws import fraction, stream, whole

__all__ = ["Recipes", "Setting", "calibrate", "with_shocks"]

REPLACEMENT = 0.15
"""What replacing worn capacity costs, as a share of added value at full employment of all needs."""

SLACK = 1.5
"""Limits of factors that are not scarce, relative to what the optimum uses."""


@dataclass(frozen=True)
class Setting:
    """What all generators have in common.

    Parameters
    ----------
    products
        Number of products.
    techniques
        Processes per product.
    inputs
        Distinct inputs per process.
    spectral_radius
        Of the products' first techniques; ``None`` leaves coefficients as they come.
    communities
        Number of communities.
    factors
        Number of factors of each kind, such as ``{"labour": 1, "emissions": 2}``; ``None``: one each of labour,
        energy, material and emissions.
    scarce
        Kinds of factors whose limits bind in the optimum; ``None``: all. Of the others there is half as much again as
        the optimum uses.
    tightness
        Share of needs (by worth) that the one-period optimum meets.
    capacity_margin
        Capacity over what meeting every need would take, bottlenecks apart.
    bottlenecks
        Share of products whose capacity binds in the optimum.
    depreciation
        Share of capacity that wears out per period; with it, processes need capital goods.
    seed
        A whole number.
    """

    products: int = 100
    techniques: int = 1
    inputs: int = 8
    spectral_radius: float | None = 0.5
    communities: int = 4
    factors: Mapping[str, int] | None = None
    scarce: Sequence[str] | None = None
    tightness: float = 0.9
    capacity_margin: float = 1.2
    bottlenecks: float = 0.0
    depreciation: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every parameter by name."""
        n = whole("products", self.products, 1)
        whole("techniques", self.techniques, 1, 100)
        if whole("inputs", self.inputs, 1) >= n > 1:
            raise ValueError(f"inputs is {self.inputs} but there are {n} products; give fewer inputs or more products.")
        if self.spectral_radius is not None:
            fraction("spectral_radius", self.spectral_radius, 0, 1, above=True, below=True)
        whole("communities", self.communities, 1)
        fraction("tightness", self.tightness, 0, 1, above=True)
        fraction("capacity_margin", self.capacity_margin, 1, 100)
        fraction("bottlenecks", self.bottlenecks, 0, 0.5)
        fraction("depreciation", self.depreciation, 0, 0.5)
        whole("seed", self.seed, 0)
        counts = {"labour": 1, "energy": 1, "material": 1, "emissions": 1} if self.factors is None else self.factors
        if not isinstance(counts, Mapping):
            raise TypeError(f"factors is {counts!r}; give a mapping from kind to count, such as {{'labour': 1}}.")
        if unknown := sorted(set(counts) - set(FACTOR_KINDS), key=str):
            raise ValueError(f"factors has unknown kinds {unknown}. Known kinds: {', '.join(FACTOR_KINDS)}.")
        for kind, count in counts.items():
            whole(f"factors[{kind!r}]", count, 0)
        if not sum(counts.values()):
            raise ValueError("factors is empty; at least one factor has to be scarce. Give for instance {'labour': 1}.")
        object.__setattr__(self, "factors", {kind: count for kind, count in counts.items() if count})
        kinds = list(dict.fromkeys(self.kinds))
        scarce = kinds if self.scarce is None else self.scarce
        if isinstance(scarce, str) or not set(scarce) <= set(kinds) or not len(scarce):
            raise ValueError(f"scarce is {scarce!r}; give a list of one or more of {', '.join(kinds)}.")
        object.__setattr__(self, "scarce", tuple(scarce))

    @classmethod
    def read(cls, common: Mapping[str, Any], *own: str) -> "Setting":
        """Return the setting, or say which parameter is unknown and which there are."""
        known = [*own, *cls.__dataclass_fields__]
        if unknown := sorted(set(common) - set(known)):
            near = get_close_matches(unknown[0], known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"There is no parameter {unknown[0]!r}.{hint} Known parameters: {', '.join(known)}.")
        return cls(**common)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each factor."""
        return tuple(kind for kind, count in (self.factors or {}).items() for _ in range(count))

    @property
    def binding(self) -> np.ndarray:
        """Which factors' limits bind in the optimum, ``(factors,)``."""
        return np.isin(self.kinds, list(self.scarce or ()))


@dataclass(frozen=True)
class Recipes:
    """What is drawn before limits are set: who makes what from what, and who needs it.

    Parameters
    ----------
    inputs, maker
        Technical coefficients ``(products, processes)`` and the product each process makes ``(processes,)``.
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


class _Optimum(NamedTuple):
    """Prices (products,), the techniques that pay (processes, products), activity and capacity (processes,)."""

    prices: np.ndarray
    mix: sp.csc_array
    activity: np.ndarray
    capacity: np.ndarray
    marginal: float


def calibrate(name: str, setting: Setting, recipes: Recipes) -> Scenario:
    """Return the scenario whose one-period optimum meets exactly ``setting.tightness`` of needs.

    Raises
    ------
    ValueError
        If so few needs can be met that replacing worn capacity would not be worth its cost.
    """
    A, F, D = recipes.inputs, recipes.factors, recipes.needs
    primary = F.T @ recipes.valuations
    rent = np.zeros(A.shape[0])
    K, delta = _capital(setting, recipes, primary, _prices(A, recipes.maker, primary, rent)[0])
    wear = sp.csc_array(K @ sp.diags_array(delta))
    best = _optimum(setting, recipes, primary, rent, wear)
    if setting.bottlenecks:
        use = np.asarray(A @ best.activity) / np.maximum(best.mix.T @ best.activity, 1e-300)
        count = max(1, round(setting.bottlenecks * rent.size))
        draw = stream(setting.seed, name, "bottlenecks")
        tight = np.zeros(rent.size, bool)
        tight[draw.choice(np.argsort(-use, kind="stable")[: max(count, rent.size // 2)], count, replace=False)] = True
        drawn = draw.uniform(0.1, 0.5, rent.size) * np.minimum.reduceat(*_by_product(primary, recipes.maker))
        while True:
            rent = np.where(tight, drawn, 0.0)
            best = _optimum(setting, recipes, primary, rent, wear)
            made = np.bincount(recipes.maker, weights=best.activity) > 0
            if made[tight].all():
                break
            tight &= made
    if best.marginal * float(best.prices @ (wear @ best.capacity)) > 1:
        raise ValueError(
            f"tightness is {setting.tightness}: with so few needs met, replacing worn capacity costs more than it is "
            "worth. Raise tightness, or set depreciation to 0."
        )
    used = F @ best.activity
    n, m = A.shape
    return Scenario.from_arrays(
        inputs=A,
        outputs=sp.csc_array((np.ones(m), (recipes.maker, np.arange(m))), shape=(n, m)),
        needs=D,
        factors=F,
        limits=np.where(setting.binding, used, SLACK * used),
        capacity=best.capacity,
        capital=K if setting.depreciation else None,
        depreciation=delta,
        factor_kinds=setting.kinds,
        population=recipes.population,
        sector=recipes.sector,
        region=recipes.region,
        labels=recipes.labels,
        name=f"{name}-{n}-{setting.seed}",
    )


def _optimum(setting: Setting, recipes: Recipes, primary: np.ndarray, rent: np.ndarray, wear: sp.csc_array) -> _Optimum:
    """Return the optimum that valuations and rents support, and the capacity that goes with it."""
    A, maker, D, margin = recipes.inputs, recipes.maker, recipes.needs, setting.capacity_margin
    n, m = A.shape
    p, cost = _prices(A, maker, primary, rent)
    tight = rent > 0
    pays = np.where(tight[maker], cost < p[maker], cost <= (np.minimum.reduceat(*_by_product(cost, maker)))[maker])
    share = pays / np.bincount(maker, weights=pays)[maker]
    G = sp.csc_array((share, (np.arange(m), maker)), shape=(m, n))
    all_makers = sp.csc_array((np.ones(m), (np.arange(m), maker)), shape=(m, n))

    need = D.sum(axis=1)
    need = np.maximum(need, 0.01 * (p @ need) / n / p)
    evenly = sp.csc_array(all_makers / np.bincount(maker))
    mixes = [sp.csc_array(A @ mix) for mix in ([G, evenly] if m > n else [G])]
    full = _full_employment(mixes, margin * (wear @ all_makers), need)
    bottleneck = pays & tight[maker]
    capacity = np.where(bottleneck, 0.0, margin * full[maker])

    worth = np.asarray(worth_of_needs(D, np.ones_like(D), recipes.population))
    s, marginal = _serve(worth, p[:, None] * D, setting.tightness)
    demand = (D * s).sum(axis=1) + wear @ capacity
    bound = sp.diags_array(bottleneck.astype(float))
    x = np.maximum(G @ solve(sp.csc_array(A @ G + wear @ bound @ G), demand), 0.0)
    return _Optimum(p, G, x, np.where(bottleneck, x, capacity), marginal)


def _full_employment(mixes: list[sp.csc_array], wear: sp.csc_array, need: np.ndarray) -> np.ndarray:
    """Return gross output enough to meet all needs and replace what wears out, by any of several technique mixes."""
    full, before = np.zeros(need.size), np.full(need.size, np.inf)
    while np.abs(full - before).max() > 1e-13 * full.max():
        before = full
        full = np.max([solve(mix, need + wear @ before) for mix in mixes], axis=0)
        if not wear.nnz:
            break
    return full


def _by_product(values: np.ndarray, maker: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values ordered by the product their process makes, and where each product's begin."""
    order = np.argsort(maker, kind="stable")
    return values[order], np.searchsorted(maker[order], np.arange(maker.max() + 1))


def _prices(A: sp.csc_array, maker: np.ndarray, primary: np.ndarray, rent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return prices by the cheapest technique of each product, rents included, and unit costs without rents."""
    At, p, cost = sp.csr_array(A.T), np.zeros(A.shape[0]), primary
    for _ in range(100_000):
        new = rent + np.minimum.reduceat(*_by_product(cost, maker))
        cost = At @ new + primary
        if np.abs(new - p).max() <= 1e-15 * new.max():
            break
        p = new
    return new, cost


def _serve(worth: np.ndarray, cost: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Return how far each need is met, served by worth over cost up to a share of all worth, and the last's ratio."""
    i, h = np.nonzero(worth)
    w = worth[i, h]
    ratio = w / cost[i, h]
    order = np.argsort(-ratio, kind="stable")
    before = np.cumsum(w[order]) - w[order]
    met = np.clip((share * w.sum() - before) / w[order], 0.0, 1.0)
    s = np.zeros(worth.shape)
    s[i[order], h[order]] = met
    return s, float(ratio[order][met > 0][-1])


def _capital(
    setting: Setting, recipes: Recipes, primary: np.ndarray, prices: np.ndarray
) -> tuple[sp.csc_array, np.ndarray]:
    """Return capital coefficients on each process's three main inputs, and depreciation; neither where it has none."""
    A, m = recipes.inputs, recipes.inputs.shape[1]
    column = np.repeat(np.arange(m), np.diff(A.indptr))
    order = np.lexsort((-A.data, column))
    rank = np.empty(A.nnz, int)
    rank[order] = np.arange(A.nnz) - A.indptr[column]
    goods = np.where(rank < 3, A.data, 0.0)
    total = np.bincount(column, weights=goods * prices[A.indices], minlength=m)
    delta = np.where(total > 0, setting.depreciation, 0.0)
    techniques = np.bincount(recipes.maker)[recipes.maker]
    cost = REPLACEMENT * primary / (max(setting.depreciation, 1e-300) * setting.capacity_margin * techniques)
    per_good = np.where(delta > 0, cost / np.where(total > 0, total, 1.0), 0.0)
    K = sp.csc_array((goods * per_good[column], A.indices.copy(), A.indptr.copy()), A.shape)
    K.eliminate_zeros()
    return K, delta


def with_shocks(
    scenario: Scenario, name: str, capacity: np.ndarray | None = None, needs: np.ndarray | None = None
) -> Scenario:
    """Return the scenario under another name, struck by multipliers on top of those that strike it already.

    Parameters
    ----------
    scenario
        The world.
    name
        What it is called from now on.
    capacity, needs
        ``(periods, processes)`` and ``(periods, products)``; ``None``: nothing more strikes.
    """
    old = scenario.shocks
    both = replace(old, capacity=_times(old.capacity, capacity), needs=_times(old.needs, needs))
    return replace(scenario, shocks=both, name=name)


def _times(old: Any, new: np.ndarray | None) -> Any:
    if new is None:
        return old
    rows = np.arange(max(old.shape[0], new.shape[0]))
    return jnp.asarray(np.asarray(old)[np.minimum(rows, old.shape[0] - 1)] * new[np.minimum(rows, new.shape[0] - 1)])
