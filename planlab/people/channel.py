"""How what was said travels."""

from abc import abstractmethod
from typing import ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.part import Part
from planlab.base.registry import Registry
from planlab.people.reports import Knowledge, Reports

__all__ = ["Channel"]


class Channel(Part):
    """Turns what was said into what arrives; a class that never looks at the key says so by ``deterministic``."""

    deterministic: ClassVar[bool] = False

    @abstractmethod
    def carry(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what arrives at the planner."""


Registry("channel", Channel)
