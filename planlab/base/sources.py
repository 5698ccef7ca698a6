"""The source behind a part: its module's file, and every file of the user's own that it imports."""

import ast
import hashlib
import importlib.util
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import planlab

__all__ = ["body_of", "loaded_code", "source_hash", "source_of_planlab", "version_of"]

T = TypeVar("T")

_HERE = Path(planlab.__file__).parent


@cache
def source_of_planlab() -> str:
    """Return the hash of planlab's own source but for mechanisms: each counts with what it is made of, and no other."""
    files = [path for path in sorted(_HERE.rglob("*.py")) if not _is_mechanism(path)]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + _hash_of(path).encode())
    return digest.hexdigest()


def _is_mechanism(path: Path) -> bool:
    return path.parent == _HERE / "mechanisms" and path.stem != "__init__"


def source_hash(name: str) -> str:
    """Return the hash of a module's source and of all that it imports.

    Parameters
    ----------
    name
        Of the module. Files of the user's own are followed from import to import; a library counts by its version,
        planlab itself by `source_of_planlab`.

    Returns
    -------
    str
        SHA-256.

    Raises
    ------
    ValueError
        For a module whose file was changed after it was imported: what is on disk did not run.
    """
    waiting, found = [name], dict[str, str]()
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        path = _own_file(module)
        if path is None:
            found[module] = version_of(module)
            continue
        found[module] = _hash_of(path)
        if path.suffix == ".py":
            _require_as_loaded(module, path)
            waiting += _imports(module, path)
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


@cache
def version_of(module: str) -> str:
    """Return the version of the library that a module belongs to, "" for planlab and what nobody installed."""
    top = module.partition(".")[0]
    if top == "planlab":
        return ""
    if top in sys.stdlib_module_names:
        return ".".join(map(str, sys.version_info[:2]))
    return ", ".join(f"{name} {_version(name)}" for name in sorted(set(_distributions().get(top, ()))))


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "?"


@cache
def _distributions() -> dict[str, list[str]]:
    return {top: list(names) for top, names in packages_distributions().items()}


def _own_file(module: str) -> Path | None:
    """Return the file of a module whose source counts: the user's own, and planlab's mechanisms."""
    path = None if module.partition(".")[0] in sys.stdlib_module_names else _file_of(module)
    if path is None or (_HERE in path.parents and not _is_mechanism(path)):
        return None
    return None if {"site-packages", "dist-packages"} & set(path.parts) else path


def _file_of(module: str) -> Path | None:
    """Return where a module's source is, without importing it; ``None`` for what has no file."""
    loaded, (parent, _, last) = sys.modules.get(module), module.rpartition(".")
    if loaded is not None:
        place = getattr(loaded, "__file__", None)
    elif parent:
        package = _file_of(parent)
        beside = package.parent / last if package is not None and package.name == "__init__.py" else None
        place = beside and next(filter(Path.is_file, (beside.with_suffix(".py"), beside / "__init__.py")), None)
    else:
        spec = importlib.util.find_spec(module)
        place = spec.origin if spec is not None and spec.has_location else None
    path = Path(place) if place else None
    return path.resolve() if path is not None and path.is_file() else None


def _while_unchanged(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """Read a file anew only after it was changed."""
    kept = lru_cache(maxsize=4096)(lambda path, time, size: read(path))
    return lambda path: kept(path, path.stat().st_mtime_ns, path.stat().st_size)


@_while_unchanged
def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@_while_unchanged
def _import_statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    tree = ast.walk(ast.parse(path.read_bytes()))
    return [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]


@_while_unchanged
def _codes_on_disk(path: Path) -> set[CodeType]:
    return set(_nested(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)))


def _imports(module: str, path: Path) -> Iterator[str]:
    """Yield the names of modules that a file imports anywhere in it, packages on the way included."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    yield from _upward(package)
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _upward(alias.name)
        else:
            within = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*within, *([node.module] if node.module else [])])
            yield from _upward(base)
            yield from (name for alias in node.names if _file_of(name := f"{base}.{alias.name}"))


def _upward(name: str) -> list[str]:
    parts = [part for part in name.split(".") if part]
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def _require_as_loaded(module: str, path: Path) -> None:
    """Raise if a module's file no longer holds what was imported from it."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return
    for code in _codes_in(loaded):
        if Path(code.co_filename).name != path.name or any(name.startswith("@py") for name in code.co_names):
            continue  # made by a decorator, or rewritten by pytest
        if code not in _codes_on_disk(path):
            raise ValueError(
                f"{path} was changed after it was imported, so it is not known which source ran. Start Python anew, or "
                f"importlib.reload({module})."
            )


def _codes_in(module: Any) -> Iterator[CodeType]:
    """Yield the code of functions and methods that a module defines."""
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        members = list(vars(value).values()) if isinstance(value, type) else [value]
        yield from filter(None, map(loaded_code, members))


def loaded_code(thing: Any) -> CodeType | None:
    """Return the code of a function, looking into what wraps it; ``None`` for other things."""
    if isinstance(thing, property):
        thing = thing.fget
    thing = getattr(thing, "__func__", thing)
    try:
        thing = inspect.unwrap(thing) if callable(thing) else thing
    except ValueError:
        return None
    code = getattr(thing, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def body_of(kind: type) -> tuple[str, CodeType] | None:
    """Return the text of a class of a script or notebook and its code; ``None`` where its source cannot be read."""
    for code in filter(None, map(loaded_code, vars(kind).values())):
        linecache.checkcache(code.co_filename)
        text = "".join(linecache.getlines(code.co_filename))
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        if code not in set(_nested(compile(text, code.co_filename, "exec", dont_inherit=True))):
            continue
        for node in tree.body:
            named = isinstance(node, ast.ClassDef) and node.name == kind.__qualname__
            if named and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0):
                said = ast.unparse(node)
                bare = ast.Module([_Bare().visit(node)], [])
                return said, compile(ast.fix_missing_locations(bare), code.co_filename, "exec", dont_inherit=True)
    return None


class _Bare(ast.NodeTransformer):
    """Takes away annotations, which name things that nothing depends on."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)
