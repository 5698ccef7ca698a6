import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from planlab.economy.kernels import Changed, Rows


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
def test_a_matrix_and_its_change_multiply_as_their_sum(rows, columns, seed):
    draw = np.random.default_rng(seed)
    A = sp.random_array((rows, columns), density=0.2, random_state=draw, format="csr")
    change = sp.random_array((rows, columns), density=0.05, random_state=draw, format="csr")
    both, x = Changed(Rows(A), change), draw.random(columns)
    exact = (A + change) @ x
    np.testing.assert_allclose(both @ x, exact, atol=1e-12)
    added = draw.random(rows)
    before = added.copy()
    both.add_to(added, x)
    np.testing.assert_allclose(added - before, exact, atol=1e-12)
