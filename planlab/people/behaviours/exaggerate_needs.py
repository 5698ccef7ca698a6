"""Needs that are overstated."""

from dataclasses import replace

from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour, role
from planlab.people.behaviours._saying import lognormal
from planlab.people.reports import Knowledge, Reports

__all__ = ["ExaggerateNeeds"]


class ExaggerateNeeds(Behaviour):
    """Communities ask for more than they need, each by its own lasting factor.

    Parameters
    ----------
    factor
        Median of stated over true needs, above 0.
    spread
        Log-standard deviation between communities; with 0 all exaggerate alike.
    """

    factor: float = number(1.5, POSITIVE, row=True)
    spread: float = number(0.3, AT_LEAST_0, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with exaggerated needs."""
        own = lognormal(role(key, "exaggeration"), (1, said.needs.shape[1]), 0.0, self.spread)
        return replace(said, needs=said.needs * self.factor * own)
