"""Limits and needs that move along a path which everybody knows."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import ABOVE_MINUS_1, check_whole
from planlab.economy.law import Law, Named
from planlab.economy.state import State, scaled

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Announced"]


class Announced(Law):
    r"""Announced paths: some limits and needs change by a fixed share every period, for some periods.

    .. math:: r_f^{t+1} = (1 + \rho_f) r_f^t, \qquad D_i^{t+1} = (1 + \rho_i) D_i^t \qquad (t < T).

    Any other path is for `planlab.Shocks` to multiply.

    Parameters
    ----------
    limits, needs
        Changes by the name of the factor (or its kind) and of the product, above -1.
    until
        :math:`T`, after how many periods nothing changes any more; ``None``: never.

    Examples
    --------
    >>> import planlab as pl
    >>> pl.Announced(limits={"energy": -0.03}, until=20)
    Announced(limits={'energy': -0.03}, needs={}, until=20)
    """

    moves: ClassVar[frozenset[str]] = frozenset({"limits", "needs"})
    deterministic: ClassVar = True

    limits: Named = eqx.field(default_factory=dict, converter=lambda given: Named.of("limits", given, ABOVE_MINUS_1))
    needs: Named = eqx.field(default_factory=dict, converter=lambda given: Named.of("needs", given, ABOVE_MINUS_1))
    until: int | None = eqx.field(static=True, default=None)

    def __check_init__(self) -> None:
        """Raise for what is no number of periods."""
        if self.until is not None:
            check_whole("until", self.until, 0)

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find factors and products."""
        limits, needs = self.limits.found(scenario, "factors"), self.needs.found(scenario, "products")
        return replace(self, limits=limits, needs=needs), scenario.opening

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let limits and needs change."""
        goes_on = 1.0 if self.until is None else jnp.where(state.period < self.until, 1.0, 0.0)
        by_factor, by_product = self.limits.placed(state.limits.shape[0]), self.needs.placed(state.needs.shape[0])
        limits, needs = scaled(state.limits, 1 + goes_on * by_factor), (1 + goes_on * by_product)[:, None] * state.needs
        return replace(state, limits=limits, needs=needs)
