"""Capacity that is not admitted."""

from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours._saying import admit
from planlab.people.reports import Knowledge, Reports

__all__ = ["Understate"]


class Understate(Behaviour):
    """Every producer admits to the same share of its capacity, to get an easier plan.

    Parameters
    ----------
    share
        Reported over true capacity, above 0. Uniform understatement is nearly harmless unless capacity binds.
    """

    deterministic: ClassVar = True

    share: float = number(0.8, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with capacity times `share`."""
        return admit(said, self.share)
