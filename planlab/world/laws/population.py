"""More people need more."""

from dataclasses import replace
from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1
from planlab.base.part import number
from planlab.economy.law import Law
from planlab.economy.state import State

__all__ = ["Population"]


class Population(Law):
    r"""Population growth: all needs of a community grow with its people, :math:`D_h^{t+1} = (1 + n_h) D_h^t`.

    Stylised: communities keep their weights in means, and labour is another law's.

    Parameters
    ----------
    growth
        :math:`n`, one number or one per community.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"needs"})
    deterministic: ClassVar = True

    growth: float = number(0.01, ABOVE_MINUS_1, row=True)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let needs grow."""
        return replace(state, needs=(1 + self.growth) * state.needs)
