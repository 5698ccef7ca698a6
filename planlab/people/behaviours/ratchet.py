"""Capacity hidden from tomorrow's quota."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import BELOW_1
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours._saying import admit, claim
from planlab.people.reports import Knowledge, Reports

__all__ = ["Ratchet"]


class Ratchet(Behaviour):
    r"""Producers who know that today's achievement is tomorrow's quota (Weitzman 1980 :cite:`weitzman:80`).

    Each admits to :math:`\hat c_j = c_j (1 - \kappa \min(1, q_j / c_j))`: the tauter last year's target :math:`q`
    was, the more it hides; and it never claims more than its target. Stylised: a rule of thumb, not a best reply.

    Parameters
    ----------
    strength
        :math:`\kappa`, from 0 (hides nothing) to below 1.
    """

    deterministic: ClassVar = True

    strength: float = number(0.3, BELOW_1, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with capacity hidden in answer to last year's target."""
        c, q = said.capacity, known.last.target
        tautness = jnp.where(jnp.isfinite(c) & (c > 0), jnp.minimum(1.0, q / jnp.where(c > 0, c, 1.0)), 0.0)
        said = admit(said, 1 - self.strength * tautness)
        return claim(said, known, jnp.minimum(said.activity, q))
