"""Planners that look ahead: published answers, and what the length of a plan and its ending do."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.tiers import Tiers
from planlab.people.observation import Forecast
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation

PLAIN = Tiers((1.0,), (1.0,))

OUTPUT = np.array([10, 5, 10, 1.0])
FLOWS = np.array([[0.1, 0, 0, 0], [2, 1, 0.04, 0.2], [0, 0, 1, 1], [0, 0, 0, 0]])
STOCKS = np.array([[10, 7, 1.4, 1], [2, 1, 0.04, 0.1], [0, 0, 1, 0], [0, 0, 0, 0]])
WEAR = np.array([[0.07, 0.07, 0.07, 0.06], [0.5] * 4, [0, 0, 0.5, 0], [0] * 4])
WORK = np.array([0.3, 1, 2, 0.1])
TARGETS = np.array([[0.1] * 5, [3, 3, 3, 3.1, 3.1], [0] * 5, [2, 2.01, 2.02, 2.1, 2.1]])
LABOUR = np.array([3, 3.01, 3.02, 3.03, 3.07])
BASKETS = 3.0


def cockshott():
    """Return Paul Cockshott's five years of iron, coal, corn and bread as they are seen before the first.

    What stands in each industry of each product wears out at its own rate: a process of its own, which is built from
    that product and renders services to the industry. A last process fills baskets by the targets of the year.
    """
    kinds = np.argwhere(STOCKS > 0)
    n, m = 4 + len(kinds) + 1, 4 + len(kinds) + 1
    A, K, F, delta = np.zeros((n, m)), np.zeros((n, m)), np.zeros((1, m)), np.zeros(m)
    A[:4, :4], F[0, :4] = FLOWS / OUTPUT, WORK / OUTPUT
    capacity = np.full(m, np.inf)
    for k, (i, j) in enumerate(kinds, start=4):
        A[k, j], K[i, k], delta[k], capacity[k] = STOCKS[i, j] / OUTPUT[j], 1.0, WEAR[i, j], STOCKS[i, j]
    A[:4, -1] = TARGETS[:, 0]
    needs = np.zeros((n, 1))
    needs[-1] = BASKETS
    world = pl.Scenario.from_arrays(
        inputs=A, needs=needs, factors=F, limits=LABOUR[:1], capacity=capacity, capital=K, depreciation=delta
    )
    seen = first_observation(world)
    e = world.economy
    rows, columns = np.asarray(e.inputs.rows), np.asarray(e.inputs.columns)
    inputs = np.tile(np.asarray(e.inputs.values), (4, 1))
    for t in range(4):
        basket = columns == m - 1
        inputs[t, basket] = TARGETS[rows[basket], t + 1]
    ahead = Forecast(
        jnp.tile(seen.needs, (4, 1, 1)),
        jnp.asarray(LABOUR[1:, None]),
        jnp.asarray(inputs),
        jnp.tile(e.factors, (4, 1, 1)),
    )
    return replace(seen, forecast=ahead)


def plans(mechanism, seen):
    """Return the plans of the next periods, whatever is seen in the meantime."""
    memory, made = mechanism.init(seen, None), []
    for _ in range(mechanism.years):
        memory, plan = mechanism.plan(memory, seen, None)
        made.append(plan)
    return made


def test_cockshotts_five_years():
    seen = cockshott()
    made = plans(pl.NYearPlan(5, tiers=PLAIN, terminal=False, carry_over=0.0), seen)
    baskets = [plan.delivery[-1, 0] for plan in made]
    assert baskets == pytest.approx([0.159221, 1.75043, 1.75259, 1.71516, 1.95906], abs=1e-5)
    assert sum(baskets) == pytest.approx(7.33645, abs=1e-4)
    assert made[0].status is Status.OPTIMAL
    assert made[0].certificate.objective * BASKETS == pytest.approx(7.33645, abs=1e-4)
