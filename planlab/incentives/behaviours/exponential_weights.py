"""People who learn which lie pays."""

from typing import Any

from planlab.incentives.adapting import Adapting

__all__ = ["ExponentialWeights"]


class ExponentialWeights(Adapting):
    """Everybody learns by exponential weights which of a few lies pays (Freund & Schapire 1997 :cite:`freund:97`).

    Parameters
    ----------
    reward, agents, lies, effort, horizon, discount, rounds, epsilon
        As in `planlab.incentives.adapting.Adapting`.
    """

    @property
    def rule(self) -> dict[str, Any]:
        """No-regret learning."""
        return {"rule": "learning"}
