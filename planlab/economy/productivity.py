"""Whether and how fast an economy can grow: Hawkins and Simon's condition, von Neumann's growth factor."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

from planlab.economy.arrays import shaped_alike
from planlab.economy.kernels import Rows
from planlab.economy.leontief import read_together
from planlab.economy.perron import perron_root
from planlab.economy.scaling import moderate_units

__all__ = ["feeds_itself", "growth_factor", "is_productive"]

EXACT = 1e-12
"""How much cheaper than its price a product must be to make; the rounding of a sum."""

ROUNDS, MOST_ROUNDS = 100, 100_000
"""How often prices are revised at first, and at most."""


def is_productive(inputs: Any, outputs: Any = None) -> bool:
    r"""Return whether some mix of processes makes more of every product than it uses up (Hawkins–Simon).

    With single-product processes: whether prices exist at which every product's cheapest process makes a profit,
    :math:`p > \min_j A_j^\top p / M_j` (Hawkins & Simon 1949, in price form). With joint production: whether the
    programme :math:`(M - A) x \ge 1,\ x \ge 0` is feasible. The units of products and processes do not matter.

    Examples
    --------
    >>> is_productive([[0.0, 1.1], [0.9, 0.0]]), is_productive([[0.0, 2.0], [0.4, 0.0]])
    (True, True)
    >>> is_productive([[0.0, 2.0], [0.6, 0.0]])
    False
    """
    return feeds_itself(*_pair(inputs, outputs))


def feeds_itself(A: sp.csc_array, M: sp.csc_array) -> bool:
    """Return whether an economy is productive, as `is_productive`, from matrices without stored zeros."""
    made = np.diff(M.indptr)
    if (made <= 1).all():
        busy = made == 1
        per_output = sp.csc_array(A[:, busy] @ sp.diags_array(1 / M.data))
        return _pays(per_output, M.indices)
    A, M = _moderate(A, M)
    return _feasible(M - A, np.where(np.asarray(M.sum(axis=1)).ravel() > 0, 1.0, -np.inf)) is not None


def _pair(inputs: Any, outputs: Any) -> tuple[sp.csc_array, sp.csc_array]:
    A, *made = read_together(outputs is None, inputs=inputs, outputs=outputs).values()
    M = made[0] if made else sp.eye_array(A.shape[0], format="csc")
    shaped_alike("outputs", M.shape, A.shape)
    M.eliminate_zeros()
    return A, M


def _pays(A: sp.csc_array, maker: np.ndarray) -> bool:
    r"""Return whether prices exist at which every product's cheapest process makes a profit.

    Prices are revised, :math:`p \leftarrow 1 + \min_j A_j^\top p`, until a proof is found: that :math:`p` pays; that
    the processes now cheapest have a spectral radius below one; or that some costs grow from round to round,
    :math:`\min_j A_j^\top w \ge w`. First in the given units, then in moderate ones.
    """
    n, only = A.shape[0], np.bincount(maker, minlength=A.shape[0]).max(initial=0) <= 1
    if _paying(_revision(A, maker), np.ones(n), ROUNDS)[1]:
        return True
    arcs = sp.coo_array(A)
    unit = moderate_units(arcs.data, arcs.row, maker[arcs.col], n)
    A = sp.csc_array(sp.diags_array(unit) @ A @ sp.diags_array(1 / unit[maker]))
    revised, p, rounds = _revision(A, maker), np.ones(n), ROUNDS
    while rounds <= MOST_ROUNDS:
        before = p
        p, pays = _paying(revised, p, rounds)
        if pays or perron_root(_cheapest_processes(A, maker, p)) < 1 - EXACT:
            return True
        if only or _grows(revised, p - before):
            return False
        p, rounds = p + rounds * np.maximum(p - before, 0.0), 2 * rounds
    return False


def _revision(A: sp.csc_array, maker: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that gives every product's least cost at given prices, zero for what nobody makes."""
    At, order = Rows(A.T), np.argsort(maker, kind="stable")
    made, starts = np.unique(maker[order], return_index=True)
    sorted_already = bool((np.diff(maker) > 0).all())

    def least_cost(p: np.ndarray) -> np.ndarray:
        cost, least = At @ p, np.zeros(p.size)
        if made.size:
            least[made] = cost if sorted_already else np.minimum.reduceat(cost[order], starts)
        return least

    return least_cost


def _paying(revised: Callable[[np.ndarray], np.ndarray], p: np.ndarray, rounds: int) -> tuple[np.ndarray, bool]:
    """Return prices after some rounds, and whether they are a proof that production pays."""
    for _ in range(rounds):
        cost = revised(p)
        if (cost < p * (1 - EXACT)).all():
            return p, True
        p = 1.0 + cost
        if not np.isfinite(p).all() or p.max() > 1e200:
            break
    return p, False


def _cheapest_processes(A: sp.csc_array, maker: np.ndarray, p: np.ndarray) -> sp.csc_array:
    """Return the recipes of each product's cheapest process at given prices, ``(products, products)``."""
    order = np.lexsort((np.asarray(A.T @ p), maker))
    made, first = np.unique(maker[order], return_index=True)
    chosen = sp.csc_array(A[:, order[first]])
    where = sp.csc_array((np.ones(made.size), (np.arange(made.size), made)), shape=(made.size, A.shape[0]))
    return sp.csc_array(chosen @ where)


def _grows(revised: Callable[[np.ndarray], np.ndarray], w: np.ndarray) -> bool:
    """Return whether the costs of some products grow from round to round, whoever makes them."""
    w = np.where(np.isfinite(w), np.maximum(w, 0.0), 0.0)
    w /= w.max(initial=0.0) or 1.0
    while w.any():
        lasting = revised(w) >= w * (1 - EXACT)
        if lasting[w > 0].all():
            return True
        w = np.where(lasting, w, 0.0)
    return False


def _moderate(A: sp.csc_array, M: sp.csc_array) -> tuple[sp.csc_array, sp.csc_array]:
    """Return inputs and outputs with products and processes in units in which coefficients are moderate."""
    n, m = A.shape
    both = sp.coo_array(sp.hstack([A, M]))
    unit = moderate_units(both.data, both.row, n + both.col % m, n + m)
    product, process = sp.diags_array(unit[:n]), sp.diags_array(1 / unit[n:])
    return sp.csc_array(product @ A @ process), sp.csc_array(product @ M @ process)


def _feasible(
    G: sp.csc_array, lower: np.ndarray, total: float = np.inf, gain: np.ndarray | None = None
) -> np.ndarray | None:
    """Return some x >= 0 (adding up to `total` if that is finite) with G x >= lower, by HiGHS; ``None``: there is none.

    With `gain`, x ends with the largest t for which G x >= lower + t gain.
    """
    from scipy.optimize import linprog

    kept = np.isfinite(lower)
    objective, rows = np.zeros(G.shape[1]), -sp.csr_array(G)[kept]
    if gain is not None:
        objective, rows = np.append(objective, -1.0), sp.hstack([rows, sp.csr_array(gain[kept, None])], format="csr")
    equal: dict[str, Any] = {}
    if np.isfinite(total):
        equal = {"A_eq": np.where(np.arange(objective.size) < G.shape[1], 1.0, 0.0)[None], "b_eq": [total]}
    answer = linprog(objective, A_ub=rows, b_ub=-lower[kept], method="highs", **equal)
    return answer.x if answer.status == 0 else None


def growth_factor(inputs: Any, outputs: Any = None, tolerance: float = 1e-9) -> float:
    r"""Return von Neumann's growth factor, the largest :math:`\alpha` with :math:`M x \ge \alpha A x` for some mix x.

    With one technique per product it is :math:`1/\rho(A)`; otherwise it is found by bisection over feasibility
    programmes :cite:`neumann:45`, and bettered by programmes that raise the least ratio of a mix,
    :math:`\min_i (M x)_i / (A x)_i` (Dinkelbach 1967 :cite:`dinkelbach:67`). Units do not matter.

    Examples
    --------
    >>> round(growth_factor([[0.0, 0.5], [0.5, 0.0]]), 9)
    2.0
    """
    A, M = _pair(inputs, outputs)
    if outputs is None:
        radius = perron_root(A)
        return np.inf if radius == 0 else 1.0 / radius
    A, M = _moderate(A, M)
    none = np.zeros(A.shape[0])
    low, high, mix = 0.0, 1.0, None
    while (found := _feasible(M - high * A, none, total=1.0)) is not None:
        low, high, mix = high, 2 * high, found
        if high > 1e9:
            return np.inf
    while high - low > 1e-5 * high:
        middle = (low + high) / 2
        found = _feasible(M - middle * A, none, total=1.0)
        low, high, mix = (low, middle, mix) if found is None else (middle, high, found)
    return low if mix is None else _raised(A, M, mix, tolerance)


def _raised(A: sp.csc_array, M: sp.csc_array, mix: np.ndarray, tolerance: float) -> float:
    """Return the greatest least ratio of made to used that is found from a mix."""
    best, none = 0.0, np.zeros(A.shape[0])
    while True:
        used = np.asarray(A @ mix)
        used = np.where(used > 1e-9 * used.max(initial=0.0), used, 0.0)
        if not used.any():
            return np.inf
        ratio = float(((M @ mix)[used > 0] / used[used > 0]).min())
        if ratio <= best * (1 + tolerance / 10):
            return max(best, ratio)
        best = ratio
        found = _feasible(M - best * A, none, total=1.0, gain=used)
        if found is None:
            return best
        mix = np.maximum(found[:-1], 0.0)
