"""What would happen if plans were carried out at a stroke: the static world that theorems about incentives speak of."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.state import State
from planlab.economy.technology import share_within
from planlab.people.reports import Months
from planlab.planning.plan import Plan
from planlab.world.physics import Outcome, Physics

__all__ = ["Frictionless"]


LITTLE = 1e-4
"""What a product may be short of, as a part of what is made and used of it: as much as dialogues leave open."""


class Frictionless(Physics):
    r"""Carries a plan out at a stroke, as far as true recipes, capacity and factors allow.

    Activity is what the plan asks for, cut to capacity and, with all others, to the scarcest factor and to stocks that
    would fall below nothing; deliveries and investment are then met in one proportion,

    .. math:: x = \theta \min(t, c), \qquad
              \varphi = \min\bigl(1, \min_i (\text{stock} + M x - A x)_i / (\textstyle\sum_h y_h + K b)_i\bigr).

    A plan that can be carried out, to a ten-thousandth of every product's flow, is carried out to the letter. There are
    no months, no inventories and no ramps: results say what a mechanism promises, not what would come of it. The
    parameters of `Physics` play no part.
    """

    keeps_stores: ClassVar = False

    def __call__(self, state: State, plan: Plan, claimed_inputs: Float[Array, "nonzeros"]) -> tuple[State, Outcome]:
        """Run a period, as `Physics` does."""
        economy, limits = state.economy, state.limits_now
        A, M, F, K = economy.inputs, economy.outputs, economy.factors, economy.capital
        b = jnp.where(K.sum_columns(K.values) > 0, 0.0 if plan.investment is None else plan.investment, 0.0)
        x = jnp.minimum(plan.activity, state.capacity_now)
        room = share_within(F @ x, limits).min(initial=1.0)
        made, used = M @ x, A @ x
        short = used - made - state.stock > LITTLE * (made + used)
        within = jnp.where(short, state.stock / jnp.where(short, used - made, 1.0), 1.0).min(initial=1.0)
        x = jnp.minimum(room, within) * x

        made = M @ x
        used = jnp.minimum(A @ x, state.stock + made)
        left = jnp.maximum(state.stock + made - used, 0.0)
        asked = plan.delivery.sum(axis=1) + K @ b
        phi = share_within(asked, left).min(initial=1.0)
        delivery, built = phi * plan.delivery, phi * b
        invested, S = K @ built, self.sub_periods
        flows = x, F @ x, used + asked, (1.0 - phi) * asked
        stock = jnp.maximum(left - delivery.sum(axis=1) - invested, 0.0)
        lying = A.sum_rows(state.inventory)
        outcome = Outcome(
            activity=x,
            delivery=delivery,
            factor_use=F @ x,
            investment=built,
            capacity=state.capacity,
            stock=stock,
            opening=state.stock + lying,
            made=made,
            used=used,
            invested=invested,
            decayed=jnp.zeros_like(stock),
            closing=stock + lying,
            months=Months(*(jnp.broadcast_to(flow / S, (S, *flow.shape)) for flow in flows)),
        )
        return replace(state, stock=stock, received=A.values * x[A.columns], rate=x / self.sub_periods), outcome
