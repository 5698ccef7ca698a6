import numpy as np
import pytest

import planlab as pl

HOURS = np.array([1.0, 0.5, 0.5]) @ np.linalg.inv(np.eye(3) - [[0.2, 0.1, 0.0], [0.2, 0.3, 0.2], [0.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def lying():
    """Stocks that nobody draws on lose a hundredth a month for three years."""
    scenario = pl.make_scenario("three_sector", labour=75).replace(stock=[10.0, 20.0, 5.0])
    return pl.simulate("standstill", scenario, 3, physics=pl.Physics(decay=0.01))


def test_stocks_that_lie_waste_what_was_worked_out_by_hand_in_hours_embodied(lying):
    lost = np.array([10.0, 20.0, 5.0]) * (1 - 0.99**36)
    expected = float(HOURS @ lost) / float((np.asarray(lying.outcome.made) @ HOURS).sum())
    assert pl.score(lying).waste == pytest.approx(expected, rel=1e-6)


def test_waste_is_what_the_goods_balance_does_not_account_for(lying):
    o = lying.outcome
    lost = o.opening + o.made - o.closing - o.delivery.sum(axis=2) - o.used - o.invested
    assert pl.score(lying).waste == pytest.approx(float((lost @ HOURS).sum() / (o.made @ HOURS).sum()), rel=1e-6)


def test_where_nothing_decays_nothing_is_wasted():
    assert pl.score(pl.simulate("standstill", pl.make_scenario("three_sector"), 2)).waste == 0.0
