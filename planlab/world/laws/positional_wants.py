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

MULTIPLE = "positional_wants"
"""The account of what wants are multiplied by, ``(products,)``."""


class PositionalWants(Law):
    r"""Positional wants: everybody wants a multiple of what people had on average, or what they would want anyway.

    With wants :math:`\tilde D` as they are without it, by other laws among them,

    .. math:: D_{ih}^{t+1} = \tilde D_{ih}^{t+1}\, m_i^{t+1}, \qquad
              m_i^{t+1} = \max\Bigl(1,\ \rho\, \frac{\sum_k y_{ik}^t}{\sum_k \tilde D_{ik}^t}\Bigr).

    With :math:`\rho \le 1` wants never move where nobody gets more than is needed; beyond it, meeting them moves them.
    In a market whose autonomous demand is the part :math:`a` of the opening consumption, and that a share :math:`s` of
    needs, it is the share :math:`\pi = a \rho s` of last period's (`planlab.markets.model.Moves`).

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
        """Make room for what wants are multiplied by."""
        state = scenario.opening
        return self, replace(state, accounts={**state.accounts, MULTIPLE: jnp.ones_like(state.stock)})

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let wants follow what others had."""
        now = state.accounts[MULTIPLE]
        wanted = state.needs.sum(axis=1) / now
        had = outcome.delivery.sum(axis=1) / jnp.where(wanted > 0, wanted, 1.0)
        then = jnp.maximum(1.0, self.reach * had)
        accounts = {**state.accounts, MULTIPLE: then}
        return replace(state, needs=state.needs * (then / now)[:, None], accounts=accounts)
