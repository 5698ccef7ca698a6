"""Cut every claim in one proportion: the floor for planners who know the whole economy but choose nothing."""

from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number, whole
from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse
from planlab.economy.technology import market_shares, share_within, wear
from planlab.mechanisms.dialogue import Dialogue
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["Proportional"]


class _Claims(NamedTuple):
    """The economy, market shares, final demand, needs, what wears out, capacity and limits."""

    economy: Economy
    G: Sparse
    d: Float[Array, "products"]
    D: Float[Array, "products communities"]
    g: Float[Array, "processes"]
    c: Float[Array, "processes"]
    r: Float[Array, "factors"]


class _Series(NamedTuple):
    q: Float[Array, "products"]
    change: Float[Array, ""]


class Proportional(Dialogue):
    r"""Work out what all needs would take, then cut every claim by the one share that fits.

    With market shares :math:`G` (each product made by its processes in proportion to capacity) and replacement
    investment :math:`g = \delta c`,

    .. math:: q = \textstyle\sum_h D_h + K g + A G q, \qquad
              \varphi = \min\bigl(1,\ \min_j c_j / (Gq)_j,\ \min_k r_k / (F G q)_k\bigr),

    :math:`x = \varphi G q`, :math:`y = \varphi D`, investment :math:`\varphi g`. It neither ranks needs nor chooses
    techniques.

    Names: proportional cut, rationing at a uniform rate, Kantorovich's ray with fixed techniques.

    Parameters
    ----------
    tolerance
        Relative change at which the series for :math:`q` stops.
    rounds
        Most terms of the series.
    """

    tolerance: float = number(1e-10, POSITIVE)
    rounds: int = whole(10_000, 1)

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "limits"})
    deterministic: ClassVar = True

    def begin(self, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[_Claims, _Series]:
        """Start from what is needed in the end."""
        e, D, c = seen.economy, seen.needs, seen.capacity
        g = wear(e, c)
        d = D.sum(axis=1) + e.capital @ g
        return _Claims(e, market_shares(e.outputs, c), d, D, g, c, seen.limits), _Series(d, jnp.max(d))

    def round(self, table: _Claims, talk: _Series) -> _Series:
        """Add what making that takes."""
        q = table.d + table.economy.inputs @ (table.G @ talk.q)
        return _Series(q, jnp.max(jnp.abs(q - talk.q)))

    def far(self, table: _Claims, talk: _Series) -> Array:
        """Return the change of the last round."""
        return talk.change

    def settled(self, table: _Claims, talk: _Series, far: Array) -> Array:
        """Return whether it was small, as a part of the largest flow."""
        return ~(far > self.tolerance * jnp.max(talk.q))

    def agree(self, table: _Claims, talk: _Series, settled: Array) -> tuple[Any, Plan]:
        """Return the uniform cut."""
        c, r, x = table.c, table.r, table.G @ talk.q
        phi = jnp.minimum(share_within(x, c).min(), share_within(table.economy.factors @ x, r).min(initial=1.0))
        return (), Plan(activity=phi * x, delivery=phi * table.D, investment=phi * table.g)
