"""What moves the world: known answers, conservation, and nothing that moves unseen."""

from dataclasses import replace
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.economy.tiers import WHOLE
from planlab.mechanisms.registry import find_mechanism
from planlab.scoring.bounds import clairvoyant
from planlab.simulation.runner import Runner, keys_of
from planlab.testing.laws import check_law
from planlab.testing.worlds import drawn_scenario

CALM = pl.make_scenario("three_sector")
DRAWN = drawn_scenario(0)
LAWS = {
    "productivity": pl.Productivity(inputs=0.01, **{"0": 0.02}),
    "learning": pl.LearningByDoing(),
    "habit": pl.Habit(),
    "population": pl.Population(0.01),
    "advertising": pl.Advertising(0.01),
    "positional_wants": pl.PositionalWants(2.5),
    "announced": pl.Announced(limits={"0": -0.03}, needs={"1": 0.02}, until=3),
    "transition": pl.Transition(needs=1.5, tightening=0.02, years=4),
    "gestation": pl.Gestation(3),
    "goods_in_use": pl.GoodsInUse(),
    "renewable": pl.Renewable("1", most=8.0, start=0.5),
    "deposit": pl.Deposit("0", lasts=20.0, cost=1.0),
    "disaster": pl.Disaster(0.4, start=0, months=7, recovery=3),
    "lost_stores": pl.LostStores(0.5, period=0),
    "constraint": pl.Constraint("less", of=("0", "1"), factor="1", share=0.9, change=-0.05),
    "budget": pl.Budget("all", periods=5, factor="0", share=0.8),
}


@pytest.mark.parametrize("name", LAWS)
def test_a_law_moves_what_it_says_it_moves(name):
    check_law(LAWS[name])


def test_constant_productivity_growth_lowers_factor_use_by_exactly_its_power():
    run = pl.simulate("standstill", CALM.with_laws(pl.Productivity(labour=0.02)), 8)
    use = np.asarray(run.outcome.factor_use)[:, 0]
    np.testing.assert_allclose(use / use[0], 0.98 ** np.arange(8), rtol=1e-13)


def test_factors_go_by_kind_as_well():
    by_kind, by_name = (DRAWN.with_laws(law) for law in (pl.Productivity(material=0.1), LAWS["productivity"]))
    assert by_kind.laws[-1].factors.at == ((0, 1),)
    assert by_name.laws[-1].factors.at == ((0,),)
    moved = by_kind.laws[-1].step(by_kind.opening, None, jax.random.key(0))
    np.testing.assert_allclose(moved.economy.factors, 0.9 * DRAWN.economy.factors)


def test_a_renewable_resource_at_its_steady_state_stays_there():
    use = float(CALM.economy.factors[0] @ CALM.activity)
    law = pl.Renewable("labour", most=8, growth=0.5, start=0.5)  # grows by g R / 2 = use
    run = pl.simulate("standstill", CALM.with_laws(law), 20)
    np.testing.assert_allclose(run.path["nature"]["labour"], 4 * use, rtol=1e-12)
    less = pl.simulate("standstill", CALM.with_laws(replace(law, start=0.25)), 20)
    assert float(less.path["nature"]["labour"][-1]) < use  # taking the most from less than half drains it


def test_what_is_built_works_after_its_gestation_and_not_before():
    for lead in (1, 2, 3):
        run = pl.simulate("command", DRAWN.with_laws(pl.Gestation(lead)), 8)
        built, delta = np.asarray(run.outcome.investment), np.asarray(DRAWN.economy.depreciation)
        assert built[:3].sum() > 0
        k = np.asarray(DRAWN.capacity)
        for t in range(8):
            k = (1 - delta) * k + (built[t + 1 - lead] if t + 1 >= lead else 0.0)
            np.testing.assert_allclose(run.outcome.capacity[t], k, rtol=1e-12)


def test_experience_doubled_takes_two_to_the_minus_elasticity():
    run = pl.simulate("standstill", CALM.with_laws(pl.LearningByDoing(0.32, past=1.0)), 4)
    F = np.asarray(run.path["factors"])
    np.testing.assert_allclose(F[[1, 3]] / F[0], np.array([2.0, 4.0])[:, None, None] ** -0.32 * np.ones_like(F[0]))


def test_needs_follow_habit_down_to_what_is_basic():
    nothing = jax.tree.map(lambda part: 0 * part[0], pl.simulate("standstill", CALM, 1).outcome)
    scenario = CALM.with_laws(pl.Habit(speed=0.5, basic=0.4))
    state = scenario.opening
    for _ in range(60):
        state = scenario.laws[0].step(state, nothing, jax.random.key(0))
    np.testing.assert_allclose(state.needs, 0.4 * CALM.needs)


def test_population_and_announced_paths_are_powers():
    laws = pl.Population(0.01), pl.Announced(limits={"labour": -0.03}, until=3)
    run = pl.simulate("standstill", CALM.with_laws(*laws), 6)
    grown = np.asarray(run.needs).sum(axis=(1, 2)) / float(CALM.needs.sum())
    np.testing.assert_allclose(grown, 1.01 ** np.arange(6))
    np.testing.assert_allclose(run.limits[:, 0] / CALM.limits[0], 0.97 ** np.minimum(np.arange(6), 3))


def test_a_deposit_is_used_up_and_its_last_units_take_most():
    two = pl.Scenario.from_arrays(
        inputs=np.zeros((1, 1)), needs=[1.0], factors=np.ones((2, 1)), limits=[9.0, 9.0], stock=[0.0], activity=[1.0]
    )
    run = pl.simulate("standstill", two.with_laws(pl.Deposit("0", lasts=4, cost=1)), 6)
    np.testing.assert_allclose(run.path["nature"]["0"][:4], [4.0, 3.0, 2.0, 1.0], rtol=1e-12)
    np.testing.assert_allclose(run.path["factors"][:4, 1, 0], [1.0, 1.25, 1.5, 1.75], rtol=1e-12)
    assert float(run.outcome.activity[-1, 0]) == 0.0


def test_all_that_was_delivered_is_in_use_waste_or_taken_back():
    run = pl.simulate("command", DRAWN.with_laws(pl.GoodsInUse(0.2, 0.1)), 10)
    nature, delivered = run.path["nature"], np.asarray(run.outcome.delivery).sum(axis=2).cumsum(axis=0)
    kept = sum(np.asarray(nature[name]) for name in ("in_use", "waste", "absorbed"))
    np.testing.assert_allclose(kept[1:], delivered[:-1], rtol=1e-12)


@settings(max_examples=6)
@given(names=st.sets(st.sampled_from(sorted(LAWS)), min_size=1), seed=st.integers(0, 3))
def test_goods_are_conserved_over_a_hundred_periods_under_any_laws(names, seed):
    scenario = drawn_scenario(seed).with_laws(*(LAWS[name] for name in sorted(names)))
    o = pl.simulate("command", scenario, 100).outcome
    opening, closing = np.asarray(o.opening), np.asarray(o.closing)
    out = closing + np.asarray(o.delivery).sum(axis=2) + np.asarray(o.used + o.invested + o.decayed)
    np.testing.assert_allclose(opening + np.asarray(o.made), out, rtol=1e-9, atol=1e-9)
    if "lost_stores" not in names:
        np.testing.assert_allclose(opening[1:], closing[:-1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mechanism", ["command", "linear_program"])
def test_laws_that_do_nothing_leave_every_bit_as_it_is(mechanism):
    off = pl.Productivity(**{"0": 0.0}), pl.Population(0.0), pl.Announced(limits={"0": 0.0}), pl.Gestation(1)
    people = {"behaviour": pl.Embellish(1.1), "channel": pl.Hierarchy(levels=3)}
    without, with_ = (pl.simulate(mechanism, world, 4, **people) for world in (DRAWN, DRAWN.with_laws(*off)))
    for one, other in zip(jax.tree.leaves(without.outcome), jax.tree.leaves(with_.outcome), strict=True):
        np.testing.assert_array_equal(one, other)


class _Everything(pl.Law):
    """Says that it moves everything, and moves nothing."""

    moves: ClassVar = frozenset(
        {"inputs", "outputs", "factors", "capital", "depreciation", "needs", "limits", "capacity"}
    )


def test_after_the_first_report_nothing_reads_the_opening_state():
    scenario = with_parts(DRAWN, laws=(*DRAWN.laws, _Everything()))
    honest = Runner(scenario, pl.Setting(pl.Embellish(1.1), pl.Hierarchy(levels=3)), keys_of("any", 0))
    e = scenario.economy
    matrices = {name: getattr(e, name) for name in ("inputs", "outputs", "capital")}
    hidden = replace(
        e,
        factors=jnp.nan * e.factors,
        depreciation=jnp.nan * e.depreciation,
        **{name: part.with_values(jnp.nan * part.values) for name, part in matrices.items()},
    )
    nan = {name: jnp.nan * getattr(scenario, name) for name in ("needs", "limits", "stock")}
    blind = replace(honest, scenario=with_parts(scenario, economy=hidden, **nan))
    mechanism = find_mechanism("command")

    def run(runner):
        state, last, reward_state, seen = honest.start()
        memory, record = mechanism.init(seen.only(mechanism.sees), runner.keys[2]), []
        moved = state.parts(honest.moves())
        for _ in range(3):
            state, said, seen = runner.report(runner.scenario.opening.with_parts(moved), last)
            memory, plan = mechanism.plan(memory, seen.only(mechanism.sees), runner.keys[2])
            state, last, found = runner.execute(state, plan, said)
            alone = jax.tree.map(lambda part: jnp.asarray(part)[None], found)
            state, reward_state, happened = runner.settle(state, alone, reward_state)
            moved = state.parts(honest.moves())
            record.append(happened[1])
        return jax.tree.leaves(record)

    assert all(np.array_equal(one, other) for one, other in zip(run(honest), run(blind), strict=True))


class _Sly(pl.Law):
    """Moves what it does not name."""

    def step(self, state, outcome, key):
        return replace(state, limits=0.9 * state.limits)


class _Prophet(pl.Law):
    """Goes by what happened, and says that it was to be foreseen."""

    moves: ClassVar = frozenset({"limits"})

    def step(self, state, outcome, key):
        share = 0.0 if outcome is None else outcome.activity.mean()
        return replace(state, limits=state.limits * (1 + share))


class _Growing(pl.Law):
    """Keeps ever more."""

    moves: ClassVar = frozenset({"building"})

    def step(self, state, outcome, key):
        return replace(state, building=jnp.concatenate([state.building, outcome.investment[None]]))


@pytest.mark.parametrize(
    ("law", "said"), [(_Sly(), "limits"), (_Prophet(), "foreseeable"), (_Growing(), "shape or kind of 'building'")]
)
def test_laws_that_break_their_promise_are_caught(law, said):
    with pytest.raises(pl.testing.BrokenPromise, match=said):
        check_law(law)


def test_unknown_names_and_what_is_no_law_are_refused():
    with pytest.raises(ValueError, match="no factor 'labor'. Did you mean 'labour'"):
        CALM.with_laws(pl.Productivity(labor=0.02))
    with pytest.raises(ValueError, match="'material' is the kind of 2 factors"):
        DRAWN.with_laws(pl.Deposit("material"))
    with pytest.raises(TypeError, match="is no law"):
        CALM.with_laws(0.02)
    with pytest.raises(ValueError, match=r"factors\['labour'\] is 2"):
        pl.Productivity(labour=2)
    with pytest.raises(ValueError, match="until is -1"):
        pl.Announced(limits={"labour": 0.1}, until=-1)


def test_the_bound_follows_what_is_to_be_foreseen():
    free = clairvoyant(CALM, 5).needs_met
    lean = clairvoyant(CALM.with_laws(pl.Announced(limits={"labour": -0.1})), 5).needs_met
    able = clairvoyant(CALM.with_laws(pl.Announced(limits={"labour": -0.1}), pl.Productivity(labour=0.1)), 5)
    assert lean < free - 0.01
    assert able.needs_met > lean + 0.01


def test_where_laws_go_by_what_people_do_the_bound_follows_a_run_or_says_that_there_is_none():
    scenario = CALM.with_laws(pl.Habit())
    assert clairvoyant(scenario, 3).method == "none: Habit goes by what people do"
    run = pl.simulate("linear_program", scenario, 3)
    bound = clairvoyant(scenario, 3, states=[run.state(t) for t in range(3)])
    assert pl.score(run).needs_met <= bound.needs_met + 1e-9
    assert bound.needs_met <= 1.0


def test_two_hundred_rates_compile_once():
    calls = []

    @jax.jit
    def kept(rate):
        calls.append(1)
        scenario = CALM.with_laws(pl.Productivity(labour=rate))
        runner = Runner(scenario, pl.Setting(pl.Truthful(), pl.Direct()), keys_of("any", 0))
        state = runner.start()[0]
        return runner.laws[-1].step(state, None, keys_of("any", 0)[0]).economy.factors.sum()

    found = [float(kept(rate)) for rate in np.linspace(0.0, 0.5, 200)]
    assert len(calls) == 1
    assert found == sorted(found, reverse=True)


def alone_for(periods, **disaster):
    """Return a product that takes nothing, made at capacity, and what is left of it in each month."""
    alone = pl.Scenario.from_arrays(inputs=np.zeros((1, 1)), needs=[12.0], capacity=[12.0], activity=[12.0])
    run = pl.simulate("standstill", alone.with_laws(pl.Disaster(1 / 3, **disaster)), periods)
    return np.asarray(run.outcome.months.activity).ravel()


def test_a_third_of_capacity_is_gone_for_half_a_year_from_the_month_it_strikes():
    made = alone_for(2, start=15, months=6)
    expected = np.ones(24)
    expected[15:21] = 2 / 3
    expected[21:23] = [5 / 6, 1.0]  # a quarter more a month, by the ramp
    np.testing.assert_allclose(made, expected)


def test_what_a_disaster_took_comes_back_in_equal_steps():
    made = alone_for(2, start=3, months=2, recovery=3)
    np.testing.assert_allclose(1 - made[:9], np.array([0, 0, 0, 4, 4, 3, 2, 1, 0]) / 12, atol=1e-12)


def test_who_is_struck_is_named_by_process_sector_or_region():
    scenario = pl.make_scenario("layered", products=24)
    sector = scenario.economy.labels.sectors[0]
    (law,) = [law for law in scenario.with_laws(pl.Disaster(struck=sector)).laws if isinstance(law, pl.Disaster)]
    assert law.at == tuple(np.flatnonzero(np.asarray(scenario.economy.sector) == 0))
    with pytest.raises(ValueError, match="No process, sector or region 'farm'"):
        CALM.with_laws(pl.Disaster(struck=("farm",)))


def test_monthly_plans_hear_of_a_disaster_a_month_after_it_struck():
    alone = pl.Scenario.from_arrays(inputs=np.zeros((1, 1)), needs=[12.0], capacity=[12.0], activity=[12.0])
    struck = alone.with_laws(pl.Disaster(1 / 3, start=3, months=2))
    run = pl.simulate("linear_program", struck, 1, setting=pl.Setting(replans=12, physics=pl.Physics(ramp=1.0)))
    planned = np.asarray(run.plan.activity).sum()
    np.testing.assert_allclose(planned, 10 + 2 * 2 / 3)
    done = np.asarray(run.outcome.months.activity).ravel()
    np.testing.assert_allclose(done[2:7], [1, 2 / 3, 2 / 3, 2 / 3, 1])  # the fifth by a plan that trusts an old report


def test_the_bound_counts_capacity_that_is_gone_for_some_months():
    alone = pl.Scenario.from_arrays(inputs=np.zeros((1, 1)), needs=[12.0], capacity=[12.0], activity=[12.0])
    struck = alone.with_laws(pl.Disaster(1 / 3, start=15, months=6))
    assert clairvoyant(struck, 2, tiers=WHOLE).needs_met == pytest.approx((24 - 2) / 24)


def test_stores_are_lost_before_the_period_that_is_named():
    run = pl.simulate("standstill", CALM.with_laws(pl.LostStores(0.5, period=1)), 3)
    opening, closing = np.asarray(run.outcome.opening), np.asarray(run.outcome.closing)
    stock = np.asarray(run.outcome.stock)
    np.testing.assert_allclose(opening[1] - stock[0], 0.5 * (closing[0] - stock[0]))
    np.testing.assert_allclose(opening[2], closing[1])
