"""Less of a factor, or of all inputs, per unit of activity, year after year."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.checks import UNDER_1
from planlab.base.part import number, shown
from planlab.economy.law import Law, Named
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Productivity"]


class Productivity(Law):
    r"""Productivity growth: every period it takes less of some factors, or of all inputs, to run a process.

    .. math:: F_{fj}^{t+1} = (1 - \lambda_f) F_{fj}^t, \qquad A_{ij}^{t+1} = (1 - \lambda_A) A_{ij}^t.

    Parameters
    ----------
    inputs
        :math:`\lambda_A`, below 1; negative where it takes ever more.
    **factors
        :math:`\lambda_f` by the factor's name, or its kind.

    Examples
    --------
    >>> import planlab as pl
    >>> pl.make_scenario("three_sector").with_laws(pl.Productivity(labour=0.02)).laws
    (Productivity(labour=0.02),)
    """

    moves: ClassVar[frozenset[str]] = frozenset({"factors", "inputs"})
    deterministic: ClassVar = True

    factors: Named
    inputs: float = number(0.0, UNDER_1)

    def __init__(self, inputs: float = 0.0, _factors: Named | None = None, **factors: float) -> None:
        self.inputs, self.factors = inputs, _factors or Named.of("factors", factors, UNDER_1)

    def __repr__(self) -> str:
        """In the way it is made."""
        rates = {"inputs": self.inputs, **dict(zip(self.factors.names, self.factors.numbers, strict=True))}
        return f"Productivity({', '.join(f'{name}={shown(x)}' for name, x in rates.items() if x or name != 'inputs')})"

    def prepared(self, scenario: "Scenario") -> tuple[Law, State]:
        """Find the factors."""
        return Productivity(self.inputs, self.factors.found(scenario, "factors")), scenario.opening

    def step(self, state: State, outcome: Any, key: PRNGKeyArray) -> State:
        """Let less be needed."""
        e, kept = state.economy, 1 - self.factors.placed(state.limits.shape[0])
        inputs = e.inputs.with_values((1 - self.inputs) * e.inputs.values)
        return replace(state, economy=replace(e, inputs=inputs, factors=kept[:, None] * e.factors))
