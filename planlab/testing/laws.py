"""What every law has to keep to."""

from dataclasses import fields
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from planlab.economy.law import Law
from planlab.economy.scenario import Scenario
from planlab.economy.state import TECHNOLOGY, State
from planlab.simulation.simulate import simulate
from planlab.testing.promise import BrokenPromise
from planlab.testing.worlds import drawn_scenario
from planlab.world.physics import Outcome, Physics, opening

__all__ = ["check_law"]

KEYS = jax.random.key(0), jax.random.key(1)


def check_law(law: Law, scenario: Scenario | None = None) -> None:
    """Check that a law moves what it says it moves, keeps shapes, and draws and foresees as it says.

    Parameters
    ----------
    law
        As users make it.
    scenario
        A world for it; ``None``: a small drawn one.

    Raises
    ------
    planlab.testing.BrokenPromise
        With the promise that is broken.
    """
    world = drawn_scenario(0) if scenario is None else scenario
    outcome = jax.tree.map(lambda part: part[0], simulate("standstill", world, 1).outcome)
    scenario = world.with_laws(law)
    law = next(own for own in scenario.laws if type(own) is type(law))
    for name, before, after in _moments(law, opening(scenario, Physics()), outcome, KEYS[0]):
        for part in _parts(before):
            old, new = (jax.tree.leaves(_part(state, part)) for state in (before, after))
            alike = [(jnp.shape(leaf), jnp.asarray(leaf).dtype) for leaf in old]
            if alike != [(jnp.shape(leaf), jnp.asarray(leaf).dtype) for leaf in new]:
                raise BrokenPromise(f"{name} changes the shape or kind of {part!r}; make room for it in `prepared`.")
            if not all(bool((np.isfinite(leaf) | (np.asarray(leaf) == np.inf)).all()) for leaf in new):
                raise BrokenPromise(f"{name} makes {part!r} something that is no number.")
            moved = not all(np.array_equal(a, b) for a, b in zip(old, new, strict=True))
            if moved and part not in law.moves:
                raise BrokenPromise(f"{name} moves {part!r}, which `moves` does not name: it would be lost.")
    if type(law).__dict__.get("deterministic"):
        ends = [_moments(law, opening(scenario, Physics()), outcome, key)[-1][2] for key in KEYS]
        if not _same(*ends):
            raise BrokenPromise("it goes by chance; leave out `deterministic = True`, or every seed is told the same.")
    if law.foreseeable:
        told = [_moments(law, opening(scenario, Physics()), None, key)[-1][2] for key in KEYS]
        happened = _moments(law, opening(scenario, Physics()), outcome, KEYS[0])[-1][2]
        if not all(_same(told[0], other) for other in (told[1], happened)):
            raise BrokenPromise("step goes by what happened, or by chance; say `foreseeable = False`.")


def _moments(law: Law, state: State, outcome: Outcome | None, key: Any) -> list[tuple[str, State, State]]:
    """Return the moments of a period, with the state before and after each."""
    begun = law.begin(state)
    struck = law.shock(begun, key)
    return [
        ("foretold", begun, law.foretold(begun, 1)),
        ("begin", state, begun),
        ("shock", begun, struck),
        ("step", struck, law.step(struck, outcome, key)),
    ]


def _parts(state: State) -> list[str]:
    return [*TECHNOLOGY, *(field.name for field in fields(state) if field.name != "economy")]


def _part(state: State, name: str) -> Any:
    return state.parts([name])[name]


def _same(one: Any, other: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True))
