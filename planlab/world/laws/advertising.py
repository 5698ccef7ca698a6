"""People are made to want ever more."""

from dataclasses import replace
from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

__all__ = ["Advertising"]


class Advertising(Law):
    r"""Advertising: all needs grow, :math:`D^{t+1} = (1 + \varepsilon) D^t`, though there are no more people.

    It moves what people want, and with it every score and every planner's task; what they needed at the opening stays
    the yardstick of saturation. Stylised: it costs nothing and works on everybody alike.

    Parameters
    ----------
    growth
        :math:`\varepsilon`, per period; below 0: wants that are let go.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"needs"})
    deterministic: ClassVar = True

    growth: float = number(0.01, ABOVE_MINUS_1)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let wants grow."""
        return replace(state, needs=(1 + self.growth) * state.needs)
