"""People want more than others have."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["PositionalWants"]


class PositionalWants(Law):
    r"""Positional wants: everybody wants a multiple of what people had on average, and never less than at the start.

    .. math:: D_{ih}^{t+1} = D_{ih}^0 \max\Bigl(1,\ \rho\, \frac{\sum_k y_{ik}^t}{\sum_k D_{ik}^0}\Bigr).

    With :math:`\rho \le 1` wants never move where nobody gets more than is needed at the start; beyond it, meeting them
    moves them. In a market whose autonomous demand is the part :math:`a` of the opening's consumption, a share
    :math:`s` of needs, it is the share :math:`\pi = a \rho s` of last period's consumption
    (`planlab.markets.model.Moves`).

    Stylised: people compare themselves with the average of each product, and all of them alike.

    Parameters
    ----------
    reach
        :math:`\rho`.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"needs", "accounts"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    reach: float = number(1.1, AT_LEAST_0)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Note what was needed at the start."""
        state = scenario.opening
        return self, replace(state, accounts={**state.accounts, "opening_needs": state.needs})

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let wants follow what others had."""
        first = state.accounts["opening_needs"]
        needed = first.sum(axis=1)
        had = outcome.delivery.sum(axis=1) / jnp.where(needed > 0, needed, 1.0)
        return replace(state, needs=first * jnp.maximum(1.0, self.reach * had)[:, None])
