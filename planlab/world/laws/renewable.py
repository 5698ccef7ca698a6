"""A resource that grows back, and of which only so much can be taken as there is."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE, SHARE
from planlab.base.part import number
from planlab.economy.law import Law, used
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Renewable"]


class Renewable(Law):
    r"""A renewable resource with logistic growth (Schaefer 1954 :cite:`schaefer:54`), drawn on as one of the factors.

    .. math:: R^{t+1} = \bigl[R^t + g R^t (1 - R^t / \bar R) - u^t\bigr]_+, \qquad r_f^t = \alpha R^t,

    with what was used of the factor :math:`u`, at the opening activity :math:`u^0`. At :math:`R = \bar R / 2` it
    grows most, by :math:`g \bar R / 4` a period.

    Parameters
    ----------
    factor
        Which factor it is.
    most
        :math:`\bar R / u^0`, for how many periods of opening use there is where nothing is taken.
    growth
        :math:`g`, a period's growth where there is little.
    start
        :math:`R^0 / \bar R`, the share of it that there is at the start.
    within_reach
        :math:`\alpha`, the share that can be taken in a period.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"limits", "nature"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    factor: str = eqx.field(static=True)
    most: float = number(20.0, POSITIVE)
    growth: float = number(0.3, AT_LEAST_0)
    start: float = number(1.0, SHARE)
    within_reach: float = number(1.0, SHARE)
    at: Any = eqx.field(static=True, default=0, repr=False)
    full: Any = eqx.field(default=None, repr=False)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find the factor, and let there be so much of it."""
        at, use = used(scenario, self.factor)
        state, full = scenario.opening, self.most * use
        there = self.start * full
        nature = {**state.nature, self.factor: there}
        limits = state.limits.at[at].set(self.within_reach * there)
        return replace(self, at=at, full=full), replace(state, nature=nature, limits=limits)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let it grow back less what was taken."""
        R, K, g, u = state.nature[self.factor], self.full, self.growth, outcome.factor_use[self.at]
        left = jnp.maximum(R + g * R * (1 - R / K) - u, 0.0)
        nature = {**state.nature, self.factor: left}
        return replace(state, nature=nature, limits=state.limits.at[self.at].set(self.within_reach * left))
