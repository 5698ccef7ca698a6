"""Raw materials, intermediate goods, final goods: mostly one way, with some feedback."""

from typing import Any

import numpy as np

from planlab.base.checks import SHARE, check_float
from planlab.economy.scenario import Scenario
from planlab.scenarios._calibration import Setting
from planlab.scenarios._draws import stream
from planlab.scenarios._technology import Network, draw_network, draw_world

__all__ = ["layered"]

LAYERS = np.array(["raw", "intermediate", "final"])


def layered(feedback: float = 0.1, **common: Any) -> Scenario:
    r"""Generate an economy in three layers.

    A fifth of the products are raw, half intermediate, the rest final. Shares of the inputs that each layer buys from
    each (with feedback :math:`f`, what is bought from layers above):

    ============ ================== ================ ==========
    sold by      to raw             to intermediate  to final
    ============ ================== ================ ==========
    raw          :math:`1-f`        :math:`(1-f)/2`  .15
    intermediate :math:`.8f`        :math:`(1-f)/2`  .75
    final        :math:`.2f`        :math:`f`        .1
    ============ ================== ================ ==========

    Real economies have cycles: within layers, and through the feedback. Needs lie mainly on final goods; raw
    materials are heavy in energy, material, emissions and land. Stylised: real tables are less clearly ordered.

    Parameters
    ----------
    feedback
        Between 0 and 1.
    **common
        As in `planlab.scenarios._calibration.Setting`; at least five products.

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
    >>> scenario = layered(products=20, inputs=4)
    >>> scenario.economy.inputs.nonzeros, scenario.economy.labels.products[0]
    (80, 'raw 1')
    """
    f = check_float("feedback", feedback, SHARE)
    setting = Setting.read(common, "feedback")
    n = setting.products
    if n < 5:
        raise ValueError(f"products is {n}; layered needs at least 5. For a tiny economy use three_sector.")
    layer = np.searchsorted([n // 5, n // 5 + n // 2], np.arange(n), side="right")
    trade = np.array([[1 - f, (1 - f) / 2, 0.15], [0.8 * f, (1 - f) / 2, 0.75], [0.2 * f, f, 0.1]])
    fitness = stream(setting.seed, "layered", "fitness").lognormal(0.0, 1.0, n)
    place = np.arange(n) - np.array([0, n // 5, n // 5 + n // 2])[layer]
    return draw_world(
        "layered",
        setting,
        Network(
            patterns=draw_network("layered", setting, fitness, layer, trade),
            sector=LAYERS[layer],
            region=np.full(n, "everywhere"),
            needed=np.array([0.02, 0.1, 1.0])[layer],
            variety=0.8,
            heavy=np.array([4.0, 1.0, 0.4])[layer],
            products=lambda: [f"{LAYERS[k]} {i + 1}" for k, i in zip(layer, place, strict=True)],
        ),
    )
