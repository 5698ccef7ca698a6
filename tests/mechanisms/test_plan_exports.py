"""A plan as labelled tables with units, and in a few lines for people."""

import sys

import jax
import numpy as np
import pytest

import planlab as pl

WORLD = pl.Scenario.from_arrays(
    np.array([[0.1, 0.2], [0.3, 0.1]]),
    [1.0, 2.0],
    factors=[[1.0, 1.0]],
    limits=[1.0],
    labels=pl.Labels(["corn", "<b>iron</b>"], ["farm", "mill"], ["labour"], ["all"], product_units=("t", "kg"),
                     process_units="ha", factor_units="h"),
    name="<tonnes>",
)  # fmt: skip
PLAN = pl.plan("linear_program", WORLD)


def test_tables_carry_labels_and_units():
    tables = PLAN.to_pandas()
    assert set(tables) == {"activity", "delivery", "investment", "prices", "rents", "capacity_rents"}
    assert tables["activity"]["mill"] == float(PLAN.activity[1])
    assert tables["delivery"].loc["<b>iron</b>", "all"] == float(PLAN.delivery[1, 0])
    assert tables["activity"].attrs["units"] == "ha per period"
    assert tables["rents"].attrs["units"] == "objective per (h)"
    assert "payments" in pl.plan("vcg", WORLD).to_pandas()


def test_a_dataset_has_units_and_says_how_good_the_plan_is():
    data = PLAN.to_xarray()
    assert data["prices"].sel(product="corn") == float(PLAN.prices[0])
    assert data["product_unit"].values.tolist() == ["t", "kg"]
    assert data["capacity_rents"].attrs["units"] == "objective per (ha)"
    assert data.attrs["status"] == "optimal"
    assert data.attrs["objective"] == pytest.approx(PLAN.certificate.objective)
    assert data.attrs["error"] <= 1e-6
    assert "error" not in pl.plan("command", WORLD).to_xarray().attrs


def test_without_xarray_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'planlab\[data\]'"):
        PLAN.to_xarray()


def test_plans_of_several_periods_say_whom_to_ask():
    run = pl.simulate("command", WORLD, periods=3)
    with pytest.raises(ValueError, match="3 periods; ask the trajectory"):
        run.plan.to_pandas()
    assert "activity=f64[3,2]" in repr(run.plan)


def test_a_plan_says_in_a_few_lines_how_it_came_out():
    assert repr(PLAN).splitlines()[1:3] == ["  2 processes; 2 products x 1 communities", f"  optimal ({PLAN.how}), "
                                            "1 rounds, 0 messages"]  # fmt: skip
    assert f"objective {PLAN.certificate.objective:.6g}" in repr(PLAN)


def test_a_traced_plan_can_be_looked_at():
    said = []
    jax.jit(lambda scale: said.append(repr(pl.Plan(scale * PLAN.activity, scale * PLAN.delivery))))(1.0)
    assert "2 processes" in said[0]


def test_a_notebook_sees_labels_escaped():
    page = PLAN._repr_html_()
    assert "&lt;b&gt;iron&lt;/b&gt;" in page
    assert "<b>iron" not in page
    assert all(f"<th>{title}</th>" in page for title in ("activity", "price", "rent", "unit"))
    assert "<th>charged</th>" in pl.plan("vcg", WORLD)._repr_html_()
