"""Equal addresses exactly where results are equal: classes, fields, arrays, and the source of what users write."""

import importlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base import address as module_of_addresses
from planlab.base import sources
from planlab.base.address import address
from planlab.economy.scenario import with_parts
from planlab.mechanisms.registry import MECHANISMS, load_mechanism


@dataclass(frozen=True)
class Holds:
    """Anything."""

    thing: Any = None


@dataclass(frozen=True)
class Alike:
    """Anything, under another name."""

    thing: Any = None


def test_a_float_of_any_library_has_one_address():
    same = [0.1, np.float64(0.1), np.array(0.1), jnp.asarray(0.1)]
    assert len({address(pl.Understate(x)) for x in same}) == 1
    assert address(Holds(1)) == address(Holds(np.int64(1)))
    assert address(Holds(True)) == address(Holds(np.bool_(True)))


DIFFERENT = [
    None,
    0,
    0.0,
    -0.0,
    False,
    "",
    "0",
    b"0",
    (),
    [0],
    (0,),
    ((0,),),
    {0},
    {0: 1},
    {1: 0},
    {0: {1: 0}},
    np.zeros(1),
    np.zeros(2),
    np.zeros((1, 2)),
    np.zeros(2, np.float32),
    np.zeros(2, int),
    np.array([0.0, np.nan]),
    jax.random.key(0),
    jax.random.key(1),
    pl.Truthful,
    pl.Truthful(),
    pl.Combined((pl.Truthful(),)),
    pl.Hierarchy(levels=2),
    pl.Hierarchy(levels=3),
    Holds(0),
    Alike(0),
    max,
    np.maximum,
    np,
    Path("a"),
    lambda x: x,
    lambda x: 2 * x,
    lambda x: 3 * x,
    lambda x, by=2: by * x,
    lambda x, by=3: by * x,
    partial(max, 1),
    partial(max, 2),
]


def closing_over(by):
    return lambda x: by * x


def test_what_differs_has_another_address():
    found = [address(Holds(thing)) for thing in (*DIFFERENT, closing_over(2), closing_over(3))]
    assert len(set(found)) == len(found)
    assert address("ab", "c") != address("a", "bc")


def test_what_is_the_same_has_the_same_address():
    assert address(Holds(closing_over(2))) == address(Holds(closing_over(2)))
    assert address({"a": 1, "b": 2}) == address({"b": 2, "a": 1})
    assert address(pl.make_scenario("three_sector")) == address(pl.make_scenario("three_sector"))
    assert address(np.asfortranarray(np.ones((2, 3)))) == address(np.ones((2, 3)))


def test_every_number_and_name_of_a_scenario_counts():
    scenario = pl.make_scenario("three_sector")
    others = [with_parts(scenario, needs=scenario.needs * 1.0000001), replace(scenario, name="renamed")]
    assert len({address(s) for s in [scenario, *others]}) == 3


def test_every_mechanism_that_comes_with_planlab_has_an_address_of_its_own():
    assert len({address(load_mechanism(name)()) for name in MECHANISMS.planlabs()}) == len(MECHANISMS.planlabs())


class Keeper:
    """Neither an array nor a part."""


def local_class():
    class Local(pl.Behaviour):
        def report(self, said, known, key):
            return said

    return Local()


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (Holds((1, Keeper())), r"Holds.thing\[1\] is of type Keeper, .* cannot be kept. Hold numbers, text"),
        (local_class(), "local_class.<locals>.Local is made inside a function"),
        (Holds(closing_over(Keeper())), r"what Holds.thing closes over\[0\] is of type Keeper"),
        (Holds(np.array([Keeper()], object)), "an array's element is of type Keeper"),
    ],
)
def test_what_cannot_be_told_from_others_is_refused_by_name(thing, message):
    with pytest.raises((TypeError, ValueError), match=message):
        address(thing)


MINE = """
import planlab as pl
from mine.helpers import factor

class Mine(pl.Mechanism):
    sees = frozenset({"last"})

    def plan(self, state, seen, key):
        return state, pl.Plan(factor() * seen.last.activity, seen.last.delivery)
"""
HELPERS = "from .numbers import FACTOR\n\ndef factor():\n    return FACTOR\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of the user's own, and a function that writes a file of it and imports it anew."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)

    def written(**files):
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
            os.utime(folder / f"{name}.py", ns=(0, hash(text) % 10**15))
        for name in [name for name in sys.modules if name.partition(".")[0] == "mine"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return importlib.import_module("mine.mechanism")

    yield written
    for name in [name for name in sys.modules if name.partition(".")[0] == "mine"]:
        del sys.modules[name]


def test_a_users_source_counts_with_all_that_it_imports_of_the_users_own(package):
    first = address(package(__init__="", mechanism=MINE, helpers=HELPERS, numbers="FACTOR = 1\n", other="").Mine())
    assert address(package().Mine()) == first
    assert address(package(other="changed = True\n").Mine()) == first
    assert address(package(numbers="FACTOR = 2\n").Mine()) != first
    assert address(package(numbers="FACTOR = 1\n").Mine()) == first
    assert address(package(mechanism=MINE.replace("factor() *", "2 * factor() *")).Mine()) != first
    assert address(package(mechanism=MINE, __init__="import mine.other\n").Mine()) != first


def test_what_all_mechanisms_share_counts_with_each_of_them_and_with_nothing_else(package, monkeypatch):
    module = package(__init__="", mechanism=MINE, helpers=HELPERS, numbers="FACTOR = 1\n")
    parts = [pl.Command(), module.Mine(), pl.Truthful(), pl.make_scenario("three_sector")]
    before, read = list(map(address, parts)), sources._hash_of
    monkeypatch.setattr(sources, "_hash_of", lambda path: "" if path.name == "mechanism.py" else read(path))
    monkeypatch.setattr(module_of_addresses, "source_of_planlab", sources.source_of_planlab.__wrapped__)
    after = list(map(address, parts))
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True, True]


def test_a_file_that_was_changed_after_it_was_imported_is_refused(package):
    module = package(__init__="", mechanism=MINE, helpers=HELPERS, numbers="FACTOR = 1\n")
    folder = Path(module.__file__).parent
    folder.joinpath("helpers.py").write_text(HELPERS.replace("return FACTOR", "return -FACTOR"))
    with pytest.raises(ValueError, match=r"helpers.py was changed after it was imported.* Start Python anew"):
        address(module.Mine())


SCRIPT = """
import numpy as np
import planlab as pl
from planlab.base.address import address

TABLE = np.ones(3)
TABLE[1] = 1.0
SEEDS = range(5)

def helper(x):
    return deeper(x)

def deeper(x):
    return 1.0 * x

class Base(pl.Mechanism):
    sees = frozenset({"last"})

    def scale(self):
        return 1.0

class First(Base):
    def plan(self, state, seen, key):
        return state, pl.Plan(helper(TABLE) * seen.last.activity, seen.last.delivery)

class Second(pl.Mechanism):
    weigh: object = None
    def plan(self, state, seen, key):
        return super().plan(state, seen, key)

for part in (First(), Second(), Second(lambda x: deeper(x))):
    print(address(part))
"""

EDITS = {
    "SEEDS = range(5)": ("SEEDS = range(20)", [True, True, True]),
    "TABLE[1] = 1.0": ("TABLE[1] = 2.0", [False, True, True]),
    "return 1.0 * x": ("return 2.0 * x", [False, True, False]),
    "return 1.0\n": ("return 2.0\n", [False, True, True]),
    "helper(TABLE) *": ("helper(TABLE) +", [False, True, True]),
    "super().plan": ("super().init", [True, False, False]),
    "lambda x: deeper(x)": ("lambda x: deeper(-x)", [True, True, False]),
}


def test_in_a_script_what_a_class_uses_counts_and_nothing_else(tmp_path):
    def addresses(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    first = addresses(SCRIPT)
    for old, (new, same) in EDITS.items():
        assert SCRIPT.count(old) == 1
        found = addresses(SCRIPT.replace(old, new))
        assert [a == b for a, b in zip(first, found, strict=True)] == same, old


def test_source_that_cannot_be_read_is_refused():
    code = SCRIPT.replace("for part in (First(), Second(), Second(lambda x: deeper(x))):", "for part in (First(),):")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the source of First cannot be read" in done.stderr


def test_a_new_mechanism_changes_nobodys_address_but_every_other_file_of_planlab_does(monkeypatch, tmp_path):
    here = shutil.copytree(sources._HERE, tmp_path / "planlab", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "_HERE", here)
    read = sources.source_of_planlab.__wrapped__
    before = read()
    (here / "mechanisms" / "mine.py").write_text("x = 1")
    assert read() == before
    (here / "people" / "mine.py").write_text("x = 1")
    assert read() != before


NOTEBOOK = """
import linecache

def cell(text):
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    exec(compile(text, name, "exec"), globals())

cell("import planlab as pl\\nfrom planlab.base.address import address\\n\\ndef helper():\\n    return 1.0")
mine = '''class Mine(pl.Mechanism):
    def plan(self, state, seen, key):
        return state, pl.Plan(helper() * seen.last.activity, seen.last.delivery)
'''
cell(mine)
print(address(Mine()))
cell("x = 3")
cell(mine)
print(address(Mine()))
cell("def helper():\\n    return 2.0")
print(address(Mine()))
"""


def test_in_a_notebook_cells_that_a_class_uses_count():
    done = subprocess.run([sys.executable, "-c", NOTEBOOK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, same, other = done.stdout.split()
    assert first == same != other
