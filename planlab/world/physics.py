"""What happens: a plan runs through the months of a period in the true economy."""

from dataclasses import replace
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from planlab.base.checks import AT_LEAST_0, AT_LEAST_1, SHARE, of_kind
from planlab.base.part import Part, number, whole
from planlab.economy.scenario import Scenario
from planlab.economy.sparse import Sparse
from planlab.economy.state import State, scaled
from planlab.economy.technology import share_within
from planlab.people.reports import Months
from planlab.planning.plan import Plan
from planlab.world.rationing import ByPlan, Rationing, fill_rates

__all__ = ["Physics", "Outcome", "opening"]

RANKS = 3


class Outcome(eqx.Module):
    """What happened in a period.

    Goods are conserved, product by product:
    ``opening + made = closing + delivered + used + invested + decayed``.

    Parameters
    ----------
    activity
        Activity achieved, ``(processes,)``.
    delivery
        What communities received, ``(products, communities)``.
    factor_use
        Factor units drawn, ``(factors,)``.
    investment
        Capacity added, ``(processes,)``.
    capacity
        Capacity before anything strikes, ``(processes,)``: at the period's end once the laws have moved it.
    stock
        Finished goods at the period's end, ``(products,)``.
    opening, made, used, invested, decayed, closing
        The goods balance, ``(products,)`` each; opening and closing count stocks and inventories.
    months
        What happened month by month; no rows where a setting does not keep it.
    """

    activity: Float[Array, "processes"]
    delivery: Float[Array, "products communities"]
    factor_use: Float[Array, "factors"]
    investment: Float[Array, "processes"]
    capacity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    opening: Float[Array, "products"]
    made: Float[Array, "products"]
    used: Float[Array, "products"]
    invested: Float[Array, "products"]
    decayed: Float[Array, "products"]
    closing: Float[Array, "products"]
    months: Months


class Physics(Part):
    r"""Inventory dynamics over the sub-periods of a period (the ARIO family: Hallegatte 2014 :cite:`hallegatte:14`).

    In each of :math:`S` sub-periods

    1. a process wants :math:`v_j = \min(t_j/S,\ (1 + \alpha_j)\, c_j/S)` with target :math:`t`, capacity :math:`c` and
       overproduction :math:`\alpha`, and attains :math:`w_j = \min(v_j,\ \max((1+g)\,x_j^-,\ g\,t_j/S))` with ramp
       :math:`g` and the activity :math:`x^-` of the sub-period before;
    2. it runs at :math:`x_j = \min(w_j,\ \min_i I_{ij}/A_{ij})` by its *true* recipe, scaled down where a factor's
       limit for the sub-period binds, and where services that are made in it do not suffice;
    3. its inventories fall by :math:`u_{ij} = A_{ij} x_j`, and it orders what restores :math:`\tau` sub-periods of
       cover, by the recipe :math:`\hat A` that it claims where that is more: who pads requests hoards.
       What its use leaves of the gap is restored over :math:`\rho` sub-periods,

       .. math:: o_{ij} = G_{ij} - \bigl(1 - \tfrac{1}{\rho}\bigr) [G_{ij} - u_{ij}]_+, \qquad
                 G_{ij} = \bigl[\tau \max(A_{ij}, \hat A_{ij})\, w_j - I_{ij}\bigr]_+;

    4. communities order what was promised to date less what they received, builders likewise;
    5. stock and output are rationed over the orders by rank; what is left becomes stock, less decay;
    6. where a share :math:`\zeta_j` of the orders for a product that it makes was not filled (the largest),
       overproduction goes towards :math:`\bar\alpha`, else back,

       .. math:: \alpha_j \leftarrow \alpha_j + \frac{1}{\tau_\alpha} \begin{cases}
                 (\bar\alpha - \alpha_j)\, \zeta_j & \zeta_j > 0 \\ -\alpha_j & \zeta_j = 0. \end{cases}

    A product that cannot be stored is made and used in the same sub-period: its orders are :math:`o_{ij} = u_{ij}`,
    nobody holds it, what is left perishes. One that is not critical stops nobody: it enters no minimum, and
    :math:`u_{ij} = \min(A_{ij} x_j, I_{ij})`, or what was received.

    Parameters
    ----------
    sub_periods
        :math:`S`, the months of a period.
    cover
        :math:`\tau`, sub-periods of input use that a producer wants in store.
    ramp
        :math:`g`, by how much activity can grow from one sub-period to the next; a closed process reopens at this
        share of its target.
    decay
        Share of finished stock that perishes in a sub-period.
    rule
        Who is served first; markets, which allot nothing, take a rule by orders.
    restoration
        :math:`\rho`, sub-periods over which gaps in inventories are restored.
    overproduction
        :math:`\bar\alpha`, the greatest share by which a process can work beyond its capacity; ARIO has 0.25.
    overproduction_time
        :math:`\tau_\alpha`, sub-periods in which overproduction sets in and goes back; ARIO has a year.

    Notes
    -----
    Stylised: no transport, no substitution between inputs, no price response within the period. Restoration and
    overproduction are those of ARIO (Hallegatte 2014; Juhel 2024 :cite:`juhel:24`), where output follows demand; here
    nobody makes more than the plan's target.
    """

    sub_periods: int = whole(12, 1)
    cover: float = number(2.0, AT_LEAST_0)
    ramp: float = number(0.25, AT_LEAST_0)
    decay: float = number(0.0, SHARE)
    rule: Rationing = ByPlan()
    restoration: float = number(1.0, AT_LEAST_1)
    overproduction: float = number(0.0, AT_LEAST_0)
    overproduction_time: float = number(12.0, AT_LEAST_1)

    keeps_stores: ClassVar[bool] = True

    def __check_init__(self) -> None:
        """Raise for what is no rule."""
        of_kind("rule", self.rule, Rationing)

    def __call__(self, state: State, plan: Plan, claimed_inputs: Float[Array, "nonzeros"]) -> tuple[State, Outcome]:
        """Run a period.

        Parameters
        ----------
        state
            What is true as the plan finds it.
        plan
            Finite and non-negative activity, delivery and investment.
        claimed_inputs
            Requirements as the producers claimed them, ``(nonzeros,)``.

        Returns
        -------
        State, Outcome
            With other stocks, inventories and rates, and what happened; the rest is for the scenario's laws to move.
        """
        economy = state.economy
        A, M, F, K = economy.inputs, economy.outputs, economy.factors, economy.capital
        S, tau, g, rho = self.sub_periods, self.cover, self.ramp, self.restoration
        buildable = K.sum_columns(K.values) > 0
        planned = jnp.where(buildable, 0.0 if plan.investment is None else plan.investment, 0.0)
        t, r = plan.activity / S, state.limits_now / S
        kept, needed = economy.held, True if economy.critical is None else economy.critical[A.rows]
        perishing = self.decay if economy.stored is None else jnp.where(economy.stored, self.decay, 1.0)
        ranks = self.rule.ranking(economy, plan.delivery.shape[1])
        recipe = jnp.maximum(A.values, claimed_inputs)
        gap = jnp.where(kept, jnp.maximum(tau * recipe * t[A.columns] - state.inventory, 0.0), 0.0)
        allotted = recipe * plan.activity[A.columns] + gap
        at = jnp.concatenate([A.rows, K.rows])
        lane = jnp.concatenate([ranks.intermediate[A.columns], ranks.investment[K.columns]]) * A.shape[0] + at
        of_rank = (ranks.households[None, :] == jnp.arange(RANKS)[:, None]).astype(float)

        def month(carry, s):
            stock, I, x_before, alpha, received, building, supplied = carry
            due = (s + 1) / S
            wanted = jnp.minimum(t, scaled(state.capacity_in(s, S), 1 + alpha) / S)
            w = jnp.minimum(wanted, jnp.maximum((1 + g) * x_before, g * t))
            x = jnp.minimum(w, A.min_columns(jnp.where(kept & needed, I / A.values, jnp.inf)))
            x = x * scale_to_limits(F, x, r)
            if economy.stored is not None:
                x = x * scale_to_services(A, x, stock + M @ x, jnp.logical_not(kept), needed)
            use = A.values * x[A.columns]
            drawn = jnp.where(kept, jnp.where(needed, use, jnp.minimum(use, I)), 0.0)
            I = jnp.maximum(I - drawn, 0.0)

            refilled_for = self.rule.refilled_for(w, wanted)[A.columns]
            gap = jnp.maximum(tau * recipe * refilled_for - I, 0.0)
            gap = jnp.where(rho > 1, gap - (1 - 1 / rho) * jnp.maximum(gap - use, 0.0), gap)
            inputs = self.rule.admitted(jnp.where(kept, gap, use), allotted * due - supplied)
            consumption = jnp.maximum(plan.delivery * due - received, 0.0)
            works = jnp.maximum(K.values * planned[K.columns] * due - building, 0.0)

            made = M @ x
            available = stock + made
            by_users = jax.ops.segment_sum(jnp.concatenate([inputs, works]), lane, RANKS * A.shape[0])
            asked = by_users.reshape(RANKS, -1) + of_rank @ consumption.T
            fill = fill_rates(available, asked)
            inputs = inputs * fill[ranks.intermediate[A.columns], A.rows]
            works = works * fill[ranks.investment[K.columns], K.rows]
            consumption = consumption * fill[ranks.households, :].T

            left = jnp.maximum(available - (asked * fill).sum(axis=0), 0.0)
            orders, unfilled = asked.sum(axis=0), (asked * (1.0 - fill)).sum(axis=0)
            alpha = self.overworked(alpha, M, unfilled / jnp.where(orders > 0, orders, 1.0))
            stock, received, building = (1 - perishing) * left, received + consumption, building + works
            carry = stock, I + jnp.where(kept, inputs, 0.0), x, alpha, received, building, supplied + inputs
            used = A.sum_rows(jnp.where(kept, drawn, inputs))
            return carry, ((x, F @ x, made, used, perishing * left), (orders, unfilled))

        nothing = jnp.zeros_like(plan.delivery), jnp.zeros_like(K.values), jnp.zeros_like(A.values)
        start = (state.stock, state.inventory, state.rate, state.overproduction, *nothing)
        end, (flows, orders) = jax.lax.scan(month, start, jnp.arange(S))
        stock, I, rate, alpha, received, building, supplied = end
        (monthly, use, *_), (activity, factor_use, made, used, decayed) = flows, (flow.sum(axis=0) for flow in flows)

        built = jnp.where(buildable, jnp.minimum(planned, K.min_columns(building / K.values)), 0.0)
        invested = K @ built
        stock = stock + jnp.maximum(K.sum_rows(building) - invested, 0.0)
        outcome = Outcome(
            activity=activity,
            delivery=received,
            factor_use=factor_use,
            investment=built,
            capacity=state.capacity,
            stock=stock,
            opening=state.stock + A.sum_rows(state.inventory),
            made=made,
            used=used,
            invested=invested,
            decayed=decayed,
            closing=stock + A.sum_rows(I),
            months=Months(monthly, use, *orders),
        )
        after = replace(state, stock=stock, inventory=I, received=supplied, rate=rate, overproduction=alpha)
        return after, outcome

    def overworked(
        self, alpha: Float[Array, "processes"], M: Sparse, short: Float[Array, "products"]
    ) -> Float[Array, "processes"]:
        """Return overproduction after a sub-period in which such shares of the orders for products were not filled."""
        zeta = jnp.maximum(-M.min_columns(-short[M.rows]), 0.0)
        towards = jnp.where(zeta > 0, (self.overproduction - alpha) * zeta, -alpha)
        return alpha + towards / self.overproduction_time


def scale_to_limits(
    F: Float[Array, "factors processes"], x: Float[Array, "processes"], r: Float[Array, "factors"]
) -> Float[Array, "processes"]:
    """Return by how much each process is scaled down: its scarcest factor is shared out in proportion to use."""
    return jnp.where(F > 0, share_within(F @ x, r)[:, None], 1.0).min(axis=0, initial=1.0)


def scale_to_services(
    A: Sparse,
    x: Float[Array, "processes"],
    available: Float[Array, "products"],
    at_once: Bool[Array, "nonzeros"],
    needed: Bool[Array, "nonzeros"] | bool,
) -> Float[Array, "processes"]:
    """Return by how much each process is scaled down: its scarcest critical service is shared in proportion to use."""
    share = share_within(A.sum_rows(jnp.where(at_once, A.values * x[A.columns], 0.0)), available)
    return jnp.minimum(A.min_columns(jnp.where(at_once & needed, share[A.rows], 1.0)), 1.0)


def opening(scenario: Scenario, physics: Physics) -> State:
    """Return the state before the first period: pipelines filled for the scenario's opening activity."""
    state, rate = scenario.opening, scenario.activity / physics.sub_periods
    A = state.economy.inputs
    use = A.values * rate[A.columns]
    filled = jnp.where(state.economy.held, physics.cover * use, 0.0)
    came = physics.sub_periods * use
    return replace(state, inventory=filled, received=came, rate=rate, overproduction=jnp.zeros_like(rate))
