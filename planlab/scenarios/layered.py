"""Raw materials, intermediate goods, final goods: mostly one way, with some feedback."""

from typing import Any

import numpy as np

from planlab.economy.economy import Scenario
from planlab.scenarios.calibration import Setting, draw_world
from planlab.scenarios.draws import draw_suppliers, fraction, stream

__all__ = ["layered"]

LAYERS = ("raw", "intermediate", "final")


def layered(feedback: float = 0.1, **common: Any) -> Scenario:
    """Generate an economy in three layers.

    A fifth of the products are raw, half intermediate, the rest final. Processes buy from their own layer and the one
    below; with the weight `feedback` also from layers above, which closes the cycles that real economies have. Needs
    lie mainly on final goods; raw materials are heavy in energy, material, emissions and land.

    Parameters
    ----------
    feedback
        Weight of purchases from layers above, between 0 and 1.
    **common
        As in `planlab.scenarios.calibration.Setting`.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs.

    Examples
    --------
    >>> layered(products=20, inputs=4).economy.products
    20
    """
    feedback = fraction("feedback", feedback, 0, 1)
    setting = Setting.read(common, "feedback")
    n = setting.products
    layer = np.searchsorted([n // 5, n // 5 + n // 2], np.arange(n), side="right")
    up = np.array([[1.0, 1.0, 0.2], [feedback, 1.0, 1.0], [feedback, feedback, 0.2]])
    rng = stream(setting.seed, "layered", "graph")
    fitness = rng.lognormal(0.0, 1.0, n)
    maker = np.tile(np.arange(n), setting.techniques)
    pattern = draw_suppliers(rng, fitness, layer, layer[maker], maker, up + 1e-9, setting.inputs)
    names = np.array(LAYERS)[layer]
    return draw_world(
        "layered",
        setting,
        pattern,
        sector=names,
        region=np.zeros(n, int),
        needed=np.array([0.1, 0.3, 0.95])[layer],
        heavy=np.array([4.0, 1.0, 0.4])[layer],
        products=[f"{name} {i}" for i, name in enumerate(names)] if n <= 20_000 else None,
    )
