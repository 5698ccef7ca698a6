"""Who has made more of a thing needs less of every factor to make it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["LearningByDoing"]


class LearningByDoing(Law):
    r"""Learning by doing: what it takes falls with all that was ever made (Wright 1936 :cite:`wright:36`).

    .. math:: F_{fj}^{t+1} = F_{fj}^t \Bigl(\frac{X_j^{t+1}}{X_j^t}\Bigr)^{-b}, \qquad X_j^{t+1} = X_j^t + x_j^t.

    Every doubling of experience :math:`X` multiplies what is needed by :math:`2^{-b}`. A process that has never run has
    no experience and learns nothing in its first period.

    Parameters
    ----------
    elasticity
        :math:`b`; .32 is the 80 % curve of aircraft frames.
    past
        How many periods of the opening activity were made before the first.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"factors", "accounts"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    elasticity: float = number(0.32, AT_LEAST_0)
    past: float = number(10.0, POSITIVE)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Open an account of experience."""
        state = scenario.opening
        accounts = {**state.accounts, "experience": self.past * scenario.activity}
        return self, replace(state, accounts=accounts)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let what was made be learnt from."""
        e, X, b = state.economy, state.accounts["experience"], self.elasticity
        then = X + outcome.activity
        left = jnp.where(X > 0, (then / jnp.where(X > 0, X, 1.0)) ** -b, 1.0)
        economy = replace(e, factors=e.factors * left[None, :])
        return replace(state, economy=economy, accounts={**state.accounts, "experience": then})
