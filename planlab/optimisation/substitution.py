r"""Economies with several techniques per product: mixes of techniques, what they need and what they make things cost.

Process j makes one product, :math:`i(j)`, of which a unit of activity yields :math:`m_j = B_{i(j) j}`, net of its own
use. A mix gives every process its share :math:`w_j \ge 0` in its product's output, :math:`\sum_{j \to i} w_j = 1`. With
the mix given, balances and prices are square equations, one the transpose of the other, with ones on the diagonal:

.. math:: B_w Y = C s + b,\quad x_j = w_j Y_{i(j)} / m_j, \qquad
          B_w^\top p = \sum_{j \to \cdot} \tfrac{w_j}{m_j} (G_j^\top \lambda + c_j), \qquad
          (B_w)_{\cdot i} = \sum_{j \to i} \tfrac{w_j}{m_j} B_{\cdot j},

where :math:`G x \le g` are the limits: those of the factors and, where asked for, single processes' capacities. How
dear a process is, :math:`d_j = (G_j^\top \lambda + c_j - B_j^\top p) / m_j`, says what its product costs when it makes
it, above the price. Where none is below zero, p are the cheapest prices there are (the non-substitution theorem).
"""

from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import Changed, Rows, at_once
from planlab.economy.krylov import bicgstab
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.planning_matrix import PlanningMatrix

__all__ = ["AMPLE", "Bounds", "Mended", "Mixed", "Techniques", "one_product_each", "single_products", "with_aside"]

FEW, BLOCK = 0.01, 1 << 15
"""A mix is stated by its difference from the last where no more than this part of products is made differently; else
its rows are put together so many at a time."""

AMPLE = 2.0
"""How much of a stock may be put aside, over all of it: never needed, and room for rough rows."""

SWEEPS = 10
"""Rounds in which first prices are found; each halves the error of an economy that uses up half of what it makes."""


def one_product_each(matrix: PlanningMatrix) -> bool:
    """Return whether every process makes exactly one product and every product has a process."""
    balance = matrix.balance
    makers = balance.indices[balance.data > 0]
    return single_products(matrix) and np.unique(makers).size == balance.shape[0]


def single_products(matrix: PlanningMatrix) -> bool:
    """Return whether every process makes exactly one product."""
    positive = np.cumsum(matrix.balance.data > 0)
    return bool((np.diff(np.concatenate([[0], positive])[matrix.balance.indptr]) == 1).all())


class Mixed:
    r""":math:`B_w^\top` by rows, in 64 and in 32 bits, and :math:`B_w` by rows, each once it is asked for.

    Parameters
    ----------
    policy
        The processes that make most of their product.
    by_process
        :math:`B_w^\top` if these made all of it.
    """

    def __init__(self, policy: np.ndarray, by_process: sp.csr_array) -> None:
        self.policy, self.by_process = policy, Rows(by_process)

    @cached_property
    def by_product(self) -> Rows:
        """:math:`B_w`."""
        return Rows(self.by_process.csr.T)

    @cached_property
    def rough(self) -> Rows:
        r""":math:`B_w^\top` in 32 bits."""
        csr = self.by_process.csr
        return Rows(sp.csr_array((csr.data.astype(np.float32), csr.indices, csr.indptr), shape=csr.shape))


class Mended(NamedTuple):
    """A mix that differs from another in few products."""

    by_process: Changed
    by_product: Changed
    rough: Changed


def with_aside(linear: LinearProblem) -> tuple[LinearProblem, np.ndarray]:
    """Return the programme with a level, worth nothing, that puts each product in stock aside, and those levels.

    Levels are counted among all levels, -1 for products without stock, ``(products,)``.
    """
    matrix = linear.matrix
    assert isinstance(matrix, PlanningMatrix)
    n, levels = matrix.balance.shape[0], matrix.consumption.shape[1]
    stocked, at = np.flatnonzero(linear.rows[:n] < 0), np.full(n, -1)
    at[stocked] = levels + np.arange(stocked.size)
    put = sp.csc_array((np.ones(stocked.size), (stocked, np.arange(stocked.size))), shape=(n, stocked.size))
    takes, none = sp.csc_array(sp.hstack([matrix.consumption, put], format="csc")), np.zeros(stocked.size)
    more = replace(
        linear,
        cost=np.concatenate([linear.cost, none]),
        matrix=replace(matrix, consumption=takes),
        lower=np.concatenate([linear.lower, none]),
        upper=np.concatenate([linear.upper, AMPLE * -linear.rows[stocked]]),
    )
    return more, at


class Bounds(NamedTuple):
    """Bounds that are limits: of a process its capacity, of a product in stock that what is made of it is not below 0.

    Parameters
    ----------
    process, product
        The process of each that is no floor, and the product, ``(bounds,)``.
    floor
        Which are of the second kind, ``(bounds,)``.
    """

    process: np.ndarray
    product: np.ndarray
    floor: np.ndarray

    @classmethod
    def none(cls) -> "Bounds":
        """Return no bounds."""
        return cls(np.zeros(0, int), np.zeros(0, int), np.zeros(0, bool))

    @classmethod
    def of(cls, over: np.ndarray, under: np.ndarray, tolerance: float, maker: np.ndarray) -> "Bounds":
        """Return the bounds of processes and of products that are overstepped by more than a tolerance, most first."""
        processes, products = np.flatnonzero(over > tolerance), np.flatnonzero(under > tolerance)
        order = np.argsort(-np.concatenate([over[processes], under[products]]))
        process = np.concatenate([processes, 0 * products])[order]
        product = np.concatenate([maker[processes], products])[order]
        return cls(process, product, (np.arange(order.size) >= processes.size)[order])

    @property
    def size(self) -> int:
        """How many there are."""
        return self.process.size

    def first(self, few: int) -> "Bounds":
        """Return the first few."""
        return Bounds(*(part[:few] for part in self))

    def with_more(self, new: "Bounds") -> "Bounds":
        """Return these, then others."""
        return Bounds(*(np.concatenate(parts) for parts in zip(self, new, strict=True)))


class Techniques:
    """The processes of a programme as techniques of their products; counts the matrix-vector products taken.

    Parameters
    ----------
    linear, matrix
        A programme and its matrix, of which `one_product_each` holds.
    """

    def __init__(self, linear: LinearProblem, matrix: PlanningMatrix) -> None:
        positive = matrix.balance.data > 0
        self.products, self.processes = matrix.balance.shape
        self.balance_T, self.multiplications = matrix.by_process, 0
        self.maker, self.own = matrix.balance.indices[positive], matrix.balance.data[positive]
        self.c_x, self.c_s = np.split(linear.cost, [self.processes])
        self.most, self.u = np.split(linear.upper, [self.processes])
        self.b, minus_r = np.split(linear.rows, [self.products])
        self.F, self.r, self.bounds = matrix.factors, -minus_r, Bounds.none()
        self._last: Mixed | None = None
        self.C, self.C_T = matrix.consumption, Rows(sp.csr_array(matrix.consumption.T))

    @cached_property
    def choices(self) -> np.ndarray:
        """Every product's processes, ``(products, techniques)``; where there are fewer the first is repeated."""
        counts = np.bincount(self.maker, minlength=self.products)
        rank = np.arange(counts.max())
        place = (np.cumsum(counts) - counts)[:, None] + np.where(rank < counts[:, None], rank, 0)
        return np.argsort(self.maker, kind="stable")[place]

    @cached_property
    def rough(self) -> Rows:
        r""":math:`B^\top` in 32 bits, every row divided by :math:`m_j`."""
        csr = self.balance_T.csr
        data = csr.data.astype(np.float32)
        data /= np.repeat(self.own.astype(np.float32), np.diff(csr.indptr))
        return Rows(sp.csr_array((data, csr.indices, csr.indptr), shape=csr.shape))

    @cached_property
    def worth(self) -> np.ndarray:
        """What a unit of each level is worth; where that is nothing, as much as others are on average."""
        worth = np.abs(self.c_s)
        return np.where(worth > 0, worth, float(worth[worth > 0].mean()) if worth.any() else 1.0)

    @property
    def limits(self) -> np.ndarray:
        """What the limits allow, :math:`g`: the factors', then those of the bounds asked for."""
        return np.concatenate([self.r, np.where(self.bounds.floor, 0.0, self.most[self.bounds.process])])

    def use(self, x: np.ndarray) -> np.ndarray:
        """Return :math:`G x`."""
        process, product, floor = self.bounds
        made = np.bincount(self.maker, self.own * x, self.products)
        return np.concatenate([self.F @ x, np.where(floor, -made[product], x[process])])

    def rent(self, lam: np.ndarray) -> np.ndarray:
        r"""Return :math:`G^\top \lambda + c`, what a unit of activity pays for limits."""
        rent, (process, product, floor) = lam[: self.r.size] @ self.F + self.c_x, self.bounds
        scarce, relief = lam[self.r.size :], np.zeros(self.products)
        rent[process[~floor]] += scarce[~floor]
        relief[product[floor]] = scarce[floor]
        return rent - self.own * relief[self.maker]

    def two_cheapest(self, dear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return every product's least dear process, and the next one; that is the same where there is no other."""
        offers = dear[self.choices]
        first = np.take_along_axis(self.choices, offers.argmin(axis=1)[:, None], axis=1)
        offers[self.choices == first] = np.inf
        second = np.take_along_axis(self.choices, offers.argmin(axis=1)[:, None], axis=1)
        return first[:, 0], second[:, 0]

    def alone(self, policy: np.ndarray) -> np.ndarray:
        """Return the mix in which the chosen processes make their products alone."""
        w = np.zeros(self.processes)
        w[policy] = 1.0
        return w

    def first_policy(self, lam: np.ndarray) -> np.ndarray:
        """Return the cheapest processes, nearly, at prices found by making every product as cheaply as it can be."""
        p, rent = np.zeros(self.products), self.rent(lam)
        for _ in range(SWEEPS):
            dear = (rent - self.balance_T @ p) / self.own
            policy, _ = self.two_cheapest(dear)
            p += dear[policy]
        self.multiplications += SWEEPS
        return policy

    def mixed(self, w: np.ndarray) -> Mixed | Mended:
        """Return the matrices of a mix; where it is much like the last one, those of the last and the difference."""
        n, policy = self.products, self.choices[np.arange(self.products), w[self.choices].argmax(axis=1)]
        if self._last is None or np.count_nonzero(policy != self._last.policy) > FEW * n:
            self._last = Mixed(policy, sp.csr_array(sp.vstack(self._made_by(policy), format="csr")))
        whole = self._last
        others = np.flatnonzero(w[whole.policy] != 1)
        if not others.size:
            return whole
        new = self._per_unit(w)[others] @ self.balance_T.csr
        some = sp.csr_array(new - whole.by_process.csr[others])
        starts = np.zeros(n + 1, some.indptr.dtype)
        starts[others + 1] = np.diff(some.indptr)
        change = sp.csr_array((some.data, some.indices, np.cumsum(starts)), shape=(n, n))
        return Mended(
            Changed(whole.by_process, change),
            Changed(whole.by_product, sp.csr_array(change.T)),
            Changed(whole.rough, change),
        )

    def _made_by(self, policy: np.ndarray) -> list[sp.csr_array]:
        """Return the rows of the processes in a policy, each per unit of its product, in blocks."""

        def block(low: int) -> sp.csr_array:
            some = policy[low : low + BLOCK]
            rows = self.balance_T.csr[some]
            rows.data /= np.repeat(self.own[some], np.diff(rows.indptr))
            return rows

        return at_once(block, range(0, policy.size, BLOCK))

    def activity(
        self, mixed: Mixed | Mended, w: np.ndarray, s: np.ndarray, Y: np.ndarray | None, residual: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return activity and output that balance levels of consumption, to an absolute residual, from a guess Y."""
        d = self.C @ s + self.b
        done = bicgstab(mixed.by_product, d, Y, _relative(residual, d))
        self.multiplications += done.products
        return w * done.x[self.maker] / self.own, done.x

    def prices(
        self, mixed: Mixed | Mended, w: np.ndarray, lam: np.ndarray, p: np.ndarray | None, residual: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a mix's prices, to an absolute residual and from a guess p, and how dear each process is."""
        rent = self.rent(lam)
        d = self._per_unit(w) @ rent
        done = bicgstab(mixed.by_process, d, p, _relative(residual, d))
        self.multiplications += done.products + 1
        return done.x, (rent - self.balance_T @ done.x) / self.own

    def embodied(
        self, mixed: Mixed | Mended, w: np.ndarray, E: np.ndarray | None, tolerance: float
    ) -> tuple[np.ndarray, np.ndarray]:
        r"""Return what a mix embodies of cost and of each limit, and how dear each process is in them, in 32 bits.

        Parameters
        ----------
        mixed, w
            The mix.
        E
            A guess; it may lack the last limits.
        tolerance
            Relative residual.

        Returns
        -------
        E
            :math:`e` and :math:`E` with :math:`B_w^\top e = c_w`, :math:`B_w^\top E = G_w^\top`,
            ``(products, 1 + limits)``.
        D
            :math:`(c_j - B_j^\top e) / m_j` and :math:`(G_j^\top - B_j^\top E) / m_j`, ``(1 + limits, processes)``.
        """
        rows = np.zeros((1 + self.limits.size, self.processes), np.float32)
        rows[0], rows[1 : 1 + self.r.size] = self.c_x, self.F
        process, product, floor = self.bounds
        at = 1 + self.r.size + np.arange(self.bounds.size)
        rows[at[~floor], process[~floor]] = 1.0
        for row, i in zip(at[floor], product[floor], strict=True):
            makers = self.choices[i]
            rows[row, makers] = -self.own[makers]
        d, guess = self._per_unit(w) @ rows.T, np.zeros((self.products, len(rows)), np.float32)
        if E is not None:
            guess[:, : E.shape[1]] = E
        done = bicgstab(mixed.rough, d, guess, tolerance)
        self.multiplications += done.products + len(rows)
        for row, e in zip(rows, done.x.T, strict=True):
            row /= self.own
            row -= self.rough @ e
        return done.x, rows

    def _per_unit(self, w: np.ndarray) -> sp.csr_array:
        """Return the activity that a unit of every product takes, ``(products, processes)``."""
        used = np.flatnonzero(w)
        shape = self.products, self.processes
        return sp.csr_array(sp.coo_array((w[used] / self.own[used], (self.maker[used], used)), shape))


def _relative(residual: float, d: np.ndarray) -> float:
    return max(residual / max(float(np.linalg.norm(d)), 1e-300), 1e-14)
