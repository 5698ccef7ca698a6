"""Incentive profiles: the same numbers as single searches, places in the chain, curves that pass through the truth."""

import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.incentives.trial import LIES
from planlab.presentation.incentive_page import remarks, render_incentive_page
from planlab.presentation.writing import draw

REWARDS = {"Weitzman": pl.Weitzman(), "flat": pl.Flat()}


@pytest.fixture(scope="module")
def scenario():
    return pl.make_scenario("three_sector")


@pytest.fixture(scope="module")
def profile(scenario):
    return pl.incentive_profile(["command"], scenario, REWARDS, rounds=3, factors=(0.5, 2.0), progress=False)


def test_a_profile_describes_itself_in_a_few_lines(profile):
    first, *rows = repr(profile).splitlines()
    assert first.endswith(": 1 mechanisms, 2 rewards")
    assert len(rows) == 2 + 2


def test_a_row_per_pair_says_what_single_searches_say(profile, scenario):
    assert list(profile.pairs.reward) == ["Weitzman", "flat"]
    alone = pl.regret("command", scenario, pl.Weitzman(), "all", ("capacity", "inputs", "needs"))
    row = profile.pairs.iloc[0]
    assert row.regret == alone.table.gain[alone.table.kind == "producer"].max()
    assert row.regret > 0
    assert profile.pairs.iloc[1].regret == 0.0
    ended = pl.equilibrium("command", scenario, pl.Weitzman(), "all", ("capacity", "inputs", "needs"), rounds=3)
    assert (row.equilibrium, row.left) == pytest.approx((ended.satisfaction, ended.epsilon), rel=1e-12)


def test_curves_are_what_the_world_pays_for_such_lies(profile, scenario):
    point = profile.curves.query("reward == 'Weitzman' and lie == 'inputs' and factor == 2.0").iloc[0]
    honest = pl.simulate("command", scenario, 1, reward=pl.Weitzman()).pay.producers[0]
    gains = []
    for j in range(scenario.economy.processes):
        inputs = np.where(np.arange(scenario.economy.processes) == j, 2.0, 1.0)
        lying = pl.simulate("command", scenario, 1, pl.Misreport(inputs=inputs), reward=pl.Weitzman())
        gains.append(float(lying.pay.producers[0, j] - honest[j]))
    assert point.largest == pytest.approx(max(gains), abs=1e-12)
    assert point["mean"] == pytest.approx(np.mean(gains), abs=1e-12)
    flat = profile.curves.query("reward == 'flat' and lie != 'needs'")
    assert (flat.largest == 0).all()
    assert (flat.gaining == 0).all()


def test_agents_stand_where_they_are(profile, scenario):
    producers = profile.agents.query("kind == 'producer' and reward == 'flat'")
    assert producers["size"].sum() == pytest.approx(1.0)
    upstream = pl.upstreamness(scenario.economy.inputs, scenario.activity)
    np.testing.assert_allclose(producers.place.astype(float), upstream)
    communities = profile.agents.query("kind == 'community'")
    assert communities.sector.isna().all()
    assert set(LIES) <= set(profile.agents)


def test_the_page_needs_no_network_and_escapes_names(profile):
    evil = {"Weitzman": "<script>alert(1)</script>", "flat": "$x$"}
    frames = [frame.replace({"reward": evil}) for frame in (profile.pairs, profile.curves, profile.agents)]
    text = render_incentive_page(pl.IncentiveProfile(*frames, "<b>"))
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text


def test_remarks_do_not_call_anything_truthful(profile):
    said = " ".join(remarks(profile))
    assert "There may be one all the same" in said
    assert "truthful" not in said
    quiet = profile.pairs.assign(regret=0.0, regret_of_communities=0.0, equilibrium=profile.pairs.honest)
    assert remarks(pl.IncentiveProfile(quiet, profile.curves, profile.agents, ""))[0].startswith("Nowhere")


def test_what_is_saved_is_read_back(profile, tmp_path):
    profile.save(tmp_path, draw=draw)
    assert sorted(path.name for path in tmp_path.glob("*.*")) == sorted(
        [".lock", "agents.parquet", "curves.parquet", "index.html", "manifest.json", "pairs.parquet"]
    )
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".svg", ".png"}
    found = pl.IncentiveProfile.load(tmp_path)
    for name in ("pairs", "curves", "agents"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(profile, name), check_exact=True)
    assert found.manifest == profile.manifest
    assert found.manifest["rewards"]["flat"] == "Flat(income=1.0)"


def test_cases_that_were_worked_out_are_not_repeated(profile, scenario, tmp_path, monkeypatch):
    arguments = {"rounds": 3, "factors": (0.5, 2.0), "progress": False, "out": tmp_path}
    first = pl.incentive_profile(["command"], scenario, {"flat": pl.Flat()}, **arguments)
    both = pl.incentive_profile(["command"], scenario, REWARDS, **arguments, force=True)
    assert (both.manifest["cells"]["made"], both.manifest["cells"]["kept"]) == (1, 1)
    monkeypatch.setattr("planlab.study.incentive_profile.consequences", lambda *_, **__: pytest.fail("repeated"))
    again = pl.incentive_profile(["command"], scenario, REWARDS, **arguments)
    for name in ("pairs", "curves", "agents"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(profile, name), check_exact=True)
    with pytest.raises(FileExistsError, match=r"another study \(other rounds\)"):
        pl.incentive_profile(["command"], scenario, REWARDS, **arguments | {"rounds": 4})
    assert len(first.pairs) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lies": ("moods",)}, "moods"),
        ({"factors": (0.0,)}, "factors"),
        ({"rewards": {}}, "rewards is {}"),
        ({"rounds": 0}, "rounds is 0"),
        ({"periods": 0}, "periods is 0"),
        ({"discount": float("nan")}, "discount is nan"),
    ],
)
def test_bad_arguments_are_named_before_a_folder_is_made(scenario, arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        pl.incentive_profile(["command"], scenario, **({"rewards": REWARDS, "out": tmp_path / "out"} | arguments))
    assert not list(tmp_path.iterdir())
