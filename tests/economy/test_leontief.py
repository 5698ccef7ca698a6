"""Known answers of input–output algebra, and laws."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import planlab as pl
from planlab.economy.productivity import is_productive

MILLER_BLAIR = np.array([[150.0, 500.0], [200.0, 100.0]]) / np.array([1000.0, 2000.0])


def test_miller_and_blairs_leontief_inverse():
    inverse = pl.gross_output(MILLER_BLAIR, np.eye(2))
    assert np.allclose(inverse, [[1.2541, 0.3300], [0.2640, 1.1221]], atol=5e-5)


def test_labour_embodied_in_demand_is_the_labour_that_outputs_take():
    x = pl.gross_output(MILLER_BLAIR, [600.0, 1500.0])
    v = pl.embodied(MILLER_BLAIR, [0.3, 0.25])
    assert np.isclose(v @ [600.0, 1500.0], (x * [0.3, 0.25]).sum())


def test_labels_and_not_places_say_which_product_is_meant():
    demand, labour = pd.Series({"works": 1500.0, "farms": 600.0}), pd.Series({"works": 0.25, "farms": 0.3})
    for inputs in (FRAME, FRAME[["works", "farms"]]):
        assert np.allclose(pl.gross_output(inputs, demand), [1247.5, 1841.6], atol=0.05)
        assert np.allclose(pl.gross_output(inputs, demand.to_dict()), [1247.5, 1841.6], atol=0.05)
        assert np.allclose(pl.embodied(inputs, labour), pl.embodied(MILLER_BLAIR, [0.3, 0.25]))
        assert np.allclose(pl.embodied(inputs, labour.to_frame("hours").T), [pl.embodied(MILLER_BLAIR, [0.3, 0.25])])
        x = pd.Series({"works": 2.0, "farms": 1.0})
        assert np.allclose(pl.upstreamness(inputs, x), pl.upstreamness(MILLER_BLAIR, [1.0, 2.0]))
    assert np.isclose(pl.spectral_radius(FRAME[["works", "farms"]]), pl.spectral_radius(MILLER_BLAIR))


def drawn(n: int, radius: float = 0.6) -> np.ndarray:
    rng = np.random.default_rng(n)
    A = rng.random((n, n)) * (rng.random((n, n)) < 8 / n)
    return A * radius / np.abs(np.linalg.eigvals(A)).max()


@pytest.mark.parametrize("n", [5, 60, 600])
def test_sparse_and_dense_solutions_agree_with_numpy(n):
    A, d = drawn(n), np.random.default_rng(0).random(n)
    assert np.allclose(pl.gross_output(sp.csc_array(A), d), np.linalg.solve(np.eye(n) - A, d), rtol=1e-8)
    F = np.random.default_rng(1).random((3, n))
    assert np.allclose(pl.embodied(A, F), F @ np.linalg.inv(np.eye(n) - A), rtol=1e-7)
    assert np.isclose(pl.spectral_radius(A), 0.6, rtol=1e-6)
    assert np.isclose(pl.growth_factor(A), 1 / 0.6, rtol=1e-6)


@pytest.mark.parametrize("radius", [0.99, 1.01])
def test_hawkins_simon_agrees_with_the_spectral_radius(radius):
    assert is_productive(drawn(40, radius)) == (radius < 1)


def test_gross_output_of_an_unproductive_economy_is_refused():
    with pytest.raises(ValueError, match=r"spectral radius is 1\.2"):
        pl.gross_output(drawn(30, 1.2), np.ones(30))


FRAME = pd.DataFrame(MILLER_BLAIR, ["farms", "works"], ["farms", "works"])
BROKEN = sp.csr_array(MILLER_BLAIR)
BROKEN.indices[0] = 7


@pytest.mark.parametrize(
    ("inputs", "demand", "said"),
    [
        (np.zeros((2, 3)), np.ones(2), "square"),
        (np.zeros((2, 2)), np.ones(3), "must agree"),
        ([[np.nan]], [1.0], "inputs has 1 missing entries"),
        ([[-0.1]], [1.0], "inputs has 1 negative entries"),
        (np.zeros((2, 2)), [1.0, np.inf], "demand has 1 infinite entries"),
        (BROKEN, np.ones(2), "inputs is a broken sparse matrix"),
        (
            FRAME,
            pd.Series({"farms": 1.0, "work": 2.0}),
            "demand and inputs name different products; missing: 'works'; unknown: 'work'",
        ),
        (FRAME[["works", "farms"]], {"farms": 1.0}, "demand and inputs name different products; missing: 'works'"),
    ],
)
def test_malformed_leontief_systems_are_refused(inputs, demand, said):
    with pytest.raises(ValueError, match=said):
        pl.gross_output(inputs, demand)


def test_von_neumann_growth_of_a_joint_economy_matches_a_hand_calculation():
    # one process turns a unit of each product into 1.5 units of each: everything grows by one half
    assert np.isclose(pl.growth_factor([[1.0], [1.0]], [[1.5], [1.5]]), 1.5, rtol=1e-6)


def test_upstreamness_of_a_chain_and_of_a_cycle():
    chain = np.diag([0.5, 0.5], k=1)
    # half of ore goes into half of steel, both otherwise consumed
    np.testing.assert_allclose(pl.upstreamness(chain, [1.0, 1.0, 1.0]), [1 + 0.5 * 1.5, 1.5, 1.0])
    # two products that use up half of each other: U = 1 + U/2
    np.testing.assert_allclose(pl.upstreamness([[0.0, 0.5], [0.5, 0.0]], [1.0, 1.0]), [2.0, 2.0])


def test_upstreamness_counts_every_path_to_final_use():
    rng = np.random.default_rng(0)
    A = rng.uniform(0.0, 0.15, (6, 6))
    x = np.linalg.solve(np.eye(6) - A, rng.uniform(0.5, 1.0, 6))
    U = pl.upstreamness(A, x)
    shares = A * x[None, :] / x[:, None]
    paths = sum((k + 1) * np.linalg.matrix_power(shares, k) @ (1 - shares.sum(axis=1)) for k in range(200))
    np.testing.assert_allclose(U, paths)
    assert (U >= 1).all()


def test_upstreamness_with_two_techniques_ignores_how_a_product_is_made():
    A, M = np.array([[0.0, 0.0, 0.4], [0.0, 0.0, 0.0]]), np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(pl.upstreamness(A, [0.5, 0.5, 1.0], M), [1.4, 1.0])
    np.testing.assert_allclose(pl.upstreamness(A, [1.0, 0.0, 1.0], M), [1.4, 1.0])
