import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planlab.incentives.settings.shared_resource import SharedResource, worst_efficiency

USERS = 5


def each(elements):
    return arrays(float, USERS, elements=elements).map(jnp.asarray)


powers = each(st.one_of(st.just(1.0), st.floats(0.05, 1.0)))
resources = st.builds(
    SharedResource, each(st.floats(0.1, 5.0)), each(st.floats(0.05, 5.0)), powers, st.floats(0.5, 3.0).map(jnp.asarray)
)


@settings(max_examples=500)
@given(resources)
def test_at_most_a_quarter_is_lost(resource):
    assert 0.75 <= float(resource.efficiency()) <= 1 + 1e-9


@given(resources)
def test_all_is_given_and_first_order_conditions_hold(resource):
    for given_out, anticipation in ((resource.equilibrium(), 1.0), (resource.optimum(), 0.0)):
        d = np.asarray(given_out)
        assert d.sum() == pytest.approx(float(resource.capacity), rel=1e-9)
        worth = np.asarray(resource.marginal(given_out)) * (1 - anticipation * d / float(resource.capacity))
        price = worth[d > 1e-6].max()
        np.testing.assert_allclose(worth[d > 1e-6], price, rtol=1e-5)
        assert np.all(worth[d <= 1e-6] <= price * (1 + 1e-5))


@eqx.filter_jit
def deviations(resource, bids, factors):
    def alone(user, factor):
        changed = bids.at[user].set(factor * (bids[user] + 1e-3 * bids.sum()))
        return resource.payoffs(changed)[user]

    users = jnp.arange(USERS)
    return eqx.filter_vmap(lambda user: eqx.filter_vmap(lambda factor: alone(user, factor))(factors))(users)


@given(resources)
def test_no_other_bid_pays_at_equilibrium(resource):
    bids = resource.equilibrium_bids()
    paid = np.asarray(resource.payoffs(bids))
    found = np.asarray(
        deviations(resource, bids, jnp.concatenate([jnp.linspace(0.0, 3.0, 61), jnp.geomspace(3, 50, 9)]))
    )
    assert np.all(found.max(axis=1) <= paid + 1e-7 * paid.max())


def test_optimal_amounts_are_no_equilibrium():
    resource = SharedResource(jnp.array([1.0, 0.9, 0.8, 0.7, 0.6]), jnp.full(5, 0.2), jnp.full(5, 0.5))
    price_taking = resource.marginal(resource.optimum()).max() * resource.optimum()
    found = deviations(resource, price_taking, jnp.linspace(0.0, 3.0, 301)).max(axis=1)
    assert np.any(np.asarray(found) > np.asarray(resource.payoffs(price_taking)) + 1e-4)


def test_two_linear_users_by_hand():
    # 1 - d = (1 - (1 - d)) / 2, so d = 2/3; worth 2/3 + 1/6 of 1
    resource = SharedResource(jnp.array([1.0, 0.5]), jnp.ones(2), jnp.ones(2))
    np.testing.assert_allclose(resource.equilibrium(), [2 / 3, 1 / 3], rtol=1e-9)
    assert float(resource.efficiency()) == pytest.approx(5 / 6)


def test_the_worst_case_is_three_quarters():
    worst, slope = worst_efficiency(others=1000)
    assert worst == pytest.approx(0.75, abs=1e-3)
    assert worst > 0.75
    assert slope == pytest.approx(0.5, abs=0.02)


def test_one_user_alone_has_no_equilibrium():
    with pytest.raises(ValueError, match="one user"):
        SharedResource(jnp.ones(1), jnp.ones(1), jnp.ones(1))
