"""Capacity that is lost for some months."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import SHARE, unknown
from planlab.base.part import number, whole
from planlab.economy.law import Law
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Disaster"]

MONTHS = 12
"""Of a period."""


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


class Disaster(Law):
    r"""Those struck lose a share of their capacity for some months, and get it back in equal steps.

    Of the capacity that there would be, month :math:`k` (counted from 0 at the start of the first period) leaves

    .. math:: 1 - \sigma \min\Bigl(1,\ \Bigl[1 - \frac{k - e + 1}{R + 1}\Bigr]_+\Bigr), \qquad k \ge b,

    from the first month :math:`b` on, with :math:`e = b + \text{months}`. It comes on top of what `planlab.Shocks`
    strike by the period. Nobody foresaw it: producers report the capacity that the month before has left them.

    Parameters
    ----------
    severity
        :math:`\sigma`, share of capacity lost.
    start
        :math:`b`, the first month, a twelfth of a period.
    months
        For how many months all of that share is lost.
    recovery
        :math:`R`, over how many months more it comes back.
    struck
        Names of processes, sectors or regions; none: all are struck. What has no limit stays without.

    Examples
    --------
    A third of all capacity is gone for half a year, in the middle of the second year:

    >>> Disaster(1 / 3, start=15, months=6)
    Disaster(severity=0.3333333333333333, start=15, months=6, recovery=0, struck=())
    """

    moves: ClassVar[frozenset[str]] = frozenset({"capacity_months"})
    deterministic: ClassVar = True

    severity: float = number(0.3, SHARE)
    start: int = whole(12, 0)
    months: int = whole(6, 1)
    recovery: int = whole(0, 0)
    struck: tuple[str, ...] = eqx.field(static=True, default=(), converter=_names)
    at: tuple[int, ...] | None = eqx.field(static=True, default=None, repr=False)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find who is struck, and make room for the months."""
        m = scenario.economy.processes
        at = tuple(range(m)) if not self.struck else tuple(sorted(_places(scenario, self.struck)))
        return replace(self, at=at), replace(scenario.opening, capacity_months=jnp.ones((MONTHS, m)))

    def shock(self, state: State, key: PRNGKeyArray) -> State:
        """Let the months of the period be struck."""
        k = MONTHS * state.period + jnp.arange(MONTHS)
        back = (k - (self.start + self.months) + 1) / (self.recovery + 1)
        gone = jnp.where(k < self.start, 0.0, self.severity * jnp.clip(1.0 - back, 0.0, 1.0))
        hit = jnp.zeros(state.capacity.shape[0]).at[jnp.asarray(self.at)].set(1.0)
        return replace(state, capacity_months=1.0 - gone[:, None] * hit[None])


def _places(scenario: "Scenario", names: Iterable[str]) -> set[int]:
    """Return which processes bear one of the names, or are of a sector or region that does."""
    economy: Any = scenario.economy
    labels, found = economy.labels, dict[str, set[int]]()
    for i, name in enumerate(labels.of("processes", economy.processes)):
        found.setdefault(name, set()).add(i)
    for codes, named in ((economy.sector, labels.sectors), (economy.region, labels.regions)):
        for i, code in enumerate(codes.tolist() if named else ()):
            found.setdefault(named[code], set()).add(i)
    for name in names:
        if name not in found:
            unknown("process, sector or region", name, list(found))
    return set().union(*(found[name] for name in names))
