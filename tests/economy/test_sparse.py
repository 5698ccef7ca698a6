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
