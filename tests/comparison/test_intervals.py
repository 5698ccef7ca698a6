import numpy as np
import pytest

from planlab.comparison.intervals import interval


def test_interval_by_hand():
    # mean 4, standard deviation 2, t of 4 degrees of freedom 2.776445
    found = interval([2.0, 6.0, 2.0, 6.0, 4.0])
    assert found.mean == 4.0
    assert found.half == pytest.approx(2.776445 * 2 / np.sqrt(5), rel=1e-6)
    assert found.limits() == (found.mean - found.half, found.mean + found.half)


def test_values_that_are_not_there_are_left_out():
    assert interval([1.0, np.nan, 3.0, np.inf]) == interval([1.0, 3.0])
    assert interval([1.0, np.nan]).seeds == 1
    assert np.isnan(interval([1.0]).half)
    assert np.isnan(interval([]).mean)
