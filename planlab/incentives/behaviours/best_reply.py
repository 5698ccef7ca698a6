"""People who move towards what pays best."""

from typing import Any

from planlab.base.checks import ABOVE_0_TO_1
from planlab.base.part import number
from planlab.incentives.adapting import Adapting

__all__ = ["BestReply"]


class BestReply(Adapting):
    """Everybody moves towards what pays best given what all others say, all at once.

    Parameters
    ----------
    reward, agents, lies, effort, horizon, discount, rounds, epsilon
        As in `planlab.incentives.adapting.Adapting`.
    damping
        How far a reply goes at first towards what pays best, above 0 to 1.
    """

    damping: float = number(0.5, ABOVE_0_TO_1)

    @property
    def rule(self) -> dict[str, Any]:
        """Damped simultaneous best replies."""
        return {"rule": "best_reply", "damping": self.damping}
