"""A comparison written down: parts by name and number, from a command line or a TOML file."""

import dataclasses
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from planlab.comparison.design import BEHAVIOURS, Design, design, world_of
from planlab.comparison.parts import build, kinds, made, part_of, unknown
from planlab.economy.tables import TableRules
from planlab.information.behaviours import Behaviour
from planlab.information.channels import Channel
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import load_mechanism
from planlab.world.execution import Execution

__all__ = ["Specification", "named_behaviour", "read_specification", "world_with"]


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
        unknown("behaviour", name, [*BEHAVIOURS, *sorted(kinds(Behaviour))])
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
                unknown("rule", key, known)
        given["rules"] = TableRules(**rules)
    return world_of(name, **given)


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
            planners[label] = made(load_mechanism(planner.name), planner.parameters, f"mechanisms.{label}")
        acting = None
        if self.behaviours is not None:
            acting = {name: _reporting(f"behaviours.{name}", said) for name, said in self.behaviours.items()}
        physics = made(Execution, self.execution, "execution")
        world = world_with(self.scenario.name, self.scenario.parameters)
        return design(planners, world, self.periods, self.seeds, acting, physics, self.bound)


def _reporting(where: str, said: _Reporting) -> tuple[Behaviour, Channel]:
    if isinstance(said.behaviour, str) and "channel" not in said.model_fields_set:
        return named_behaviour(said.behaviour)
    return part_of(Behaviour, said.behaviour, f"{where}.behaviour"), part_of(Channel, said.channel, f"{where}.channel")


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
