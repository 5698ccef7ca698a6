"""Plan several years at once, and do as planned until they are over."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from jaxtyping import PRNGKeyArray

from planlab.base.part import whole
from planlab.mechanisms._outlook import Foresighted
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["NYearPlan"]


class Ahead(NamedTuple):
    """The plans that are still to be handed out, interval by interval."""

    plans: Sequence[Plan] = ()


class NYearPlan(Foresighted):
    r"""A plan of several years :cite:`cockshott:19`, carried out as it was made: the open loop of `RecedingHorizon`.

    The programme is that of `RecedingHorizon`. Its years are handed out one after another; whatever is reported in the
    meantime changes nothing. When they are over the next plan is made. What is asked for besides people's needs, such
    as what refills stores, is part of a plan's first year only.

    Names: five-year plan, perspective plan, open-loop control.

    Parameters
    ----------
    years
        :math:`T`, how many years are planned.
    tiers, terminal, discount, carry_over, tolerance
        As in `RecedingHorizon`.
    """

    years: int = whole(5, 1)

    deterministic: ClassVar = True
    references: ClassVar = ("cockshott:19", "dorfman:58", "huangfu:18")

    @property
    def planned_years(self) -> int:
        """As many as a plan has."""
        return self.years

    def init(self, seen: Observation, key: PRNGKeyArray) -> Ahead:
        """Return no plan."""
        return Ahead()

    def plan(self, state: Ahead, seen: Observation, key: PRNGKeyArray) -> tuple[Ahead, Plan]:
        """Return what is planned for the interval that begins."""
        first, *later = state.plans or self._made(seen)
        return Ahead(later), first

    def _made(self, seen: Observation) -> list[Plan]:
        """Return the plans of all intervals of the years."""
        problem = self.problem(seen)
        plans = problem.plans(problem.solved(float(self.tolerance)))
        return [plan for span, plan in zip(problem.spans, plans, strict=True) for _ in range(span.length)]
