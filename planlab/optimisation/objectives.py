"""What a plan should achieve, as programmes."""

from abc import abstractmethod
from dataclasses import KW_ONLY, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from planlab.base.checks import AT_LEAST_0, POSITIVE, of_kind
from planlab.base.part import Part, number, whole
from planlab.economy.tiers import USUAL, WHOLE, Tiers
from planlab.optimisation.linear_problem import Utility
from planlab.optimisation.matrices import Matrices
from planlab.optimisation.need_levels import need_levels
from planlab.optimisation.out_of_reach import OutOfReach
from planlab.optimisation.planning_problem import Levels, PlanningProblem, built, state
from planlab.optimisation.refill import with_refill
from planlab.optimisation.units import gross_flow

if TYPE_CHECKING:
    from planlab.people.observation import Observation

__all__ = ["CappedNeeds", "IsoelasticNeeds", "LeastThroughput", "Objective", "Ray", "TieredNeeds", "require_tiers"]


class Objective(Part):
    """What a plan should achieve; builds the programme from what a planner has been told."""

    @abstractmethod
    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme.

        Parameters
        ----------
        seen
            What was reported.
        before
            An earlier one, from which is taken over what has not changed, its units too: by default those of
            `planlab.optimisation.units.gross_flow`.
        building
            Capacity that is to be built, ``(processes,)``; ``None``: as much as wears out.
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

    @property
    def tiers(self) -> Tiers:
        """One: every part of a need counts alike."""
        return WHOLE

    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme."""
        return _by_tiers(seen, before, building, WHOLE, float(self.factor_cost))


class TieredNeeds(Objective):
    r"""Need satisfaction in which the essential part of every need comes before the rest of any that costs as much.

    .. math:: \max \sum_{ih\ell} w_{ih} \omega_\ell \frac{s_{ih\ell}}{b_\ell - b_{\ell-1}} + \rho
              - \varepsilon \sum_k (F x)_k / (F X)_k \quad\text{s.t.}\quad
              M x + \text{stock} \ge A x + \sum_{h\ell} D_h s_{h\ell} + \rho K \delta c,\\
              F x \le r,\quad 0 \le x \le c,\quad 0 \le s_{ih\ell} \le b_\ell - b_{\ell-1},\quad 0 \le \rho \le 1,

    with the bounds :math:`b` and weights :math:`\omega` of `Tiers` and the rest as in `CappedNeeds`. Value being
    concave, earlier tiers are filled first; with one tier it is `CappedNeeds`.

    Parameters
    ----------
    tiers
        How much a part of a need counts.
    factor_cost
        As in `CappedNeeds`.
    """

    tiers: Tiers = USUAL
    _: KW_ONLY
    factor_cost: float = number(1e-6, AT_LEAST_0)

    def __check_init__(self) -> None:
        """Raise for what are no tiers."""
        of_kind("tiers", self.tiers, Tiers)

    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme."""
        return _by_tiers(seen, before, building, self.tiers, float(self.factor_cost))


def require_tiers(objective: Objective) -> None:
    """Require an objective that adds up what communities get.

    Raises
    ------
    TypeError
        For any other.
    """
    if not isinstance(objective, CappedNeeds | TieredNeeds):
        raise TypeError(f"objective is {objective!r}; give pl.CappedNeeds() or pl.TieredNeeds().")


def _by_tiers(
    seen: "Observation", before: PlanningProblem | None, building: np.ndarray | None, tiers: Tiers, draw: float
) -> PlanningProblem:
    technology = Matrices.of(seen.economy, None if before is None else before.technology)
    return state(seen, need_levels(seen, technology, tiers, before, building), technology, before, draw=draw)


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

    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme; levels are shares of needs."""
        technology = Matrices.of(seen.economy, None if before is None else before.technology)
        levels = need_levels(seen, technology, building=building)
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


class Ray(Objective):
    r"""Kantorovich's equal assortment: the largest multiple of all needs at once :cite:`kantorovich:39`.

    .. math:: \max z \quad\text{s.t.}\quad M x + \text{stock} \ge A x + z \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.

    Needs are people's. What refills the users' stores may be had in part: to fill them all is worth as much as
    :math:`z = 1`.
    """

    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme."""
        technology = Matrices.of(seen.economy, None if before is None else before.technology)
        D, (gone, replaced) = np.asarray(seen.needs)[:, : seen.people], built(seen, technology, building)
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
        lacking = np.asarray(seen.refill)
        worth = 1.0 / np.where(lacking > 0, lacking, 1.0) / max(1, int(np.count_nonzero(lacking)))
        return state(seen, with_refill(levels, seen, worth), technology, before, fixed=replaced)


class LeastThroughput(Objective):
    r"""Least use of one factor that meets every need in full.

    .. math:: \min (F x)_k \quad\text{s.t.}\quad M x + \text{stock} \ge A x + \textstyle\sum_h D_h + K \delta c,\\
              F x \le r,\quad 0 \le x \le c.

    Needs are people's. The users' stores are refilled as far as can be: to fill them is worth more than it takes.

    Parameters
    ----------
    factor
        :math:`k`, the factor's position.
    """

    _: KW_ONLY
    factor: int = whole(0, 0)

    def problem(
        self, seen: "Observation", before: PlanningProblem | None = None, building: np.ndarray | None = None
    ) -> PlanningProblem:
        """Return the programme."""
        technology = Matrices.of(seen.economy, None if before is None else before.technology)
        D, k = np.asarray(seen.needs)[:, : seen.people], seen.limits.shape[0]
        gone, replaced = built(seen, technology, building)
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
        flow = gross_flow(seen)
        worth = 2.0 * flow.factor[self.factor] / flow.product  # all of a product embodies no more than all that is used
        fixed = D.sum(axis=1) + replaced
        return state(seen, with_refill(levels, seen, worth), technology, before, fixed=fixed, least=self.factor)
