"""Inputs that are asked for beyond what is needed."""

from dataclasses import replace
from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import POSITIVE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour
from planlab.people.reports import Knowledge, Reports

__all__ = ["OverRequest"]


class OverRequest(Behaviour):
    """Every producer asks for the same multiple of the inputs it needs, and hoards what it gets.

    Parameters
    ----------
    factor
        Requested over true requirements, above 0.
    """

    deterministic: ClassVar = True

    factor: float = number(1.2, POSITIVE)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with input requirements times `factor`."""
        return replace(said, inputs=said.inputs * self.factor)
