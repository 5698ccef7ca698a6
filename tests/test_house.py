"""The house has no circle and no arrow up: who imports whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import planlab

ROOT = Path(planlab.__file__).parent

FLOORS = (
    "base",
    "economy",
    "markets",
    "tables",
    "scenarios",
    "people",
    "planning",
    "optimisation",
    "mechanisms",
    "world",
    "pay",
    "simulation",
    "scoring",
    "incentives",
    "study",
    "presentation",
    "testing",
    "terminal",
    "lookup",
    "cli",
    "__main__",
)
"""From the ground up; the library above, what a person types at the top."""


def imports(text: str) -> Iterator[str]:
    """Yield the modules that a file imports, inside functions too; what only annotations need does not count."""
    tree = ast.parse(text)
    checked = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    passed_over = {id(inner) for node in checked for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name for name in inside if name in MODULES)
            if not all(name in MODULES for name in inside):
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (name.value for name in node.args[:1] if isinstance(name, ast.Constant))


MODULES = frozenset(".".join(("planlab", *path.relative_to(ROOT).with_suffix("").parts)) for path in ROOT.rglob("*.py"))


def floor(module: str) -> int | None:
    """Return how high up a module of planlab's stands."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "planlab" and len(parts) > 1 and parts[1] in FLOORS else None


def module_of(path: Path) -> str:
    return ".".join(("planlab", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def circles(files: dict[str, str]) -> list[list[str]]:
    """Return the modules that import each other in a circle, inside functions or not."""
    graph = nx.DiGraph()
    for module, text in files.items():
        graph.add_edges_from((module, other) for other in imports(text) if other in files and other != module)
    return [sorted(found) for found in nx.strongly_connected_components(graph) if len(found) > 1]


FILES = {module_of(path): path.read_text() for path in ROOT.rglob("*.py")}


def upward(files: dict[str, str]) -> list[str]:
    """Return the arrows that point up."""
    found = []
    for module, text in files.items():
        here = floor(module)
        for other in imports(text):
            there = floor(other)
            if here is not None and there is not None and there > here:
                found.append(f"{module} -> {other}")
    return found


def test_every_package_has_its_floor():
    assert {module.split(".")[1] for module in FILES if "." in module} == set(FLOORS)


def test_no_arrow_points_up():
    assert upward(FILES) == []


def test_modules_import_each_other_in_no_circle():
    assert circles(FILES) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("planlab.economy.sparse", "def late():\n    from planlab.economy.leontief import solve"),
        ("planlab.economy.labels", "from planlab.economy import alignment"),
        ("planlab.tables.table", "import planlab.tables.reading"),
    ],
)
def test_a_circle_is_noticed_inside_one_package_too(module, line):
    (found,) = circles(FILES | {module: f"{FILES[module]}\n{line}\n"})
    assert module in found


@pytest.mark.parametrize(
    "line",
    [
        "from planlab.presentation.page import render_page",
        "import planlab.study.store",
        "def late():\n    from planlab.cli import app",
        "from planlab import cli",
        "import_module('planlab.study.store')",
    ],
)
def test_an_arrow_up_is_noticed(line):
    assert upward({"planlab.world.physics": line}) != []


def test_what_only_annotations_need_is_no_arrow():
    line = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from planlab.cli import app"
    assert upward({"planlab.world.physics": line}) == []
