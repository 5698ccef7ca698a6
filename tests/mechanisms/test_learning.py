"""A mechanism with a memory: what it averages, what it finds out, and what it costs when nobody lies."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms._books import Books, averaged
from planlab.scoring.series import per_period

WORLD = pl.make_scenario("layered", products=40, weights="equal", seed=1)
PLAIN = pl.LinearProgram(pl.CappedNeeds())
TRUE = np.asarray(WORLD.economy.inputs.values)


class Tells(pl.Learning):
    """Keep what is believed after every plan."""

    def plan(self, state, seen, key):
        memory, plan = super().plan(state, seen, key)
        FOUND.append((memory, plan))
        return memory, plan


FOUND: list = []


def believed(behaviour, years=3, **dials):
    """Return what is believed in the end, and needs met by year."""
    FOUND.clear()
    setting = pl.Setting(behaviour=behaviour, replans=4, **dials)
    run = pl.simulate(Tells(PLAIN), WORLD, years, setting=setting)
    return FOUND[-1][0], per_period(run)["need_satisfaction"]


def norms_error(memory):
    """Return the median error of norms."""
    return float(np.median(np.abs(np.asarray(memory.books.found()[0] * memory.first_norms) / TRUE - 1)))


def test_noise_is_averaged_like_the_root_of_its_number():
    draws = np.exp(np.random.default_rng(0).normal(0.0, 0.3, (64, 400)))
    mean, errors = jnp.ones(400), []
    for count, drawn in enumerate(draws):
        mean = averaged(mean, jnp.asarray(drawn), jnp.asarray(count), 0.0)
        errors.append(float(jnp.log(mean).std()))
    np.testing.assert_allclose(mean, np.exp(np.log(draws).mean(axis=0)), rtol=1e-12)
    assert errors[-1] == pytest.approx(0.3 / 8, rel=0.1)


def test_what_is_nothing_or_unlimited_is_taken_as_said():
    old, said = jnp.asarray([0.0, 2.0, jnp.inf, 3.0]), jnp.asarray([1.0, 0.0, 2.0, jnp.inf])
    np.testing.assert_array_equal(averaged(old, said, jnp.asarray(3), 0.1), said)


def test_empty_books_say_what_was_reported():
    norm, store = Books.of(2).found()
    np.testing.assert_allclose((norm, store), 1.0)


@pytest.mark.parametrize("behaviour", [pl.OverRequest(1.3), pl.Embellish(1.1), pl.IdiosyncraticBias()])
def test_no_lie_about_norms_survives_the_books(behaviour):
    memory, met = believed(behaviour)
    assert norms_error(memory) < 0.02
    assert met[-1] > 0.88


def test_hidden_stores_are_found_out():
    memory, _ = believed(pl.HideStores(0.5), years=2)
    assert np.quantile(np.asarray(memory.books.found()[1]), 0.5) > 1.5


def test_understated_capacity_is_found_out_by_asking():
    asked, alone = believed(pl.Understate(0.6), 8), believed(pl.Understate(0.6), 8)
    never = per_period(
        pl.simulate(pl.Learning(PLAIN, more=0.0), WORLD, 8, setting=pl.Setting(behaviour=pl.Understate(0.6), replans=4))
    )["need_satisfaction"]
    np.testing.assert_array_equal(asked[1], alone[1])
    assert asked[1][-1] > never[-1] + 0.05
    assert float(asked[0].ceilings.part.max()) > 1.3


def test_with_honest_reports_in_a_still_world_it_plans_like_the_other():
    plain, learning = (pl.simulate(m, WORLD, 4).plan.activity for m in (PLAIN, pl.Learning(PLAIN, more=0.0)))
    np.testing.assert_allclose(learning, plain, rtol=1e-9, atol=1e-9)


def test_a_shock_lowers_ceilings_and_they_rise_again():
    m = WORLD.economy.processes
    capacity = np.ones((8, m))
    capacity[2:4] = 0.6
    struck = WORLD.replace(shocks=pl.Shocks(jnp.asarray(capacity), jnp.ones((1, m)), jnp.ones((1, 4))))
    run = pl.simulate(pl.Learning(PLAIN), struck, 10, setting=pl.Setting(replans=4))
    met = per_period(run)["need_satisfaction"]
    assert met[3] < 0.85 < met[-1]


def test_a_mechanism_inside_is_asked_for_what_it_is():
    outer = pl.Learning(pl.Command())
    assert outer.traceable
    assert outer.sees > pl.Command.sees
    assert outer.reward == "step_bonus"
    assert pl.simulate(outer, WORLD, 2).plan.activity.shape == (2, 40)
