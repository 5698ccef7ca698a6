"""Capacity wears out, and what is built works some periods later."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.part import whole
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Gestation"]


class Gestation(Law):
    r"""Depreciation and gestation: what is built in one period works some periods later.

    .. math:: k_{t+1} = (1 - \delta) k_t + g_{t+1-G},

    with capacity :math:`k`, what was built :math:`g` and depreciation :math:`\delta`; what is under construction does
    not wear out. Where a scenario has no such law it takes one period.

    Parameters
    ----------
    lead
        :math:`G`, periods from when capacity is built to when it works; 1: in the next period.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"capacity", "building"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    lead: int = whole(1, 1)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Make room for what is under construction."""
        state = scenario.opening
        if state.building.shape[0] == self.lead - 1:
            return self, state
        return self, replace(state, building=jnp.zeros((self.lead - 1, state.capacity.shape[0])))

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let capacity wear out, and what was under construction long enough work."""
        pipeline = jnp.concatenate([state.building, outcome.investment[None, :]])
        capacity = (1 - state.economy.depreciation) * state.capacity + pipeline[0]
        return replace(state, capacity=capacity, building=pipeline[1:])
