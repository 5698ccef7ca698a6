"""Orders that are passed on, round after round, until nobody orders anything more."""

from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import planlab as pl
from planlab.base.checks import POSITIVE
from planlab.base.part import number, whole
from planlab.economy.technology import market_shares

__all__ = ["PassedOn"]


class Orders(NamedTuple):
    """What is ordered of each product so far, and the largest new order of the last round."""

    q: Float[Array, "products"]
    new: Float[Array, ""]


class PassedOn(pl.Dialogue):
    r"""Communities order what they need; who is asked for something orders the inputs of it.

    .. math:: q_{k+1} = d + A G q_k, \qquad q_0 = d = \textstyle\sum_h D_h, \qquad x = \min(c,\ G q),

    with market shares :math:`G`, until the largest new order is a part :math:`\epsilon` of the largest order.

    Parameters
    ----------
    tolerance
        :math:`\epsilon`.
    rounds
        The most rounds there may be.
    """

    tolerance: float = number(1e-6, POSITIVE)
    rounds: int = whole(200, 1)

    sees: ClassVar = frozenset({"economy", "capacity", "needs"})
    deterministic: ClassVar = True

    def begin(self, memory: Any, seen: pl.Observation, key: PRNGKeyArray) -> tuple[Any, Orders]:
        """Lay out recipes, market shares and needs; the first orders are what is needed."""
        G, d = market_shares(seen.economy.outputs, seen.capacity), seen.needs.sum(axis=1)
        return (seen, G, d), Orders(d, jnp.max(d))

    def round(self, table: Any, talk: Orders) -> Orders:
        """Order the inputs of what was ordered."""
        seen, G, d = table
        q = d + seen.economy.inputs @ (G @ talk.q)
        return Orders(q, jnp.abs(q - talk.q).max())

    def far(self, table: Any, talk: Orders) -> Array:
        """Return the largest new order, as a part of the largest order."""
        return talk.new / jnp.maximum(talk.q.max(), 1e-300)

    def numbers(self, table: Any, talk: Orders, exchanges: Array) -> Array:
        """Return how many numbers travelled: one per input in every round."""
        return exchanges * float(table[0].economy.inputs.nonzeros)

    def agree(self, table: Any, talk: Orders, settled: Array) -> tuple[Any, pl.Plan]:
        """Return what is remembered (nothing) and the plan."""
        seen, G, _ = table
        return (), pl.Plan(activity=jnp.minimum(seen.capacity, G @ talk.q), delivery=seen.needs)
