"""The registry: what is in planlab's folders goes by its file's name, and a broken file there breaks only itself."""

import importlib
import re
import sys

import pytest
from typer.testing import CliRunner

import planlab as pl
from planlab.base.registry import kinds, registries, registry_of
from planlab.cli import app
from planlab.mechanisms.registry import MECHANISMS
from planlab.presentation.figure import FIGURES
from planlab.scenarios import SCENARIOS
from planlab.scoring.metric import METRICS
from planlab.tables.registry import TABLES

FOLDERS = {
    "planlab.mechanisms": MECHANISMS,
    "planlab.scenarios": SCENARIOS,
    "planlab.tables.sources": TABLES,
    "planlab.people.behaviours": registry_of(pl.Behaviour),
    "planlab.people.channels": registry_of(pl.Channel),
    "planlab.pay.rewards": registry_of(pl.Reward),
    "planlab.world.laws": registry_of(pl.Law),
    "planlab.scoring.metrics": METRICS,
    "planlab.presentation.figures": FIGURES,
    "planlab.incentives.behaviours": registry_of(pl.Behaviour),
}


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """What gives a folder of planlab's a second place to look for files in."""

    def widen(package):
        folder = importlib.import_module(package)
        monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
        return tmp_path

    yield widen
    for package in FOLDERS:
        for path in tmp_path.glob("*.py"):
            sys.modules.pop(f"{package}.{path.stem}", None)


@pytest.mark.parametrize("package", FOLDERS)
def test_a_half_written_file_in_any_folder_breaks_itself_alone_and_is_listed_with_its_reason(beside, package):
    registry = FOLDERS[package]
    before = registry.planlabs()
    (beside(package) / "half_written.py").write_text("import planlab as pl\nclass Half(\n")
    (beside(package) / "_half_written_helper.py").write_text("class Half(\n")
    assert set(before) <= set(registry.names())
    assert [name for name in registry.all() if name in registry.planlabs()] == before
    reason = registry.broken()["half_written"]
    assert re.search(r"half_written.*cannot be loaded \(SyntaxError: .*half_written\.py line 2\)\.", reason)
    with pytest.raises(ValueError, match=r"half_written\S* cannot be loaded \(SyntaxError"):
        registry.find("half_written")
    assert registry.find(before[0]) is registry.all()[before[0]]
    done = CliRunner().invoke(app, ["list"])
    assert done.exit_code == 0
    assert f"Note: {reason} It is left out." in done.stderr
    assert not re.search(r"^ half_written ", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("package", "base", "text"),
    [
        (
            "planlab.people.behaviours",
            "Behaviour",
            "from planlab.people.behaviour import Behaviour\nclass Shy(Behaviour):\n"
            '    """Says nothing new."""\n    def report(self, said, known, key):\n        return said\n',
        ),
        (
            "planlab.people.channels",
            "Channel",
            "from planlab.people.channel import Channel\nclass Shy(Channel):\n"
            '    """Carries all."""\n    def carry(self, said, known, key):\n        return said\n',
        ),
    ],
)
def test_a_new_file_in_a_folder_is_all_that_a_new_part_takes(beside, package, base, text):
    (beside(package) / "shy.py").write_text(text)
    assert kinds(getattr(pl, base))["shy"].__name__ == "Shy"
    part = "shy" if base == "Behaviour" else "truthful@shy"
    run = pl.compare("standstill", "three_sector", 1, 1, [part], bound=False)
    assert run.table.behaviour.tolist() == [part]


class LeftByAFile(pl.Mechanism):
    """Stands in a file of tests."""

    def plan(self, state, seen, key):
        raise NotImplementedError


@pytest.mark.parametrize("time", [1, 2])
def test_no_test_finds_what_another_has_defined(time):
    assert not any(registry.own() for registry in registries)
    scope = {"pl": pl, "__name__": "json"}
    exec("@pl.metric()\ndef left(trajectory):\n    return 1.0", scope)
    exec("class Left(pl.Law):\n    def step(self, state, outcome, key):\n        return state", scope)
    assert registry_of(pl.Law).own() == {"left": scope["Left"]}
    assert list(METRICS.own()) == ["left"]


def test_what_is_forgotten_leaves_its_name_free_and_planlabs_stay():
    registry = registry_of(pl.Law)
    first, second = (type("Left", (pl.Law,), {"__module__": "json", "step": None}) for _ in range(2))
    assert registry.find("left") is second
    registry.forget("left")
    registry.forget("productivity")
    assert registry.own() == {}
    assert registry.find("productivity") is pl.Productivity
    third = type("Left", (pl.Law,), {"__module__": __name__, "step": None})
    assert registry.find("left") is third is not first


def test_files_are_called_as_their_classes_are():
    for registry in (registry_of(base) for base in (pl.Behaviour, pl.Channel, pl.Reward, pl.Law)):
        for name in registry.planlabs():
            assert registry.find(name).__name__ == "".join(word.capitalize() for word in name.split("_"))


def test_nothing_is_imported_before_it_is_named():
    code = "from planlab.people.behaviour import Behaviour\nfrom planlab.base.registry import registry_of\n"
    code += "names = registry_of(Behaviour).names()\nimport sys\n"
    code += "print('ratchet' in names, 'planlab.people.behaviours.ratchet' in sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_an_unknown_name_is_told_the_nearest_and_all_that_there_are():
    with pytest.raises(
        ValueError, match=r"^No channel 'hierachy'\. Did you mean 'hierarchy'\? Known: direct, hierarchy"
    ):
        registry_of(pl.Channel).find("hierachy")
    with pytest.raises(ValueError, match=r"^No metric None\. Known: needs_met"):
        METRICS.find(None)


def test_every_kind_of_part_has_one_registry():
    whats = [registry.what for registry in registries]
    assert len(set(whats)) == len(whats)
    for registry in registries:
        assert registry.base is None or registry_of(registry.base) is registry
