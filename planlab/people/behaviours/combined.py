"""Several behaviours at once."""

from typing import Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.economy.scenario import Scenario
from planlab.people.behaviour import Behaviour
from planlab.people.reports import Knowledge, Reports

__all__ = ["Combined"]


class Combined(Behaviour):
    """Several behaviours at once, each acting on what the one before was going to say.

    Parameters
    ----------
    behaviours
        For instance ``(IdiosyncraticBias(), NoNeedsChannel())``: lying producers and unheard communities. Some that are
        together among them count one by one.
    """

    deterministic: ClassVar = True

    behaviours: tuple[Behaviour, ...] = ()

    @property
    def each(self) -> tuple[Behaviour, ...]:
        """The behaviours one by one, in their order."""
        parts = (b.each if isinstance(b, Combined) else (b,) for b in self.behaviours)
        return tuple(behaviour for part in parts for behaviour in part)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said after all have had their say."""
        for behaviour in self.each:
            said = behaviour.report(said, known, key)
        return said

    def adapt_to(self, mechanism: Any, scenario: Scenario, **world: Any) -> Behaviour:
        """Return all of them settled, each in knowledge of those before it."""
        settled: tuple[Behaviour, ...] = ()
        for behaviour in self.each:
            settled = (*settled, behaviour.adapt_to(mechanism, scenario, **world, behaviour=Combined(settled)))
        return Combined(settled)
