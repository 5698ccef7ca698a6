"""The market in the world: what is executed follows the model, and books follow what is executed."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.markets.model import MarketModel
from planlab.mechanisms.market import Market, Memory
from planlab.simulation.runner import Runner, first_published, keys_of
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import run_through

YEARS, COVER = 100, 2 / 12
SMALL = {"products": 20, "inputs": 4, "communities": 2}


class Ledger(Market):
    """Keeps every period's books."""

    def init(self, seen, key):
        memory = super().init(seen, key)
        paper = jax.tree.map(lambda part: jnp.zeros((YEARS + 1, *jnp.shape(part))), self._page(memory, seen))
        return memory, paper, jnp.asarray(0)

    def plan(self, state, seen, key):
        memory, paper, t = state
        flows = self.flows(memory, seen)
        memory, made = super().plan(memory, seen, key)
        page = self._page(memory, seen, jnp.where(t > 0, jnp.abs(flows.lost).max(), 0.0))
        paper = jax.tree.map(lambda rows, row: rows.at[t].set(row), paper, page)
        return (memory, paper, t + 1), made

    def _page(self, memory: Memory, seen, lost=0.0):
        books = memory.books
        return {"deposits": books.deposits, "loans": books.loans, "worth": books.worth, "lost": jnp.asarray(lost),
                "imbalance": books.imbalance, "k": seen.capacity, "income": books.income}  # fmt: skip


@eqx.filter_jit
def _kept(mechanism, runner, periods):
    return run_through(mechanism, runner, periods)


def ledger(world, periods=YEARS, setting=None, **rules):
    """Return the books at the beginning of every period, and the record of what happened."""
    runner = Runner(world, setting or Setting(), keys_of("ledger", 0))
    (_, paper, _), record = _kept(Ledger(**rules), runner, periods)
    return jax.tree.map(lambda rows: np.asarray(rows)[: periods * (setting or Setting()).replans], paper), record


@pytest.fixture(scope="module")
def worlds():
    three = pl.make_scenario("at_rest", base="three_sector", limited=False)
    return {"three_sector": three, "layered": pl.make_scenario("at_rest", limited=False, **SMALL)}


def unexecuted(world, **rules):
    """Return the model of a world, and its stationary state."""
    e, x = world.economy, world.activity
    net = e.outputs @ x - e.inputs @ x - e.capital @ (e.depreciation * world.capacity)
    need = world.needs.sum(axis=1)
    basket = world.needs * (net / jnp.where(need > 0, need, 1.0))[:, None]
    model = MarketModel(e, basket, pl.Market(**rules), cover=COVER, weights=x)
    return model, model.stationary()


def compared(world, path, run):
    """Return by how much activity, consumption, capacity and deposits that were executed are off those of the model."""
    books, record = run
    x, y = np.asarray(record.outcome.activity), np.asarray(record.outcome.delivery)
    p, basket = np.asarray(record.plan.prices[0]), np.asarray(path.after.opening.basket[0])
    c = np.einsum("i,tih->t", p, y) / (p @ basket).sum()
    before, busy = slice(0, len(x) - 1), np.asarray(world.activity) > 0
    return {
        "x": np.abs(x[:, busy] / np.asarray(path.activity)[:, busy] - 1).max(),
        "c": np.abs(c / np.asarray(path.consumption) - 1).max(),
        "k": np.abs(books["k"][1:, busy] / np.asarray(path.after.capacity)[before][:, busy] - 1).max(),
        "M": np.abs(books["deposits"][1:] / np.asarray(path.after.books.deposits)[before] - 1).max(),
    }


@pytest.mark.parametrize("name", ["three_sector", "layered"])
def test_at_rest_what_is_executed_is_what_the_model_says_for_a_hundred_years(worlds, name):
    world = worlds[name]
    model, _ = unexecuted(world)
    run = ledger(world)
    off = compared(world, model.run(YEARS), run)
    assert max(off.values()) < 1e-9, off
    assert run[0]["imbalance"].max() <= 1e-12
    assert run[0]["lost"].max() <= 1e-9


@pytest.mark.parametrize("name", ["three_sector", "layered"])
def test_after_a_shock_what_is_executed_is_what_the_model_says_for_a_hundred_years(worlds, name):
    world = worlds[name]
    model, start = unexecuted(world)
    path = model.run(YEARS, start=replace(start, stock=0.99 * start.stock, capacity=1.01 * start.capacity))
    run = ledger(world.replace(stock=0.99 * world.stock, capacity=1.01 * world.capacity))
    assert np.abs(np.asarray(path.consumption) - 1).max() > 2e-3
    off = compared(world, path, run)
    assert max(off.values()) < 0.01, off
    assert run[0]["imbalance"].max() <= 1e-12


def test_where_a_limit_binds_the_world_falls_short_of_the_model(worlds):
    world = worlds["layered"]
    model, _ = unexecuted(world)
    use = world.economy.factors @ world.activity
    tight = world.replace(limits=np.array([0.95, 2.0, 2.0, 2.0]) * np.asarray(use))
    books, record = ledger(tight)
    path, busy = model.run(YEARS), np.asarray(world.activity) > 0
    x = np.asarray(record.outcome.activity)[10, busy] / np.asarray(path.activity)[10, busy]
    assert 0.8 < x.min() < 0.96
    assert books["deposits"][10].sum() < 0.99 * books["deposits"][0].sum()  # stocks are sold and loans repaid
    assert books["imbalance"].max() <= 1e-12
    paid = np.asarray(record.outcome.delivery[-1]).sum()
    assert paid < 0.995 * np.asarray(record.plan.delivery[-1, :, :2]).sum()


@pytest.mark.parametrize(
    ("setting", "laws"),
    [
        (Setting(behaviour=pl.IdiosyncraticBias()), ()),
        (Setting(replans=4), ()),
        (Setting(physics=pl.Physics(decay=0.02)), (pl.Gestation(3), pl.Productivity(labour=0.01))),
    ],
    ids=["lies", "quarters", "decay and gestation"],
)
def test_books_balance_whatever_happens(worlds, setting, laws):
    world = worlds["three_sector"].with_laws(*laws)
    books, _ = ledger(world, 20, setting, bank_retention=0.1)
    assert books["imbalance"].max() <= 1e-12
    assert books["worth"][-1] > 0


def test_planned_by_quarters_it_stands_still_as_well(worlds):
    world = worlds["three_sector"]
    _, record = ledger(world, 20, Setting(replans=4))
    np.testing.assert_allclose(record.outcome.activity, np.tile(world.activity, (20, 1)), rtol=1e-9)


def test_profit_is_what_is_left_of_what_was_executed(worlds):
    world, i = worlds["three_sector"], 0.03
    books, record = ledger(world.replace(stock=0.97 * world.stock))
    o, e = record.outcome, world.economy
    p, K, A = np.asarray(record.plan.prices), e.capital.to_scipy(), e.inputs.to_scipy()
    x, y, made = (np.asarray(part) for part in (o.activity, o.delivery, o.made))
    work = np.asarray(e.factors)[0] / float(e.factors[0] @ world.activity)
    for t in range(1, 19):
        worn = p[t] @ (K @ (np.asarray(e.depreciation) * books["k"][t]))
        wages, due = work @ x[t], i * books["loans"][t]
        profit = p[t] @ made[t] - wages - p[t] @ (A @ x[t]) - worn - due
        income = wages + profit + due
        assert books["income"][t + 1].sum() == pytest.approx(income, rel=1e-9)
        spent = p[t] @ y[t].sum(axis=1)
        saved = books["deposits"][t + 1].sum() - books["deposits"][t].sum()
        assert saved == pytest.approx(income - spent, abs=1e-9 * income)


def test_it_opens_at_what_was_consumed_and_not_at_what_is_needed():
    world = pl.make_scenario("transition", hit=0.0, **SMALL)
    first = pl.simulate("market", world, 1)
    consumed = np.asarray(first_published(world, 12).statistics.delivery)
    delivered, needs = np.asarray(first.plan.delivery[0])[:, :2], np.asarray(world.needs)
    some = consumed.sum(axis=1) > 0
    assert (delivered[some].sum(axis=1) <= consumed[some].sum(axis=1) * (1 + 1e-9)).all()
    assert delivered.sum() < 0.9 * needs.sum()


def moved(world, advertising=0.0, reach=0.0, productivity=0.0, shares=(0.5, 0.5), **rules):
    """Return a run of a market that meets all these laws, most of them at rest, so that all are one compilation."""
    laws = pl.Advertising(advertising), pl.PositionalWants(reach), pl.Productivity(labour=productivity)
    income = {"wage_shares": np.array(shares), "profit_shares": np.array(shares)}
    return pl.simulate(pl.Market(**income, **rules), world.with_laws(*laws), YEARS)


def test_advertising_in_the_world_makes_it_grow(worlds):
    x = np.asarray(moved(worlds["three_sector"], advertising=0.01, accelerator=0.05).outcome.activity).sum(axis=1)
    assert np.log(x[-1] / x[-20]) / 19 == pytest.approx(np.log(1.01), rel=0.05)


@pytest.mark.parametrize(("over", "grows"), [(0.98, False), (1.1, True)])
def test_positional_wants_in_the_world_have_the_threshold_of_the_model(worlds, over, grows):
    world = worlds["three_sector"]
    satisfied = float((unexecuted(world)[0].basket / world.needs).min())
    run = moved(world, reach=over / satisfied, accelerator=0.05)
    y = np.asarray(run.outcome.delivery).sum(axis=(1, 2))
    assert (y[-1] > 1.05 * y[0]) == grows
    if not grows:
        np.testing.assert_allclose(y, y[0], rtol=1e-9)


def test_productivity_in_the_world_costs_jobs_and_no_growth(worlds):
    world = worlds["three_sector"]
    run = moved(world, productivity=0.02)
    use = np.asarray(run.outcome.factor_use)[:, 0]
    np.testing.assert_allclose(use / use[0], 0.98 ** np.arange(YEARS), rtol=1e-9)
    np.testing.assert_allclose(run.outcome.activity[-1], world.activity, rtol=1e-9)


def test_who_has_no_purchasing_power_goes_short(worlds):
    y = np.asarray(moved(worlds["three_sector"], shares=(0.3, 0.7)).outcome.delivery).sum(axis=1)
    assert y[-1, 0] < 0.75 * y[0, 0]
    assert y[-1, 1] > 1.25 * y[0, 1]
    with pytest.raises(ValueError, match="give one for each of the 2 communities"):
        moved(worlds["three_sector"], shares=(1.0, 1.0, 1.0))


def test_a_market_without_prices_says_that_it_failed(worlds):
    run = moved(worlds["three_sector"], markup=5.0)
    assert set(np.asarray(run.plan.status).tolist()) <= {int(pl.Status.FAILED), int(pl.Status.BROKEN)}
