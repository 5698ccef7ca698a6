"""Real tables: totals, balances, technologies, blemishes, and tables that cannot be read."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.tables.kinds import kind_of, kinds_of
from planlab.tables.pymrio_systems import from_pymrio_system
from planlab.tables.table import Table

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PLANLAB_SHARED_DATA", ROOT.parent / "shared" / "data"))
REAL = ("chile-2013-12", "spain-2022-64", "us-bea-2021-71", "us-bea-2017-402", "us-bea-2017-detail")
RADIUS = {"australia-2020-114": 0.54, "spain-2022-64": 0.59, "us-bea-2017-402": 0.49, "us-bea-2021-71": 0.44}


def shared(name: str) -> Path:
    """Return a real table that lies beside the project, or say that it is not there."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"{SHARED / name} is not there; set PLANLAB_SHARED_DATA to the folder with the real tables")
    return SHARED / name


def load(name, **assumptions):
    with pytest.warns(pl.TableWarning) if (SHARED / name).is_dir() and name != "chile-2013-12" else _nothing():
        return pl.load_table(name if name in pl.table_names() else shared(name), **assumptions)


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


@pytest.mark.parametrize("technology", ["industry-technology", "supply-use"])
@pytest.mark.parametrize("name", [*pl.table_names(), *REAL])
def test_the_observed_activity_supplies_the_observed_uses(name, technology):
    scenario = load(name, technology=technology, ambition=1.0)
    e, x = scenario.economy, scenario.activity
    net = np.asarray(e.outputs @ x - e.inputs @ x)
    needs = np.asarray(scenario.needs).sum(axis=1)
    assert np.abs(net - needs).max() < 1e-4 * float(x.max())  # dropped negative flows leave a little over


@pytest.mark.parametrize("name", [*pl.table_names(), *REAL])
def test_real_tables_can_be_planned_optimally(name):
    plan = pl.plan("linear_program", load(name))
    assert str(plan.status) == "optimal"
    assert 0.8 < float(plan.certificate.objective) < 0.999


@pytest.mark.parametrize("name", RADIUS)
def test_spectral_radii_are_the_published_ones(name):
    if name in pl.table_names():
        table = pl.read_table(name)
        table = Table(name, table.flows, table.final, table.output, table.factors, table.kinds)
    else:
        table = pl.read_table(shared(name))
    output = np.where(table.output > 0, table.output, np.inf)
    assert pl.spectral_radius(np.maximum(table.flows.to_numpy(), 0) / output) == pytest.approx(RADIUS[name], abs=0.02)


def test_the_us_table_balances_at_basic_prices_and_keeps_published_totals():
    table = pl.read_table("us-2021-71")
    supply = table.make.sum(axis=1) + table.imports
    uses = table.flows.sum(axis=1) + table.final.sum(axis=1)
    assert np.allclose(supply, uses, rtol=1e-9)
    assert table.output["Farms"] == 484_432
    assert table.factors.loc["compensation of employees", "Farms"] == 31_511
    assert list(table.final.columns) == ["households", "investment", "abroad", "government"]


def test_industry_technology_is_the_textbook_product():
    table = pl.read_table("us-2021-15")
    scenario = table.scenario()
    U, V, g = table.flows.clip(lower=0).to_numpy(), table.make.to_numpy(), table.output.to_numpy()
    q = V.sum(axis=1)
    made = q > 0
    expected = (U / g) @ (V / np.where(made, q, 1)[:, None]).T[:, made]
    assert np.allclose(scenario.economy.inputs.to_scipy().toarray()[:, : made.sum()], expected, rtol=1e-12, atol=1e-15)


def test_pymrio_coefficients_are_pymrios_own():
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = pymrio.load_test()
    system.calc_all()
    with pytest.warns(pl.TableWarning, match=r"value added without labour's part .Value Added.: counted as labour"):
        scenario = pl.load_table(system, ambition=1.0)
    assert np.allclose(scenario.economy.inputs.to_scipy().toarray(), system.A.to_numpy(), rtol=1e-12)
    assert scenario.economy.labels.communities == ("reg1", "reg2", "reg3", "reg4", "reg5", "reg6")
    assert scenario.economy.factor_kinds == ("labour", "emissions", "emissions")
    labels = scenario.economy.labels
    assert (labels.product_units, labels.process_units) == ("Mill USD", "Mill USD")
    assert labels.units("factors", 3) == ("Mill USD", "kg", "kg")
    assert np.allclose(np.asarray(scenario.needs).sum(axis=0), system.Y.T.groupby(level=0).sum().sum(axis=1))


@pytest.mark.parametrize("name", ["pymrio-test", "us-2021-15", "australia-2020-114", "chile-2013-12"])
def test_gross_output_for_observed_uses_is_observed_output(name):
    table = pl.read_table(name if name in pl.table_names() else shared(name))
    scenario = table.scenario(ambition=1.0)
    products, labels = scenario.economy.labels.products, scenario.economy.labels.processes
    recipes = scenario.economy.inputs.to_scipy().toarray()
    home = np.array([not label.startswith("import of ") for label in labels])
    A, domestic = np.zeros((len(products), len(products))), np.zeros(len(products))
    makes = [products.index(label) for label, own in zip(labels, home, strict=True) if own]
    A[:, makes], domestic[makes] = recipes[:, home], np.asarray(scenario.activity)[home]
    imports = np.asarray(scenario.economy.outputs @ np.where(home, 0.0, scenario.activity))
    demand = np.asarray(scenario.needs).sum(axis=1) - imports
    observed = table.output if table.make is None else table.make.sum(axis=1)
    assert np.allclose(domestic, observed, rtol=1e-12)
    assert np.allclose(pl.gross_output(A, demand), observed, atol=1e-6 * observed.max())


@pytest.mark.parametrize("name", ["us-2021-15", "us-2021-71", "australia-2020-114"])
def test_both_technologies_tell_the_same_year(name):
    joint, single = (pl.load_table(name, technology=kind) for kind in ("supply-use", "industry-technology"))
    net = [np.asarray(s.economy.outputs @ s.activity - s.economy.inputs @ s.activity) for s in (joint, single)]
    assert np.allclose(*net, rtol=1e-9, atol=1e-7 * float(joint.activity.max()))
    assert np.allclose(joint.limits, single.limits, rtol=1e-9)
    assert joint.economy.outputs.values.size > joint.economy.processes
    table = pl.read_table(name)
    home = [j for j, label in enumerate(joint.economy.labels.processes) if not label.startswith("import of ")]
    made = joint.economy.outputs.to_scipy().toarray()[:, home] * np.asarray(joint.activity)[home]
    assert np.allclose(made, table.make.clip(lower=0), rtol=1e-12)


def test_final_uses_are_communities_apart_or_together():
    apart = pl.load_table("us-2021-71", ambition=1.0)
    together = pl.load_table("us-2021-71", ambition=2.0, final_uses="together")
    assert together.communities == 1
    assert np.allclose(2 * np.asarray(apart.needs).sum(axis=1), np.asarray(together.needs)[:, 0])
    assert np.asarray(apart.needs).sum() == pytest.approx(np.asarray(pl.read_table("us-2021-71").final).sum(), rel=1e-3)


def test_all_of_value_added_can_be_a_factor():
    table = pl.read_table("us-2021-71")
    farms = float(table.factors.loc["compensation of employees", "Farms"] + table.surplus["Farms"].sum())
    assert farms == pytest.approx(182_501, abs=2)  # published value added at basic prices; parts are rounded
    labels = table.scenario(value_added="all").economy.labels.factors
    assert "gross operating surplus" in labels
    assert "gross operating surplus" not in table.scenario().economy.labels.factors


def test_throughput_of_the_us_is_what_its_extraction_makes():
    scenario, table = pl.load_table("us-2021-71"), pl.read_table("us-2021-71")
    limit = dict(zip(scenario.economy.labels.factors, np.asarray(scenario.limits), strict=True))
    assert limit["extraction of energy"] == pytest.approx(table.make.loc["Oil and gas extraction"].sum(), rel=1e-9)
    assert dict(zip(scenario.economy.labels.factors, scenario.economy.factor_kinds, strict=True)) == {
        "compensation of employees": "labour", "extraction of energy": "energy", "extraction of material": "material",
        "foreign exchange": "other",
    }  # fmt: skip


def small_system(pymrio, **parts):
    labels = pd.MultiIndex.from_tuples([("north", "iron"), ("south", "corn")])
    Z = pd.DataFrame([[1.0, 2.0], [3.0, 1.0]], labels, labels)
    Y = pd.DataFrame([[7.0, 0.0], [0.0, 8.0]], labels, pd.MultiIndex.from_tuples([("north", "c"), ("south", "c")]))
    system = pymrio.IOSystem(Z=Z, Y=Y)
    for part, value in parts.items():
        setattr(system, part, value(getattr(system, part)))
    return system


def with_a_gap(frame):
    frame.iloc[0, 0] = np.nan
    return frame


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"Z": with_a_gap}, "system.Z has missing or infinite cells"),
        ({"Y": with_a_gap}, "system.Y has missing or infinite cells"),
        ({"Y": lambda frame: None}, "no final demand Y"),
        ({"Z": lambda frame: frame.set_axis(["a", "b"]).set_axis(["a", "b"], axis=1)}, "system.Z has no regions"),
    ],
)
def test_malformed_pymrio_systems_are_named(parts, said):
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    with pytest.raises(ValueError, match=said):
        pl.load_table(small_system(pymrio, **parts))
    with pytest.raises(TypeError, match="not a pymrio IOSystem"):
        from_pymrio_system("iron")
    with pytest.raises(TypeError, match="a pymrio system, or labelled frames"):
        pl.load_table(object())


def test_blemishes_of_a_pymrio_system_are_warned_about():
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = small_system(pymrio, Y=lambda frame: frame * [1.0, -0.1])
    with pytest.warns(pl.TableWarning, match="1 × negative final demand .south / corn."):
        pl.load_table(system)


def test_factor_use_can_come_as_coefficients():
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = pymrio.load_test().calc_all()
    expected = from_pymrio_system(system)
    for extension in system.get_extensions(data=True):
        extension.F = None
    assert np.allclose(from_pymrio_system(system).factors, expected.factors, rtol=1e-12)


@pytest.mark.parametrize("parts", [("Z", "A", "Y", "x", "extensions"), ("Z", "A"), ("Y",), ("x",), ("extensions",)])
@pytest.mark.parametrize("without", [(), ("Z", "x"), ("A", "x")])
def test_parts_of_a_pymrio_system_are_aligned_by_label(parts, without):
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = pymrio.load_test().calc_all()
    for part in without:
        setattr(system, part, None)
    expected, rng = from_pymrio_system(system), np.random.default_rng(0)
    labels = system.Y.index
    for part in {"Z", "A", "x", "Y"} & set(parts) - set(without):
        frame = getattr(system, part)
        frame = (
            frame.reindex(columns=rng.permutation(labels)) if part in ("Z", "A") else frame.loc[rng.permutation(labels)]
        )
        setattr(system, part, frame)
    if "extensions" in parts:
        for extension in system.get_extensions(data=True):
            extension.F = extension.F[rng.permutation(labels)]
    found = from_pymrio_system(system)
    for part in ("flows", "final", "factors"):
        pd.testing.assert_frame_equal(getattr(found, part), getattr(expected, part), rtol=1e-12)
    pd.testing.assert_series_equal(found.output, expected.output, rtol=1e-12)


def test_labels_of_a_pymrio_system_that_do_not_fit_are_listed():
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = small_system(pymrio, Y=lambda frame: frame.rename({"corn": "rice"}))
    with pytest.raises(
        ValueError, match="system.Y and the rows of system.Z .*; missing: 'south / corn'; unknown: 'south / rice'"
    ):
        pl.load_table(system)


def test_a_region_that_needs_nothing_stays():
    pymrio = pytest.importorskip("pymrio", reason="the extra `data` is not installed")
    system = small_system(pymrio, Y=lambda frame: frame * [1.0, 0.0], Z=lambda frame: frame * 0.5)
    scenario = pl.load_table(system, name="half idle")
    assert scenario.economy.labels.communities == ("north", "south")
    assert scenario.needs[:, 1].tolist() == [0.0, 0.0]
    assert str(pl.plan("linear_program", scenario).status) == "optimal"


def test_kinds_of_factors_can_be_told():
    told = pl.load_table("pymrio-test", factor_kinds={"Value Added": "other", "emission_type2 / water": "material"})
    assert told.economy.factor_kinds == ("other", "emissions", "material")


def test_margins_and_ambition_can_be_told_by_label():
    plain = pl.load_table("us-2021-15")
    told = pl.load_table(
        "us-2021-15",
        limit_margin={"labour": 1.5, "foreign exchange": 0.5},
        ambition={"households": 2.5},
        capacity_margin={"Mining": 2.5, "imports": 5.0},
    )
    labels = plain.economy.labels
    assert np.allclose(told.limits / plain.limits, [{"labour": 1.5, "other": 0.5}.get(k, 1.0) for k in
                                                    plain.economy.factor_kinds])  # fmt: skip
    assert np.allclose(told.needs.sum(axis=0) / plain.needs.sum(axis=0), [2.0, 1.0, 1.0, 1.0])
    more = [2.0 if name == "Mining" else 4.0 if name.startswith("import of") else 1.0 for name in labels.processes]
    assert np.allclose(told.capacity / plain.capacity, more)


def test_units_of_a_table_are_kept():
    labels = pl.load_table("us-2021-15", technology="supply-use", value_added="all").economy.labels
    assert labels.product_units == "million US dollars at basic prices"
    assert labels.process_units is None
    assert set(labels.factor_units) == {"million US dollars", "million US dollars at basic prices"}
    table = replace(pl.read_table("us-2021-15"), unit=["t"] * 16 + ["h"])
    assert table.scenario().economy.labels.product_units == ("t",) * 16 + ("h",)


@pytest.mark.parametrize(("part", "called"), [("flows", "flow"), ("final", "final use"), ("make", "make")])
def test_what_is_too_small_to_count_is_named_and_set_to_zero(part, called):
    table = pl.read_table("us-2021-15")
    frame = getattr(table, part).copy()
    frame.iloc[1, 0] = 1e-60
    table = replace(table, **{part: frame})
    assert any(f"1 × {called} too small to count" in str(blemish) for blemish in table.blemishes)
    assert str(pl.plan("linear_program", table.scenario()).status) == "optimal"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Sewage", "other"), ("foreign capital", "other"), ("Store", "other"), ("Finland", "other"),
        ("Iron ore", "material"), ("Cropland", "land"), ("Employment hours", "labour"), ("V00100", "labour"),
        ("CO2 - combustion - air", "emissions"), ("Energy carrier use", "energy"), ("value added", "other"),
    ],
)  # fmt: skip
def test_kinds_of_factors_are_read_from_whole_words(name, kind):
    assert kind_of(name) == kind


def test_codes_of_value_added_are_read_beside_names():
    assert kinds_of(["V00100", "V00200", "V00300"])[0] == ("labour", "other", "other")


def test_blemishes_are_named_and_their_rules_can_be_changed():
    table = pl.read_table(shared("us-bea-2017-402"))
    said = " | ".join(map(str, table.blemishes))
    for fact in ("17 × negative flow", "2 × sector without output", "74 × negative final demand"):
        assert fact in said
    with pytest.raises(ValueError, match="negative final demand"):
        table.scenario(rules=pl.TableRules(negative_demand="error"))
    dropped = table.scenario(rules=pl.TableRules(negative_demand="drop"))
    imports = [label for label in dropped.economy.labels.processes if label.startswith("import of ")]
    assert imports == ["import of S00402 Used and secondhand goods", "import of S00300 Noncomparable imports"]
    dropped = pl.read_table(shared("us-bea-2021-71")).scenario(rules=pl.TableRules(negative_demand="drop"))
    assert "foreign exchange" not in dropped.economy.labels.factors


def test_every_rule_can_refuse_and_says_what():
    table = Table(
        "odd",
        pd.DataFrame([[1.0, -1.0, 0.0], [9.0, 1.0, 0.0], [1.0, 0.0, 0.0]], list("abc"), list("abc")),
        pd.DataFrame({"homes": [10.0, -3.0, 1.0], "state": [-1.0, 0.0, 0.0]}, list("abc")),
        pd.Series([9.0, 7.0, 0.0], list("abc")),
        pd.DataFrame([[1.0, 1.0, 0.0]], ["labour"], list("abc")),
        ("labour",),
    )
    refused = {
        "negative_flows": "odd has negative flow: a → b",
        "idle": "odd has sector without output: c",
        "overspent": "odd has sector whose inputs exceed its output: a",
        "negative_demand": "odd has negative final demand: b",
    }
    for rule, said in refused.items():
        with pytest.raises(ValueError, match=said):
            table.scenario(rules=pl.TableRules(**{rule: "error"}))
    told = [str(blemish) for blemish in table.blemishes]
    assert told == [str(blemish) for blemish in table.blemishes]
    for fact in (
        *(said.removeprefix("odd has ").split(":")[0] for said in refused.values()),
        "within a positive total",
    ):
        assert any(fact in line for line in told), fact
    dropped = {blemish.what: blemish.treatment for blemish in table.examine(pl.TableRules(negative_demand="drop"))}
    assert dropped["negative final demand"] == "set to zero"
    with pytest.raises(TypeError, match="rules is"):
        table.scenario(rules={"idle": "drop"})


def test_bundled_tables_tell_what_is_odd_when_read():
    said = " | ".join(map(str, pl.read_table("us-2021-71").blemishes))
    for fact in ("55 × use at purchasers' prices", "8 × negative flow", "10 × negative imports", "1 × negative make"):
        assert fact in said
    assert "37 × cell of the make table not published" in str(pl.read_table("australia-2020-114").blemishes[0])


@pytest.mark.parametrize(
    ("assumption", "said"),
    [
        ({"ambition": -1}, "ambition is -1"),
        ({"capacity_margin": 0}, "capacity_margin is 0"),
        ({"limit_margin": "much"}, "limit_margin is 'much'"),
        ({"limit_margin": {"labour": -1.0}}, "limit_margin.'labour'. is -1.0; give a number above 0"),
        (
            {"limit_margin": {"labor": 1.0}},
            "limit_margin has 'labor', which the table lacks; it knows 'compensation of",
        ),
        ({"ambition": {"house": 1.0}}, "ambition has 'house', which the table lacks; it knows 'households'"),
        ({"factor_kinds": {"capital": "other"}}, "factor_kinds has 'capital', which the table lacks"),
        ({"factor_kinds": {"labour": "work"}}, "factor_kinds.'labour'. is 'work'; choose one of labour"),
        ({"technology": "commodity"}, "technology is 'commodity'"),
        ({"final_uses": "none"}, "final_uses is 'none'"),
        ({"value_added": True}, "value_added is True"),
    ],
)
def test_assumptions_are_checked(assumption, said):
    with pytest.raises((ValueError, TypeError), match=said):
        pl.load_table("us-2021-15", **assumption)


def test_unknown_rules_are_refused():
    with pytest.raises(ValueError, match="negative_demand is 'guess'"):
        pl.TableRules(negative_demand="guess")
