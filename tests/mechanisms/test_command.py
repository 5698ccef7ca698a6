import numpy as np
import pytest

import planlab as pl

A, F = np.array([[0.15, 0.25], [0.20, 0.05]]), np.array([[0.30, 0.25]])
NEEDS = np.array([600.0, 1500.0])


def two_sectors(labour=np.inf):
    """Miller and Blair's economy with capacity to spare."""
    return pl.Scenario.from_arrays(inputs=A, needs=NEEDS, factors=F, limits=[labour], capacity=[5000.0, 5000.0])


@pytest.mark.parametrize(("rounds", "missing"), [(3, [20.562, 14.997]), (60, [0.0, 0.0])])
def test_balances_started_anew_are_the_partial_sums_of_the_leontief_series(rounds, missing):
    command = pl.Command(rounds=rounds, inertia=0.0, revised=False)
    x = np.asarray(pl.plan(command, two_sectors()).activity)
    np.testing.assert_allclose(pl.gross_output(A, NEEDS) - x, missing, atol=0.001)
    bound = np.linalg.norm(A, 1) ** rounds * np.abs(pl.gross_output(A, NEEDS) - NEEDS).sum()
    assert np.abs(pl.gross_output(A, NEEDS) - x).sum() <= bound + 1e-9


def test_taut_norms_ask_for_less_and_a_shortage_of_labour_cuts_everything_alike():
    plain, taut = (np.asarray(pl.plan(pl.Command(rounds=40, tautness=t), two_sectors()).activity) for t in (0, 0.2))
    assert (taut < plain).all()
    short = pl.plan(pl.Command(rounds=200, inertia=0.0), two_sectors(labour=400.0))
    x, promise = np.asarray(short.activity), np.asarray(short.delivery)[:, 0]
    assert (F @ x).item() == pytest.approx(400.0, rel=1e-6)
    np.testing.assert_allclose(x - A @ x, promise, rtol=1e-6)
    assert (promise / NEEDS).std() < 1e-6


def test_the_achieved_level_is_kept_up_by_revision_and_lost_by_starting_anew():
    scenario = pl.make_scenario("layered", products=60, seed=0)
    opening = pl.score(pl.simulate("standstill", scenario, periods=8)).need_satisfaction
    revised = pl.score(pl.simulate(pl.Command(), scenario, periods=8)).need_satisfaction
    anew = pl.score(pl.simulate(pl.Command(revised=False), scenario, periods=8)).need_satisfaction
    assert revised == pytest.approx(opening, abs=0.03)
    assert anew < 0.6 * opening


def test_idle_capacity_is_scrapped_where_investment_is_planned_from_the_achieved_level():
    world = pl.Scenario.from_arrays(
        inputs=[[0.0]], needs=[100.0], factors=[[1.0]], limits=[np.inf], capacity=[40.0], capital=[[1.0]],
        depreciation=[0.5], activity=[10.0],
    )  # fmt: skip
    for idle, replaced in ((1.0, 20.0), (0.5, 12.5), (0.0, 5.0)):
        plan = pl.plan(pl.Command(idle=idle), world)
        assert np.asarray(plan.investment) == pytest.approx([replaced])


def test_in_a_transition_whoever_replaces_idle_capacity_has_less_for_needs():
    world = pl.make_scenario("transition", products=30, seed=1, hit=0.0)
    all_of_it, used = (pl.score(pl.simulate(pl.Command(idle=idle), world, 8)) for idle in (1.0, 0.0))
    assert used.needs_met > all_of_it.needs_met + 0.005
