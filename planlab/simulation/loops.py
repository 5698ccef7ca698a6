"""The loop over periods in Python, for mechanisms that call solvers: one compiled step between two plans.

In a step a plan is executed, people are paid, laws move the state, and all report anew. What goes in and out is as few
arrays as can be, all numbers of a plan in one and all of a record in another: handing over a hundred small arrays takes
longer than a small economy's year. What is seen and stays the same, such as a technology that nobody misreports and no
law moves, is handed over once.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.simulation.executable import in_one, memory_and_plan, out_of_one
from planlab.simulation.runner import Record, Runner, numbers_reported

__all__ = ["looped"]

KINDS_KEPT = 256
"""Of how many kinds of run the compiled steps are kept."""


def looped(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> Record:
    """Run all periods in Python, for mechanisms that call solvers.

    Parameters
    ----------
    mechanism
        That is not traceable; where it works ``in_numpy``, what it sees is handed over in NumPy's arrays.
    runner
        The steps of a period.
    periods
        How many.
    memory
        What the mechanism remembers to start with; ``None``: what its ``init`` returns.

    Returns
    -------
    Record
        As of the scan that traceable mechanisms run in.

    Notes
    -----
    One `jax.lax.scan` with the planner behind an ordered callback is as fast within a tenth once it is compiled
    (`benchmarks.throughput`), has to be compiled in every process and for every number of periods, as JAX keeps no
    programme with a callback on disk, and allows no JAX in the planner.
    """
    kind, given = _split(runner)
    given = jax.device_put(given)  # once: numbers of parts are NumPy's
    steps, sizes = _steps(kind, _sizes(given), mechanism.sees, mechanism.in_numpy), runner.planned
    propose = mechanism.plan  # once: Equinox makes a tree of every method that is asked for
    carry, shown, key = steps.begin(given)
    view = _View(steps, given)
    seen = view.seen("begin", shown)
    if memory is None:
        memory = mechanism.init(seen, jax.random.fold_in(runner.keys[2], periods))
    record: Any = None
    for t in range(periods):
        intervals: list[Any] = []
        for k in range(1, runner.replans):
            memory, plan = memory_and_plan(mechanism, propose(memory, seen, key))
            carry, shown, key, found = steps.within(given, carry, in_one(plan, *sizes), np.int32(k))
            intervals.append(found)
            seen = view.seen("within", shown)
        memory, plan = memory_and_plan(mechanism, propose(memory, seen, key))
        said = in_one(plan, *sizes)
        carry, shown, key, row = steps.close(given, carry, said, intervals)
        seen, row = view.seen("close", shown), np.asarray(row)
        record = np.empty((periods, row.size)) if record is None else record
        record[t] = row
    return steps.records[_sizes(said)].apart(record)


class _Kind(NamedTuple):
    """All of a tree but its arrays: what compiled programmes depend on."""

    structure: Any
    fixed: tuple[Any, ...]

    def filled(self, arrays: list[Any]) -> Any:
        """Return the tree with its arrays."""
        those = iter(arrays)
        return jax.tree.unflatten(self.structure, [next(those) if leaf is _ARRAY else leaf for leaf in self.fixed])


_ARRAY = object()
"""Stands where an array was."""


def _split(tree: Any) -> tuple[_Kind, list[Any]]:
    """Return a tree's kind and its arrays."""
    leaves, structure = jax.tree.flatten(tree)
    fixed = tuple(_ARRAY if isinstance(leaf, jax.Array | np.ndarray | np.generic) else leaf for leaf in leaves)
    return _Kind(structure, fixed), [leaf for leaf, kept in zip(leaves, fixed, strict=True) if kept is _ARRAY]


class _Packed(NamedTuple):
    """What numbers in one array stand for."""

    structure: Any
    leaves: list[tuple[int, int, tuple[int, ...], Any]]

    @classmethod
    def of(cls, tree: Any) -> tuple["_Packed", Array]:
        """Return what the numbers stand for, and the numbers."""
        leaves, structure = jax.tree.flatten(tree)
        leaves = list(map(jnp.asarray, leaves))
        numbers = jnp.concatenate([leaf.ravel().astype(float) for leaf in leaves] or [jnp.zeros(0)])
        ends = np.cumsum([leaf.size for leaf in leaves]).tolist()
        kinds = [(end - leaf.size, end, leaf.shape, leaf.dtype) for end, leaf in zip(ends, leaves, strict=True)]
        return cls(structure, kinds), numbers

    def parts(self, numbers: np.ndarray) -> list[np.ndarray]:
        """Return the arrays; several at once along a leading axis."""
        several = numbers.shape[:-1]
        return [
            numbers[..., start:end].reshape(several + shape).astype(kind, copy=False)
            for start, end, shape, kind in self.leaves
        ]

    def apart(self, numbers: np.ndarray) -> Any:
        """Return the tree."""
        return jax.tree.unflatten(self.structure, jax.device_put(list(map(np.ascontiguousarray, self.parts(numbers)))))


class _Shown(NamedTuple):
    """What a step shows to a mechanism: the leaves that move, those that are handed through, and what is packed."""

    structure: Any
    moving: list[int]
    through: list[tuple[int, int]]
    packed: _Packed | None


class _View:
    """What a mechanism sees, put together from what moves and what stays."""

    def __init__(self, steps: "_Steps", given: list[Any]) -> None:
        self.steps = steps
        self.given = [np.asarray(part) if _plain(part) else part for part in given] if steps.in_numpy else given

    def seen(self, name: str, moving: Any) -> Observation:
        """Return what is seen after a step."""
        shown = self.steps.shown[name]
        leaves: list[Any] = [None] * (len(shown.moving) + len(shown.through))
        for at, place in shown.through:
            leaves[at] = self.given[place]
        parts = moving if shown.packed is None else shown.packed.parts(np.asarray(moving))
        for at, leaf in zip(shown.moving, parts, strict=True):
            leaves[at] = leaf
        return jax.tree.unflatten(shown.structure, leaves)


def _plain(part: Any) -> bool:
    return not jnp.issubdtype(part.dtype, jax.dtypes.extended)


def _sizes(tree: Any) -> tuple[tuple[int, ...], ...]:
    """Return the shape of every array of a tree."""
    return tuple(map(jnp.shape, jax.tree.leaves(tree)))


@lru_cache(KINDS_KEPT)
def _steps(kind: _Kind, sizes: tuple[tuple[int, ...], ...], sees: frozenset[str], in_numpy: bool) -> "_Steps":
    """Return the steps of all runners of one kind and size, compiled once; what they show is described by one size."""
    return _Steps(kind, sees, in_numpy)


class _Steps:
    """The compiled steps of all runners of one kind; what comes out of them is described as they are traced."""

    shown: dict[str, _Shown]
    records: dict[tuple[tuple[int, ...], ...], _Packed]

    def __init__(self, kind: _Kind, sees: frozenset[str], in_numpy: bool) -> None:
        self.kind, self.sees, self.in_numpy, self.shown, self.records = kind, sees, in_numpy, {}, {}
        self.begin, self.within, self.close = jax.jit(self._begin), jax.jit(self._within), jax.jit(self._close)

    def _begin(self, given: list[Any]) -> Any:
        """Return what is carried, what is seen, and the mechanism's key."""
        runner = self.kind.filled(given)
        state, published, reward_state, _ = runner.start()
        return self._reported("begin", runner, given, state, published, reward_state, 0)[:3]

    def _within(self, given: list[Any], carry: Any, plan: Any, interval: Array) -> Any:
        """Execute the plan of an interval before the last one; as `_begin`, with the interval's record."""
        runner, (moved, published, reward_state, said) = self.kind.filled(given), carry
        state = runner.scenario.opening.with_parts(moved)
        state, published, found = runner.execute(state, out_of_one(plan, *runner.planned), said, interval - 1)
        return *self._reported("within", runner, given, state, published, reward_state, interval)[:3], found

    def _close(self, given: list[Any], carry: Any, plan: Any, intervals: list[Any]) -> Any:
        """Execute the last plan of a period and settle it; as `_begin`, with the period's record in one array."""
        runner, (moved, published, reward_state, said) = self.kind.filled(given), carry
        state = runner.scenario.opening.with_parts(moved)
        state, published, found = runner.execute(state, out_of_one(plan, *runner.planned), said, runner.replans - 1)
        together = jax.tree.map(lambda *parts: jnp.stack(parts), *intervals, found)
        state, reward_state, happened = runner.settle(state, together, reward_state)
        *after, numbers = self._reported("close", runner, given, state, published, reward_state, 0)
        promised, outcome, pay, path = happened
        record = Record(promised, outcome, pay, path, runner.replans * numbers)
        self.records[_sizes(plan)], row = _Packed.of(record)
        return *after, row

    def _reported(
        self, name: str, runner: Runner, given: list[Any], state: Any, published: Any, reward_state: Any, interval: Any
    ) -> Any:
        period = state.period
        state, said, seen = runner.report(state, published, interval)
        key = jax.random.fold_in(runner.keys[2], period)
        if runner.replans > 1:
            key = jax.random.split(key, runner.replans)[interval]
        leaves, structure = jax.tree.flatten(seen.only(self.sees))
        places = {id(part): place for place, part in enumerate(given)}
        through = [(at, places[id(leaf)]) for at, leaf in enumerate(leaves) if id(leaf) in places]
        moving = [at for at, leaf in enumerate(leaves) if id(leaf) not in places]
        shown: Any = [leaves[at] for at in moving]
        packed = None
        if self.in_numpy:
            packed, shown = _Packed.of(shown)
        self.shown[name] = _Shown(structure, moving, through, packed)
        carry = state.parts(runner.moves()), published, reward_state, said
        return carry, shown, key, numbers_reported(seen, self.sees)
