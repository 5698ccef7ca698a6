"""Any mechanism with a memory: it averages reports, watches what came of them, and keeps books."""

from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, SHARE
from planlab.base.part import number, whole
from planlab.mechanisms._around import Around
from planlab.mechanisms._books import Books, Ceilings, averaged, made, sold_out
from planlab.people.observation import Observation
from planlab.people.replies import Producers
from planlab.people.stores import with_stores, without_stores
from planlab.planning.plan import Plan

__all__ = ["Learning"]

KNOWN = frozenset({"received", "limits", "cover", "last", "months", "forecast", "producers", "communities"})
"""What books are made of beside reports."""


class _Memory(NamedTuple):
    """What is believed, what was seen last, how many intervals there were, and what the other remembers.

    ``built`` is the capacity that is going to work from the next period on.
    """

    norms: Float[Array, "nonzeros"]
    first_norms: Float[Array, "nonzeros"]
    capacity: Float[Array, "processes"]
    built: Float[Array, "processes"]
    ceilings: Ceilings
    books: Books
    inventory: Float[Array, "nonzeros"]
    stock: Float[Array, "products"]
    done: Int[Array, ""]
    others: Any


class Learning(Around):
    r"""Any mechanism with a memory.

    What it sees is put right first, and handed to the mechanism as if it were reported.

    * *Reports that are drawn anew are averaged*, in logarithms with weights :math:`g = \max(1/t, g_0)`: input norms,
      and capacity around what it should be, :math:`\bar c_t = c^e (\hat c_t / c^e)^g`. That is what it was, and as a
      new period begins :math:`c^e = (1 - \delta) \bar c_{t-1} + b_{t-1}` for what was planned to be built, or with a
      longer gestation reported as nearly finished.
    * *Who falls short without being short of inputs has less than it says.* Its ceiling is lowered to what its users
      received, and of those who deliver at their ceiling some in turn are asked for more each interval, or shocks
      would lower ceilings for ever and understated capacity never be found out.
    * *Input norms are taken from the books*: what a user received, less what its stores grew by, over what it made.
      Where stores are misreported too, what was received against what they are said to have grown by tells that as
      well (`planlab.mechanisms._books.Books`).

    A centre with a memory knows what everybody received; a decentralised mechanism inside it no longer is one that
    knows nothing of technology.

    Names: adaptive planning, recursive least squares, planning with verified norms.

    Parameters
    ----------
    mechanism
        Which plans.
    least_gain
        :math:`g_0`, what the newest report counts for at least; 1: no averaging.
    more
        By what part of reported capacity those who deliver at their ceiling are asked for more; 0: nobody is asked, and
        ceilings are never lowered either.
    patience
        Of so many, one in turn is asked.
    books
        Whether norms and stores are taken from the books.
    kept
        What part of its weight an interval of the books keeps as another is added.
    """

    least_gain: float = number(0.1, SHARE)
    more: float = number(0.05, AT_LEAST_0)
    patience: int = whole(4, 1)
    books: bool = eqx.field(static=True, default=True)
    kept: float = number(0.9, SHARE)

    deterministic: ClassVar = True
    usual: ClassVar = True
    in_numpy: ClassVar = False
    references: ClassVar = ()

    @property
    def sees(self) -> frozenset[str]:  # type: ignore[override]  # what a class attribute is elsewhere
        """What the other declares, and all that books are made of."""
        reported = {"economy", "capacity", "building", "needs", "urgency", "population", "stock", "buffer", "inventory"}
        return self.mechanism.sees | reported | KNOWN

    def init(self, seen: Observation, key: PRNGKeyArray) -> _Memory:
        """Return what was said at first, and empty books."""
        plain = without_stores(seen) if seen.stores else seen
        a, c = jnp.asarray(plain.economy.inputs.values), jnp.asarray(plain.capacity)
        return _Memory(
            norms=a,
            first_norms=a,
            capacity=c,
            built=jnp.zeros_like(c),
            ceilings=Ceilings.of(c.size),
            books=Books.of(a.size),
            inventory=jnp.asarray(plain.inventory),
            stock=jnp.asarray(plain.stock),
            done=jnp.asarray(0),
            others=self.mechanism.init(self._shown(seen), key),
        )

    def plan(self, state: _Memory, seen: Observation, key: PRNGKeyArray) -> tuple[_Memory, Plan]:
        """Return the other's plan for what is believed."""
        others = state.others
        memory, believed = _believed(self, state._replace(others=()), seen)
        others, plan = self.mechanism.plan(others, self._shown(believed), key)
        begun = jnp.asarray(seen.building)
        planned = memory.built if plan.investment is None else memory.built + jnp.asarray(plan.investment)
        return memory._replace(built=begun[0] if begun.shape[0] else planned, others=others), plan

    def _shown(self, seen: Observation) -> Observation:
        """Return what the other is shown, in its kind of arrays."""
        shown = seen.only(self.mechanism.sees)
        return jax.device_get(shown) if self.mechanism.in_numpy else shown

    def believe(self, memory: _Memory, seen: Observation) -> tuple[_Memory, Observation]:
        """Return what is remembered of an observation, and the observation as it is believed to be."""
        plain = without_stores(seen) if seen.stores else seen
        e, A, count, first = plain.economy, plain.economy.inputs, memory.done, memory.done == 0
        norms = averaged(memory.norms, A.values, count, self.least_gain)
        intervals = plain.forecast.intervals
        begins = count % intervals == 0
        moved = (1.0 - intervals * e.depreciation) * memory.capacity + memory.built
        expected = jnp.where(first, plain.capacity, jnp.where(begins, moved, memory.capacity))
        capacity = averaged(expected, plain.capacity, count, self.least_gain)

        stock = jnp.where(self.books & sold_out(plain), 0.0, plain.stock)
        x = made(plain, stock - memory.stock)[A.columns]
        grown = plain.inventory - memory.inventory
        written = memory.books.written(plain.received, grown, memory.first_norms * x, self.kept)
        books = Books(*(jnp.where(first, old, new) for new, old in zip(written, memory.books, strict=True)))
        a, I = norms, plain.inventory
        if self.books:
            nu, theta = books.found()
            known = (books.n > 0) & (nu > 0) & (theta > 0)
            a, I = jnp.where(known, nu * memory.first_norms, norms), jnp.where(known, theta, 1.0) * I

        economy = replace(e, inputs=A.with_values(a))
        over = jnp.where(A.values > 0, a / jnp.where(A.values > 0, A.values, 1.0), 1.0)
        ahead = replace(plain.forecast, inputs=over[None, :] * plain.forecast.inputs)
        believed = replace(plain, economy=economy, stock=stock, inventory=I, forecast=ahead)

        place = (jnp.arange(capacity.size) + count) / self.patience
        learned = memory.ceilings.learned(believed, capacity, place, self.more)
        watched = ~first & (self.more > 0)
        ceilings = Ceilings(*(jnp.where(watched, new, old) for new, old in zip(learned, memory.ceilings, strict=True)))
        able = jnp.where(jnp.isfinite(capacity), ceilings.part * capacity, capacity)
        believed = replace(believed, capacity=able, producers=Producers(economy, able, I))
        memory = memory._replace(
            norms=norms,
            capacity=capacity,
            built=jnp.where(begins, 0.0, memory.built),
            ceilings=ceilings,
            books=books,
            inventory=jnp.asarray(plain.inventory),
            stock=stock,
            done=count + 1,
        )
        return memory, with_stores(believed) if seen.stores else believed


@eqx.filter_jit
def _believed(learning: Learning, memory: _Memory, seen: Observation) -> tuple[_Memory, Observation]:
    return learning.believe(memory, seen)
