r"""The yardstick: what an optimal plan is, and the certificates that prove a plan optimal or a wish impossible.

Every programme here has one form, in natural units (each product, process and factor measured by its own level),

.. math:: \min_z\ c^\top z \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u,

whose rows are the material balances :math:`M x - A x - C \ell \ge d - s` and the factor limits
:math:`-F x \ge -r`, and whose columns are activity :math:`x` and levels of consumption :math:`\ell`.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.information.replies import wear, worth_of_needs
from planlab.mechanisms.mechanism import Certificate, Plan, Status

if TYPE_CHECKING:
    from planlab.mechanisms.mechanism import Observation

__all__ = [
    "CappedNeeds",
    "LeastThroughput",
    "Objective",
    "PlanningProblem",
    "Ray",
    "certify",
    "dual_bound",
    "farkas_margin",
    "kkt",
]


@dataclass(frozen=True)
class PlanningProblem:
    """A linear programme in natural units, and how to read it as a plan.

    Parameters
    ----------
    cost, matrix, rows, lower, upper
        :math:`c, G, b, l, u`.
    sign
        -1 where the objective is maximised, so that ``sign * cost @ z`` is the objective.
    row_unit, column_unit
        Natural units: the row's and column's number times its unit is in the economy's own units.
    processes, products, limited
        Which columns are activity (the first), which rows are balances (the first), which factors have a row.
    factors
        How many factors there are.
    delivery, levels
        From consumption levels to deliveries ``(products, communities)``, and from a plan to consumption levels.
    investment
        From consumption levels to investment ``(processes,)``.
    """

    cost: np.ndarray
    matrix: sp.csr_array
    rows: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    sign: float
    row_unit: np.ndarray
    column_unit: np.ndarray
    processes: int
    products: int
    limited: np.ndarray
    factors: int
    delivery: Callable[[np.ndarray], np.ndarray]
    levels: Callable[[Plan], np.ndarray]
    investment: Callable[[np.ndarray], np.ndarray]

    def objective(self, z: np.ndarray) -> float:
        """Return the objective at z, as the programme states it."""
        return float(self.sign * (self.cost @ z))

    def to_plan(self, z: np.ndarray, y: np.ndarray, status: Status, certificate: Certificate) -> Plan:
        """Read a solution as a plan: quantities, shadow prices and rents in the economy's own units."""
        levels, rents = z[self.processes :], np.zeros(self.factors)
        rents[self.limited] = y[self.products :] / self.row_unit[self.products :]
        return Plan(
            activity=jnp.asarray(np.maximum(z[: self.processes], 0.0) * self.column_unit[: self.processes]),
            delivery=jnp.asarray(self.delivery(levels)),
            investment=jnp.asarray(self.investment(levels)),
            prices=jnp.asarray(np.maximum(y[: self.products], 0.0) / self.row_unit[: self.products]),
            rents=jnp.asarray(np.maximum(rents, 0.0)),
            status=status,
            certificate=certificate,
        )

    def from_plan(self, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
        """Write a plan as a solution z and its prices as duals y."""
        x = np.asarray(plan.activity) / self.column_unit[: self.processes]
        z = np.concatenate([x, self.levels(plan)])
        prices = np.zeros(self.products) if plan.prices is None else np.asarray(plan.prices)
        rents = np.zeros(self.factors) if plan.rents is None else np.asarray(plan.rents)
        return z, np.concatenate([prices, rents[self.limited]]) * self.row_unit


def dual_bound(problem: PlanningProblem, y: np.ndarray) -> tuple[float, np.ndarray]:
    r"""Return :math:`b^\top y + \sum_j \min_{l_j \le z_j \le u_j} \lambda_j z_j`, and the :math:`\lambda` it leaves open.

    With :math:`\lambda = c - G^\top y`. For any :math:`y \ge 0` the first is a lower bound on the programme wherever
    the second, the part of :math:`\lambda` whose bound is infinite, is zero.
    """
    reduced = problem.cost - problem.matrix.T @ y
    at = np.where(reduced > 0, problem.lower, problem.upper)
    open_ended = np.where(np.isfinite(at), 0.0, reduced)
    return float(problem.rows @ y + (reduced * np.where(np.isfinite(at), at, 0.0)).sum()), open_ended


def kkt(problem: PlanningProblem, z: np.ndarray, y: np.ndarray, ray: np.ndarray | None = None) -> Certificate:
    """Return relative primal residual, dual residual and gap as PDLP defines them :cite:`applegate:21`."""
    norm = np.linalg.norm
    short = np.maximum(problem.rows - problem.matrix @ z, 0.0)
    outside = np.maximum(problem.lower - z, 0.0) + np.maximum(z - problem.upper, 0.0)
    bound, open_ended = dual_bound(problem, np.maximum(y, 0.0))
    value = float(problem.cost @ z)
    return Certificate(
        primal=float(norm(np.concatenate([short, outside])) / (1 + norm(problem.rows))),
        dual=float(norm(np.concatenate([open_ended, np.minimum(y, 0.0)])) / (1 + norm(problem.cost))),
        gap=abs(value - bound) / (1 + abs(value) + abs(bound)),
        objective=problem.sign * value,
        bound=problem.sign * bound,
        ray=ray,
    )


def certify(problem: PlanningProblem, plan: Plan) -> Certificate:
    """Return the certificate of a plan for a programme, from the plan's quantities and prices alone."""
    return kkt(problem, *problem.from_plan(plan))


def farkas_margin(problem: PlanningProblem, ray: np.ndarray) -> float:
    r"""Return how clearly a ray proves that no plan exists: positive is a proof.

    For :math:`y \ge 0` of length one the margin is :math:`b^\top y - \max_{l \le z \le u} (G^\top y)^\top z`: if no
    choice within the bounds can reach what the rows add up to, the programme is infeasible.
    """
    y = np.maximum(ray, 0.0) / max(np.linalg.norm(ray), np.finfo(float).tiny)
    pull = problem.matrix.T @ y
    pull[np.abs(pull) < 1e-12] = 0.0
    with np.errstate(invalid="ignore"):
        reach = np.where(pull > 0, pull * problem.upper, np.where(pull < 0, pull * problem.lower, 0.0))
    return float(problem.rows @ y - reach.sum())


class Objective(eqx.Module):
    """What a plan should achieve; builds the programme from what a planner has been told."""

    @abstractmethod
    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""


class CappedNeeds(Objective):
    r"""Mean need satisfaction without credit above saturation.

    .. math:: \max \sum_{ih} w_{ih} s_{ih} + \rho - \varepsilon \sum_k (F x)_k / \bar r_k \quad\text{s.t.}\quad
              M x + \text{stock} \ge A x + \sum_h D_h s_h + \rho K \delta c,\ F x \le r,\ 0 \le x \le c,\ 0 \le s, \rho \le 1,

    with the worths :math:`w` of `planlab.information.replies.worth_of_needs`, which add up to one. Replacing all worn
    capacity (:math:`\rho = 1`) weighs as much as all needs together.

    Parameters
    ----------
    frugality
        :math:`\varepsilon`: among plans equally good, prefer the one that draws less on the factors.
    """

    frugality: float = 1e-6

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        D, worn = np.asarray(seen.needs), np.asarray(wear(seen.economy, seen.capacity))
        worth = np.asarray(worth_of_needs(seen.needs, seen.urgency, seen.population))
        products, communities = np.nonzero(D)
        replaced = np.asarray(seen.economy.capital @ worn)[:, None]
        replacing = int(replaced.any())
        bundles = sp.csc_array((D[products, communities], (products, np.arange(products.size))), (D.shape[0], products.size))
        bundles = sp.hstack([bundles, sp.csc_array(replaced)[:, :replacing]], format="csc")

        def delivery(levels: np.ndarray) -> np.ndarray:
            y = np.zeros_like(D)
            y[products, communities] = D[products, communities] * levels[: products.size]
            return y

        def levels(plan: Plan) -> np.ndarray:
            s = (np.asarray(plan.delivery) / np.where(D > 0, D, 1.0))[products, communities]
            rho = 0.0 if plan.investment is None else float(np.asarray(plan.investment) @ worn / max(worn @ worn, 1e-300))
            return np.concatenate([s, np.full(replacing, rho)])

        return _assemble(
            seen,
            bundles,
            value=np.concatenate([worth[products, communities], np.ones(replacing)]),
            most=1.0,
            draw=np.full(seen.limits.shape[0], self.frugality),
            delivery=delivery,
            levels=levels,
            investment=lambda level: worn * (level[-1] if replacing else 0.0),
        )


class Ray(Objective):
    r"""Kantorovich's equal assortment: the largest multiple of all needs at once :cite:`kantorovich:39`.

    .. math:: \max z \quad\text{s.t.}\quad M x + \text{stock} \ge A x + z \sum_h D_h + K \delta c,\ F x \le r,\ 0 \le x \le c.
    """

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        D, worn = np.asarray(seen.needs), np.asarray(wear(seen.economy, seen.capacity))
        total = D.sum(axis=1)
        return _assemble(
            seen,
            sp.csc_array(total[:, None]),
            value=np.ones(1),
            most=np.inf,
            fixed=np.asarray(seen.economy.capital @ worn),
            delivery=lambda level: level[0] * D,
            levels=lambda plan: np.array([np.asarray(plan.delivery).sum() / total.sum()]),
            investment=lambda _: worn,
        )


class LeastThroughput(Objective):
    r"""Least use of one factor that meets every need in full.

    .. math:: \min (F x)_k \quad\text{s.t.}\quad M x + \text{stock} \ge A x + \sum_h D_h + K \delta c,\ F x \le r,\ 0 \le x \le c.

    Parameters
    ----------
    factor
        :math:`k`, the factor's position.
    """

    factor: int = 0

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        D, worn = np.asarray(seen.needs), np.asarray(wear(seen.economy, seen.capacity))
        k = seen.limits.shape[0]
        if not 0 <= self.factor < k:
            raise ValueError(f"factor is {self.factor} but the scenario has {k} factors, counted from 0.")
        return _assemble(
            seen,
            sp.csc_array((D.shape[0], 0)),
            value=np.zeros(0),
            most=1.0,
            fixed=D.sum(axis=1) + np.asarray(seen.economy.capital @ worn),
            least=self.factor,
            delivery=lambda _: D,
            levels=lambda _: np.zeros(0),
            investment=lambda _: worn,
        )


def natural_units(seen: "Observation") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the level of each process, product and factor: last period's where there was one."""
    e = seen.economy
    M, need = e.outputs.to_scipy(), np.asarray(seen.needs).sum(axis=1)
    activity = np.asarray(seen.last.activity)
    product = M @ activity + need
    product = np.where(product > 0, product, product[product > 0].mean() if (product > 0).any() else 1.0)
    idle = np.asarray((sp.diags_array(1 / product) @ M).max(axis=0).todense()).ravel()
    process = np.where(activity > 0, activity, 1 / idle)
    limits, use = np.asarray(seen.limits), np.asarray(e.factors) @ process
    factor = np.where(np.isfinite(limits) & (limits > 0), limits, np.where(use > 0, use, 1.0))
    return process, product, factor


def _assemble(
    seen: "Observation",
    bundles: sp.csc_array,
    value: np.ndarray,
    most: float,
    delivery: Callable[[np.ndarray], np.ndarray],
    levels: Callable[[Plan], np.ndarray],
    investment: Callable[[np.ndarray], np.ndarray],
    fixed: np.ndarray | None = None,
    draw: np.ndarray | None = None,
    least: int | None = None,
) -> PlanningProblem:
    """Build a programme from consumption bundles and their values; `least` is a factor to minimise instead."""
    e, limits = seen.economy, np.asarray(seen.limits)
    process, product, factor = natural_units(seen)
    F = np.asarray(e.factors) * process / factor[:, None]
    limited = np.flatnonzero(np.isfinite(limits))
    balance = sp.hstack([(e.outputs.to_scipy() - e.inputs.to_scipy()) @ sp.diags_array(process), -bundles])
    matrix = sp.vstack(
        [
            sp.diags_array(1 / product) @ balance,
            sp.hstack([-sp.csc_array(F[limited]), sp.csc_array((limited.size, bundles.shape[1]))]),
        ],
        format="csr",
    )
    if least is None:
        cost = np.concatenate([np.zeros(process.size) if draw is None else draw @ F, -value])
    else:
        cost = np.concatenate([F[least] * factor[least], value])
    demand = (0.0 if fixed is None else fixed) - np.asarray(seen.stock)
    return PlanningProblem(
        cost=cost,
        matrix=matrix,
        rows=np.concatenate([demand / product, -limits[limited] / factor[limited]]),
        lower=np.zeros(cost.size),
        upper=np.concatenate([np.asarray(seen.capacity) / process, np.full(bundles.shape[1], most)]),
        sign=1.0 if least is not None else -1.0,
        row_unit=np.concatenate([product, factor[limited]]),
        column_unit=np.concatenate([process, np.ones(bundles.shape[1])]),
        processes=process.size,
        products=product.size,
        limited=limited,
        factors=limits.size,
        delivery=delivery,
        levels=levels,
        investment=investment,
    )
