"""Both products of the sparse matrix, on host and device paths."""

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

import planlab as pl

HOST = sp.random_array((30, 20), density=0.2, rng=np.random.default_rng(0), format="csc")
MATRIX = pl.Sparse.from_any(HOST)
X, P = np.random.default_rng(1).random(20), np.random.default_rng(2).random(30)


def test_host_products_are_scipys():
    assert np.allclose(MATRIX @ X, HOST @ X, rtol=1e-14)
    assert np.allclose(MATRIX.T @ P, HOST.T @ P, rtol=1e-14)


def test_traced_products_equal_host_products():
    assert np.allclose(jax.jit(lambda A, x: A @ x)(MATRIX, X), HOST @ X, rtol=1e-13)
    assert np.allclose(jax.jit(lambda A, p: A.T @ p)(MATRIX, P), HOST.T @ P, rtol=1e-13)
    many = np.random.default_rng(3).random((20, 4))
    assert np.allclose(jax.jit(lambda A, x: A @ x)(MATRIX, many), HOST @ many, rtol=1e-13)


def test_products_batch_and_differentiate():
    batch = jax.vmap(lambda x: MATRIX @ x)(jnp.stack([X, 2 * X]))
    assert np.allclose(batch[1], 2 * (HOST @ X), rtol=1e-13)
    slope = jax.grad(lambda x: P @ (MATRIX @ x))(jnp.asarray(X))
    assert np.allclose(slope, HOST.T @ P, rtol=1e-13)
    by_entry = jax.grad(lambda v: P @ (MATRIX.with_values(v) @ X))(MATRIX.values)
    assert np.allclose(by_entry, P[np.asarray(MATRIX.rows)] * X[np.asarray(MATRIX.columns)], rtol=1e-13)


def test_columns_are_recipes_in_one_run():
    assert (np.diff(np.asarray(MATRIX.columns)) >= 0).all()
    assert MATRIX.rows.dtype == np.int32


LARGE_HOST = sp.random_array((25_000, 20_000), density=10 / 20_000, rng=np.random.default_rng(4), format="csc")
LARGE = pl.Sparse.from_any(LARGE_HOST)
LARGE_X, LARGE_P = np.random.default_rng(5).random(20_000), np.random.default_rng(6).random(25_000)


def calls_host(function, *args):
    return "pure_callback" in str(jax.make_jaxpr(function)(*args))


def test_a_large_constant_matrix_is_multiplied_on_the_host():
    down, up = jax.jit(lambda x: LARGE @ x), jax.jit(lambda p: LARGE.T @ p)
    assert calls_host(down, LARGE_X)
    assert calls_host(up, LARGE_P)
    np.testing.assert_allclose(down(LARGE_X), LARGE_HOST @ LARGE_X, rtol=1e-13)
    np.testing.assert_allclose(up(LARGE_P), LARGE_HOST.T @ LARGE_P, rtol=1e-13)
    many = np.random.default_rng(7).random((20_000, 3))
    np.testing.assert_allclose(down(many), LARGE_HOST @ many, rtol=1e-13)


def test_small_ones_and_arguments_stay_in_the_trace():
    assert not calls_host(lambda x: MATRIX @ x, X)
    assert not calls_host(lambda A, x: A @ x, LARGE, LARGE_X)
    np.testing.assert_allclose(jax.jit(lambda A, x: A @ x)(LARGE, LARGE_X), LARGE_HOST @ LARGE_X, rtol=1e-12)


def test_host_products_batch_differentiate_and_loop():
    batch = jax.vmap(lambda x: LARGE @ x)(jnp.stack([LARGE_X, 2 * LARGE_X]))
    np.testing.assert_allclose(batch[1], 2 * (LARGE_HOST @ LARGE_X), rtol=1e-13)
    slope = jax.grad(lambda x: LARGE_P @ (LARGE @ x))(jnp.asarray(LARGE_X))
    np.testing.assert_allclose(slope, LARGE_HOST.T @ LARGE_P, rtol=1e-12)
    _, push = jax.jvp(lambda x: LARGE @ x, (jnp.asarray(LARGE_X),), (jnp.ones(20_000),))
    np.testing.assert_allclose(push, LARGE_HOST @ np.ones(20_000), rtol=1e-12)
    there_and_back = jax.jit(lambda x: jax.lax.fori_loop(0, 40, lambda _, x: LARGE.T @ (LARGE @ x) / 100, x))(LARGE_X)
    x = LARGE_X
    for _ in range(40):
        x = LARGE_HOST.T @ (LARGE_HOST @ x) / 100
    np.testing.assert_allclose(there_and_back, x, rtol=1e-11)


def test_host_products_keep_32_bits():
    narrow = LARGE.with_values(LARGE.values.astype(jnp.float32))
    found = jax.jit(lambda x: narrow @ x)(LARGE_X.astype(np.float32))
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, LARGE_HOST @ LARGE_X, rtol=1e-5)
