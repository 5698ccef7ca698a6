"""What a real table means: every assumption is a rule with a name, and does what an accountant would expect of it."""

import inspect
from dataclasses import replace

import jax
import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.economy.provenance import PARTS
from planlab.mechanisms.linear_program import LinearProgram
from planlab.tables.stores import can_lie_in_store
from planlab.tables.table import Table

NAMES, USES = ["farms", "works"], ["households", "investment", "exports"]


def country(**changes) -> Table:
    """Return a country that buys farm goods abroad and sells what its works make."""
    parts = {
        "flows": pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], NAMES, NAMES),
        "final": pd.DataFrame([[450.0, 0.0, 0.0], [1300.0, 300.0, 100.0]], NAMES, USES),
        "output": pd.Series([1000.0, 2000.0], NAMES),
        "factors": pd.DataFrame(
            [[300.0, 500.0], [80.0, 120.0], [40.0, 60.0]],
            ["compensation of employees", "jobs", "consumption of fixed capital"],
            NAMES,
        ),
        "kinds": ("labour", "labour", "other"),
        "imports": pd.Series([100.0, 0.0], NAMES),
        "factor_units": ["million crowns", "thousand persons", "million crowns"],
        "unit": "million crowns",
    }  # fmt: skip
    return Table("country", **(parts | changes))


def at(scenario, *names):
    """Return where processes stand."""
    labels = list(scenario.economy.labels.processes)
    return [labels.index(name) for name in names]


def trade(scenario, activity):
    """Return imports and exports."""
    labels, x = scenario.economy.labels.processes, np.asarray(activity)
    return tuple(x[[label.startswith(f"{does} of") for label in labels]].sum() for does in ("import", "export"))


def without_exports(scenario):
    return scenario.replace(
        capacity={name: 0.0 for name in scenario.economy.labels.processes if name.startswith("export of")}
    )


# exports pay for imports


def test_the_observed_year_balances_its_payments():
    scenario = pl.load_table("us-2021-15", trade="balanced", ambition=1.0)
    e, x = scenario.economy, scenario.activity
    net = np.asarray(e.outputs @ x - e.inputs @ x)
    assert np.abs(net - np.asarray(scenario.needs).sum(axis=1)).max() < 1e-4 * float(x.max())
    assert e.labels.communities == ("households", "investment", "government")
    assert "foreign exchange" not in e.labels.factors
    (borrowed,) = np.asarray(x)[at(scenario, "borrowing abroad")]
    imports, exports = trade(scenario, x)
    assert borrowed == pytest.approx(imports - exports)
    table = pl.read_table("us-2021-15")
    assert exports == pytest.approx(
        table.final["abroad"].clip(lower=0).sum(), rel=0.01
    )  # negative final uses are netted


def test_deleting_exports_makes_imports_fall_until_payments_balance():
    scenario = pl.load_table("us-2021-15", trade="balanced")
    deficit = float(scenario.capacity[at(scenario, "borrowing abroad")[0]])
    imports, exports = trade(scenario, pl.plan("linear_program", scenario).activity)
    assert exports > 0.5 * imports
    assert imports <= exports + deficit * (1 + 1e-9)
    alone, none = trade(scenario, pl.plan("linear_program", without_exports(scenario)).activity)
    assert none == 0
    assert alone == pytest.approx(deficit, rel=1e-6)
    assert alone < 0.5 * imports

    plain = pl.load_table("us-2021-15")  # where exports are a need, to delete them changes nothing abroad
    needs = np.asarray(plain.needs).copy()
    needs[:, plain.economy.labels.communities.index("abroad")] = 0.0
    before, after = (trade(s, pl.plan("linear_program", s).activity)[0] for s in (plain, plain.replace(needs=needs)))
    assert after == pytest.approx(before, rel=1e-6)


def test_who_sells_nothing_abroad_cannot_buy_there_year_after_year_either():
    scenario = without_exports(country().scenario(trade="balanced", deficit=30.0))
    run = pl.simulate("linear_program", scenario, periods=4)
    imports = np.asarray(run.outcome.activity)[:, at(scenario, "import of farms")[0]]
    lying = float(pl.Physics().cover) / 12 * 100.0  # foreign exchange in hand at the opening
    assert imports.sum() <= 4 * 30.0 + lying + 1e-6
    assert imports[-1] == pytest.approx(30.0, rel=0.02)


def test_a_surplus_is_owed_to_the_outside():
    sold = country(imports=None, final=pd.DataFrame({"homes": [350.0, 1300.0], "exports": [0.0, 400.0]}, NAMES))
    scenario = sold.scenario(trade="balanced", ambition=1.0)
    e = scenario.economy
    assert e.labels.communities == ("homes", "exports")
    assert np.asarray(scenario.needs)[:, 1].tolist() == [0.0, 0.0, 400.0]
    assert e.labels.products[-1] == "foreign exchange"
    assert "borrowing abroad" not in e.labels.processes
    plan = pl.plan("linear_program", scenario)
    assert float(plan.delivery[2, 1]) == pytest.approx(400.0)


def test_what_is_called_exports_is_asked_for_by_name():
    with pytest.raises(ValueError, match="trade is 'balanced', but no final use of pymrio-test is called exports"):
        pl.load_table("pymrio-test", trade="balanced")
    with pytest.raises(ValueError, match="deficit is of the balance of payments"):
        country().scenario(deficit=10.0)
    with pytest.raises(ValueError, match="investment is 'builds', and final_uses 'together' makes a need of it"):
        country().scenario(investment="builds", final_uses="together")


def test_a_stated_deficit_limits_what_comes_and_not_what_was():
    plain, told = (pl.load_table("us-2021-15", trade="balanced", deficit=d) for d in (None, 5e5))
    (borrowing,) = at(plain, "borrowing abroad")
    assert float(told.capacity[borrowing]) == 5e5
    np.testing.assert_array_equal(told.activity, plain.activity)
    imports, exports = trade(told, pl.plan("linear_program", told).activity)
    assert imports <= exports + 5e5 * (1 + 1e-9)


# imports carry what they embody


def test_to_buy_abroad_what_was_made_at_home_saves_no_footprint():
    plain, footprint = (pl.load_table("us-2021-71", import_factors=rule) for rule in ("none", "domestic-technology"))
    e, product = plain.economy, plain.economy.labels.products.index("Farms")
    home = [j for j, name in enumerate(e.labels.processes) if not name.startswith("import of")]
    A, M = (part.to_scipy().toarray()[:, home] for part in (e.inputs, e.outputs))
    shift = np.zeros(e.processes)
    makes = M.argmax(axis=0)
    shift[home] = -np.linalg.solve((M - A)[makes], np.eye(e.products)[makes, product])
    shift[at(plain, "import of Farms")] = 1.0
    material, labour = (e.labels.factors.index(f) for f in ("extraction of material", "compensation of employees"))
    saved, kept = (np.asarray(s.economy.factors) @ shift for s in (plain, footprint))
    assert saved[material] < -1.0
    assert kept[material] == pytest.approx(0.0, abs=1e-9)
    assert kept[labour] == pytest.approx(saved[labour])


@pytest.mark.parametrize("name", ["us-2021-15", "us-2021-71"])
def test_what_imports_embody_is_the_same_by_industries_as_by_products(name):
    drawn = []
    for technology in ("supply-use", "industry-technology"):
        e = pl.load_table(name, technology=technology, import_factors="domestic-technology").economy
        abroad = [label.startswith("import of") for label in e.labels.processes]
        drawn.append(np.asarray(e.factors)[e.labels.factors.index("extraction of material"), abroad])
    np.testing.assert_allclose(*drawn, rtol=1e-9, atol=1e-12)
    assert drawn[0].max() > 0.5


def test_throughput_and_limits_count_what_imports_draw_on_nature():
    plain, footprint = (pl.load_table("us-2021-71", import_factors=rule) for rule in ("none", "domestic-technology"))
    before, after = (dict(zip(s.economy.labels.factors, np.asarray(s.limits), strict=True)) for s in (plain, footprint))
    assert after["extraction of material"] > 1.1 * before["extraction of material"]
    assert after["compensation of employees"] == before["compensation of employees"]
    used = np.asarray(footprint.economy.factors @ footprint.activity)
    assert used == pytest.approx(np.asarray(footprint.limits))


# investment builds


class NeverBuilds(LinearProgram):
    """Plan as the programme does, and build nothing."""

    def plan(self, memory, seen, key):
        memory, plan = super().plan(memory, seen, key)
        return memory, replace(plan, investment=np.zeros_like(plan.activity))


def test_to_stop_investment_for_ever_costs_capacity():
    builds, needed = (country().scenario(investment=rule, wear=0.1) for rule in ("builds", "need"))
    home = at(builds, *NAMES)

    def left(mechanism, scenario):
        run = pl.simulate(mechanism, scenario, periods=5)
        return np.asarray(run.outcome.capacity)[:, home] / np.asarray(scenario.capacity)[home], pl.score(run).needs_met

    stopped, short = left(NeverBuilds(), builds)
    np.testing.assert_allclose(stopped, np.repeat(0.9 ** np.arange(1, 6), 2).reshape(5, 2))
    kept, met = left("linear_program", builds)
    np.testing.assert_allclose(kept, 1.0)
    assert short < met - 0.01
    for_ever, _ = left(NeverBuilds(), needed)
    assert (for_ever == 1).all()


def test_capital_in_place_wears_out_by_what_the_table_says():
    scenario = country().scenario(investment="builds", wear=0.05)
    e, c = scenario.economy, np.asarray(scenario.capacity)
    worn = e.capital.to_scipy().toarray() * (0.05 * c)
    home = at(scenario, *NAMES)
    assert worn.sum(axis=0)[home] == pytest.approx([40.0, 60.0])
    assert worn[NAMES.index("farms")].sum() == 0  # investment buys nothing of farms
    assert np.asarray(e.depreciation)[home].tolist() == [0.05, 0.05]
    assert float(e.depreciation[at(scenario, "import of farms")[0]]) == 0.0
    assert np.asarray(scenario.needs)[:, 1].tolist() == [0.0, 0.0]
    assert "consumption of fixed capital" not in e.labels.factors
    assert "consumption of fixed capital" in country().scenario().economy.labels.factors


@pytest.mark.parametrize("name", ["us-2021-15", "us-2021-71"])
def test_without_such_a_row_capital_is_the_named_default(name):
    scenario = pl.load_table(name, investment="builds", trade="balanced")
    e = scenario.economy
    traded = [
        j for j, label in enumerate(e.labels.processes) if " of " in label and label.split()[0] in ("import", "export")
    ]
    assert not np.asarray(e.depreciation)[traded].any()
    assert not e.capital.to_scipy().toarray()[:, traded].any()
    other = pl.make_scenario("transition", base=pl.load_table(name, trade="balanced"), hit=0.0)
    np.testing.assert_array_equal(e.capital.values, other.economy.capital.values)


# what can lie in store, what stops nobody, how much of capacity was used


def test_services_are_told_from_goods():
    products = pl.read_table("us-2021-71").flows.index
    kept = [name for name in products if can_lie_in_store(name)]
    assert {"Farms", "Machinery", "Other transportation equipment", "Food and beverage and tobacco products"} <= set(
        kept
    )
    gone = {"Utilities", "Hospitals", "Wholesale trade", "Motor vehicle and parts dealers", "Legal services", "Housing",
            "Food and beverage stores", "Truck transportation", "State and local general government"}  # fmt: skip
    assert not gone & set(kept)
    australia = pl.load_table("australia-2020-114", stored="goods").economy
    stored = dict(zip(australia.labels.products, np.asarray(australia.stored), strict=True))
    assert (stored["1102"], stored["2601"], stored["2701"], stored["8401"]) == (True, False, True, False)


def test_services_are_not_kept_two_months():
    scenario = pl.load_table("pymrio-test", stored="goods")
    run = pl.simulate("standstill", scenario, periods=2)
    e = scenario.economy
    held = np.asarray(e.held)
    assert 0 < held.sum() < held.size
    names = np.array(e.labels.products)
    assert {name.split(" / ")[1] for name in names[~np.asarray(e.stored)]} == {"electricity", "trade", "transport"}
    closing, used = np.asarray(run.outcome.closing[-1]), np.asarray(run.outcome.used[-1])
    gone = ~np.asarray(e.stored)
    assert closing[gone] == pytest.approx(0.0, abs=1e-6 * used.max())
    assert (closing[~gone & (used > 0)] > 0).all()


def test_marks_are_by_product_or_category():
    e = pl.load_table("us-2021-15", stored={"Utilities": False}, critical={"food": False}).economy
    stored, critical = (dict(zip(e.labels.products, np.asarray(part), strict=True)) for part in (e.stored, e.critical))
    assert [name for name, kept in stored.items() if not kept] == ["Utilities"]
    assert [name for name, needed in critical.items() if not needed] == ["Agriculture, forestry, fishing, and hunting"]
    assert pl.load_table("us-2021-15").economy.stored is None
    with pytest.raises(ValueError, match="stored is 'goods', but no product of country has a name"):
        country().scenario(stored="goods")


def test_utilisation_takes_the_place_of_the_margin_where_it_is_stated():
    plain, told = pl.load_table("us-2021-15"), pl.load_table("us-2021-15", utilisation={"Manufacturing": 0.78})
    over = np.asarray(told.capacity / plain.activity)
    manufacturing = at(plain, "Manufacturing")
    assert over[manufacturing] == pytest.approx(1 / 0.78)
    assert np.delete(over, manufacturing) == pytest.approx(1.25)
    everywhere = pl.load_table("us-2021-15", utilisation=0.9)
    abroad = [name.startswith("import of") for name in plain.economy.labels.processes]
    assert np.asarray(everywhere.capacity / plain.activity) == pytest.approx(np.where(abroad, 1.25, 1 / 0.9))


# what is scarce of value added


def test_labour_can_be_counted_in_jobs_alone():
    assert country().scenario().economy.factor_kinds == ("labour", "labour", "other", "other")
    e = country().scenario(labour="time").economy
    assert e.labels.factors == ("jobs", "consumption of fixed capital", "foreign exchange")
    assert np.asarray(e.factors)[0].tolist() == [0.08, 0.06, 0.0]
    with pytest.raises(ValueError, match="labour is 'time', but us-2021-15 has no labour in hours, jobs or persons"):
        pl.load_table("us-2021-15", labour="time")


def test_hospitals_are_not_cut_first_where_surplus_is_scarce_too():
    met = {}
    for rule in ("labour", "all"):
        scenario = pl.load_table("us-2021-71", value_added=rule)
        plan, needs = pl.plan("linear_program", scenario), np.asarray(scenario.needs).sum(axis=1)
        share = np.asarray(plan.delivery).sum(axis=1) / np.where(needs > 0, needs, np.inf)
        met[rule] = dict(zip(scenario.economy.labels.products, share, strict=True))
    for name in ("Hospitals", "Educational services"):  # whose value added is nearly all wages
        assert met["labour"][name] == pytest.approx(0.5)  # the essential part alone
        assert met["all"][name] == pytest.approx(1.0)


# all of this is said


@pytest.mark.parametrize("name", pl.table_names())
def test_every_number_of_a_bundled_table_is_explained(name, capsys):
    scenario = pl.load_table(name)
    scenario.explain()
    printed = capsys.readouterr().out
    for part in PARTS:
        assert f"\n{part}" in printed
    assert "nothing is written down" not in printed
    assert "now:" not in printed
    assert pl.read_table(name).source.split(",")[0] in printed


def test_every_assumption_says_how_it_is_changed(capsys):
    pl.load_table("us-2021-15", trade="balanced", investment="builds").explain()
    printed = " ".join(capsys.readouterr().out.split())
    arguments = set(inspect.signature(Table.scenario).parameters) - {"self"}
    assert {name for name in arguments if f"{name}=" not in printed} == set()


def test_what_was_changed_since_is_not_passed_off_as_the_tables(capsys):
    scenario = pl.load_table("us-2021-15")
    changed = scenario.replace(limits={"compensation of employees": 1e6})
    changed.explain()
    said = capsys.readouterr().out
    assert said.count("now: other numbers") == 1
    assert "now: other numbers" in said.split("\nlimits")[1].split("\ncapacity")[0]
    pl.make_scenario("transition", base=scenario).explain()
    said = capsys.readouterr().out
    assert "change: capital=2.5, depreciation=0.1 of transition" in said
    assert "now:" not in said
    assert "Moved by Transition, Shocks" in said


def test_what_is_said_is_no_part_of_the_world():
    one, other = pl.load_table("us-2021-15", limit_margin=1.0), pl.load_table("us-2021-15", limit_margin=1.1)
    assert jax.tree.structure(one) == jax.tree.structure(other)
    assert one.provenance != "anything else"
    assert pl.load_table("us-2021-15", limit_margin={"labour": 1.0}).limits.tolist() == one.limits.tolist()
