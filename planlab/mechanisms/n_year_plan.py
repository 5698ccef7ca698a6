"""Plan several years at once, and do as planned until they are over."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import equinox as eqx
from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1, POSITIVE, SHARE, of_kind
from planlab.base.part import number, whole
from planlab.economy.tiers import Tiers
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.horizon import Horizon, HorizonProblem
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["NYearPlan"]


class Ahead(NamedTuple):
    """The plans that are still to be handed out, interval by interval."""

    plans: Sequence[Plan] = ()


class NYearPlan(Mechanism):
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
    tiers: Tiers = Tiers()
    terminal: bool = eqx.field(static=True, default=True)
    discount: float = number(1.0, ABOVE_0_TO_1)
    carry_over: float = number(1.0, SHARE)
    tolerance: float = number(1e-6, POSITIVE)

    sees: ClassVar = frozenset(
        {"economy", "capacity", "building", "needs", "urgency", "population", "limits", "stock", "forecast"}
    )
    deterministic: ClassVar = True
    traceable: ClassVar = False
    in_numpy: ClassVar = True
    reward: ClassVar = "weitzman"
    references: ClassVar = ("cockshott:19", "dorfman:58", "huangfu:18")

    def __check_init__(self) -> None:
        """Raise for what is no tiers."""
        of_kind("tiers", self.tiers, Tiers)

    @property
    def looks_ahead(self) -> int:
        """All years of a plan but the first."""
        return self.years - 1

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

    def problem(self, seen: Observation) -> HorizonProblem:
        """Return the programme it solves."""
        counts = self.tiers, float(self.discount), float(self.carry_over), self.terminal
        return Horizon(self.years, *counts).problem(seen)
