"""A mechanism around another one, after which it takes."""

from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import of_kind
from planlab.mechanisms.linear_program import LinearProgram
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation

__all__ = ["Around"]


class Around(Mechanism):
    """A mechanism that asks another; what it sees and what kind it is follows from that.

    Parameters
    ----------
    mechanism
        The other.
    """

    mechanism: Mechanism = LinearProgram()

    own_failures: ClassVar[dict[str, str]] = {}

    def __check_init__(self) -> None:
        """Raise for what is no mechanism."""
        of_kind("mechanism", self.mechanism, Mechanism)

    @property
    def sees(self) -> frozenset[str]:  # type: ignore[override]  # what a class attribute is elsewhere
        """What the other declares."""
        return self.mechanism.sees

    @property
    def traceable(self) -> bool:  # type: ignore[override]  # what a class attribute is elsewhere
        """What the other declares."""
        return self.mechanism.traceable

    @property
    def in_numpy(self) -> bool:  # type: ignore[override]  # what a class attribute is elsewhere
        """What the other declares."""
        return self.mechanism.in_numpy

    @property
    def reward(self) -> Any:
        """What the other declares."""
        return self.mechanism.reward

    @property
    def accuracy(self) -> float:
        """The other's."""
        return self.mechanism.accuracy

    @property
    def looks_ahead(self) -> int:
        """As far as the other."""
        return self.mechanism.looks_ahead

    @property
    def expected_failures(self) -> dict[str, str]:  # type: ignore[override]  # what a class attribute is elsewhere
        """The other's, and of its own."""
        return self.mechanism.expected_failures | self.own_failures

    def init(self, seen: Observation, key: PRNGKeyArray) -> Any:
        """Return what the other remembers."""
        return self.mechanism.init(seen, key)
