"""One loop of rounds for all who talk: it ends where it should, counts, and keeps what it is asked to keep."""

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.checks import POSITIVE
from planlab.base.part import number, whole
from planlab.mechanisms.dialogue import Dialogue

WORLD = pl.make_scenario("layered", products=20, communities=2, seed=1)
NAMES = ("command", "proportional", "proportional_share", "malinvaud_dreze_poussin", "gradient")
PLANS = {name: pl.plan(name, WORLD) for name in NAMES}


class Halving(Dialogue):
    """Halves its distance to a tenth of capacity in every round; each exchange takes three numbers."""

    tolerance: float = number(1e-3, POSITIVE)
    rounds: int = whole(50, 0)

    sees: ClassVar = frozenset({"capacity", "needs"})

    def begin(self, memory, seen, key):
        """Start at nothing."""
        return (0.1 * seen.capacity, seen.needs), jnp.zeros_like(seen.capacity)

    def round(self, table, talk):
        """Go half of the way."""
        return (table[0] + talk) / 2

    def far(self, table, talk):
        """Return what is missing."""
        return jnp.abs(table[0] - talk).max() / table[0].max()

    def numbers(self, table, talk, exchanges):
        """Count three each."""
        return 3.0 * exchanges

    def agree(self, table, talk, settled):
        """Plan it."""
        return (), pl.Plan(talk, 0.0 * table[1], prices=jnp.ones(table[1].shape[0]))


def test_rounds_end_when_they_have_settled_and_are_counted():
    plan = pl.plan(Halving(), WORLD)
    assert int(plan.rounds) == 10  # 2^-10 is the first below a thousandth
    assert float(plan.messages) == 30
    assert plan.status == pl.Status.PROPOSED
    np.testing.assert_allclose(plan.trace[:10], 0.5 ** np.arange(1, 11))
    assert np.isnan(plan.trace[10:]).all()


def test_who_has_not_settled_says_so():
    plan = pl.plan(Halving(rounds=4), WORLD)
    assert int(plan.rounds) == 4
    assert plan.status == pl.Status.ROUNDS_SPENT


class Prepared(Halving):
    """Takes three exchanges to lay the table."""

    def prepared(self, table):
        """Return three."""
        return jnp.asarray(3)


def test_what_it_takes_to_begin_counts_and_uses_up_no_round():
    plan, plain = (pl.plan(kind(rounds=4), WORLD) for kind in (Prepared, Halving))
    assert (int(plan.rounds), float(plan.messages)) == (7, 21)
    np.testing.assert_array_equal(plan.activity, plain.activity)


def test_snapshots_are_what_would_have_been_planned():
    plan = pl.plan(Halving(snapshots=4), WORLD)
    marks = np.asarray(plan.snapshots.round)
    np.testing.assert_array_equal(marks, [1, 4, 0, 0])  # of 1, 4, 14 and 50, as far as it came
    for mark, activity in zip(marks[:2], plan.snapshots.activity[:2], strict=True):
        np.testing.assert_allclose(activity, pl.plan(Halving(rounds=int(mark)), WORLD).activity)
    assert pl.plan(Halving(), WORLD).snapshots is None


@pytest.mark.parametrize("name", NAMES)
def test_every_dialogue_keeps_how_far_each_round_was(name):
    plan = PLANS[name]
    done = np.isfinite(np.asarray(plan.trace)).sum()
    assert 1 <= done <= int(plan.rounds)
    assert float(plan.trace[done - 1]) < float(plan.trace[0])


@pytest.mark.parametrize("name", ["gradient", "malinvaud_dreze_poussin"])
def test_the_same_is_planned_with_snapshots_and_the_last_is_near_the_plan(name):
    mechanism = pl.Gradient(snapshots=40) if name == "gradient" else pl.MalinvaudDrezePoussin(snapshots=40)
    plan = pl.plan(mechanism, WORLD)
    np.testing.assert_array_equal(plan.activity, PLANS[name].activity)
    kept = np.flatnonzero(np.asarray(plan.snapshots.round))
    off = np.abs(np.asarray(plan.snapshots.activity)[kept] - np.asarray(plan.activity)[None]).max(axis=1)
    assert off[-1] < 0.1 * off[0]


def test_traces_of_all_periods_and_intervals_are_kept():
    run = pl.simulate("proportional_share", WORLD, 2, setting=pl.Setting(replans=2))
    each = pl.ProportionalShare().rounds
    trace = np.asarray(run.plan.trace)
    assert trace.shape == (2, 2 * each)
    assert np.isfinite(trace[:, [0, each]]).all()


def test_a_dialogue_that_takes_all_its_rounds_is_differentiated_in_reverse():
    from planlab.testing.probes import first_observation

    seen = first_observation(WORLD)

    def made(tautness):
        command = pl.Command(tautness=tautness)
        return command.plan(command.init(seen, jax.random.key(0)), seen, jax.random.key(0))[1].activity.sum()

    assert np.isfinite(float(jax.grad(made)(0.05)))


@pytest.mark.parametrize(("snapshots", "kind"), [(-1, ValueError), (1.5, TypeError), (2000, ValueError)])
def test_no_number_of_snapshots_but_a_whole_one(snapshots, kind):
    with pytest.raises(kind, match="snapshots is"):
        pl.Command(snapshots=snapshots)
