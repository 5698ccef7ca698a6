"""Communities bid points for products, and scarce capacity is shared in proportion to bids."""

from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1, POSITIVE
from planlab.base.part import number, whole
from planlab.economy.need_weights import need_weights
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.bottlenecks import Bottlenecks
from planlab.people.observation import Observation
from planlab.people.replies import wear
from planlab.planning.plan import Plan, Status

__all__ = ["ProportionalShare"]

STEP = 1.5
"""Exponent of a change of rents; 1 never overshoots at given bids, below 2 none does near the end."""


class _Bidding(NamedTuple):
    bids: Float[Array, "products communities"]
    rents: Float[Array, "bottlenecks"]
    orders: Float[Array, "products"]
    met: Float[Array, "products communities"]
    replaced: Float[Array, ""]
    share: Float[Array, ""]
    prices: Float[Array, "products"]
    paid: Float[Array, "bottlenecks"]
    gap: Float[Array, ""]
    rounds: Int[Array, ""]


class ProportionalShare(Mechanism):
    r"""Shares in proportion to bids (Kelly 1997 :cite:`kelly:97`), stylised for a network of producers.

    Every capacity and limit is a link, and a product is a route through the links that its supply chain takes: a unit
    of it takes :math:`R_{ki}` of bottleneck :math:`k`, products being made by their processes in proportion to
    capacity. Community :math:`h` has a budget of points :math:`B_h` in proportion to its population,
    :math:`\sum_h B_h = 1`, and bids :math:`b_{ih}` for product :math:`i`; a fund bids :math:`B_0` for replacing worn
    capacity :math:`g = \delta c`. At rents :math:`v` a product costs :math:`p = R^\top v`, and as much of each need
    :math:`D` is met as the bid for it pays for,

    .. math:: s_{ih} = \min\Bigl(1, \frac{b_{ih}}{p_i D_{ih}}\Bigr), \qquad
              \rho = \min\Bigl(1, \frac{B_0}{p^\top K g}\Bigr), \qquad
              v_k \leftarrow v_k \Bigl(\frac{(R d)_k}{r_k}\Bigr)^{3/2}, \quad
              d = \textstyle\sum_h D_h s_h + \rho K g,

    so that one scarce good goes to bidders in proportion to bids, and on a network at given bids to where
    :math:`\sum b \log s` is largest (proportional fairness). Bids answer by proportional response (Zhang 2011
    :cite:`zhang:11`; Birnbaum, Devanur & Xiao 2011 :cite:`birnbaum:11`): each need is bid for by what it contributed,

    .. math:: b_{ih} \leftarrow B_h \frac{w_{ih} s_{ih}^\tau}{\sum_l w_{lh} s_{lh}^\tau}.

    At rest the plan maximises, over all that market shares allow,

    .. math:: \sum_h B_h \log U_h + B_0 \log \rho, \qquad
              U_h = \Bigl(\sum_i w_{ih} s_{ih}^\tau\Bigr)^{1/\tau},\quad s, \rho \le 1,

    the welfare of Nash, whose optimum Eisenberg and Gale showed to be a market's. With the bound that rents and
    :math:`U` put on it, for every plan,

    .. math:: v^\top r + \sum_h \Bigl[\frac{B_h}{\tau}(\log U_h^\tau - 1)
              + \sum_i \max_{s \le 1} \Bigl(\frac{B_h w_{ih} s^\tau}{\tau U_h^\tau} - p_i D_{ih} s\Bigr)\Bigr]
              + \max_{\rho \le 1} (B_0 \log \rho - p^\top K g \rho),

    every round knows how far it is from there, and the rounds end where that is little. What is still too
    much is cut from all in one proportion, so that the plan can be carried out. Prices and rents are those of the
    optimum, in points.

    Points buy nothing else and are not charged. A need that is met in full takes no more points than it costs; the
    rest is not spent, and what it would have bought is cheaper for all. That communities respend it elsewhere is left
    out: where needs are met at some point, equilibria of such markets are hard to find in general (Vazirani &
    Yannakakis 2011 :cite:`vazirani:11`). So are choice between techniques, stocks, and bidders who anticipate their
    effect on prices. That these lose at most a quarter (Johari & Tsitsiklis 2004 :cite:`johari:04`) holds for concave
    utilities in money and is *not* claimed here. By-products follow the industry-technology assumption. Needs for what
    cannot be made at all are not bid for, and their price is 0.

    Names: Kelly mechanism, proportional fairness, proportional response, trading posts (Shapley & Shubik).

    Parameters
    ----------
    substitution
        :math:`0 < \tau \le 1`, how readily one need stands in for another: near 0 bids stay at the urgencies
        :math:`B_h w_{ih}`, at 1 a community bids for whatever raises its mean need satisfaction most per point, and
        bids settle slowly.
    replacement
        :math:`B_0`, points bid for replacement, over those of all communities together.
    tolerance
        How far from the optimum bidding may end; .001 is as much as one thousandth of every :math:`U_h`.
    rounds
        Greatest number of rounds.
    """

    substitution: float = number(0.5, ABOVE_0_TO_1)
    replacement: float = number(1.0, POSITIVE)
    tolerance: float = number(1e-6, POSITIVE)
    rounds: int = whole(5_000, 1)

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "urgency", "population", "limits"})
    deterministic: ClassVar = True
    references: ClassVar = ("kelly:97", "johari:04", "zhang:11", "birnbaum:11", "vazirani:11")

    @property
    def accuracy(self) -> float:
        """The gap at which asking ends."""
        return float(self.tolerance)

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return what the bids pay for."""
        e, tau = seen.economy, self.substitution
        links = Bottlenecks.of(seen)
        D, g = links.within_reach(seen.needs, wear(e, seen.capacity))
        Kg = e.capital @ g
        w = need_weights(D, seen.urgency, seen.population)
        B = jnp.where(w.sum(axis=0) > 0, seen.population / seen.population.sum(), 0.0)
        b_0 = jnp.where(jnp.any(Kg > 0), self.replacement, 0.0)
        most = links.orders(D.sum(axis=1) + Kg, D.sum(axis=1) + Kg)
        links = links.scarce(most)

        def shared(value: Array) -> Array:
            total = value.sum(axis=0)
            return value * (B / jnp.where(total > 0, total, 1.0))[None, :]

        def bid(now: _Bidding) -> _Bidding:
            v, b = now.rents, now.bids
            p = links.costs(v, now.prices)
            cost, cost_0 = p[:, None] * D, p @ Kg
            s = jnp.where(D > 0, jnp.where(b < cost, b / jnp.where(cost > 0, cost, 1.0), 1.0), 0.0)
            rho = jnp.where(b_0 < cost_0, b_0 / jnp.where(cost_0 > 0, cost_0, 1.0), 1.0)
            q = links.orders((D * s).sum(axis=1) + rho * Kg, now.orders)
            taken = links.taken(q)
            phi = links.cut(taken)

            U = (w * _power(s, tau)).sum(axis=0)  # U_h to the power tau
            log_U, slope = jnp.log(jnp.where(B > 0, U, 1.0)), B / jnp.where(B > 0, U, 1.0)
            a = w * slope[None, :]
            best = jnp.where(a < cost, _demand(a / jnp.where(cost > 0, cost, 1.0), tau), 1.0)
            bound = links.worth(v) + (B / tau * (log_U - 1.0)).sum() + (a / tau * _power(best, tau) - cost * best).sum()
            reached = (B / tau * log_U).sum() + (B.sum() + b_0) * jnp.log(phi)
            v_next = v * (taken / jnp.where(jnp.isfinite(links.room), links.room, 1.0)) ** STEP
            gap = bound - cost_0 * rho - reached
            return _Bidding(shared(w * _power(s, tau)), v_next, q, s, rho, phi, p, v, gap, now.rounds + 1)

        def not_settled(now: _Bidding) -> Array:
            return ~(now.gap <= self.tolerance) & (now.rounds < self.rounds)

        far, one, v = jnp.asarray(jnp.inf), jnp.asarray(1.0), links.spread(B.sum() + b_0)
        begin = _Bidding(shared(w), v, most, jnp.ones_like(D), one, one, jnp.zeros_like(most), v, far, jnp.asarray(0))
        end = jax.lax.while_loop(not_settled, bid, begin)
        status = jnp.where(end.gap <= self.tolerance, Status.PROPOSED, Status.ROUNDS_SPENT)
        return state, Plan(
            activity=end.share * (links.shares @ end.orders),
            delivery=end.share * end.met * D,
            investment=end.share * end.replaced * g,
            prices=end.prices,
            rents=end.paid[e.processes :],
            rounds=end.rounds,
            status=status,
        )


def _power(base: Array, exponent: Any) -> Array:
    """Return a power of what is 0 or more; at 0 it is 0, and its derivative a number."""
    return jnp.where(base > 0, jnp.where(base > 0, base, 1.0) ** exponent, 0.0)


def _demand(worth: Array, tau: Any) -> Array:
    r"""Return how much is asked for below worth 1, :math:`w^{1/(1-\tau)}`; nothing at :math:`\tau = 1`."""
    curved = jnp.asarray(tau) < 1
    return jnp.where(curved, _power(worth, 1.0 / jnp.where(curved, 1.0 - tau, 1.0)), 0.0)
