"""What was delivered stays in use for some time and is waste then."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1, SHARE
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["GoodsInUse"]


class GoodsInUse(Law):
    r"""Stocks in use and waste: a share of what is in use is thrown away every period, a share of waste is absorbed.

    .. math:: U^{t+1} = (1 - \omega) U^t + \textstyle\sum_h y_h^t, \qquad W^{t+1} = (1 - \alpha) W^t + \omega U^t.

    Both are accounts, ``nature["in_use"]`` and ``nature["waste"]``, in units of product; nothing depends on them yet.
    All that was ever delivered is in use, waste or absorbed.

    Parameters
    ----------
    discarded
        :math:`\omega`; 1: everything is gone after a period.
    absorbed
        :math:`\alpha`.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"nature"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    discarded: float = number(0.1, ABOVE_0_TO_1, row=True)
    absorbed: float = number(0.0, SHARE, row=True)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Open accounts for what is in use, what is waste and what nature has taken back."""
        state, nothing = scenario.opening, jnp.zeros(scenario.stock.shape[0])
        nature = {**state.nature, "in_use": nothing, "waste": nothing, "absorbed": nothing}
        return self, replace(state, nature=nature)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let things be used, thrown away and taken back."""
        U, W, taken = (state.nature[name] for name in ("in_use", "waste", "absorbed"))
        out, back = self.discarded * U, self.absorbed * W
        moved = {"in_use": U - out + outcome.delivery.sum(axis=1), "waste": W + out - back, "absorbed": taken + back}
        return replace(state, nature={**state.nature, **moved})
