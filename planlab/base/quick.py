"""Making a record of one of Equinox' classes quickly, where it is made once a plan."""

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar

__all__ = ["quick"]

Kind = TypeVar("Kind")


def quick(kind: type[Kind], **values: Any) -> Kind:
    """Return ``kind(**values)`` of a class without converters and checks of its own.

    Equinox asks every value whether it is a function that JAX has transformed, which takes longer than to plan for a
    small economy.
    """
    of: Any = kind
    made, known = object.__new__(kind), _defaults(of)
    if unknown := values.keys() - known.keys():
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}.")
    for name, value in (known | values).items():
        if value is MISSING:
            raise TypeError(f"{kind.__name__} needs {name}.")
        object.__setattr__(made, name, value)
    return made


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """Return the fields of a class with their defaults."""
    return {field.name: field.default for field in fields(kind)}
