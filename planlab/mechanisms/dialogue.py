"""Mechanisms that talk in rounds: how they begin, what a round is and what is agreed; the loop is written once."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from planlab.base.part import whole
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.planning.plan import Plan, Snapshots, Status

__all__ = ["Dialogue"]


class _Now(NamedTuple):
    """Where a dialogue stands: what is on everybody's lips, rounds of the loop, and what is kept of them."""

    talk: Any
    done: Array
    far: Array
    trace: Array
    snapshots: Snapshots


class Dialogue(Mechanism):
    """A mechanism that talks in rounds with producers and communities, or at its own desk.

    Subclass it with `begin`, `round`, `far` and `agree`, and a field ``rounds``, the most exchanges there may be. The
    rest is done here: rounds go on until they have settled or the most are spent; exchanges and the numbers that travel
    are counted; the plan says whether it settled, and keeps how far each round was from that. On request it keeps
    snapshots of what would have been planned had the dialogue ended earlier, after 1 to ``rounds`` of its rounds on an
    even logarithmic scale.

    Parameters
    ----------
    snapshots
        How many to keep; 0: none.

    Attributes
    ----------
    settles
        Whether it ends when it has settled. If not it takes all its rounds, and is differentiated in reverse as well.
    agreed
        The status of a plan that has settled.
    """

    snapshots: int = whole(0, 0, 1000, kw_only=True)

    settles: ClassVar[bool] = True
    agreed: ClassVar[Status] = Status.PROPOSED

    @abstractmethod
    def begin(self, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Any]:
        """Return what lies on the table through all rounds, of any kind, and the talk that rounds change, a pytree."""

    @abstractmethod
    def round(self, table: Any, talk: Any) -> Any:
        """Return the talk after a round."""

    @abstractmethod
    def far(self, table: Any, talk: Any) -> Array:
        """Return how far the talk is from having settled; what is kept of every round."""

    @abstractmethod
    def agree(self, table: Any, talk: Any, settled: Array) -> tuple[Any, Plan]:
        """Return what to remember and the plan, if the dialogue ends here."""

    def settled(self, table: Any, talk: Any, far: Array) -> Array:
        """Return whether the talk has settled: by default whether it is no farther from it than ``tolerance``."""
        tolerance: Any = getattr(self, "tolerance", 0.0)
        return far <= tolerance

    def exchanges(self, table: Any, talk: Any, done: Array) -> Array:
        """Return how many exchanges rounds took, by default one each."""
        return done

    def prepared(self, table: Any) -> Array:
        """Return how many exchanges it took to lay the table; they count, and use up none of the rounds."""
        return jnp.asarray(0)

    def numbers(self, table: Any, talk: Any, exchanges: Array) -> Array:
        """Return how many numbers travelled in them, by default none: at a desk nobody is asked anything."""
        return jnp.zeros(())

    def plan(self, memory: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Talk until it has settled or all rounds are spent, and return what to remember and the plan."""
        table, talk = self.begin(memory, seen, key)
        ended = self._talked(table, talk)
        exchanges = self.prepared(table) + self.exchanges(table, ended.talk, ended.done)
        settled = self.settled(table, ended.talk, ended.far)
        memory, plan = self.agree(table, ended.talk, settled)
        status = jnp.where(settled, self.agreed, Status.ROUNDS_SPENT) if self.settles else jnp.asarray(self.agreed)
        return memory, replace(
            plan,
            rounds=exchanges,
            messages=self.numbers(table, ended.talk, exchanges.astype(float)),
            status=status,
            trace=ended.trace,
            snapshots=ended.snapshots if self.snapshots else None,
        )

    def _talked(self, table: Any, talk: Any) -> _Now:
        most: int = self.rounds  # type: ignore[attr-defined]  # a field of every subclass
        marks = jnp.asarray(np.geomspace(1, max(most, 1), self.snapshots).round().astype(int))

        def once(now: _Now) -> _Now:
            talk, count = self.round(table, now.talk), now.done + 1
            far = self.far(table, talk)
            return _Now(talk, count, far, now.trace.at[now.done].set(far), self._kept(table, talk, count, marks, now))

        begin = _Now(
            talk=talk,
            done=jnp.asarray(0),
            far=jnp.asarray(self.far(table, talk), float),
            trace=jnp.full(most, jnp.nan),
            snapshots=self._none_kept(table, talk),
        )
        if not self.settles:
            return jax.lax.scan(lambda now, _: (once(now), None), begin, length=most)[0]

        def goes_on(now: _Now) -> Array:
            return ~self.settled(table, now.talk, now.far) & (self.exchanges(table, now.talk, now.done) < most)

        return jax.lax.while_loop(goes_on, once, begin)

    def _none_kept(self, table: Any, talk: Any) -> Snapshots:
        """Return room for the snapshots."""
        k = self.snapshots
        plan = jax.eval_shape(lambda: self._proposed(table, talk))
        rows = [jnp.zeros((k, *part.shape), part.dtype) for part in plan]
        return Snapshots(jnp.zeros(k, int), *rows)

    def _proposed(self, table: Any, talk: Any) -> tuple[Array, Array]:
        plan = self.agree(table, talk, jnp.asarray(False))[1]
        prices = jnp.zeros(plan.delivery.shape[0]) if plan.prices is None else plan.prices
        return jnp.asarray(plan.activity), jnp.asarray(prices)

    def _kept(self, table: Any, talk: Any, count: Array, marks: Array, now: _Now) -> Snapshots:
        """Return the snapshots with this round's, where it is to be kept."""
        if not self.snapshots:
            return now.snapshots
        here = marks == count

        def put(kept: Snapshots) -> Snapshots:
            parts = count, *self._proposed(table, talk)
            pairs = zip(parts, kept, strict=True)
            return Snapshots(*(jnp.where(here.reshape(-1, *(1,) * jnp.ndim(x)), x, rows) for x, rows in pairs))

        keep: Callable[..., Snapshots] = jax.lax.cond
        return keep(here.any(), put, lambda kept: kept, now.snapshots)
