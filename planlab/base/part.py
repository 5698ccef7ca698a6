"""Parts that users make: mechanisms, behaviours, channels, physics, rewards. Their numbers are checked at the start.

A number of a part is a leaf of strong 64-bit type, whether it was given as ``1``, ``.1``, a NumPy number or an array
without dimensions, so that nothing compiles anew when it changes; a traced number or an array is left as it is. Whole
numbers that set shapes or lengths of loops are static: a new one compiles anew.
"""

from dataclasses import MISSING, Field, fields
from typing import Any

import equinox as eqx
import jax
import numpy as np

from planlab.base.checks import Limit, check_number, check_whole, hidden, is_number

__all__ = ["MISSING", "Part", "nested", "number", "shown", "whole"]


def number(default: Any, limit: Limit, row: bool = False) -> Any:
    """Return a field that holds a number within a limit; with `row` it may be an array of one dimension as well.

    ``MISSING`` as default: it has to be given.
    """
    return eqx.field(default=default, metadata={"limit": limit, "row": row})


def nested(default: Any) -> Any:
    """Return a field that holds numbers in tuples, or tuples of tuples; what makes sense is for the part to check."""
    return eqx.field(default=default, converter=_strong)


def _strong(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(map(_strong, value))
    return np.float64(value) if is_number(value) and not hidden(value) and np.ndim(value) == 0 else value


def whole(default: Any, least: int, most: int | None = None, kw_only: bool = False) -> Any:
    """Return a static field that holds a whole number within bounds; as `number`."""
    return eqx.field(default=default, static=True, kw_only=kw_only, metadata={"least": least, "most": most})


class Part(eqx.Module):
    """What users make and hand to each other: every number of it is checked by name and made a leaf."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Give every field that holds a number its converter."""
        super().__init_subclass__(**arguments)
        for name, kind in cls.__dict__.get("__annotations__", {}).items():
            given = cls.__dict__.get(name, MISSING)
            about = dict(given.metadata) if isinstance(given, Field) else {}
            static, converts = about.get("static", False), about.get("converter") is not None
            if converts or not ("limit" in about or "least" in about or (kind is float and not static)):
                continue
            default = given.default if isinstance(given, Field) else given
            start: dict[str, Any] = {} if default is MISSING else {"default": default}
            if isinstance(given, Field) and given.kw_only is True:
                start["kw_only"] = True
            own: Any = eqx.field(**start, static=static, converter=_Reader(name, about), metadata=_own(about))
            setattr(cls, name, own)

    def __repr__(self) -> str:
        """In the way it is made."""
        inside = (f"{f.name}={shown(getattr(self, f.name))}" for f in fields(self) if f.repr)
        return f"{type(self).__name__}({', '.join(inside)})"


class _Reader:
    """Checks what a field is given, and returns what it holds."""

    def __init__(self, name: str, about: dict[str, Any]) -> None:
        self.name, self.about = name, about

    def __call__(self, value: Any) -> Any:
        if "least" in self.about:
            return check_whole(self.name, value, self.about["least"], self.about["most"])
        if "limit" in self.about:
            check_number(self.name, value, self.about["limit"], self.about["row"])
        if hidden(value) or not is_number(value):
            return value
        if np.ndim(value) == 0:
            return np.float64(value)
        return value if isinstance(value, jax.Array) else np.asarray(value, np.float64)


def _own(about: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if key not in ("static", "converter")}


def shown(value: Any) -> str:
    """Return a number, or numbers in tuples, as people write them; other values as they describe themselves."""
    if isinstance(value, tuple) and value and not isinstance(value[0], Part):
        return f"({', '.join(map(shown, value))}{',' * (len(value) == 1)})"
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return repr(value.item())
    return eqx.tree_pformat(value) if isinstance(value, np.ndarray | jax.Array) else repr(value)
