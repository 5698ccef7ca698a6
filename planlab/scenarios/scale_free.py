"""Hub products that almost everybody uses, and many that few do."""

from typing import Any

import numpy as np

from planlab.base.checks import between, check_float
from planlab.economy.scenario import Scenario
from planlab.scenarios._calibration import Setting
from planlab.scenarios._draws import stream
from planlab.scenarios._technology import Network, draw_network, draw_world

__all__ = ["scale_free"]

GROUPS = np.array(["hub", "frequent", "rare", "leaf"])


def scale_free(skew: float = 1.0, **common: Any) -> Scenario:
    r"""Generate an economy whose products differ greatly in how many processes use them.

    The product of rank :math:`r` is drawn as an input with odds in proportion to :math:`r^{-\gamma}` (the static model
    of Goh, Kahng & Kim 2001, whose degrees fall off with the exponent :math:`1 + 1/\gamma`), ranks being shuffled, so
    that the network is cyclic. Real tables of 50 to 400 sectors have 6 to 11 inputs per sector, a top hub that feeds
    57 to 92 % of them and an out-degree Gini coefficient of .55 to .72.

    Parameters
    ----------
    skew
        :math:`\gamma`, between 0 and 3.
    **common
        As in `planlab.scenarios._calibration.Setting`; at least three products.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs. Sectors are quartiles of the rank: hub, frequent, rare,
        leaf.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type.

    Examples
    --------
    >>> scenario = scale_free(products=60, communities=1)
    >>> users = np.bincount(np.asarray(scenario.economy.inputs.rows), minlength=60)
    >>> bool(users.max() > 40), bool(np.median(users) < 8)
    (True, True)
    """
    gamma = check_float("skew", skew, between(0, 3))
    setting = Setting.read(common, "skew")
    n = setting.products
    if n < 3:
        raise ValueError(f"products is {n}; scale_free needs at least 3.")
    rank = stream(setting.seed, "scale_free", "rank").permutation(n)
    one = np.zeros(n, int)
    return draw_world(
        "scale_free",
        setting,
        Network(
            patterns=draw_network("scale_free", setting, (1.0 + rank) ** -gamma, one, np.ones((1, 1))),
            sector=GROUPS[4 * rank // n],
            region=np.full(n, "everywhere"),
            needed=np.ones(n),
            variety=0.6,
            heavy=np.where(rank < n // 5, 2.0, 1.0),
            products=lambda: [f"product {i + 1}" for i in range(n)],
        ),
    )
