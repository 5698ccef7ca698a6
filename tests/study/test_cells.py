"""Nothing that was worked out is lost, and nothing is worked out twice: cells of comparisons, by their address."""

import importlib
import random
import signal
import subprocess
import sys
import time

import jax
import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.base import address as address_module
from planlab.base.address import address
from planlab.base.registry import kinds
from planlab.mechanisms.registry import MECHANISMS, load_mechanism
from planlab.people.reports import truth
from planlab.simulation.run import deterministic
from planlab.simulation.runner import first_published
from planlab.study import runner
from planlab.study.cells import Cells
from planlab.study.comparison import FRAMES
from planlab.study.design import design
from planlab.world.physics import opening


def test_a_cell_is_read_back_to_the_last_bit(tmp_path):
    cell = {"x": 0.1 + 0.2, "none": float("nan"), "list": [1.0, -0.0], "met": np.array([[1 / 3, np.nan]]), "text": "ü"}
    cells = Cells(tmp_path / "cells")
    assert cells.find("a") is None
    cells.keep("a", cell)
    found = Cells(tmp_path / "cells").find("a")
    assert repr(found["x"]) == repr(cell["x"])
    assert found["met"].tobytes() == cell["met"].tobytes()
    assert repr(found["list"]) == "[1.0, -0.0]"
    assert np.isnan(found["none"])


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 half a fi", b"no zip at all"])
def test_a_damaged_cell_counts_as_none(tmp_path, damaged):
    cells = Cells(tmp_path)
    cells.keep("a", {"x": 1})
    (tmp_path / "a.npz").write_bytes(damaged)
    assert cells.find("a") is None
    cells.keep("a", {"x": 1})
    assert cells.find("a") == {"x": 1}


def test_cells_are_named_by_their_addresses_and_every_part_is_looked_at_once(tmp_path, monkeypatch):
    looked, look = [], address_module._array
    monkeypatch.setattr(address_module, "_array", lambda value: looked.append(1) or look(value))

    def named(seeds):
        looked.clear()
        scenario = pl.make_scenario("three_sector")
        people = {"honest": "truthful", "lying": pl.IdiosyncraticBias()}
        asked = design(["command", "gradient"], scenario, 2, seeds, people)
        return asked, runner.Kept(asked, Cells(tmp_path)), len(looked)

    *_, once = named([4])
    asked, kept, often = named([4, 5, 6])
    assert often == once
    for (mechanism, behaviour), names in kept.runs.items():
        parts = asked.mechanisms[mechanism], asked.scenarios[0], asked.behaviours[behaviour], 2
        assert names == [address("scored", pl.Run(*parts, seed).address()) for seed in asked.seeds]
    assert kept.bounds == [address("bound", address(asked.scenarios[0]), 2, asked.physics)]


@pytest.fixture
def simulated(monkeypatch):
    """A list of what is simulated from now on: mechanism, behaviour and seed of each run."""
    ran = []
    simulate = runner.simulate

    def counted(mechanism, scenario, periods, seed, setting):
        ran.append((type(mechanism).__name__, type(setting.behaviour).__name__, seed))
        return simulate(mechanism, scenario, periods, seed=seed, setting=setting)

    monkeypatch.setattr(runner, "simulate", counted)
    monkeypatch.setattr(runner, "timed", lambda work: (work(), runner.Took(0.0, 0.0)))
    return ran


def equal(first, second):
    for name in set(FRAMES) - {"times"}:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name), check_exact=True)


def test_a_rerun_repeats_nothing_and_says_the_same(small, again, simulated, tmp_path):
    first = again(["standstill", "proportional"], out=tmp_path)
    assert len(simulated) == 2 * (3 + 1)
    second = again(["standstill", "proportional"], out=tmp_path)
    assert len(simulated) == 2 * (3 + 1)
    equal(first, second)
    pd.testing.assert_frame_equal(first.times, second.times)
    assert second.manifest["cells"]["kept"] == 2 * (3 + 1) + 1
    mine = small.table[small.table["mechanism"].isin(["standstill", "proportional"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(first.table, mine, check_exact=True)


def test_more_seeds_and_mechanisms_run_only_what_is_new(again, simulated, tmp_path):
    again(["standstill"], seeds=2, out=tmp_path)
    simulated.clear()
    again(["standstill", "proportional"], seeds=3, out=tmp_path, force=True)
    assert sorted(simulated) == [
        *[("Proportional", "IdiosyncraticBias", seed) for seed in range(3)],
        ("Proportional", "Truthful", 0),
        ("Standstill", "IdiosyncraticBias", 2),
    ]


def test_a_variant_is_another_cell_and_a_name_is_not(again, simulated, tmp_path):
    again(["standstill"], behaviours={"a": pl.Understate(0.5), "b": pl.Understate(0.6)}, out=tmp_path)
    assert len(simulated) == 2
    again({"still": "standstill"}, behaviours={"c": pl.Understate(0.6)}, out=tmp_path, force=True)
    assert len(simulated) == 2


@pytest.mark.parametrize("changed", [{"periods": 3}, {"physics": pl.Physics(sub_periods=6)}])
def test_other_physics_and_periods_are_other_cells(again, simulated, tmp_path, changed):
    again(["standstill"], seeds=1, behaviours="honest", out=tmp_path)
    simulated.clear()
    again(["standstill"], seeds=1, behaviours="honest", out=tmp_path, force=True, **changed)
    assert len(simulated) == 1


def test_where_nothing_is_drawn_all_seeds_are_one_run(again, simulated):
    found = again(["standstill"])
    assert sorted(simulated) == [("Standstill", "IdiosyncraticBias", seed) for seed in (0, 3, 5)] + [
        ("Standstill", "Truthful", 3)
    ]
    honest = found.table[found.table["behaviour"] == "honest"].drop(columns="seed")
    assert len(honest) == 3
    assert len(honest.drop_duplicates()) == 1


def test_one_economy_per_seed_is_one_run_per_seed(simulated):
    pl.compare(
        "standstill", lambda seed: pl.make_scenario("three_sector", labour=75 + seed), 2, 3, "honest", bound=False
    )
    assert len(simulated) == 3


def test_the_same_under_two_names_is_one_run(again, simulated, tmp_path):
    found = again(
        ["standstill"], seeds=2, behaviours={"a": pl.IdiosyncraticBias(), "b": pl.IdiosyncraticBias()}, out=tmp_path
    )
    assert len(simulated) == 2
    a, b = (group.drop(columns="behaviour").reset_index(drop=True) for _, group in found.table.groupby("behaviour"))
    pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_what_raised_is_tried_again(again, raises, simulated, tmp_path):
    again([raises], seeds=1, out=tmp_path)
    again([raises], seeds=1, out=tmp_path)
    assert len(simulated) == 4


MINE = """
import planlab as pl

class {name}(pl.Mechanism):
    sees = frozenset({{"last"}})

    def plan(self, state, seen, key):
        return state, pl.Plan({share} * seen.last.activity, seen.last.delivery)
"""


def test_after_an_edit_a_users_mechanism_is_run_again_and_no_other(again, simulated, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)

    def mine(share):
        (tmp_path / "first_of_mine.py").write_text(MINE.format(name="First", share=share))
        (tmp_path / "second_of_mine.py").write_text(MINE.format(name="Second", share=1.0))
        for name in ("first_of_mine", "second_of_mine"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        try:
            first, second = map(importlib.import_module, ("first_of_mine", "second_of_mine"))
        finally:
            sys.dont_write_bytecode = before
        return [first.First(), second.Second(), "standstill"]

    lying = {"lying": pl.IdiosyncraticBias(capacity=0.3)}
    before = again(mine(1.0), behaviours=lying, out=tmp_path / "out")
    simulated.clear()
    after = again(mine(0.5), behaviours=lying, out=tmp_path / "out")
    assert sorted(simulated) == [("First", "IdiosyncraticBias", seed) for seed in (0, 3, 5)]
    same = after.table["mechanism"] != "first"
    pd.testing.assert_frame_equal(before.table[same], after.table[same], check_exact=True)
    assert (before.table["need_satisfaction"] != after.table["need_satisfaction"])[~same].all()


def test_a_part_without_an_address_is_refused_before_anything_runs(again, simulated, tmp_path):
    class Local(pl.Mechanism):
        def plan(self, state, seen, key):
            raise AssertionError

    with pytest.raises(ValueError, match=r"Local is made inside a function.*or compare without `out`"):
        again([Local()], out=tmp_path)
    assert not simulated
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize("name", [name for name in MECHANISMS.planlabs() if deterministic(load_mechanism(name)())])
def test_a_mechanism_that_is_called_deterministic_is(name):
    scenario = pl.make_scenario("three_sector", labour=75)
    first, second = (pl.simulate(name, scenario, 2, seed=seed) for seed in (0, 1))
    for a, b in zip(*map(jax.tree.leaves, (first.outcome, second.outcome)), strict=True):
        assert np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


def parts(base):
    return [kind() for kind in kinds(base).values() if vars(kind).get("deterministic")]


@pytest.mark.parametrize("part", [*parts(pl.Behaviour), *parts(pl.Channel)], ids=lambda part: type(part).__name__)
def test_people_and_channels_that_are_called_deterministic_are(part):
    scenario = pl.make_scenario("three_sector", labour=75)
    known = truth(opening(scenario, pl.Physics()), first_published(scenario, 12).statistics)
    act = part.report if isinstance(part, pl.Behaviour) else part.carry
    first, second = (act(known.reports, known, jax.random.key(seed)) for seed in (0, 1))
    for a, b in zip(*map(jax.tree.leaves, (first, second)), strict=True):
        assert np.array_equal(np.asarray(a), np.asarray(b))


def test_what_draws_is_not_called_deterministic():
    drawing = [
        pl.IdiosyncraticBias(),
        pl.NoisyNeeds(),
        pl.ExaggerateNeeds(),
        pl.BestReply(),
        pl.Learning(),
        pl.Hierarchy(),
        pl.Combined((pl.Truthful(), pl.Combined((pl.NoisyNeeds(),)))),
        pl.VCG(charges=pl.ExpectedExternality()),
    ]
    assert not any(map(deterministic, drawing))

    class Inherits(pl.Truthful):
        """A subclass may draw, so it says anew that it does not."""

    assert not deterministic(Inherits())
    assert deterministic(pl.Combined((pl.Understate(), pl.NoNeedsChannel())), pl.VCG(), pl.Direct())


KILLED = """
import sys
import planlab as pl

scenario, lying = pl.make_scenario("three_sector", labour=75), {"lying": pl.IdiosyncraticBias(capacity=0.3)}
pl.compare("standstill", scenario, periods=2, seeds=16, behaviours=lying, out=sys.argv[1])
"""


def test_a_comparison_that_is_killed_loses_no_finished_cell(tmp_path):
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(KILLED)
    draw, before = random.Random(0), {}
    for least in (1, 4, 10):
        with subprocess.Popen([sys.executable, script, out], stderr=subprocess.PIPE) as job:
            while job.poll() is None and len(cells_of(out)) < least:
                time.sleep(0.001)
            time.sleep(draw.random() / 200)
            job.send_signal(signal.SIGKILL)
        kept = cells_of(out)
        assert len(kept) >= least
        assert before.items() <= kept.items()
        before = kept
    scenario, lying = pl.make_scenario("three_sector", labour=75), {"lying": pl.IdiosyncraticBias(capacity=0.3)}
    whole, resumed = (pl.compare("standstill", scenario, 2, 16, lying, out=tmp_path / to) for to in ("whole", "out"))
    assert resumed.manifest["cells"]["kept"] == len(before)
    assert before.items() <= cells_of(out).items()
    assert resumed.manifest["results_sha256"] == whole.manifest["results_sha256"]
    for name in ("table", "periods", "shortfalls", "bounds"):
        assert (out / f"{name}.parquet").read_bytes() == (tmp_path / "whole" / f"{name}.parquet").read_bytes()


def cells_of(folder):
    """Return the cells of a folder with what changes when one is written again."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("cells/[0-9a-f]*.npz")}
