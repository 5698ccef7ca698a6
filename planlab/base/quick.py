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
    """Return the fields of a class with their defaults; raise where making one does more than to hold them."""
    if hasattr(kind, "__check_init__") or any(field.metadata.get("converter") for field in fields(kind)):
        raise TypeError(f"{kind.__name__} converts or checks what it is made of; make it as usual.")
    return {field.name: field.default for field in fields(kind)}
