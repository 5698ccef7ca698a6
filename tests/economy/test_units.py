"""Units do not matter: products, processes and factors measured in anything give the same verdicts and results."""

from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.leontief import balanced_activity
from planlab.economy.perron import DENSE_UP_TO
from planlab.economy.productivity import is_productive
from planlab.economy.sparse import Sparse

PRODUCTS = 6


class Drawn(NamedTuple):
    """Inputs, outputs, factors, and what is needed and possible."""

    A: np.ndarray
    M: np.ndarray
    F: np.ndarray
    d: np.ndarray
    limits: np.ndarray
    capacity: np.ndarray


def drawn(seed: int, techniques: int = 1, joint: bool = False, radius: float = 0.7, density: float = 0.4) -> Drawn:
    """Return an economy in sensible units."""
    rng = np.random.default_rng(seed)
    n, m = PRODUCTS, PRODUCTS * techniques
    maker = np.tile(np.arange(n), techniques)
    A = rng.lognormal(0.0, 1.0, (n, m)) * (rng.random((n, m)) < density)
    A *= radius / max(pl.spectral_radius(A[:, :n]), 1e-3)
    M = np.zeros((n, m))
    M[maker, np.arange(m)] = 1.0
    if joint:
        M[(maker + 1) % n, np.arange(m)] = 0.1 * rng.random(m)
    capacity = np.where(rng.random(m) < 0.3, np.inf, rng.uniform(0.5, 2.0, m))
    return Drawn(A, M, rng.random((2, m)), rng.random(n) * (rng.random(n) < 0.7), rng.uniform(1, 5, 2), capacity)


def other_units(economy: Drawn, seed: int) -> tuple[Drawn, np.ndarray, np.ndarray]:
    """Return the economy in other units, and how many new units of products and of activity an old one is."""
    rng = np.random.default_rng(seed)
    P, X, V = (10.0 ** rng.integers(-9, 10, size) for size in (*economy.A.shape, economy.F.shape[0]))
    A, M, F, d, limits, capacity = economy
    new = Drawn(P[:, None] * A / X, P[:, None] * M / X, V[:, None] * F / X, P * d, V * limits, X * capacity)
    return new, P, X


KINDS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "techniques": st.integers(1, 3),
        "joint": st.booleans(),
        "radius": st.sampled_from([0.3, 0.9, 0.999, 1.001, 1.5]),
        "density": st.sampled_from([0.15, 0.5]),
    }
)


@given(KINDS, st.integers(0, 2**32 - 1))
def test_units_change_no_verdict_on_productivity(kind, seed):
    economy = drawn(**kind)
    new, _, _ = other_units(economy, seed)
    assert is_productive(new.A, new.M) == is_productive(economy.A, economy.M)


@given(KINDS, st.integers(0, 2**32 - 1))
def test_units_change_no_growth_factor(kind, seed):
    economy = drawn(**kind)
    new, _, _ = other_units(economy, seed)
    assert pl.growth_factor(new.A, new.M) == pytest.approx(pl.growth_factor(economy.A, economy.M), rel=1e-9)


@given(KINDS, st.integers(0, 2**32 - 1))
def test_units_change_neither_balanced_activity_nor_upstreamness(kind, seed):
    economy = drawn(**kind)
    new, _, X = other_units(economy, seed)

    def balanced(e: Drawn) -> np.ndarray:
        A, M = Sparse.from_any(e.A), Sparse.from_any(e.M)
        return balanced_activity(A, M, e.F, e.d, e.limits, e.capacity)

    x = balanced(economy)
    np.testing.assert_allclose(balanced(new) / X, x, rtol=1e-9)
    if x.any():
        there = pl.upstreamness(economy.A, x, economy.M)
        np.testing.assert_allclose(pl.upstreamness(new.A, X * x, new.M), there, rtol=1e-9)


@given(KINDS, st.integers(0, 2**32 - 1))
def test_units_change_no_solution_of_the_leontief_equations_in_any_entry(kind, seed):
    economy = drawn(**(kind | {"techniques": 1, "joint": False, "radius": min(kind["radius"], 0.999)}))
    A, d, F = economy.A, economy.d, economy.F
    P = 10.0 ** np.random.default_rng(seed).integers(-9, 10, d.size)
    B = P[:, None] * A / P
    assert pl.spectral_radius(B) == pytest.approx(pl.spectral_radius(A), rel=1e-11)
    np.testing.assert_allclose(pl.gross_output(B, P * d) / P, pl.gross_output(A, d), rtol=1e-9)
    np.testing.assert_allclose(pl.embodied(B, F / P) * P, pl.embodied(A, F), rtol=1e-9)


def arguments(kind, seed, idle):
    economy = drawn(**kind)
    rng = np.random.default_rng(seed)
    economy = economy._replace(capacity=np.where(rng.random(economy.capacity.size) < idle, 0.0, economy.capacity))
    stock = rng.random(PRODUCTS) * (rng.random(PRODUCTS) < 0.5)
    return economy, stock


def verdict(economy: Drawn, stock: np.ndarray) -> pl.Scenario | str:
    """Return the scenario, or the first words of why there is none."""
    A, M, F, d, limits, capacity = economy
    try:
        return pl.Scenario.from_arrays(A, d, F, limits, M, capacity, stock)
    except ValueError as error:
        return " ".join(str(error).split(":")[0].split()[:6])


@given(KINDS, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 0.7]))
def test_units_decide_neither_which_worlds_are_accepted_nor_what_they_open_with(kind, seed, idle):
    economy, stock = arguments(kind, seed, idle)
    new, P, X = other_units(economy, seed)
    here, there = verdict(economy, stock), verdict(new, P * stock)
    if isinstance(here, str):
        assert there == here
    else:
        np.testing.assert_allclose(there.activity / X, here.activity, rtol=1e-9)


def network(n: int, radius: float) -> tuple[sp.csc_array, np.ndarray]:
    rng = np.random.default_rng(n)
    A = sp.random_array((n, n), density=6 / n, rng=rng, format="csc")
    return sp.csc_array(A * (radius / pl.spectral_radius(A))), rng.random((n, 3))


def test_a_large_economy_in_any_units_is_solved_to_nine_digits_in_every_entry():
    n = 5 * DENSE_UP_TO
    A, d = network(n, 0.9)
    P = 10.0 ** np.random.default_rng(1).uniform(-9, 9, n)
    B = sp.csc_array(sp.diags_array(P) @ A @ sp.diags_array(1 / P))
    assert is_productive(B)
    assert pl.spectral_radius(B) == pytest.approx(0.9, rel=1e-11)
    assert not is_productive(B / 0.899)
    np.testing.assert_allclose(pl.gross_output(B, P[:, None] * d) / P[:, None], pl.gross_output(A, d), rtol=1e-9)
    np.testing.assert_allclose(pl.embodied(B, d.T / P) * P, pl.embodied(A, d.T), rtol=1e-9)


def test_twelve_products_with_units_from_millionths_to_thousand_millions_are_accepted():
    rng = np.random.default_rng(0)
    A = rng.random((12, 12)) * (rng.random((12, 12)) < 0.4)
    A *= 0.5 / np.abs(np.linalg.eigvals(A)).max()
    P = 10.0 ** np.linspace(-6, 9, 12)
    scenario = pl.Scenario.from_arrays(P[:, None] * A / P, P)
    np.testing.assert_allclose(scenario.activity / P, np.linalg.solve(np.eye(12) - A, np.ones(12)), rtol=1e-9)
    with pytest.raises(ValueError, match=r"spectral radius 1\.0500"):
        pl.Scenario.from_arrays(2.1 * P[:, None] * A / P, P)


def test_a_long_chain_of_suppliers_is_solved_from_its_end():
    n = 3 * DENSE_UP_TO
    P = 10.0 ** np.random.default_rng(2).uniform(-9, 9, n)
    A = sp.diags_array(0.9 * P[:-1] / P[1:], offsets=1, format="csc")
    d = np.zeros(n)
    d[-1] = P[-1]
    np.testing.assert_allclose(pl.gross_output(A, d) / P, 0.9 ** np.arange(n)[::-1], rtol=1e-9)


@pytest.mark.parametrize("period", [2, 3, 7])
def test_periodic_economies_are_judged_by_their_radius(period):
    ring = np.roll(np.diag(np.geomspace(1e-6, 1e6, period)), 1, axis=1)
    for radius, verdict in ((0.999, True), (1.001, False)):
        A = ring * radius
        assert pl.spectral_radius(A) == pytest.approx(radius, rel=1e-11)
        assert is_productive(A) == verdict
