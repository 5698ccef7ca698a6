"""The unexecuted market: known answers, books that balance, and drivers whose thresholds are known in closed form."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.markets.model import MarketModel, Moves
from planlab.markets.prices import NotSolvable
from planlab.markets.rules import Rules
from planlab.markets.thresholds import accumulation_threshold, growth_ceiling, positional_threshold

GODLEY_LAVOIE = Rules(
    interest=0.04, markup=0.0, out_of_wealth=0.1, utilisation=1.0, stock_norm=0.0, stock_speed=0.0, accelerator=0.0
)
LONG, LONGER = 600, 1500
"""Periods."""

CALM, COVER = 0.05, 2 / 12
"""The accelerator with growth switches on, and what users hold in store, in years."""


def model(network, seed=0, moves=None, cover=0.0, **rules):
    economy, basket = network(seed)
    return MarketModel(economy, basket, Rules(**rules), moves or Moves(), jnp.asarray(cover))


def grown(path):
    """Return the growth of consumption in the last period."""
    c = np.asarray(path.consumption)
    return float(np.log(c[-1] / c[-2]))


def worst_imbalance(path):
    return float(jax.vmap(lambda books: books.imbalance)(path.after.books).max())


def bisected(holds, low, high, within):
    """Return from where on something holds that does not hold at the low end."""
    assert not holds(low)
    assert holds(high)
    while high - low > within:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


def test_one_good_has_the_numbers_of_the_bank_money_economy(one_good):
    start = MarketModel(one_good, np.ones((1, 1)), GODLEY_LAVOIE).stationary(autonomous=20.0)
    p, x = start.books.prices, start.activity
    np.testing.assert_allclose(x, [160.0], rtol=1e-12)
    np.testing.assert_allclose(start.capacity, [160.0], rtol=1e-12)
    np.testing.assert_allclose(start.books.income / p, [144.0], rtol=1e-12)
    np.testing.assert_allclose(start.books.labour @ x / p, [137.6], rtol=1e-12)
    np.testing.assert_allclose(start.books.loans / p, [160.0], rtol=1e-12)


def test_interest_does_not_matter_for_the_level_of_one_good(one_good):
    rules = (replace(GODLEY_LAVOIE, interest=i) for i in (0.0, 0.04, 0.1))
    levels = [float(MarketModel(one_good, np.ones((1, 1)), each).stationary(20.0).activity[0]) for each in rules]
    np.testing.assert_allclose(levels, 160.0, rtol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_with_all_switches_off_it_stands_still_and_books_balance(network, seed):
    path = model(network, seed).run(LONG)
    assert np.abs(np.diff(np.log(np.asarray(path.activity)), axis=0)).max() <= 1e-12
    assert worst_imbalance(path) <= 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_it_is_back_after_a_shock(network, seed):
    market = model(network, seed)
    start = market.stationary()
    richer = replace(start, books=replace(start.books, income=1.01 * start.books.income))
    path = market.run(LONG, start=richer)
    x = np.asarray(path.activity)
    assert np.abs(np.asarray(path.consumption) - 1).max() > 5e-3
    np.testing.assert_allclose(x[-1], start.activity, rtol=1e-6)
    assert worst_imbalance(path) <= 1e-12


def test_capital_that_nobody_owes_for_is_never_forgotten(network):
    market = model(network)
    start = market.stationary()
    path = market.run(LONG, start=replace(start, capacity=1.01 * start.capacity))
    c = np.asarray(path.consumption)
    assert abs(c[-1] - c[-2]) < 1e-8
    assert abs(c[-1] - 1) > 1e-3


def test_interest_alone_changes_the_level_and_does_not_grow(network):
    for seed in range(3):
        usual, dear = (model(network, seed, interest=i) for i in (0.03, 0.1))
        a = float(usual.stationary().books.autonomous[0])
        level = float(dear.stationary(a).books.income.sum() / (dear.stationary(a).books.prices @ dear.basket).sum())
        assert 0.85 < level < 1.05
        path = dear.run(LONG, autonomous=a)
        np.testing.assert_allclose(path.consumption, level, rtol=1e-12)


def test_advertising_makes_it_grow_as_fast_as_wants(network):
    path = model(network, moves=Moves(advertising=0.01), accelerator=CALM).run(LONGER)
    assert abs(grown(path) - np.log(1.01)) < 1e-9


def test_productivity_with_indexed_wages_costs_jobs_and_no_growth(network):
    path = model(network, moves=Moves(productivity=0.02)).run(LONG)
    np.testing.assert_allclose(path.consumption, 1.0, rtol=1e-12)
    employed = np.asarray(path.employment)
    np.testing.assert_allclose(employed / employed[0], 0.98 ** np.arange(LONG), rtol=1e-12)
    assert round(employed[200] / employed[0], 4) == 0.0176


def test_hours_cut_by_productivity_keep_all_employed(network):
    employed = np.asarray(model(network, moves=Moves(productivity=0.02, working_time=0.02)).run(LONG).employment)
    np.testing.assert_allclose(employed, employed[0], rtol=1e-12)


def test_full_employment_makes_productivity_growth(network):
    path = model(network, moves=Moves(productivity=0.01), accelerator=CALM, full_employment=0.2).run(LONGER)
    assert abs(grown(path) + np.log(0.99)) < 1e-6


def test_prices_that_fall_make_those_with_deposits_richer(network):
    path = model(network, moves=Moves(productivity=0.02), indexation=0.0).run(LONG)
    assert float(path.consumption[100]) > 5


def test_banks_that_keep_interest_bring_it_down(network):
    path = model(network, bank_retention=0.2).run(LONG)
    deposits = np.asarray(path.after.books.deposits)[:, 0]
    assert (deposits < 0).any()
    assert 100 < int(np.argmax(deposits < 0)) < 150
    assert worst_imbalance(path) <= 1e-12


def test_what_banks_own_settles_only_with_growth(network):
    psi, i, growth = 0.1, 0.03, 0.01
    market = model(network, moves=Moves(advertising=growth), bank_retention=psi, interest=i, accelerator=CALM)
    books = market.run(LONGER).after.books
    assert abs(float(books.worth[-1] / books.loans[-1]) - psi * i / growth) < 1e-6


@pytest.mark.parametrize("cover", [0.0, COVER])
def test_wants_that_follow_consumption_grow_beyond_their_threshold(network, cover):
    def grows(pi):
        path = model(network, moves=Moves(positional=pi), cover=cover, accelerator=CALM).run(LONG)
        return float(path.consumption[-1]) > 1 + 1e-6

    closed = positional_threshold(model(network, cover=cover, accelerator=CALM))
    assert abs(bisected(grows, 0.0, 0.5, 1e-4) - closed) < 1e-3 * closed


@pytest.mark.parametrize("cover", [0.0, COVER])
def test_accumulation_grows_beyond_its_threshold(network, cover):
    def grows(gamma):
        c = np.asarray(model(network, cover=cover, accelerator=CALM, accumulation=gamma).run(LONGER).consumption)
        return c[-1] - c[-2] > c[-2] - c[-3]

    closed = accumulation_threshold(model(network, cover=cover, accelerator=CALM))
    assert abs(bisected(grows, 0.0, 0.05, 1e-5) - closed) < 1e-3 * closed


def test_users_stores_lower_the_thresholds_and_raise_what_is_consumed(network):
    bare, stored = (model(network, cover=cover) for cover in (0.0, COVER))
    assert positional_threshold(stored) < positional_threshold(bare)
    a = positional_threshold(bare)
    c = float(stored.stationary(a).books.income.sum() / (stored.stationary(a).books.prices @ stored.basket).sum())
    assert 1.05 < c < 1.09


def test_below_its_threshold_accumulation_only_leaves_capacity_idle(network):
    gamma = 0.01
    market = model(network, accelerator=CALM, accumulation=gamma)
    path = market.run(LONGER)
    used = np.asarray(path.activity[-1] / path.after.capacity[-2])
    np.testing.assert_allclose(used, 0.8 * (1 - gamma / CALM), rtol=1e-5)


def test_growth_beyond_the_ceiling_is_not_to_be_had(network):
    wanted = model(network, moves=Moves(advertising=0.05), accelerator=CALM)
    assert np.expm1(growth_ceiling(wanted)) == pytest.approx(CALM * 0.25)
    c = np.asarray(wanted.run(LONG).consumption)
    assert float(wanted.run(LONG).after.stock[-1].min()) < 0 or c[-1] < c[200]


def test_the_cheaper_technique_wins_at_the_pace_of_the_variance_of_costs():
    chi, work = 0.05, np.array([0.9, 1.0, 1.15])
    economy = pl.Economy.from_arrays(
        np.zeros((1, 3)), [work], outputs=np.ones((1, 3)), capital=np.full((1, 3), 1.5), depreciation=0.1,
        factor_kinds=("labour",),
    )  # fmt: skip
    weights = np.array([0.3, 0.5, 0.2])
    market = MarketModel(economy, np.ones((1, 1)), Rules(competition=chi), weights=weights)
    start = market.stationary()
    after, _ = market.step(start)
    p = float(start.books.prices[0])
    costs = np.log(np.asarray(start.books.labour) + 0.13 * 1.5 * p / 0.8)
    before, now = (np.asarray(s) / np.sum(s) for s in (weights, after.books.weights))
    variance = before @ costs**2 - (before @ costs) ** 2
    assert now @ costs - before @ costs == pytest.approx(-chi * variance, rel=0.05)


def test_labour_managed_firms_do_not_grow_beyond_what_they_have(network):
    path = model(network, moves=Moves(advertising=0.01), accelerator=CALM, labour_managed=1.0).run(LONG)
    start = model(network).stationary()
    assert bool((np.asarray(path.after.capacity) <= np.asarray(start.capacity) * (1 + 1e-12)).all())


def test_who_earns_less_consumes_less(network):
    economy, basket = network(0)
    halves = np.repeat(basket / 2, 2, axis=1)
    market = MarketModel(economy, halves, Rules(wage_shares=np.array([0.4, 0.6]), profit_shares=np.array([0.4, 0.6])))
    income = np.asarray(market.run(LONG).after.books.income)
    np.testing.assert_allclose(income[0] / income[0].sum(), [0.4, 0.6], atol=0.01)
    shared = replace(market, rules=replace(market.rules, transfers=1.0)).run(LONG).after.books.income
    np.testing.assert_allclose(shared[:, 0], shared[:, 1], rtol=1e-12)


def test_prices_that_do_not_exist_are_refused_by_name(network):
    with pytest.raises(NotSolvable, match=r"spectral radius [1-9].*Lower markup \(1\)"):
        model(network, markup=1.0)


def test_settings_are_swept_at_once(network):
    economy, basket = network(0)

    def last(i):
        return MarketModel(economy, basket, Rules(interest=i)).run(20).consumption[-1]

    np.testing.assert_allclose(jax.vmap(last)(jnp.linspace(0.0, 0.1, 5)), 1.0, rtol=1e-12)


def test_prices_have_the_derivative_that_they_seem_to(network):
    economy, basket = network(0)

    def level(i):
        return MarketModel(economy, basket, Rules(interest=i)).stationary().books.prices.sum()

    differences = (float(level(0.0301)) - float(level(0.0299))) / 2e-4
    for slope in (jax.grad(level)(0.03), jax.jvp(level, (0.03,), (1.0,))[1]):
        assert float(slope) == pytest.approx(differences, rel=1e-5)
