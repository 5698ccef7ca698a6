"""What a result is called: the hash of everything that determines it."""

import dataclasses
import dis
import enum
import functools
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

import planlab
from planlab.base.sources import body_of, source_hash, source_of_planlab, version_of

__all__ = ["address", "naming"]

_DECIDE = ("jax", "jaxlib", "equinox", "numpy", "scipy", "highspy")
"""Libraries whose versions decide about bits."""

_PLAIN = (bool, int, float, complex, str, bytes)
_CONSTANTS = (range, slice, date, Decimal, Fraction, PurePath, type(Ellipsis))
_SCALARS = (np.dtype(float), np.dtype(np.int64), np.dtype(bool))


def address(*parts: Any) -> str:
    """Return the address of what some parts determine.

    Parameters
    ----------
    *parts
        Mechanisms, behaviours, channels, scenarios and other parts; text and numbers; arrays; tuples and mappings of
        them. A part counts by its class, its fields, the bytes of its arrays, and the source of its module with all
        that this imports of the user's own; planlab by its version and its source, the libraries that compute by
        their versions. A float is the same as a NumPy or JAX scalar of 64 bit. Neither date nor machine counts.

    Returns
    -------
    str
        SHA-256, in hexadecimal.

    Raises
    ------
    ValueError, TypeError
        Naming what cannot be told from others: a class made inside a function, an object of an unknown kind, source
        that cannot be read or that was changed since it was imported.

    Examples
    --------
    >>> address(planlab.Understate(0.5)) == address(planlab.Understate(np.float64(0.5)))
    True
    >>> address(planlab.Understate(0.5)) == address(planlab.Understate(0.6))
    False
    """
    return naming()(*parts)


def naming() -> Callable[..., str]:
    """Return what gives many addresses, as `address` does, and looks at every part once, however many have it.

    Examples
    --------
    >>> named, world = naming(), planlab.make_scenario("three_sector")
    >>> [named(world, seed) for seed in (0, 1)] == [address(world, seed) for seed in (0, 1)]
    True
    """
    versions = [(name, version_of(name)) for name in _DECIDE]
    made_by = _node("planlab", planlab.__version__, source_of_planlab(), repr(versions))
    known: dict[int, tuple[Any, bytes]] = {}

    def once(part: Any) -> bytes:
        if id(part) not in known:  # what is kept lives on, so that nothing else comes to have its place
            known[id(part)] = part, _of(part, type(part).__name__, ())
        return known[id(part)][1]

    return lambda *parts: _node("address", made_by, *map(once, parts)).hex()


def _node(kind: str, *content: str | bytes) -> bytes:
    """Return the hash of a kind and its content, of which none can be taken for another's."""
    digest = hashlib.sha256()
    for piece in (kind, *content):
        told = piece.encode() if isinstance(piece, str) else piece
        digest.update(len(told).to_bytes(8, "big") + told)
    return digest.digest()


def _of(value: Any, where: str, within: tuple[int, ...]) -> bytes:
    """Return the hash of a value.

    Parameters
    ----------
    value
        Anything.
    where
        What errors call it.
    within
        Functions and classes that are being hashed, which may name one another.
    """
    if isinstance(value, enum.Enum):
        return _node("enum", _of(type(value), where, within), value.name)
    if value is None or isinstance(value, _PLAIN):
        return _plain(value)
    if isinstance(value, list | tuple):
        kind = type(value).__name__ if type(value) in (list, tuple) else _class(type(value), where, within)
        return _node("sequence", kind, *(_of(part, f"{where}[{i}]", within) for i, part in enumerate(value)))
    if isinstance(value, set | frozenset):
        return _node("set", *sorted(_of(part, f"an element of {where}", within) for part in value))
    if isinstance(value, Mapping):
        keys = [_of(key, f"a key of {where}", within) for key in value]
        parts = [_of(part, f"{where}[{key!r}]", within) for key, part in value.items()]
        return _node("mapping", *(_node("pair", *pair) for pair in sorted(zip(keys, parts, strict=True))))
    if hasattr(value, "dtype") and hasattr(value, "__array__"):
        return _array(value)
    if isinstance(value, type):
        return _class(value, where, within)
    if isinstance(value, ModuleType):
        return _node("module", value.__name__, source_hash(value.__name__))
    if callable(value) and (found := _function(value, where, within)):
        return found
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        fields = (_node(name, _of(getattr(value, name), f"{where}.{name}", within)) for name in names)
        return _node("part", _class(type(value), where, within), *fields)
    if isinstance(value, _CONSTANTS):
        return _node("constant", type(value).__qualname__, repr(value))
    raise TypeError(
        f"{where} is of type {type(value).__name__}, and it is not known when two of these are the same, so results "
        "cannot be kept. Hold numbers, text, arrays, functions or parts instead, or compare without `out`."
    )


def _plain(value: Any) -> bytes:
    """Return the hash of a number or text, whatever library's scalar it is."""
    kind = next((kind for kind in _PLAIN if isinstance(value, kind)), None)
    return _node(kind.__name__ if kind else "none", repr(kind(value) if kind else None))


def _array(value: Any) -> bytes:
    import jax

    if jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        return _node("key", str(value.dtype), _array(jax.random.key_data(value)))
    array = np.asarray(value)
    if array.dtype.hasobject:
        return _node("objects", repr(array.shape), *(_of(part, "an array's element", ()) for part in array.ravel()))
    if array.ndim == 0 and array.dtype in _SCALARS:
        return _plain(array.item())
    return _node("array", array.dtype.str, repr(array.shape), np.ascontiguousarray(array).tobytes())


def _class(kind: type, where: str, within: tuple[int, ...]) -> bytes:
    """Return the hash of a class: its name, and the source of it and of all that it inherits from."""
    if "<locals>" in kind.__qualname__:
        raise ValueError(
            f"{where}: {kind.__qualname__} is made inside a function, so it is not known what it depends on. Define it "
            "at the top of a module, with what varies as fields, or compare without `out`."
        )
    if id(kind) in within:
        return _node("within", kind.__qualname__)
    bases = [base for base in kind.__mro__ if base is not object]
    return _node("class", *(_defined(base, where, (*within, id(kind))) for base in bases))


def _defined(kind: type, where: str, within: tuple[int, ...]) -> bytes:
    name = kind.__module__, kind.__qualname__
    if not _is_interactive(kind):
        return _node("defined", *name, source_hash(kind.__module__))
    found = body_of(kind)
    if found is None:
        raise ValueError(
            f"{where}: the source of {kind.__qualname__} cannot be read, or was changed since it ran. Define it in a "
            "file or a notebook's cell and run that anew, or compare without `out`."
        )
    said, code = found
    scope = vars(sys.modules[kind.__module__])
    return _node("defined", *name, said, *_globals(code, scope, kind.__qualname__, within))


def _is_interactive(thing: Any) -> bool:
    """Return whether something was defined in a script or notebook, where all else that stands there may change."""
    return thing.__module__ == "__main__"


def _function(value: Any, where: str, within: tuple[int, ...]) -> bytes:
    """Return the hash of a function by its code and what that refers to; nothing for what is not a function."""
    if isinstance(value, functools.partial):
        return _node("partial", *(_of(part, where, within) for part in (value.func, value.args, value.keywords)))
    if isinstance(value, MethodType):
        return _node("method", _of(value.__self__, where, within), _of(value.__func__, where, within))
    if hasattr(value, "__wrapped__"):
        return _node("wrapped", type(value).__qualname__, _of(value.__wrapped__, where, within))
    if not isinstance(value, FunctionType):
        named = isinstance(value, BuiltinFunctionType | np.ufunc)
        module = getattr(value, "__module__", None) or "numpy"
        return _node("named", module, value.__name__, version_of(module)) if named else b""
    if id(value) in within:
        return _node("within", value.__qualname__)
    inside, code = (*within, id(value)), value.__code__
    cells = [cell.cell_contents for cell in value.__closure__ or ()]
    around = cells, value.__defaults__, value.__kwdefaults__
    held = (_of(part, f"what {where} closes over", inside) for part in around)
    if _is_interactive(value):
        rest = list(_globals(code, value.__globals__, where, inside))
    else:
        rest = [_node("module", value.__module__, source_hash(value.__module__))]
    return _node("function", value.__qualname__, _code(code), *held, *rest)


def _code(code: CodeType) -> bytes:
    """Return the hash of what a code does, wherever it stands."""
    constants = (_code(c) if isinstance(c, CodeType) else _of(c, "a constant", ()) for c in code.co_consts)
    names = repr((code.co_names, code.co_varnames, code.co_freevars, code.co_flags, sys.version_info[:2]))
    return _node("code", code.co_code, names, *constants)


def _globals(code: CodeType, scope: Mapping[str, Any], where: str, within: tuple[int, ...]) -> Iterator[bytes]:
    """Yield the hashes of what a code looks up by name where it was defined."""
    for name in sorted(set(_looked_up(code))):
        if name in ("eval", "exec", "globals", "locals", "vars"):
            raise ValueError(f"{where} uses {name}(), so it is not known what it depends on. Name what it needs.")
        if name in scope:
            yield _node(name, _of(scope[name], f"{name}, which {where} uses,", within))


def _looked_up(code: CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _looked_up(constant)
