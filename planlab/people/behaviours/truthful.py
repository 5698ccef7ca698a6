"""The truth."""

from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.people.behaviour import Behaviour
from planlab.people.reports import Knowledge, Reports

__all__ = ["Truthful"]


class Truthful(Behaviour):
    """Everybody says what is."""

    deterministic: ClassVar = True

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return the reports unchanged."""
        return said
