from dataclasses import replace

import numpy as np
import pytest

import planlab as pl
from planlab.study.frontier import Frontier

HOURS = 2290 / 27
"""What all needs of three_sector take of its 90 hours: 20 v1 + 30 v2 + 40 v3, by hand in its docstring."""

WORLD = pl.make_scenario("three_sector")
CAPS = (1.0, 0.9, 0.8)
LYING = pl.Setting(pl.IdiosyncraticBias(capacity=0.3))


def run(mechanisms, caps=CAPS, **arguments):
    return pl.frontier(mechanisms, WORLD, caps, **{"periods": 3, "seeds": 2} | arguments)


@pytest.fixture(scope="module")
def found(raises, tmp_path_factory):
    return run(["linear_program", "command", raises], out=tmp_path_factory.mktemp("frontier"))


def of(found, mechanism):
    return found.table[found.table["mechanism"] == mechanism]


def test_every_mechanism_cap_and_seed_has_one_row(found):
    assert len(found.table) == 3 * 3 * 2
    assert not found.table.duplicated(["mechanism", "cap", "seed"]).any()
    assert found.factor == "labour"


def test_a_programme_loses_two_fifths_of_what_the_hours_of_all_needs_lack(found):
    rows = of(found, "linear_program")
    expected = 1 - 0.4 * np.maximum(1 - rows["cap"] * 90 / HOURS, 0)
    assert np.allclose(rows["needs_met"], expected, atol=1e-6)


def test_throughput_is_what_the_cap_leaves(found):
    rows = of(found, "linear_program")
    assert np.allclose(rows["throughput"], np.minimum(rows["cap"] * 90 / HOURS, 1), atol=1e-6)


def test_what_a_point_of_the_cap_costs_is_the_same_by_running_it_and_by_price(found):
    here = found.losses.loc[("linear_program", 0.8)]
    assert here["run"] == pytest.approx(0.4 * 0.9 / HOURS, rel=1e-5)
    assert here["priced"] == pytest.approx(here["run"], rel=1e-5)


def test_nobody_beats_the_bound_under_the_same_cap_and_less_is_never_more(found):
    table = found.table.dropna(subset="needs_met")
    assert (table["needs_met"] <= table["bound"] + 1e-6).all()
    assert (found.bounds.diff().dropna() <= 1e-9).all()
    assert found.bounds.loc[0.8] < 1


def test_a_mechanism_that_raises_keeps_its_rows(found, raises):
    rows = of(found, found.mechanisms[-1])
    assert len(rows) == 6
    assert rows["needs_met"].isna().all()
    assert rows["throughput"].isna().all()
    assert rows["status"].str.startswith("error: RuntimeError").all()


def test_results_are_read_back_and_another_cap_runs_only_what_is_new(tmp_path):
    first = run("standstill", caps=(1.0, 0.9), out=tmp_path)
    assert Frontier.load(tmp_path).table.equals(first.table)
    with pytest.raises(FileExistsError, match="other caps"):
        run("standstill", out=tmp_path)
    again = run("standstill", out=tmp_path, force=True)
    assert again.manifest["cells"]["kept"] == first.manifest["cells"]["made"] == 4
    assert again.manifest["cells"]["made"] == 2
    assert again.table[again.table["cap"] > 0.8].reset_index(drop=True).equals(first.table)


def test_a_seed_means_the_same_lies_under_every_cap():
    alone = run("proportional", caps=(0.9,), setting=LYING, bound=False)
    among = run("proportional", caps=(1.0, 0.9), setting=LYING, bound=False)
    assert alone.table["needs_met"].nunique() == 2
    assert among.table[among.table["cap"] == 0.9]["needs_met"].tolist() == alone.table["needs_met"].tolist()


def test_each_seed_may_have_a_world_of_its_own():
    found = pl.frontier(
        "standstill",
        lambda seed: pl.make_scenario("three_sector", labour=80.0 + seed),
        (1.0, 0.9),
        periods=2,
        seeds=[0, 5],
    )
    met = found.table.set_index(["cap", "seed"])["needs_met"]
    assert met[0.9, 0] < met[0.9, 5] < met[1.0, 5]
    assert found.table["bound"].nunique() > 1


def test_of_what_nothing_limits_the_opening_use_is_capped():
    free = WORLD.replace(limits={"labour": np.inf})
    found = pl.frontier("linear_program", free, (0.9,), periods=2, seeds=1, bound=False)
    used = float(free.economy.factors[0] @ free.activity)
    assert found.table["needs_met"][0] == pytest.approx(1 - 0.4 * (1 - 0.9 * used / HOURS), abs=1e-6)


TWO = pl.Scenario.from_arrays(
    inputs=np.zeros((1, 1)), needs=[1.0], factors=[[1.0], [2.0]], limits=[1.0, 2.0], factor_kinds=("energy", "energy")
)


@pytest.mark.parametrize(
    ("world", "arguments", "message"),
    [
        (WORLD, {"caps": ()}, "caps is"),
        (WORLD, {"caps": (1.0, -0.5)}, "numbers above 0"),
        (WORLD, {"caps": (0.9, 0.9)}, "names one twice"),
        (WORLD, {"factor": "labor"}, "Did you mean 'labour'"),
        (WORLD, {"periods": 0}, "periods"),
        (WORLD.replace(limits={"labour": 0.0}), {}, "nothing to cap"),
        (TWO, {"factor": "energy"}, "the kind of 2 factors; name one of them: factor 0, factor 1"),
        (replace(TWO, name="other"), {"factor": "factor 7"}, "no factor 'factor 7'"),
    ],
)
def test_bad_input_is_told_by_name(world, arguments, message):
    with pytest.raises(ValueError, match=message):
        pl.frontier("standstill", world, **arguments)


def test_the_first_limited_factor_of_the_headline_kinds_is_capped():
    kinds = ("labour", "energy", "material")
    world = pl.Scenario.from_arrays(
        inputs=np.zeros((1, 1)), needs=[1.0], factors=[[1.0]] * 3, limits=[1.0, 1.0, np.inf], factor_kinds=kinds
    )
    found = pl.frontier("standstill", world, (0.5,), periods=1, seeds=1, bound=False)
    assert found.factor == "factor 1"
    assert found.table["throughput"].tolist() == pytest.approx([0.5])
