"""What a mechanism sees of stores, of the months that were, and of the periods ahead: as reported, and no more."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl

SCENARIO = pl.make_scenario("layered", products=20, communities=2, seed=1)
ALL = frozenset(
    {"economy", "capacity", "needs", "limits", "stock", "inventory", "last", "months", "forecast", "producers"}
)
DOUBTFUL = pl.Combined((pl.Embellish(1.1), pl.ExaggerateNeeds(factor=1.5)))


class Asks(pl.Mechanism):
    """Plans what was done before, and remembers what it saw in every interval."""

    sees = ALL

    def init(self, seen, key):
        """Remember the first sight."""
        return jnp.zeros(()), self.kept(seen)

    def kept(self, seen):
        """Return what is looked at."""
        return (
            seen.inventory,
            seen.months,
            seen.forecast,
            seen.producers.refill(seen.last.target, 1 / 6),
            seen.needs[:, : seen.people],
            seen.last.activity,
        )

    def plan(self, state, seen, key):
        """Plan a little less of everything, in every period, so that something stays unfilled."""
        count = state[0] + 1
        return (count, self.kept(seen)), pl.Plan(0.9 * seen.last.target, seen.needs)


def seen(scenario=SCENARIO, periods=3, **dials):
    """Return what was seen before the last period, and the run."""
    from planlab.simulation.runner import Runner, keys_of, nameless
    from planlab.simulation.simulate import run_through

    setting = pl.Setting(**dials)
    memory, record = run_through(Asks(), Runner(nameless(scenario), setting, keys_of(scenario.name, 0)), periods)
    return memory[1], record


def test_stores_are_reported_and_can_be_misreported():
    truth, lie = seen()[0][0], seen(behaviour=pl.HideStores(0.5))[0][0]
    assert float(truth.sum()) > 0
    np.testing.assert_allclose(lie, 0.5 * truth)
    np.testing.assert_allclose(seen(behaviour=pl.Misreport(stores=0.5))[0][0], lie)


def test_hidden_stores_are_nothing_to_planners_who_do_not_look():
    for name in ("command", "linear_program"):
        for stores in (False, True):
            honest, hidden = (
                pl.simulate(name, SCENARIO, 3, setting=pl.Setting(behaviour, stores=stores)).plan.activity
                for behaviour in (pl.Truthful(), pl.HideStores(0.3))
            )
            assert np.array_equal(hidden, honest) is not stores


def test_producers_ask_for_what_refills_their_stores_as_they_report_them():
    A, cover = SCENARIO.economy.inputs, 1 / 6
    for share in (1.0, 0.5):
        (inventory, _, _, asked, *_), record = seen(behaviour=pl.HideStores(share))
        target = np.asarray(record.plan.activity)[1]
        gap = np.maximum(cover * np.asarray(A.values) * target[np.asarray(A.columns)] - np.asarray(inventory), 0.0)
        np.testing.assert_allclose(asked, np.bincount(np.asarray(A.rows), gap, A.shape[0]), atol=1e-12)
    assert float(asked.sum()) > 0


@pytest.mark.parametrize("replans", [1, 4])
def test_months_add_up_and_the_last_ones_are_seen_as_reported(replans):
    (_, months, _, _, _, claimed), record = seen(behaviour=DOUBTFUL, replans=replans)
    kept, outcome = record.outcome.months, record.outcome
    assert kept.activity.shape == (3, 12, SCENARIO.economy.processes)
    np.testing.assert_allclose(kept.activity.sum(axis=1), outcome.activity, rtol=1e-9)
    assert months.activity.shape[0] == 12 // replans
    np.testing.assert_allclose(months.activity.sum(axis=0), claimed, rtol=1e-9)
    last = kept.orders[1, -12 // replans :] if replans == 1 else kept.orders[2, -6:-3]
    np.testing.assert_allclose(months.orders, last, rtol=1e-9)
    done = kept.activity[1, 0] if replans == 1 else kept.activity[2, -6]
    np.testing.assert_allclose(months.activity[0], 1.1 * done)


def test_what_was_ordered_was_delivered_or_stayed_unfilled():
    _, record = seen()
    e, o = SCENARIO.economy, record.outcome
    stores = np.diff(np.asarray(o.closing - o.stock), axis=0)  # what lies with users, at the end of periods
    received = stores + np.asarray(o.used)[1:]
    filled = np.asarray(o.months.orders - o.months.unfilled).sum(axis=1)[1:]
    built = np.asarray(o.invested)[1:]
    assert e.products == filled.shape[1]
    np.testing.assert_allclose(filled, received + np.asarray(o.delivery)[1:].sum(axis=2) + built, rtol=1e-8, atol=1e-9)
    assert float(o.months.unfilled.max()) > 0
    rates = np.asarray(o.months.fill_rates)
    assert ((rates >= 0) & (rates <= 1)).all()


def test_the_monthly_record_can_be_left_out_and_the_rest_stays_the_same():
    slim, full = (pl.simulate("command", SCENARIO, 3, setting=pl.Setting(months=kept)) for kept in (False, True))
    assert slim.outcome.months.activity.shape == (3, 0, SCENARIO.economy.processes)
    np.testing.assert_array_equal(slim.outcome.delivery, full.outcome.delivery)
    assert "months_activity" not in slim.to_xarray()
    assert full.to_xarray()["months_activity"].dims == ("period", "month", "process")


LAWS = (pl.Announced(limits={"labour": -0.1}), pl.Productivity(labour=0.02), pl.Population(0.03))


def test_what_is_announced_is_what_comes():
    scenario = SCENARIO.with_laws(*LAWS, pl.Habit())
    ahead, record = seen(scenario, periods=1, horizon=3)[0][2], pl.simulate(Asks(), scenario, 4)
    labour = scenario.economy.factor_kinds.index("labour")
    np.testing.assert_allclose(ahead.limits, record.limits[1:], rtol=1e-12)
    np.testing.assert_allclose(ahead.factors[:, labour], record.path["factors"][1:, labour], rtol=1e-12)
    grown = np.asarray(scenario.needs) * 1.03 ** np.arange(1, 4)[:, None, None]
    np.testing.assert_allclose(ahead.needs, grown, rtol=1e-12)  # habit goes by what people do: nobody announces it
    assert not np.allclose(record.needs[3], grown[-1], rtol=1e-6)


def test_the_future_is_reported_as_the_present_is():
    scenario = SCENARIO.with_laws(*LAWS)
    honest, lie = (seen(scenario, horizon=2, behaviour=b)[0] for b in (pl.Truthful(), pl.ExaggerateNeeds(factor=1.5)))
    assert not np.allclose(lie[4], honest[4])
    there = np.asarray(honest[4]) > 0
    times = np.asarray(lie[4])[there] / np.asarray(honest[4])[there]
    np.testing.assert_allclose(np.asarray(lie[2].needs)[:, there], np.asarray(honest[2].needs)[:, there] * times)


def test_a_drought_is_not_announced_and_a_cap_on_limits_is():
    drought = pl.Shocks(jnp.full((5, 20), 0.5), jnp.full((5, 20), 2.0), 0.9 ** jnp.arange(5.0)[:, None])
    scenario = pl.Scenario.from_arrays(
        inputs=np.zeros((20, 20)),
        needs=np.ones(20),
        factors=np.ones((1, 20)),
        limits=[100.0],
        capacity=np.ones(20),
        shocks=drought,
    )
    ahead = seen(scenario, periods=1, horizon=4)[0][2]
    np.testing.assert_allclose(ahead.limits[:, 0], 100 * 0.9 ** np.arange(1, 5))
    np.testing.assert_allclose(ahead.needs, 1.0)


def test_without_a_horizon_nothing_is_announced():
    ahead = seen()[0][2]
    assert {part.shape[0] for part in (ahead.needs, ahead.limits, ahead.inputs, ahead.factors)} == {0}
