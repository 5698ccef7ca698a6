r"""Plans for several years at once: the dynamic Leontief programme.

Columns are, span by span, activity :math:`x`, shares of needs :math:`s` by tier, stock carried over :math:`z` and what
is built :math:`g`; then what is asked for in the first span only, and what capacity lacks in the end :math:`u`. Rows
are, span by span, the balances, the limits and capacity; then budgets, which several years share; then the capacity
that is to be left.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.need_weights import need_weights
from planlab.economy.tiers import Tiers
from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.outlook import Span, Year, spans, year_ahead
from planlab.optimisation.stationary import Stationary, best_stationary
from planlab.optimisation.units import Units, flow_units
from planlab.people.observation import Observation
from planlab.planning.plan import How, Plan, Status

__all__ = ["Horizon", "HorizonProblem"]

DEAR = 1e3
"""What it costs not to leave capacity that takes as much of the factors as meeting all needs for a year, in years."""

LEAST_COST = 1e-3
"""Of the mean cost of capacity: what the cheapest counts for, so that none is left to go for nothing."""


@dataclass(frozen=True)
class Horizon:
    r"""How far ahead is planned, and what counts.

    Parameters
    ----------
    years
        :math:`T`.
    tiers
        :math:`v`, what meeting a share of a need is worth.
    discount
        :math:`\rho`, what next year's needs count for, over this year's.
    carry_over
        :math:`\kappa`, what part of finished goods is reckoned with a year later.
    terminal
        Whether the capacity of the best stationary plan is to be left.
    factor_cost
        :math:`\varepsilon`, of plans equally good the one that draws less on the factors, and keeps less in stock.
    """

    years: int
    tiers: Tiers
    discount: float = 1.0
    carry_over: float = 0.0
    terminal: bool = True
    factor_cost: float = 1e-6

    def problem(self, seen: Observation, done: int = 0, begun: np.ndarray | float = 0.0) -> "HorizonProblem":
        """Return the programme.

        Parameters
        ----------
        seen
            What was reported, and announced.
        done
            How many plans were made this year.
        begun
            What they had built, ``(processes,)``.
        """
        ahead = tuple(year_ahead(seen, t) for t in range(self.years))
        return HorizonProblem(self, seen, tuple(spans(self.years, seen.forecast.intervals, done)), ahead, begun)


class _Block(NamedTuple):
    balance: list[Any]
    factors: sp.csc_array
    capacity: sp.csc_array
    cost: np.ndarray
    upper: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class HorizonProblem:
    """The programme of a horizon for what was reported, and how to read its solutions as plans."""

    horizon: Horizon
    seen: Observation
    spans: tuple[Span, ...]
    ahead: tuple[Year, ...]
    begun: np.ndarray | float

    @cached_property
    def units(self) -> Units:
        """By the flow that would meet what is needed in an average year, with its replacement."""
        e, needs = self.seen.economy, np.mean([year.needs for year in self.ahead], axis=0)
        A, M, K = e.inputs.to_scipy(), e.outputs.to_scipy(), e.capital.to_scipy()
        replaced = K @ sp.diags_array(np.where(self.limited, np.asarray(e.depreciation), 0.0))
        return flow_units(sp.csc_array(A + replaced), M, np.asarray(e.factors), needs)

    @cached_property
    def limited(self) -> np.ndarray:
        """Which processes have a capacity, ``(processes,)``."""
        return np.isfinite(np.asarray(self.seen.capacity))

    @cached_property
    def built(self) -> np.ndarray:
        """Which of them can be built."""
        return np.flatnonzero(self.limited & (np.diff(self.seen.economy.capital.to_scipy().indptr) > 0))

    @cached_property
    def lasts(self) -> np.ndarray:
        """How many years a budget of each factor has to last, 0 of those that have none, ``(factors,)``."""
        return np.asarray(self.seen.forecast.lasts)

    @cached_property
    def budgets(self) -> np.ndarray:
        """Which factors have a budget."""
        return np.flatnonzero((self.lasts > 0) & np.isfinite(np.asarray(self.seen.limits)))

    def scarce(self, span: Span) -> np.ndarray:
        """Which factors have a limit in a span that holds for its year alone."""
        return np.flatnonzero(np.isfinite(self.ahead[span.year].limits) & (span.year >= self.lasts))

    @cached_property
    def cells(self) -> tuple[np.ndarray, ...]:
        """Products and people of the needs of any year."""
        return np.nonzero(np.any([year.needs * year.worth > 0 for year in self.ahead], axis=0))

    @cached_property
    def asked(self) -> tuple[np.ndarray, ...]:
        """Products and columns of what is asked for in the first span only, besides people's needs."""
        people, (n, columns) = self.seen.forecast.needs.shape[-1], np.shape(self.seen.needs)
        products, besides = np.indices((n, columns - people)).reshape(2, -1)
        return products, besides + people

    @cached_property
    def lead(self) -> int:
        """How many years it takes to build."""
        return 1 + self.seen.building.shape[0]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many columns of each kind a span has: activity, shares, stock, building."""
        n, m = self.seen.economy.products, self.seen.economy.processes
        return m, self.cells[0].size * len(self.horizon.tiers.widths), n, self.built.size

    @cached_property
    def stationary(self) -> Stationary:
        """The best stationary plan for what is announced last."""
        last, capacity = self.ahead[-1], np.asarray(self.seen.capacity)
        return best_stationary(last.economy, last.needs, last.limits, capacity, last.worth, self.horizon.tiers)

    @cached_property
    def scale(self) -> float:
        """What solvers count in: the mean need of one year is 1."""
        return float(max(self.cells[0].size, 1))

    def lasting(self, year: int) -> np.ndarray:
        """Return what a unit that has worked for so many years still is, ``(processes,)``."""
        delta = np.asarray(self.seen.economy.depreciation) * self.seen.forecast.intervals
        return np.maximum(1 - delta, 0.0) ** year

    def left(self, year: int) -> np.ndarray:
        """Return what is left in a year of the capacity there is, and of what is under construction."""
        there = self.lasting(year) * np.asarray(self.seen.capacity)
        for i, begun in enumerate(np.asarray(self.seen.building)[:year]):
            there = there + self.lasting(year - 1 - i) * begun
        return there + self.lasting(year - self.lead) * self.begun if year >= self.lead else there

    @cached_property
    def linear(self) -> LinearProblem:
        """The programme in units; `scale` times its objective is minimised."""
        blocks, width = [self._span(span) for span in self.spans], 4 * len(self.spans) + 2
        grid: list[list[Any]] = []
        for a, (span, block) in enumerate(zip(self.spans, blocks, strict=True)):
            rows: list[list[Any]] = [[None] * width for _ in range(3)]
            balance, factors, capacity = rows
            balance[4 * a : 4 * a + 4] = block.balance
            if a:
                balance[4 * a - 2] = self.horizon.carry_over * sp.eye_array(self.units.product.size)
            else:
                balance[-2] = self._asked()
            factors[4 * a], capacity[4 * a] = block.factors, block.capacity
            self._working(capacity, span.year, span.length)
            grid += rows
        for factor in self.budgets:
            grid.append(self._drawn(int(factor), width))
        ends = range(self.horizon.years, self.horizon.years + self.lead) if self.horizon.terminal else range(0)
        for i, end in enumerate(ends):
            left: list[Any] = [None] * width
            left[-1] = sp.eye_array(self.built.size, len(ends) * self.built.size, k=i * self.built.size)
            self._working(left, end, 1)
            grid.append(left)
        kept = [row for row in grid if next(block for block in row if block is not None).shape[0]]
        matrix = sp.csr_array(sp.block_array(kept, format="csr"))
        asked, lacking = self._worth_of_asked(), np.tile(self._price_of_lacking(), len(ends))
        lacks = [self._lacks(end) for end in ends]
        return LinearProblem(
            cost=self.scale * np.concatenate([*(block.cost for block in blocks), -asked, lacking]),
            matrix=matrix,
            rows=np.concatenate([*(block.rows for block in blocks), self._left_to_draw(), *lacks]),
            lower=np.zeros(matrix.shape[1]),
            upper=np.concatenate(
                [*(block.upper for block in blocks), np.ones(asked.size), np.full(lacking.size, np.inf)]
            ),
            worth=-1.0 / self.scale,
        )

    def _span(self, span: Span) -> "_Block":
        """Return the columns and rows of a span, apart from what it takes over from others."""
        year, units, built, tiers = self.ahead[span.year], self.units, self.built, self.horizon.tiers
        (rows, cols), F = self.cells, np.asarray(year.economy.factors)
        n, m = units.product.size, units.process.size
        A, M, K = (part.to_scipy() for part in (year.economy.inputs, year.economy.outputs, year.economy.capital))
        net = sp.diags_array(1 / units.product) @ (M - A) @ sp.diags_array(units.process)
        takes = span.length * year.needs[rows, cols] / units.product[rows]
        met = sp.csc_array((takes, (rows, np.arange(rows.size))), (n, rows.size))
        works = sp.diags_array(1 / units.product) @ sp.csc_array(K)[:, built] @ sp.diags_array(units.process[built])
        part = span.length / self.seen.forecast.intervals
        counts = part * self.horizon.discount**span.year * year.worth[rows, cols]
        little = self.horizon.factor_cost / self.seen.forecast.intervals
        primary = year.economy.primary
        draw, held = little * (F / units.full_use[:, None])[primary].sum(axis=0), np.full(n, little)
        room = np.where(np.isin(np.arange(m), built), np.inf, span.length * self.left(span.year))
        there = np.asarray(self.seen.stock) / units.product if span is self.spans[0] else np.zeros(n)
        scarce = self.scarce(span)
        pick = sp.csc_array((np.ones(built.size), (np.arange(built.size), built)), (built.size, m))
        return _Block(
            balance=[net, sp.hstack([-width * met for width in tiers.widths]), -sp.eye_array(n), -works],
            factors=sp.csc_array(-F[scarce] * units.process / units.factor[scarce, None]),
            capacity=-pick,
            cost=np.concatenate(
                [draw * units.process, *(-weight * counts for weight in tiers.weights), held, np.zeros(built.size)]
            ),
            upper=np.concatenate(
                [room / units.process, np.ones(len(tiers.widths) * rows.size), np.full(n + built.size, np.inf)]
            ),
            rows=np.concatenate(
                [
                    -there,
                    -span.length * year.limits[scarce] / units.factor[scarce],
                    -(span.length * self.left(span.year) / units.process)[built],
                ]
            ),
        )

    def _drawn(self, factor: int, width: int) -> list[Any]:
        """Return the row of a budget: what all spans draw in the years that it has to last."""
        row: list[Any] = [None] * width
        for a, span in enumerate(self.spans):
            if span.year < self.lasts[factor]:
                use = np.asarray(self.ahead[span.year].economy.factors)[factor] * self.units.process
                row[4 * a] = sp.csr_array(-use[None, :] / self.units.factor[factor])
        return row

    def _left_to_draw(self) -> np.ndarray:
        """Return how much that may be: as many shares of a budget as there are of its years."""
        share = np.asarray(self.seen.limits)[self.budgets] / self.units.factor[self.budgets]
        spans = [sum(span.length for span in self.spans if span.year < n) for n in self.lasts[self.budgets]]
        return -share * np.asarray(spans, float)

    def _working(self, row: list[Any], year: int, times: float) -> None:
        """Put into a row what of each span's building works in a year."""
        for b, earlier in enumerate(self.spans):
            if year >= earlier.year + self.lead:
                row[4 * b + 3] = times * sp.diags_array(self.lasting(year - self.lead - earlier.year)[self.built])

    def _asked(self) -> sp.csc_array:
        """Return what is taken by what is asked for in the first span only."""
        products, columns = self.asked
        takes = np.asarray(self.seen.needs)[products, columns] / self.units.product[products]
        return sp.csc_array((-takes, (products, np.arange(products.size))), (self.units.product.size, products.size))

    def _worth_of_asked(self) -> np.ndarray:
        """Return what it is worth: of each column as much as its population is to the people, who are worth 1."""
        products, columns = self.asked
        people, P = self.seen.forecast.needs.shape[-1], np.asarray(self.seen.population)
        worth = need_weights(np.asarray(self.seen.needs), np.asarray(self.seen.urgency), P, np)
        of_people = worth[:, :people].sum()
        return worth[products, columns] / (of_people if of_people > 0 else 1.0) / self.seen.forecast.intervals

    def _lacks(self, year: int) -> np.ndarray:
        """Return what capacity lacks in the end if nothing is built."""
        return ((self.stationary.capacity - self.left(year)) / self.units.process)[self.built]

    def _price_of_lacking(self) -> np.ndarray:
        """Return what it costs to leave a unit of capacity less."""
        cost = (self.stationary.cost * self.units.process)[self.built]
        return DEAR * np.maximum(cost, LEAST_COST * cost.mean() if cost.size else 0.0)

    def lacking(self, z: np.ndarray) -> np.ndarray:
        """Return what capacity lacks in the end, ``(processes,)``."""
        found, size = np.zeros(self.units.process.size), self.built.size
        if self.horizon.terminal:
            found[self.built] = z[z.size - self.lead * size :].reshape(self.lead, size).max(axis=0)
        return found * self.units.process

    def solved(self, tolerance: float) -> highs.Solution:
        """Return the optimum, found inside and taken to a vertex: years alike make the simplex method's way long."""
        inside = highs.interior(self.linear, tolerance, crossover=True)
        return inside if inside.status is Status.OPTIMAL else highs.solve(self.linear, tolerance=tolerance)

    def plans(self, found: highs.Solution) -> list[Plan]:
        """Return the plan of an interval of each span, with prices in its units."""
        columns, rows, made = 0, 0, list[Plan]()
        end = sum(self.units.product.size + self.scarce(span).size + self.built.size for span in self.spans)
        of_budgets = found.y[end : end + self.budgets.size] / self.scale * self.seen.forecast.intervals
        for span in self.spans:
            z, y = found.z[columns:], found.y[rows:] / self.scale * self.seen.forecast.intervals
            made.append(self._plan(span, found, z, y, np.where(span.year < self.lasts[self.budgets], of_budgets, 0.0)))
            columns += sum(self.sizes)
            rows += self.units.product.size + self.scarce(span).size + self.built.size
        return made

    def _plan(self, span: Span, found: highs.Solution, z: np.ndarray, y: np.ndarray, of_budgets: np.ndarray) -> Plan:
        units, year, scarce, (rows, cols) = self.units, self.ahead[span.year], self.scarce(span), self.cells
        x, levels, _, g, _ = np.split(z, np.cumsum(self.sizes))
        delivery, rents = np.zeros(np.shape(self.seen.needs)), np.zeros(units.factor.size)
        investment, of_capacity = np.zeros((2, units.process.size))
        delivery[rows, cols] = (
            np.asarray(self.horizon.tiers.widths) @ levels.reshape(-1, rows.size) * year.needs[rows, cols]
        )
        if span is self.spans[0]:
            asked = sum(self.sizes) * len(self.spans) + np.arange(self.asked[0].size)
            delivery[self.asked] = found.z[asked] * np.asarray(self.seen.needs)[self.asked]
        investment[self.built] = g * units.process[self.built] / span.length
        sizes = units.product.size, scarce.size, self.built.size
        rents[self.budgets] = of_budgets
        prices, rents[scarce], of_capacity[self.built], _ = np.split(y, np.cumsum(sizes))
        parts: dict[str, Any] = {
            "activity": x * units.process / span.length,
            "delivery": delivery,
            "investment": investment,
            "prices": prices / units.product,
            "rents": rents / units.factor,
            "capacity_rents": of_capacity / units.process,
        }
        how = How.SIMPLEX if found.basis else How.INTERIOR_POINT
        return Plan(**parts, status=found.status, certificate=found.certificate, how=how)
