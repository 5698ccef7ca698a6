"""The proof in small: `benchmarks.agreement` runs the same on thousands of economies."""

import numpy as np
import pytest

from benchmarks.agreement import compared, infeasible, opinions, planted
from benchmarks.economies import case
from benchmarks.planted import FAULTS, plant
from planlab.optimisation import highs
from planlab.optimisation.kkt import PROOF, farkas_margin
from planlab.planning.plan import Status


def failures(lines):
    return [f"{line.what}: {failure}" for line in lines for failure in line.failures]


def test_every_solver_agrees_with_simplex():
    lines = compared(case(seed) for seed in range(12))
    assert failures(lines) == []
    assert all(line.tried > line.declined for line in lines)


def test_clarabel_agrees():
    pytest.importorskip("cvxpy", reason="the extra `test` is not installed")
    (line,) = opinions(case(seed) for seed in range(20_000, 20_006))
    assert line.failures == []
    assert line.declined < line.tried


def test_planted_faults_are_seen():
    lines = planted(40, 7)
    assert failures(lines) == []
    assert sum(line.tried - line.declined for line in lines) == 40


def test_what_cannot_be_had_is_proved_and_nothing_else_is():
    assert failures(infeasible(8, 3)) == []


def test_the_checks_can_fail():
    drawn = case(0)
    answer = highs.solve(drawn.problem.linear)
    plan = drawn.problem.to_plan(*answer[:3])
    assert answer.status is Status.OPTIMAL
    assert set(FAULTS) > {"a price scaled"}
    assert plant(drawn, plan, "all activity scaled", np.random.default_rng(0)) is not None
    assert farkas_margin(drawn.problem.linear, np.ones(drawn.problem.linear.rows.size)) <= PROOF
