"""What planners of several years have in common."""

from abc import abstractmethod
from dataclasses import KW_ONLY
from typing import Any, ClassVar

import equinox as eqx

from planlab.base.checks import ABOVE_0_TO_1, POSITIVE, SHARE, of_kind
from planlab.base.part import number
from planlab.economy.tiers import USUAL, Tiers
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.horizon import Horizon, HorizonProblem
from planlab.people.observation import Observation

__all__ = ["Foresighted"]


class Foresighted(Mechanism):
    r"""Plans several years by the dynamic Leontief programme (`planlab.optimisation.horizon`).

    Parameters
    ----------
    tiers
        :math:`v`, what meeting a share of a need is worth; ``Tiers((1.0,), (1.0,))``: every part of it alike.
    terminal
        Whether the capacity of the best stationary plan has to be left.
    discount
        :math:`\rho`.
    carry_over
        :math:`\kappa`, what part of finished goods is reckoned with a year later.
    tolerance
        Error of the certificate up to which a plan is called optimal.
    """

    _: KW_ONLY
    tiers: Tiers = USUAL
    terminal: bool = eqx.field(static=True, default=True)
    discount: float = number(1.0, ABOVE_0_TO_1)
    carry_over: float = number(0.0, SHARE)
    tolerance: float = number(1e-6, POSITIVE)

    sees: ClassVar = frozenset(
        {"economy", "capacity", "building", "needs", "urgency", "population", "limits", "stock", "forecast"}
    )
    traceable: ClassVar = False
    in_numpy: ClassVar = True
    reward: ClassVar = "weitzman"

    def __check_init__(self) -> None:
        """Raise for what is no tiers."""
        of_kind("tiers", self.tiers, Tiers)

    @property
    def looks_ahead(self) -> int:
        """All years of a plan but the first."""
        return self.planned_years - 1

    @property
    @abstractmethod
    def planned_years(self) -> int:
        """How many years are planned at once."""

    def problem(self, seen: Observation, *this_year: Any) -> HorizonProblem:
        """Return the programme it solves, from where a year is that has begun."""
        counts = self.tiers, float(self.discount), float(self.carry_over), self.terminal
        return Horizon(self.planned_years, *counts).problem(seen, *this_year)
