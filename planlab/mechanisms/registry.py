"""Which mechanisms there are: the files of this folder, plug-ins, and what users define."""

from planlab.base.registry import Registry, reason_of, spelled
from planlab.mechanisms.mechanism import Mechanism

__all__ = ["GROUP", "MECHANISMS", "find_mechanism", "load_mechanism", "mechanism_names", "name_of"]

GROUP = "planlab.mechanisms"
"""Entry-point group under which a plug-in registers a mechanism class."""


def mechanism_names() -> list[str]:
    """Return the names of all mechanisms, sorted; nothing is imported.

    Those are the files of this folder, helpers with an underscore apart, entry points, and users' own classes.
    """
    return MECHANISMS.names()


def load_mechanism(name: str) -> type[Mechanism]:
    """Return the class behind a name: of this folder, of a plug-in, or of a module that was imported.

    A plug-in's code runs only when it is named.

    Raises
    ------
    ValueError
        If there is no such mechanism, or its file cannot be loaded.
    """
    return MECHANISMS.find(name)


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
        return _made(load_mechanism(mechanism), mechanism)
    raise TypeError(
        f"mechanism is {mechanism!r}; give a name ({', '.join(mechanism_names())}) or an instance such as "
        "pl.LinearProgram()."
    )


def _made(kind: type[Mechanism], name: str = "") -> Mechanism:
    try:
        return kind()
    except TypeError as error:
        raise ValueError(f"The mechanism {name or _file(kind)!r} cannot be made ({reason_of(error)}).") from error


def name_of(mechanism: Mechanism) -> str:
    """Return what a mechanism is called in tables: its file's name, or its class's in lower case with underscores."""
    return _file(type(mechanism))


def _file(kind: type[Mechanism]) -> str:
    module = kind.__module__
    return module.rpartition(".")[2] if module.startswith("planlab.mechanisms.") else spelled(kind)


MECHANISMS = Registry("mechanism", Mechanism, apart=("dialogue", "mechanism", "registry"), group=GROUP, check=_made)
"""All mechanisms by name."""
