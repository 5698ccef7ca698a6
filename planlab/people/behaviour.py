"""How people report: from what they know to what they say."""

import zlib
from abc import abstractmethod
from typing import Any, ClassVar

import jax
from jaxtyping import PRNGKeyArray

from planlab.base.part import Part
from planlab.base.registry import Registry
from planlab.economy.scenario import Scenario
from planlab.people.reports import Knowledge, Reports

__all__ = ["Behaviour", "role"]


class Behaviour(Part):
    """Turns what was going to be said into what is said; the truth comes in first.

    The key is the same in every period of a run, for all behaviours that are put together: it belongs to the people
    and not to the behaviour. Draw from ``role(key, "what is drawn")`` for lasting character, and from
    ``jax.random.fold_in(role(key, ...), known.period)`` for what changes from period to period. A class that never
    looks at the key says so by ``deterministic``, so that comparisons need not run it for every seed; a subclass says
    so anew.
    """

    deterministic: ClassVar[bool] = False

    @abstractmethod
    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said."""

    def adapt_to(self, mechanism: Any, scenario: Scenario, **world: Any) -> "Behaviour":
        """Return the behaviour as it is once people know what they face; most report as always.

        Parameters
        ----------
        mechanism, scenario
            Who will plan, and for which world.
        **world
            ``reward``, ``channel``, ``physics`` and ``seed`` as in `planlab.simulate`, and ``behaviour``: what all do
            anyway.
        """
        return self


Registry("behaviour", Behaviour)


def role(key: PRNGKeyArray, what: str) -> PRNGKeyArray:
    """Return the key for one thing that is drawn, such as "capacity" or "exaggeration", whoever draws it."""
    return jax.random.fold_in(key, zlib.crc32(what.encode()))
