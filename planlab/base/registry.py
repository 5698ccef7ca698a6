"""Parts by name: what lies in planlab's folders, what plug-ins register, and what users define in files of their own.

A part has one name, in Python, in TOML and on the command line. There is no list of parts to edit: a file in the folder
of its kind is enough, or a class or decorated function in a file or module that a study names. A file that cannot be
read breaks itself alone: what it would define is not known, and `Registry.broken` and `unreadable` say why.
"""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Any, NamedTuple
from weakref import WeakSet

from planlab.base.checks import unknown

__all__ = [
    *("PartWarning", "Registry", "kinds", "left_out", "reason_of", "registries", "registry_of", "spelled"),
    "unreadable",
]


class PartWarning(UserWarning):
    """A part, or a file with parts, cannot be used and is left out."""


unreadable: dict[str, str] = {}
"""Files and modules of users' own that cannot be read, and why."""


def spelled(kind: type) -> str:
    """Return what a class is called in files and on command lines: in lower case, with underscores."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def reason_of(error: BaseException) -> str:
    r"""Return an error in one line.

    Examples
    --------
    >>> reason_of(ValueError("no price\nin year 3")), reason_of(KeyboardInterrupt())
    ('ValueError: no price', 'KeyboardInterrupt')
    """
    kind, said = type(error).__name__, str(error).strip().partition("\n")[0]
    if isinstance(error, SyntaxError):
        said = f"{error.msg}, {error.filename} line {error.lineno}"
    return f"{kind}: {said}" if said else kind


def left_out(reason: str) -> str:
    """Return the note on something that cannot be used."""
    return f"{reason} It is left out."


class _Added(NamedTuple):
    """What a decorator added, and in which module."""

    module: str
    part: Any


class Registry:
    """The parts of one kind by name.

    Parameters
    ----------
    what
        What one of them is called, in errors.
    base
        Of what they are classes; ``None``: they are functions, or what decorators make of them.
    folder
        What the folders are called in which planlab has them, at the top or on any floor; by default the plural. Files
        whose names begin with an underscore are helpers. Public classes that stand elsewhere are parts as well.
    many
        Whether a file may hold several, which decorators `add`; otherwise a file is one part and has its name, and
        nothing is imported before it is named.
    apart
        Files of these folders that hold no part.
    group
        Entry-point group under which plug-ins register; their code runs only when somebody names them.
    check
        Called with what a file holds; raises for what cannot be used.
    """

    def __init__(
        self,
        what: str,
        base: type | None = None,
        folder: str = "",
        many: bool = False,
        apart: Iterable[str] = (),
        group: str = "",
        check: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        self.what, self.base, self.many, self.group, self.check = what, base, many, group, check
        self.folder = folder or f"{what}s"
        self.apart = frozenset(apart)
        self._added: dict[str, _Added] = {}
        self._failed: dict[str, str] = {}
        self._forgotten = WeakSet[type]()
        registries.append(self)

    def files(self) -> dict[str, str]:
        """Return the modules of planlab's folders by the names of their files; nothing is imported."""
        paths = {folder: importlib.import_module(folder).__path__ for folder in _folders(self.folder)}
        return {
            module.name: f"{folder}.{module.name}"
            for folder, path in paths.items()
            for module in pkgutil.iter_modules(path)
            if not module.name.startswith("_") and module.name not in self.apart
        }

    def planlabs(self) -> list[str]:
        """Return the names of those that come with planlab."""
        if self.many:
            return [name for name, added in self._filled().items() if _is_planlabs(added.module)]
        return sorted([*self.files(), *self._elsewhere()])

    def plug_ins(self) -> list[str]:
        """Return the names that plug-ins register, but for those that planlab has itself."""
        return sorted(self._registered() - set(self.planlabs()))

    def own(self) -> dict[str, Any]:
        """Return those that users defined in modules that are imported, by name."""
        return {name: list(parts.values())[-1] for name, parts in self._defined().items()}

    def names(self) -> list[str]:
        """Return all names, sorted; where a file may hold several, planlab's first in their order."""
        found = dict.fromkeys([*self.planlabs(), *self.plug_ins(), *self.own()])
        return list(found) if self.many else sorted(found)

    def find(self, name: Any, where: str = "", also: Iterable[str] = ()) -> Any:
        """Return the part that is called so.

        Parameters
        ----------
        name
            What it is called.
        where
            What errors call it instead of its kind.
        also
            Names that errors mention as known besides.

        Raises
        ------
        ValueError
            If there is none, or two; or its file cannot be read.
        """
        if not isinstance(name, str):
            unknown(where or self.what, name, [*also, *self.names()])
        own, mine = self._defined().get(name, {}), name in self.planlabs()
        if mine + len(own) > 1:
            makers = " and ".join([*(["planlab"] if mine else []), *own])
            raise ValueError(f"There are two {self.folder} called {name!r}, of {makers}; give your own another name.")
        if own:
            return next(iter(own.values()))
        if mine:
            return self._planlabs_own(name)
        if name not in self._registered():
            unknown(where or self.what, name, [*also, *self.names()], [*self._failed.values(), *unreadable.values()])
        try:
            return next(iter(entry_points(group=self.group, name=name))).load()
        except Exception as error:
            raise ValueError(f"The {self.what} {name!r} cannot be loaded ({reason_of(error)}).") from error

    def all(self) -> dict[str, Any]:
        """Return all that can be used, but for plug-ins, by name."""
        if self.many:
            return {name: added.part for name, added in self._filled().items()}
        found = {}
        for name in self.planlabs():
            try:
                found[name] = self._planlabs_own(name)
                self.check(found[name])
            except Exception:  # noqa: BLE001 - a file breaks itself and no other, and `broken` says why
                found.pop(name, None)
        return dict(sorted((self.own() | found).items()))

    def broken(self) -> dict[str, str]:
        """Return which files of planlab's folders, and plug-ins whose names are taken, cannot be used, and why."""
        reasons = dict[str, str]()
        for name in () if self.many else self.planlabs():
            try:
                self.check(self._planlabs_own(name))
            except Exception as error:  # noqa: BLE001 - as above
                reasons[name] = str(error)
        for name in self._registered() & set(self.planlabs()):
            reasons[name] = f"A plug-in registers the {self.what} {name!r}, which planlab has already."
        return reasons | self._failed

    def add(self, name: str, part: Any, module: str) -> None:
        """Add what a decorator made in a module; one of the same module takes the place of the one before.

        Raises
        ------
        ValueError
            For a name that is taken.
        """
        own = not _is_planlabs(module)
        if own and name in self.planlabs():
            raise ValueError(self._taken(name, "planlab"))
        there = self._added.get(name)
        if there is not None and there.module != module and there.module in sys.modules:
            raise ValueError(self._taken(name, there.module))
        self._added[name] = _Added(module, part)

    def forget(self, name: str) -> None:
        """Take out again what was added, or what users defined and called so."""
        self._added.pop(name, None)
        if self.base is not None:
            kinds = [kind for kind in _below(self.base) if spelled(kind) == name]
            self._forgotten.update(kind for kind in kinds if not _is_planlabs(kind.__module__))

    def require_unique(self, module: str) -> None:
        """Raise if what a module of a user's defines is called like something else."""
        for name, parts in self._defined().items():
            if module in parts and name in self.planlabs():
                raise ValueError(self._taken(name, "planlab"))
            if module in parts and len(parts) > 1:
                raise ValueError(self._taken(name, next(other for other in parts if other != module)))

    def _taken(self, name: str, maker: str) -> str:
        return f"{maker} has a {self.what} {name!r} already; give your own another name"

    def _registered(self) -> set[str]:
        return {point.name for point in entry_points(group=self.group)} if self.group else set()

    def _filled(self) -> dict[str, _Added]:
        """Return what was added in modules that are imported, after all files of planlab's folders were."""
        self._failed.clear()
        for name, module in self.files().items() if self.many else ():
            try:
                importlib.import_module(module)
            except Exception as error:  # noqa: BLE001 - as above
                where = f"{'/'.join(module.split('.')[1:])}.py"
                self._failed[name] = f"{where} cannot be loaded ({reason_of(error)})."
        found = {name: added for name, added in self._added.items() if added.module in sys.modules}
        return dict(sorted(found.items(), key=lambda pair: _place(pair[1].module)))

    def _defined(self) -> dict[str, dict[str, Any]]:
        """Return users' own by name and module: of several that are called so in one module the last."""
        if self.base is None:
            parts = [(name, *added) for name, added in self._filled().items()]
        else:
            below = [kind for kind in _below(self.base) if kind not in self._forgotten]
            classes = [kind for kind in below if not inspect.isabstract(kind)]
            parts = [(spelled(kind), kind.__module__, kind) for kind in classes]
        found = dict[str, dict[str, Any]]()
        for name, module, part in parts:
            if module in sys.modules and not _is_planlabs(module):  # what failed half-way is not there any more
                found.setdefault(name, {})[module] = part
        return found

    def _elsewhere(self) -> dict[str, Any]:
        """Return planlab's public classes of this kind, or what it added, outside its folders."""
        folders = tuple(f"{folder}." for folder in _folders(self.folder))
        if self.base is None:
            return {name: added.part for name, added in self._added.items() if _is_planlabs(added.module)}
        found = filter(_is_public, _below(self.base))
        return {spelled(kind): kind for kind in found if not kind.__module__.startswith(folders)}

    def _planlabs_own(self, name: str) -> Any:
        if self.many:
            return self._filled()[name].part
        files = self.files()
        if name not in files:
            return self._elsewhere()[name]
        try:
            module = importlib.import_module(files[name])
        except Exception as error:
            raise ValueError(f"The {self.what} {name!r} cannot be loaded ({reason_of(error)}).") from error
        own = [part for part in vars(module).values() if getattr(part, "__module__", None) == module.__name__]
        if self.base is None:
            found: list[Any] = [part for part in own if inspect.isfunction(part) and part.__name__ == name]
        else:
            found = [part for part in own if isinstance(part, type) and issubclass(part, self.base)]
        if len(found) != 1:
            raise ValueError(
                f"{module.__file__} holds {len(found)} {self.folder}; a file is one {self.what}"
                f"{' and has its name' if self.base is None else ''}, and the name of a helper begins with an "
                "underscore."
            )
        return found[0]


registries: list[Registry] = []
"""One for every kind of part."""


def registry_of(base: type) -> Registry:
    """Return the parts of a kind by name; where planlab has no folder of them, its public classes."""
    found = next((registry for registry in registries if registry.base is base), None)
    return found or Registry(spelled(base).replace("_", " "), base, spelled(base))


def kinds(base: type) -> dict[str, Any]:
    """Return the kinds of a part by the names they have in files and on command lines: all that users may make.

    Examples
    --------
    >>> import planlab
    >>> kinds(planlab.Channel)["hierarchy"].__name__
    'Hierarchy'
    """
    return registry_of(base).all()


@cache
def _folders(name: str) -> list[str]:
    """Return planlab's packages that are called so, at the top or one below."""
    import planlab

    found = []
    for module in pkgutil.iter_modules(planlab.__path__, "planlab."):
        if module.name == f"planlab.{name}" and module.ispkg:
            found.append(module.name)
        inside = [f"{path}/{module.name.rpartition('.')[2]}" for path in planlab.__path__]
        there = pkgutil.iter_modules(inside if module.ispkg else [], f"{module.name}.")
        found += [below.name for below in there if below.ispkg and below.name == f"{module.name}.{name}"]
    return found


def _below(base: Any) -> list[Any]:
    """Return all classes below one, in the order in which they were made."""
    found = dict[Any, None]()
    for kind in base.__subclasses__():
        found |= {kind: None, **dict.fromkeys(_below(kind))}
    return list(found)


def _is_planlabs(module: str) -> bool:
    return module.startswith("planlab.")


def _is_public(kind: type) -> bool:
    """Return whether users may make a part of planlab's: its module says so, and is not for tests."""
    module = kind.__module__
    if not _is_planlabs(module) or module.startswith("planlab.testing.") or inspect.isabstract(kind):
        return False
    return kind.__name__ in getattr(sys.modules.get(module), "__all__", ())


def _place(module: str) -> float:
    """Return where planlab's own stand among others, as their module says; users' stand last."""
    return getattr(sys.modules[module], "PLACE", 50.0) if _is_planlabs(module) else 100.0
