"""Regions that trade mostly inside themselves."""

from typing import Any

import numpy as np

from planlab.economy.economy import Scenario
from planlab.scenarios.calibration import Setting, draw_world
from planlab.scenarios.draws import draw_suppliers, fraction, stream, whole

__all__ = ["modular"]


def modular(regions: int = 4, inside: float = 0.85, **common: Any) -> Scenario:
    """Generate an economy of regions (or sectors) with dense trade inside and thin trade between them.

    Products are spread over regions in equal blocks, communities in turn; a community needs mostly its own region's
    products. Limits on factors are common to all regions.

    Parameters
    ----------
    regions
        How many.
    inside
        Share of purchases made within the own region, on average, between 0 and 1.
    **common
        As in `planlab.scenarios.calibration.Setting`.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs.
    """
    setting = Setting.read(common, "regions", "inside")
    n, h = setting.products, setting.communities
    regions = whole("regions", regions, 1, n)
    inside = fraction("inside", inside, 0, 1)
    region = np.arange(n) * regions // n
    affinity = np.full((regions, regions), (1 - inside) / max(regions - 1, 1) + 1e-9)
    np.fill_diagonal(affinity, inside + 1e-9)
    rng = stream(setting.seed, "modular", "graph")
    fitness = rng.lognormal(0.0, 1.0, n)
    maker = np.tile(np.arange(n), setting.techniques)
    pattern = draw_suppliers(rng, fitness, region, region[maker], maker, affinity, setting.inputs)
    names = np.array([f"region {r + 1}" for r in range(regions)])[region]
    return draw_world(
        "modular",
        setting,
        pattern,
        sector=names,
        region=names,
        needed=np.full(n, 0.7),
        heavy=np.ones(n),
        home=np.where(region[:, None] == np.arange(h) % regions, 1.0, 1 - inside + 1e-3),
        products=[f"{name}, product {i}" for i, name in enumerate(names)] if n <= 20_000 else None,
    )
