"""Behaviours, channels, rewards and other parts by name, their parameters checked by name and type."""

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import equinox as eqx
import jax.numpy as jnp

from planlab.base.checks import is_finite, unknown
from planlab.base.part import Part
from planlab.base.registry import kinds, registry_of
from planlab.economy.law import Named

__all__ = ["build", "made", "part_of"]


def build(base: type, name: str, parameters: Mapping[str, Any], where: str) -> Any:
    """Return a part of a kind, with its parameters checked by name and type.

    Parameters
    ----------
    base
        For instance `Behaviour`, `Channel`, `Rationing`.
    name
        Which of its kinds.
    parameters
        The part's own fields; a field that is itself a part is given by name, or as a table with ``kind``.
    where
        What errors call it.

    Raises
    ------
    ValueError
        Naming the parameter and what to do.

    Examples
    --------
    >>> import planlab
    >>> build(planlab.Behaviour, "understate", {"share": 0.5}, "behaviour")
    Understate(share=0.5)
    """
    return made(registry_of(base).find(name, where), parameters, where)


def made(kind: type, parameters: Mapping[str, Any], where: str) -> Any:
    """Return a part of one kind, as `build`."""
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init and field.repr}
    by_name = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(kind).parameters.values())
    values = {}
    for key, value in parameters.items():
        if by_name and (key not in fields or _holds_names(kind, key)):
            if not is_finite(value):
                raise ValueError(f"{where}.{key} is {value!r}; give a number.")
            values[key] = float(value)
            continue
        if key not in fields:
            unknown(f"parameter of {where}", key, list(fields))
        values[key] = _value(kind, key, fields[key].default, value, f"{where}.{key}")
    given = (dataclasses.MISSING, dataclasses.MISSING)
    lacking = [name for name, f in fields.items() if (f.default, f.default_factory) == given and name not in values]
    lacking = [name for name in lacking if not (by_name and _holds_names(kind, name))]
    if lacking:
        raise ValueError(f"{where} lacks {lacking[0]!r}; give it a value.")
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error


def _value(kind: type, name: str, default: Any, value: Any, where: str) -> Any:
    """Return a parameter's value if it is of its default's type."""
    hint = get_type_hints(kind)[name]
    if default is not dataclasses.MISSING and _holds_names(kind, name):
        return value  # the field's own converter takes names as well
    if default is dataclasses.MISSING:
        if _holds_names(kind, name):
            if not isinstance(value, Mapping) or not all(map(is_finite, value.values())):
                raise ValueError(f"{where} is {value!r}; give a table of numbers by name.")
            return dict(value)
        default = "" if hint is str else default
    part = _optional(kind, name) if default is None else type(default)
    if part and issubclass(part, eqx.Module):
        base = _root(part)
        return _table_of(part, value, where) if base is part else part_of(base, value, where)
    if isinstance(default, tuple) and default and not any(isinstance(part, str | eqx.Module) for part in default):
        return _numbers(default, value, where)
    if isinstance(default, tuple):
        parts = value if isinstance(value, list) else [value]
        if default and all(isinstance(name, str) for name in default):
            return tuple(_name(part, f"{where}[{i}]") for i, part in enumerate(parts))
        return tuple(part_of(_root(kind), part, f"{where}[{i}]") for i, part in enumerate(parts))
    number = is_finite(value)
    if isinstance(default, bool):
        fits, wanted = isinstance(value, bool), "true or false"
    elif isinstance(default, str):
        fits, wanted = isinstance(value, str), "a name"
    elif isinstance(default, int) or hint == int | None:
        fits, wanted = number and isinstance(value, int), "a whole number"
    elif isinstance(default, float) or hint == float | None:
        fits, wanted = number, "a number"
    else:
        fits = isinstance(value, list) and all(isinstance(x, bool | int | float) for x in value)
        wanted = "a list of numbers, or of true and false"
    if not fits:
        raise ValueError(f"{where} is {value!r}; give {wanted}.")
    if isinstance(value, list):
        return jnp.asarray(value, bool if all(isinstance(x, bool) for x in value) else float)
    return float(value) if isinstance(default, float) or hint == float | None else value


def _root(kind: type) -> type:
    """Return which kind of part a class is of: the class above it that is a part as such."""
    return next(above for above in kind.__mro__ if Part in above.__bases__)


def _holds_names(kind: type, name: str) -> bool:
    """Return whether a field holds numbers by the names of factors or products."""
    return get_type_hints(kind).get(name) is Named


def _numbers(default: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    """Return a list of numbers as a tuple, or a list of lists where the default has rows."""
    rows = isinstance(default[0], tuple)
    lists = value if rows and isinstance(value, list) else [value]
    if not all(isinstance(row, list) and all(map(is_finite, row)) for row in lists):
        wanted = "a list of lists of numbers" if rows else "a list of numbers"
        raise ValueError(f"{where} is {value!r}; give {wanted}, by default {_as_lists(default)}.")
    found = tuple(tuple(map(float, row)) for row in lists)
    return found if rows else found[0]


def _as_lists(value: Any) -> Any:
    return [_as_lists(part) for part in value] if isinstance(value, tuple) else value


def _optional(kind: type, name: str) -> type | None:
    """Return some kind of the part that a field without a default may hold; ``None`` where it holds no part."""
    parts = [part for part in get_args(get_type_hints(kind)[name]) if part is not type(None)]
    if not parts or not isinstance(parts[0], type) or not issubclass(parts[0], eqx.Module):
        return None
    return next(iter(kinds(parts[0]).values()))


def _table_of(kind: type, value: Any, where: str) -> Any:
    """Return a part that has no kinds."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is {value!r}; give a table of its parameters.")
    return made(kind, value, where)


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} is {value!r}; give a name.")
    return value


def part_of(base: type, value: Any, where: str) -> Any:
    """Return a part given by name, or as a table with ``kind``."""
    table = {"kind": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping) or not isinstance(table.get("kind"), str):
        names = ", ".join(sorted(kinds(base)))
        raise ValueError(f"{where} is {value!r}; give a name ({names}) or a table with `kind`.")
    return build(base, table["kind"], {key: part for key, part in table.items() if key != "kind"}, where)
