"""What a plan has to be before it is executed: complete, and numbers that make sense."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.planning.plan import Plan, Status

__all__ = ["executable", "in_one", "memory_and_plan", "out_of_one", "proposed", "same_memory"]

KINDS = {"rounds": jnp.int32, "status": jnp.int32, "how": jnp.int32}
"""Of what a plan counts and codes; all else is in floating point."""


def proposed(mechanism: Mechanism, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
    """Return what a mechanism remembers and its plan; raise by name if it returns something else."""
    return memory_and_plan(mechanism, mechanism.plan(memory, seen, key))


def memory_and_plan(mechanism: Mechanism, returned: Any) -> tuple[Any, Plan]:
    """Return what a mechanism returned as a plan; raise by name if it is something else."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"{_plan_of(mechanism)} returned {type(returned).__name__}; return (memory, pl.Plan(...)).")
    if not isinstance(returned[1], Plan):
        given = type(returned[1]).__name__
        raise TypeError(f"{_plan_of(mechanism)} returned {given} for a plan; return (memory, pl.Plan(...)).")
    return returned


def same_memory(mechanism: Mechanism, before: Any, after: Any) -> None:
    """Require that a mechanism remembers arrays of the same shapes and types from period to period."""
    trees = [
        jax.tree.map(lambda leaf: (jnp.shape(leaf), str(jnp.result_type(leaf))), memory) for memory in (before, after)
    ]
    if trees[0] != trees[1]:
        raise TypeError(
            f"{_plan_of(mechanism)} remembers {trees[1]} and was given {trees[0]}; keep structure, shapes and types as "
            "init returns them."
        )


def _plan_of(mechanism: Mechanism) -> str:
    return f"{type(mechanism).__name__}.plan"


def executable(plan: Plan, processes: int, products: int, communities: int, factors: int) -> tuple[Plan, Plan]:
    """Return a plan with every optional array present, so that plans stack, and what of it can be executed.

    Where its numbers make no sense its status is `Status.BROKEN`; what can be executed is finite and not below zero.

    Raises
    ------
    TypeError, ValueError
        For arrays of other types and shapes than the economy has, by name.
    """
    parts: Any = {
        name: _part(name, getattr(plan, name), shape, kind, jnp)
        for name, (shape, kind) in _fields(processes, products, communities, factors).items()
    }
    return _finite(Plan(**parts, trace=plan.trace, snapshots=plan.snapshots))


def in_one(plan: Plan, processes: int, products: int, communities: int, factors: int) -> tuple[np.ndarray, Any]:
    """Return all numbers of a plan that may be executed in one array, on the host, and what is kept besides.

    Raises
    ------
    TypeError, ValueError
        As `executable`.
    """
    fields = _fields(processes, products, communities, factors)
    parts = [_part(name, getattr(plan, name), shape, float, np).ravel() for name, (shape, _) in fields.items()]
    return np.concatenate(parts), (plan.trace, plan.snapshots)


def out_of_one(said: tuple[Array, Any], processes: int, products: int, communities: int, factors: int) -> Plan:
    """Return the plan that `in_one` was given."""
    numbers, (trace, snapshots) = said
    parts: Any = {}
    at = 0
    for name, (shape, kind) in _fields(processes, products, communities, factors).items():
        size = math.prod(shape)
        parts[name] = numbers[at : at + size].reshape(shape).astype(kind)
        at += size
    return Plan(**parts, trace=trace, snapshots=snapshots)


@cache
def _fields(processes: int, products: int, communities: int, factors: int) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Return the shape and kind of every array of a plan that is executed."""
    shapes: dict[str, tuple[int, ...]] = {
        "activity": (processes,),
        "delivery": (products, communities),
        "investment": (processes,),
        "prices": (products,),
        "rents": (factors,),
        "capacity_rents": (processes,),
        "payments": (communities,),
        "rounds": (),
        "messages": (),
        "status": (),
        "how": (),
    }
    return {name: (shape, KINDS.get(name, float)) for name, shape in shapes.items()}


def _part(name: str, value: Any, shape: tuple[int, ...], kind: Any, xp: Any) -> Any:
    """Return one array of a plan in its type, in JAX or NumPy; zeros where an optional one is missing."""
    if value is None and name not in ("activity", "delivery"):
        return xp.zeros(shape, kind)
    try:
        array = xp.asarray(value) if xp is jnp else xp.asarray(value, kind)
    except (TypeError, ValueError) as error:
        raise TypeError(f"Plan.{name} is {value!r}; give an array of shape {shape}.") from error
    if array.shape != shape:
        raise ValueError(f"Plan.{name} has shape {array.shape}; it should be {shape}.")
    return array.astype(kind) if xp is jnp else array


def _finite(plan: Plan) -> tuple[Plan, Plan]:
    """Return a complete plan with its status, and its numbers as they can be executed."""
    done = [jnp.asarray(part) for part in (plan.activity, plan.delivery, plan.investment)]
    paid = [jnp.asarray(part) for part in (plan.prices, plan.rents, plan.capacity_rents, plan.payments)]
    finite = [jnp.isfinite(part).all() for part in (*done, *paid)]
    fine = jnp.stack([*finite, *((part >= -1e-9).all() for part in done)]).all()
    activity, delivery, investment = (jnp.where(jnp.isfinite(part), jnp.maximum(part, 0.0), 0.0) for part in done)
    prices, rents, of_capacity, payments = (jnp.where(jnp.isfinite(part), part, 0.0) for part in paid)
    status = jnp.where(fine, plan.status, jnp.asarray(Status.BROKEN, jnp.int32))
    executable = replace(
        plan,
        status=status,
        activity=activity,
        delivery=delivery,
        investment=investment,
        prices=prices,
        rents=rents,
        capacity_rents=of_capacity,
        payments=payments,
    )
    return replace(plan, status=status), executable
