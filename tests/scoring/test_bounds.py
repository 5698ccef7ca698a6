"""What nobody can beat, and what has to be left at the end."""

from functools import partial

import numpy as np
import pytest

import planlab as pl
from planlab.economy.tiers import WHOLE
from planlab.scoring.bounds import clairvoyant
from planlab.scoring.closing import closing_wealth

WORLD = pl.make_scenario("transition", products=60, seed=1)

plain = partial(clairvoyant, tiers=WHOLE)


def village(capacity=10.0):
    """Ten hours make ten units, of which ten are needed; half of all capacity wears out, a unit of it costs one."""
    return pl.Scenario.from_arrays(
        inputs=[[0.0]], needs=[10.0], factors=[[1.0]], limits=[10.0], capacity=[capacity], capital=[[1.0]],
        depreciation=[0.5], activity=[10.0],
    )  # fmt: skip


def test_without_a_terminal_condition_a_clairvoyant_eats_his_capital():
    assert plain(village(), 1).needs_met == pytest.approx(1.0)
    assert plain(village(), 2).needs_met == pytest.approx((1.0 + 0.5) / 2)


def test_what_has_to_be_left_is_built_first():
    assert plain(village(), 1, closing=1.0).needs_met == pytest.approx(0.5)
    assert plain(village(), 1, closing=0.98).needs_met == pytest.approx(0.52)
    assert plain(village(), 3, closing=1.0).needs_met == pytest.approx(0.5)
    assert plain(village(), 1, closing=0.0).needs_met == pytest.approx(1.0)


@pytest.mark.parametrize(("closing", "met"), [(None, 7.0), (0.0, 7.0), (0.5, 6.0), (1.0, 5.0)])
def test_stores_are_left_as_they_were_found(closing, met):
    """Ten units are made, of which five are inputs; two lie in store, which is for four tenths of a year."""
    world = pl.Scenario.from_arrays(inputs=[[0.5]], needs=[10.0], factors=[[1.0]], limits=[10.0], activity=[10.0])
    bound = plain(world, 1, pl.Physics(cover=4.8), closing=closing)
    assert bound.needs_met == pytest.approx(met / 10)


def test_merged_periods_have_a_last_one_of_their_own_for_the_stores(monkeypatch):
    world = pl.Scenario.from_arrays(inputs=[[0.5]], needs=[10.0], factors=[[1.0]], limits=[10.0], activity=[10.0])
    stored = pl.Physics(cover=4.8)
    free, fine = (plain(world, 6, stored, closing=closing) for closing in (None, 1.0))
    monkeypatch.setattr("planlab.scoring.bounds.EXACT_ROWS", 0)
    rough = plain(world, 6, stored, closing=1.0)
    assert "2 merged periods" in rough.method
    assert free.needs_met == pytest.approx((5 + 2 / 6) / 10)
    assert fine.needs_met == pytest.approx(0.5)
    assert rough.needs_met == pytest.approx(0.5)


def test_where_it_cannot_be_reached_as_much_is_left_as_can_be():
    bound = plain(village(2.0), 1, closing=1.0)  # 1 is left and 2 can be built, of 10
    assert bound.needs_met == pytest.approx(0.0, abs=1e-5)
    assert "no more than 0.300 can be left" in bound.method
    assert bound.method.endswith("optimal")


def test_what_is_under_construction_is_left_too():
    slow = village().with_laws(pl.Gestation(2))
    assert plain(slow, 1, closing=1.0).needs_met == pytest.approx(0.5)


def test_tiers_bound_the_worth_of_needs_met():
    assert clairvoyant(village(), 1, closing=1.0).needs_met == pytest.approx(0.8)
    assert plain(WORLD, 4).needs_met < clairvoyant(WORLD, 4).needs_met


def test_a_bound_is_certified_and_falls_with_what_has_to_be_left():
    bounds = [clairvoyant(WORLD, 10, closing=closing) for closing in (None, 0.98, 1.0)]
    for bound in bounds:
        assert bound.needs_met == pytest.approx(bound.achieved, abs=1e-6)
    free, marked, whole = (bound.needs_met for bound in bounds)
    assert free > marked > whole > free - 0.02


def test_merged_periods_relax_the_terminal_condition_and_no_more(monkeypatch):
    calm = pl.make_scenario("layered", products=12, inputs=4, depreciation=0.1)
    fine = clairvoyant(calm, 6, closing=1.0)
    monkeypatch.setattr("planlab.scoring.bounds.EXACT_ROWS", 0)
    rough = clairvoyant(calm, 6, closing=1.0)
    assert "2 merged periods" in rough.method
    assert fine.needs_met <= rough.needs_met + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_the_lag_of_a_world_known_beforehand_does_not_beat_its_bound(seed):
    """Whoever leaves what he must stays below the bound of those who do."""
    world = pl.make_scenario("transition", products=30, seed=seed, sigma=0.3, tightening=0.0)
    run = pl.simulate("linear_program", world, 10)
    left = min(1.0, *closing_wealth(run))
    assert pl.score(run).needs_met <= clairvoyant(world, 10, closing=left).needs_met + 1e-6


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_share_cannot_be_left(wrong):
    with pytest.raises(ValueError, match="closing is"):
        plain(village(), 1, closing=wrong)
