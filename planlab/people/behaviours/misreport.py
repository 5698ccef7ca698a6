"""Factors on whatever is said."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours._saying import admit, claim, fits
from planlab.people.reports import Knowledge, Reports

__all__ = ["Misreport"]


class Misreport(Behaviour):
    """Everybody multiplies what it says by a factor of its own; all ones: the truth.

    What `planlab.regret` searches over and `planlab.equilibrium` returns.

    Parameters
    ----------
    capacity, inputs, results
        Said over true capacity, input requirements and last period's results, above 0; one number or ``(processes,)``.
    stores
        Said over what truly lies in stores of inputs, above 0; one number or ``(processes,)``.
    needs
        Said over true needs, above 0; one number or ``(communities,)``.
    """

    deterministic: ClassVar = True

    capacity: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    inputs: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    results: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    stores: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    needs: Float[Array, "#communities"] | float = number(1.0, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with every number multiplied by its factor; raise where factors are not as many."""
        for name in ("capacity", "inputs", "results", "stores"):
            fits(name, getattr(self, name), said.capacity.shape[0], "processes")
        fits("needs", self.needs, said.needs.shape[1], "communities")
        recipe, stores = (jnp.broadcast_to(jnp.asarray(x), said.capacity.shape) for x in (self.inputs, self.stores))
        wish = jnp.broadcast_to(jnp.asarray(self.needs), said.needs.shape[1:])
        said = replace(
            admit(said, self.capacity),
            inputs=said.inputs * recipe[known.economy.inputs.columns],
            inventory=said.inventory * stores[known.economy.inputs.columns],
            needs=said.needs * wish[None, :],
        )
        return claim(said, known, said.activity * self.results)
