"""A budget: so much of something over so many periods, in whichever of them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, check_text
from planlab.base.part import number, whole
from planlab.economy.law import Law, Named
from planlab.economy.laws import _row
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Budget"]


class Budget(Law):
    r"""A budget over several periods, such as of all the carbon that may still be emitted.

    .. math:: \sum_{t < T} \sum_j g_j x_j^t \le B, \qquad B^{t+1} = \Bigl[B^t - \sum_j g_j x_j^t\Bigr]_+,

    with :math:`g` as in `planlab.Constraint`. It is one more row of factors, of which there is in every period what is
    left. Planners of one year are allotted :math:`B^t / (T - t)`, an equal part of what is left; those of several may
    draw as much on average over the years that they plan, in whichever of them it is worth most, so that its shadow
    price is the same in all these years. What is left after :math:`T` periods is all that there ever is; whoever looks
    beyond reckons with as much a year as before.

    Parameters
    ----------
    name
        What it is called.
    periods
        :math:`T`, how long it has to last.
    of, factor
        As in `planlab.Constraint`.
    level
        :math:`B`, in units of what is counted; ``None``: `share` of what the opening activity would come to in so many
        periods.
    share
        Which share of it.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> world = pl.make_scenario("three_sector").with_laws(pl.Budget("hours", periods=4, factor="labour", share=0.5))
    >>> run = pl.simulate("linear_program", world, periods=4)
    >>> np.asarray(run.limits[:, 1]).round(1).tolist()
    [169.6, 127.2, 84.8, 42.4]
    """

    moves: ClassVar[frozenset[str]] = frozenset({"limits", "lasts"})
    foreseeable: ClassVar[bool] = False
    deterministic: ClassVar = True

    name: str = eqx.field(static=True)
    periods: int = whole(10, 1)
    of: Named = eqx.field(default=(), converter=_row.read)
    factor: str = eqx.field(static=True, default="")
    level: float | None = eqx.field(default=None, converter=_row.amount)
    share: float = number(1.0, AT_LEAST_0)
    at: Any = eqx.field(static=True, default=0, repr=False)
    weights: Any = eqx.field(default=None, repr=False)
    place: Any = eqx.field(static=True, default=None, repr=False)

    def __check_init__(self) -> None:
        """Raise for what is no name and no level."""
        check_text("name", self.name)

    def takes_the_place_of(self, other: Law) -> bool:
        """Return whether the other is a budget of the same name."""
        return isinstance(other, Budget) and other.name == self.name

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find what is named, and add the row."""
        weights, place = _row.weights_of(self.of, scenario), _row.place_of(self.factor, scenario)
        row = _row.counted(scenario.opening, weights, place)
        usual = self.periods * (row @ scenario.activity)
        there = self.share * usual if self.level is None else jnp.asarray(self.level, float)
        at, opening = _row.with_row(scenario, self, self.name, row, place, there, self.periods)
        return replace(self, at=at, weights=weights, place=place), opening

    def begin(self, state: State) -> State:
        """Count by what the factor's use now is."""
        return _row.kept_up(state, self.at, self.weights, self.place)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let what was drawn be gone."""
        left = jnp.maximum(state.limits[self.at] - outcome.factor_use[self.at], 0.0)
        lasts = jnp.maximum(state.lasts[self.at] - 1, 1)
        return replace(state, limits=state.limits.at[self.at].set(left), lasts=state.lasts.at[self.at].set(lasts))
