import json

import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.presentation.digest import digest
from planlab.presentation.findings import headline
from planlab.study.comparison import compare
from planlab.study.design import design
from planlab.study.frames import SHORTEST, _shortest
from planlab.study.intervals import interval_of

KEYS = ["mechanism", "behaviour", "seed"]


def test_every_mechanism_behaviour_and_seed_has_one_row(small):
    assert len(small.table) == 4 * 2 * 3
    assert not small.table.duplicated(KEYS).any()
    assert list(small.table["seed"].iloc[:3]) == [3, 0, 5]


def test_a_comparison_describes_itself_in_a_few_lines(small):
    first, *rows = repr(small).splitlines()
    assert first == "Comparison on three_sector: 4 mechanisms, 2 behaviours, 3 seeds"
    assert len(rows) == 1 + 4 * 2
    assert "standstill" in rows[1]


def test_a_mechanism_that_raises_keeps_its_rows_and_the_others_go_on(small):
    failed = small.table[small.table["mechanism"] == "raises"]
    assert set(failed["status"]) == {"error: RuntimeError: the planners are on strike"}
    assert failed["needs_met"].isna().all()
    fine = small.table[small.table["mechanism"] == "standstill"]
    assert fine["needs_met"].notna().all()


def test_a_broken_plan_is_executed_as_nothing_and_keeps_its_rows(small):
    broken = small.table[small.table["mechanism"] == "nonsense"]
    assert set(broken["status"]) == {"broken; collapsed"}
    assert broken["needs_met"].between(0, 1).all()


def test_nobody_beats_the_bound(small):
    table = small.table.dropna(subset=["needs_met"])
    assert (table["needs_met"] <= table["bound"] + 1e-6).all()
    assert list(small.bounds["seed"]) == [3, 0, 5]
    assert small.bounds["bound"].nunique() == 1


def test_periods_have_needs_promises_and_throughput(small):
    periods = small.periods
    assert len(periods) == 3 * 2 * 3 * 2
    expected = {"needs_met", "planned_needs_met", "fulfilment", "throughput_labour", "period"}
    assert expected <= set(periods)
    mean = periods.groupby(KEYS)["needs_met"].mean()
    assert np.allclose(mean, small.table.dropna(subset=["needs_met"]).set_index(KEYS)["needs_met"][mean.index])


def test_shortfalls_weigh_up_to_need_satisfaction(small):
    tables, rows = pl.make_scenario("three_sector").to_pandas(), small.shortfalls
    urgency, people = tables["urgency"], tables["population"]
    weights = (urgency / urgency.sum() * people / people.sum()).stack()
    share = weights.loc[list(zip(rows["product"], rows["community"], strict=True))].to_numpy()
    met = (rows["satisfaction"] * share).groupby([rows["mechanism"], rows["behaviour"]]).sum()
    assert np.allclose(met, small.summary.loc[met.index, "need_satisfaction"])


def test_of_many_products_the_shortest_are_kept():
    products = [f"product {i}" for i in range(500)]
    frame = pd.DataFrame({"mechanism": "m", "behaviour": "b", "community": "c", "product": products})
    frame["satisfaction"] = np.linspace(1, 0, 500)
    assert set(_shortest([frame, frame])["product"]) == set(products[-SHORTEST:])


def test_summary_holds_means_and_intervals(small):
    group = small.table[(small.table["mechanism"] == "proportional") & (small.table["behaviour"] == "lying")]
    row = small.summary.loc[("proportional", "lying")]
    found = interval_of(group, "needs_met")
    assert (row["needs_met"], row["seeds"]) == (found.mean, 3)
    assert np.isnan([row["need_satisfaction_low"], row["need_satisfaction_high"]]).all()
    assert small.summary.loc[("raises", "honest"), "status"].startswith("error: ")


def test_paired_differences_are_taken_seed_by_seed(small):
    a, b = (
        small.table[(small.table["mechanism"] == m) & (small.table["behaviour"] == "lying")].set_index("seed")[
            "needs_met"
        ]
        for m in ("proportional", "standstill")
    )
    found = small.paired("needs_met", ("proportional", "lying"), ("standstill", "lying"))
    assert found.difference.values == tuple(a - b)
    none = small.paired("needs_met", ("raises", "lying"), ("standstill", "lying"))
    assert none.seeds == 0


@pytest.mark.parametrize(
    ("metric", "row", "message"),
    [
        ("happiness", ("standstill", "honest"), "No metric 'happiness'. There are: needs_met"),
        ("bound", ("standstil", "honest"), "No row .*standstil.* There are: .*standstill"),
        ("bound", "standstill", "could mean several rows; give .'standstill', 'honest'."),
    ],
)
def test_what_is_not_in_the_table_is_named(small, metric, row, message):
    with pytest.raises(ValueError, match=message):
        small.paired(metric, row, row)


def test_same_seeds_give_the_same_bits_whoever_else_takes_part(small, again):
    other = again(["proportional"])
    assert other.manifest["results_sha256"] == again(["proportional"]).manifest["results_sha256"]
    mine = small.table[small.table["mechanism"] == "proportional"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine[other.metrics], other.table[other.metrics], check_exact=True)


def test_variants_and_one_economy_per_seed(small):
    found = compare(
        {"as before": "standstill", "again": pl.Standstill()},
        lambda seed: pl.make_scenario("layered", products=20 + seed, seed=seed),  # worlds of different sizes
        periods=1,
        seeds=range(2),
        behaviours={"honest": pl.Truthful()},
        bound=False,
    )
    assert list(found.table["mechanism"]) == ["as before"] * 2 + ["again"] * 2
    assert found.paired("needs_met", "again", "as before").mean == 0.0
    assert found.table["bound"].isna().all()
    assert len(found.manifest["scenario"]["sha256"]) == 2


def test_a_comparison_in_which_everything_fails_can_be_told(again, raises):
    found = again([raises])
    assert headline(digest(found)) == "No plan came to an outcome that could be scored."


def test_a_mechanism_that_raises_is_on_the_page_and_in_the_figures(small, tmp_path):
    assert "raises" in pl.write_page(small, tmp_path).read_text()
    assert len(list((tmp_path / "figures").glob("*.svg"))) >= 4


def test_seeds_and_behaviours_are_given_as_in_files():
    found = compare("standstill", "three_sector", 1, 2, ["honest", "understate@hierarchy"], bound=False)
    assert list(found.table["seed"]) == [0, 1, 0, 1]
    assert list(found.manifest["behaviours"]) == ["honest", "understate@hierarchy"]
    parts = found.manifest["behaviours"]["understate@hierarchy"].values()
    assert [part.partition("(")[0] for part in parts] == ["Understate", "Hierarchy"]
    by_name = {"a": "understate@hierarchy", "b": ("understate", "hierarchy"), "c": (pl.Understate(), pl.Hierarchy())}
    plan = design("standstill", "three_sector", behaviours=by_name)
    assert len(set(map(repr, plan.behaviours.values()))) == 1


WRONG = [
    ({"mechanisms": []}, ValueError, "mechanisms is empty; give at least one of .*command"),
    ({"mechanisms": ["comand"]}, ValueError, "Did you mean 'command'"),
    ({"mechanisms": ["command", "command"]}, ValueError, "names 'command' twice; to compare variants give a mapping"),
    ({"mechanisms": 3}, TypeError, "mechanisms is 3; give names"),
    ({"mechanisms": {"": "command"}}, TypeError, "give names as text"),
    ({"scenario": "layerd"}, ValueError, "Did you mean 'layered'"),
    ({"scenario": 7}, TypeError, "scenario is 7; give a Scenario"),
    ({"scenario": lambda seed: "nothing"}, TypeError, "returned 'nothing', which is not a Scenario"),
    (
        {"scenario": [pl.make_scenario("three_sector")] * 2},
        TypeError,
        "^scenario is a list of 2; .{,140}for each.$",
    ),
    ({"periods": 0}, ValueError, "periods is 0; give a whole number from 1 to 100000"),
    ({"periods": 10**12}, ValueError, "periods is 1000000000000; give a whole number from 1 to 100000"),
    ({"periods": 2.5}, TypeError, "periods is 2.5"),
    ({"seeds": []}, ValueError, "seeds is empty"),
    ({"seeds": "5"}, TypeError, r"seeds is '5'; give how many, or whole numbers such as range\(5\)"),
    ({"seeds": 0}, ValueError, "seeds is 0; give a whole number from 1 to 100000"),
    ({"seeds": 10**12}, ValueError, "seeds is 1000000000000; give a whole number from 1 to 100000"),
    ({"seeds": range(10**12)}, ValueError, "seeds are more than 100000; give fewer"),
    ({"seeds": [10**20]}, ValueError, "seeds is 100000000000000000000; give"),
    ({"seeds": True}, TypeError, "seeds is True"),
    ({"seeds": [1, 1]}, ValueError, "seeds names 1 twice"),
    ({"seeds": [-1]}, ValueError, "seeds is -1"),
    ({"behaviours": {}}, ValueError, "behaviours is empty"),
    ({"behaviours": pl.Truthful()}, TypeError, "behaviours is a Truthful; give names, or a mapping such as"),
    ({"behaviours": ["honest", "lieing"]}, ValueError, "^No behaviour 'lieing'. Known: honest, misreporting, "),
    ({"behaviours": ["honset"]}, ValueError, "No behaviour 'honset'. Did you mean 'honest'?"),
    ({"behaviours": ["honest", "honest"]}, ValueError, "behaviours names one twice: honest, honest"),
    ({"behaviours": {"odd": (pl.Truthful(), 3)}}, TypeError, r"behaviours\['odd'\] is a tuple of 2; give a behaviour"),
    ({"behaviours": {3: pl.Truthful()}}, TypeError, "behaviours is keyed by 3"),
    ({"physics": "fast"}, TypeError, "physics is 'fast', which is not of kind Physics; give for instance pl.Physics"),
]


@pytest.mark.parametrize(("wrong", "kind", "message"), WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_wrong_arguments_are_named_before_anything_runs(wrong, kind, message, monkeypatch):
    monkeypatch.setattr("planlab.study.comparison.run", lambda *_: pytest.fail("something ran"))
    right = {"mechanisms": ["standstill"], "scenario": "three_sector"}
    with pytest.raises(kind, match=message):
        compare(**right | wrong)


def test_a_comparison_as_a_dataset_holds_every_run_and_year():
    found = compare(["standstill", "command"], "three_sector", 3, 2, ["honest"])
    data = found.to_xarray()
    row = found.table[(found.table.mechanism == "command") & (found.table.seed == 1)]
    one = {"mechanism": "command", "behaviour": "honest", "seed": 1}
    assert float(data["needs_met"].sel(one)) == float(row.need_satisfaction.iloc[0])
    assert data["need_satisfaction_by_period"].sel(one).sizes == {"period": 3}
    assert data["throughput_growth"].attrs["units"] == "1 per period"
    assert found.manifest["periods"] == json.loads(data.attrs["manifest"])["periods"]
    assert "needs_met" in found._repr_html_()


def test_a_score_as_a_dataset_and_as_a_series_has_units():
    score = pl.score(pl.simulate("standstill", pl.make_scenario("three_sector"), 2))
    data, series = score.to_xarray(), score.to_pandas()
    assert float(data["needs_met"]) == series["needs_met"] == score.need_satisfaction
    assert data["bits"].attrs["units"] == series.attrs["units"]["bits"] == "bits per period"
    assert "needs_met" in repr(score)
    assert "<td>need_satisfaction</td>" in score._repr_html_()
