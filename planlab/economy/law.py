"""What moves a state from one period to the next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from planlab.base.checks import Limit, check_number, hidden, near
from planlab.base.part import Part, nested, shown
from planlab.base.registry import Registry
from planlab.economy.labels import Labels, singular

if TYPE_CHECKING:
    from jaxtyping import PRNGKeyArray

    from planlab.economy.scenario import Scenario
    from planlab.economy.state import State

__all__ = ["Law", "Named", "factor_place", "used"]

SHOWN = 10
"""How many names an error lists."""


class Law(Part):
    """What moves a state: a class with one of the methods below, and the names of what it moves.

    A period has three moments. When it begins, what everybody knows changes (`begin`); once people have reported,
    what nobody foresaw strikes (`shock`); when it is over, the state moves on by what happened (`step`). Laws act one
    after another, in the order in which a scenario has them. What is announced of periods ahead is what foreseeable
    laws will make of the state, as far as they are foretold right (`foretold`).

    Attributes
    ----------
    moves
        Parts of the state that change, those of its economy by their own names. Only these are carried along and
        recorded; what else a law returns is lost, which `planlab.testing.check_law` finds out.
    foreseeable
        Whether it moves the state in the same way whatever people do, so that a clairvoyant knows it in advance.
    deterministic
        Whether it never looks at the key, so that comparisons need not run it for every seed; a subclass says so anew.
    """

    moves: ClassVar[frozenset[str]] = frozenset()
    foreseeable: ClassVar[bool] = True
    deterministic: ClassVar[bool] = False

    def prepared(self, scenario: "Scenario") -> "tuple[Law, State]":
        """Return the law for a scenario, names resolved, and the opening state with room for what the law keeps."""
        return self, scenario.opening

    def with_factor(self) -> "Law":
        """Return the law for a world with one more row of factors, the last."""
        return self

    def takes_the_place_of(self, other: "Law") -> bool:
        """Return whether it replaces a law that a scenario has: one of its kind."""
        return type(other) is type(self)

    def begin(self, state: "State") -> "State":
        """Return the state as a period begins, before anybody reports."""
        return state

    def foretold(self, state: "State", ahead: int) -> "State":
        """Return the state of a period as it is announced so many periods before, which may err."""
        return state

    def shock(self, state: "State", key: "PRNGKeyArray") -> "State":
        """Return the state as the plan finds it, once people have reported."""
        return state

    def step(self, state: "State", outcome: Any, key: "PRNGKeyArray") -> "State":
        """Return the state after a period with that `planlab.world.physics.Outcome`."""
        return state


Registry("law", Law)


class Named(eqx.Module):
    """Numbers by the names of factors, products or communities, and where these stand in a scenario.

    Parameters
    ----------
    names
        Of entries along one axis.
    numbers
        One for each.
    at
        Where they stand, once a scenario was asked; a kind of factors can stand in several places.
    """

    names: tuple[str, ...] = eqx.field(static=True)
    numbers: tuple[float, ...] = nested(())
    at: tuple[tuple[int, ...], ...] = eqx.field(static=True, default=())

    @classmethod
    def of(cls, what: str, given: Any, limit: Limit) -> "Named":
        """Return numbers by name, each within a limit.

        Raises
        ------
        TypeError, ValueError
            For what is no mapping from names to numbers within the limit.
        """
        if isinstance(given, Named):
            return given
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} is {given!r}; give a mapping from name to number, such as {{'labour': 0.02}}.")
        for name, number in given.items():
            check_number(f"{what}[{name!r}]", number, limit)
        return cls(tuple(map(str, given)), tuple(given.values()))

    def found(self, scenario: "Scenario", axis: str) -> "Named":
        """Return the numbers with the places of their names along an axis; factors go by kind as well.

        Raises
        ------
        ValueError
            For names that the scenario does not have.
        """
        sizes = dict(zip(("processes", "products", "communities", "factors"), scenario.sizes, strict=True))
        economy = scenario.economy
        labels = list(economy.labels.of(axis, sizes[axis]))
        unnamed = Labels().of(axis, sizes[axis])
        numbered = {str(i): (i,) for i, label in enumerate(labels) if label == unnamed[i]}
        kinds = economy.factor_kinds if axis == "factors" else ()
        known = {kind: tuple(i for i, own in enumerate(kinds) if own == kind) for kind in kinds}
        known |= numbered | {label: (i,) for i, label in enumerate(labels)}
        for name in self.names:
            if name not in known:
                listed = ", ".join(map(repr, dict.fromkeys([*labels[:SHOWN], *kinds])))
                raise ValueError(f"The scenario has no {singular(axis)} {name!r}.{near(name, known)} It has: {listed}.")
        return Named(self.names, self.numbers, tuple(known[name] for name in self.names))

    def placed(self, size: int) -> Array:
        """Return the numbers in their places of a vector of so many entries, zeros elsewhere."""
        result = jnp.zeros(size)
        for places, number in zip(self.at, self.numbers, strict=True):
            for place in places:
                result = result.at[place].set(number)
        return result

    def __repr__(self) -> str:
        """As a mapping."""
        return f"{{{', '.join(f'{name!r}: {shown(x)}' for name, x in zip(self.names, self.numbers, strict=True))}}}"


def factor_place(scenario: "Scenario", factor: str) -> int:
    """Return where a factor stands that is meant by its name, or by its kind where there is one of it.

    Raises
    ------
    ValueError
        For a factor that the scenario does not have, and for several.
    """
    places = Named((factor,), (0.0,)).found(scenario, "factors").at[0]
    if len(places) > 1:
        labels = scenario.economy.labels.of("factors", scenario.sizes[3])
        listed = ", ".join(labels[k] for k in places)
        raise ValueError(f"{factor!r} is the kind of {len(places)} factors; name one of them: {listed}.")
    return places[0]


def used(scenario: "Scenario", factor: str) -> tuple[int, Array]:
    """Return where a factor stands, and how much of it the opening activity uses.

    Raises
    ------
    ValueError
        For a factor that the scenario does not have, for several, and for one of which nothing is used.
    """
    at = factor_place(scenario, factor)
    use = scenario.economy.factors[at] @ scenario.activity
    if not hidden(use) and not float(use) > 0:
        raise ValueError(f"Nothing of {factor!r} is used at the opening, by which its stock is measured.")
    return at, use
