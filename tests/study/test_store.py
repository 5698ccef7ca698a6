import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.presentation.writing import draw
from planlab.study import files, store
from planlab.study.comparison import FRAMES, Comparison
from planlab.study.files import place, write_whole
from planlab.study.lock import locked
from planlab.study.manifest import scenario_hash, spelled


def test_what_is_saved_is_read_back(small, tmp_path):
    small.save(tmp_path / "deep" / "folder")
    found = Comparison.load(tmp_path / "deep" / "folder")
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(small, name), check_exact=True)
    assert found.manifest == small.manifest
    pd.testing.assert_frame_equal(found.summary, small.summary)


def test_the_manifest_says_what_made_the_numbers(small, tmp_path):
    small.save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["planlab"] == pl.__version__
    assert {"jax", "numpy", "scipy", "highspy"} <= set(manifest["packages"])
    assert manifest["seeds"] == [3, 0, 5]
    assert manifest["scenario"]["name"] == "three_sector"
    assert manifest["behaviours"]["lying"]["behaviour"].startswith("IdiosyncraticBias(capacity=0.3, inputs=")
    assert manifest["behaviours"]["lying"]["channel"] == "Direct()"
    assert "cover=2.0" in manifest["physics"]
    assert {"python", "date", "commit", "periods", "mechanisms", "results_sha256", "study"} <= set(manifest)
    assert manifest["cells"]["made"] == 4 * 2 * 3 - 2 * 2 + 1  # where nothing is drawn seeds are one; one bound


def test_long_arrays_are_not_written_out():
    assert len(spelled(pl.Misreport(capacity=pl.make_scenario("layered", products=100).capacity))) < 200
    assert "[0.5, 2.0]" in spelled(pl.Misreport(needs=pd.Series([0.5, 2.0]).to_numpy()))


def test_a_scenario_has_the_hash_of_its_numbers():
    scenario = pl.make_scenario("three_sector")
    assert scenario_hash(scenario) == scenario_hash(pl.make_scenario("three_sector"))
    assert scenario_hash(scenario) != scenario_hash(with_parts(scenario, needs=scenario.needs * 1.0000001))
    assert scenario_hash(scenario) == scenario_hash(replace(scenario, name="renamed"))


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else_and_names_it(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/file'"):
        write_whole(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_files_are_drawn_aside_and_moved_only_when_all_are_whole(tmp_path, monkeypatch):
    def draw(folder):
        (folder / "page").write_text("new")
        (folder / "figures").mkdir()
        (folder / "figures" / "one").write_text("new")

    assert place(tmp_path, draw) == [tmp_path / "figures" / "one", tmp_path / "page"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", "page"]

    def half(folder):
        (folder / "page").write_text("hal")
        full()

    with pytest.raises(OSError, match=r"No space left on device: '.*/page'"):
        place(tmp_path, half)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", "page"]
    assert (tmp_path / "page").read_text() == "new"


def test_files_that_do_not_belong_together_are_noticed(small, tmp_path):
    small.save(tmp_path)
    (tmp_path / "periods.parquet").write_bytes(b"half a fi")
    with pytest.raises(ValueError, match=r"periods.parquet is not the file its manifest names; run the same again"):
        Comparison.load(tmp_path)
    with pytest.raises(ValueError, match=r"results of another kind \(comparison, not incentives\)"):
        pl.IncentiveProfile.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ValueError, match=r"manifest.json is not a manifest of planlab"):
        Comparison.load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"holds no results: no manifest.json"):
        Comparison.load(tmp_path / "nowhere")


@pytest.fixture
def other(small):
    """The same results as if they had been asked for by another comparison."""
    return replace(small, manifest=small.manifest | {"periods": 3, "study": "another"})


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_results_of_another_study_are_replaced_by_force_only(small, other, tmp_path):
    small.save(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match=r"another study \(other periods\). Give another folder"):
        other.save(tmp_path)
    assert contents(tmp_path) == before
    other.save(tmp_path, force=True)
    assert Comparison.load(tmp_path).manifest["periods"] == 3


def test_page_and_figures_never_outlive_the_numbers_they_show(small, other, tmp_path):
    small.save(tmp_path, draw=draw)
    assert (tmp_path / "index.html").exists()
    assert any((tmp_path / "figures").iterdir())
    mine = tmp_path / "figures" / "notes.txt"
    mine.write_text("my own")
    other.save(tmp_path, force=True)
    assert not (tmp_path / "index.html").exists()
    assert list((tmp_path / "figures").iterdir()) == [mine]


@pytest.mark.parametrize("name", ["table.parquet", "manifest.json", "index.html", "figures/mine.svg"])
def test_files_that_planlab_did_not_write_stay(small, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    with pytest.raises(FileExistsError, match=f"{name.split('/')[0]} is there already, and not among"):
        small.save(tmp_path, draw=draw)
    assert list(contents(tmp_path)) == [path]
    small.save(tmp_path, force=True)
    assert len(Comparison.load(tmp_path).table) == len(small.table)


def test_numbers_alone_leave_a_page_of_somebody_elses_alone(small, tmp_path):
    (tmp_path / "index.html").write_text("mine")
    small.save(tmp_path)
    small.save(tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
    with pytest.raises(FileExistsError, match=r"index.html is there already"):
        small.save(tmp_path, draw=draw)


def test_a_folder_that_was_left_in_the_middle_says_so_and_takes_the_same_again(small, other, tmp_path, monkeypatch):
    small.save(tmp_path, draw=draw)
    monkeypatch.setattr(store, "_without_page", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        small.save(tmp_path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="was left while results were written; run the same again"):
        Comparison.load(tmp_path)
    with pytest.raises(FileExistsError, match="another study"):
        other.save(tmp_path)
    small.save(tmp_path)
    assert len(Comparison.load(tmp_path).table) == len(small.table)
    assert not (tmp_path / "index.html").exists()


def test_halves_that_a_killed_run_left_behind_are_swept_away(small, tmp_path):
    small.save(tmp_path)
    (tmp_path / ".drawing.x").mkdir()
    for name in (".table.parquet.x", ".manifest.json.x", "cells/.0.npz.x", ".drawing.x/page", ".mine"):
        (tmp_path / name).write_text("half")
    small.save(tmp_path)
    hidden = {path.name for path in tmp_path.rglob(".*")}
    assert hidden == {".lock", ".mine"}


def test_equal_runs_write_equal_tables(small, again, tmp_path):
    small.save(tmp_path / "a")
    again().save(tmp_path / "b")
    for name in ("table", "periods", "shortfalls", "bounds"):
        first, second = ((tmp_path / run / f"{name}.parquet").read_bytes() for run in "ab")
        assert first == second, name


def test_the_second_run_into_a_folder_is_refused_by_name(small, tmp_path):
    with (
        locked(tmp_path),
        pytest.raises(BlockingIOError, match=f"is written to by process {os.getpid()} on"),
    ):
        small.save(tmp_path)
    small.save(tmp_path)


def test_the_lock_of_a_run_that_was_killed_is_no_lock(small, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from planlab.study.lock import locked\n"
        f"with locked(Path({str(tmp_path)!r})): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError, match=f"process {holder.pid} on"):
            small.save(tmp_path)
        holder.send_signal(signal.SIGKILL)
    small.save(tmp_path)


def test_results_that_cannot_be_written_are_not_lost(again, tmp_path, monkeypatch):
    write = files._replaced

    def nearly_full(path, content):
        if path.name == "periods.parquet":
            full()
        write(path, content)

    monkeypatch.setattr(files, "_replaced", nearly_full)
    with pytest.raises(store.NotSaved, match=r"No space left on device: '.*/periods.parquet'") as raised:
        again(["standstill"], out=tmp_path)
    assert len(raised.value.results.table) == 6
    with pytest.raises(ValueError, match="was left while results were written"):
        Comparison.load(tmp_path)


def test_cells_that_cannot_be_written_are_said_so_in_the_end(again, tmp_path, monkeypatch):
    write = files._replaced

    def nearly_full(path, content):
        if path.suffix == ".npz" and content:
            full()
        write(path, content)

    monkeypatch.setattr(files, "_replaced", nearly_full)
    with pytest.raises(store.NotSaved, match=r"Not every cell could be kept: .*No space left on device: '.*npz'"):
        again(["standstill"], out=tmp_path)
    assert len(Comparison.load(tmp_path).table) == 6


def test_a_folder_that_cannot_hold_results_is_refused_before_anything_runs(again, tmp_path, monkeypatch):
    monkeypatch.setattr("planlab.study.comparison.run", lambda *_: pytest.fail("something ran"))
    with pytest.raises(OSError, match="File name too long"):
        again(["standstill"], out=tmp_path / ("n" * 300))
    with pytest.raises(ValueError, match="out is empty; give a folder"):
        again(["standstill"], out=" ")
    (tmp_path / "file").write_text("")
    for taken in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OSError, match=r"out: .*file.* cannot be made \(.*\)\. Give another folder"):
            again(["standstill"], out=taken)
    (tmp_path / "file").unlink()
    with pytest.raises(OSError, match="File name too long"):
        again(["standstill"], out=tmp_path.joinpath(*["n" * 200] * 19, "n" * (4040 - 19 * 201 - len(str(tmp_path)))))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*cells/"):
        again(["standstill"], out=tmp_path)
    assert not (Path(tmp_path) / "manifest.json").exists()
