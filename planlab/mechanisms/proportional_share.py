"""Communities bid points for products, and scarce capacity is shared in proportion to bids."""

from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1, POSITIVE
from planlab.base.part import number, whole
from planlab.economy.need_weights import need_weights
from planlab.mechanisms._tiers import apart, each, together
from planlab.mechanisms.dialogue import Dialogue
from planlab.optimisation.bottlenecks import Bottlenecks
from planlab.optimisation.objectives import CappedNeeds, TieredNeeds, require_tiers
from planlab.people.observation import Observation, worn
from planlab.planning.plan import Plan

__all__ = ["ProportionalShare"]

STEP = 1.5
"""Exponent of a change of rents; 1 never overshoots at given bids, below 2 none does near the end."""


class _Table(NamedTuple):
    """What takes what; how many tiers needs have; needs within reach; wear, and its goods; worths; points.

    Points are communities' and those for replacement.
    """

    links: Bottlenecks
    processes: int
    tiers: int
    D: Float[Array, "tiers*products communities"]
    g: Float[Array, "processes"]
    Kg: Float[Array, "products"]
    w: Float[Array, "tiers*products communities"]
    B: Float[Array, "communities"]
    b_0: Float[Array, ""]

    def shared(self, value: Array) -> Array:
        """Return every community's points, shared out in proportion to a value."""
        total = value.sum(axis=0)
        return value * (self.B / jnp.where(total > 0, total, 1.0))[None, :]


class _Bidding(NamedTuple):
    bids: Float[Array, "tiers*products communities"]
    rents: Float[Array, "bottlenecks"]
    orders: Float[Array, "products"]
    met: Float[Array, "tiers*products communities"]
    replaced: Float[Array, ""]
    share: Float[Array, ""]
    prices: Float[Array, "products"]
    paid: Float[Array, "bottlenecks"]
    gap: Float[Array, ""]


class ProportionalShare(Dialogue):
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

    With the `planlab.Tiers` of `TieredNeeds` every tier of a need is bid for like a need of its own, which takes
    :math:`(b_\ell - b_{\ell-1}) D_{ih}` and is worth :math:`\omega_\ell w_{ih}`: above, :math:`i` runs over products
    and tiers. At :math:`\tau = 1` a community's :math:`U_h` is what `planlab.Tiers.value` says of its needs; below,
    tiers stand in for one another no better than needs do, and later ones are begun before earlier ones are full.

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
    objective
        `CappedNeeds` or `TieredNeeds`: how much a part of a need counts. Factors cost their rents and nothing besides.
    """

    substitution: float = number(0.5, ABOVE_0_TO_1)
    replacement: float = number(1.0, POSITIVE)
    tolerance: float = number(1e-6, POSITIVE)
    rounds: int = whole(5_000, 1)
    objective: CappedNeeds | TieredNeeds = TieredNeeds()

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "urgency", "population", "limits"})
    deterministic: ClassVar = True
    references: ClassVar = ("kelly:97", "johari:04", "zhang:11", "birnbaum:11", "vazirani:11")

    def __check_init__(self) -> None:
        """Raise for an objective that does not add up what communities get."""
        require_tiers(self.objective)

    @property
    def accuracy(self) -> float:
        """The gap at which asking ends."""
        return float(self.tolerance)

    def begin(self, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[_Table, _Bidding]:
        """Lay out needs, points and what takes what; start with points spread by urgency."""
        e = seen.economy
        links = Bottlenecks.of(seen)
        D, g = links.within_reach(seen.needs, worn(seen))
        Kg = e.capital @ g
        tiers, w = self.objective.tiers, need_weights(D, seen.urgency, seen.population, stores=seen.stores)
        B = jnp.where(w.sum(axis=0) > 0, seen.population / seen.population.sum(), 0.0)
        b_0 = jnp.where(jnp.any(Kg > 0), self.replacement, 0.0)
        most = links.orders(D.sum(axis=1) + Kg, D.sum(axis=1) + Kg)
        links = links.scarce(most)
        D, w = apart(D, tiers.widths), apart(w, tiers.weights)
        table = _Table(links, e.processes, tiers.count, D, g, Kg, w, B, b_0)
        far, one, v = jnp.asarray(jnp.inf), jnp.asarray(1.0), links.spread(B.sum() + b_0)
        return table, _Bidding(table.shared(w), v, most, jnp.ones_like(D), one, one, jnp.zeros_like(most), v, far)

    def round(self, table: _Table, talk: _Bidding) -> _Bidding:
        """Meet what bids pay for at these rents, and bid anew."""
        tau, links, D, Kg, w, B, b_0 = self.substitution, table.links, table.D, table.Kg, table.w, table.B, table.b_0
        v, b = talk.rents, talk.bids
        p = links.costs(v, talk.prices)
        cost, cost_0 = each(p, table.tiers)[:, None] * D, p @ Kg
        s = jnp.where(D > 0, jnp.where(b < cost, b / jnp.where(cost > 0, cost, 1.0), 1.0), 0.0)
        rho = jnp.where(b_0 < cost_0, b_0 / jnp.where(cost_0 > 0, cost_0, 1.0), 1.0)
        q = links.orders(together((D * s).sum(axis=1), table.tiers) + rho * Kg, talk.orders)
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
        return _Bidding(table.shared(w * _power(s, tau)), v_next, q, s, rho, phi, p, v, gap)

    def far(self, table: _Table, talk: _Bidding) -> Array:
        """Return what the bound of these rents leaves open."""
        return talk.gap

    def agree(self, table: _Table, talk: _Bidding, settled: Array) -> tuple[Any, Plan]:
        """Return what the bids pay for."""
        return (), Plan(
            activity=talk.share * (table.links.shares @ talk.orders),
            delivery=talk.share * together(talk.met * table.D, table.tiers),
            investment=talk.share * talk.replaced * table.g,
            prices=talk.prices,
            rents=talk.paid[table.processes :],
        )


def _power(base: Array, exponent: Any) -> Array:
    """Return a power of what is 0 or more; at 0 it is 0, and its derivative a number."""
    return jnp.where(base > 0, jnp.where(base > 0, base, 1.0) ** exponent, 0.0)


def _demand(worth: Array, tau: Any) -> Array:
    r"""Return how much is asked for below worth 1, :math:`w^{1/(1-\tau)}`; nothing at :math:`\tau = 1`."""
    curved = jnp.asarray(tau) < 1
    return jnp.where(curved, _power(worth, 1.0 / jnp.where(curved, 1.0 - tau, 1.0)), 0.0)
