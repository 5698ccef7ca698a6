"""Common levels by willingness to pay: by hand, by following the processes, and by another solver."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import with_parts
from planlab.economy.technology import wear
from planlab.testing import drawn_scenario
from planlab.testing.probes import first_observation

CAPPED, TIERED = pl.CappedNeeds(), pl.TieredNeeds()
SETTINGS = [
    {"objective": CAPPED},
    {"objective": CAPPED, "aversion": 2.0},
    {"objective": CAPPED, "aversion": 0.5, "floor": 0.02},
]


def levels(plan, scenario):
    """Return the common levels, having checked that they are the same for all communities."""
    D = np.asarray(scenario.needs)
    share = np.where(D > 0, np.asarray(plan.delivery) / np.where(D > 0, D, 1.0), np.nan)
    l = np.nanmax(share, axis=1)
    np.testing.assert_allclose(share[D > 0], np.broadcast_to(l[:, None], D.shape)[D > 0], rtol=1e-12)
    return l


def replaced(plan, scenario):
    """Return the share of worn capacity that is replaced."""
    worn = np.asarray(wear(scenario.economy, scenario.capacity))
    return float(np.asarray(plan.investment) @ worn / (worn @ worn)) if worn.any() else 0.0


def weights(scenario):
    return np.asarray(need_weights(scenario.needs, scenario.urgency, scenario.population))


def gains(mechanism, plan, scenario, l, l_0):
    """Return what the levels are worth to each community, before charges."""
    B = np.asarray(scenario.population / scenario.population.sum())
    return weights(scenario).T @ np.asarray(mechanism.worth(l)) + B * float(mechanism.worth(l_0))


def test_half_of_a_need_by_hand(links):
    scenario = links([[6.0, 4.0]], [[1.0]], [5.0], population=[3.0, 1.0])
    plan, ln = pl.plan(pl.MalinvaudDrezePoussin(objective=CAPPED, tolerance=1e-10), scenario), np.log
    np.testing.assert_allclose(plan.delivery, [[3.0, 2.0]], rtol=1e-5)
    gamma = 1 / (0.6 * ln(11))  # willingness of all at l = 1/2, which 10 hours at the rent must cost
    np.testing.assert_allclose(plan.rents, [gamma / 10], rtol=1e-4)
    u = ln(6) / ln(11) * np.array([3, 1]) / 4
    np.testing.assert_allclose(plan.payments, u - (u.sum() - gamma / 2) / 2, atol=1e-5)
    assert float(plan.payments[1]) < 0  # whom the good is worth little is paid, and gains as much as the other


@pytest.mark.parametrize("setting", SETTINGS)
def test_worth_is_the_integral_of_willingness_and_one_for_all_needs(setting):
    mechanism = pl.MalinvaudDrezePoussin(**setting)
    assert float(mechanism.worth(0.0)) == 0
    assert float(mechanism.worth(1.0)) == pytest.approx(1)
    for l in (0.1, 0.5, 0.9):
        assert float(jax.grad(mechanism.worth)(l)) == pytest.approx(float(mechanism.willingness(l)), rel=1e-9)
        assert float(mechanism.asked(2.0, 2 * mechanism.willingness(l))) == pytest.approx(l, rel=1e-9)


@pytest.mark.parametrize("setting", [*SETTINGS, {"objective": TIERED}, {"objective": TIERED, "floor": 1.0}])
@pytest.mark.parametrize("seed", range(4))
def test_the_end_is_the_optimum_that_another_solver_finds(seed, setting, routes):
    scenario, mechanism = drawn_scenario(seed, struck=False), pl.MalinvaudDrezePoussin(**setting)
    R, room, Kg = routes(scenario)
    W, D, tiers = weights(scenario).sum(axis=1), np.asarray(scenario.needs).sum(axis=1), mechanism.objective.tiers
    takes = np.column_stack([*(width * R * D for width in tiers.widths), R @ Kg]) / room[:, None]
    worth, slope = jax.jit(mechanism.worth), jax.jit(mechanism.willingness)
    weight = np.concatenate([*(part * W for part in tiers.weights), [1.0]])
    best = minimize(
        lambda l: -weight @ np.asarray(worth(l)),
        np.full(weight.size, 0.3),
        jac=lambda l: -weight * np.asarray(slope(l)),
        constraints={"type": "ineq", "fun": lambda l: 1 - takes @ l, "jac": lambda l: -takes},
        bounds=[(0.0, 1.0)] * weight.size,
        method="SLSQP",
        options={"maxiter": 1000, "ftol": 1e-12},
    )
    assert best.success, best.message
    plan = pl.plan(mechanism, scenario)
    l, expected = levels(plan, scenario), np.array(tiers.widths) @ best.x[:-1].reshape(tiers.count, -1)
    assert plan.status == pl.Status.PROPOSED
    np.testing.assert_allclose(l, expected, atol=5e-3)
    assert replaced(plan, scenario) == pytest.approx(best.x[-1], abs=5e-3)
    assert np.ptp(l) > 0.05  # not merely one cut for all
    if tiers.count == 1:
        assert weight @ np.asarray(worth(np.append(l, replaced(plan, scenario)))) == pytest.approx(-best.fun, abs=2e-6)


@pytest.mark.parametrize("power", [0, 1], ids=["Malinvaud, Dreze and Poussin", "Fujigaki and Sato"])
def test_following_a_process_ends_there_with_the_same_charges(power):
    scenario, mechanism = (
        drawn_scenario(1, struck=False, wear=0.0),
        pl.MalinvaudDrezePoussin(objective=CAPPED, tolerance=1e-9),
    )
    plan, w, n = pl.plan(mechanism, scenario), weights(scenario), 3
    D = np.asarray(scenario.needs).sum(axis=1)
    gamma, slope = np.asarray(plan.prices) * D, jax.jit(mechanism.willingness)

    def speed(_, state):
        l = state[: D.size]
        pi = w * np.asarray(slope(l))[:, None]
        z = pi.sum(axis=1) - gamma
        z = np.where((l >= 1) & (z > 0), 0.0, z)
        rise = z * np.abs(z) ** (power * (n - 2))
        return np.concatenate([rise, (-pi + z[:, None] / n).T @ rise])

    def held(time, state):
        return speed(time, np.concatenate([np.minimum(state[: D.size], 1.0), state[D.size :]]))

    duration = 1e3 if power == 0 else 1e6
    way = solve_ivp(held, (0.0, duration), np.zeros(D.size + n), method="LSODA", rtol=1e-8, atol=1e-10)
    l, money = way.y[: D.size], way.y[D.size :]
    np.testing.assert_allclose(l[:, -1], levels(plan, scenario), atol=2e-3)
    np.testing.assert_allclose(-money[:, -1], plan.payments, atol=2e-4)
    assert (np.diff(l, axis=1) > -1e-7).all()  # levels rise, so that limits are kept all the way
    u = np.stack([gains(mechanism, plan, scenario, np.minimum(at, 1.0), 0.0) for at in l.T], axis=1) + money
    assert (np.diff(u, axis=1) > -1e-6).all()  # nobody ever loses


@pytest.mark.parametrize("setting", SETTINGS)
def test_charges_pay_for_what_is_used_at_rents_and_all_gain_alike(setting):
    mechanism = pl.MalinvaudDrezePoussin(**setting)
    for seed in range(8):
        scenario = drawn_scenario(seed, struck=False, unlimited=bool(seed % 2))
        plan = pl.plan(mechanism, scenario)
        cost = plan.prices @ (plan.delivery.sum(axis=1) + scenario.economy.capital @ plan.investment)
        assert float(plan.payments.sum()) == pytest.approx(float(cost), abs=1e-10)
        assert float(cost) > 0.01
        left = gains(mechanism, plan, scenario, levels(plan, scenario), replaced(plan, scenario)) - plan.payments
        assert float(left.min()) > 0
        np.testing.assert_allclose(left, left[0], rtol=1e-8)


@pytest.mark.parametrize("seed", range(10))
def test_honest_plans_can_be_carried_out_and_leave_little(seed):
    scenario = drawn_scenario(seed, struck=False, unlimited=bool(seed % 2))
    plan, e = pl.plan("malinvaud_dreze_poussin", scenario), scenario.economy
    x = plan.activity
    left = e.outputs @ x - e.inputs @ x - plan.delivery.sum(axis=1) - e.capital @ plan.investment
    assert float(jnp.abs(left).max() / x.max()) < 1e-10
    most = float(jnp.maximum((e.factors @ x / scenario.limits).max(), (x / scenario.capacity).max()))
    assert 1 - 1e-4 < most <= 1 + 1e-12
    assert np.isfinite(plan.prices).all()
    assert (np.asarray(plan.prices) >= 0).all()


def test_needs_stated_once_are_worth_overstating():
    true, mechanism = drawn_scenario(0, struck=False, wear=0.0), pl.MalinvaudDrezePoussin(objective=CAPPED)
    w, D = weights(true)[:, 0], np.asarray(true.needs)[:, 0]

    def left(factor):
        plan = pl.plan(mechanism, with_parts(true, needs=true.needs.at[:, 0].multiply(factor)))
        s = np.minimum(1.0, np.asarray(plan.delivery)[:, 0] / np.where(D > 0, D, 1.0))
        return float(w @ np.asarray(mechanism.worth(s)) - plan.payments[0])

    assert left(1.5) > left(1.0) + 0.01 > left(0.7)


def test_what_cannot_be_made_is_not_asked_for(links):
    scenario = links([[10.0, 10.0], [10.0, 10.0]], [[1.0, 1.0], [0.0, 1.0]], [5.0, 0.0])
    plan = pl.plan("malinvaud_dreze_poussin", scenario)
    np.testing.assert_allclose(plan.delivery, [[2.5, 2.5], [0.0, 0.0]], rtol=1e-5)
    assert np.isfinite(plan.payments).all()


def test_aversion_can_be_swept_through_one():
    scenario = drawn_scenario(2, struck=False)
    seen = first_observation(scenario)
    values = jnp.asarray([0.5, 1.0])

    def delivery_at(aversion):
        mechanism = eqx.tree_at(lambda m: m.aversion, pl.MalinvaudDrezePoussin(), aversion)
        return mechanism.plan((), seen, jax.random.key(0))[1].delivery

    for aversion, delivery in zip(values.tolist(), jax.jit(jax.vmap(delivery_at))(values), strict=True):
        np.testing.assert_allclose(
            delivery, pl.plan(pl.MalinvaudDrezePoussin(aversion=aversion), scenario).delivery, rtol=1e-8
        )


@pytest.mark.parametrize("wrong", [{"aversion": 0.0}, {"floor": -1.0}, {"floor": float("inf")}])
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        pl.MalinvaudDrezePoussin(**wrong)
