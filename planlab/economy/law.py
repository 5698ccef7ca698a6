"""What moves a state from one period to the next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from planlab.base.checks import Limit, check_number, hidden
from planlab.base.part import Part, nested, shown
from planlab.economy.alignment import entries_of

if TYPE_CHECKING:
    from jaxtyping import PRNGKeyArray

    from planlab.economy.scenario import Scenario
    from planlab.economy.state import State

__all__ = ["Law", "Named", "used"]


class Law(Part):
    """What moves a state: a class with one of the methods below, and the names of what it moves.

    A period has three moments. When it begins, what everybody knows changes (`begin`); once people have reported,
    what nobody foresaw strikes (`strike`); when it is over, the state moves on by what happened (`step`). Laws act one
    after another, in the order in which a scenario has them.

    Attributes
    ----------
    moves
        Parts of the state that change, those of its economy by their own names. Only these are carried along and
        recorded; what else a law returns is lost, which `planlab.testing.check_law` finds out.
    foreseeable
        Whether it moves the state in the same way whatever people do, so that a clairvoyant knows it in advance.
    """

    moves: ClassVar[frozenset[str]] = frozenset()
    foreseeable: ClassVar[bool] = True

    def prepared(self, scenario: "Scenario") -> "tuple[Law, State]":
        """Return the law for a scenario, names resolved, and the opening state with room for what the law keeps."""
        return self, scenario.opening

    def begin(self, state: "State") -> "State":
        """Return the state as a period begins, before anybody reports."""
        return state

    def strike(self, state: "State", key: "PRNGKeyArray") -> "State":
        """Return the state as the plan finds it, once people have reported."""
        return state

    def step(self, state: "State", outcome: Any, key: "PRNGKeyArray") -> "State":
        """Return the state after a period with that `planlab.world.physics.Outcome`."""
        return state


class Named(eqx.Module):
    """Numbers by the names of factors, products or communities, and where these stand in a scenario.

    Parameters
    ----------
    names
        Of entries along one axis.
    numbers
        One for each.
    at
        Where they stand, once a scenario was asked.
    """

    names: tuple[str, ...] = eqx.field(static=True)
    numbers: tuple[float, ...] = nested(())
    at: tuple[int, ...] = eqx.field(static=True, default=())

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
        """Return the numbers with the places of their names along an axis.

        Raises
        ------
        ValueError
            For names that the scenario does not have.
        """
        sizes = dict(zip(("processes", "products", "communities", "factors"), scenario.sizes, strict=True))
        labels = scenario.economy.labels
        numbered = getattr(labels, axis) is None
        names = [int(name) if numbered and name.isdecimal() else name for name in self.names]
        where = entries_of("the law", names, axis, labels, sizes[axis])
        return Named(self.names, self.numbers, tuple(where.tolist()))

    def placed(self, size: int) -> Array:
        """Return the numbers in their places of a vector of so many entries, zeros elsewhere."""
        result = jnp.zeros(size)
        for place, number in zip(self.at, self.numbers, strict=True):
            result = result.at[place].set(number)
        return result

    def __repr__(self) -> str:
        """As a mapping."""
        return f"{{{', '.join(f'{name!r}: {shown(x)}' for name, x in zip(self.names, self.numbers, strict=True))}}}"


def used(scenario: "Scenario", factor: str) -> tuple[int, Array]:
    """Return where a factor stands, and how much of it the opening activity uses.

    Raises
    ------
    ValueError
        For a factor that the scenario does not have, or of which nothing is used.
    """
    (at,) = Named((factor,), (0.0,)).found(scenario, "factors").at
    use = scenario.economy.factors[at] @ scenario.activity
    if not hidden(use) and not float(use) > 0:
        raise ValueError(f"Nothing of {factor!r} is used at the opening, by which its stock is measured.")
    return at, use
