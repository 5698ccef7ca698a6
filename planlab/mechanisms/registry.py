"""Which mechanisms there are: the files of this folder, and what plug-ins register as entry points."""

import importlib
import inspect
import pkgutil
import re
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points

import planlab.mechanisms
from planlab.mechanisms.mechanism import Mechanism

__all__ = ["GROUP", "find_mechanism", "load_mechanism", "mechanism_names", "name_of"]

GROUP = "planlab.mechanisms"
"""Entry-point group under which a plug-in registers a mechanism class."""

_NOT_A_MECHANISM = {"mechanism", "registry"}


def mechanism_names() -> list[str]:
    """Return the names of all mechanisms: file names of this folder and entry points, sorted; nothing is imported."""
    files = {module.name for module in pkgutil.iter_modules(planlab.mechanisms.__path__)} - _NOT_A_MECHANISM
    return sorted(files | {point.name for point in entry_points(group=GROUP)})


@cache
def load_mechanism(name: str) -> type[Mechanism]:
    """Return the class behind a name; a plug-in's code runs only when it is named.

    Raises
    ------
    ValueError
        If there is no such mechanism.
    """
    known = mechanism_names()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"No mechanism {name!r}.{hint} Known mechanisms: {', '.join(known)}.")
    for point in entry_points(group=GROUP, name=name):
        return point.load()
    module = importlib.import_module(f"planlab.mechanisms.{name}")
    own = [
        part
        for _, part in inspect.getmembers(module, inspect.isclass)
        if part.__module__ == module.__name__ and issubclass(part, Mechanism)
    ]
    if len(own) != 1:
        raise ValueError(f"planlab/mechanisms/{name}.py holds {len(own)} mechanisms; a file is one mechanism.")
    return own[0]


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
        return load_mechanism(mechanism)()
    raise TypeError(
        f"mechanism is {mechanism!r}; give a name ({', '.join(mechanism_names())}) or an instance such as "
        "pl.LinearProgram()."
    )


def name_of(mechanism: Mechanism) -> str:
    """Return what a mechanism is called in tables: its file's name, or its class's in lower case with underscores."""
    module = type(mechanism).__module__
    if module.startswith("planlab.mechanisms."):
        return module.rpartition(".")[2]
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(mechanism).__name__).lower()
