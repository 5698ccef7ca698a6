"""Cut every claim in one proportion: the floor for planners who know the whole economy but choose nothing."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number
from planlab.economy.technology import market_shares, wear
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["Proportional"]


class Proportional(Mechanism):
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
    """

    tolerance: float = number(1e-10, POSITIVE)

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "limits"})
    deterministic: ClassVar = True

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return the uniform cut."""
        e, D, c, r = seen.economy, seen.needs, seen.capacity, seen.limits
        A, F, K, g = e.inputs, e.factors, e.capital, wear(e, c)
        G = market_shares(e.outputs, c)
        d = D.sum(axis=1) + K @ g

        def not_settled(carry):
            q, change, rounds = carry
            return (change > self.tolerance * jnp.max(q)) & (rounds < 10_000)

        def add_round(carry):
            q, _, rounds = carry
            q_next = d + A @ (G @ q)
            return q_next, jnp.max(jnp.abs(q_next - q)), rounds + 1

        q, _, rounds = jax.lax.while_loop(not_settled, add_round, (d, jnp.max(d), jnp.asarray(0)))
        x = G @ q
        use = F @ x
        over_capacity = jnp.where(x > c, c / jnp.where(x > 0, x, 1.0), 1.0)
        over_limit = jnp.where(use > r, r / jnp.where(use > 0, use, 1.0), 1.0)
        phi = jnp.minimum(over_capacity.min(), over_limit.min(initial=1.0))
        return state, Plan(activity=phi * x, delivery=phi * D, investment=phi * g, rounds=rounds)
