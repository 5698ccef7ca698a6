import json
import os
from dataclasses import replace

import pandas as pd
import pytest

import planlab as pl
from planlab.comparison.comparison import Comparison
from planlab.comparison.store import FRAMES, scenario_hash, write_whole


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
    assert manifest["behaviours"]["lying"]["behaviour"].startswith("Heterogeneous(capacity=0.3, inputs=")
    assert manifest["behaviours"]["lying"]["channel"] == "Direct()"
    assert "cover=2.0" in manifest["execution"]
    assert {"python", "date", "commit", "periods", "mechanisms", "results_sha256"} <= set(manifest)


def test_a_scenario_has_the_hash_of_its_numbers():
    scenario = pl.make_scenario("three_sector")
    assert scenario_hash(scenario) == scenario_hash(pl.make_scenario("three_sector"))
    assert scenario_hash(scenario) != scenario_hash(replace(scenario, needs=scenario.needs * 1.0000001))
    assert scenario_hash(scenario) == scenario_hash(replace(scenario, name="renamed"))


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="the disk is full"):
        write_whole(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_files_that_do_not_belong_together_are_noticed(small, tmp_path):
    small.save(tmp_path)
    (tmp_path / "periods.parquet").write_bytes(b"half a fi")
    with pytest.raises(
        ValueError, match=r"periods.parquet is not the file its manifest names; run the comparison again"
    ):
        Comparison.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ValueError, match=r"manifest.json is not a manifest of planlab"):
        Comparison.load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"holds no results: no manifest.json"):
        Comparison.load(tmp_path / "nowhere")
