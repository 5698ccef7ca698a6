"""Working something out once for every object."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from weakref import ref

__all__ = ["once_each"]

Thing = TypeVar("Thing")
Found = TypeVar("Found")


def once_each(work: Callable[[Thing], Found]) -> Callable[[Thing], Found]:
    """Do some work once for every object, whatever it equals, and keep what came of it as long as the object lives.

    Examples
    --------
    >>> class Numbers(list):
    ...     pass
    >>> total = once_each(sum)
    >>> three = Numbers([1, 2])
    >>> total(three), three.append(4), total(three)
    (3, None, 3)
    """
    known: dict[int, tuple[Any, Found]] = {}

    @wraps(work)
    def found(thing: Thing) -> Found:
        place = id(thing)
        there = known.get(place)
        if there is None:
            there = known[place] = ref(thing, lambda _: known.pop(place, None)), work(thing)
        return there[1]

    return found
