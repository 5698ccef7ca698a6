"""What certificates say in floats, rational arithmetic says of the same numbers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import planlab as pl
from planlab.optimisation.kkt import NOTHING, dual_bound, kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.solvers import solve
from planlab.planning.plan import Certificate
from planlab.testing import scenarios
from planlab.testing.probes import first_observation
from planlab.testing.worlds import PRODUCTS

WORTHLESS = Fraction(NOTHING)
ROUNDED = 1e-12


def fractions(numbers) -> list[Fraction]:
    return [Fraction(number) for number in np.asarray(numbers, float).tolist()]


def matrix(dense: np.ndarray) -> list[list[Fraction]]:
    return [fractions(row) for row in dense]


def times(rows: list[list[Fraction]], point: list[Fraction]) -> list[Fraction]:
    return [sum((a * x for a, x in zip(row, point, strict=True) if a), Fraction(0)) for row in rows]


def part(lacking: Fraction, whole: Fraction) -> Fraction:
    return max(lacking, Fraction(0)) / whole if whole else Fraction(0)


def exactly(linear: LinearProblem, z: np.ndarray, y: np.ndarray) -> Certificate:
    """Return the certificate of quantities and prices within their bounds, nothing rounded but its last division."""
    of = linear.matrix
    B, C, M = (part.toarray() for part in (of.balance, of.consumption, of.outputs))
    G = matrix(np.block([[B, -C], [-of.factors, np.zeros((of.factors.shape[0], C.shape[1]))]]))
    made = matrix(np.block([[2 * M, C], [of.factors, np.zeros((of.factors.shape[0], C.shape[1]))]]))
    net = matrix(np.pad(B, [(0, of.factors.shape[0]), (0, C.shape[1])]))
    gross = [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(made, net, strict=True)]
    turned, gross_turned = ([list(column) for column in zip(*rows, strict=True)] for rows in (G, gross))
    point, prices, rows, cost = map(fractions, (z, y, linear.rows, linear.cost))
    flows = [max(f, w) + max(b, 0) for f, w, b in zip(times(gross, point), fractions(linear.wanted), rows, strict=True)]
    short = [b - have for b, have in zip(rows, times(G, point), strict=True)]
    reduced = [c - earned for c, earned in zip(cost, times(turned, prices), strict=True)]
    worth = [value + abs(c) for value, c in zip(times(gross_turned, prices), cost, strict=True)]
    capped = np.isfinite(linear.upper)
    excess = [Fraction(0) if top else max(-r, Fraction(0)) for r, top in zip(reduced, capped, strict=True)]
    gains = [
        min(r, Fraction(0)) * Fraction(u) for r, u in zip(reduced, linear.upper.tolist(), strict=True) if np.isfinite(u)
    ]
    bound = sum((b * p for b, p in zip(rows, prices, strict=True)), Fraction(0)) + sum(gains, Fraction(0))
    value = sum((c * x for c, x in zip(cost, point, strict=True)), Fraction(0))
    bought = sum((max(lacking, Fraction(0)) * p for lacking, p in zip(short, prices, strict=True)), Fraction(0))
    paid = sum((lost * x for lost, x in zip(excess, point, strict=True)), Fraction(0))
    reached, beyond = value + bought, bound - paid
    size = max(abs(reached), abs(beyond), WORTHLESS * Fraction(linear.in_full))
    return Certificate(
        primal=float(max(map(part, short, flows))),
        dual=float(max(map(part, excess, worth))),
        gap=float(abs(reached - beyond) / size) if size else 0.0,
        objective=linear.worth * float(value),
        bound=linear.worth * float(bound),
    )


@pytest.mark.parametrize("objective", [pl.CappedNeeds(), pl.Ray()], ids=lambda objective: type(objective).__name__)
@given(scenario=scenarios(), astray=st.sampled_from([0.0, 1e-9, 1e-6, 1e-3]), dice=st.integers(0, 99))
def test_a_certificate_is_what_rational_arithmetic_says(objective, scenario, astray, dice):
    problem, rng = objective.problem(first_observation(scenario)), np.random.default_rng(dice)
    linear, found = problem.linear, solve(problem)[0].solution
    z, y = (numbers * (1 + astray * rng.standard_normal(numbers.size)) for numbers in (found.z, found.y))
    z = np.clip(z, linear.lower, linear.upper)
    ours, truth = kkt(linear, z, y), exactly(linear, z, y)
    for name in ("primal", "dual", "gap"):
        assert getattr(ours, name) == pytest.approx(getattr(truth, name), rel=1e-9, abs=ROUNDED), name
    assert ours.objective == pytest.approx(truth.objective, rel=1e-12)
    own = problem.column_unit, problem.worth / problem.row_unit
    stated = kkt(problem.stated, z * own[0], y * own[1])
    assert stated.error == pytest.approx(ours.error, rel=1e-9, abs=ROUNDED)


@given(scenario=scenarios(), row=st.integers(0, PRODUCTS - 1))
def test_a_row_short_by_a_hundred_thousandth_of_its_flow_is_seen(scenario, row):
    problem = pl.CappedNeeds().problem(first_observation(scenario))
    linear, found = problem.linear, solve(problem)[0].solution
    flow = linear.flows(found.z)[row]
    slack = (linear.matrix @ found.z - linear.rows)[row]
    assume(flow > 0 and slack < 1e-9 * flow)
    asked = linear.rows.copy()
    asked[row] += 1.001e-5 * flow
    wrong = replace(linear, rows=asked)
    assert exactly(wrong, found.z, found.y).primal > 0.99e-5
    assert kkt(wrong, found.z, found.y).primal > 0.99e-5


@given(scenario=scenarios(), dice=st.integers(0, 99))
def test_what_is_lacking_does_not_pay_for_what_is_wasted(scenario, dice):
    """A plan that stops short and a plan that wastes as much may have the same value, and neither is optimal."""
    problem, rng = pl.CappedNeeds().problem(first_observation(scenario)), np.random.default_rng(dice)
    linear, found = problem.linear, solve(problem)[0].solution
    z = np.clip(found.z * rng.uniform(0.9, 1.1, found.z.size), linear.lower, linear.upper)
    short = np.maximum(linear.rows - linear.matrix @ z, 0.0)
    assume(found.y @ short > 1e-3 * abs(linear.value(found.z)))
    bound, *_ = dual_bound(linear, found.y)
    reached = linear.value(z) + found.y @ short
    size = max(abs(reached), abs(bound), NOTHING * linear.in_full)
    assert reached >= bound - 1e-9 * size
    assert kkt(linear, z, found.y).gap == pytest.approx((reached - bound) / size, rel=1e-6, abs=1e-9)
