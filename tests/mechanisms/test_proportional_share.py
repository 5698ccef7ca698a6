"""Shares by bids: Kelly's networks by hand, the same optimum by another solver, and plans that can be carried out."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import with_parts
from planlab.economy.technology import wear
from planlab.testing import drawn_scenario
from planlab.testing.probes import first_observation

DRAWN = {"struck": False, "wear": 0.05}
CAPPED, TIERED = pl.CappedNeeds(), pl.TieredNeeds()


def nash(scenario, s, rho, tau, tiers=CAPPED.tiers):
    """Return the welfare that the mechanism says it maximises of shares of needs, or of each of their tiers."""
    w = np.asarray(need_weights(scenario.needs, scenario.urgency, scenario.population))
    of_tiers = zip(tiers.weights, np.split(s, tiers.count), strict=True)
    U = sum(part * (w * each**tau).sum(axis=0) for part, each in of_tiers) ** (1 / tau)
    return float(w.sum(axis=0) @ np.log(U) + np.log(rho))


def met(plan, scenario):
    D = np.asarray(scenario.needs)
    return np.where(D > 0, np.asarray(plan.delivery) / np.where(D > 0, D, 1.0), 0.0)


def test_one_link_is_shared_in_proportion_to_bids(links):
    scenario = links([[10.0, 10.0]], [[1.0]], [5.0], population=[3.0, 1.0])
    plan = pl.plan("proportional_share", scenario)
    np.testing.assert_allclose(plan.delivery, [[3.75, 1.25]], rtol=1e-5)
    np.testing.assert_allclose(plan.prices, [1 / 5], rtol=1e-5)
    np.testing.assert_allclose(plan.rents, [1 / 5], rtol=1e-5)


def test_what_a_satiated_bidder_does_not_take_goes_to_the_others(links):
    scenario = links([[2.0, 10.0, 10.0]], [[1.0]], [5.0], population=[2.0, 1.0, 1.0])
    plan = pl.plan(pl.ProportionalShare(objective=CAPPED), scenario)
    np.testing.assert_allclose(plan.delivery, [[2.0, 1.5, 1.5]], rtol=1e-5)


def test_a_route_over_two_links_gets_a_third_of_each(links):
    scenario = links(10 * np.eye(3), [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], [1.0, 1.0])
    plan = pl.plan("proportional_share", scenario)
    np.testing.assert_allclose(np.diag(plan.delivery), [2 / 3, 2 / 3, 1 / 3], rtol=1e-3)
    np.testing.assert_allclose(plan.prices, [1 / 2, 1 / 2, 1], rtol=1e-3)


@pytest.mark.parametrize("tau", [0.3, 0.7])
def test_bids_within_a_community_follow_its_valuation(tau, links):
    scenario = links([[10.0], [20.0]], [[1.0, 1.0]], [6.0], urgency=[[2.0], [1.0]])
    w, D = np.array([2 / 3, 1 / 3]), np.array([10.0, 20.0])
    y = D * (w / D) ** (1 / (1 - tau))  # where w s^(tau - 1) is in proportion to D
    plan = pl.plan(pl.ProportionalShare(substitution=tau, objective=CAPPED, tolerance=1e-9), scenario)
    np.testing.assert_allclose(plan.delivery[:, 0], 6 * y / y.sum(), rtol=1e-3)


@pytest.mark.parametrize(
    ("objective", "tau", "seed"),
    [*((CAPPED, tau, seed) for tau in (0.5, 0.9) for seed in range(4)), (TIERED, 0.5, 0), (TIERED, 0.9, 1)],
)
def test_bidding_ends_at_the_optimum_that_another_solver_finds(objective, tau, seed, routes):
    scenario, tiers = drawn_scenario(seed, **DRAWN), objective.tiers
    R, room, Kg = routes(scenario)
    D = np.asarray(scenario.needs)
    of_tiers = np.concatenate([width * D for width in tiers.widths])
    claims = np.flatnonzero(of_tiers.ravel())

    def split(z):
        s = np.zeros(of_tiers.size)
        s[claims] = z[:-1]
        return s.reshape(of_tiers.shape), z[-1]

    def delivered(s):
        return (of_tiers * s).reshape(tiers.count, *D.shape).sum(axis=0)

    def spare(z):
        s, rho = split(z)
        return (room - R @ (delivered(s).sum(axis=1) + rho * Kg)) / room

    best = minimize(
        lambda z: -nash(scenario, *split(z), tau, tiers),
        np.full(claims.size + 1, 0.3),
        constraints={"type": "ineq", "fun": spare},
        bounds=[(1e-6, 1.0)] * (claims.size + 1),
        method="SLSQP",
        options={"maxiter": 1000, "ftol": 1e-10},
    )
    assert best.success, best.message
    assert spare(best.x).min() > -1e-9
    plan = pl.plan(pl.ProportionalShare(substitution=tau, objective=objective), scenario)
    assert plan.status == pl.Status.PROPOSED
    s, rho = split(best.x)
    expected = delivered(s) / np.where(D > 0, D, 1.0)
    np.testing.assert_allclose(met(plan, scenario), expected, atol=5e-3)
    least = 0.9 * expected.min(where=D > 0, initial=1)
    equal = nash(scenario, np.tile(least * (D > 0), (tiers.count, 1)), 0.9 * rho, tau, tiers)
    assert -best.fun > equal + 0.01  # there is something to be found
    if tiers.count == 1:
        worn = np.asarray(wear(scenario.economy, scenario.capacity))
        found = nash(scenario, met(plan, scenario), float(plan.investment @ worn / (worn @ worn)), tau)
        assert found == pytest.approx(-best.fun, abs=5e-6)


@pytest.mark.parametrize("seed", range(10))
def test_honest_plans_can_be_carried_out_and_leave_little(seed):
    scenario = drawn_scenario(seed, struck=False, unlimited=bool(seed % 2))
    plan, e = pl.plan("proportional_share", scenario), scenario.economy
    x, D = plan.activity, np.asarray(scenario.needs)
    left = e.outputs @ x - e.inputs @ x - plan.delivery.sum(axis=1) - e.capital @ plan.investment
    assert float(jnp.abs(left).max() / x.max()) < 1e-10
    used, capacity = np.asarray(e.factors @ x / scenario.limits), np.asarray(x / scenario.capacity)
    assert max(used.max(), capacity.max()) == pytest.approx(1, abs=1e-5)  # something is used up
    assert max(used.max(), capacity.max()) <= 1 + 1e-12
    assert (np.asarray(plan.delivery) <= D * (1 + 1e-12)).all()
    assert np.isfinite(plan.prices).all()
    assert (np.asarray(plan.prices) >= 0).all()


def test_nobody_spends_more_than_its_points_and_only_who_has_a_need_met_in_full_keeps_some():
    kept, all_spent = 0, 0
    for seed in range(6):
        scenario = drawn_scenario(seed, **DRAWN)
        scenario = with_parts(scenario, limits=scenario.limits * (0.3 if seed % 2 else 1.0))
        plan = pl.plan(pl.ProportionalShare(objective=CAPPED, tolerance=1e-8), scenario)
        left = 1 - np.asarray(plan.prices @ plan.delivery / scenario.population * scenario.population.sum())
        full = (met(plan, scenario) > 0.9999).any(axis=0)
        np.testing.assert_allclose(left[~full], 0.0, atol=1e-3)
        assert (left > -1e-3).all()
        kept, all_spent = kept + (left[full] > 0.01).sum(), all_spent + (~full).sum()
    assert kept > 3
    assert all_spent > 3


def test_more_of_a_limit_never_lowers_the_welfare_of_nash():
    scenario = drawn_scenario(3, struck=False, wear=0.0)
    worlds = [with_parts(scenario, limits=scenario.limits * more) for more in (1.0, 1.05, 1.2, 1.5)]
    welfare = [nash(world, met(pl.plan("proportional_share", world), world), 1.0, 0.5) for world in worlds]
    assert (np.diff(welfare) > -1e-6).all()
    assert welfare[-1] > welfare[0] + 0.1


def test_one_community_that_substitutes_freely_does_as_well_as_a_linear_programme():
    scenario = pl.make_scenario("three_sector", labour=75, communities=1, weights="equal")
    best, bid = (
        pl.plan(m, scenario)
        for m in (pl.LinearProgram(objective=CAPPED), pl.ProportionalShare(substitution=1.0, objective=CAPPED))
    )
    assert met(bid, scenario).mean() == pytest.approx(met(best, scenario).mean(), abs=1e-5)
    assert met(pl.plan("proportional", scenario), scenario).mean() < met(bid, scenario).mean() - 0.005


def test_what_cannot_be_made_is_not_bid_for(links):
    scenario = links([[10.0, 10.0], [10.0, 10.0]], [[1.0, 1.0], [0.0, 1.0]], [5.0, 0.0], population=[3.0, 1.0])
    plan = pl.plan("proportional_share", scenario)
    np.testing.assert_allclose(plan.delivery, [[3.75, 1.25], [0.0, 0.0]], rtol=1e-5)
    assert np.isfinite(plan.prices).all()


def test_substitution_can_be_swept_under_vmap():
    scenario = drawn_scenario(2, **DRAWN)
    seen, taus = first_observation(scenario), jnp.asarray([0.5, 0.9])

    def delivery_at(tau):
        mechanism = eqx.tree_at(lambda m: m.substitution, pl.ProportionalShare(), tau)
        return mechanism.plan((), seen, jax.random.key(0))[1].delivery

    for tau, delivery in zip(taus.tolist(), jax.jit(jax.vmap(delivery_at))(taus), strict=True):
        alone = pl.plan(pl.ProportionalShare(substitution=tau), scenario)
        np.testing.assert_allclose(delivery, alone.delivery, rtol=1e-8)


@pytest.mark.parametrize("wrong", [{"substitution": 0.0}, {"substitution": 1.5}, {"replacement": 0.0}])
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        pl.ProportionalShare(**wrong)
