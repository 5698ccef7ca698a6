"""Which mechanisms there are: the files of this folder, and what plug-ins register as entry points."""

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import planlab.mechanisms
from planlab.base.checks import near
from planlab.base.registry import spelled
from planlab.mechanisms.mechanism import Mechanism

__all__ = ["GROUP", "find_mechanism", "load_mechanism", "mechanism_names", "name_of", "own_mechanisms"]

GROUP = "planlab.mechanisms"
"""Entry-point group under which a plug-in registers a mechanism class."""

_NOT_A_MECHANISM = {"dialogue", "mechanism", "registry"}


def mechanism_names() -> list[str]:
    """Return the names of all mechanisms: file names of this folder and entry points, sorted; nothing is imported.

    Files whose names begin with an underscore are helpers.
    """
    return sorted(_own_names() | {point.name for point in entry_points(group=GROUP)})


def _own_names() -> set[str]:
    files = {module.name for module in pkgutil.iter_modules(planlab.mechanisms.__path__)} - _NOT_A_MECHANISM
    return {name for name in files if not name.startswith("_")}


def own_mechanisms() -> tuple[list[str], dict[str, str]]:
    """Return the names of mechanisms of this folder that can be made, and of each that cannot the reason.

    A plug-in's code runs only when somebody names it, so plug-ins are not among them.
    """
    sound, broken = list[str](), dict[str, str]()
    for name in sorted(_own_names() - {point.name for point in entry_points(group=GROUP)}):
        try:
            find_mechanism(name)
        except Exception as error:  # noqa: BLE001 - a file breaks itself and no other
            broken[name] = str(error)
        else:
            sound.append(name)
    return sound, broken


def load_mechanism(name: str) -> type[Mechanism]:
    """Return the class behind a name: of this folder, of a plug-in, or of a module that was imported.

    A plug-in's code runs only when it is named.

    Raises
    ------
    ValueError
        If there is no such mechanism, or its file cannot be loaded.
    """
    known = mechanism_names()
    if name not in known:
        if (imported := _imported(name)) is not None:
            return imported
        raise ValueError(f"No mechanism {name!r}.{near(name, known)} Known mechanisms: {', '.join(known)}.")
    return _loaded(name)


def _imported(name: str) -> type[Mechanism] | None:
    """Return the user's own class that is called so, the last that was made."""
    waiting, found = list[Any](Mechanism.__subclasses__()), None
    for kind in waiting:
        waiting += kind.__subclasses__()
        if not kind.__module__.startswith("planlab.") and spelled(kind) == name and not inspect.isabstract(kind):
            found = kind
    return found


@cache
def _loaded(name: str) -> type[Mechanism]:
    try:
        for point in entry_points(group=GROUP, name=name):
            return point.load()
        module = importlib.import_module(f"planlab.mechanisms.{name}")
    except Exception as error:
        raise ValueError(f"The mechanism {name!r} cannot be loaded ({_said(error)}).") from error
    own = [
        part
        for _, part in inspect.getmembers(module, inspect.isclass)
        if part.__module__ == module.__name__ and issubclass(part, Mechanism)
    ]
    if len(own) != 1:
        raise ValueError(
            f"{module.__file__} holds {len(own)} mechanisms; a file is one mechanism, and the name of a helper begins "
            "with an underscore."
        )
    return own[0]


def _said(error: Exception) -> str:
    where = f", {error.filename} line {error.lineno}" if isinstance(error, SyntaxError) else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error).partition("\n")[0]
    return f"{type(error).__name__}: {text}{where}"


def find_mechanism(mechanism: str | Mechanism) -> Mechanism:
    """Return a mechanism given by name (with its defaults) or as an object.

    Raises
    ------
    ValueError
        If there is no mechanism of that name.
    TypeError
        If it is neither a name nor a mechanism.
    """
    if isinstance(mechanism, Mechanism):
        return mechanism
    if isinstance(mechanism, str):
        kind = load_mechanism(mechanism)
        try:
            return kind()
        except TypeError as error:
            raise ValueError(f"The mechanism {mechanism!r} cannot be made ({_said(error)}).") from error
    raise TypeError(
        f"mechanism is {mechanism!r}; give a name ({', '.join(mechanism_names())}) or an instance such as "
        "pl.LinearProgram()."
    )


def name_of(mechanism: Mechanism) -> str:
    """Return what a mechanism is called in tables: its file's name, or its class's in lower case with underscores."""
    module = type(mechanism).__module__
    if module.startswith("planlab.mechanisms."):
        return module.rpartition(".")[2]
    return spelled(type(mechanism))
