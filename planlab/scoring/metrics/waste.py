"""What is made for nothing."""

import numpy as np

from planlab.scoring import closing
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 7.9


@metric()
def waste(trajectory: Trajectory) -> float:
    r"""Return goods that decayed over goods made, by the factors that they embody.

    .. math:: \frac{\sum_t \sum_i p_i w_{it}}{\sum_t \sum_i p_i m_{it}}, \qquad
              w = z_{t-1} + m - z_t - y - u - v,

    what was in store or made, :math:`z_{t-1} + m`, and neither in store at the end, :math:`z_t`, nor delivered, used or
    invested, :math:`y, u, v`. Products count by what they embody, :math:`p`, as in
    `planlab.scoring.closing.closing_wealth`, and it is not known where that is not. What is embodied in it is how food
    that is lost is added up across products (FAO 2013 :cite:`fao:13`).
    """
    plan, o = closing.last_plan(trajectory), trajectory.outcome
    if plan is None:
        return float("nan")
    decayed, made = (float((np.asarray(goods) @ plan.embodied).sum()) for goods in (o.decayed, o.made))
    return decayed / made if made > 0 else float("nan")
