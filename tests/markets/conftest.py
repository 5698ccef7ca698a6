import numpy as np
import pytest

import planlab as pl


@pytest.fixture(scope="session")
def network():
    """Return what draws networks of thirty goods whose capital is worth 2.5 times what is consumed in a period."""

    def draw(seed, n=30, ratio=2.5):
        rng = np.random.Generator(np.random.Philox(seed))
        A, K = np.zeros((n, n)), np.zeros((n, n))
        for j in range(n):
            A[rng.choice(n, 6, replace=False), j] = rng.uniform(0.2, 1.0, 6)
            K[rng.choice(n, 3, replace=False), j] = rng.uniform(0.2, 1.0, 3)
        A *= 0.5 / np.abs(np.linalg.eigvals(A)).max()
        work, D, scale, one = rng.uniform(0.5, 1.5, n), rng.uniform(0.5, 1.5, n), 0.1, np.eye(n)
        for _ in range(100):
            p = np.linalg.solve(one - 1.1 * (A + 0.13 * scale * K / 0.8).T, 1.1 * work)
            X = np.linalg.solve(one - A - 0.1 * scale * K / 0.8, D)
            scale *= np.sqrt(ratio * (p @ D) / (p @ (scale * K @ X) / 0.8))
        economy = pl.Economy.from_arrays(A, [work], capital=scale * K, depreciation=0.1, factor_kinds=("labour",))
        return economy, D[:, None]

    return draw


@pytest.fixture(scope="session")
def one_good():
    """Return Godley and Lavoie's economy of one good: no inputs, a machine and an hour for each unit."""
    return pl.Economy.from_arrays(
        np.zeros((1, 1)), [[1.0]], capital=[[1.0]], depreciation=0.1, factor_kinds=("labour",)
    )
