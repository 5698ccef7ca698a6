r"""What an optimal plan is: a linear programme, and how to read its solutions as plans and plans as solutions.

Rows are the material balances :math:`M x - A x - C \ell \ge d - \text{stock}` and the factor limits
:math:`-F x \ge -r`; columns are activity :math:`x` and levels of consumption :math:`\ell`. The programme is stated
twice: in the economy's own numbers, by which plans are judged, and in units in which solvers work
(`planlab.optimisation.units`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from planlab.base.quick import quick
from planlab.optimisation.kkt import kkt, largest_part
from planlab.optimisation.linear_problem import LinearProblem, Utility
from planlab.optimisation.matrices import Matrices, same
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.units import Units, gross_flow
from planlab.people.observation import Observation, worn
from planlab.planning.plan import Certificate, Plan, Status

__all__ = ["Levels", "PlanningProblem", "built", "certify", "state"]


@dataclass(frozen=True)
class Levels:
    """The levels of consumption among which a plan chooses, in the economy's own numbers.

    Parameters
    ----------
    takes
        What a unit of each takes of each product, ``(products, levels)``.
    value
        What a unit of each is worth, ``(levels,)``.
    most
        Upper bounds, ``(levels,)``.
    unit
        What solvers measure each by, ``(levels,)``.
    delivery, investment
        From levels to deliveries ``(products, communities)`` and to investment ``(processes,)``.
    of
        From deliveries and investment to levels.
    reported
        What they were made from, if they are to serve as long as that stays the same.
    """

    takes: sp.csc_array
    value: np.ndarray
    most: np.ndarray
    unit: np.ndarray
    delivery: Callable[[np.ndarray], np.ndarray]
    investment: Callable[[np.ndarray], np.ndarray]
    of: Callable[[np.ndarray, np.ndarray], np.ndarray]
    reported: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class PlanningProblem:
    """A planning problem, stated in the economy's own numbers and in units.

    Parameters
    ----------
    stated
        The programme in the economy's own numbers.
    levels
        What its levels of consumption stand for.
    limited
        Which factors have a limit, and so a row.
    factors
        How many factors there are.
    units
        By which the other statement measures.
    technology
        From which it was stated.
    upkeep
        Capacity that a unit of activity builds besides what levels stand for, ``(processes,)``; what that takes is part
        of the technology.
    """

    stated: LinearProblem
    levels: Levels
    limited: np.ndarray
    factors: int
    units: Units
    technology: Matrices
    upkeep: np.ndarray | float = 0.0

    @property
    def processes(self) -> int:
        """How many columns are activity: the first ones."""
        return self.units.process.size

    @property
    def products(self) -> int:
        """How many rows are balances: the first ones."""
        return self.units.product.size

    @cached_property
    def row_unit(self) -> np.ndarray:
        """What a row's unit is in the economy's own numbers."""
        return np.concatenate([self.units.product, self.units.factor[self.limited]])

    @cached_property
    def column_unit(self) -> np.ndarray:
        """What a column's unit is in the economy's own numbers."""
        return np.concatenate([self.units.process, self.levels.unit])

    @cached_property
    def worth(self) -> float:
        """The unit of the objective: the mean worth of a unit of a level, or the use of a factor."""
        own = self.stated
        costs = np.abs(own.cost * self.column_unit) + (0.0 if own.utility is None else own.utility.weight)
        of_levels = costs[self.processes :]
        some = of_levels if of_levels.any() else costs
        return float(some[some > 0].mean()) if some.any() else 1.0

    def take_over(self, before: "PlanningProblem") -> None:
        """Know the units of rows, columns and the objective of a problem of the same levels, matrix and units."""
        kept = {"row_unit", "column_unit"}
        if before.stated.utility is self.stated.utility and np.array_equal(before.stated.cost, self.stated.cost):
            kept.add("worth")
        self.__dict__.update({name: value for name, value in before.__dict__.items() if name in kept})

    @cached_property
    def linear(self) -> LinearProblem:
        """The programme in units; the objective is `worth` times what is minimised, as before."""
        own, matrix, row, column = self.stated, self.stated.matrix, self.row_unit, self.column_unit
        assert isinstance(matrix, PlanningMatrix)
        utility = own.utility
        if utility is not None:
            utility = Utility(utility.weight / self.worth, utility.aversion)
        return LinearProblem(
            cost=own.cost * column / self.worth,
            matrix=matrix.measured(row, column),
            rows=own.rows / row,
            lower=own.lower / column,
            upper=own.upper / column,
            worth=own.worth * self.worth,
            utility=utility,
        )

    def measured(self, units: Units) -> "PlanningProblem":
        """Return the problem measured in other units."""
        return replace(self, units=units)

    def flows(self, z: np.ndarray) -> Units:
        """Return units in which what flows in a solution is moderate; what does not flow keeps its unit."""
        own = np.clip(z, 0.0, self.linear.upper) * self.column_unit
        flow, x = self.stated.flows(own), own[: self.processes]
        product, factor, process = flow[: self.products], self.units.factor.copy(), self.units.process
        factor[self.limited] = np.where(flow[self.products :] > 0, flow[self.products :], factor[self.limited])
        product = np.where(product > 0, product, self.units.product)
        return self.units._replace(process=np.where(x > 0, x, process), product=product, factor=factor)

    def to_plan(
        self, z: np.ndarray, duals: np.ndarray, status: Status, how: int = 0, ray: np.ndarray | None = None
    ) -> Plan:
        """Read a solution, in units, as a plan with shadow prices, rents and its certificate, in the economy's own."""
        own, values = self._in_own_numbers(z, duals)
        activity, levels = own[: self.processes], own[self.processes :]
        prices, of_limits = values[: self.products], values[self.products :]
        rents = np.zeros(self.factors)
        rents[self.limited] = of_limits
        matrix, cost = self.stated.matrix, self.stated.cost[: self.processes]
        assert isinstance(matrix, PlanningMatrix)
        earned = matrix.by_process @ prices - of_limits @ matrix.factors - cost
        capped = np.isfinite(self.stated.upper[: self.processes])
        of_capacity = np.where(capped, np.maximum(earned, 0.0), 0.0)
        promised = activity, self.levels.delivery(levels), self.levels.investment(levels)
        if ray is None:
            certificate = _certified(self, *promised, prices, rents)
        else:
            ray = np.maximum(ray, 0.0) / self.row_unit
            certificate = kkt(self.stated, 0.0 * z, ray, ray=ray / max(ray.max(), 1e-300))
        activity, delivery, investment = promised
        return quick(
            Plan,
            activity=activity,
            delivery=delivery,
            investment=investment + self.upkeep * activity,
            prices=prices,
            rents=rents,
            capacity_rents=of_capacity,
            status=status,
            how=how,
            certificate=certificate,
        )

    def _in_own_numbers(self, z: np.ndarray, duals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return a solution in units in the economy's own numbers."""
        return np.maximum(z, 0.0) * self.column_unit, np.maximum(duals, 0.0) * self.worth / self.row_unit

    def certificate(self, z: np.ndarray, duals: np.ndarray) -> Certificate:
        """Return the certificate of a solution in units, worked out in the economy's own numbers."""
        return self.judged(*self._in_own_numbers(z, duals))

    def judged(self, z: np.ndarray, y: np.ndarray) -> Certificate:
        """Return the certificate of quantities and duals in the economy's own numbers; of the same ones, the same."""
        known = self.__dict__.get("_judged")
        if known is None or not (np.array_equal(known[0], z) and np.array_equal(known[1], y)):
            known = z, y, kkt(self.stated, z, y)
            self.__dict__["_judged"] = known
        return known[2]

    def from_plan(self, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
        """Write a plan as a solution z and its prices as duals y, in the economy's own numbers."""
        activity, delivery, investment, prices, rents = _parts(self, plan)
        z = np.concatenate([activity, self.levels.of(delivery, investment)])
        return z, np.concatenate([prices, rents[self.limited]])


def certify(problem: PlanningProblem, plan: Plan) -> Certificate:
    """Return the certificate of a plan for a programme, from the plan's quantities and prices in its own numbers alone.

    Deliveries and investment that no level of consumption stands for, such as to those without need, count as missing
    from the balances.
    """
    return _certified(problem, *_parts(problem, plan))


def _parts(problem: PlanningProblem, plan: Plan) -> tuple[np.ndarray, ...]:
    """Return activity, delivery, investment beside upkeep, prices and rents of a plan, zeros where it has none."""
    optional = {"investment": problem.processes, "prices": problem.products, "rents": problem.factors}
    given = [(getattr(plan, name), size) for name, size in optional.items()]
    investment, *rest = (np.zeros(size) if part is None else np.asarray(part) for part, size in given)
    activity = np.asarray(plan.activity)
    return activity, np.asarray(plan.delivery), investment - problem.upkeep * activity, *rest


def _certified(
    problem: PlanningProblem,
    activity: np.ndarray,
    delivery: np.ndarray,
    investment: np.ndarray,
    prices: np.ndarray,
    rents: np.ndarray,
) -> Certificate:
    levels, matrix = problem.levels.of(delivery, investment), problem.stated.matrix
    z, y = np.concatenate([activity, levels]), np.concatenate([prices, rents[problem.limited]])
    beyond = np.abs(delivery - problem.levels.delivery(levels)).sum(axis=1)
    astray = np.abs(investment - problem.levels.investment(levels))
    certificate = problem.judged(z, y)
    if not (beyond.any() or astray.any()):
        return certificate
    flows = problem.stated.flows(z)
    further = largest_part(beyond, flows[: problem.products])
    if astray.any():
        assert isinstance(matrix, PlanningMatrix)
        further = max(further, largest_part(matrix.flows(astray, 0.0 * levels), flows))
    return replace(certificate, primal=max(certificate.primal, float(further)))


def built(
    seen: "Observation", technology: Matrices, building: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the capacity that is to be built ``(processes,)``, and the products that takes ``(products,)``.

    Parameters
    ----------
    seen, technology
        As reported.
    building
        ``(processes,)``; ``None``: as much as wears out.
    """
    e = seen.economy
    if not e.capital.nonzeros:
        return np.zeros(e.processes), np.zeros(e.products)
    g = worn(seen, np) if building is None else building
    return g, technology.capital @ g


def state(
    seen: "Observation",
    levels: Levels,
    technology: Matrices,
    before: PlanningProblem | None = None,
    fixed: np.ndarray | None = None,
    draw: float = 0.0,
    least: int | None = None,
    at_rest: bool = False,
) -> PlanningProblem:
    """State a programme.

    Parameters
    ----------
    seen
        What was reported.
    levels
        What is to be chosen besides activity; their value is maximised.
    technology
        As reported.
    before
        An earlier problem, whose units and matrix are taken over where they fit.
    fixed
        What has to be left of each product, stocks included, ``(products,)``.
    draw
        What it costs to draw as much on a primary factor as its unit is.
    least
        A factor whose use is minimised instead.
    at_rest
        Whether processes that draw on a factor of which there is nothing have no capacity, instead of a limit of 0.
    """
    limits, capacity, F = np.asarray(seen.limits), np.asarray(seen.capacity), technology.factors
    fits = before is not None and (levels is before.levels or before.units.fit(seen))
    units = before.units if before is not None and fits else gross_flow(seen)
    closed = at_rest & (limits == 0)
    limited = np.flatnonzero(~np.isposinf(limits) & ~closed)
    if closed.any():
        capacity = np.where((F[closed] > 0).any(axis=0), 0.0, capacity)
    drawn = np.where(seen.economy.primary, draw / units.full_use, 0.0)
    cost = F[least] if least is not None else drawn @ F
    demand = (0.0 if fixed is None else fixed) - np.asarray(seen.stock)
    own = LinearProblem(
        cost=np.concatenate([cost, -levels.value]),
        matrix=_matrix(technology, levels, limited, before),
        rows=np.concatenate([demand, -limits[limited]]),
        lower=np.zeros(capacity.size + levels.value.size),
        upper=np.concatenate([capacity, levels.most]),
        worth=1.0 if least is not None else -1.0,
    )
    problem = PlanningProblem(own, levels, limited, limits.size, units, technology)
    if before is not None and before.levels is levels and before.stated.matrix is own.matrix and before.units is units:
        problem.take_over(before)
    return problem


def _matrix(
    technology: Matrices, levels: Levels, limited: np.ndarray, before: PlanningProblem | None
) -> PlanningMatrix:
    """Return the constraints, those of an earlier problem if they are the same."""
    if before is not None and before.technology is technology and np.array_equal(before.limited, limited):
        known, new = before.levels.takes, levels.takes
        parts = [(matrix.data, matrix.indices, matrix.indptr) for matrix in (known, new)]
        if known.shape == new.shape and same(*parts):
            assert isinstance(before.stated.matrix, PlanningMatrix)
            return before.stated.matrix
    return PlanningMatrix(technology.balance, levels.takes, technology.factors[limited], technology.outputs)
