"""The yardstick for calibrated worlds: the one-period optimum, by SciPy."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from planlab.economy.need_weights import need_weights
from planlab.economy.technology import wear


def one_period_optimum(scenario) -> float:
    """Return the greatest plain mean of needs met, all alike, in a year that also replaces what wears out."""
    e = scenario.economy
    A, M, F, D = e.inputs.to_scipy(), e.outputs.to_scipy(), np.asarray(e.factors), np.asarray(scenario.needs)
    worth = np.asarray(need_weights(scenario.needs, np.ones_like(D), scenario.population))
    i, h = np.nonzero(D)
    bundles = sp.csc_array((D[i, h], (i, np.arange(i.size))), (D.shape[0], i.size))
    balance = sp.hstack([A - M, bundles])
    factors = sp.hstack([sp.csc_array(F), sp.csc_array((F.shape[0], i.size))])
    replaced = np.asarray(e.capital @ wear(e, scenario.capacity))
    answer = linprog(
        np.concatenate([np.zeros(A.shape[1]), -worth[i, h]]),
        A_ub=sp.vstack([balance, factors], format="csr"),
        b_ub=np.concatenate([np.asarray(scenario.stock) - replaced, np.asarray(scenario.limits)]),
        bounds=[(0, c) for c in np.asarray(scenario.capacity)] + [(0, 1)] * i.size,
        method="highs",
    )
    assert answer.status == 0, answer.message
    return -answer.fun


@pytest.fixture
def optimum():
    return one_period_optimum
