"""Do next year what was done last year: the floor under every comparison."""

from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation, worn
from planlab.planning.plan import Plan

__all__ = ["Standstill"]


class Standstill(Mechanism):
    r"""Repeat last period: its claimed activity is the target, its deliveries are the promise, wear is replaced.

    .. math:: x_t = \hat x_{t-1}, \qquad y_t = y_{t-1}, \qquad g_t = \delta c_t.

    It knows nothing of needs, limits or what is announced.

    Names: standstill, naive forecast, planning from the achieved level without growth.
    """

    sees: ClassVar = frozenset({"last", "economy", "capacity"})
    deterministic: ClassVar = True
    usual: ClassVar = True
    expected_failures: ClassVar = {
        "plenty_meets_every_need": "it repeats last period, whatever could be done instead",
    }

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return last period's claims as this period's plan."""
        return state, Plan(activity=seen.last.activity, delivery=seen.last.delivery, investment=worn(seen))
