import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from planlab.economy.krylov import bicgstab


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_all_columns_are_solved_and_the_error_bound_holds(n, seed):
    draw = np.random.default_rng(seed)
    A = sp.random_array((n, n), density=0.1, random_state=draw, format="csr")
    A = A * (0.6 / max(A.sum(axis=0).max(), 1e-9))
    B = sp.csr_array(sp.eye_array(n) - A)
    d = np.column_stack([draw.random((n, 3)), np.zeros(n), np.eye(n)[:, 0]])
    solved = bicgstab(B, d, tolerance=1e-10)
    exact = np.linalg.solve(B.toarray(), d)
    assert (solved.residual <= 1e-10).all()
    bound = np.abs(B @ solved.x - d).sum(axis=0) / (1 - 0.6)
    assert (np.abs(solved.x - exact).sum(axis=0) <= bound + 1e-12).all()


def test_starting_at_the_solution_takes_one_product_and_a_singular_matrix_shows_in_the_residual():
    B = sp.csr_array(np.array([[1.0, -0.5], [-0.25, 1.0]]))
    x = np.linalg.solve(B.toarray(), np.ones((2, 1)))
    assert bicgstab(B, np.ones((2, 1)), x).products == 1
    assert bicgstab(sp.csr_array(np.array([[1.0, -1.0], [-1.0, 1.0]])), np.ones((2, 1))).residual[0] > 0.1


def test_the_residual_returned_is_that_of_the_solution_even_where_rounds_run_out():
    draw = np.random.default_rng(0)
    B = sp.csr_array(sp.eye_array(40) - 0.9 * sp.random_array((40, 40), density=0.1, random_state=draw))
    d = draw.random((40, 2))
    solved = bicgstab(B, d, tolerance=1e-14, rounds=1)
    np.testing.assert_allclose(solved.residual, np.linalg.norm(d - B @ solved.x, axis=0) / np.linalg.norm(d, axis=0))
