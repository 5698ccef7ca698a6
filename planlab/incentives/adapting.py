"""People who adapt what they say to what it pays, as behaviours to compare with any other."""

from abc import abstractmethod
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from planlab.base.checks import ABOVE_0_TO_1, AT_LEAST_0, of_kind
from planlab.base.memory import make_room
from planlab.base.part import number, whole
from planlab.economy.scenario import Scenario
from planlab.incentives.arguments import adapting_kinds
from planlab.incentives.equilibrium import equilibrium
from planlab.mechanisms.mechanism import Mechanism
from planlab.pay.account import Effort, Reward
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.misreport import Misreport
from planlab.people.reports import Knowledge, Reports

__all__ = ["Adapting"]


class Adapting(Behaviour):
    """Everybody adapts what it says to what it pays under one mechanism in one world.

    What they end up saying is found by `planlab.equilibrium` before the first period and kept to: a behaviour is
    settled for a mechanism, a scenario and a seed when it is put into `planlab.simulate` or `planlab.compare`, whose
    table then has ``epsilon`` and ``converged`` of `planlab.Equilibrium`.

    Parameters
    ----------
    reward
        What they are paid while they adapt; ``None``: the reward of the simulation, by default the mechanism's own.
    agents, lies, effort, discount, rounds, epsilon
        As in `planlab.equilibrium`.
    horizon
        How many periods ahead they look.
    """

    reward: Reward | None = None
    agents: str = "all"
    lies: tuple[str, ...] = ("capacity", "inputs", "needs")
    effort: Effort = Effort()
    horizon: int = whole(1, 1)
    discount: float = number(1.0, ABOVE_0_TO_1)
    rounds: int = whole(30, 1)
    epsilon: float = number(1e-2, AT_LEAST_0)

    def __check_init__(self) -> None:
        """Raise for what `planlab.equilibrium` would not take."""
        if self.reward is not None:
            of_kind("reward", self.reward, Reward)
        of_kind("effort", self.effort, Effort)
        adapting_kinds(
            self.agents, self.lies, rounds=self.rounds, epsilon=self.epsilon, **{"damping": 1.0, **self.rule}
        )

    @property
    @abstractmethod
    def rule(self) -> dict[str, Any]:
        """The rule by which they adapt, with its parameters, as `planlab.equilibrium` takes them."""

    def adapt_to(self, mechanism: Mechanism, scenario: Scenario, **world: Any) -> Behaviour:
        """Return what they end up saying."""
        make_room()
        if self.reward is not None:
            world["reward"] = self.reward
        horizon: Any = {"periods": self.horizon, "discount": self.discount, "rounds": self.rounds}
        people: Any = {"agents": self.agents, "lies": self.lies, "effort": self.effort, "epsilon": self.epsilon}
        found = equilibrium(mechanism, scenario, **people, **horizon, **self.rule, **world, progress=False)
        return Settled(found.behaviour, jnp.asarray(found.epsilon), jnp.asarray(found.converged))

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Raise: what is said depends on the mechanism."""
        raise TypeError(
            f"{type(self).__name__} adapts to a mechanism; put it into pl.simulate or pl.compare, or report what "
            "pl.equilibrium(...).behaviour says."
        )


class Settled(Behaviour):
    """What people say who have adapted.

    Parameters
    ----------
    misreport
        What they report.
    epsilon, converged
        As in `planlab.Equilibrium`, ``()``.
    """

    misreport: Misreport
    epsilon: Float[Array, ""]
    converged: Bool[Array, ""]

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what they say."""
        return self.misreport.report(said, known, key)
