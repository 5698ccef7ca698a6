"""What a plan should achieve, as programmes."""

from abc import abstractmethod
from dataclasses import KW_ONLY, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import Part, number, whole
from planlab.economy.need_weights import need_weights
from planlab.optimisation.linear_problem import Utility
from planlab.optimisation.matrices import Matrices, same
from planlab.optimisation.out_of_reach import OutOfReach
from planlab.optimisation.planning_problem import Levels, PlanningProblem, replacement, state

if TYPE_CHECKING:
    from planlab.people.observation import Observation

__all__ = ["CappedNeeds", "IsoelasticNeeds", "LeastThroughput", "Objective", "Ray"]


class Objective(Part):
    """What a plan should achieve; builds the programme from what a planner has been told."""

    @abstractmethod
    def problem(self, seen: "Observation", before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme.

        Parameters
        ----------
        seen
            What was reported.
        before
            An earlier one, from which is taken over what has not changed, its units too: by default those of
            `planlab.optimisation.units.gross_flow`.
        """


class CappedNeeds(Objective):
    r"""Mean need satisfaction without credit above saturation.

    .. math:: \max \sum_{ih} w_{ih} s_{ih} + \rho - \varepsilon \sum_k (F x)_k / (F X)_k \quad\text{s.t.}\quad
              M x + \text{stock} \ge A x + \sum_h D_h s_h + \rho K \delta c,\\
              F x \le r,\quad 0 \le x \le c,\quad 0 \le s, \rho \le 1,

    with the worths :math:`w` of `planlab.economy.need_weights`, which add up to one, and :math:`X` the
    gross flow that would meet every need (`planlab.optimisation.units.gross_flow`). Replacing all worn capacity
    (:math:`\rho = 1`) weighs as much as all needs together.

    Parameters
    ----------
    factor_cost
        :math:`\varepsilon`: among plans equally good, prefer the one that draws less on the factors.
    """

    _: KW_ONLY
    factor_cost: float = number(1e-6, AT_LEAST_0)

    def problem(self, seen: "Observation", before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme."""
        technology = _technology(seen, before)
        levels = _needs(seen, technology, before)
        return state(seen, levels, technology, before, draw=float(self.factor_cost))


class IsoelasticNeeds(Objective):
    r"""Need satisfaction with aversion to inequality between needs :cite:`atkinson:70`.

    .. math:: \max \sum_{ih} w_{ih} \varphi(s_{ih}) + \varphi(\rho) - \varepsilon \sum_k (F x)_k / (F X)_k, \qquad
              \varphi(s) = \frac{s^{1 - \sigma} - 1}{1 - \sigma},

    or :math:`\log s` for :math:`\sigma = 1`, under the constraints of `CappedNeeds`. The smaller the share of a need
    that is met, the more a further part of it counts: no need is left out altogether. Only a need of what cannot be had
    at all, for want of a capacity or of anything of a factor, has no say; it is met by nothing whatever is planned.

    Parameters
    ----------
    aversion
        :math:`\sigma > 0`: near 0 as `CappedNeeds`, 1 maximises the weighted geometric mean of satisfaction, large
        values the worst-met need.
    factor_cost
        As in `CappedNeeds`.
    """

    _: KW_ONLY
    aversion: float = number(1.0, POSITIVE)
    factor_cost: float = number(1e-6, AT_LEAST_0)

    def problem(self, seen: "Observation", before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme; levels are shares of needs."""
        technology = _technology(seen, before)
        levels = _needs(seen, technology)
        full, weight = levels.most, levels.value * levels.most
        shares = replace(
            levels,
            takes=levels.takes @ sp.diags_array(full, format="csc"),
            value=np.zeros(full.size),
            most=np.ones(full.size),
            unit=np.ones(full.size),
            delivery=lambda share: levels.delivery(share * full),
            investment=lambda share: levels.investment(share * full),
            of=lambda delivery, investment: levels.of(delivery, investment) / full,
            reported=(),
        )
        problem = state(seen, shares, technology, before, draw=float(self.factor_cost), at_rest=True)
        beyond = OutOfReach.of(problem.stated)
        weight = np.concatenate([np.zeros(problem.processes), np.where(beyond.levels, 0.0, weight)])
        utility = Utility(weight, float(self.aversion)) if weight.any() else None
        return replace(problem, stated=replace(beyond.rest(), utility=utility))


def _technology(seen: "Observation", before: PlanningProblem | None) -> Matrices:
    return Matrices.of(seen.economy, None if before is None else before.technology)


def _needs(seen: "Observation", technology: Matrices, before: PlanningProblem | None = None) -> Levels:
    """Return a level for every need, and one for replacement where anything wears out; those known, if nothing moved.

    They are measured by the units of the problem before, if its needs were the same ones, otherwise by what they are.
    """
    D, (gone, replaced) = np.asarray(seen.needs), replacement(seen, technology)
    reported = D, np.asarray(seen.urgency), np.asarray(seen.population), gone, replaced
    if before is not None and before.levels.reported and same(reported, before.levels.reported):
        return before.levels
    unit = before.units.need if before is not None and before.units.fit(seen) else D
    worth = need_weights(*reported[:3], np, seen.stores)
    products, communities = np.nonzero(D)
    needs, one = products.size, int(replaced.any())
    parts = np.ones(needs), products.astype(np.int32), np.arange(needs + 1, dtype=np.int32)
    takes, most = sp.csc_array(parts, (D.shape[0], needs)), D[products, communities]
    if one:
        takes = sp.csc_array(sp.hstack([takes, sp.csc_array(replaced[:, None])], format="csc"))

    def delivery(levels: np.ndarray) -> np.ndarray:
        y = np.zeros_like(D)
        y[products, communities] = levels[:needs]
        return y

    def of(delivery: np.ndarray, investment: np.ndarray) -> np.ndarray:
        rho = investment @ gone / (gone @ gone) if one else 0.0
        return np.concatenate([delivery[products, communities], np.full(one, rho)])

    return Levels(
        takes,
        value=np.concatenate([worth[products, communities] / most, np.ones(one)]),
        most=np.concatenate([most, np.ones(one)]),
        unit=np.concatenate([unit[products, communities], np.ones(one)]),
        delivery=delivery,
        investment=lambda levels: gone * (levels[-1] if one else 0.0),
        of=of,
        reported=reported,
    )


class Ray(Objective):
    r"""Kantorovich's equal assortment: the largest multiple of all needs at once :cite:`kantorovich:39`.

    .. math:: \max z \quad\text{s.t.}\quad M x + \text{stock} \ge A x + z \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.
    """

    def problem(self, seen: "Observation", before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme."""
        technology = _technology(seen, before)
        D, (gone, replaced) = np.asarray(seen.needs), replacement(seen, technology)
        total, one = D.sum(axis=1), np.ones(1)

        def of(delivery: np.ndarray, _: np.ndarray) -> np.ndarray:
            delivered = delivery.sum(axis=1)
            return np.array([(delivered[total > 0] / total[total > 0]).mean()])

        levels = Levels(
            sp.csc_array(total[:, None]),
            value=one,
            most=np.array([np.inf]),
            unit=one,
            delivery=lambda level: level[0] * D,
            investment=lambda _: gone,
            of=of,
        )
        return state(seen, levels, technology, before, fixed=replaced)


class LeastThroughput(Objective):
    r"""Least use of one factor that meets every need in full.

    .. math:: \min (F x)_k \quad\text{s.t.}\quad M x + \text{stock} \ge A x + \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.

    Parameters
    ----------
    factor
        :math:`k`, the factor's position.
    """

    _: KW_ONLY
    factor: int = whole(0, 0)

    def problem(self, seen: "Observation", before: PlanningProblem | None = None) -> PlanningProblem:
        """Return the programme."""
        technology = _technology(seen, before)
        D, (gone, replaced), k = np.asarray(seen.needs), replacement(seen, technology), seen.limits.shape[0]
        if not 0 <= self.factor < k:
            raise ValueError(f"factor is {self.factor} but the scenario has {k} factors, counted from 0.")
        none = np.zeros(0)
        levels = Levels(
            sp.csc_array((D.shape[0], 0)),
            value=none,
            most=none,
            unit=none,
            delivery=lambda _: D,
            investment=lambda _: gone,
            of=lambda *_: none,
        )
        fixed = D.sum(axis=1) + replaced
        return state(seen, levels, technology, before, fixed=fixed, least=self.factor)
