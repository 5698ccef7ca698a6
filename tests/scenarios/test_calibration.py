"""The optimum of a generated world is known beforehand."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.scenario import with_parts

DRAWN = ("layered", "scale_free", "modular")
SETTINGS = {
    "plain": {},
    "two techniques": {"techniques": 2},
    "loose": {"tightness": 1.0},
    "scarce labour": {"scarce": ["labour"], "factors": {"labour": 2, "land": 1, "emissions": 1}},
    "wear": {"depreciation": 0.08, "techniques": 2, "capacity_margin": 1.0},
    "bottlenecks": {"bottlenecks": 0.1},
    "everything": {"bottlenecks": 0.2, "techniques": 3, "depreciation": 0.05, "scarce": ["energy"], "tightness": 0.7},
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("seed", [0])
def test_the_optimum_meets_the_stated_share_of_needs(name, setting, seed, optimum):
    scenario = pl.make_scenario(name, products=40, seed=seed, **setting)
    assert optimum(scenario) == pytest.approx(setting.get("tightness", 0.9), abs=1e-9)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(DRAWN),
    inputs=st.sampled_from([1, 6]),
    radius=st.floats(0.05, 0.95),
    tightness=st.floats(0.4, 1.0),
    depreciation=st.sampled_from([0.0, 0.05, 0.2]),
    bottlenecks=st.sampled_from([0.0, 0.1, 0.3]),
    seed=st.integers(0, 10**6),
)
def test_any_setting_is_met(name, inputs, radius, tightness, depreciation, bottlenecks, seed, optimum):
    """Shapes stay the same, so that JAX compiles once."""
    scenario = pl.make_scenario(
        name,
        products=24,
        techniques=2,
        inputs=inputs,
        spectral_radius=radius,
        communities=3,
        tightness=tightness,
        depreciation=depreciation,
        bottlenecks=bottlenecks,
        seed=seed,
    )
    assert optimum(scenario) == pytest.approx(tightness, abs=1e-8)
    assert (np.asarray(scenario.activity) > 0).any()


def test_the_linear_programme_finds_the_calibrated_optimum():
    scenario = pl.make_scenario("scale_free", products=50, tightness=0.8, weights="equal")
    plan = pl.plan(pl.LinearProgram(pl.CappedNeeds()), scenario)
    needs, worth = np.asarray(scenario.needs), np.asarray(scenario.population) / np.asarray(scenario.population).sum()
    met = np.where(needs > 0, np.asarray(plan.delivery) / np.where(needs > 0, needs, 1), 0).sum(axis=0)
    assert met / (needs > 0).sum(axis=0) @ worth == pytest.approx(0.8, abs=1e-4)


def test_only_scarce_factors_are_scarce_and_only_bottlenecks_bind(optimum):
    scenario = pl.make_scenario("layered", products=50, scarce=["labour"], bottlenecks=0.1, weights="equal")
    plan = pl.plan(pl.LinearProgram(pl.CappedNeeds()), scenario)
    use = np.asarray(scenario.economy.factors @ plan.activity) / np.asarray(scenario.limits)
    assert use[0] == pytest.approx(1.0, abs=1e-6)
    assert (use[1:] < 0.9).all()
    full = np.asarray(plan.activity) / np.asarray(scenario.capacity)
    assert (full > 1 - 1e-6).sum() == 5


def test_capacity_suffices_for_every_need_where_nothing_else_binds(optimum):
    plenty = pl.make_scenario(
        "layered", products=50, techniques=2, depreciation=0.1, capacity_margin=1.0, tightness=1.0
    )
    assert optimum(plenty) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("techniques", [1, 2])
def test_replacing_worn_capacity_takes_a_modest_share_of_output(techniques):
    scenario = pl.make_scenario("layered", depreciation=0.06, techniques=techniques)
    e = scenario.economy
    replaced = np.asarray(e.capital @ (e.depreciation * scenario.capacity)).sum()
    assert 0.03 < replaced / np.asarray(e.outputs @ scenario.capacity).sum() * techniques < 0.12


def test_techniques_leave_something_to_choose():
    scenario = pl.make_scenario("scale_free", products=60, techniques=2)
    used = np.asarray(pl.plan("linear_program", scenario).activity) > 1e-9
    assert 10 < used[60:].sum() < 50


def test_the_opening_is_balanced_and_does_not_give_the_answer_away():
    scenario = pl.make_scenario("layered")
    e = scenario.economy
    net, need = (
        np.asarray(e.outputs @ scenario.activity - e.inputs @ scenario.activity),
        np.asarray(scenario.needs).sum(1),
    )
    share = (net / np.where(need > 0, need, 1))[need > 0]
    assert share == pytest.approx(np.full(share.size, share[0]), rel=1e-9)
    assert 0.3 < share[0] < 0.9
    assert np.asarray(e.factors @ scenario.activity / scenario.limits).max() == pytest.approx(1.0)


def test_a_drought_lowers_what_even_the_best_plan_can_do(optimum):
    scenario = pl.make_scenario("drought", products=60)
    struck = with_parts(scenario, capacity=scenario.capacity * scenario.shocks.capacity_at(3))
    assert optimum(scenario) == pytest.approx(0.9, abs=1e-9)
    assert optimum(struck) < 0.87
