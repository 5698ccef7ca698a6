"""A constraint of one's own: what some processes do together, or draw on a factor, stays within a limit."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1, AT_LEAST_0, check_text, check_whole
from planlab.base.part import number
from planlab.economy.law import Law, Named
from planlab.economy.laws import _row
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Constraint"]


class Constraint(Law):
    r"""A linear constraint by names, such as "emissions of transport, five per cent less every year".

    .. math:: \sum_j g_j x_j^t \le b_t, \qquad g_j = w_j F_{fj}^t, \qquad b_t = (1 + \rho)^{\min(t, T)}\, b_0,

    with weights :math:`w` of the processes, sectors or regions that are named and 0 of all others; :math:`g_j = w_j`
    where no factor is named. It is one more row of factors, which has a limit and no other use: every mechanism that
    keeps to limits keeps to it, execution rations what it leaves room for, its shadow price stands among the rents of
    factors under its name, and throughput does not count it. Its path is announced. Nothing but its own path moves it,
    whatever becomes of other limits.

    A row can only hold processes down, :math:`g \ge 0`. What communities have to get or may get at most is said by
    their needs, see `planlab.Tiers` and the scenario ``sufficiency``.

    Parameters
    ----------
    name
        What it is called.
    of
        Names of processes, sectors or regions, or patterns such as ``"*transportation*"``; with numbers by name, what
        each counts for, :math:`w`. None: all processes count 1.
    factor
        :math:`f`, the factor of which the use is counted; ``""``: activity itself is.
    level
        :math:`b_0`, in units of what is counted; ``None``: `share` of what the opening activity comes to.
    share
        Which share of it.
    change
        :math:`\rho`, by which part the limit changes every period, above -1.
    until
        :math:`T`, after how many periods it changes no more; ``None``: never.

    Examples
    --------
    Four fifths of what industry did, and a tenth less every year:

    >>> import numpy as np, planlab as pl
    >>> less = pl.Constraint("industry", of="industry", share=0.8, change=-0.1)
    >>> world = pl.make_scenario("three_sector").with_laws(less)
    >>> run = pl.simulate("linear_program", world, periods=3)
    >>> np.asarray(run.limits[:, 1] / world.limits[1]).round(2).tolist()
    [1.0, 0.9, 0.81]
    >>> bool((run.outcome.factor_use[:, 1] <= run.limits[:, 1] + 1e-9).all()), bool(run.plan.rents[-1, 1] > 0)
    (True, True)
    """

    moves: ClassVar[frozenset[str]] = frozenset({"limits"})
    deterministic: ClassVar = True

    name: str = eqx.field(static=True)
    of: Named = eqx.field(default=(), converter=_row.read)
    factor: str = eqx.field(static=True, default="")
    level: float | None = eqx.field(default=None, converter=_row.amount)
    share: float = number(1.0, AT_LEAST_0)
    change: float = number(0.0, ABOVE_MINUS_1)
    until: int | None = eqx.field(static=True, default=None)
    at: Any = eqx.field(static=True, default=0, repr=False)
    weights: Any = eqx.field(default=None, repr=False)
    start: Any = eqx.field(default=None, repr=False)
    place: Any = eqx.field(static=True, default=None, repr=False)

    def __check_init__(self) -> None:
        """Raise for what is no name, no level and no number of periods."""
        check_text("name", self.name)
        if self.until is not None:
            check_whole("until", self.until, 0)

    def takes_the_place_of(self, other: Law) -> bool:
        """Return whether the other is a constraint of the same name."""
        return isinstance(other, Constraint) and other.name == self.name

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find what is named, and add the row."""
        weights, place = _row.weights_of(self.of, scenario), _row.place_of(self.factor, scenario)
        row = _row.counted(scenario.opening, weights, place)
        start = self.share * (row @ scenario.activity) if self.level is None else jnp.asarray(self.level, float)
        at, opening = _row.with_row(scenario, self, self.name, row, place, start, 0)
        return replace(self, at=at, weights=weights, start=start, place=place), opening

    def begin(self, state: State) -> State:
        """Let the limit be what the path says, and count by what the factor's use now is."""
        t = state.period if self.until is None else jnp.minimum(state.period, self.until)
        limits = state.limits.at[self.at].set(self.start * (1 + self.change) ** t.astype(float))
        return replace(_row.kept_up(state, self.at, self.weights, self.place), limits=limits)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Leave everything to the beginning of the next period."""
        return state
