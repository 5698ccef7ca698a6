"""What the contract puts around a mechanism to see how it behaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jax import monitoring
from jaxtyping import Array, Int, PRNGKeyArray

from planlab.base.checks import FINITE, POSITIVE
from planlab.base.part import MISSING, number, whole
from planlab.economy.economy import Economy
from planlab.economy.scenario import Scenario
from planlab.mechanisms._around import Around
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.idiosyncratic_bias import IdiosyncraticBias
from planlab.people.observation import NotSeen, Observation
from planlab.people.reports import Knowledge, Reports
from planlab.planning.plan import Plan
from planlab.simulation.runner import Runner, keys_of
from planlab.simulation.setting import Setting
from planlab.world.physics import Physics
from planlab.world.rationing import ByPlan, Ranks, Rationing

__all__ = ["Confidant", "People", "Ranked", "Wrecked", "compilations", "first_observation", "traced_physics"]


class People(Behaviour):
    """Honest or lying by a number, so that both are one compilation.

    Parameters
    ----------
    lying
        0: truthful; 1: as `planlab.IdiosyncraticBias` lies.
    admitted
        Reported over true capacity, for all.
    """

    lying: float = number(0.0, FINITE)
    admitted: float = number(1.0, POSITIVE)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said."""
        lies = IdiosyncraticBias()
        lies = IdiosyncraticBias(**{name: value * self.lying for name, value in vars(lies).items()})
        said = lies.report(said, known, key)
        return replace(said, capacity=said.capacity * self.admitted)


class Ranked(Rationing):
    """The ranks of any rule as numbers, so that all rules are one compilation."""

    intermediate: Int[Array, "processes"]
    investment: Int[Array, "processes"]
    households: Int[Array, "communities"]

    def ranking(self, economy: Economy, communities: int) -> Ranks:
        """Return the ranks that were given."""
        return Ranks(self.intermediate, self.investment, self.households)


def traced_physics(rule: Rationing, scenario: Scenario, decay: float = 0.0) -> Physics:
    """Return the usual physics by some rule, with every number a traced one."""
    ranks = Ranked(*rule.ranking(scenario.economy, scenario.communities))
    by = replace(rule, ranks=ranks) if isinstance(rule, ByPlan) else ranks
    usual = Physics()
    numbers = {"cover": usual.cover, "ramp": usual.ramp, "decay": decay}
    traced: dict[str, Any] = {name: jnp.asarray(value) for name, value in numbers.items()}
    return Physics(rule=by, **traced)


def first_observation(scenario: Scenario) -> Observation:
    """Return all that honest people say before the first period."""
    return Runner(scenario, Setting(stores=False), keys_of(scenario.name, 0)).start()[-1]


class Confidant(eqx.Module):
    """Stands before producers or communities: passes questions on and keeps what they hold to itself."""

    field: str = eqx.field(static=True)
    hidden: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise NotSeen(f"This mechanism looked into {self.field!r} at {name!r}; it may only put questions to them.")
        return getattr(self.hidden, name)


class Wrecked(Around):
    """Puts a NaN into one period's plan of another mechanism, and declares what that declares."""

    period: int = whole(MISSING, 0, kw_only=True)

    def init(self, seen: Observation, key: PRNGKeyArray) -> Any:
        """Return the count of periods and what the other remembers."""
        return jnp.asarray(0), super().init(seen, key)

    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return the other's plan, with a NaN in the chosen period."""
        period, inner = state
        inner, made = self.mechanism.plan(inner, seen, key)
        spoilt = jnp.where(period == self.period, jnp.nan, made.activity[0])
        return (period + 1, inner), replace(made, activity=jnp.asarray(made.activity).at[0].set(spoilt))


_compiled: list[str] = []


def _note(event: str, *_: Any, **__: Any) -> None:
    if event.endswith("backend_compile_duration"):
        _compiled.append(event)


@contextmanager
def compilations() -> Iterator[list[str]]:
    """Fill a list with an entry for everything that JAX compiles meanwhile."""
    if not getattr(compilations, "listening", False):
        monitoring.register_event_duration_secs_listener(_note)
        compilations.listening = True  # type: ignore[attr-defined]  # kept on the function
    _compiled.clear()
    seen: list[str] = []
    yield seen
    seen.extend(_compiled)
