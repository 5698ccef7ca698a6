"""The New Soviet Incentive Model."""

from typing import Any, ClassVar

import jax.numpy as jnp

from planlab.base.checks import FINITE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["Weitzman"]


class Weitzman(Reward):
    r"""The New Soviet Incentive Model (Weitzman 1976 :cite:`weitzman:76`).

    .. math:: B = \bar B + \beta(\hat y - \bar y) + \begin{cases} \alpha (y - \hat y) & y \ge \hat y \\
              -\gamma (\hat y - y) & y < \hat y \end{cases}, \qquad 0 < \alpha < \beta < \gamma

    Without allocation truth is the best announcement under certainty, and the quantile
    :math:`F(\hat y) = (\beta - \alpha)/(\gamma - \alpha)` under uncertainty. Here the plan :math:`\hat y` answers what
    was announced, and with it go inputs: the guarantee no longer holds (Loeb & Magat 1978 :cite:`loeb:78`).

    Parameters
    ----------
    alpha, beta, gamma
        Per norm. Another order than :math:`0 < \alpha < \beta < \gamma` is let through, so that broken schemes can be
        studied.
    base
        :math:`\bar B`.
    """

    alpha: float = number(0.5, FINITE)
    beta: float = number(1.0, FINITE)
    gamma: float = number(1.5, FINITE)
    base: float = number(1.0, FINITE)
    references: ClassVar = ("weitzman:76", "loeb:78")
    promises: ClassVar = {
        "command": ("manipulable by producers",),
        "linear_program": ("manipulable by producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        r"""Return the bonus; :math:`\bar y` is what was achieved before the scenario opened."""
        y, planned = account.y, account.planned
        off = self.alpha * jnp.maximum(y - planned, 0.0) - self.gamma * jnp.maximum(planned - y, 0.0)
        return reward_state, to_producers(account, self.base + self.beta * (planned - reward_state) + off)
