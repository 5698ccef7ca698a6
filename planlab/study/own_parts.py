"""Parts of one's own, from a file or a module: what they define can be named like what planlab comes with."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

__all__ = ["load_parts"]


def load_parts(named: Sequence[str | Path]) -> list[ModuleType]:
    """Import files or modules, so that the behaviours, rewards, laws, metrics and so on in them go by name.

    Parameters
    ----------
    named
        Paths that end in ``.py``, or names of modules.

    Raises
    ------
    FileNotFoundError
        For a file that is not there.
    ValueError
        For one that cannot be imported, with the line, and for one that is called like another module.
    """
    return [_file(Path(name)) if str(name).endswith(".py") else _module(str(name)) for name in named]


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ValueError(f"parts: {name} cannot be imported: {_told(error)}") from error


def _file(path: Path) -> ModuleType:
    path = path.resolve()
    if not path.is_file():
        raise FileNotFoundError(f"parts: no file {str(path)!r}; give a Python file, or the name of a module.")
    name, there = path.stem, sys.modules.get(path.stem)
    if there is not None and getattr(there, "__file__", None) == str(path):
        return there
    if not name.isidentifier() or there is not None or _installed(name, path):
        raise ValueError(f"parts: {path.name} is called like another module, or is no name in Python; rename it.")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # a file that ends in .py has one
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ValueError(f"parts: {path.name} cannot be imported: {_told(error)} Mend it, or leave it out.") from error
    return module


def _installed(name: str, path: Path) -> bool:
    """Return whether another module is called so."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin != str(path)


def _told(error: Exception) -> str:
    """Return what went wrong, and in which line."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if not isinstance(error, SyntaxError) else line
        trace = trace.tb_next
    return f"{type(error).__name__}: {error} (line {line})." if line else f"{type(error).__name__}: {error}."
