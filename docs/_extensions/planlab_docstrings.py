"""Add to docstrings what the code knows: the types of parameters, and for parts how they are put to use."""

import inspect
import re
from typing import Any

import planlab

__all__ = ["example_of", "setup", "type_of", "with_types"]

USES = {
    "Mechanism": 'pl.plan({}, pl.make_scenario("three_sector"))',
    "Objective": 'pl.plan(pl.LinearProgram(objective={}), pl.make_scenario("three_sector"))',
    "Behaviour": 'pl.simulate("command", pl.make_scenario("three_sector"), behaviour={})',
    "Channel": 'pl.simulate("command", pl.make_scenario("three_sector"), channel={})',
    "Reward": 'pl.simulate("command", pl.make_scenario("three_sector"), reward={})',
    "Rationing": 'pl.simulate("command", pl.make_scenario("three_sector"), physics=pl.Physics(rule={}))',
    "Physics": 'pl.simulate("command", pl.make_scenario("three_sector"), physics={})',
}
"""How a part of each kind is put to use, ``{}`` being the part."""

KINDS = {
    "Objective": planlab.CappedNeeds.__bases__[0],
    "Rationing": planlab.IntermediatesFirst.__bases__[0],
    **{name: getattr(planlab, name) for name in ("Mechanism", "Behaviour", "Channel", "Reward", "Physics")},
}


def type_of(annotation: Any) -> str:
    """Return an annotation as people write it, without the modules that names come from."""
    plain = isinstance(annotation, type) and not hasattr(annotation, "__args__")
    said = annotation if isinstance(annotation, str) else annotation.__name__ if plain else str(annotation)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", re.sub(r"<class '(.+)'>$", r"\1", said))


def _annotations(thing: Any) -> dict[str, Any]:
    if inspect.isclass(thing):
        if "__init__" in vars(thing) and not hasattr(thing, "__dataclass_fields__"):
            thing = thing.__init__
        else:
            kinds = reversed(thing.__mro__)
            return {name: kind for base in kinds for name, kind in vars(base).get("__annotations__", {}).items()}
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.annotation for p in parameters if p.annotation is not p.empty}


def with_types(lines: list[str], annotations: dict[str, Any]) -> list[str]:
    """Return a docstring's lines with a type after every name in its section of parameters.

    Examples
    --------
    >>> with_types(["Parameters", "----------", "share", "    How much."], {"share": float})
    ['Parameters', '----------', 'share : float', '    How much.']
    """
    typed, inside = list(lines), False
    for i, line in enumerate(lines):
        if i + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[i + 1].strip()):
            inside = line.strip() == "Parameters"
        elif inside and re.fullmatch(r"\*{0,2}\w+(, \*{0,2}\w+)*", line):
            names = [name.strip(" *") for name in line.split(",")]
            kinds = dict.fromkeys(type_of(annotations[name]) for name in names if name in annotations)
            typed[i] = f"{line} : {', '.join(kinds)}" if kinds else line
    return typed


def example_of(name: str) -> list[str]:
    """Return an example of how a public part is put to use; none for what needs arguments or is no such part."""
    part = getattr(planlab, name, None)
    if not inspect.isclass(part) or inspect.isabstract(part):
        return []
    kind = next((kind for kind, base in KINDS.items() if issubclass(part, base)), None)
    if kind is None or any(p.default is p.empty for p in inspect.signature(part).parameters.values()):
        return []
    made = "plan" if USES[kind].startswith("pl.plan") else "run"
    return ["Examples", "--------", ">>> import planlab as pl", f">>> {made} = {USES[kind].format(f'pl.{name}()')}", ""]


def complete(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Complete a docstring in place, before it is laid out."""
    if what in ("class", "exception", "function", "method"):
        lines[:] = with_types(lines, _annotations(thing))
        if what == "class" and "Examples" not in lines:
            lines += ["", *example_of(thing.__name__)]


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx, ahead of numpydoc."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", complete, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
