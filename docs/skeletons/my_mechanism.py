"""Material balances: plan by adding up every product's uses, round after round."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.part import whole
from planlab.economy.technology import market_shares
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["MyMechanism"]


class MyMechanism(Mechanism):
    r"""Add up what everybody needs, then the inputs of that, then the inputs of the inputs :cite:`montias:59`.

    .. math:: q_{k+1} = d + A G q_k, \qquad q_0 = d = \textstyle\sum_h D_h, \qquad x = \min(c,\ G q_K),

    with market shares :math:`G`, so that :math:`q_k` tends to the :term:`gross output` that :term:`final demand`
    :math:`d` calls for. Few rounds undersupply intermediate products systematically.

    Names: material balances (Montias), method of balances (*metod balansov*, Gosplan).

    Parameters
    ----------
    rounds
        :math:`K`, how often the balances are added up.
    """

    rounds: int = whole(3, least=1)

    sees: ClassVar = frozenset({"economy", "capacity", "needs"})
    references: ClassVar = ("montias:59",)
    expected_failures: ClassVar = {
        "plenty_meets_every_need": "few rounds of balances fall short of intermediate products even in plenty",
    }

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return what is remembered (nothing) and the plan."""
        A, D, c = seen.economy.inputs, seen.needs, seen.capacity
        G = market_shares(seen.economy.outputs, c)
        d = D.sum(axis=1)
        q = jax.lax.fori_loop(0, self.rounds, lambda _, q: d + A @ (G @ q), d)
        return state, Plan(activity=jnp.minimum(c, G @ q), delivery=D, rounds=self.rounds)
