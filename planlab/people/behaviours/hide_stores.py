"""Stores that are not admitted."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.reports import Knowledge, Reports

__all__ = ["HideStores"]


class HideStores(Behaviour):
    """Every producer admits to the same share of the inputs in its stores, so that a planner refills them.

    Parameters
    ----------
    share
        Reported over true stores of inputs, at least 0; above 1 it boasts.
    """

    deterministic: ClassVar = True

    share: float = number(0.8, AT_LEAST_0, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with stores of inputs times `share`."""
        share = jnp.broadcast_to(jnp.asarray(self.share), said.capacity.shape)
        return replace(said, inventory=said.inventory * share[known.economy.inputs.columns])
