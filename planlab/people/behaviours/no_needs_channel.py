"""Needs that nobody asks for."""

from dataclasses import replace
from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.people.behaviour import Behaviour
from planlab.people.reports import Knowledge, Reports

__all__ = ["NoNeedsChannel"]


class NoNeedsChannel(Behaviour):
    """Nobody asks the communities: the planner sees last year's deliveries instead of needs."""

    deterministic: ClassVar = True

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports whose needs are last year's deliveries."""
        return replace(said, needs=known.last.delivery)
