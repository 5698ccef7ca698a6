r"""From a network of suppliers to an economy: coefficients, factors and needs, drawn in sensible units.

Quantities are measured in units that cost one at the calibration's prices, as in a table in money: a column of
coefficients adds up to the cost share of intermediate inputs, the rest is added value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Labels
from planlab.economy.leontief import solve, spectral_radius
from planlab.economy.scenario import Scenario
from planlab.scenarios._calibration import Setting, calibrate
from planlab.scenarios._draws import draw_suppliers, stream
from planlab.scenarios._optimum import Recipes

__all__ = ["Network", "draw_network", "draw_world"]

NAMED_UP_TO = 20_000
"""Products get names up to this many; above, they are numbered."""

LABOUR_WEIGHT = 5.0
"""Labour's part in added value relative to any other factor's."""


@dataclass(frozen=True)
class Network:
    """Who can supply whom, and what kind of product each is.

    Parameters
    ----------
    patterns
        One matrix of suppliers ``(products, products)`` for each product's first technique, second, and so on.
    sector, region
        Name of each product's, ``(products,)``.
    needed
        Odds of each product to be among the needs, ``(products,)`` or ``(products, communities)``.
    variety
        Share of all products that a community needs.
    heavy
        How much energy, material, emissions and land each product takes relative to labour, ``(products,)``.
    products
        Names, or a function that makes them where they are few enough; ``None`` for numbers.
    coefficients
        Technical coefficients of the first techniques; ``None`` to draw them and to choose units.
    needs
        All communities' needs taken together, ``(products,)``; ``None`` to draw them.
    """

    patterns: Sequence[sp.csc_array]
    sector: np.ndarray
    region: np.ndarray
    needed: np.ndarray
    variety: float
    heavy: np.ndarray
    products: Sequence[str] | Callable[[], Sequence[str]] | None = None
    coefficients: sp.csc_array | None = None
    needs: np.ndarray | None = None


def draw_network(
    name: str, setting: Setting, fitness: np.ndarray, group: np.ndarray, trade: np.ndarray
) -> list[sp.csc_array]:
    """Draw suppliers for every technique, as `planlab.scenarios._draws.draw_suppliers`, each from its own stream."""
    return [
        draw_suppliers(stream(setting.seed, name, "graph", t), fitness, group, trade, setting.inputs)
        for t in range(setting.techniques)
    ]


def draw_world(name: str, setting: Setting, network: Network) -> Scenario:
    """Draw coefficients, factors and needs for a network of suppliers, and calibrate.

    Further techniques of a product spend about as much on inputs and on factors as its first, at its prices, but on
    others and in other proportions: none dominates.

    Parameters
    ----------
    name
        The generator's, which labels its random streams.
    setting
        Common parameters.
    network
        Who can supply whom.

    Returns
    -------
    Scenario
        Whose one-period optimum meets exactly ``setting.tightness`` of needs.
    """
    n, kinds = network.needed.shape[0], setting.kinds
    A, added = _first_techniques(name, setting, network)
    p = np.ones(n)
    if network.coefficients is not None:
        p = solve(A.T, added)
    columns, primary = [A], [added]
    spread = 0.3 * (1 - (setting.spectral_radius or 0.5))
    for t in range(1, setting.techniques):
        draw = stream(setting.seed, name, "technique", t)
        other = _amounts(draw, network.patterns[t])
        spent = np.asarray(A.T @ p) * draw.uniform(1 - spread, 1 + spread, n)
        columns.append(_columns_scaled(other, spent / np.maximum(np.asarray(other.T @ p), 1e-300)))
        primary.append(added * draw.uniform(1 - spread, 1 + spread, n))
    value, maker = np.concatenate(primary), np.tile(np.arange(n), setting.techniques)

    units = stream(setting.seed, name, "valuations").lognormal(0.0, 0.5, len(kinds))
    weight = stream(setting.seed, name, "factors").lognormal(0.0, 0.5, (len(kinds), maker.size))
    labour = np.array(kinds)[:, None] == "labour"
    weight *= np.where(labour, LABOUR_WEIGHT, network.heavy[maker])
    scarce = setting.binding
    F = value * weight / weight[scarce].sum(axis=0) / units[:, None]

    population, D = _needs(name, setting, network, p)
    return calibrate(
        name,
        setting,
        Recipes(
            inputs=A if len(columns) == 1 else sp.csc_array(sp.hstack(columns, format="csc")),
            maker=maker,
            factors=F,
            valuations=np.where(scarce, units, 0.0),
            needs=D,
            population=population,
            sector=network.sector[maker],
            region=network.region[maker],
            labels=_labels(network, setting),
        ),
    )


def _first_techniques(name: str, setting: Setting, network: Network) -> tuple[sp.csc_array, np.ndarray]:
    """Return the first techniques' coefficients and added value, in units of which one costs one if they are drawn."""
    draw = stream(setting.seed, name, "coefficients")
    share = np.asarray(draw.beta(6.0, 6.0, network.needed.shape[0]))
    if network.coefficients is None:
        A = _columns_scaled(_amounts(draw, network.patterns[0]), share)
    else:
        A = network.coefficients
    if setting.spectral_radius is not None:
        radius = spectral_radius(A)
        if radius <= 1e-12:
            raise ValueError(
                "graph has no cycles, so that its spectral radius is 0 whatever its weights; pass "
                "spectral_radius=None to leave them as they are."
            )
        A = sp.csc_array(A * (setting.spectral_radius / radius))
    added = np.ones(share.size) - share
    if network.coefficients is None:
        p = solve(A.T, added)
        A = _columns_scaled(sp.csc_array((A.data * p[A.indices], A.indices, A.indptr), A.shape), 1 / p)
        added = added / p
    return A, added


def _amounts(draw: np.random.Generator, pattern: sp.csc_array) -> sp.csc_array:
    """Return a pattern with lognormal amounts that add up to one in every column."""
    filled = sp.csc_array((draw.lognormal(0.0, 1.0, pattern.nnz), pattern.indices, pattern.indptr), pattern.shape)
    total: np.ndarray = np.asarray(filled.sum(axis=0))
    return _columns_scaled(filled, 1 / np.where(total > 0, total, 1.0))


def _columns_scaled(A: sp.csc_array, by: np.ndarray) -> sp.csc_array:
    return sp.csc_array((A.data * np.repeat(by, np.diff(A.indptr)), A.indices, A.indptr), A.shape)


def _needs(name: str, setting: Setting, network: Network, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return population and needs; every community needs the same number of products."""
    n, h = network.needed.shape[0], setting.communities
    population = stream(setting.seed, name, "population").lognormal(0.0, 0.4, h)
    taste = stream(setting.seed, name, "taste").lognormal(0.0, 0.4, (h, n)).T * population
    if network.needs is not None:
        return population, network.needs[:, None] * taste / taste.sum(axis=1, keepdims=True)
    draw = stream(setting.seed, name, "needs")
    luck, budget = draw.gumbel(size=(n, 1)), draw.lognormal(0.0, 0.7, (n, 1))
    appeal = np.log(network.needed.reshape(n, -1)) + luck
    count = max(1, round(network.variety * n))
    wanted = np.zeros(appeal.shape)
    np.put_along_axis(wanted, np.argpartition(-appeal, count - 1, axis=0)[:count], 1.0, axis=0)
    return population, wanted * budget * taste / p[:, None]


def _labels(network: Network, setting: Setting) -> Labels:
    names = None
    if network.products is not None and setting.products <= NAMED_UP_TO:
        names = tuple(network.products() if callable(network.products) else network.products)
    processes = names
    if names is not None and setting.techniques > 1:
        processes = tuple(f"{product}, technique {t + 1}" for t in range(setting.techniques) for product in names)
    kinds = setting.kinds
    factors = tuple(
        f"{kind} {kinds[:i].count(kind) + 1}" if kinds.count(kind) > 1 else kind for i, kind in enumerate(kinds)
    )
    return Labels(names, processes, factors, tuple(f"community {i + 1}" for i in range(setting.communities)))
