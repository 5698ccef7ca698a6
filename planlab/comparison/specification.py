"""A comparison written down: parts by name and number, from a command line or a TOML file."""

import dataclasses
import inspect
import math
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import equinox as eqx
import jax.numpy as jnp
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

import planlab
from planlab.comparison.design import BEHAVIOURS, Design, design, world_of
from planlab.economy.tables import TableRules
from planlab.incentives import adapting  # noqa: F401 - so that they are among the kinds of behaviour
from planlab.information import needs_rewards, rewards  # noqa: F401 - so that they are among the kinds of reward
from planlab.information.behaviours import Behaviour
from planlab.information.channels import Channel
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import load_mechanism
from planlab.world.execution import Execution

__all__ = ["Specification", "build", "kinds", "named_behaviour", "read_specification", "world_with"]


def kinds(base: type) -> dict[str, Any]:
    """Return the kinds of a part by the names they have in files and on command lines: all that users may make.

    Examples
    --------
    >>> sorted(kinds(Channel))
    ['direct', 'hierarchy']
    """
    found: dict[str, Any] = {}
    below: list[Any] = base.__subclasses__()
    for kind in below:
        if inspect.isabstract(kind):
            found |= kinds(kind)
        elif not kind.__module__.startswith("planlab.") or kind.__name__ in dir(planlab):
            found[re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()] = kind
    return found


def named_behaviour(text: str) -> tuple[Behaviour, Channel]:
    """Return the behaviour and the channel that ``behaviour`` or ``behaviour@channel`` stands for.

    Raises
    ------
    ValueError
        For unknown names, an empty one among them.

    Examples
    --------
    >>> behaviour, channel = named_behaviour("understate@hierarchy")
    >>> behaviour.share, channel.levels
    (0.8, 3)
    """
    name, at, channel = text.partition("@")
    if name in BEHAVIOURS:
        said, travels = BEHAVIOURS[name]
        return said, build(Channel, channel, {}, "channel") if at else travels
    if name not in kinds(Behaviour):
        _unknown("behaviour", name, [*BEHAVIOURS, *sorted(kinds(Behaviour))])
    return build(Behaviour, name, {}, "behaviour"), build(Channel, channel if at else "direct", {}, "channel")


def world_with(name: str, parameters: Mapping[str, Any]) -> Any:
    """Return a world by name, ``rules`` or ``rules.<rule>`` among its parameters being a table's.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        As `planlab.comparison.design.world_of`.
    """
    given = dict(parameters)
    rules = dict(given.pop("rules", {})) if isinstance(given.get("rules", {}), Mapping) else {}
    rules |= {key[6:]: given.pop(key) for key in list(given) if key.startswith("rules.")}
    if rules:
        known = [field.name for field in dataclasses.fields(TableRules)]
        for key in rules:
            if key not in known:
                _unknown("rule", key, known)
        given["rules"] = TableRules(**rules)
    return world_of(name, **given)


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
    >>> build(Behaviour, "understate", {"share": 0.5}, "behaviour").share
    0.5
    """
    known = kinds(base)
    if name not in known:
        _unknown(where, name, sorted(known))
    return _made(known[name], parameters, where)


def _made(kind: type, parameters: Mapping[str, Any], where: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    values = {}
    for key, value in parameters.items():
        if key not in fields:
            _unknown(f"parameter of {where}", key, list(fields))
        values[key] = _value(kind, key, fields[key].default, value, f"{where}.{key}")
    lacking = [name for name, f in fields.items() if f.default is dataclasses.MISSING and name not in values]
    if lacking:
        raise ValueError(f"{where} lacks {lacking[0]!r}; give it a value.")
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error


def _value(kind: type, name: str, default: Any, value: Any, where: str) -> Any:
    """Return a parameter's value if it is of its default's type."""
    part = _optional(kind, name) if default is None else type(default)
    if part and issubclass(part, eqx.Module):
        base = part.__bases__[0]
        return _table_of(part, value, where) if base is eqx.Module else _part(base, value, where)
    if isinstance(default, tuple) and default and not any(isinstance(part, str | eqx.Module) for part in default):
        return _numbers(default, value, where)
    if isinstance(default, tuple):
        parts = value if isinstance(value, list) else [value]
        if default and all(isinstance(name, str) for name in default):
            return tuple(_name(part, f"{where}[{i}]") for i, part in enumerate(parts))
        return tuple(_part(kind.__bases__[0], part, f"{where}[{i}]") for i, part in enumerate(parts))
    number = _is_number(value)
    if isinstance(default, bool):
        fits, wanted = isinstance(value, bool), "true or false"
    elif isinstance(default, str):
        fits, wanted = isinstance(value, str), "a name"
    elif isinstance(default, int):
        fits, wanted = number and isinstance(value, int), "a whole number"
    elif isinstance(default, float):
        fits, wanted = number, "a number"
    else:
        fits = isinstance(value, list) and all(isinstance(x, bool | int | float) for x in value)
        wanted = "a list of numbers, or of true and false"
    if not fits:
        raise ValueError(f"{where} is {value!r}; give {wanted}.")
    if isinstance(value, list):
        return jnp.asarray(value, bool if all(isinstance(x, bool) for x in value) else float)
    return float(value) if isinstance(default, float) else value


def _numbers(default: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    """Return a list of numbers as a tuple, or a list of lists where the default has rows."""
    rows = isinstance(default[0], tuple)
    lists = value if rows and isinstance(value, list) else [value]
    if not all(isinstance(row, list) and all(map(_is_number, row)) for row in lists):
        wanted = "a list of lists of numbers" if rows else "a list of numbers"
        raise ValueError(f"{where} is {value!r}; give {wanted}, by default {_as_lists(default)}.")
    found = tuple(tuple(map(float, row)) for row in lists)
    return found if rows else found[0]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


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
    return _made(kind, value, where)


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} is {value!r}; give a name.")
    return value


def _part(base: type, value: Any, where: str) -> Any:
    table = {"kind": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping) or not isinstance(table.get("kind"), str):
        names = ", ".join(sorted(kinds(base)))
        raise ValueError(f"{where} is {value!r}; give a name ({names}) or a table with `kind`.")
    return build(base, table["kind"], {key: part for key, part in table.items() if key != "kind"}, where)


def _unknown(what: str, name: str, known: list[str]) -> None:
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = f" Known: {', '.join(known)}." if known else " It has none."
    raise ValueError(f"No {what} {name!r}.{hint}{listed}")


def _as_table(key: str) -> BeforeValidator:
    """Let a name stand for a table that holds nothing else."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _count(value: Any) -> Any:
    """Let a number of seeds stand for the first so many."""
    return list(range(value)) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _World(_Strict):
    name: str
    parameters: dict[str, Any] = {}


class _Planner(_Strict):
    name: str
    label: str | None = None
    parameters: dict[str, Any] = {}


class _Reporting(_Strict):
    behaviour: Any
    channel: Any = "direct"


class Specification(_Strict):
    """A comparison as a TOML file spells it.

    Parameters
    ----------
    scenario
        A name, or a table with ``name`` and ``parameters``.
    mechanisms
        Names, or tables with ``name``, ``label`` and ``parameters``.
    behaviours
        Name to ``behaviour`` or ``behaviour@channel``, or to a table with ``behaviour`` and ``channel``, each a name or
        a table with ``kind`` and its parameters.
    execution
        Parameters of the physics.
    periods, seeds, bound
        As in `planlab.compare`; a number of seeds stands for the first so many.
    out, page
        Where results go, and whether a page and figures are made.
    """

    scenario: Annotated[_World, _as_table("name")]
    mechanisms: list[Annotated[_Planner, _as_table("name")]] = Field(min_length=1)
    behaviours: dict[str, Annotated[_Reporting, _as_table("behaviour")]] | None = None
    execution: dict[str, Any] = {}
    periods: int = Field(10, ge=1)
    seeds: Annotated[list[int], BeforeValidator(_count)] = Field(default=list(range(5)), min_length=1)
    bound: bool = True
    out: str = "out"
    page: bool = True

    def design(self) -> Design:
        """Build everything that is named.

        Raises
        ------
        ValueError, TypeError, FileNotFoundError
            Naming the key and what to do.
        """
        planners: dict[str, Mechanism] = {}
        for planner in self.mechanisms:
            label = planner.label or planner.name
            if label in planners:
                raise ValueError(f"mechanisms names {label!r} twice; give each variant its own `label`.")
            planners[label] = _made(load_mechanism(planner.name), planner.parameters, f"mechanisms.{label}")
        acting = None
        if self.behaviours is not None:
            acting = {name: _reporting(f"behaviours.{name}", said) for name, said in self.behaviours.items()}
        physics = _made(Execution, self.execution, "execution")
        world = world_with(self.scenario.name, self.scenario.parameters)
        return design(planners, world, self.periods, self.seeds, acting, physics, self.bound)


def _reporting(where: str, said: _Reporting) -> tuple[Behaviour, Channel]:
    if isinstance(said.behaviour, str) and "channel" not in said.model_fields_set:
        return named_behaviour(said.behaviour)
    return _part(Behaviour, said.behaviour, f"{where}.behaviour"), _part(Channel, said.channel, f"{where}.channel")


_TABLES: dict[str, type[BaseModel]] = {"scenario": _World, "mechanisms": _Planner, "behaviours": _Reporting}


def read_specification(path: str | Path) -> Specification:
    """Read a TOML file.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, the key and what to do.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No file {str(path)!r}; give a TOML file that describes a comparison.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}. Mend that line.") from error
    try:
        return Specification.model_validate(content)
    except ValidationError as error:
        raise ValueError(f"{path}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    """Return the first thing that is wrong, as a sentence with the key in it."""
    found = error.errors(include_url=False)[0]
    key = ".".join(map(str, found["loc"]))
    if found["type"] == "extra_forbidden":
        model: type[BaseModel] = (
            _TABLES.get(str(found["loc"][0]), Specification) if len(found["loc"]) > 1 else Specification
        )
        known = list(model.model_fields)
        near = get_close_matches(str(found["loc"][-1]), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"unknown key {key!r}.{hint} Known keys there: {', '.join(known)}."
    if found["type"] == "missing":
        return f"{key!r} is missing; add it."
    return f"{key!r} is {found['input']!r}: {found['msg'][:1].lower()}{found['msg'][1:]}. Change it."
