"""Needs that are heard imperfectly."""

from dataclasses import replace

import jax
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0
from planlab.base.part import number
from planlab.people.behaviour import Behaviour, role
from planlab.people.behaviours._saying import lognormal
from planlab.people.reports import Knowledge, Reports

__all__ = ["NoisyNeeds"]


class NoisyNeeds(Behaviour):
    """Needs are heard imperfectly: each is multiplied by a fresh lognormal draw of mean one every period.

    Parameters
    ----------
    noise
        Log-standard deviation.
    """

    noise: float = number(0.3, AT_LEAST_0, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with blurred needs."""
        key = jax.random.fold_in(role(key, "needs heard"), known.period)
        return replace(said, needs=said.needs * lognormal(key, said.needs.shape, -(self.noise**2) / 2, self.noise))
