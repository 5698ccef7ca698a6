"""Plan several years ahead, do the first, and plan again."""

from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import PRNGKeyArray

from planlab.base.part import whole
from planlab.mechanisms._outlook import Foresighted
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["RecedingHorizon"]


class ThisYear(NamedTuple):
    """How many plans were made this year, and what they had built, ``(processes,)``."""

    plans: int = 0
    begun: Any = 0.0


class RecedingHorizon(Foresighted):
    r"""Planning by a receding horizon (model predictive control) :cite:`mayne:00` over the dynamic Leontief model.

    Every year the best plan for the next :math:`T` years is found :cite:`dorfman:58`, of which the first year is
    carried out,

    .. math:: \max \sum_{t<T} \rho^t \sum_{ih} w_{iht} v(s_{iht}) \quad\text{s.t.}\quad
              (M_t - A_t) x_t + \kappa z_t \ge \sum_h D_{ht} s_{ht} + K g_t + z_{t+1},\\
              F_t x_t \le r_t,\quad x_t \le k_t = (1-\delta)^t k_0 + \sum_{q \le t - G} (1-\delta)^{t-G-q} g_q,\quad
              k_T \ge k^*,

    with stocks :math:`z` and building :math:`g` that takes :math:`G` years. Needs, limits and technology of the years
    ahead are those announced; what is announced last holds ever after. What is asked for besides people's needs, such
    as what refills stores, counts in the first year.

    Without the last condition a plan has no use for anything that outlives it, and a short one eats the capital: what
    is left has to be the capacity :math:`k^*` of the best stationary plan (`planlab.optimisation.stationary`) for what
    is announced last. Where that cannot be reached, the capacity that is lacking takes as little of the factors as
    can be.

    By default nothing is saved up (:math:`\kappa = 0`), and goods that are left over are a gift to the next plan. With
    :math:`\kappa` near 1 a window saves goods, which cost nothing to keep, for its last years; those move on with it,
    and the goods are never taken.

    With several plans a year the first span is the interval that begins, the second what is left of its year, and
    then come whole years; what is built during a year counts from the year in which it works.

    Names: receding or rolling horizon, model predictive control (MPC), continuous planning (Ragnar Frisch).

    Parameters
    ----------
    window
        :math:`T`, how many years are planned.
    tiers
        :math:`v`, what meeting a share of a need is worth; ``Tiers((1.0,), (1.0,))``: every part of it alike.
    terminal
        Whether the capacity of the best stationary plan has to be left.
    discount
        :math:`\rho`.
    carry_over
        :math:`\kappa`, what part of finished goods is reckoned with a year later.
    tolerance
        Error of the certificate up to which a plan is called optimal.
    """

    window: int = whole(8, 1)

    deterministic: ClassVar = True
    usual: ClassVar = True
    references: ClassVar = ("dorfman:58", "mayne:00", "huangfu:18")

    @property
    def planned_years(self) -> int:
        """All of the window."""
        return self.window

    def init(self, seen: Observation, key: PRNGKeyArray) -> ThisYear:
        """Return a year that begins."""
        return ThisYear()

    def plan(self, state: ThisYear, seen: Observation, key: PRNGKeyArray) -> tuple[ThisYear, Plan]:
        """Return the first of the plans for the window."""
        problem = self.problem(seen, *state)
        made = problem.plans(problem.solved(float(self.tolerance)))[0]
        done = state.plans + 1
        if done == seen.forecast.intervals:
            return ThisYear(), made
        return ThisYear(done, state.begun + np.asarray(made.investment)), made
