"""What was said arrives."""

from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.people.channel import Channel
from planlab.people.reports import Knowledge, Reports

__all__ = ["Direct"]


class Direct(Channel):
    """What was said arrives."""

    deterministic: ClassVar = True

    def carry(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return the reports unchanged."""
        return said
