"""A comparison written down: parts by name and number, from a command line or a TOML file."""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from planlab.base.checks import in_short, near, unknown
from planlab.economy.law import Law
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, load_mechanism
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.scenarios import SCENARIOS
from planlab.simulation.setting import Setting
from planlab.study.design import MOST_PERIODS, SEEDS, Design, World, design, world_of
from planlab.study.own_parts import load_parts
from planlab.study.parts import build, made, part_of
from planlab.study.reporting import named_behaviour
from planlab.tables.table import TableRules
from planlab.world.physics import Physics

__all__ = ["Specification", "read_specification", "world_with"]


def world_with(name: str, parameters: Mapping[str, Any]) -> Any:
    """Return a world by name, ``rules`` or ``rules.<rule>`` among its parameters being a table's.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        As `planlab.study.design.world_of`.
    """
    given = dict(parameters)
    for key, value in given.items():
        if isinstance(value, list) and key != "rules" and name not in _others():
            raise ValueError(
                f"{key} is {in_short(value)}, and a comparison has one scenario. Write down a comparison for each "
                "value, with a folder of its own."
            )
    rules = dict(given.pop("rules", {})) if isinstance(given.get("rules", {}), Mapping) else {}
    rules |= {key[6:]: given.pop(key) for key in list(given) if key.startswith("rules.")}
    if rules:
        known = [field.name for field in dataclasses.fields(TableRules)]
        for key in rules:
            if key not in known:
                unknown("rule", key, known)
        given["rules"] = TableRules(**rules)
    return world_of(name, **given)


def _others() -> set[str]:
    """Return the names of generators that planlab does not come with, and whose parameters may be lists."""
    return {*SCENARIOS.plug_ins(), *SCENARIOS.own()}


def _as_table(key: str) -> BeforeValidator:
    """Let a name stand for a table that holds nothing else."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _named(value: Any) -> Any:
    """Let names stand for a table of behaviours that are called so."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, dict):
        return names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("give names, or a table")
    if len(set(names)) < len(names):
        raise ValueError("name each once")
    return {name: name for name in names}


_by_name = BeforeValidator(_named)
_in_a_row = BeforeValidator(lambda value: [value] if isinstance(value, str | dict) else value)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _World(_Strict):
    name: str
    parameters: dict[str, Any] = {}


class _Planner(_Strict):
    name: str
    label: Annotated[str, Field(min_length=1)] | None = None
    parameters: dict[str, Any] = {}


class _Reporting(_Strict):
    behaviour: Any
    channel: Any = "direct"
    reward: Any = None


class Specification(_Strict):
    """A comparison as a TOML file spells it.

    Parameters
    ----------
    scenario
        A name, or a table with ``name`` and ``parameters``.
    mechanisms
        Names, or tables with ``name``, ``label`` and ``parameters``.
    behaviours
        Names; or name to ``behaviour`` or ``behaviour@channel``, or to a table with ``behaviour`` and ``channel``,
        each a name or a table with ``kind`` and its parameters; and with ``reward`` where they are paid otherwise.
    physics
        Parameters of the physics, and ``kind`` where it is another one.
    reward
        What people are paid, a name or a table with ``kind`` and its parameters.
    laws
        What moves the scenario: names, or tables with ``kind`` and parameters.
    parts
        Files, relative to this one, or modules whose behaviours, rewards, laws, metrics and so on can be named.
    periods, replans, horizon, seeds, draws, bound
        As in `planlab.compare`; a number of seeds stands for the first so many.
    out, page
        Where results go, and whether a page and figures are made.
    """

    scenario: Annotated[_World, _as_table("name")]
    mechanisms: Annotated[list[Annotated[_Planner, _as_table("name")]], _in_a_row] = Field(min_length=1)
    behaviours: Annotated[dict[str, Annotated[_Reporting, _as_table("behaviour")]], _by_name] | None = None
    physics: dict[str, Any] = {}
    reward: Any = None
    laws: Annotated[list[Any], _in_a_row] = []
    parts: Annotated[list[str], _in_a_row] = []
    periods: int = Field(10, ge=1, le=MOST_PERIODS)
    replans: int = Field(1, ge=1, le=MOST_PERIODS)
    horizon: int = Field(0, ge=0, le=MOST_PERIODS)
    seeds: Any = SEEDS
    draws: Any = 1
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
        load_parts(self.parts)
        planners: dict[str, Mechanism] = {}
        for planner in self.mechanisms:
            label = planner.label or planner.name
            if label in planners:
                raise ValueError(f"mechanisms names {label!r} twice; give each variant its own `label`.")
            where, given = f"mechanisms.{label}", planner.parameters
            planners[label] = (
                made(load_mechanism(planner.name), given, where) if given else find_mechanism(planner.name)
            )
        reported = None
        if self.behaviours is not None:
            reported = {name: _reporting(f"behaviours.{name}", said) for name, said in self.behaviours.items()}
        physics = _physics(self.physics)
        reward = None if self.reward is None else part_of(Reward, self.reward, "reward")
        world = _moved(world_with(self.scenario.name, self.scenario.parameters), self.laws)
        asked: Any = {"replans": self.replans, "horizon": self.horizon, "draws": self.draws}
        return design(planners, world, self.periods, self.seeds, reported, physics, self.bound, reward, **asked)


def _physics(parameters: dict[str, Any]) -> Physics:
    rest = dict(parameters)
    kind = rest.pop("kind", "physics")
    return made(Physics, rest, "physics") if kind == "physics" else build(Physics, kind, rest, "physics")


def _moved(world: World, laws: list[Any]) -> World:
    """Return a world, or what draws worlds, moved by laws that are given by name or as tables."""
    named = [part_of(Law, law, "law") for law in laws]
    if not named:
        return world
    if isinstance(world, Scenario):
        return world.with_laws(*named)
    drawn = world
    return lambda seed: drawn(seed).with_laws(*named)


def _reporting(where: str, said: _Reporting) -> Setting:
    reward = None if said.reward is None else part_of(Reward, said.reward, f"{where}.reward")
    if isinstance(said.behaviour, str) and "channel" not in said.model_fields_set:
        return replace(named_behaviour(said.behaviour), reward=reward)
    behaviour = part_of(Behaviour, said.behaviour, f"{where}.behaviour")
    return Setting(behaviour, part_of(Channel, said.channel, f"{where}.channel"), reward=reward)


_PERIODS = f"give a whole number from 1 to {MOST_PERIODS}"

_WANTED = {
    "model_type": "give a name, or a table",
    "dict_type": "give a table",
    "list_type": "give a list",
    "too_short": "give at least one",
    "string_type": "give text",
    "string_too_short": "give a name",
    "bool_type": "give true or false",
    "int_type": _PERIODS,
    "greater_than_equal": _PERIODS,
    "less_than_equal": _PERIODS,
}
"""What to do, by the kind of what is wrong."""

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
        there = f"{path} is a folder" if path.is_dir() else f"No file {str(path)!r}"
        raise FileNotFoundError(f"{there}; give a TOML file that describes a comparison.")
    written = path.read_bytes()
    try:
        content = tomllib.loads(written.decode("utf-8-sig"))  # with or without the mark that Windows puts first
    except UnicodeDecodeError as error:
        line = written[: error.start].count(b"\n") + 1
        what = f"byte {written[error.start]:#x} in line {line}"
        raise ValueError(f"{path} is not in UTF-8 ({what}). Save it anew with UTF-8 as its encoding.") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML: {error}. Mend that line.") from error
    try:
        asked = Specification.model_validate(content)
        files = [str(path.parent / part) if part.endswith(".py") else part for part in asked.parts]
        return asked.model_copy(update={"parts": files})
    except ValidationError as error:
        raise ValueError(f"{path}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    """Return the first thing that is wrong, as a sentence with the key in it; unknown keys before missing ones."""
    found = min(error.errors(include_url=False), key=lambda each: each["type"] == "missing")
    key = ".".join(map(str, found["loc"]))
    if found["type"] == "extra_forbidden":
        model: type[BaseModel] = (
            _TABLES.get(str(found["loc"][0]), Specification) if len(found["loc"]) > 1 else Specification
        )
        known = list(model.model_fields)
        return f"unknown key {key!r}.{near(str(found['loc'][-1]), known)} Known keys there: {', '.join(known)}."
    if found["type"] == "missing":
        return f"{key!r} is missing; add it."
    if key == "scenario" and isinstance(found["input"], list) and len(found["input"]) > 1:
        return f"{key!r} is given {len(found['input'])} times, and a comparison has one. Write a file for each."
    said = found["ctx"]["error"] if found["type"] == "value_error" else _WANTED[found["type"]]
    return f"{key!r} is {in_short(found['input'])}; {said}."
