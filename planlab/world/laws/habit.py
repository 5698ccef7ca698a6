"""People come to need what they have got used to."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import SHARE
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Habit"]


class Habit(Law):
    r"""Habit: needs follow consumption, but never below a share of what was needed at the start.

    .. math:: D^{t+1} = (1 - h) D^t + h \max(y^t, \varphi D^0).

    Stylised: habits of one's own consumption only, not of the neighbours'.

    Parameters
    ----------
    speed
        :math:`h`, the part of the way that needs go in a period.
    basic
        :math:`\varphi`, the share of opening needs that no habit undercuts.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"needs", "accounts"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    speed: float = number(0.1, SHARE)
    basic: float = number(0.5, SHARE)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Note what was needed at the start."""
        state = scenario.opening
        return self, replace(state, accounts={**state.accounts, "opening_needs": state.needs})

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let needs follow."""
        h, least = self.speed, self.basic * state.accounts["opening_needs"]
        return replace(state, needs=(1 - h) * state.needs + h * jnp.maximum(outcome.delivery, least))
