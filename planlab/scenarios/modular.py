"""Regions that trade mostly inside themselves."""

from typing import Any

import numpy as np

from planlab.base.checks import SHARE, check_float, check_whole
from planlab.economy.scenario import Scenario
from planlab.scenarios._calibration import Setting
from planlab.scenarios._draws import stream
from planlab.scenarios._technology import Network, draw_network, draw_world

__all__ = ["modular"]


def modular(regions: int = 4, inside: float = 0.85, **common: Any) -> Scenario:
    """Generate an economy of regions (or sectors) with dense trade inside and thin trade between them.

    A stochastic block model (Holland, Laskey & Leinhardt 1983) with uneven suppliers. Products are spread over regions
    in equal blocks, communities in turn; a community needs mostly its own region's products. Limits on factors are
    common to all regions.

    Parameters
    ----------
    regions
        How many; each has at least two products.
    inside
        Share of inputs bought within the own region, on average, between 0 and 1, as far as it has enough products.
    **common
        As in `planlab.scenarios._calibration.Setting`.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type.

    Examples
    --------
    >>> scenario = modular(products=40, inputs=4, regions=2, communities=2)
    >>> scenario.economy.labels.regions
    ('region 1', 'region 2')
    """
    setting = Setting.read(common, "regions", "inside")
    n, h = setting.products, setting.communities
    regions = check_whole("regions", regions, 1)
    if 2 * regions > n:
        raise ValueError(f"regions is {regions} but there are {n} products; give at most half as many regions.")
    inside = check_float("inside", inside, SHARE)
    region = np.arange(n) * regions // n
    trade = np.full((regions, regions), (1 - inside) / max(regions - 1, 1))
    np.fill_diagonal(trade, inside if regions > 1 else 1.0)
    fitness = stream(setting.seed, "modular", "fitness").lognormal(0.0, 1.0, n)
    names = np.array([f"region {r + 1}" for r in range(regions)])
    home = region[:, None] == np.arange(h) % regions
    return draw_world(
        "modular",
        setting,
        Network(
            patterns=draw_network("modular", setting, fitness, region, trade),
            sector=names[region],
            region=names[region],
            needed=np.where(home, inside, (1 - inside) / max(regions - 1, 1)) + 1e-9,
            variety=0.6 / regions,
            heavy=np.ones(n),
            products=lambda: [f"{names[r]}, product {i + 1}" for i, r in enumerate(region)],
        ),
    )
