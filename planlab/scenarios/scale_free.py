"""Hub products that almost everybody uses, and many that few do."""

from typing import Any

import numpy as np

from planlab.economy.economy import Scenario
from planlab.scenarios.calibration import Setting, draw_world
from planlab.scenarios.draws import draw_suppliers, fraction, stream

__all__ = ["scale_free"]


def scale_free(skew: float = 1.0, **common: Any) -> Scenario:
    r"""Generate an economy whose products differ greatly in how many processes use them.

    The product of rank :math:`r` is drawn as an input with a probability in proportion to :math:`r^{-\gamma}`
    (a fitness model, Caldarelli et al. 2002), ranks being shuffled, so that the network is cyclic. Real tables of 50
    to 400 sectors have 6 to 11 inputs per sector, a top hub that feeds 57 to 92 % of them and an out-degree Gini
    coefficient of .55 to .72.

    Parameters
    ----------
    skew
        :math:`\gamma`, between 0 and 3.
    **common
        As in `planlab.scenarios.calibration.Setting`.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs.
    """
    skew = fraction("skew", skew, 0, 3)
    setting = Setting.read(common, "skew")
    n = setting.products
    rng = stream(setting.seed, "scale_free", "graph")
    fitness = rng.permutation((1.0 + np.arange(n)) ** -skew)
    maker, one = np.tile(np.arange(n), setting.techniques), np.zeros(n, int)
    pattern = draw_suppliers(rng, fitness, one, one[maker], maker, np.ones((1, 1)), setting.inputs)
    rank = np.argsort(np.argsort(-fitness))
    quartile = np.minimum(4 * rank // n, 3)
    return draw_world(
        "scale_free",
        setting,
        pattern,
        sector=np.array(["hub", "frequent", "rare", "leaf"])[quartile],
        region=one,
        needed=np.full(n, 0.7),
        heavy=np.where(rank < n // 5, 2.0, 1.0),
        products=[f"product {i}" for i in range(n)] if n <= 20_000 else None,
    )
