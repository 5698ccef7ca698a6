"""Write reference pages from the code when the documentation is built, so that no second list of anything is kept.

Public names come from the stub ``planlab/__init__.pyi``, modules from the package, mechanisms and scenarios from their
registries, and everything said about them from their docstrings.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

import planlab
from planlab.base.docstrings import head_of
from planlab.mechanisms.registry import load_mechanism, mechanism_names
from planlab.scenarios import find_generator, scenario_names
from planlab.scoring.metric import METRICS
from planlab.study.papers import find_papers

STAGES = (
    "economy",
    "tables",
    "scenarios",
    "people",
    "planning",
    "mechanisms",
    "optimisation",
    "world",
    "pay",
    "simulation",
    "scoring",
    "incentives",
    "study",
)
"""The order of stages along the design's line; stages not named here follow in alphabetical order."""


def public_names() -> dict[str, str]:
    """Return every public name and the module it comes from, as the stub says."""
    tree = ast.parse((Path(planlab.__file__).parent / "__init__.pyi").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.asname or alias.name: f"planlab.{node.module}" for node in imports for alias in node.names}


def stages() -> list[str]:
    """Return the names of planlab's packages, in the order in which they are to be read."""
    found = [module.name for module in pkgutil.iter_modules(planlab.__path__) if module.ispkg]
    rank = {name: i for i, name in enumerate(STAGES)}
    return sorted(found, key=lambda name: (rank.get(name, len(rank)), name))


def modules_of(stage: str) -> list[str]:
    """Return the full names of a stage's modules, the package itself first."""
    package = importlib.import_module(f"planlab.{stage}")
    inside = pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}.")
    return [package.__name__, *(module.name for module in inside)]


def heading(text: str, line: str = "=") -> str:
    """Return a title underlined."""
    return f"{text}\n{line * len(text)}\n\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]], widths: str = "auto") -> str:
    """Return a list table; cells are one line of reStructuredText each."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", "   :class: reference-table", ""]
    for row in [head, *rows]:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(row)]
    return "\n".join(lines) + "\n\n"


def stage_page(stage: str, public: dict[str, str]) -> str:
    """Return the page of a stage: its public names on pages of their own, everything else here."""
    modules = modules_of(stage)
    title = stage.replace("_", " ").capitalize()
    text = heading(title) + head_of(importlib.import_module(modules[0])) + "\n\n"
    mine = [name for name, module in public.items() if module in modules]
    if mine:
        text += heading("Public names", "-") + ".. currentmodule:: planlab\n\n.. autosummary::\n   :toctree: names\n\n"
        text += "".join(f"   {name}\n" for name in mine) + "\n"
    inner = []
    for module in modules:
        exported = getattr(importlib.import_module(module), "__all__", [])
        if rest := [name for name in exported if public.get(name) != module]:
            hidden = [name for name in exported if name not in rest]
            inner.append((module, hidden))
    if inner and mine:
        text += heading("For those who extend planlab", "-")
    for module, hidden in inner:
        text += heading(f"``{module}``", "~" if mine else "-") + f".. automodule:: {module}\n   :members:\n"
        text += f"   :exclude-members: {', '.join(hidden)}\n\n" if hidden else "\n"
    return text


def mechanism_table() -> str:
    """Return the table of mechanisms, from the registry."""
    rows = []
    for name in mechanism_names():
        kind = load_mechanism(name)
        own = kind()  # around another mechanism it takes after that one
        failures = "; ".join(f"*{promise.replace('_', ' ')}*: {why}" for promise, why in own.expected_failures.items())
        sees = ", ".join(sorted(own.sees))
        rows.append((link(kind, name), head_of(kind), sees, "yes" if own.traceable else "no", failures or "–"))
    return table(
        ("Name", "What it does", "What it sees", "Traceable", "Promises it cannot keep"), rows, "12 30 20 8 30"
    )


def link(kind: type, name: str) -> str:
    """Return a link to a class, from its public name where it has one."""
    public = public_names().get(kind.__name__) == kind.__module__
    return f":py:obj:`{name} <{'planlab' if public else kind.__module__}.{kind.__name__}>`"


def names_table() -> str:
    """Return what each mechanism is called elsewhere, from the ``Names:`` line of its docstring."""
    rows = []
    for name in mechanism_names():
        kind = load_mechanism(name)
        said = re.search(r"^Names: (.+?)(?:\n\n|\Z)", inspect.getdoc(kind) or "", re.DOTALL | re.MULTILINE)
        if said:
            rows.append((link(kind, name), said[1].replace("\n", " ")))
    return table(("In planlab", "Elsewhere"), rows, "20 80")


def scenario_table() -> str:
    """Return the table of generators, from the registry."""
    rows = []
    for name in scenario_names():
        generator = find_generator(name)
        own = inspect.signature(generator).parameters.values()
        said = ", ".join(f"``{p.name}={p.default!r}``" for p in own if p.kind is not inspect.Parameter.VAR_KEYWORD)
        rows.append((f":py:obj:`{name} <{generator.__module__}.{generator.__name__}>`", head_of(generator), said))
    return table(("Name", "World", "Own parameters"), rows, "16 50 34")


def metric_table() -> str:
    """Return the table of metrics that come with planlab, and of the functions behind them."""
    metrics = {name: METRICS.find(name) for name in METRICS.planlabs()}
    rows = [(f"``{name}``", own.unit, formula(own.of)) for name, own in sorted(metrics.items())]
    return table(("Metric", "Unit", "What it is"), rows, "22 14 64")


def formula(function: Any) -> str:
    """Return the first sentence of a docstring as a phrase, without "Return"."""
    said = head_of(function).removeprefix("Return ")
    return said[:1].upper() + said[1:]


def papers() -> str:
    """Return a section for each paper: what came out, its figure, and its claims."""
    text = ""
    for paper in find_papers(Path(__file__).parents[2] / "papers"):
        text += heading(paper.title, "-") + f":cite:t:`{paper.source}`. {paper.came_out}\n\n"
        text += f".. image:: /../papers/{paper.name}/figure.svg\n   :alt: {paper.title}\n\n"
        rows = [
            (claim.says, claim.printed or "–", claim.where or "–", claim.status, claim.why) for claim in paper.claims
        ]
        text += table(("What", "Printed", "Where", "Status", "Why"), rows, "28 12 24 12 24")
    return text


def command_line() -> str:
    """Return what every command says of itself when asked for help."""
    from planlab.cli import app

    commands = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    text = ""
    for command in [[], *([name] for name in commands)]:
        shown = CliRunner().invoke(app, [*command, "--help"], prog_name="planlab", terminal_width=84).output
        title = " ".join(["planlab", *command])
        text += heading(f"``{title}``", "-") + ".. code-block:: text\n\n" + textwrap.indent(shown.strip("\n"), "   ")
        text += "\n\n"
    return text


def kinds_table(base: str) -> str:
    """Return a table of the public classes of one kind, such as all behaviours."""
    kind = getattr(planlab, base)
    found = [name for name in public_names() if inspect.isclass(part := getattr(planlab, name)) and part is not kind]
    rows = [(f":py:obj:`{n} <planlab.{n}>`", head_of(getattr(planlab, n))) for n in found if is_kind(n, kind)]
    return table((base, "What happens"), rows, "25 75")


def promises_table() -> str:
    """Return what every reward promises with which mechanism, from its declaration."""
    rows = []
    for name in public_names():
        kind = getattr(planlab, name)
        if inspect.isclass(kind) and issubclass(kind, planlab.Reward):
            said = [f"*{mechanism}*: {', '.join(made)}" for mechanism, made in kind.promises.items()]
            rows += [(f":py:obj:`{name} <planlab.{name}>`", head_of(kind), "; ".join(said))] if said else []
    return table(("Reward", "What it pays", "With which mechanism it promises what"), rows, "15 40 45")


def is_kind(name: str, kind: type) -> bool:
    """Return whether a public name is a class of some kind."""
    return issubclass(getattr(planlab, name), kind)


def write_pages(app: Any, config: Any) -> None:
    """Write all pages that are made from the code; files that did not change keep their date."""
    folder = Path(app.srcdir) / "reference" / "generated"
    public = public_names()
    pages = {f"{stage}.rst": stage_page(stage, public) for stage in stages()}
    pages |= {
        "mechanisms.inc": mechanism_table(),
        "names.inc": names_table(),
        "scenarios.inc": scenario_table(),
        "behaviours.inc": kinds_table("Behaviour"),
        "channels.inc": kinds_table("Channel"),
        "promises.inc": promises_table(),
        "rewards.inc": kinds_table("Reward"),
        "laws.inc": kinds_table("Law"),
        "metrics.inc": metric_table(),
        "papers.inc": papers(),
        "command_line.inc": command_line(),
    }
    listed = "".join(f"   generated/{stage}\n" for stage in stages())
    pages["contents.inc"] = f".. toctree::\n   :maxdepth: 1\n\n{listed}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        file = folder / name
        if not file.exists() or file.read_text() != text:
            file.write_text(text)


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
