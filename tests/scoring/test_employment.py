import numpy as np
import pytest

import planlab as pl
from planlab.scoring.employment import employment


def test_hours_by_hand_are_a_mean_of_ratios_over_limited_labour():
    use = [[6.0, 5.0, 9.0, 7.0], [8.0, 0.0, 1.0, 9.0]]
    limits = [[8.0, 10.0, 9.0, np.inf], [8.0, 20.0, 9.0, np.inf]]
    kinds = ("labour", "labour", "land", "labour")
    np.testing.assert_allclose(employment(use, limits, kinds), [(0.75 + 0.5) / 2, 0.5])
    assert employment(use, limits, ("land", "land", "land", "labour")) is None
    assert employment(use, limits, ("other",) * 4) is None


def test_three_sectors_work_as_long_as_all_needs_take():
    run = pl.simulate("linear_program", pl.make_scenario("three_sector"), 2, physics=pl.Frictionless())
    assert pl.score(run).employment == pytest.approx(84.814814814 / 90, abs=1e-6)


def test_where_no_labour_is_limited_nothing_is_said():
    scenario = pl.Scenario.from_arrays(
        inputs=np.zeros((1, 1)), needs=[1.0], factors=[[1.0]], limits=[2.0], factor_kinds=("land",)
    )
    assert "employment" not in pl.score(pl.simulate("standstill", scenario, 2)).metrics
