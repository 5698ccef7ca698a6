r"""Any programme, linear or concave, by prices and quantities that answer each other, on whatever device JAX finds.

The general method for what has no structure of its own: joint products, concave objectives, stocks beyond need. For

.. math:: \min_z\ c^\top z - \sum_j w_j \varphi(z_j) \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u

every quantity answers prices by itself, :math:`z_j = \arg\min_{l_j \le z \le u_j} (c - G^\top y)_j z - w_j \varphi(z)
+ \tfrac{1}{2 t_j}(z - z_j)^2`, and prices answer what is short, as in `planlab.optimisation.halpern`. `solution` is
one traceable function, to be compiled for a device or batched with ``jax.vmap``.
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
from jaxtyping import Array, Float

from planlab.economy.kernels import WORTH_SPLITTING
from planlab.economy.sparse import Sparse
from planlab.optimisation.halpern import coordinate, diagonal
from planlab.optimisation.highs import Solution
from planlab.optimisation.kkt import PROOF, errors, farkas_margin, kkt
from planlab.optimisation.linear_problem import LinearProblem, Utility
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.polish import polished
from planlab.planning.plan import Status

__all__ = ["Known", "Programme", "programme", "solution", "solve"]

ROUNDS, STRETCH, FIRST, PATIENCE = 200_000, 20_000, 4_000, 10
"""At most so many rounds, with a look at the clock, and for a proof that there is no plan, after every stretch of
them; `PATIENCE` times as many where the matrix is kept dense and a round takes microseconds."""

DENSE = 1 << 17
"""Matrices of no more entries are kept dense, in sizes that are powers of two, so that few shapes are compiled."""

NEWTON = 30
"""Steps that find an answer with concave utility; from below they converge quadratically."""


class Known(NamedTuple):
    """Where one solution ended, for the next to start from: quantities, duals and the balance between their steps."""

    z: np.ndarray
    y: np.ndarray
    weight: float


class _Parts(eqx.Module):
    """The matrix of a `PlanningMatrix`, for traced products."""

    balance: Sparse
    consumption: Sparse
    factors: Float[Array, "limits processes"]

    def __matmul__(self, z: Array) -> Array:
        x, s = z[: self.balance.shape[1]], z[self.balance.shape[1] :]
        return jnp.concatenate([self.balance @ x - self.consumption @ s, -(self.factors @ x)])

    @property
    def T(self) -> "_PartsTransposed":
        return _PartsTransposed(self)

    def __abs__(self) -> "_Parts":
        B, C = self.balance, self.consumption
        return _Parts(B.with_values(jnp.abs(B.values)), C.with_values(-jnp.abs(C.values)), -jnp.abs(self.factors))


class _PartsTransposed(eqx.Module):
    of: _Parts

    def __matmul__(self, y: Array) -> Array:
        p, rents = y[: self.of.balance.shape[0]], y[self.of.balance.shape[0] :]
        return jnp.concatenate([self.of.balance.T @ p - rents @ self.of.factors, -(self.of.consumption.T @ p)])


class Programme(eqx.Module):
    """A programme whose numbers are JAX arrays: to be compiled for, batched and differentiated.

    Parameters
    ----------
    cost, rows, lower, upper
        As in `planlab.optimisation.linear_problem.LinearProblem`.
    matrix, sizes
        Anything with products ``G @ z`` and ``G.T @ y``; and the same with all numbers' sizes.
    wanted, in_full
        As in `LinearProblem`.
    quantity_step, price_step
        Diagonals of the steps, one over the sums of absolute coefficients.
    weight
        Of the utility of each column, ``(columns,)``; ``None`` without utility.
    aversion
        Of the utility.
    """

    cost: Float[Array, "columns"]
    matrix: Any
    sizes: Any
    wanted: Float[Array, "rows"]
    in_full: Float[Array, ""]
    rows: Float[Array, "rows"]
    lower: Float[Array, "columns"]
    upper: Float[Array, "columns"]
    quantity_step: Float[Array, "columns"]
    price_step: Float[Array, "rows"]
    weight: Float[Array, "columns"] | None = None
    aversion: float = 1.0

    @property
    def utility(self) -> Utility | None:
        """Utility of the columns, if any has some."""
        return None if self.weight is None else Utility(self.weight, self.aversion)

    def value(self, z: Array) -> Array:
        """Return what is minimised."""
        return self.cost @ z - (0.0 if self.utility is None else self.utility.worth(z, jnp))

    def flows(self, z: Array) -> Array:
        """Return what flows through each row, at least what is wanted."""
        return jnp.maximum(self.sizes @ z, self.wanted) + jnp.maximum(self.rows, 0.0)

    def values(self, y: Array) -> Array:
        """Return what each column is worth at prices y."""
        return self.sizes.T @ y + jnp.abs(self.cost)


def programme(problem: LinearProblem) -> Programme:
    """Return a programme for JAX; a small one is padded with rows and columns that ask for nothing."""
    G, (rows, columns) = problem.matrix, problem.matrix.shape
    more_rows = more_columns = 0
    if rows * columns <= DENSE:
        more_rows, more_columns = (max(16, 1 << (size - 1).bit_length()) - size for size in (rows, columns))
        dense = sp.csr_array(problem.assembled()).toarray()
        matrix: Any = jnp.asarray(np.pad(dense, ((0, more_rows), (0, more_columns))))
        sizes: Any = jnp.abs(matrix)
        along, across = np.abs(dense).sum(axis=0), np.abs(dense).sum(axis=1)
    elif isinstance(G, PlanningMatrix):
        matrix = _Parts(Sparse.from_any(G.balance), Sparse.from_any(G.consumption), jnp.asarray(G.factors))
        sizes = abs(matrix)
        along, across = np.asarray(sizes.T @ jnp.ones(rows)), np.asarray(sizes @ jnp.ones(columns))
    else:
        matrix, sizes = Sparse.from_any(G), Sparse.from_any(abs(G))
        along, across = (np.asarray(abs(G).sum(axis=axis)).ravel() for axis in (0, 1))

    def step(sums: np.ndarray, more: int) -> Array:
        return jnp.asarray(np.pad(1 / np.where(sums > 0, sums, 1.0), (0, more), constant_values=1.0))

    def padded(array: np.ndarray, more: int) -> Array:
        return jnp.asarray(np.pad(array, (0, more)))

    return Programme(
        cost=padded(problem.cost, more_columns),
        matrix=matrix,
        sizes=sizes,
        wanted=padded(problem.wanted, more_rows),
        in_full=jnp.asarray(problem.in_full),
        rows=padded(problem.rows, more_rows),
        lower=padded(problem.lower, more_columns),
        upper=padded(problem.upper, more_columns),
        quantity_step=step(along, more_columns),
        price_step=step(across, more_rows),
        weight=None if problem.utility is None else padded(problem.utility.weight, more_columns),
        aversion=1.0 if problem.utility is None else problem.utility.aversion,
    )


def solution(of: Programme, z: Array, y: Array, weight: Array, tolerance: Any, rounds: Any) -> tuple[Array, ...]:
    """Return quantities, duals, the rounds taken, the error of the certificate and the weight reached, from a start.

    Parameters
    ----------
    of
        The programme.
    z, y, weight
        Where to start.
    tolerance
        Error of the certificate at which to stop.
    rounds
        At most so many, give or take those between two checks.
    """

    def reply(z: Array, y: Array, step: Array) -> Array:
        t = step * of.quantity_step
        moved = z - t * (of.cost - of.matrix.T @ y)
        if of.weight is not None:
            moved = jnp.where(of.weight > 0, _with_utility(moved, t * of.weight, of.aversion), moved)
        return jnp.clip(moved, of.lower, of.upper)

    def error(z: Array, Gz: Array, y: Array) -> Array:
        return errors(of, z, y, Gz, xp=jnp)[0].largest(jnp)

    exchange, point = diagonal(reply, lambda z: of.matrix @ z, of.rows, error, of.quantity_step, of.price_step)
    found = coordinate(exchange, point(jnp.clip(z, of.lower, of.upper), y), weight, tolerance, rounds)
    z, _, y = found.reached
    return z, y, found.rounds, found.error, found.weight


def _with_utility(v: Array, a: Array, aversion: Any) -> Array:
    r"""Return the z > 0 with :math:`z - v = a z^{-\sigma}`, by Newton's method from below."""
    a = jnp.where(a > 0, a, 1.0)
    low = jnp.minimum((a / 2) ** (1 / (1 + aversion)), (a / (2 * jnp.abs(v) + 1e-300)) ** (1 / aversion))

    def newton(_: int, z: Array) -> Array:
        pull = a * z**-aversion
        return z - (z - v - pull) / (1 + aversion * pull / z)

    return jax.lax.fori_loop(0, NEWTON, newton, jnp.maximum(v, low))


def solve(
    problem: LinearProblem,
    known: Known | None = None,
    tolerance: float = 1e-6,
    rounds: int | None = None,
    seconds: float = np.inf,
) -> tuple[Solution, int]:
    """Solve a programme until its certificate is good, or find proof that it has no solution.

    Parameters
    ----------
    problem
        In units, linear or concave.
    known
        Where the solution of a similar problem of the same shape ended (its ``basis``).
    tolerance
        Error up to which the answer is called optimal.
    rounds
        At most so many; ``None``: as many as suits the problem's size.
    seconds
        After which no further stretch of rounds begins, and the best point is returned.

    Returns
    -------
    Solution
        With the certificate recomputed; `Status.ROUNDS_SPENT` where the tolerance was not reached.
    int
        Matrix-vector products taken.
    """
    of, columns, rows = programme(problem), problem.cost.size, problem.rows.size
    z = jnp.zeros_like(of.cost) if of.weight is None else jnp.where(of.weight > 0, of.upper, 0.0)
    y, weight = jnp.zeros_like(of.rows), _ratio(of.cost, of.rows)
    if known is not None and (known.z.size, known.y.size) == (columns, rows):
        z, y, weight = z.at[:columns].set(known.z), y.at[:rows].set(known.y), jnp.asarray(known.weight)
    run, done, end = _compiled_for(of), 0, perf_counter() + seconds
    stretch = STRETCH if np.isinf(seconds) else FIRST
    if rounds is None:
        rounds = ROUNDS if isinstance(of.matrix, _Parts | Sparse) else PATIENCE * ROUNDS
    while True:
        most = np.int64(min(stretch, rounds - done))
        z, y, took, _, weight = run(z, y, weight, np.float64(0.5 * tolerance), most)
        stretch = min(2 * stretch, STRETCH)
        done += int(took)
        quantities, prices = np.asarray(z)[:columns], np.maximum(np.asarray(y)[:rows], 0.0)
        quantities, prices, certificate = polished(problem, quantities, prices, tolerance)
        if certificate.error > tolerance and farkas_margin(problem, prices) > PROOF:
            certificate = kkt(problem, 0.0 * quantities, prices, ray=prices)
            return Solution(0.0 * quantities, 0.0 * prices, Status.INFEASIBLE, certificate, None, done), 2 * done
        if certificate.error <= tolerance or done >= rounds or perf_counter() > end:
            break
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.ROUNDS_SPENT
    basis = Known(quantities, prices, float(weight))
    return Solution(quantities, prices, status, certificate, basis, done), 2 * done


_compiled = eqx.filter_jit(solution)


def _compiled_for(of: Programme) -> Callable[..., tuple[Array, ...]]:
    """Return `solution` of a programme: small ones share a compilation, large ones are constants of their own.

    A large constant matrix is multiplied at the machine's speed (`planlab.economy.sparse`), which makes up for
    compiling again.
    """
    large = isinstance(of.matrix, _Parts) and of.matrix.balance.nonzeros > WORTH_SPLITTING
    return jax.jit(partial(solution, of)) if large else partial(_compiled, of)


def _ratio(cost: Array, rows: Array) -> Array:
    """Return the first guess at the balance between price and quantity steps."""
    c, b = jnp.linalg.norm(cost), jnp.linalg.norm(rows)
    return jnp.where((c > 0) & (b > 0), c / jnp.where(b > 0, b, 1.0), 1.0)
