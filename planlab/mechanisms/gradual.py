"""Go part of the way from what was done to what would be best."""

from dataclasses import replace
from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1
from planlab.base.part import number
from planlab.mechanisms._around import Around
from planlab.people.observation import Observation
from planlab.planning.plan import Plan, Status

__all__ = ["Gradual"]


class Gradual(Around):
    r"""Partial adjustment towards another mechanism's plan (Nerlove 1958 :cite:`nerlove:58`).

    With that plan :math:`(x^*, y^*)`,

    .. math:: x_t = \hat x_{t-1} + \lambda (x^*_t - \hat x_{t-1}), \qquad
              y_t = y_{t-1} + \lambda (y^*_t - y_{t-1}),

    from last period's claimed activity and deliveries. Between two flows that can go on lies another one, so that what
    a step takes from the stores is small however far away the best plan is: a planner who jumps promises from the first
    month what producers, who must fill their stores first, can make in the last. Investment and prices are the other's.

    It is no optimum and claims none; nothing of it is guaranteed: with stores of one month, households served first, it
    starves producers as well.

    Names: partial adjustment, gradualism, planning from the achieved level.

    Parameters
    ----------
    mechanism
        Whose plan it goes towards.
    speed
        :math:`\lambda`, what part of the way it goes in a period, or in an interval with several plans a period.
    """

    speed: float = number(0.2, ABOVE_0_TO_1)

    deterministic: ClassVar = True
    references: ClassVar = ("nerlove:58",)
    own_failures: ClassVar = {
        "plenty_meets_every_need": "it goes only part of the way from what was done",
    }

    @property
    def sees(self) -> frozenset[str]:  # type: ignore[override]  # what a class attribute is elsewhere
        """What the other declares, and last period."""
        return self.mechanism.sees | {"last"}

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return a plan on the way to the other's."""
        state, best = self.mechanism.plan(state, seen, key)
        x, y = seen.last.activity, seen.last.delivery
        return state, replace(
            best,
            activity=x + self.speed * (best.activity - x),
            delivery=y + self.speed * (best.delivery - y),
            status=Status.PROPOSED,
            certificate=None,
        )
