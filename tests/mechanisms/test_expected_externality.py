"""Expected externality charges balance, and truth is best in expectation if the prior is true."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario
from planlab.testing.probes import first_observation

value = jax.jit(lambda y, s: worth_met(y, s.needs, need_weights(s.needs, s.urgency, s.population)))
EXPECTED = pl.ExpectedExternality(draws=3)
KEY = jax.random.key(5)


class NothingPaid(pl.Charges):
    """A planted fault: the transfer is dropped."""

    def __call__(self, planner, problem, seen, made, start, key):
        return np.zeros(seen.needs.shape[1])


def mean_payoff(charges, seen, h, stated):
    """Return what community h expects of a statement, the others being drawn from the prior and truthful."""
    planner, got = pl.VCG(charges=charges), []
    for needs in EXPECTED.prior(seen.last.delivery, KEY):
        said = replace(seen, needs=needs.at[:, h].set(stated))
        _, plan = planner.plan(planner.init(said, KEY), said, KEY)
        true = replace(said, needs=needs.at[:, h].set(seen.needs[:, h]))
        got.append(float(value(plan.delivery, true)[h] - plan.payments[h]))
    return np.mean(got)


def gains(charges, economies):
    """Return the largest gain over truth among some lies of one community, economy by economy."""
    draw, found = np.random.default_rng(0), []
    for seed in range(economies):
        seen = first_observation(drawn_scenario(seed, wear=0.05 * (seed % 2), struck=False))
        seen, h = replace(seen, last=replace(seen.last, delivery=seen.needs)), seed % 3
        needs = seen.needs[:, h]
        less = np.ones((4, needs.size))  # of one product only: what nearly gets it all of that is most tempting
        less[range(4), draw.permutation(np.flatnonzero(needs))[:4]] = 0.6, 0.6, 0.9, 0.9
        factors = [0.8, 1.25, *less, *draw.lognormal(0.0, 0.7, (2, needs.size))]
        lies = [mean_payoff(charges, seen, h, needs * jnp.asarray(factor)) for factor in factors]
        found.append(np.array(lies) - mean_payoff(charges, seen, h, needs))
    return np.array(found)


def test_truth_is_best_on_average_over_the_prior():
    found = gains(EXPECTED, 20)
    assert found.max() <= 1e-6
    assert (found < -1e-4).mean() > 0.3  # lies matter here: many of them cost their teller something


def test_without_the_transfer_it_is_not():
    assert gains(NothingPaid(), 10).max() > 1e-3


@pytest.mark.parametrize("seed", range(20))
def test_charges_add_up_to_nothing(seed):
    run = pl.simulate(pl.VCG(charges=EXPECTED), drawn_scenario(seed), 2, pl.ExaggerateNeeds(), seed=seed)
    np.testing.assert_allclose(run.plan.payments.sum(axis=1), 0.0, atol=1e-12)
    assert float(jnp.abs(run.plan.payments).max()) > 1e-4


def test_a_charge_is_worked_out_from_the_plans_that_would_be_made():
    scenario, planner = drawn_scenario(1, wear=0.0, struck=False), pl.VCG(charges=EXPECTED)
    seen, share = first_observation(scenario), np.zeros(3)
    for needs in EXPECTED.prior(seen.last.delivery, KEY):
        for h in range(3):
            world = with_parts(scenario, needs=needs.at[:, h].set(scenario.needs[:, h]))
            share[h] += float(jnp.delete(value(pl.plan("linear_program", world).delivery, world), h).sum()) / 3
    _, plan = planner.plan(planner.init(seen, KEY), seen, KEY)
    np.testing.assert_allclose(plan.payments, [share.sum() / 2 - 1.5 * own for own in share], atol=1e-5)


def test_the_plan_and_the_usual_charges_are_what_they_were():
    scenario = drawn_scenario(2)
    balanced, pivotal = pl.plan(pl.VCG(charges=EXPECTED), scenario), pl.plan("vcg", scenario)
    np.testing.assert_array_equal(balanced.delivery, pivotal.delivery)
    np.testing.assert_array_equal(pivotal.payments, pl.plan(pl.VCG(charges=pl.Pivot()), scenario).payments)


def test_the_prior_holds_no_need_of_what_was_not_received():
    delivery = jnp.array([[0.0, 2.0], [1.0, 1e-12]])
    draws = pl.ExpectedExternality(draws=2000, spread=0.2).prior(delivery, KEY)
    np.testing.assert_array_equal((draws > 0).all(axis=0), [[False, True], [True, False]])
    assert float(jnp.log(draws[:, 0, 1] / 2.0).std()) == pytest.approx(0.2, rel=0.1)


def test_one_community_is_charged_nothing():
    scenario = pl.make_scenario("layered", products=12, communities=1, seed=0)
    assert float(pl.plan(pl.VCG(charges=EXPECTED), scenario).payments[0]) == 0.0


def test_with_a_wrong_prior_somebody_gains():
    """Last year's deliveries are not what needs are drawn from in this world, and nothing is promised."""
    scenario, setting = drawn_scenario(1, wear=0.0, struck=False), {"physics": pl.Frictionless()}
    assert pl.regret(pl.VCG(charges=EXPECTED), scenario, pl.Clarke(), "communities", **setting).manipulable


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"draws": 1.5}, {"spread": -0.1}])
def test_wrong_priors_are_named(wrong):
    with pytest.raises((ValueError, TypeError), match=next(iter(wrong))):
        pl.ExpectedExternality(**wrong)
