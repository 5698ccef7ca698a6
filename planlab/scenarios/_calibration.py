r"""From recipes to a world whose optimum is known: limits set by inverse optimisation, no solver needed.

Choose valuations :math:`\hat v` of the factors, positive for those that shall be scarce, and rents
:math:`\hat q \ge 0` of capacity, positive for the products that shall be bottlenecks. They give prices by the cheapest
technique, :math:`p_i = \hat q_i + \min_{j \in i} (A_j^\top p + F_j^\top \hat v)`, and so the cost
:math:`\kappa_{ih} = p_i D_{ih}` of every need. Serve needs in the order of worth over cost until the wanted share of
all worth is met (the last one in part), which is :math:`s^*`; add what replaces worn capacity; run the techniques that
pay at the :math:`x^*` this takes; set the limits of scarce factors to :math:`F x^*` and the capacity of bottlenecks to
:math:`x^*`. Then :math:`x^*, s^*` and the prices, scaled by the last need's worth over cost, satisfy complementary
slackness (Ahuja & Orlin 2001 on inverse optimisation) in the one-period programme of
`planlab.optimisation.objectives.CappedNeeds`, for no cost of factors and empty stocks, whose optimum is therefore
exactly the tightness asked for. Over a horizon in which nothing strikes or wears out a clairvoyant does no better but
for the goods that lie in the pipelines at the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.base.checks import ABOVE_0_TO_1, between, check_choice, check_float, check_whole, near
from planlab.economy.capital import among_largest
from planlab.economy.economy import FACTOR_KINDS
from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.weighting import DEFAULT_WEIGHTS, WEIGHTS
from planlab.scenarios._draws import stream
from planlab.scenarios._optimum import Recipes, cheapest, opening, optimum, prices_and_costs

__all__ = ["Setting", "calibrate", "with_shocks"]

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
    weights
        What needs weigh, as in `planlab.Scenario.with_weights`; ``"expenditure"`` is at the prices of the calibration,
        ``"honest"`` is what is embodied. The world is the same with any: `tightness` goes by equal weights.
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
    weights: str = DEFAULT_WEIGHTS
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every parameter by name."""
        n = check_whole("products", self.products, 1)
        check_whole("techniques", self.techniques, 1, 100)
        if check_whole("inputs", self.inputs, 1) >= n > 1:
            raise ValueError(f"inputs is {self.inputs} but there are {n} products; give fewer inputs or more products.")
        if self.spectral_radius is not None:
            check_float("spectral_radius", self.spectral_radius, between(0, 1, above=True, below=True))
        check_whole("communities", self.communities, 1)
        check_float("tightness", self.tightness, ABOVE_0_TO_1)
        check_float("capacity_margin", self.capacity_margin, between(1, 100))
        check_float("bottlenecks", self.bottlenecks, between(0, 0.5))
        check_float("depreciation", self.depreciation, between(0, 0.5))
        check_choice("weights", self.weights, WEIGHTS)
        check_whole("seed", self.seed, 0)
        counts = {"labour": 1, "energy": 1, "material": 1, "emissions": 1} if self.factors is None else self.factors
        if not isinstance(counts, Mapping):
            raise TypeError(f"factors is {counts!r}; give a mapping from kind to count, such as {{'labour': 1}}.")
        if unknown := sorted(set(counts) - set(FACTOR_KINDS), key=str):
            raise ValueError(f"factors has unknown kinds {unknown}. Known kinds: {', '.join(FACTOR_KINDS)}.")
        for kind, count in counts.items():
            check_whole(f"factors[{kind!r}]", count, 0)
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
            hint = near(unknown[0], known)
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
    prices = prices_and_costs(recipes, rent)
    K, delta = _capital(setting, recipes, primary, prices[0])
    wear = sp.csc_array(K @ sp.diags_array(delta))
    best = optimum(recipes, prices, rent, wear, setting.capacity_margin, setting.tightness)
    if setting.bottlenecks:
        use = np.asarray(A @ best.activity) / np.maximum(best.mix.T @ best.activity, 1e-300)
        count = max(1, round(setting.bottlenecks * rent.size))
        draw = stream(setting.seed, name, "bottlenecks")
        tight = np.zeros(rent.size, bool)
        tight[draw.choice(np.argsort(-use, kind="stable")[: max(count, rent.size // 2)], count, replace=False)] = True
        drawn = draw.uniform(0.1, 0.5, rent.size) * cheapest(recipes.maker)(primary)
        while True:
            rent = np.where(tight, drawn, 0.0)
            prices = prices_and_costs(recipes, rent)
            best = optimum(recipes, prices, rent, wear, setting.capacity_margin, setting.tightness)
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
    limits = np.where(setting.binding, used, SLACK * used)
    n, m = A.shape
    scenario = Scenario.from_arrays(
        inputs=A,
        outputs=sp.csc_array((np.ones(m), (recipes.maker, np.arange(m))), shape=(n, m)),
        needs=D,
        factors=F,
        limits=limits,
        capacity=best.capacity,
        activity=opening(recipes, best, limits),
        capital=K if setting.depreciation else None,
        depreciation=delta,
        factor_kinds=setting.kinds,
        population=recipes.population,
        sector=recipes.sector,
        region=recipes.region,
        categories=recipes.sector[:n],
        labels=recipes.labels,
        name=f"{name}-{n}-{setting.seed}",
    )
    return scenario.with_weights(setting.weights, best.prices if setting.weights == "expenditure" else None)


def _capital(
    setting: Setting, recipes: Recipes, primary: np.ndarray, prices: np.ndarray
) -> tuple[sp.csc_array, np.ndarray]:
    """Return capital coefficients on each process's three main inputs, and depreciation; neither where it has none."""
    A, m = recipes.inputs, recipes.inputs.shape[1]
    if not setting.depreciation:
        return sp.csc_array(A.shape), np.zeros(m)
    column = np.repeat(np.arange(m), np.diff(A.indptr))
    goods = np.where(among_largest(A, 3), A.data, 0.0)
    total = np.bincount(column, weights=goods * prices[A.indices], minlength=m)
    delta = np.where(total > 0, setting.depreciation, 0.0)
    techniques = np.bincount(recipes.maker)[recipes.maker]
    cost = REPLACEMENT * primary / (setting.depreciation * setting.capacity_margin * techniques)
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
    return with_parts(scenario, shocks=both, name=name)


def _times(old: Any, new: np.ndarray | None) -> Any:
    if new is None:
        return old
    rows = np.arange(max(old.shape[0], new.shape[0]))
    return jnp.asarray(np.asarray(old)[np.minimum(rows, old.shape[0] - 1)] * new[np.minimum(rows, new.shape[0] - 1)])
