"""A community that needs nothing is satisfied and has no part in any mean, of planners and scores alike."""

import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import with_parts
from planlab.scoring.needs import community_satisfaction, need_satisfaction
from planlab.testing import drawn_scenario

BASE = drawn_scenario(1, wear=0.0)
OTHERS = np.array([0, 2])
IDLE = BASE.replace(needs=BASE.needs.at[:, 1].set(0.0))
ALONE = with_parts(BASE, **{name: getattr(BASE, name)[..., OTHERS] for name in ("needs", "urgency", "population")})


def test_worths_of_those_who_need_add_up_to_one():
    worth = need_weights(IDLE.needs, IDLE.urgency, IDLE.population)
    assert float(worth.sum()) == pytest.approx(1.0)
    assert not worth[:, 1].any()
    assert np.array_equal(worth[:, OTHERS], need_weights(ALONE.needs, ALONE.urgency, ALONE.population))
    assert not np.asarray(need_weights(0 * IDLE.needs, IDLE.urgency, IDLE.population)).any()


def test_the_idle_are_satisfied_and_not_counted():
    delivery = 0.5 * IDLE.needs
    assert community_satisfaction(delivery, IDLE.needs).tolist() == [0.5, 1.0, 0.5]
    assert float(need_satisfaction(delivery, IDLE.needs, IDLE.urgency, IDLE.population)) == pytest.approx(0.5)
    assert float(need_satisfaction(delivery, 0 * IDLE.needs)) == 1.0


@pytest.mark.parametrize("mechanism", ["linear_program", "proportional_share"])
def test_plans_and_scores_are_those_of_the_world_without_them(mechanism):
    idle, alone = pl.simulate(mechanism, IDLE, periods=2), pl.simulate(mechanism, ALONE, periods=2)
    np.testing.assert_allclose(idle.plan.activity, alone.plan.activity, rtol=1e-5, atol=1e-9)
    one, other = pl.score(idle).metrics, pl.score(alone).metrics
    for name in ("need_satisfaction", "planned_need_satisfaction", "gini", "atkinson", "share_above", "worst_need"):
        assert one[name] == pytest.approx(other[name], rel=1e-4, abs=1e-6), name


def test_what_the_optimal_plan_maximises_is_what_is_scored():
    plan = pl.plan("linear_program", IDLE)
    scored = need_satisfaction(plan.delivery, IDLE.needs, IDLE.urgency, IDLE.population)
    assert float(plan.certificate.objective) == pytest.approx(float(scored), abs=1e-5)
