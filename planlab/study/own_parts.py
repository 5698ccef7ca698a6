"""Parts of one's own, from a file or a module: what they define can be named like what planlab comes with."""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from planlab.base.registry import PartWarning, left_out, registries, unreadable

__all__ = ["load_parts"]


def load_parts(named: Sequence[str | Path]) -> None:
    """Import files or modules, so that the behaviours, rewards, laws, metrics and so on in them go by name.

    A file that cannot be read, or that defines what is called like a part of planlab's, breaks itself alone: there is a
    `planlab.base.registry.PartWarning` with the reason and the line, and nothing that it defines is known.

    Parameters
    ----------
    named
        Paths that end in ``.py``, or names of modules.

    Raises
    ------
    FileNotFoundError, ModuleNotFoundError
        For a file or module that is not there.
    """
    for name in map(str, named):
        path = Path(name).resolve()
        if name.endswith(".py") and not path.is_file():
            raise FileNotFoundError(f"parts: no file {str(path)!r}; give a Python file, or the name of a module.")
        if not name.endswith(".py") and not _is_there(name):
            raise ModuleNotFoundError(f"parts: no module {name!r}; give one that is installed, or a file.py.")
        try:
            if name.endswith(".py"):
                _read(path)
            else:
                _import(name)
        except Exception as error:  # noqa: BLE001 - whatever is wrong in it, it breaks nothing else
            unreadable[name] = f"parts: {path.name if name.endswith('.py') else name} cannot be used: {_told(error)}"
            warnings.warn(left_out(unreadable[name]), PartWarning, stacklevel=2)
        else:
            unreadable.pop(name, None)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _read(path: Path) -> None:
    """Import a file under its own name."""
    name, there = path.stem, sys.modules.get(path.stem)
    if there is not None and getattr(there, "__file__", None) == str(path):
        return
    if not name.isidentifier() or there is not None or _is_installed(name, path):
        raise NameError("it is called like another module, or is no name in Python; rename it")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # a file that ends in .py has one
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        _require_unique(name)
    except BaseException:
        del sys.modules[name]  # and with it all that it defined so far
        raise


def _import(name: str) -> None:
    """Import a module; of one that is refused nothing stays that was not there before."""
    there = set(_loaded(name))
    try:
        importlib.import_module(name)
        _require_unique(name)
    except BaseException:
        for module in set(_loaded(name)) - there:
            del sys.modules[module]
        raise


def _loaded(name: str) -> list[str]:
    """Return what is imported of a module: itself and what lies in it."""
    return [module for module in sys.modules if module == name or module.startswith(f"{name}.")]


def _require_unique(name: str) -> None:
    """Raise if something in a module is called like another part."""
    for registry in list(registries):
        for module in _loaded(name):
            registry.require_unique(module)


def _is_installed(name: str, path: Path) -> bool:
    """Return whether another module is called so."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin != str(path)


_PLANLAB = str(Path(__file__).parents[1])


def _told(error: Exception) -> str:
    """Return what went wrong, and in which line of the user's."""
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace is not None and not isinstance(error, SyntaxError):
        file = trace.tb_frame.f_code.co_filename
        line = line if file.startswith((_PLANLAB, "<frozen")) else trace.tb_lineno
        trace = trace.tb_next
    return f"{type(error).__name__}: {error} (line {line})." if line else f"{type(error).__name__}: {error}."
