"""Soviet-type central command: a few rounds of material balances, and quotas that ratchet on claimed results."""

from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1, SHARE
from planlab.base.part import number, whole
from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse
from planlab.economy.technology import market_shares, wear
from planlab.mechanisms.dialogue import Dialogue
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["Command"]


class _Desk(NamedTuple):
    """The economy, market shares, needs, capacity, limits, refill orders, final uses, wear, quotas, and priority."""

    economy: Economy
    G: Sparse
    D: Float[Array, "products communities"]
    c: Float[Array, "processes"]
    r: Float[Array, "factors"]
    R: Float[Array, "products"]
    f: Float[Array, "products"]
    g: Float[Array, "processes"]
    Q: Float[Array, "processes"]
    first: Bool[Array, "processes"]

    def scale_to_limits(self, x: Array) -> Array:
        """Return the share at which targets outside priority sectors keep within limits."""
        F, r, first = self.economy.factors, self.r, self.first
        reserved, rest = F @ jnp.where(first, x, 0.0), F @ jnp.where(first, 0.0, x)
        short = reserved + rest > r
        left = jnp.maximum(jnp.where(short, r - reserved, 0.0), 0.0)
        return jnp.where(short, left / jnp.where(rest > 0, rest, 1.0), 1.0).min(initial=1.0)


class _Balances(NamedTuple):
    q: Float[Array, "products"]
    f: Float[Array, "products"]
    revised: Float[Array, ""]


class Command(Dialogue):
    r"""Central command by material balances and planning from the achieved level.

    The method of Gosplan as Montias (1959), Levine (1959) and Manove (1971) describe it
    :cite:`montias:59,levine:59,manove:71`.

    Final demand is what is needed and what wears out, less reported stocks, :math:`f = [\sum_h D_h + K\delta\hat c
    - \hat s]_+`. The control figures start from last period's closed balances: every final use is planned at the
    share :math:`\sigma` of it that was planned last time, and output at last period's, both :math:`1 + g` times. The
    balances are added up a finite number of rounds with taut norms :math:`(1-\tau)\hat A` and market shares :math:`G`;
    where a product's reported capacity is too small its final demand is cut, and where factors are short everything
    is, by :math:`\varphi`:

    .. math:: f_0 = \min(1, (1+g)\,\sigma^{t-1})\, f, \qquad q_0 = (1+g)\, q_K^{t-1}, \\
              \tilde q_{k+1} = f_k + (1-\tau) \hat A G q_k, \qquad q_{k+1} = \varphi_k \tilde q_{k+1}, \qquad
              f_{k+1} = \varphi_k [f_k - (\tilde q_{k+1} - M \hat c)_+]_+, \qquad \sigma^t = \varphi f_K / f.

    Quotas follow claimed achievements :math:`\hat x`, :math:`Q_{t} = (1+g) Q_{t-1} + \lambda (\hat x - Q_{t-1})`
    (the ratchet, Weitzman 1980 :cite:`weitzman:80`). A target is
    :math:`\min(\hat c,\ (1-\mu)\, G q_K + \mu\, Q_t)`; where factors are short, targets outside priority sectors are
    scaled down, by the last :math:`\varphi`, and with them the balances and shares that are remembered.
    Communities are promised the final demand that was left in the balances.

    Growth is in proportion: a final use that was planned at little stays at little for long, and one that was cut to
    nothing stays at nothing, however much of its product could be made.

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
        :math:`g`, planned growth of final uses, output and quotas per period.
    inertia
        :math:`\mu`, weight of the achieved level against the balances.
    priority
        Processes whose targets are not scaled down when factors are short, ``(processes,)``; ``None``: none.
    revised
        Whether balances revise those of last period, as control figures did, or start anew from all that is needed,
        :math:`q_0 = f_0 = f`, as in the textbook series. Anew, a few rounds leave so little for intermediates that
        an economy without slack spirals down within years.
    idle
        What part is replaced of the wear of capacity that by last period's claims lay idle; 0: investment, too, is
        planned from the achieved level, :math:`g = \delta \min(\hat c, \hat x)`.
    """

    rounds: int = whole(3, 0)
    tautness: float = number(0.0, SHARE)
    ratchet: float = number(0.5, SHARE)
    growth: float = number(0.03, ABOVE_MINUS_1)
    inertia: float = number(0.25, SHARE)
    priority: Bool[Array, "processes"] | None = None
    revised: bool = eqx.field(static=True, default=True)
    idle: float = number(1.0, SHARE)

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "limits", "stock", "last"})
    deterministic: ClassVar = True
    usual: ClassVar = True
    references: ClassVar = ("montias:59", "levine:59", "manove:71", "weitzman:80")
    reward: ClassVar = "step_bonus"
    settles: ClassVar = False
    expected_failures: ClassVar = {
        "plenty_meets_every_need": "few rounds of balances and quotas from the past fall short even in plenty",
    }

    def init(self, seen: Observation, key: PRNGKeyArray) -> tuple[Array, Array, Array]:
        """Return the first quotas, balances and shares of final uses: what was claimed to be achieved."""
        claimed, x = seen.needs.sum(axis=1), seen.last.activity
        sigma = jnp.minimum(seen.last.delivery.sum(axis=1) / jnp.where(claimed > 0, claimed, 1.0), 1.0)
        return x, seen.economy.outputs @ x, sigma

    def begin(
        self, memory: tuple[Array, Array, Array], seen: Observation, key: PRNGKeyArray
    ) -> tuple[_Desk, _Balances]:
        """Lay out reports and last period's balances, and draw up the control figures."""
        e, c, (Q, q_before, sigma) = seen.economy, seen.capacity, memory
        used = jnp.minimum(seen.last.activity / jnp.where(c > 0, c, 1.0), 1.0)
        g = wear(e, c) * (1 - (1 - self.idle) * (1 - used))
        R = seen.refill
        f = jnp.maximum(seen.needs.sum(axis=1) - R + e.capital @ g - seen.stock, 0.0)
        first = jnp.zeros_like(c, bool) if self.priority is None else self.priority
        Q = (1 + self.growth) * Q + self.ratchet * (seen.last.activity - Q)
        desk = _Desk(e, market_shares(e.outputs, c), seen.needs, c, seen.limits, R, f, g, Q, first)
        if self.revised:
            f_0, q_0 = jnp.minimum(1.0, (1 + self.growth) * sigma) * f, (1 + self.growth) * q_before
        else:
            f_0, q_0 = f, f
        return desk, _Balances(q_0, f_0, jnp.asarray(jnp.inf))

    def round(self, table: _Desk, talk: _Balances) -> _Balances:
        """Revise the balances once."""
        q, f, G, c = talk.q, talk.f, table.G, table.c
        most = table.economy.outputs @ c
        q_next = f + table.R + (1 - self.tautness) * (table.economy.inputs @ (G @ q))
        phi = table.scale_to_limits(jnp.minimum(G @ q_next, c))
        f_next = phi * jnp.maximum(f - jnp.maximum(q_next - most, 0.0), 0.0)
        return _Balances(phi * q_next, f_next, jnp.abs(phi * q_next - q).max())

    def far(self, table: _Desk, talk: _Balances) -> Array:
        """Return by how much the last round revised the largest entry."""
        return talk.revised

    def agree(self, table: _Desk, talk: _Balances, settled: Array) -> tuple[Any, Plan]:
        """Return the quotas and balances to remember, and the plan."""
        G, c, f, q, f_K = table.G, table.c, table.f, talk.q, talk.f
        x = jnp.minimum(c, (1 - self.inertia) * (G @ q) + self.inertia * table.Q)
        phi = table.scale_to_limits(x)
        x = jnp.where(table.first, x, phi * x)
        sigma = phi * jnp.where(f > 0, f_K / jnp.where(f > 0, f, 1.0), 1.0)
        made = Plan(activity=x, delivery=table.D * sigma[:, None], investment=table.g * phi)
        return (table.Q, phi * q, sigma), made
