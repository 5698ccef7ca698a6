from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.presentation.doughnut import OVER
from planlab.scoring.doughnut import ecological_ceiling, social_floor


@pytest.fixture(scope="module")
def trajectory():
    return pl.simulate("standstill", pl.make_scenario("three_sector", labour=75), periods=2)


def had(trajectory, shares):
    """Return the run as if communities had had so much of their needs, ``(periods, products, communities)``."""
    delivery = jnp.asarray(shares) * trajectory.needs
    return replace(trajectory, outcome=replace(trajectory.outcome, delivery=delivery))


def used(trajectory, use):
    return replace(trajectory, outcome=replace(trajectory.outcome, factor_use=jnp.asarray(use)))


def test_the_floor_counts_people_category_by_category(trajectory):
    people = replace(trajectory.scenario, population=jnp.array([3.0, 1.0]))
    run = had(
        replace(trajectory, scenario=people), [[[0.5, 0.4], [1, 1], [0.4, 0.6]], [[0.5, 0.5], [1, 1], [0.4, 0.6]]]
    )
    assert social_floor(run).to_dict() == pytest.approx({"agriculture": 0.875, "industry": 1.0, "services": 0.25})
    assert social_floor(run, floor=0.6)["agriculture"] == 0


def test_who_needs_nothing_of_a_category_does_not_count(trajectory):
    world = trajectory.scenario.replace(needs=np.array([[20.0, 0.0], [15.0, 15.0], [0.0, 0.0]]))
    run = had(replace(trajectory, scenario=world), np.full((2, 3, 2), 0.4))
    run = replace(run, outcome=replace(run.outcome, delivery=run.outcome.delivery.at[:, 0, 0].set(20.0)))
    floor = social_floor(run)
    assert floor["agriculture"] == 1
    assert floor["industry"] == 0
    assert np.isnan(floor["services"])


def test_the_ceiling_is_use_over_limit_and_goes_beyond_it(trajectory):
    assert ecological_ceiling(used(trajectory, [[60.0], [120.0]])).to_dict() == {"labour": pytest.approx(1.2)}


def test_what_nothing_limits_has_no_ceiling(trajectory):
    free = replace(trajectory, scenario=trajectory.scenario.replace(limits={"labour": np.inf}))
    assert ecological_ceiling(free).empty


def test_of_nitrogen_the_ceiling_is_the_overshoot_of_its_planetary_boundary(trajectory):
    nitrogen = pl.planetary_boundary("nitrogen")
    bounded = replace(trajectory, scenario=trajectory.scenario.replace(limits={"labour": nitrogen.boundary}))
    over = ecological_ceiling(used(bounded, np.full((2, 1), nitrogen.current)))["labour"]
    assert over == pytest.approx(nitrogen.overshoot)


FLOOR = pd.DataFrame({"a": [0.25, 1.0]}, index=["food", "health"])


def bars(shown):
    (axes,) = shown.printed().axes
    return axes.patches


def test_wedges_reach_as_far_as_the_numbers():
    shown = pl.Doughnut(FLOOR, pd.DataFrame({"a": [0.5]}, index=["energy"]))
    reached = [round(bar.get_height(), 9) for bar in bars(shown)]
    assert {0.25, 1.0, 0.5} <= set(reached)


def test_overshoot_alone_is_drawn_beyond_the_ceiling():
    def beyond(over):
        shown = pl.Doughnut(FLOOR, pd.DataFrame({"a": [over, 0.5]}, index=["energy", "material"]))
        return [bar.get_height() for bar in bars(shown) if bar.get_facecolor() == rgba(OVER) and bar.get_height() > 0]

    assert beyond(1.3) == [pytest.approx(0.3)]
    assert beyond(1.0) == []


def rgba(colour):
    from matplotlib.colors import to_rgba

    return to_rgba(colour)


def test_every_number_is_written_and_no_other(trajectory):
    shown = pl.Doughnut(FLOOR, pd.DataFrame({"a": [1.3, 0.5]}, index=["energy", "material"]))
    (axes,) = shown.printed().axes
    numbers = sorted(text.get_text() for text in axes.texts if "%" in text.get_text())
    assert numbers == sorted(["25.0\xa0%", "100.0\xa0%", "130.0\xa0%", "50.0\xa0%"])


def test_runs_stand_side_by_side_and_are_saved(trajectory, tmp_path):
    shown = pl.doughnut(trajectory, trajectory, factors="labour")
    assert shown.floor.columns.tolist() == ["standstill 1", "standstill 2"]
    assert len(shown.printed().axes) == 2
    assert [path.stat().st_size > 1000 for path in shown.save(tmp_path)] == [True, True]
    assert shown._repr_svg_().startswith("<?xml")


def test_bad_input_is_told_by_name(trajectory):
    with pytest.raises(ValueError, match="No trajectory"):
        pl.doughnut()
    with pytest.raises(TypeError, match="trajectory"):
        pl.doughnut("command")
    with pytest.raises(ValueError, match="Did you mean 'labour'"):
        pl.doughnut(trajectory, factors=["labor"])
    other = pl.simulate("standstill", pl.make_scenario("layered", products=24), periods=1)
    with pytest.raises(ValueError, match="other categories or limits"):
        pl.doughnut(trajectory, other)
