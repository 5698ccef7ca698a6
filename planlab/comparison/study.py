"""A study in a file: TOML, checked strictly before anything runs."""

import inspect
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planlab.information import behaviours, channels
from planlab.information.behaviours import Behaviour
from planlab.information.channels import Channel, Direct
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import load_mechanism
from planlab.world import rationing
from planlab.world.execution import Execution

__all__ = ["Study", "read_study"]


class Part(BaseModel):
    """Something by name with its own parameters, for instance ``{ name = "Understate", share = 0.8 }``."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything but the name."""
        return dict(self.model_extra or {})


class Regime(BaseModel):
    """A way of reporting: who lies how, and how reports travel."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    behaviours: list[Part] = Field(min_length=1)
    channel: Part = Part(name="Direct")


class Study(BaseModel):
    """Everything a comparison takes.

    Parameters
    ----------
    scenario, parameters
        A table, a generator or a folder, and its parameters.
    mechanisms
        Names with parameters.
    regimes
        Ways of reporting.
    execution
        Parameters of the physics; ``rule`` names a rationing rule.
    periods, seeds, out
        The horizon, how many seeds, and where results go.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    scenario: str = "us-2021-71"
    parameters: dict[str, Any] = Field(default_factory=dict)
    mechanisms: list[Part] = Field(min_length=1)
    regimes: list[Regime] = Field(min_length=1)
    execution: dict[str, Any] = Field(default_factory=dict)
    periods: int = Field(default=10, ge=1)
    seeds: int = Field(default=5, ge=1)
    out: str = "out"

    def planners(self) -> list[Mechanism]:
        """Return the mechanisms with their parameters."""
        return [_build(load_mechanism(part.name), part.name, part.parameters) for part in self.mechanisms]

    def regimes_by_name(self) -> dict[str, tuple[Behaviour, Channel]]:
        """Return the ways of reporting by name."""
        found: dict[str, tuple[Behaviour, Channel]] = {}
        for regime in self.regimes:
            parts = [_named(behaviours, "behaviour", part) for part in regime.behaviours]
            spoken = parts[0] if len(parts) == 1 else behaviours.Together(tuple(parts))
            travelled = Direct() if regime.channel.name == "Direct" else _named(channels, "channel", regime.channel)
            found[regime.name] = (spoken, travelled)
        return found

    def physics(self) -> Execution:
        """Return the physics."""
        given = dict(self.execution)
        if "rule" in given:
            given["rule"] = _named(rationing, "rule", Part(name=str(given["rule"])))
        return _build(Execution, "execution", given)


def _named(module: ModuleType, what: str, part: Part) -> Any:
    """Return the thing of that name in a module, with its parameters."""
    known = [name for name in module.__all__ if inspect.isclass(getattr(module, name))]
    known = [name for name in known if not inspect.isabstract(getattr(module, name)) and name != "Ranks"]
    if part.name not in known:
        raise ValueError(f"No {what} {part.name!r}. Known: {', '.join(known)}.")
    return _build(getattr(module, part.name), part.name, part.parameters)


def _build(kind: Any, name: str, parameters: dict[str, Any]) -> Any:
    """Return an instance, or say which parameter is unknown or of the wrong type."""
    fields = kind.__dataclass_fields__
    for key, value in parameters.items():
        if key not in fields:
            raise ValueError(f"{name} has no parameter {key!r}. It takes: {', '.join(fields) or 'none'}.")
        default = fields[key].default
        if isinstance(default, int | float) and (isinstance(value, bool) or not isinstance(value, int | float)):
            if not isinstance(default, bool) or not isinstance(value, bool):
                raise ValueError(f"{name}.{key} is {value!r}; give a number, such as {default}.")
    return kind(**parameters)


def read_study(path: str | Path) -> Study:
    """Read a study.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not TOML, or a key is missing, unknown or of the wrong type; the message names it.
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"No file {str(path)!r}; give a TOML file. docs/how_to has one to copy.")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is not valid TOML: {error}.") from error
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        hints = {
            "extra_forbidden": f"is not known; known keys: {', '.join(Study.model_fields)}",
            "missing": "is missing; add it",
        }
        said = hints.get(first["type"], f"{first['msg'][0].lower()}{first['msg'][1:]}; got {first['input']!r}")
        raise ValueError(f"{file}: {where} {said}.") from None
    study.planners(), study.regimes_by_name(), study.physics()
    return study
