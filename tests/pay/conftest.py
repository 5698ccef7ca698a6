import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl


@pytest.fixture
def account():
    """Two firms of sizes 10 and 20: one 10 % short of its plan of 10, one to the letter; two communities."""
    economy = pl.Scenario.from_arrays(
        inputs=np.array([[0.0, 0.2], [0.1, 0.0]]), needs=np.ones((2, 2)), factors=np.ones((1, 2)), limits=np.ones(1)
    ).economy
    return pl.Account(
        economy=economy,
        reference_output=jnp.array([10.0, 20.0]),
        reported_capacity=jnp.array([12.0, 20.0]),
        known_capacity=jnp.array([10.0, 20.0]),
        capacity=jnp.array([10.0, 20.0]),
        target=jnp.array([10.0, 16.0]),
        achieved=jnp.array([9.0, 16.0]),
        prices=jnp.array([1.0, 2.0]),
        rents=jnp.array([0.5]),
        payments=jnp.array([0.1, 0.2]),
        reported_needs=jnp.array([[2.0, 4.0], [1.0, 0.0]]),
        promised=jnp.array([[1.0, 4.0], [1.0, 0.0]]),
        delivery=jnp.array([[1.0, 3.0], [1.0, 0.0]]),
        taken=jnp.array([[1.0, 2.0], [0.5, 0.0]]),
        need_weights=jnp.array([[0.3, 0.4], [0.3, 0.0]]),
        satisfaction=jnp.array([0.4, 0.3]),
    )
