"""A deposit that is used up, and costs more of everything the less of it is left."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import number
from planlab.economy.law import Law, used
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Deposit"]


class Deposit(Law):
    r"""A deposit: what was taken is gone, and who draws on it needs more of all other factors as it depletes.

    .. math:: R^{t+1} = [R^t - u^t]_+, \quad r_f^t \le R^t, \quad
              F_{gj}^t = \bigl(1 + \kappa (1 - R^t / R^0)\bigr) F_{gj}^0 \quad (F_{fj} > 0,\ g \ne f).

    Parameters
    ----------
    factor
        Which factor it is.
    lasts
        :math:`R^0 / u^0`, how many periods the opening activity could go on.
    cost
        :math:`\kappa`, by which part the last unit takes more than the first.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"limits", "nature", "factors"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    factor: str = eqx.field(static=True)
    lasts: float = number(50.0, POSITIVE)
    cost: float = number(0.0, AT_LEAST_0)
    at: Any = eqx.field(static=True, default=0, repr=False)
    size: Any = eqx.field(default=None, repr=False)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find the factor, and let there be so much of it."""
        at, use = used(scenario, self.factor)
        state, there = scenario.opening, self.lasts * use
        limits = state.limits.at[at].set(jnp.minimum(state.limits[at], there))
        nature = {**state.nature, self.factor: there}
        return replace(self, at=at, size=there), replace(state, nature=nature, limits=limits)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let what was taken be gone."""
        e, f, R, kappa = state.economy, self.at, state.nature[self.factor], self.cost
        left = jnp.maximum(R - outcome.factor_use[f], 0.0)
        dearer = (1 + kappa * (1 - left / self.size)) / (1 + kappa * (1 - R / self.size))
        touched = (e.factors[f] > 0)[None, :] & (jnp.arange(e.factors.shape[0]) != f)[:, None]
        economy = replace(e, factors=jnp.where(touched, dearer * e.factors, e.factors))
        limits = state.limits.at[f].set(jnp.minimum(state.limits[f], left))
        return replace(state, economy=economy, nature={**state.nature, self.factor: left}, limits=limits)
