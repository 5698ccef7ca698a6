"""A bonus on output beyond a quota that follows achievement."""

from typing import Any, ClassVar

from planlab.base.checks import FINITE, SHARE
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.pay.rewards._paying import to_producers

__all__ = ["TargetBonus"]


class TargetBonus(Reward):
    r"""A bonus on output beyond a quota that follows achievement: the ratchet (Weitzman 1980 :cite:`weitzman:80`).

    .. math:: B_t = b\,(y_t - q_t), \qquad q_{t+1} = q_t + \lambda\,(y_t - q_t)

    Parameters
    ----------
    rate
        :math:`b`, per norm.
    ratchet
        :math:`\lambda`, from 0 (quotas stay) to 1.
    """

    rate: float = number(1.0, FINITE)
    ratchet: float = number(0.5, SHARE)
    references: ClassVar = ("weitzman:80",)
    promises: ClassVar = {
        "command": ("manipulable by producers",),
        "linear_program": ("manipulable by producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return next period's quotas and the bonus."""
        over = account.y - reward_state
        return reward_state + self.ratchet * over, to_producers(account, self.rate * over)
