"""What a plan has to be before it is executed: complete, and numbers that make sense."""

from dataclasses import replace

import jax.numpy as jnp

from planlab.mechanisms.mechanism import Plan, Status

__all__ = ["complete", "sound"]


def complete(plan: Plan, products: int, factors: int) -> Plan:
    """Return the plan with every optional array present, so that plans stack."""
    m = plan.activity.shape[0]
    return replace(
        plan,
        investment=jnp.zeros(m) if plan.investment is None else plan.investment,
        prices=jnp.zeros(products) if plan.prices is None else plan.prices,
        rents=jnp.zeros(factors) if plan.rents is None else plan.rents,
        payments=jnp.zeros(plan.delivery.shape[1]) if plan.payments is None else plan.payments,
        rounds=jnp.asarray(plan.rounds, jnp.int32),
        messages=jnp.asarray(plan.messages, float),
        how="",
        status=jnp.asarray(plan.status, jnp.int32),
        certificate=None,
    )


def sound(plan: Plan) -> tuple[Plan, Plan]:
    """Return a complete plan, `Status.BROKEN` where its numbers make no sense, and the numbers that can be executed."""
    done = [jnp.asarray(part) for part in (plan.activity, plan.delivery, plan.investment)]
    paid = [jnp.asarray(part) for part in (plan.prices, plan.rents, plan.payments)]
    finite = [jnp.isfinite(part).all() for part in (*done, *paid)]
    fine = jnp.stack([*finite, *((part >= -1e-9).all() for part in done)]).all()
    activity, delivery, investment = (jnp.where(jnp.isfinite(part), jnp.maximum(part, 0.0), 0.0) for part in done)
    prices, rents, payments = (jnp.where(jnp.isfinite(part), part, 0.0) for part in paid)
    status = jnp.where(fine, plan.status, jnp.asarray(Status.BROKEN, jnp.int32))
    executable = replace(
        plan,
        status=status,
        activity=activity,
        delivery=delivery,
        investment=investment,
        prices=prices,
        rents=rents,
        payments=payments,
    )
    return replace(plan, status=status), executable
