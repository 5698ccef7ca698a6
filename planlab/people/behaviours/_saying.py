"""What behaviours share."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.economy.state import scaled
from planlab.people.reports import Knowledge, Reports

__all__ = ["admit", "claim", "fits", "lognormal"]


def claim(said: Reports, known: Knowledge, activity: Float[Array, "processes"]) -> Reports:
    """Return reports in which `activity` was achieved, and the goods that implies lie in stock."""
    phantom = known.economy.outputs @ (activity - said.activity)
    return replace(said, activity=activity, stock=jnp.maximum(said.stock + phantom, 0.0))


def admit(said: Reports, share: Any) -> Reports:
    """Return reports with capacity times `share`; what is unlimited stays so, whatever the share."""
    return replace(said, capacity=scaled(said.capacity, share))


def lognormal(key: PRNGKeyArray, shape: tuple[int, ...], bias: float, spread: float) -> Array:
    """Return factors that are drawn lognormally."""
    return jnp.exp(bias + spread * jax.random.normal(key, shape))


def fits(name: str, factor: Any, count: int, whose: str) -> None:
    """Require one factor for all or one for each."""
    shape = jnp.shape(factor)
    if shape not in ((), (1,), (count,)):
        raise ValueError(f"{name} has shape {shape} and {whose} are {count}; give one number or one for each.")
