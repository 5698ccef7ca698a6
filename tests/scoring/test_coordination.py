import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planlab.scoring import coordination as metrics

goods = arrays(float, (2, 3, 2), elements=st.floats(0.0, 100.0))


def test_fulfilment_by_hand_averages_over_what_was_promised():
    promised = np.array([[[2.0, 0.0], [4.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    done = np.array([[[1.0, 9.0], [8.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    np.testing.assert_allclose(metrics.plan_fulfilment(done, promised), [(0.5 + 1 + 0) / 3, 1.0])


@given(goods, goods)
def test_fulfilment_is_a_share_and_more_is_never_worse(done, promised):
    kept = metrics.plan_fulfilment(done, promised)
    assert ((kept >= 0) & (kept <= 1 + 1e-12)).all()
    assert (metrics.plan_fulfilment(done + 1.0, promised) >= kept - 1e-12).all()
    np.testing.assert_allclose(metrics.plan_fulfilment(8.0 * done, 8.0 * promised), kept, atol=1e-9)


def test_the_two_shortfalls_add_up_to_what_is_lacking():
    avoidable, unavoidable = metrics.avoidable_shortfall(0.7, 0.9), metrics.unavoidable_shortfall(0.9)
    assert (avoidable, unavoidable) == (pytest.approx(0.2), pytest.approx(0.1))
    assert avoidable + unavoidable == pytest.approx(1 - 0.7)


def test_a_number_is_sixty_four_bits():
    assert metrics.bits(3) == 192
