"""Stores that are lost at once."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp

from planlab.base.checks import SHARE
from planlab.base.part import number, whole
from planlab.economy.law import Law
from planlab.economy.state import State

__all__ = ["LostStores"]


class LostStores(Law):
    """All users lose a share of the inputs that lie with them, in the night before a period; everybody knows it then.

    Parameters
    ----------
    share
        Of every inventory.
    period
        Before which; 0: the first.

    Examples
    --------
    >>> LostStores(0.9, period=2)
    LostStores(share=0.9, period=2)
    """

    moves: ClassVar[frozenset[str]] = frozenset({"inventory"})
    deterministic: ClassVar = True

    share: float = number(0.5, SHARE)
    period: int = whole(0, 0)

    def begin(self, state: State) -> State:
        """Let stores be lost."""
        return replace(state, inventory=jnp.where(state.period == self.period, 1.0 - self.share, 1.0) * state.inventory)
