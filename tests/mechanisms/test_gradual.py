"""Going part of the way."""

import numpy as np
import pytest

import planlab as pl
from planlab.scoring.series import per_period

WORLD = pl.make_scenario("layered", products=40, weights="equal", seed=1)
PLAIN = pl.LinearProgram(pl.CappedNeeds())


def met(mechanism, **dials):
    """Return needs met by year where households are served first."""
    setting = pl.Setting(physics=pl.Physics(rule=pl.HouseholdsFirst()), **dials)
    return per_period(pl.simulate(mechanism, WORLD, 8, setting=setting))["need_satisfaction"]


def test_it_goes_part_of_the_way_by_hand():
    last, best = (pl.simulate(name, WORLD, 1).plan for name in ("standstill", "linear_program"))
    plan = pl.simulate(pl.Gradual(speed=0.25), WORLD, 1).plan
    np.testing.assert_allclose(plan.activity, last.activity + 0.25 * (best.activity - last.activity))
    np.testing.assert_allclose(plan.delivery, last.delivery + 0.25 * (best.delivery - last.delivery))


def test_all_the_way_is_the_others_plan():
    plan, best = (pl.simulate(m, WORLD, 3).plan for m in (pl.Gradual(speed=1.0), pl.LinearProgram()))
    np.testing.assert_allclose(plan.activity, best.activity, atol=1e-9)


def test_where_households_are_served_first_only_small_steps_survive():
    jump, steps = met(PLAIN, replans=12), met(pl.Gradual(PLAIN), replans=12)
    assert jump[-1] < 0.1
    assert steps[-1] > 0.88
    assert (np.diff(steps) > -1e-3).all()


@pytest.mark.parametrize("inner", [pl.Command(), pl.Gradient()])
def test_it_goes_towards_any_mechanism(inner):
    gradual = pl.Gradual(inner)
    assert gradual.traceable
    assert gradual.sees == inner.sees | {"last"}
    assert gradual.reward == inner.reward
    assert np.isfinite(np.asarray(pl.simulate(gradual, WORLD, 2).outcome.delivery)).all()


def test_it_takes_a_mechanism():
    with pytest.raises(TypeError, match="mechanism is 'command'"):
        pl.Gradual("command")
