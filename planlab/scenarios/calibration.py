r"""From recipes to a world whose optimum is known: limits set by inverse optimisation, no solver needed.

Choose valuations :math:`\hat v > 0` for the factors. They give prices by the cheapest technique,
:math:`p_i = \min_{j \in i} (A_j^\top p + F_j^\top \hat v)`, and so the cost :math:`\kappa_{ih} = p_i D_{ih}` of every
need. Serve needs in the order of worth over cost until the wanted share of all worth is met (the last one in part),
which is :math:`s^*`; add what wears out; the cheapest techniques then run at
:math:`x^* = (I - A^*)^{-1}(\sum_h D_h s^*_h + K \delta c)`, and limits are set to :math:`r = F x^*`. By complementary
slackness :math:`x^*, s^*` solve the one-period programme of `planlab.optimisation.planning_problem.CappedNeeds` (for
zero frugality and empty stocks), whose optimum is therefore exactly the tightness asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import FACTOR_KINDS, Labels, Scenario
from planlab.economy.leontief import solve, spectral_radius
from planlab.information.replies import worth_of_needs
from planlab.scenarios.draws import fraction, stream, whole

__all__ = ["Recipes", "Setting", "calibrate", "draw_world"]

NAMED_UP_TO = 20_000
"""Products get names up to this many; above, they are numbered."""


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
        Of the products' first techniques.
    communities
        Number of communities.
    factors
        Number of factors of each kind, such as ``{"labour": 1, "emissions": 2}``.
    tightness
        Share of needs (by worth) that the one-period optimum meets.
    capacity_margin
        Capacity over what meeting every need would take.
    depreciation
        Share of capacity that wears out per period; with it, processes need capital goods.
    seed
        A whole number.
    """

    products: int = 100
    techniques: int = 1
    inputs: int = 8
    spectral_radius: float = 0.5
    communities: int = 4
    factors: Mapping[str, int] | None = None
    tightness: float = 0.9
    capacity_margin: float = 1.2
    depreciation: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every parameter by name."""
        n = whole("products", self.products, 3)
        whole("techniques", self.techniques, 1, 100)
        whole("inputs", self.inputs, 1)
        if self.inputs >= n:
            raise ValueError(f"inputs is {self.inputs} but there are {n} products; give fewer inputs or more products.")
        fraction("spectral_radius", self.spectral_radius, 0, 1, closed=False)
        whole("communities", self.communities, 1)
        fraction("tightness", self.tightness, 1e-9, 1)
        fraction("capacity_margin", self.capacity_margin, 1 - 1e-12, 100)
        fraction("depreciation", self.depreciation, 0, 0.5)
        whole("seed", self.seed, 0)
        counts = {"labour": 1, "energy": 1, "material": 1, "emissions": 1} if self.factors is None else self.factors
        if not isinstance(counts, Mapping):
            raise TypeError(f"factors is {counts!r}; give a mapping from kind to count, such as {{'labour': 1}}.")
        if unknown := sorted(set(counts) - set(FACTOR_KINDS)):
            raise ValueError(f"factors has unknown kinds {unknown}. Known kinds: {', '.join(FACTOR_KINDS)}.")
        for kind, count in counts.items():
            whole(f"factors[{kind!r}]", count, 0)
        if not sum(counts.values()):
            raise ValueError("factors is empty; at least one factor has to be scarce. Give for instance {'labour': 1}.")
        object.__setattr__(self, "factors", dict(counts))

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


@dataclass(frozen=True)
class Recipes:
    """What a generator draws before limits are set: who makes what from what, and who needs it.

    Parameters
    ----------
    inputs, maker
        Technical coefficients ``(products, processes)`` and the product each process makes ``(processes,)``; the
        first ``products`` processes are the first techniques.
    factors
        ``(factors, processes)``.
    needs
        ``(products, communities)``.
    sector, region
        Names or codes per process.
    labels
        Names.
    """

    inputs: sp.csc_array
    maker: np.ndarray
    factors: np.ndarray
    needs: np.ndarray
    sector: Sequence[Any] | np.ndarray
    region: Sequence[Any] | np.ndarray
    labels: Labels


def draw_world(
    name: str,
    setting: Setting,
    pattern: sp.csc_array,
    sector: np.ndarray,
    region: np.ndarray,
    needed: np.ndarray,
    heavy: np.ndarray,
    home: np.ndarray | None = None,
    products: Sequence[str] | None = None,
) -> Scenario:
    """Draw coefficients, factors and needs for a pattern of inputs, and calibrate.

    Parameters
    ----------
    name
        The generator's.
    setting
        Common parameters.
    pattern
        Who uses what, ``(products, processes)``.
    sector, region
        Per product.
    needed
        How likely each product is needed, and how much, ``(products,)``.
    heavy
        How much energy, material, emissions and land each product's processes take, relative to labour,
        ``(products,)``.
    home
        How much each community needs of each product relative to others, ``(products, communities)``.
    products
        Names of the products.
    """
    n, h, kinds = setting.products, setting.communities, setting.kinds
    maker = np.tile(np.arange(n), setting.techniques)
    draw = stream(setting.seed, name, "coefficients")
    columns = np.repeat(np.arange(pattern.shape[1]), np.diff(pattern.indptr))
    amounts = draw.lognormal(0.0, 1.0, pattern.nnz)
    share = draw.beta(4.0, 4.0, pattern.shape[1])
    amounts *= (share / np.bincount(columns, weights=amounts, minlength=pattern.shape[1]))[columns]
    A = sp.csc_array((amounts, pattern.indices, pattern.indptr), shape=pattern.shape)
    radius = spectral_radius(A[:, :n])
    if radius > 0:
        A = sp.csc_array(A * (setting.spectral_radius / radius))

    draw = stream(setting.seed, name, "factors")
    F = draw.lognormal(0.0, 0.7, (len(kinds), maker.size))
    F *= np.where(np.array(kinds)[:, None] == "labour", 1.0, heavy[maker])

    draw = stream(setting.seed, name, "needs")
    wanted = draw.random(n) < needed
    wanted[np.argmax(needed)] = True
    level = np.where(wanted, draw.lognormal(0.0, 1.0, n), 0.0)
    taste = draw.lognormal(0.0, 0.5, (n, h)) * (1.0 if home is None else home)
    D = level[:, None] * taste

    named = n <= NAMED_UP_TO
    labels = Labels(
        products=tuple(products) if named and products is not None else None,
        processes=_process_names(products, setting.techniques) if named and products is not None else None,
        factors=_factor_names(kinds),
        communities=tuple(f"community {i + 1}" for i in range(h)),
    )
    recipes = Recipes(A, maker, F, D, sector[maker], region[maker], labels)
    return calibrate(name, recipes, setting)


def _process_names(products: Sequence[str], techniques: int) -> tuple[str, ...]:
    if techniques == 1:
        return tuple(products)
    return tuple(f"{product}, technique {t + 1}" for t in range(techniques) for product in products)


def _factor_names(kinds: Sequence[str]) -> tuple[str, ...]:
    many = {kind for kind in kinds if list(kinds).count(kind) > 1}
    return tuple(f"{kind} {list(kinds)[:i].count(kind) + 1}" if kind in many else kind for i, kind in enumerate(kinds))


def calibrate(name: str, recipes: Recipes, setting: Setting) -> Scenario:
    """Return the scenario whose one-period optimum meets exactly ``setting.tightness`` of needs."""
    A, maker, F, D = recipes.inputs, recipes.maker, recipes.factors, recipes.needs
    n, m, margin = A.shape[0], A.shape[1], setting.capacity_margin
    draw = stream(setting.seed, name, "valuations")
    v = draw.lognormal(0.0, 0.5, F.shape[0]) / F.mean(axis=1)

    p, cheapest = _prices(A, maker, F.T @ v)
    A_star = sp.csc_array(A[:, cheapest])
    K = _capital(A, setting)
    to_process = sp.csc_array((np.ones(m), (np.arange(m), maker)), shape=(m, n))
    wear = sp.csc_array(margin * setting.depreciation * (K @ to_process))
    full = solve(sp.csc_array(A_star + wear), D.sum(axis=1))
    capacity = margin * np.maximum(full, 1e-6 * full.max())[maker]

    worth = np.asarray(worth_of_needs(D, np.ones_like(D), np.ones(D.shape[1])))
    cost = p[:, None] * D
    s = _serve(worth, cost, setting.tightness)
    replaced = K @ (setting.depreciation * capacity)
    x = np.zeros(m)
    x[cheapest] = solve(A_star, (D * s).sum(axis=1) + replaced)
    capacity = np.maximum(capacity, x)

    return Scenario.from_arrays(
        inputs=A,
        outputs=sp.csc_array((np.ones(m), (maker, np.arange(m))), shape=(n, m)),
        needs=D,
        factors=F,
        limits=F @ x,
        capacity=capacity,
        capital=K if setting.depreciation else None,
        depreciation=setting.depreciation,
        factor_kinds=setting.kinds,
        sector=recipes.sector,
        region=recipes.region,
        labels=recipes.labels,
        name=f"{name}-{n}-{setting.seed}",
    )


def _prices(A: sp.csc_array, maker: np.ndarray, primary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return prices by the cheapest technique of each product, and which process that is."""
    n, At = A.shape[0], sp.csr_array(A.T)
    order = np.argsort(maker, kind="stable")
    starts = np.searchsorted(maker[order], np.arange(n))
    p = np.zeros(n)
    for _ in range(100_000):
        cost = At @ p + primary
        new = np.minimum.reduceat(cost[order], starts)
        if np.abs(new - p).max() <= 1e-14 * new.max():
            break
        p = new
    best = np.full(n, A.shape[1])
    np.minimum.at(best, maker, np.where(cost <= new[maker] * (1 + 1e-12), np.arange(A.shape[1]), A.shape[1]))
    return new, best


def _serve(worth: np.ndarray, cost: np.ndarray, share: float) -> np.ndarray:
    """Return how far each need is met when they are served by worth over cost up to a share of all worth."""
    needed = worth.ravel() > 0
    ratio = np.divide(worth.ravel(), cost.ravel(), out=np.zeros(worth.size), where=cost.ravel() > 0)
    order = np.argsort(-ratio, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(worth.ravel()[order])[:-1]])
    s = np.zeros(worth.size)
    w = np.where(needed, worth.ravel(), 1.0)[order]
    s[order] = np.clip((share * worth.sum() - before) / w, 0.0, 1.0)
    return np.where(needed, s, 0.0).reshape(worth.shape)


def _capital(A: sp.csc_array, setting: Setting) -> sp.csc_array:
    """Return capital coefficients: half a year's recipe per unit of capacity, so that wear stays a modest use."""
    return sp.csc_array(A * (0.5 if setting.depreciation else 0.0))
