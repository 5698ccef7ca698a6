"""Stores as planners see them: the users' stores are one more community, whose need is what they lack."""

from dataclasses import replace

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.need_weights import need_weights
from planlab.people.observation import Observation
from planlab.people.replies import Communities

__all__ = ["gap", "with_stores", "without_stores"]

WEIGHT = 1.0
"""What full stores are worth: as much as all needs of people together, and as replacing all that wears out."""

LITTLE = 1e-9
"""Part of a product's use below which a gap is rounding."""


def gap(seen: Observation) -> Float[Array, "products"]:
    r"""Return what the users' stores lack of each product, :math:`\sum_j [\kappa A_{ij} t_j - I_{ij}]_+`.

    :math:`A` are the input norms, :math:`I` the stores as reported, :math:`\kappa` the cover that users keep, in
    intervals, and :math:`t` the targets of the last plan within capacity. Producers ask for it themselves
    (`planlab.people.replies.Producers.refill`).
    """
    t = _targets(seen)
    lacking = seen.producers.refill(t, seen.cover)
    return jnp.where(lacking > LITTLE * seen.producers.draws(t), lacking, 0.0)


def with_stores(seen: Observation) -> Observation:
    r"""Return an observation in which the users' stores are planned for like one more community, the last one.

    Its needs are the `gap`, so that a plan that meets them in part is a plan like any other: empty stores make nothing
    infeasible. Its weight comes on top of the people's, whose weights are what they were. Finished goods count as
    supply beyond a buffer of the same cover, :math:`[s_i - \kappa (M t)_i]_+`.

    Parameters
    ----------
    seen
        Without stores.
    """
    lacking, one = gap(seen), jnp.ones_like(seen.stock)
    buffer = jnp.minimum(seen.stock, seen.cover * seen.producers.makes(_targets(seen)))
    needs, urgency = _beside(seen.needs, lacking), _beside(seen.urgency, one)
    population = jnp.append(seen.population, WEIGHT * seen.population.sum())
    return replace(
        seen,
        needs=needs,
        urgency=urgency,
        population=population,
        stock=seen.stock - buffer,
        buffer=buffer,
        last=replace(seen.last, delivery=_beside(seen.last.delivery, jnp.zeros_like(one))),
        communities=Communities(needs, need_weights(needs, urgency, population, stores=True)),
        stores=True,
    )


def without_stores(seen: Observation) -> Observation:
    """Return the observation that `with_stores` was given."""
    needs, urgency, population = seen.needs[:, :-1], seen.urgency[:, :-1], seen.population[:-1]
    return replace(
        seen,
        needs=needs,
        urgency=urgency,
        population=population,
        stock=seen.stock + seen.buffer,
        buffer=jnp.zeros_like(seen.buffer),
        last=replace(seen.last, delivery=seen.last.delivery[:, :-1]),
        communities=Communities(needs, need_weights(needs, urgency, population)),
        stores=False,
    )


def _targets(seen: Observation) -> Float[Array, "processes"]:
    """Return the last plan's targets within capacity."""
    return jnp.minimum(seen.last.target, seen.producers.ceiling())


def _beside(table: Float[Array, "products communities"], column: Float[Array, "products"]) -> Array:
    return jnp.concatenate([table, column[:, None]], axis=1)
