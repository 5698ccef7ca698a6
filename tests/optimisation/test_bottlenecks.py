from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation.bottlenecks import Bottlenecks
from planlab.testing import drawn_scenario
from planlab.testing.probes import first_observation


def test_orders_and_costs_are_those_of_dense_algebra_and_price_what_they_take():
    scenario = drawn_scenario(0)
    e, c = scenario.economy, np.asarray(scenario.capacity)
    links, zero = Bottlenecks.of(first_observation(scenario)), jnp.zeros(7)
    A, M, F = e.inputs.to_scipy().toarray(), e.outputs.to_scipy().toarray(), np.asarray(e.factors)
    G = (M * c).T / (M @ c)
    d, v = np.linspace(1, 2, 7), np.linspace(0.5, 1.5, 11)
    q = np.linalg.solve(np.eye(7) - A @ G, d)
    orders, prices = links.orders(jnp.asarray(d), zero), links.costs(jnp.asarray(v), zero)
    np.testing.assert_allclose(orders, q, rtol=1e-10)
    np.testing.assert_allclose(links.taken(orders), np.concatenate([G @ q, F @ G @ q]), rtol=1e-10)
    assert float(prices @ d) == pytest.approx(float(v @ links.taken(orders)), rel=1e-10)


def test_only_what_all_orders_would_exceed_stays_limited_and_the_cut_fits():
    seen = first_observation(drawn_scenario(1))
    links = Bottlenecks.of(seen)
    most = links.orders(seen.needs.sum(axis=1), jnp.zeros(7))
    scarce, taken = links.scarce(most), np.asarray(links.taken(most))
    limited = np.isfinite(scarce.room)
    np.testing.assert_array_equal(limited, taken > np.asarray(links.room))
    assert 0 < limited.sum() < limited.size
    share = float(scarce.cut(links.taken(most)))
    assert (share * taken / links.room).max() == pytest.approx(1)
    assert float(scarce.worth(scarce.spread(jnp.asarray(3.0)))) == pytest.approx(3)


def chain(scale=1.0):
    """Return what is seen where corn needs itself, bread needs corn and iron needs nothing."""
    A = np.array([[0.5, 0.4, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    s = pl.Scenario.from_arrays(A, [4.0, 2.0, 1.0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [9.0, 9.0], capacity=[9.0] * 3)
    s = with_parts(s, economy=replace(s.economy, inputs=s.economy.inputs.with_values(scale * s.economy.inputs.values)))
    return first_observation(s)


@pytest.mark.parametrize(
    ("seen", "reach"),
    [
        (chain(), [True, True, True]),
        (chain(scale=1.99), [True, True, True]),
        (chain(scale=2.1), [False, False, True]),
        (replace(chain(), limits=jnp.asarray([0.0, 9.0])), [False, False, True]),
        (replace(chain(), limits=jnp.asarray([9.0, 0.0])), [True, False, True]),
        (replace(chain(), capacity=jnp.asarray([9.0, 9.0, 0.0])), [True, True, False]),
    ],
)
def test_out_of_reach_is_what_takes_something_of_which_there_is_none_or_more_than_it_gives(seen, reach):
    links = Bottlenecks.of(seen)
    assert links.reach.tolist() == reach
    needs, worn = links.within_reach(seen.needs, jnp.ones(3))
    np.testing.assert_array_equal(needs, seen.needs * np.asarray(reach, float)[:, None])
    prices = links.costs(jnp.ones(5), jnp.zeros(3))
    assert np.isfinite(prices).all()
    np.testing.assert_array_equal(np.asarray(prices) > 0, reach)
    np.testing.assert_array_equal(worn, np.ones(3))  # nothing here is needed to build
