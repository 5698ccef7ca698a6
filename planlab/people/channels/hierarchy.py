"""Up a hierarchy that adds up, biases, blurs and breaks down again."""

from dataclasses import replace

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1, AT_LEAST_0, POSITIVE
from planlab.base.part import number, whole
from planlab.people.channel import Channel
from planlab.people.reports import Knowledge, Reports

__all__ = ["Hierarchy"]


class Hierarchy(Channel):
    r"""Producers' reports climb `levels` of offices, each of which adds up `span` reports from below.

    The office :math:`g` at level :math:`\ell` passes on
    :math:`\hat c_g = b\, e^{\sigma \varepsilon_g} \sum_{f \in g} \hat c_f`, so that after :math:`L` levels the bias is
    :math:`b^L` and the log-variance :math:`L \sigma^2`. The centre breaks the top offices' totals down by the shares
    of last year's claimed activity. Input requirements are padded by :math:`1 + h` and blurred at every level, all
    processes of an office alike.

    Parameters
    ----------
    levels
        :math:`L`, how many offices a report passes.
    span
        How many subordinates an office has; neighbours in the table report to the same office.
    bias
        :math:`b`; below 1 hides reserves, above 1 over-claims.
    noise
        :math:`\sigma`, drawn afresh every period.
    padding
        :math:`h`.
    floor
        An idle process is booked at this share of its office's mean, so that it is not forgotten for ever.

    Notes
    -----
    Stylised. Adding up activities needs a common unit, as the money or labour units of tables are. Claimed results,
    stocks and needs go to the centre directly; for needs without a channel use `NoNeedsChannel`. Unlimited
    capacities stay unlimited.
    """

    levels: int = whole(3, 0, 30)
    span: int = whole(4, 2)
    bias: float = number(1.0, POSITIVE)
    noise: float = number(0.05, AT_LEAST_0)
    padding: float = number(0.0, ABOVE_MINUS_1)
    floor: float = number(0.05, AT_LEAST_0)

    def carry(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what arrives at the top, broken down again."""
        if self.levels == 0:
            return said
        m = said.capacity.shape[0]
        bounded = jnp.isfinite(said.capacity)
        total, blur = jnp.where(bounded, said.capacity, 0.0), jnp.ones(m)
        key, office = jax.random.fold_in(key, known.period), jnp.arange(m)
        for level in range(self.levels):
            office = office // self.span
            offices = (m - 1) // self.span ** (level + 1) + 1
            of_capacity, of_inputs = jax.random.split(jax.random.fold_in(key, level))
            total = jax.ops.segment_sum(total, jnp.arange(total.shape[0]) // self.span, offices)
            total = total * self.bias * jnp.exp(self.noise * jax.random.normal(of_capacity, (offices,)))
            noise = jnp.exp(self.noise * jax.random.normal(of_inputs, (offices,)))
            blur = blur * (1 + self.padding) * noise[office]
        activity = jnp.where(bounded, jnp.maximum(said.activity, known.last.target), 0.0)
        members = jax.ops.segment_sum(bounded.astype(float), office, offices)
        mean = jax.ops.segment_sum(activity, office, offices) / jnp.maximum(members, 1.0)
        booked = jnp.maximum(activity, self.floor * mean[office])
        booked = jnp.where(bounded, jnp.where(mean[office] > 0, booked, 1.0), 0.0)
        share = booked / jnp.maximum(jax.ops.segment_sum(booked, office, offices)[office], jnp.finfo(float).tiny)
        capacity = jnp.where(bounded, total[office] * share, said.capacity)
        return replace(said, capacity=capacity, inputs=said.inputs * blur[known.economy.inputs.columns])
