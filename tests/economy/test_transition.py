"""From one basket of needs to another, announced with an error."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.simulation.runner import foreseen

CALM = pl.make_scenario("three_sector", communities=1)
OTHER = np.array([2.0, 1.0, 0.5])


def announced_in(year, scenario, horizon):
    """Return what is announced in a year of the needs of those after it, and what comes, both (horizon, products)."""
    law, state = scenario.laws[0], scenario.opening
    path = [state]
    for t in range(year + horizon):
        state = law.step(pl.State.with_parts(state, {"period": jnp.asarray(t)}), None, jax.random.key(0))
        path.append(state)
    now = path[year].with_parts({"period": jnp.asarray(year)})
    told = foreseen(scenario.laws, now, horizon)
    return tuple(np.array([then.needs[:, 0] for then in rows]) for rows in (told, path[year + 1 :]))


def test_limits_tighten_for_as_long_as_needs_move_and_then_everything_stays():
    law = pl.Transition(needs=OTHER, tightening=0.02, years=5)
    run = pl.simulate("standstill", CALM.with_laws(law), 8)
    np.testing.assert_allclose(run.limits[:, 0], 90 * 0.98 ** np.minimum(np.arange(8), 4))
    way = np.minimum(np.arange(8), 4) / 4
    np.testing.assert_allclose(run.needs[:, :, 0], np.array([20, 30, 40]) * (1 + way[:, None] * [1.0, 0.0, -0.5]))


def test_announcements_come_true_where_nothing_is_revised():
    told, comes = announced_in(2, CALM.with_laws(pl.Transition(needs=OTHER, years=6)), 6)
    np.testing.assert_allclose(told, comes, rtol=1e-12)


def test_what_is_announced_errs_by_what_turns_out_in_between():
    revisions = np.log(np.array([[9.0, 9.0, 9.0], [1.1, 1.0, 1.0], [1.0, 1.2, 1.0], [1.3, 1.0, 1.0]]))
    scenario = CALM.with_laws(pl.Transition(needs=OTHER, years=4, revisions=revisions))
    told, comes = announced_in(0, scenario, 4)
    off = comes / told
    np.testing.assert_allclose(off, [[1.1, 1, 1], [1.1, 1.2, 1], [1.43, 1.2, 1], [1.43, 1.2, 1]])
    told, comes = announced_in(2, scenario, 2)
    np.testing.assert_allclose(comes / told, [[1.3, 1, 1], [1.3, 1, 1]])


def test_the_truth_is_not_touched_by_what_is_announced():
    law = pl.Transition(needs=2.0, years=4)
    wrong = pl.Transition(needs=2.0, years=4, revisions=np.full((4, 3), 0.5))
    plain, misled = (pl.simulate("command", CALM.with_laws(each), 5) for each in (law, wrong))
    np.testing.assert_array_equal(plain.needs, misled.needs)


def test_rows_of_another_length_are_refused_by_name():
    with pytest.raises(ValueError, match=r"needs has shape \(2,\); give one number, or one for each of 3 products"):
        CALM.with_laws(pl.Transition(needs=np.ones(2)))
    with pytest.raises(ValueError, match=r"tightening has shape \(2,\).* 1 factors"):
        CALM.with_laws(pl.Transition(tightening=np.full(2, 0.1)))
    with pytest.raises(ValueError, match=r"revisions has shape \(3, 3\); give 10 rows"):
        CALM.with_laws(pl.Transition(revisions=np.zeros((3, 3))))
