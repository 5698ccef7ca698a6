import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from planlab.optimisation import highs
from planlab.optimisation.sifting import Limits, Sifting


@pytest.fixture
def programme():
    """Three levels worth 3, 2 and 1, of at most one each, that take one each of a factor of which there is 1.5."""
    limits = Limits(np.ones((1, 3), np.float32), sp.csc_array((0, 3)))
    return limits, np.array([1.5]), np.array([3.0, 2.0, 1.0])


def settle(sifting, programme):
    limits, slack, worth = programme
    return sifting.settle(limits, slack, worth, np.zeros(3), np.zeros(1))


def test_what_is_worth_most_is_met_first(programme):
    sifting = Sifting(1.0, np.ones(3))
    s, lam = settle(sifting, programme)
    np.testing.assert_allclose(s, [1.0, 0.5, 0.0])
    np.testing.assert_allclose(lam, [2.0])
    between, tight = sifting.vertex()
    assert between.tolist() == [1]
    assert tight.tolist() == [0]


def test_when_time_is_up_there_is_no_answer(programme):
    assert settle(Sifting(1.0, np.ones(3), end=-np.inf), programme) is None


def test_rows_that_highs_does_not_take_leave_no_answer():
    """It calls a model optimal whose rows it refused, and has no duals for them."""
    model, nothing = highs.empty(), np.zeros(0, np.int32)
    model.addCols(1, np.ones(1), np.zeros(1), np.ones(1), 0, np.zeros(1, np.int32), nothing, np.zeros(0))
    huge = np.array([1e300])
    model.addRows(1, np.zeros(1), np.ones(1), 1, np.zeros(1, np.int32), np.zeros(1, np.int32), huge)
    model.run()
    assert highs.optimal(model)
    assert highs.answer(model, 0) is not None
    assert highs.answer(model, 1) is None


def test_levels_worth_nearly_the_same_come_into_doubt_by_steps_and_the_optimum_is_the_same():
    """Duals of the few levels first in doubt put nearly all others on the wrong side."""
    draw, levels, limits, spread = np.random.default_rng(0), 20_000, 4, 0.01
    takes = (1 + spread * draw.random((limits, levels))) * (0.2 + draw.random(levels))
    Q = takes.astype(np.float32)
    exact = Q.astype(float)
    worth, h = exact.mean(axis=0) * (1 + spread * draw.random(levels)), 0.5 * exact.sum(axis=1)
    lam = np.full(limits, np.median(worth / exact.mean(axis=0)) / limits * (1 + 1e-4))
    sifting = Sifting(float(worth.mean()), np.ones(levels))
    dense = Limits(Q, sp.csc_array((0, levels)))
    s, found = sifting.settle(dense, h, worth - lam @ exact, np.zeros(levels), lam)
    best = linprog(-worth, A_ub=exact, b_ub=h, bounds=(0, 1), method="highs-ds")
    assert worth @ s == pytest.approx(-best.fun, rel=1e-9)
    assert (exact @ s <= h * (1 + 1e-9)).all()
    assert h @ found + np.maximum(worth - found @ exact, 0.0).sum() == pytest.approx(-best.fun, rel=1e-6)
    assert sifting.levels.size < levels / 10
