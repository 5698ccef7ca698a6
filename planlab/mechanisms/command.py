"""Soviet-type central command: a few rounds of material balances, and quotas that ratchet on claimed results."""

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, PRNGKeyArray

from planlab.economy.technology import market_shares
from planlab.information.replies import wear
from planlab.mechanisms.mechanism import Mechanism, Observation, Plan

__all__ = ["Command"]


class Command(Mechanism):
    r"""Central command by material balances and planning from the achieved level.

    The method of Gosplan as Montias (1959), Levine (1959) and Manove (1971) describe it
    :cite:`montias:59,levine:59,manove:71`.

    Final demand is what is needed and what wears out, less reported stocks, :math:`f = [\sum_h D_h + K\delta\hat c
    - \hat s]_+`. Balances are added up a finite number of rounds with taut norms :math:`(1-\tau)\hat A` and market
    shares :math:`G`, starting from last period's balances (in the first, from claimed output); where a product's
    reported capacity is too small its final demand is cut, and where factors are short everything is, by
    :math:`\varphi`:

    .. math:: q_{k+1} = \varphi_k (f_k + (1-\tau) \hat A G q_k), \qquad
              f_{k+1} = \varphi_k [f_k - (q_{k+1} - M \hat c)_+]_+, \qquad q_0 = q_K^{t-1}.

    Quotas follow claimed achievements :math:`\hat x`, :math:`Q_{t} = (1+g) Q_{t-1} + \lambda (\hat x - Q_{t-1})`
    (the ratchet, Weitzman 1980 :cite:`weitzman:80`). A target is
    :math:`\min(\hat c,\ (1-\mu)\, G q_K + \mu\, Q_t)`; where factors are short, targets outside priority sectors are
    scaled down. Communities are promised the final demand that was left in the balances.

    The error of few rounds is at most :math:`\|A\|^K \|q^* - q_0\|`: when final demand grows, intermediates are
    undersupplied systematically.

    Stylised: no bargaining over the plan, no plan corrections within the year, no storming, no second economy.

    Names: central command, material balances (*metod balansov*, Gosplan), planning from the achieved level
    (*ot dostignutogo urovnya*).

    Parameters
    ----------
    rounds
        :math:`K`, how often the balances are revised. Gosplan managed two or three.
    tautness
        :math:`\tau`, by how much input norms are cut below what is asked for.
    ratchet
        :math:`\lambda`, how much of an over-fulfilment is added to the next quota.
    growth
        :math:`g`, planned growth of quotas per period.
    inertia
        :math:`\mu`, weight of the achieved level against the balances.
    priority
        Processes whose targets are not scaled down when factors are short, ``(processes,)``; ``None``: none.
    revised
        Whether balances revise those of last period, as control figures did, or start anew from final demand,
        :math:`q_0 = f_0`, as in the textbook series.
    """

    rounds: int = eqx.field(static=True, default=3)
    tautness: float = 0.0
    ratchet: float = 0.5
    growth: float = 0.0
    inertia: float = 0.25
    priority: Bool[Array, "processes"] | None = None
    revised: bool = eqx.field(static=True, default=True)

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "limits", "stock", "last"})
    references: ClassVar = ("montias:59", "levine:59", "manove:71", "weitzman:80")
    expected_failures: ClassVar = {
        "plenty_meets_every_need": "few rounds of balances and quotas from the past fall short even in plenty",
    }

    def init(self, seen: Observation, key: PRNGKeyArray) -> tuple[Array, Array]:
        """Return the first quotas and balances: what was claimed to be achieved."""
        return seen.last.activity, seen.economy.outputs @ seen.last.activity

    def plan(self, state: tuple[Array, Array], seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return the quotas and balances to remember, and the plan."""
        e, D, c, r, (Q, q_before) = seen.economy, seen.needs, seen.capacity, seen.limits, state
        A, M, F, K = e.inputs, e.outputs, e.factors, e.capital
        G, g = market_shares(M, c), wear(e, c)
        claimed = D.sum(axis=1)
        f = jnp.maximum(claimed + K @ g - seen.stock, 0.0)
        most = M @ c

        first = jnp.zeros_like(c, bool) if self.priority is None else self.priority

        def room(x):
            reserved, rest = F @ jnp.where(first, x, 0.0), F @ jnp.where(first, 0.0, x)
            short = reserved + rest > r
            return jnp.where(short, jnp.maximum(r - reserved, 0.0) / jnp.where(rest > 0, rest, 1.0), 1.0).min(
                initial=1.0
            )

        def revise(_, balances):
            q, f = balances
            q = f + (1 - self.tautness) * (A @ (G @ q))
            phi = room(jnp.minimum(G @ q, c))
            return phi * q, phi * jnp.maximum(f - jnp.maximum(q - most, 0.0), 0.0)

        q, f_left = jax.lax.fori_loop(0, self.rounds, revise, (q_before if self.revised else f, f))
        Q = (1 + self.growth) * Q + self.ratchet * (seen.last.activity - Q)
        x = jnp.minimum(c, (1 - self.inertia) * (G @ q) + self.inertia * Q)

        phi = room(x)
        x = jnp.where(first, x, phi * x)
        served = jnp.where(f > 0, f_left / jnp.where(f > 0, f, 1.0), 1.0)
        promise = D * (phi * served)[:, None]
        return (Q, q), Plan(activity=x, delivery=promise, investment=g * phi, rounds=self.rounds)
