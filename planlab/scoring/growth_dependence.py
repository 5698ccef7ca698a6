"""How much of needs met hangs on throughput: by planning again with less of it, and from the duals."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from planlab.base.checks import INSIDE_0_1, check_float
from planlab.economy.economy import FACTOR_KINDS
from planlab.economy.scenario import with_parts
from planlab.scoring.series import per_period
from planlab.simulation.simulate import simulate

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario
    from planlab.mechanisms.mechanism import Mechanism

__all__ = ["GrowthDependence", "growth_dependence"]


class GrowthDependence(NamedTuple):
    """What one per cent less throughput costs, in shares of needs met, means over periods.

    Parameters
    ----------
    loss
        What is lost of needs met where the cap is lower, as executed.
    planned_loss, planned_gain
        What plans promise less where it is lower, and more where it is higher.
    duals
        What the rents of the plans under the cap say; NaN where plans have none.
    needs_met
        Under the cap, as executed.
    """

    loss: float
    planned_loss: float
    planned_gain: float
    duals: float
    needs_met: float

    @property
    def elasticity(self) -> float:
        """Per cent of needs met that one per cent of throughput costs: 0 where less costs nothing, 1 in proportion."""
        return 100 * self.loss / self.needs_met if self.needs_met > 0 else float("nan")


def growth_dependence(
    mechanism: "str | Mechanism",
    scenario: "Scenario",
    cut: float = 0.01,
    periods: int = 10,
    kinds: Iterable[str] | None = None,
    **arguments: Any,
) -> GrowthDependence:
    r"""Return what needs met lose per per cent of a cap on throughput, by running again and from the duals.

    The limits :math:`r` of all factors that are capped are set to what the opening activity used, where that is less;
    users' constraints and budgets stay as they are. With needs met :math:`S(r)`, a mean over periods, and the rents
    :math:`v_t` of the plans under the cap,

    .. math:: \frac{S(r) - S((1 - q) r)}{100\, q}, \qquad \frac{S((1 + q) r) - S(r)}{100\, q}, \qquad
              \frac{1}{100\, T} \sum_t \sum_k v_{kt} r_{kt},

    the first of what was executed and of what was planned, the second of what was planned. Where a mechanism maximises
    needs met in each period, and one period does not hang on another, planned needs met are concave in the cap, and the
    duals lie between gain and loss; where they do not, periods or executions hang together, or the mechanism aims at
    something else.

    Parameters
    ----------
    mechanism, scenario, periods
        As in `planlab.simulate`.
    cut
        :math:`q`, between 0 and 1.
    kinds
        Of the factors that are capped; ``None``: of all.
    **arguments
        Further arguments of `planlab.simulate`.

    Returns
    -------
    GrowthDependence
        Losses, gain, duals and needs met under the cap.

    Raises
    ------
    ValueError
        For a cut that is not between 0 and 1, and kinds of which the economy has no factor.

    Examples
    --------
    >>> import planlab as pl
    >>> found = pl.growth_dependence("linear_program", pl.make_scenario("three_sector"), periods=2)
    >>> found.loss >= 0
    True
    """
    q, economy = check_float("cut", cut, INSIDE_0_1), scenario.economy
    there = [kind for kind in FACTOR_KINDS if kind in economy.factor_kinds]
    chosen = there if kinds is None else [kinds] if isinstance(kinds, str) else list(kinds)
    if not chosen or not set(chosen) <= set(there):
        raise ValueError(
            f"kinds is {kinds!r}; give kinds of factors that the economy has: {', '.join(there) or 'none'}."
        )
    capped = np.isin(np.array(economy.factor_kinds, dtype=object), chosen)
    used = jnp.where(capped, economy.factors @ scenario.activity, jnp.inf)
    cap = jnp.minimum(scenario.limits, used)

    def run(scale: float) -> Any:
        limits = jnp.where(capped, scale * cap, cap)
        return simulate(mechanism, with_parts(scenario, limits=limits), periods, **arguments)

    under, less, more = run(1.0), run(1.0 - q), run(1.0 + q)
    met, planned = (
        [per_period(each)[name].mean() for each in (under, less, more)] for name in ("needs_met", "planned_needs_met")
    )
    rents, r = np.asarray(under.plan.rents), np.asarray(under.limits)
    known = rents.any() or under.plan.certificate is not None
    worth = (rents * np.where(capped, r, 0.0)).sum(axis=1).mean() if known else np.nan
    per_cent = 100 * q
    return GrowthDependence(
        loss=float(met[0] - met[1]) / per_cent,
        planned_loss=float(planned[0] - planned[1]) / per_cent,
        planned_gain=float(planned[2] - planned[0]) / per_cent,
        duals=float(worth) / 100,
        needs_met=float(met[0]),
    )
