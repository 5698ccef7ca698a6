"""Constraints and budgets: rows that hold activity down, by names, each with a shadow price."""

from dataclasses import replace

import numpy as np
import pytest

import planlab as pl
from planlab.optimisation.kkt import kkt
from planlab.scoring.bounds import clairvoyant
from planlab.simulation.runner import Runner, keys_of, nameless

CALM = pl.make_scenario("three_sector", labour=75)
YEARS = 4
MOVING = pl.make_scenario(
    "transition", products=12, inputs=3, years=YEARS, hit=0.0, factors={"labour": 1, "emissions": 1}, tightening=0.0
)
CARBON = pl.Budget("carbon", periods=YEARS, factor="emissions", share=0.7)


def seen_of(world, horizon):
    """Return what is seen before the first period, so many years of it ahead."""
    return Runner(nameless(world), pl.Setting(stores=False, horizon=horizon), keys_of(world.name, 0)).start()[-1]


def test_a_constraint_adds_up_what_is_named():
    e = MOVING.economy
    names = e.labels.processes
    half = MOVING.with_laws(pl.Constraint("few", of={names[0]: 2.0, names[3]: 0.5}, factor="emissions", level=7.0))
    row = np.zeros(e.processes)
    row[[0, 3]] = 2.0, 0.5
    np.testing.assert_array_equal(half.economy.factors[-1], row * np.asarray(e.factors[1]))
    assert half.limits[-1] == 7.0
    assert half.economy.labels.factors == ("labour", "emissions", "few")


def test_names_may_be_patterns_of_processes_sectors_and_regions():
    table = pl.load_table("pymrio-test")
    by_sector, by_region = (
        table.with_laws(pl.Constraint("less", of=of, factor="emission_type1 / air")).economy.factors[-1]
        for of in ("transport", ["reg1", "reg2"])
    )
    of_transport = [name.endswith("transport") for name in table.economy.labels.processes]
    np.testing.assert_array_equal(np.asarray(by_sector) > 0, of_transport)
    np.testing.assert_array_equal(by_region[16:], 0.0)
    same = table.with_laws(pl.Constraint("less", of="*/ transport", factor="emission_type1 / air"))
    np.testing.assert_array_equal(same.economy.factors[-1], by_sector)


def test_what_is_no_name_is_named():
    with pytest.raises(ValueError, match=r"of names 'industri', which is no process, sector or region.*'industry'"):
        CALM.with_laws(pl.Constraint("less", of="industri"))
    with pytest.raises(ValueError, match="name is 'labour', which something else in the scenario is called"):
        CALM.with_laws(pl.Constraint("labour"))
    with pytest.raises(TypeError, match="of is 3; give names"):
        pl.Constraint("less", of=3)
    with pytest.raises(ValueError, match="level is -1; give a number of at least 0"):
        pl.Constraint("less", level=-1)


def test_a_limit_that_a_law_would_set_again_cannot_be_replaced_beside_it():
    held = CALM.with_laws(pl.Constraint("less", of="industry"))
    assert held.replace(limits={"labour": 50.0}).limits[1] == held.limits[1]
    with pytest.raises(ValueError, match=r"limits\['less'\] is what a constraint or budget says; give that anew"):
        held.replace(limits={"less": 3.0})


def test_one_of_a_name_takes_the_place_of_the_other():
    twice = CALM.with_laws(
        pl.Constraint("a", of="industry"),
        pl.Constraint("b", of="services"),
        pl.Constraint("a", of="services", level=1.0),
    )
    assert twice.economy.labels.factors == ("labour", "a", "b")
    np.testing.assert_array_equal(twice.economy.factors[1:], [[0, 0, 1], [0, 0, 1]])
    assert [law.name for law in twice.laws] == ["a", "b"]
    assert twice.limits[1] == 1.0


def test_a_constraint_that_leaves_room_leaves_every_plan_as_it_was():
    roomy = CALM.with_laws(pl.Constraint("roomy", of="industry", share=50.0))
    for name in ("linear_program", "command", "receding_horizon"):
        before, after = (pl.plan(name, world) for world in (CALM, roomy))
        np.testing.assert_allclose(after.delivery, before.delivery, rtol=1e-6, atol=1e-6)
        assert after.rents is None or float(after.rents[1]) == pytest.approx(0.0, abs=1e-9)


def test_a_constraint_on_all_of_a_factor_is_that_factors_limit():
    tight = CALM.replace(limits={"labour": 0.8 * CALM.limits[0]})
    level = float(tight.limits[0])
    alike = CALM.with_laws(pl.Constraint("hours", factor="labour", level=level))
    for name in ("linear_program", "receding_horizon", "malinvaud_dreze_poussin"):
        one, other = pl.plan(name, tight), pl.plan(name, alike)
        np.testing.assert_allclose(other.activity, one.activity, rtol=2e-4)
        assert float(other.rents[1]) == pytest.approx(float(one.rents[0]), rel=2e-3)


def test_throughput_does_not_count_constraints():
    held = CALM.with_laws(pl.Constraint("half", of="industry", share=0.5))
    scored = pl.score(pl.simulate("command", held, 5))
    assert {name for name in scored.metrics if "constraint" in name} == set()


def test_a_constraint_follows_its_factors_productivity_and_no_other_limits_path():
    laws = pl.Constraint("half", of="industry", factor="labour", share=0.5, change=-0.1), pl.Productivity(labour=0.2)
    world = CALM.with_laws(pl.Announced(limits={"labour": -0.3}), *laws)
    run = pl.simulate("standstill", world, 4)
    factors = np.asarray(run.path["factors"])
    np.testing.assert_allclose(factors[:, 1, 1], factors[:, 0, 1], rtol=1e-14)
    np.testing.assert_allclose(run.limits[:, 1] / run.limits[0, 1], 0.9 ** np.arange(4), rtol=1e-14)
    np.testing.assert_allclose(run.limits[:, 0] / run.limits[0, 0], 0.7 ** np.arange(4), rtol=1e-14)


def test_the_path_is_announced():
    world = CALM.with_laws(pl.Constraint("less", of="industry", change=-0.1), pl.Productivity(labour=0.2))
    seen = seen_of(world, 3)
    np.testing.assert_allclose(seen.forecast.limits[:, 1] / seen.limits[1], 0.9 ** np.arange(1, 4), rtol=1e-14)


def test_shocks_strike_the_limits_they_struck_before():
    shocks = pl.Shocks(np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [0.5]]))
    world = CALM.replace(shocks=shocks).with_laws(pl.Constraint("less", of="industry"))
    run = pl.simulate("command", world, 2)
    np.testing.assert_allclose(run.limits[1] / world.limits, [0.5, 1.0])


def test_a_budget_is_never_overdrawn():
    for name in ("linear_program", "standstill", "gradual"):
        run = pl.simulate(name, MOVING.with_laws(CARBON), YEARS + 2)
        drawn = np.asarray(run.outcome.factor_use)[:, 2]
        assert drawn.sum() <= float(run.limits[0, 2]) * (1 + 1e-9), name


def test_planners_of_one_year_are_allotted_an_equal_part_of_what_is_left():
    world = MOVING.with_laws(CARBON)
    seen = seen_of(world, 2)
    np.testing.assert_allclose(seen.limits[2], world.limits[2] / YEARS)
    np.testing.assert_allclose(seen.forecast.limits[:, 2], world.limits[2] / YEARS)
    np.testing.assert_array_equal(seen.forecast.lasts, [0, 0, YEARS])


def planned(world):
    """Return the programme of all years, its solution, and the plans."""
    mechanism = pl.NYearPlan(YEARS, terminal=False)
    seen = seen_of(world, YEARS - 1)
    problem = mechanism.problem(seen)
    found = problem.solved(1e-9)
    return problem, found, problem.plans(found)


def test_a_budgets_shadow_price_is_the_same_in_all_years_and_right_for_the_path_that_it_chose():
    world = MOVING.with_laws(CARBON)
    problem, found, plans = planned(world)
    rents = np.array([plan.rents[2] for plan in plans])
    use = np.array([plan.activity @ np.asarray(world.economy.factors)[2] for plan in plans])
    assert use.sum() == pytest.approx(float(world.limits[2]), rel=1e-9)
    assert np.ptp(use) > 0.02 * use.mean()  # it is worth more in some years than in others
    np.testing.assert_allclose(rents, rents[0], rtol=1e-12)
    assert rents[0] > 0
    path = np.ones((YEARS, 3))
    path[:, 2] = use / use[0]
    yearly = MOVING.with_laws(pl.Constraint("carbon", factor="emissions", level=float(use[0])))
    yearly = yearly.replace(shocks=pl.Shocks(np.ones((1, yearly.economy.processes)), np.ones((1, 12)), path))
    imposed, alone, _ = planned(yearly)
    assert alone.certificate.objective == pytest.approx(found.certificate.objective, abs=1e-8)
    duals, own = alone.y * 0.0, found.y
    n, built = imposed.units.product.size, imposed.built.size
    given = [n, 2, built]  # rows of a year: balances, labour and emissions, capacity
    theirs = [own[: YEARS * sum(given)].reshape(YEARS, -1), own[YEARS * sum(given)], own[YEARS * sum(given) + 1 :]]
    each = np.insert(theirs[0], n + 2, theirs[1], axis=1)
    duals = np.concatenate([each.ravel(), theirs[2]])
    certificate = kkt(imposed.linear, found.z, duals)
    assert max(certificate.dual, certificate.gap) < 1e-7  # equal duals in all years are duals of the yearly limits


def test_a_thousandth_less_of_a_limit_costs_what_the_shadow_prices_say():
    world = MOVING.with_laws(pl.Constraint("carbon", factor="emissions", share=0.7, change=-0.02))

    def value(share):
        held = replace(world.laws[-1], start=share * world.laws[-1].start)
        moved = replace(world, laws=(*world.laws[:-1], held), opening=held.begin(world.opening))
        _, found, plans = planned(moved)
        limits = float(held.start) * 0.98 ** np.arange(YEARS)
        return float(found.certificate.objective), sum(plan.rents[2] * b for plan, b in zip(plans, limits, strict=True))

    (less, right), (now, _), (more, left) = value(1 - 1e-3), value(1.0), value(1 + 1e-3)
    change = (now - less) / 1e-3
    assert change > 0
    assert left * 0.99 <= (more - now) / 1e-3 <= change * 1.01
    assert change <= right * 1.01


def test_nobody_beats_the_bound_of_a_budget_and_it_is_less_than_without():
    world = MOVING.with_laws(CARBON)
    bound, without = (clairvoyant(one, YEARS) for one in (world, MOVING))
    assert bound.needs_met < without.needs_met - 0.02
    for name in ("receding_horizon", "linear_program"):
        met = pl.score(pl.simulate(name, world, YEARS)).needs_met
        assert met <= bound.needs_met + 1e-9


def test_budgets_are_kept_to_when_planned_by_the_quarter():
    run = pl.simulate("receding_horizon", MOVING.with_laws(CARBON), YEARS, setting=pl.Setting(replans=4))
    assert float(run.outcome.factor_use[:, 2].sum()) <= float(run.limits[0, 2]) * (1 + 1e-9)
