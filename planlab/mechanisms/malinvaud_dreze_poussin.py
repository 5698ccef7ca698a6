"""Common levels of provision by stated willingness to pay: where the process of Malinvaud, Drèze and Poussin ends."""

from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number, whole
from planlab.economy.need_weights import need_weights
from planlab.mechanisms._tiers import apart, each, together
from planlab.mechanisms.dialogue import Dialogue
from planlab.optimisation.bottlenecks import Bottlenecks
from planlab.optimisation.objectives import CappedNeeds, TieredNeeds, require_tiers
from planlab.people.observation import Observation, worn
from planlab.planning.plan import Plan

__all__ = ["MalinvaudDrezePoussin"]

STEP = 1.5
"""Exponent of a change of rents; 1 never overshoots, below 2 none does near the end."""


class _Table(NamedTuple):
    """What takes what, and who needs what.

    How many tiers needs have; needs within reach by community and in sum; wear, and its goods; worths of needs, of
    levels and of replacement; communities' shares; the floor's part of what is taken, and room with it.
    """

    links: Bottlenecks
    processes: int
    tiers: int
    D: Float[Array, "tiers*products communities"]
    needed: Float[Array, "tiers*products"]
    g: Float[Array, "processes"]
    Kg: Float[Array, "products"]
    w: Float[Array, "tiers*products communities"]
    W: Float[Array, "tiers*products"]
    W_0: Float[Array, ""]
    shares: Float[Array, "communities"]
    least: Float[Array, "bottlenecks"]
    room: Float[Array, "bottlenecks"]


class _Asking(NamedTuple):
    rents: Float[Array, "bottlenecks"]
    orders: Float[Array, "products"]
    level: Float[Array, "tiers*products"]
    replaced: Float[Array, ""]
    share: Float[Array, ""]
    prices: Float[Array, "products"]
    paid: Float[Array, "bottlenecks"]
    gap: Float[Array, ""]


class MalinvaudDrezePoussin(Dialogue):
    r"""The process of Malinvaud, Drèze & de la Vallée Poussin (1971 :cite:`dreze:71`), stylised for an economy.

    The public good is the level :math:`l_i` at which a product is provided: the share of everybody's stated need
    :math:`D_i = \sum_h D_{ih}` that is met, the same for all. Replacing worn capacity :math:`g = \delta c` is one more,
    the bundle :math:`D_0 = K g`, worth as much as all needs together and the same to everybody. Community :math:`h`
    would pay for a little more

    .. math:: \pi_{ih} = w_{ih}\, \varphi'(l_i), \qquad \varphi(l) = C \int_0^l (\varepsilon + t)^{-\sigma} dt,
              \qquad \varphi(1) = 1,

    which is :math:`\varphi(l) = \ln(1 + l/\varepsilon) / \ln(1 + 1/\varepsilon)` at :math:`\sigma = 1`. Products are
    made in proportion to capacity; a unit takes :math:`R_{ki}` of capacity or limit :math:`k` through its supply chain
    and costs :math:`p = R^\top v` at rents :math:`v`, a level :math:`\gamma_i = p_i D_i` and replacement
    :math:`\gamma_0 = p^\top K g`. The process starts with nothing provided and nothing charged,

    .. math:: \dot l_i = z_i = \textstyle\sum_h \pi_{ih} - \gamma_i, \qquad
              \dot m_h = \sum_i \bigl(-\pi_{ih} \dot l_i + \tfrac1n z_i \dot l_i\bigr),

    with :math:`m_h` what community :math:`h` has received and :math:`l_i` stopped at 1. Announcements being slopes of
    one utility :math:`u_h = \sum_i w_{ih} \varphi(l_i)`, transfers add up to the same along any way to the same end,
    which is why only the end is worked out:

    .. math:: l_i = \Bigl[\Bigl(\frac{C \sum_h w_{ih}}{\gamma_i}\Bigr)^{1/\sigma} - \varepsilon\Bigr]_0^1, \qquad
              -m_h = u_h(l) - \frac1n \Bigl(\sum_g u_g(l) - \gamma^\top l\Bigr).

    Fujigaki and Sato's process (1981 :cite:`fujigaki:81`), :math:`\dot l_i = z_i |z_i|^{n-2}` with
    :math:`\dot m_h = \sum_i (-\pi_{ih} + z_i/n)\, \dot l_i`, goes more slowly to the same end with the same charges.
    Rents are those at which the end fits, by repeating

    .. math:: v_k \leftarrow v_k \Bigl(\frac{\sum_i R_{ki} D_i (l_i + \varepsilon)}
              {r_k + \sum_i R_{ki} D_i \varepsilon}\Bigr)^{3\sigma/2},

    so that the plan converges to the greatest :math:`\sum_h u_h(l)` of all common levels within capacity and limits.
    Rounds end where the bound that rents put on this sum is near; what is still too much is cut from all alike.

    With the `planlab.Tiers` of `TieredNeeds` every tier of a product is a public good of its own, of which
    :math:`(b_\ell - b_{\ell-1}) D_i` are needed, worth :math:`\omega_\ell w_{ih}`: above, :math:`i` runs over products
    and tiers. All tiers of a product costing alike, a community gets out of a share :math:`s` of its need

    .. math:: \max \Bigl\{ \textstyle\sum_\ell \omega_\ell\, \varphi(l_\ell) :
              \sum_\ell (b_\ell - b_{\ell-1})\, l_\ell = s \Bigr\},

    which is near `planlab.Tiers.value` where :math:`\varphi` is near straight, with a large floor: there the plan is
    the optimum of `TieredNeeds` over common levels. At other floors willingness falls within a tier as well, and later
    tiers are begun before earlier ones are full; a process whose announcements are continuous knows no steps.

    Guaranteed, for what was stated and if carried out: levels rise all the way, so that nothing is ever used beyond
    its limit; charges add up to :math:`\gamma^\top l`, what is used at the rents of capacity and limits, no more and no
    less; all communities gain the same, :math:`\frac1n (\sum_g u_g - \gamma^\top l) \ge 0`, in the concave utilities
    :math:`u_h`. `planlab.regret` and scores count needs met as they are, without :math:`\varphi`, where gains differ.

    Left out: announcements round after round. In the process truth is maximin at every instant, and dominant in
    Fujigaki and Sato's; here a community states its needs once and for all, is promised a share of what it stated, and
    gains by overstating it. Nor is there trade of shares between communities, private goods, choice of techniques or
    use of stocks. By-products follow the industry-technology assumption. Needs for what cannot be made at all are not
    asked for, and their price is 0.

    Names: MDP process, Malinvaud–Drèze–Poussin procedure, generalised MDP (Fujigaki & Sato).

    Parameters
    ----------
    aversion
        :math:`\sigma > 0`, how fast willingness falls as a need is met.
    floor
        :math:`\varepsilon > 0`, what bounds willingness where nothing is provided; the larger, the straighter
        :math:`\varphi`.
    tolerance
        How far from the optimum rounds may end, in objective units: to meet all needs is worth 1.
    rounds
        Greatest number of rounds.
    objective
        `CappedNeeds` or `TieredNeeds`: how much a part of a need counts. Factors cost their rents and nothing besides.
    """

    aversion: float = number(1.0, POSITIVE)
    floor: float = number(0.1, POSITIVE)
    tolerance: float = number(1e-6, POSITIVE)
    rounds: int = whole(5_000, 1)
    objective: CappedNeeds | TieredNeeds = TieredNeeds()

    sees: ClassVar = frozenset({"economy", "capacity", "needs", "urgency", "population", "limits"})
    deterministic: ClassVar = True
    references: ClassVar = ("dreze:71", "fujigaki:81")

    def __check_init__(self) -> None:
        """Raise for an objective that does not add up what communities get."""
        require_tiers(self.objective)

    def worth(self, level: Any) -> Array:
        r"""Return :math:`\varphi(l)`, what a need met to that level is worth over one met in full."""
        return self._integral(level) / self._integral(1.0)

    def willingness(self, level: Any) -> Array:
        r"""Return :math:`\varphi'(l)`."""
        return (self.floor + jnp.asarray(level, float)) ** -self.aversion / self._integral(1.0)

    def asked(self, worth: Any, cost: Any) -> Array:
        r"""Return the level at which willingness to pay for it, of `worth` in sum, falls to its cost."""
        worth, cost = jnp.asarray(worth, float), jnp.asarray(cost, float)
        dear = (worth > 0) & (cost > 0)
        ratio = jnp.where(dear, worth / self._integral(1.0) / jnp.where(dear, cost, 1.0), 1.0)
        level = jnp.where(dear, jnp.clip(ratio ** (1.0 / self.aversion) - self.floor, 0.0, 1.0), 1.0)
        return jnp.where(worth > 0, level, 0.0)

    def _integral(self, level: Any) -> Array:
        eps, over = self.floor, 1.0 - jnp.asarray(self.aversion, float)
        log = jnp.log1p(jnp.asarray(level, float) / eps)
        curved = jnp.abs(over) > 1e-9
        safe = jnp.where(curved, over, 1.0)
        series = eps**over * (log + over * log**2 / 2)  # of which at over = 0 the logarithm remains, and a slope
        return jnp.where(curved, eps**safe * jnp.expm1(safe * log) / safe, series)

    @property
    def accuracy(self) -> float:
        """The gap at which asking ends."""
        return float(self.tolerance)

    def begin(self, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[_Table, _Asking]:
        """Lay out who wants what and what it takes; start with rents spread over what may be scarce."""
        e, eps = seen.economy, self.floor
        links = Bottlenecks.of(seen)
        D, g = links.within_reach(seen.needs, worn(seen))
        all_met, Kg = D.sum(axis=1), e.capital @ g
        most = links.orders(all_met + Kg, all_met + Kg)
        tiers, w = self.objective.tiers, need_weights(D, seen.urgency, seen.population, stores=seen.stores)
        D, w = apart(D, tiers.widths), apart(w, tiers.weights)
        W, W_0 = w.sum(axis=1), jnp.where(jnp.any(Kg > 0), 1.0, 0.0)
        links = links.scarce(most)
        least = eps * links.taken(most)
        room = jnp.where(jnp.isfinite(links.room), links.room, 1.0) + least
        shares = seen.population / seen.population.sum()
        table = _Table(links, e.processes, tiers.count, D, D.sum(axis=1), g, Kg, w, W, W_0, shares, least, room)
        far, one, v = jnp.asarray(jnp.inf), jnp.asarray(1.0), links.spread(W.sum() + W_0, least)
        return table, _Asking(v, most, jnp.ones_like(W), one, one, jnp.zeros_like(most), v, far)

    def round(self, table: _Table, talk: _Asking) -> _Asking:
        """Ask for levels at these rents, and raise the rents of what is asked too much of."""
        links, needed, Kg, W, W_0, v = table.links, table.needed, table.Kg, table.W, table.W_0, talk.rents
        p = links.costs(v, talk.prices)
        gamma, gamma_0 = each(p, table.tiers) * needed, p @ Kg
        l, l_0 = self.asked(W, gamma), self.asked(W_0, gamma_0)
        q = links.orders(together(needed * l, table.tiers) + l_0 * Kg, talk.orders)
        taken = links.taken(q)
        phi = links.cut(taken)
        bound = links.worth(v) + (W * self.worth(l) - gamma * l).sum() + W_0 * self.worth(l_0) - gamma_0 * l_0
        gap = bound - (W * self.worth(phi * l)).sum() - W_0 * self.worth(phi * l_0)
        v_next = v * ((taken + table.least) / table.room) ** (STEP * self.aversion)
        return _Asking(v_next, q, l, l_0, phi, p, v, gap)

    def far(self, table: _Table, talk: _Asking) -> Array:
        """Return what the bound of these rents leaves open."""
        return talk.gap

    def agree(self, table: _Table, talk: _Asking, settled: Array) -> tuple[Any, Plan]:
        """Return where the process ends, and what it has charged."""
        l, l_0, p = talk.share * talk.level, talk.share * talk.replaced, talk.prices
        u = table.w.T @ self.worth(l) + table.shares * table.W_0 * self.worth(l_0)
        surplus = u.sum() - p @ (together(table.needed * l, table.tiers) + l_0 * table.Kg)
        return (), Plan(
            activity=talk.share * (table.links.shares @ talk.orders),
            delivery=together(l[:, None] * table.D, table.tiers),
            investment=l_0 * table.g,
            prices=p,
            rents=talk.paid[table.processes :],
            payments=u - surplus / u.size,
        )
