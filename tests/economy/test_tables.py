"""Real tables: totals, balances, technologies, blemishes, and tables that cannot be read."""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.economy.tables import Table

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PLANLAB_SHARED_DATA", ROOT.parent / "shared" / "data"))
REAL = ("chile-2013-12", "spain-2022-64", "us-bea-2021-71", "us-bea-2017-402")
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
    assert pl.spectral_radius(np.maximum(table.flows.to_numpy(), 0) / output) == pytest.approx(RADIUS[name], abs=0.03)


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
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    system.calc_all()
    scenario = pl.Scenario.from_pymrio(system, ambition=1.0)
    assert np.allclose(scenario.economy.inputs.to_scipy().toarray(), system.A.to_numpy(), rtol=1e-12)
    assert scenario.economy.labels.communities == ("reg1", "reg2", "reg3", "reg4", "reg5", "reg6")
    assert scenario.economy.factor_kinds == ("other", "emissions", "emissions")
    assert np.allclose(np.asarray(scenario.needs).sum(), np.asarray(system.Y).sum())


def test_blemishes_are_named_and_their_rules_can_be_changed():
    folder = shared("us-bea-2017-402")
    table = pl.read_table(folder)
    table.scenario()
    said = " | ".join(map(str, table.blemishes))
    for fact in ("17 × negative flow", "2 × sector without output", "74 × negative final demand"):
        assert fact in said
    with pytest.raises(ValueError, match="negative final demand"):
        pl.read_table(folder).scenario(rules=pl.TableRules(negative_demand="error"))
    dropped = pl.read_table(shared("us-bea-2021-71")).scenario(rules=pl.TableRules(negative_demand="drop"))
    assert "foreign exchange" not in dropped.economy.labels.factors


@pytest.fixture
def folder(tmp_path):
    names = ["a", "b"]
    pd.DataFrame([[1.0, 2.0], [3.0, 1.0]], names, names).to_csv(tmp_path / "flows.csv")
    pd.DataFrame({"output": [10.0, 12.0]}, names).to_csv(tmp_path / "output.csv")
    pd.DataFrame({"final_demand": [7.0, 8.0]}, names).to_csv(tmp_path / "final_demand.csv")
    pd.DataFrame([[5.0, 6.0]], ["labour"], names).to_csv(tmp_path / "factors.csv")
    return tmp_path


def test_a_folder_of_csv_or_parquet_is_a_table(folder):
    scenario = pl.load_table(folder, ambition=1.0)
    assert np.allclose(scenario.activity, [10.0, 12.0])
    assert scenario.economy.factor_kinds == ("labour",)
    for file in list(folder.glob("*.csv")):
        pd.read_csv(file, index_col=0).to_parquet(file.with_suffix(".parquet"))
        file.unlink()
    again = pl.load_table(folder, ambition=1.0)
    assert np.array_equal(again.economy.inputs.values, scenario.economy.inputs.values)


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


SPOILED = {
    "no output": (lambda f: (f / "output.csv").unlink(), FileNotFoundError, "no output.csv"),
    "no flows": (lambda f: (f / "flows.csv").unlink(), FileNotFoundError, "no flows.csv"),
    "no final demand": (lambda f: (f / "final_demand.csv").unlink(), FileNotFoundError, "no final_demand.csv"),
    "empty": (write("flows.csv", ""), ValueError, "cannot be read"),
    "only a header": (write("output.csv", "product,output\n"), ValueError, "is empty"),
    "text": (write("output.csv", "product,output\na,ten\nb,12\n"), ValueError, "has text in column 'output', row 'a'"),
    "gap": (write("output.csv", "product,output\na,\nb,12\n"), ValueError, "missing or infinite"),
    "infinite": (write("output.csv", "product,output\na,inf\nb,12\n"), ValueError, "missing or infinite"),
    "twice": (write("output.csv", "product,output\na,10\na,12\n"), ValueError, "label 'a' twice"),
    "other labels": (write("output.csv", "product,output\na,10\nc,12\n"), ValueError, "labels of output differ"),
    "other order": (write("final_demand.csv", "p,final_demand\nb,8\na,7\n"), ValueError, "labels of final_demand diff"),
    "not square": (write("flows.csv", "p,a\na,1\nb,2\n"), ValueError, "must be square"),
    "factors": (write("factors.csv", "f,a,c\nlabour,1,2\n"), ValueError, "labels of factors differ"),
    "transposed": (write("flows.csv", "p,a,b\na,1,3\nb,2,1\n"), ValueError, "rows sell, columns buy"),
    "negative output": (write("output.csv", "p,output\na,-10\nb,12\n"), ValueError, "output is negative"),
    "not parquet": (
        lambda f: (shutil.move(f / "flows.csv", f / "flows.parquet")), ValueError, "cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILED)
def test_malformed_tables_give_a_named_error(folder, case):
    spoil, kind, said = SPOILED[case]
    spoil(folder)
    with pytest.raises(kind, match=said):
        pl.load_table(folder)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("us-2021-17",), "Did you mean 'us-2021-71'"),
        (("/nowhere/at/all",), "not a folder"),
    ],
)
def test_unknown_tables_are_named(arguments, said):
    with pytest.raises(FileNotFoundError, match=said):
        pl.load_table(*arguments)


@pytest.mark.parametrize(
    ("assumption", "said"),
    [
        ({"ambition": -1}, "ambition is -1"),
        ({"capacity_margin": 0}, "capacity_margin is 0"),
        ({"limit_margin": "much"}, "limit_margin is 'much'"),
        ({"technology": "commodity"}, "technology is 'commodity'"),
        ({"final_uses": "none"}, "final_uses is 'none'"),
    ],
)
def test_assumptions_are_checked(assumption, said):
    with pytest.raises(ValueError, match=said):
        pl.load_table("us-2021-15", **assumption)


def test_unknown_rules_are_refused():
    with pytest.raises(ValueError, match="negative_demand is 'guess'"):
        pl.TableRules(negative_demand="guess")
