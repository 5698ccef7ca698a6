"""Plans whose numbers make no sense are marked, and what can be executed of them is."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.simulation.executable import executable

PLAN = pl.Plan(activity=jnp.ones(3), delivery=jnp.ones((2, 2)))
SIZES = 3, 2, 2, 1
"""Processes, products, communities and factors."""


@pytest.mark.parametrize(
    "part", ["activity", "delivery", "investment", "prices", "rents", "capacity_rents", "payments"]
)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_breaks_a_plan_and_counts_as_nothing(part, number):
    whole = executable(PLAN, *SIZES)[0]
    said = vars(whole) | {part: getattr(whole, part).at[0].set(number)}
    plan, done = executable(pl.Plan(**said), *SIZES)
    assert int(plan.status) == pl.Status.BROKEN
    assert not np.isfinite(getattr(plan, part)).all()
    assert (np.asarray(getattr(done, part))[0] == 0.0).all()
    assert np.isfinite(getattr(done, part)).all()


def test_prices_may_be_below_zero_and_activities_may_not():
    whole = executable(PLAN, *SIZES)[0]
    for part, fine in (("prices", True), ("payments", True), ("activity", False), ("delivery", False)):
        plan, done = executable(pl.Plan(**(vars(whole) | {part: getattr(whole, part) - 3.0})), *SIZES)
        assert (int(plan.status) != pl.Status.BROKEN) == fine
        assert (float(jnp.min(getattr(done, part))) < 0) == fine


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"delivery": jnp.ones(2)}, r"Plan.delivery has shape \(2,\); it should be \(2, 2\)."),
        ({"activity": jnp.ones((3, 1))}, r"Plan.activity has shape \(3, 1\); it should be \(3,\)."),
        ({"prices": jnp.ones(3)}, r"Plan.prices has shape \(3,\); it should be \(2,\)."),
        ({"activity": "all"}, r"Plan.activity is 'all'; give an array of shape \(3,\)."),
    ],
)
def test_a_plan_of_the_wrong_shape_is_named(wrong, said):
    with pytest.raises((ValueError, TypeError), match=said):
        executable(pl.Plan(**(vars(PLAN) | wrong)), *SIZES)


class Careless(pl.Mechanism):
    """Returns what it was made with instead of memory and plan."""

    sees = frozenset({"last"})
    returned: object = None
    memory: object = ()

    def init(self, seen, key):
        """Return what it remembers."""
        return jnp.zeros(3)

    def plan(self, state, seen, key):
        """Return something else."""
        if self.returned == "memory":
            return self.memory, pl.Plan(seen.last.activity, seen.last.delivery)
        return self.returned


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        (Careless(), r"Careless.plan returned NoneType; return \(memory, pl.Plan\(...\)\)."),
        (Careless(returned=(1, 2, 3)), r"Careless.plan returned tuple; return \(memory, pl.Plan\(...\)\)."),
        (Careless(returned=((), 7)), r"Careless.plan returned int for a plan; return"),
        (
            Careless(returned="memory", memory=jnp.zeros(4)),
            r"Careless.plan remembers .* keep structure, shapes and types",
        ),
    ],
)
def test_what_a_mechanism_returns_is_checked_by_name(mechanism, said):
    with pytest.raises(TypeError, match=said):
        pl.simulate(mechanism, pl.make_scenario("three_sector"), periods=2)
