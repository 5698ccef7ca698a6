"""Rewards and behaviours refuse what they cannot be made with."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.registry import kinds
from planlab.pay.account import Reward
from planlab.people.reports import truth
from planlab.simulation.runner import first_published
from planlab.testing import drawn_scenario
from planlab.world.physics import opening

NAN, INF = float("nan"), float("inf")

REFUSED = [
    (pl.Flat, {"income": NAN}, "income is nan; give a finite number."),
    (pl.StepBonus, {"met": INF}, "met is inf"),
    (pl.StepBonus, {"beyond": NAN}, "beyond is nan"),
    (pl.StepBonus, {"leeway": -0.1}, "leeway is -0.1; give a number from 0 to below 1."),
    (pl.StepBonus, {"leeway": 1}, "leeway is 1; give a number from 0 to below 1."),
    (pl.TargetBonus, {"rate": INF}, "rate is inf"),
    (pl.TargetBonus, {"ratchet": -0.5}, "ratchet is -0.5; give a number from 0 to 1."),
    (pl.TargetBonus, {"ratchet": 1.5}, "ratchet is 1.5; give a number from 0 to 1."),
    *[(pl.Weitzman, {name: NAN}, f"{name} is nan") for name in ("alpha", "beta", "gamma", "base")],
    *[(kind, {"share": -INF}, "share is -inf") for kind in (pl.Groves, pl.Clarke, pl.LoebMagat, pl.Profit)],
    (pl.EffortRating, {"income": NAN}, "income is nan"),
    (pl.Audited, {"probability": 3}, "probability is 3; give a number from 0 to 1."),
    (pl.Audited, {"penalty": -1.0}, "penalty is -1.0; give a number of at least 0."),
    (pl.Audited, {"leeway": -1.0}, "leeway is -1.0; give a number of at least 0."),
    (pl.ProfileAccuracy, {"bonus": NAN}, "bonus is nan"),
    (pl.TruthSerum, {"bonus": NAN}, "bonus is nan"),
    (pl.TruthSerum, {"leeway": -0.1}, "leeway is -0.1; give a number of at least 0."),
    (pl.TruthSerum, {"alpha": INF}, "alpha is inf"),
    (pl.TruthSerum, {"predictions": ((NAN, 0.5, 0.5),) * 3}, "predictions is ((nan,"),
    (pl.TruthSerum, {"predictions": ((0.5, 0.5), (1.0,))}, "give three rows of three positive numbers"),
    (pl.TruthSerum, {"predictions": "usual"}, "predictions is 'usual'"),
    (pl.RobustTruthSerum, {"bonus": NAN}, "bonus is nan"),
    (pl.RobustTruthSerum, {"leeway": -0.1}, "leeway is -0.1"),
    (pl.RobustTruthSerum, {"predictions": (NAN, 0.5)}, "give two numbers from 0 to 1."),
    (pl.RobustTruthSerum, {"predictions": 0.5}, "predictions is 0.5"),
    (pl.Effort, {"cost": -1.0}, "cost is -1.0; give a number of at least 0."),
    (pl.Effort, {"cost": INF}, "cost is inf; give a number of at least 0."),
    (pl.Effort, {"power": 1}, "power is 1; give a number above 1."),
    (pl.ExpectedExternality, {"spread": INF}, "spread is inf; give a number of at least 0."),
    *[(pl.Misreport, {name: 0.0}, f"{name} is 0.0; give a number above 0.") for name in vars(pl.Misreport())],
    (pl.Misreport, {"inputs": jnp.array([1.0, NAN])}, "inputs holds nan; let each entry be a number above 0."),
    (pl.Misreport, {"needs": np.array([1, -2])}, "needs holds -2; let each entry be a number above 0."),
    (pl.Misreport, {"capacity": jnp.ones((2, 2))}, "capacity has shape (2, 2); give one number, or a row of them."),
    (pl.Understate, {"share": 0}, "share is 0; give a number above 0."),
    (pl.OverRequest, {"factor": -1.0}, "factor is -1.0; give a number above 0."),
    (pl.OverRequest, {"factor": jnp.ones(3)}, "factor has shape (3,); give one number."),
    (pl.Embellish, {"factor": INF}, "factor is inf; give a number above 0."),
    (pl.ExaggerateNeeds, {"factor": 0.0}, "factor is 0.0; give a number above 0."),
    (pl.ExaggerateNeeds, {"spread": -0.1}, "spread is -0.1; give a number of at least 0."),
    *[
        (pl.IdiosyncraticBias, {name: -0.1}, f"{name} is -0.1; give a number of at least 0.")
        for name in ("capacity", "inputs", "results")
    ],
    *[
        (pl.IdiosyncraticBias, {f"{name}_bias": NAN}, f"{name}_bias is nan; give a finite number.")
        for name in ("capacity", "inputs", "results")
    ],
    (pl.Ratchet, {"strength": 1.0}, "strength is 1.0; give a number from 0 to below 1."),
    (pl.Ratchet, {"strength": -0.1}, "strength is -0.1; give a number from 0 to below 1."),
    (pl.NoisyNeeds, {"noise": -0.1}, "noise is -0.1; give a number of at least 0."),
    (pl.Weitzman, {"gamma": jnp.array(INF)}, "gamma is inf; give a finite number."),
    (pl.Weitzman, {"gamma": jnp.ones(3)}, "gamma has shape (3,); give one number."),
]
WRONG_TYPES = [
    (pl.Flat, {"income": "much"}, "income is 'much'; give a finite number."),
    (pl.Flat, {"income": True}, "income is True"),
    (pl.Flat, {"income": None}, "income is None"),
    (pl.Profit, {"share": 1j}, "share is 1j"),
    (pl.Profit, {"share": np.bool_(True)}, "give a finite number"),
    (pl.Effort, {"cost": [1.0]}, "cost is [1.0]; give a number of at least 0."),
    (pl.Misreport, {"needs": [1.0, 2.0]}, "needs is [1.0, 2.0]"),
    (pl.ExpectedExternality, {"spread": "wide"}, "spread is 'wide'"),
    *[
        (kind, {"reward": 1.0}, "reward is 1.0, which is not of kind Reward; give for instance pl.")
        for kind in (pl.Audited, pl.ProfileAccuracy, pl.TruthSerum, pl.RobustTruthSerum)
    ],
    (pl.Audited, {"reward": pl.Flat}, "not of kind Reward"),
    (pl.VCG, {"charges": "pivot"}, "charges is 'pivot', which is not of kind Charges; give for instance pl.Pivot()."),
]


def named(case):
    return case.__name__ if isinstance(case, type) else str(case)[:40]


@pytest.mark.parametrize(("kind", "wrong", "message"), REFUSED, ids=named)
def test_numbers_that_make_no_sense_are_refused(kind, wrong, message):
    with pytest.raises(ValueError, match="^") as refused:
        kind(**wrong)
    assert message in str(refused.value)


@pytest.mark.parametrize(("kind", "wrong", "message"), WRONG_TYPES, ids=named)
def test_wrong_types_are_refused(kind, wrong, message):
    with pytest.raises(TypeError) as refused:
        kind(**wrong)
    assert message in str(refused.value)


def test_what_is_exchanged_is_checked_too():
    with pytest.raises(ValueError, match="ratchet is 2"):
        replace(pl.TargetBonus(), ratchet=2)


@pytest.mark.parametrize("number", [2, 2.0, np.float32(2), np.int64(2), np.array(2.0), jnp.array(2.0)], ids=repr)
def test_a_number_may_be_of_any_make(number):
    assert pl.Weitzman(gamma=number).gamma == 2
    assert pl.Misreport(needs=number).needs == 2


def test_limits_belong_to_what_is_allowed():
    for share in (0, 1):
        pl.TargetBonus(ratchet=share)
        pl.Audited(probability=share, penalty=0, leeway=0)
    pl.StepBonus(leeway=0)
    pl.Effort(cost=0)
    pl.IdiosyncraticBias(0, 0, 0)
    pl.Ratchet(0)


def test_coefficients_in_any_order_are_let_through():
    assert pl.Weitzman(alpha=2.0, beta=1.0, gamma=-0.5).alpha == 2.0


def test_what_jax_traces_is_let_through():
    gammas = jax.vmap(lambda g: pl.Weitzman(gamma=g).gamma)(jnp.ones(3))
    np.testing.assert_array_equal(gammas, 1.0)
    burden = jax.grad(lambda k, power: pl.Effort(k, power)(jnp.array([1.0, 2.0])).sum(), argnums=(0, 1))
    of_cost, of_power = burden(1.0, 2.0)
    assert of_cost == pytest.approx(2.5)
    assert of_power == pytest.approx(4 * np.log(2) / 2 - 5 / 4)
    rows = jax.jit(lambda y: jnp.asarray(pl.TruthSerum(predictions=y).predictions).sum())
    assert float(rows(jnp.full((3, 3), 1 / 3))) == pytest.approx(3.0)
    np.testing.assert_array_equal(jax.vmap(lambda b: pl.Audited(pl.Flat(b)).reward.income)(jnp.arange(3.0)), range(3))
    shapes = jax.eval_shape(lambda share: pl.Misreport(capacity=share), jnp.ones(4))
    assert shapes.capacity.shape == (4,)
    assert pl.Misreport(capacity=shapes.capacity).capacity.shape == (4,)


SCENARIO = drawn_scenario()
KNOWN = truth(opening(SCENARIO, pl.Physics()), first_published(SCENARIO, 12).statistics)
TRUTH = KNOWN.reports


@pytest.mark.parametrize("name", ["capacity", "inputs", "results", "needs"])
def test_factors_that_are_not_as_many_are_named(name):
    count, whose = (SCENARIO.communities, "communities") if name == "needs" else (TRUTH.capacity.size, "processes")
    key = jax.random.key(0)
    for fits in (1, count):
        pl.Misreport(**{name: jnp.ones(fits)}).report(TRUTH, KNOWN, key)

    @jax.jit
    def traced(factor):
        return pl.Misreport(**{name: factor}).report(TRUTH, KNOWN, key).capacity

    message = rf"{name} has shape \({count + 1},\) and {whose} are {count}; give one number or one for each"
    for report in (pl.Misreport(**{name: jnp.ones(count + 1)}).report, lambda *_: traced(jnp.ones(count + 1))):
        with pytest.raises(ValueError, match=message):
            report(TRUTH, KNOWN, key)


@pytest.mark.parametrize(("communities", "there"), [(1, "there is 1"), (2, "there are 2")])
def test_the_robust_serum_asks_for_three_communities(communities, there):
    scenario = pl.make_scenario("layered", products=12, communities=communities, seed=0)
    with pytest.raises(ValueError, match=f"RobustTruthSerum needs at least 3 communities and {there}; choose a world"):
        pl.RobustTruthSerum().start(jnp.ones(12), first_published(scenario, 12).statistics)


def test_every_reward_with_a_reward_inside_is_listed_here():
    checked = {kind for kind, wrong, _ in WRONG_TYPES if "reward" in wrong}
    own = {kind for kind in kinds(Reward).values() if kind.__module__.startswith("planlab.")}
    assert checked == {kind for kind in own if "reward" in kind.__dataclass_fields__}
