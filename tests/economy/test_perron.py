"""The spectral radius of matrices that iterations find hard."""

import numpy as np
import pytest
import scipy.sparse as sp

import planlab as pl
from planlab.economy.perron import DENSE_UP_TO, root_by_blocks

N = DENSE_UP_TO + 200


def arcs(values, rows, columns, n=N):
    return sp.csc_array((values, (rows, columns)), shape=(n, n))


def ring(weights, start=0, n=N):
    here = start + np.arange(len(weights))
    return arcs(weights, here, start + np.roll(here - start, -1), n)


def eigenvalue(A):
    return np.abs(np.linalg.eigvals(A.toarray())).max()


@pytest.mark.parametrize("find", [pl.spectral_radius, root_by_blocks])
def test_a_ring_has_the_geometric_mean_of_its_weights(find):
    weights = np.random.default_rng(0).uniform(0.1, 1.0, N)
    assert find(ring(weights)) == pytest.approx(np.exp(np.log(weights).mean()), rel=1e-10)


@pytest.mark.parametrize("find", [pl.spectral_radius, root_by_blocks])
@pytest.mark.parametrize("period", [1, 2, 3, 5])
def test_periodic_matrices(find, period):
    rng = np.random.default_rng(period)
    k = N // period
    steps = [sp.random_array((k, k), density=8 / k, rng=rng) for _ in range(period)]
    A = sp.csc_array(
        sp.block_array([[steps[i] if j == (i + 1) % period else None for j in range(period)] for i in range(period)])
        if period > 1
        else steps[0]
    )
    assert find(A) == pytest.approx(eigenvalue(A), rel=1e-10)


@pytest.mark.parametrize("find", [pl.spectral_radius, root_by_blocks])
def test_the_largest_of_several_rings_wherever_it_lies(find):
    short, long = np.array([0.2, 0.9, 0.5]), np.random.default_rng(1).uniform(0.1, 0.8, 50)
    between = arcs(np.full(2, 0.7), np.array([1, 60]), np.array([100, 400]))
    loop = arcs(np.array([0.3]), np.array([500]), np.array([500]))
    A = sp.csc_array(ring(short) + ring(long, start=100) + between + loop)
    assert find(A) == pytest.approx(0.09 ** (1 / 3), rel=1e-10)


@pytest.mark.parametrize("find", [pl.spectral_radius, root_by_blocks])
def test_without_cycles_it_is_zero(find):
    rng = np.random.default_rng(2)
    path = arcs(np.full(N - 1, 0.5), np.arange(N - 1), np.arange(1, N))
    star = arcs(np.full(N - 1, 0.3), np.zeros(N - 1, int), np.arange(1, N))
    upper = sp.csc_array(sp.triu(sp.random_array((N, N), density=0.02, rng=rng), 1))
    for A in (path, star, upper, sp.csc_array((N, N))):
        assert find(A) == pytest.approx(0.0, abs=1e-12)


def test_a_radius_that_is_not_found_is_refused_with_its_bounds():
    with pytest.raises(ValueError, match=r"spectral radius between 0\.1 and 0\.9"):
        root_by_blocks(ring(np.linspace(0.1, 0.9, N)), rounds=1)
