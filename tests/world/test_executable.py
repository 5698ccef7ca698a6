"""Plans whose numbers make no sense are marked, and what can be executed of them is."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.world.executable import complete, sound

PLAN = pl.Plan(activity=jnp.ones(3), delivery=jnp.ones((2, 2)))


@pytest.mark.parametrize("part", ["activity", "delivery", "investment", "prices", "rents", "payments"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_breaks_a_plan_and_counts_as_nothing(part, number):
    whole = complete(PLAN, products=2, factors=1)
    said = vars(whole) | {part: getattr(whole, part).at[0].set(number)}
    plan, executable = sound(pl.Plan(**said))
    assert int(plan.status) == pl.Status.BROKEN
    assert not np.isfinite(getattr(plan, part)).all()
    assert (np.asarray(getattr(executable, part))[0] == 0.0).all()
    assert np.isfinite(getattr(executable, part)).all()


def test_prices_may_be_below_zero_and_activities_may_not():
    whole = complete(PLAN, products=2, factors=1)
    for part, fine in (("prices", True), ("payments", True), ("activity", False), ("delivery", False)):
        plan, executable = sound(pl.Plan(**(vars(whole) | {part: getattr(whole, part) - 3.0})))
        assert (int(plan.status) != pl.Status.BROKEN) == fine
        assert (float(jnp.min(getattr(executable, part))) < 0) == fine
