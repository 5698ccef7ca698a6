"""From one basket of needs to another, under limits that tighten, along a path that is announced."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from planlab.base.checks import POSITIVE, UNDER_1
from planlab.base.part import number, whole
from planlab.economy.law import Law
from planlab.economy.state import State, scaled

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Transition"]


class Transition(Law):
    r"""A transition: over some years each product's needs go linearly to a multiple, while all limits tighten.

    .. math:: D_i^t = \Bigl(1 + (m_i - 1) \frac{\min(t, T - 1)}{T - 1}\Bigr) D_i^0, \qquad
              r_f^t = (1 - q)^{\min(t, T - 1)} r_f^0 \qquad (t = 0, 1, \dots)

    The path is announced. What is announced in year :math:`t` of needs in year :math:`u` may err by what only turns
    out in between, the revisions :math:`\varepsilon` of a martingale of forecasts (Heath & Jackson 1994
    :cite:`heath:94`),

    .. math:: \hat D_i^{u \mid t} = D_i^u \exp\Bigl(-\sum_{s=t+1}^{u} \varepsilon_i^s\Bigr),

    so that it errs the more the further ahead it looks, and not at all of the year that has begun. Limits are decided
    in advance, and known.

    Parameters
    ----------
    needs
        :math:`m`, one number or one per product.
    tightening
        :math:`q`, one number or one per factor.
    years
        :math:`T`, after which nothing moves any more.
    revisions
        :math:`\varepsilon`, ``(years, products)``, of which the first row is never looked at; ``None``: announcements
        come true.

    Raises
    ------
    ValueError
        For rows of another length than the scenario has products or factors, and revisions of another shape.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> law = pl.Transition(needs=np.array([2.0, 1.0, 0.5]), tightening=0.1, years=3)
    >>> run = pl.simulate("standstill", pl.make_scenario("three_sector", communities=1).with_laws(law), periods=4)
    >>> np.asarray(run.needs)[:, :, 0].tolist()
    [[20.0, 30.0, 40.0], [30.0, 30.0, 30.0], [40.0, 30.0, 20.0], [40.0, 30.0, 20.0]]
    >>> np.asarray(run.limits)[:, 0].round(6).tolist()
    [90.0, 81.0, 72.9, 72.9]
    """

    moves: ClassVar[frozenset[str]] = frozenset({"needs", "limits"})
    deterministic: ClassVar = True

    needs: float = number(1.0, POSITIVE, row=True)
    tightening: float = number(0.02, UNDER_1, row=True)
    years: int = whole(10, 2)
    revisions: Any = eqx.field(default=None, repr=False)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Check that there is a number for every product and factor."""
        _, products, _, factors = scenario.sizes
        for name, size, of in (("needs", products, "products"), ("tightening", factors, "factors")):
            given = jnp.shape(getattr(self, name))
            if given not in ((), (size,)):
                raise ValueError(f"{name} has shape {given}; give one number, or one for each of {size} {of}.")
        if self.revisions is not None and jnp.shape(self.revisions) != (self.years, products):
            raise ValueError(
                f"revisions has shape {jnp.shape(self.revisions)}; give {self.years} rows of years and {products} "
                "columns of products."
            )
        return self, scenario.opening

    def with_factor(self) -> Law:
        """Let the limit of the last one stay what it is."""
        if jnp.ndim(self.tightening) == 0:
            return self
        every: Any = jnp.append(jnp.asarray(self.tightening), 0.0)
        return replace(self, tightening=every)

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let needs and limits go a year's way."""
        t = state.period
        goes_on = jnp.where(t < self.years - 1, 1.0, 0.0)
        by = self._multiple(t + 1) / self._multiple(t) * jnp.ones(state.needs.shape[0])
        limits = scaled(state.limits, 1 - goes_on * self.tightening)
        return replace(state, needs=by[:, None] * state.needs, limits=limits)

    def foretold(self, state: State, ahead: int) -> State:
        """Let what is announced of needs err by what turns out in between."""
        if self.revisions is None:
            return state
        learnt = jnp.cumsum(jnp.asarray(self.revisions), axis=0)
        then, now = (learnt[jnp.clip(t, 0, self.years - 1)] for t in (state.period, state.period - ahead))
        return replace(state, needs=jnp.exp(now - then)[:, None] * state.needs)

    def _multiple(self, period: Any) -> Array:
        return 1 + (jnp.asarray(self.needs) - 1) * jnp.minimum(period, self.years - 1) / (self.years - 1)
