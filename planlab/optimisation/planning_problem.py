r"""The yardstick: what an optimal plan is, stated as a linear programme.

Rows are the material balances :math:`M x - A x - C \ell \ge d - \text{stock}` and the factor limits
:math:`-F x \ge -r`; columns are activity :math:`x` and levels of consumption :math:`\ell`, all in natural units (each
product, process and factor measured by its own level).
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import equinox as eqx
import jax
import numpy as np
import scipy.sparse as sp

from planlab.economy.technology import natural_units
from planlab.information.replies import wear, worth_of_needs
from planlab.mechanisms.mechanism import Certificate, Plan, Status
from planlab.optimisation.linear_problem import LinearProblem, Utility, kkt
from planlab.optimisation.planning_matrix import PlanningMatrix, rescale

if TYPE_CHECKING:
    from planlab.mechanisms.mechanism import Observation

__all__ = [
    "CappedNeeds",
    "IsoelasticNeeds",
    "LeastThroughput",
    "Objective",
    "PlanningProblem",
    "Ray",
    "certify",
]


@dataclass(frozen=True)
class PlanningProblem:
    """A linear programme in natural units, and how to read its solutions as plans.

    Parameters
    ----------
    linear
        The programme.
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

    linear: LinearProblem
    row_unit: np.ndarray
    column_unit: np.ndarray
    processes: int
    products: int
    limited: np.ndarray
    factors: int
    delivery: Callable[[np.ndarray], np.ndarray]
    levels: Callable[[Plan], np.ndarray]
    investment: Callable[[np.ndarray], np.ndarray]

    def to_plan(self, z: np.ndarray, y: np.ndarray, status: Status, certificate: Certificate, how: str = "") -> Plan:
        """Read a solution as a plan: quantities, shadow prices and rents in the economy's own units."""
        levels, rents = z[self.processes :], np.zeros(self.factors)
        prices = np.maximum(y, 0.0) * abs(self.linear.worth) / self.row_unit
        rents[self.limited] = prices[self.products :]
        activity = np.maximum(z[: self.processes], 0.0) * self.column_unit[: self.processes]
        x, delivery, b, p, v = jax.device_put(
            (activity, self.delivery(levels), self.investment(levels), prices[: self.products], rents)
        )
        return Plan(x, delivery, b, p, v, status=status, certificate=certificate, how=how)

    def from_plan(self, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
        """Write a plan as a solution z and its prices as duals y."""
        x = np.asarray(plan.activity) / self.column_unit[: self.processes]
        z = np.concatenate([x, self.levels(plan)])
        prices = np.zeros(self.products) if plan.prices is None else np.asarray(plan.prices)
        rents = np.zeros(self.factors) if plan.rents is None else np.asarray(plan.rents)
        return z, np.concatenate([prices, rents[self.limited]]) * self.row_unit / abs(self.linear.worth)


def certify(problem: PlanningProblem, plan: Plan) -> Certificate:
    """Return the certificate of a plan for a programme, from the plan's quantities and prices alone.

    Deliveries and investment that no consumption level stands for, such as to those without need, count as violations
    of the rows.
    """
    z, y = problem.from_plan(plan)
    certificate, levels = kkt(problem.linear, z, y), z[problem.processes :]
    investment = 0.0 if plan.investment is None else np.asarray(plan.investment)
    beyond = np.concatenate(
        [
            (
                (np.asarray(plan.delivery) - problem.delivery(levels)) / problem.row_unit[: problem.products, None]
            ).ravel(),
            (investment - problem.investment(levels)) / problem.column_unit[: problem.processes],
        ]
    )
    further = float(np.linalg.norm(beyond) / (1 + np.linalg.norm(problem.linear.rows)))
    return replace(certificate, primal=float(np.hypot(certificate.primal, further)))


class Objective(eqx.Module):
    """What a plan should achieve; builds the programme from what a planner has been told."""

    @abstractmethod
    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""


class CappedNeeds(Objective):
    r"""Mean need satisfaction without credit above saturation.

    .. math:: \max \sum_{ih} w_{ih} s_{ih} + \rho - \varepsilon \sum_k (F x)_k / \bar r_k \quad\text{s.t.}\quad
              M x + \text{stock} \ge A x + \sum_h D_h s_h + \rho K \delta c,\\
              F x \le r,\quad 0 \le x \le c,\quad 0 \le s, \rho \le 1,

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
        D, (worn, replaced) = np.asarray(seen.needs), _worn(seen)
        worth = np.asarray(worth_of_needs(seen.needs, seen.urgency, seen.population))
        products, communities = np.nonzero(D)
        replacing = int(replaced.any())
        one_each = D[products, communities], products.astype(np.int32), np.arange(products.size + 1, dtype=np.int32)
        bundles = sp.csc_array(one_each, (D.shape[0], products.size))
        if replacing:
            bundles = sp.hstack([bundles, sp.csc_array(replaced[:, None])], format="csc")

        def delivery(levels: np.ndarray) -> np.ndarray:
            y = np.zeros_like(D)
            y[products, communities] = D[products, communities] * levels[: products.size]
            return y

        def levels(plan: Plan) -> np.ndarray:
            s = (np.asarray(plan.delivery) / np.where(D > 0, D, 1.0))[products, communities]
            rho = (
                0.0 if plan.investment is None else float(np.asarray(plan.investment) @ worn / max(worn @ worn, 1e-300))
            )
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


class IsoelasticNeeds(CappedNeeds):
    r"""Need satisfaction with aversion to inequality between needs :cite:`atkinson:70`.

    .. math:: \max \sum_{ih} w_{ih} \varphi(s_{ih}) + \varphi(\rho) - \varepsilon \sum_k (F x)_k / \bar r_k, \qquad
              \varphi(s) = \frac{s^{1 - \sigma} - 1}{1 - \sigma},

    or :math:`\log s` for :math:`\sigma = 1`, under the constraints of `CappedNeeds`. The smaller the share of a need
    that is met, the more a further part of it counts: no need is left out altogether.

    Parameters
    ----------
    aversion
        :math:`\sigma > 0`: near 0 as `CappedNeeds`, 1 maximises the weighted geometric mean of satisfaction, large
        values the worst-met need.
    """

    aversion: float = 1.0

    def __check_init__(self) -> None:
        """Raise for an aversion that is not positive."""
        if not 0 < self.aversion < float("inf"):
            raise ValueError(f"aversion is {self.aversion!r}; give a number above 0, for instance 1 for logarithms.")

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        problem = super().problem(seen)
        linear, n = problem.linear, problem.processes
        cost, weight = np.split(linear.cost, [n])[0], -linear.cost[n:]
        utility = Utility(np.concatenate([np.zeros(n), weight]), float(self.aversion))
        return replace(
            problem, linear=replace(linear, cost=np.concatenate([cost, np.zeros(weight.size)]), utility=utility)
        )


class Ray(Objective):
    r"""Kantorovich's equal assortment: the largest multiple of all needs at once :cite:`kantorovich:39`.

    .. math:: \max z \quad\text{s.t.}\quad M x + \text{stock} \ge A x + z \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.
    """

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        D, (worn, replaced) = np.asarray(seen.needs), _worn(seen)
        total = D.sum(axis=1)
        return _assemble(
            seen,
            sp.csc_array(total[:, None]),
            value=np.ones(1),
            most=np.inf,
            fixed=replaced,
            delivery=lambda level: level[0] * D,
            levels=lambda plan: np.array([np.asarray(plan.delivery).sum() / total.sum()]),
            investment=lambda _: worn,
        )


class LeastThroughput(Objective):
    r"""Least use of one factor that meets every need in full.

    .. math:: \min (F x)_k \quad\text{s.t.}\quad M x + \text{stock} \ge A x + \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.

    Parameters
    ----------
    factor
        :math:`k`, the factor's position.
    """

    factor: int = 0

    def problem(self, seen: "Observation") -> PlanningProblem:
        """Return the programme."""
        D, (worn, replaced) = np.asarray(seen.needs), _worn(seen)
        k = seen.limits.shape[0]
        if not 0 <= self.factor < k:
            raise ValueError(f"factor is {self.factor} but the scenario has {k} factors, counted from 0.")
        return _assemble(
            seen,
            sp.csc_array((D.shape[0], 0)),
            value=np.zeros(0),
            most=1.0,
            fixed=D.sum(axis=1) + replaced,
            least=self.factor,
            delivery=lambda _: D,
            levels=lambda _: np.zeros(0),
            investment=lambda _: worn,
        )


def _worn(seen: "Observation") -> tuple[np.ndarray, np.ndarray]:
    """Return the capacity that wears out ``(processes,)``, and the products its replacement takes ``(products,)``."""
    e = seen.economy
    if not e.capital.nonzeros:
        return np.zeros(e.processes), np.zeros(e.products)
    worn = np.asarray(wear(e, seen.capacity))
    return worn, np.asarray(e.capital @ worn)


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
    need = np.asarray(seen.needs).sum(axis=1)
    units = natural_units(e.outputs, e.factors, seen.last.activity, seen.capacity, need, seen.limits)
    process, product, factor = (np.asarray(unit) for unit in units)
    F = np.asarray(e.factors) * process / factor[:, None]
    limited = np.flatnonzero(np.isfinite(limits))
    balance, consumption = sp.csc_array(e.outputs.to_scipy() - e.inputs.to_scipy()), bundles.copy()
    rescale(balance, 1 / product, process)
    rescale(consumption, 1 / product, np.ones(bundles.shape[1]))
    if least is None:
        worth = -float(value.mean())
        cost = np.concatenate([np.zeros(process.size) if draw is None else draw @ F, -value]) / abs(worth)
    else:
        worth = float(factor[least])
        cost = np.concatenate([F[least], value])
    demand = (0.0 if fixed is None else fixed) - np.asarray(seen.stock)
    return PlanningProblem(
        linear=LinearProblem(
            cost=cost,
            matrix=PlanningMatrix(balance, consumption, F[limited]),
            rows=np.concatenate([demand / product, -limits[limited] / factor[limited]]),
            lower=np.zeros(cost.size),
            upper=np.concatenate([np.asarray(seen.capacity) / process, np.full(bundles.shape[1], most)]),
            worth=worth,
        ),
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
