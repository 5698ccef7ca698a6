"""Results that were not achieved."""

from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours._saying import claim
from planlab.people.reports import Knowledge, Reports

__all__ = ["Embellish"]


class Embellish(Behaviour):
    """Every producer claims a multiple of what it achieved, so that the centre believes in goods that are not there.

    Parameters
    ----------
    factor
        Claimed over true activity, above 0.
    """

    deterministic: ClassVar = True

    factor: float = number(1.1, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with claimed activity times `factor` and stocks to match."""
        return claim(said, known, said.activity * self.factor)
