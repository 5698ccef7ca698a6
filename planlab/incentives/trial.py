"""What everybody gets when some lie: one mechanism, one world and one reward, tried again and again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Scenario
from planlab.economy.kernels import cores
from planlab.information.account import Effort, Pay, Reward
from planlab.information.behaviours import Behaviour, Misreport, Together, Truthful
from planlab.information.channels import Channel, Direct
from planlab.information.replies import worth_met, worth_of_needs
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.world.execution import Execution, Outcome
from planlab.world.simulation import Runner, keys_of, looped, nameless, norms, of_kind, scanned, whole_number

__all__ = ["LIES", "Payoffs", "Profile", "Trial", "with_lie"]

LIES = ("capacity", "inputs", "results", "needs")
"""What can be misreported: by producers the first three, by communities the last."""

CHUNK = 32
"""So many lies are tried in one compiled call."""


class Payoffs(NamedTuple):
    """What everybody gets, ``(processes,)`` and ``(communities,)``, and mean need satisfaction."""

    producers: Float[Array, "processes"]
    communities: Float[Array, "communities"]
    satisfaction: Float[Array, ""]

    def of(self, producers: bool) -> Array:
        """Return what one kind of agent gets."""
        return self.producers if producers else self.communities


class Profile(NamedTuple):
    """Logarithms of everybody's lies, ``(processes, 3)`` and ``(communities, 1)``; zeros: the truth."""

    producers: Float[Array, "processes 3"]
    communities: Float[Array, "communities 1"]

    def of(self, producers: bool) -> Array:
        """Return the lies of one kind of agent."""
        return self.producers if producers else self.communities

    def with_those_of(self, producers: bool, lies: Any) -> "Profile":
        """Return the profile with the lies of one kind of agent exchanged."""
        said = jnp.asarray(lies)
        return self._replace(producers=said) if producers else self._replace(communities=said)

    def behaviour(self) -> Misreport:
        """Return the behaviour."""
        capacity, inputs, results = jnp.exp(jnp.asarray(self.producers)).T
        return Misreport(capacity, inputs, results, jnp.exp(jnp.asarray(self.communities)[:, 0]))


def _payoffs(scenario: Scenario, outcome: Outcome, pay: Pay, effort: Effort, discount: Float[Array, ""]) -> Payoffs:
    """Return discounted means over periods of pay less effort, and of satisfaction and pay."""
    s, periods = scenario, outcome.activity.shape[0]
    needs = jnp.stack([s.needs * s.shocks.needs_at(t)[:, None] for t in range(periods)])
    worth = jax.vmap(lambda D: worth_of_needs(D, s.urgency, s.population))(needs)
    satisfied = jax.vmap(worth_met)(outcome.delivery, needs, worth)
    weight = discount ** jnp.arange(periods, dtype=float)
    weight = weight / weight.sum()
    return Payoffs(
        weight @ (pay.producers - effort(outcome.activity / norms(s)[None, :])),
        weight @ (satisfied + pay.communities),
        satisfied.sum(axis=1).mean(),
    )


class Trial:
    """Runs one world again and again, somebody lying a little differently each time.

    Parameters
    ----------
    mechanism, scenario, reward, effort, behaviour, channel, execution, periods, seed
        As in `planlab.regret`.
    discount
        What the next period counts for, over what this one does.
    """

    def __init__(
        self,
        mechanism: str | Mechanism,
        scenario: Scenario,
        reward: Reward | None = None,
        effort: Effort = Effort(),  # noqa: B008 - frozen
        periods: int = 1,
        discount: float = 1.0,
        behaviour: Behaviour = Truthful(),  # noqa: B008 - frozen
        channel: Channel = Direct(),  # noqa: B008 - frozen
        execution: Execution = Execution(),  # noqa: B008 - frozen
        seed: int = 0,
    ):
        for name, part, kind in (
            ("scenario", scenario, Scenario),
            ("effort", effort, Effort),
            ("behaviour", behaviour, Behaviour),
            ("channel", channel, Channel),
            ("execution", execution, Execution),
        ):
            of_kind(name, part, kind)
        if not 0 < discount <= 1:
            raise ValueError(f"discount is {discount!r}; give a number above 0, and 1 at most.")
        self.mechanism, self.scenario = find_mechanism(mechanism), scenario
        self.reward = self.mechanism.reward if reward is None else reward
        of_kind("reward", self.reward, Reward)
        self.effort, self.discount = effort, jnp.asarray(float(discount))
        self.periods, seed = whole_number("periods", periods, 1), whole_number("seed", seed, 0)
        names = name_of(self.mechanism), type(behaviour).__name__, type(channel).__name__
        keys = keys_of(*names, scenario.name, seed)
        self.runner = Runner(nameless(scenario), behaviour, channel, execution, keys, self.reward)
        self.others = behaviour
        m, h = scenario.economy.processes, scenario.communities
        self.truth = Profile(jnp.zeros((m, 3)), jnp.zeros((h, 1)))
        self._state: Any = None

    def payoffs(self, profile: Profile) -> Payoffs:
        """Return what everybody gets from nothing known: the definitive answer, which found gains are held to."""
        return self._run(profile, None)

    def warm_up(self, profile: Profile) -> None:
        """Let later trials start from where this profile's plan was found, if that is all that is remembered."""
        if self.mechanism.remembers_a_start and self.periods == 1:
            find = _first_state_compiled if self.mechanism.traceable else _first_state
            self._state = find(self.mechanism, self._telling(profile))

    def unilateral(
        self, profile: Profile, producers: bool, agents: Int[Any, "trials"], lies: Float[Any, "trials lies"]
    ) -> np.ndarray:
        """Return the liar's payoff when one agent at a time tells another lie, ``(trials,)``.

        Parameters
        ----------
        profile
            What everybody says otherwise.
        producers
            Whether the agents are producers, or communities.
        agents
            Who lies in each trial.
        lies
            Logarithms of what it says over the truth, ``(trials, 3)`` or ``(trials, 1)``.
        """
        agents, lies = np.asarray(agents, np.int32), np.asarray(lies, float)
        run = self._compiled if self.mechanism.traceable else self._in_python
        return run(profile, producers, agents, lies)

    def _telling(self, profile: Profile) -> Runner:
        return replace(self.runner, behaviour=Together((self.others, profile.behaviour())))

    def _run(self, profile: Profile, state: Any) -> Payoffs:
        if self.mechanism.traceable:
            return _traced(self.mechanism, self.runner, self.effort, self.discount, profile, self.periods, state)
        _, outcome, pay, _ = looped(self.mechanism, self._telling(profile), self.periods, state)
        return _settled(self.runner.scenario, outcome, pay, self.effort, self.discount)

    def _in_python(self, profile: Profile, producers: bool, agents: np.ndarray, lies: np.ndarray) -> np.ndarray:
        def one(agent: int, lie: np.ndarray) -> float:
            return float(self._run(with_lie(profile, producers, agent, lie), self._state).of(producers)[agent])

        with ThreadPoolExecutor(cores()) as pool:
            return np.array(list(pool.map(one, agents, lies)))

    def _compiled(self, profile: Profile, producers: bool, agents: np.ndarray, lies: np.ndarray) -> np.ndarray:
        count = agents.size
        size = CHUNK if count > CHUNK else count
        padded = np.resize(np.arange(count), -(-count // size) * size)

        world = self.mechanism, self.runner, self.effort, self.discount, profile, self.periods, self._state

        def some(rows: np.ndarray) -> np.ndarray:
            return np.asarray(_chunk(*world, producers, jnp.asarray(agents[rows]), jnp.asarray(lies[rows])))

        chunks = padded.reshape(-1, size)
        with ThreadPoolExecutor(cores()) as pool:
            return np.concatenate([some(chunks[0]), *pool.map(some, chunks[1:])])[:count]


def with_lie(profile: Profile, producers: bool, agent: Any, lie: Any) -> Profile:
    """Return the profile with one agent's lie, in logarithms, exchanged."""
    return profile.with_those_of(producers, profile.of(producers).at[agent].set(lie))


_settled = eqx.filter_jit(_payoffs)


def _first_state(mechanism: Mechanism, runner: Runner) -> Any:
    *_, seen = runner.start()
    seen, key = seen.only(mechanism.sees), runner.keys[2]
    return mechanism.plan(mechanism.init(seen, key), seen, key)[0]


_first_state_compiled = eqx.filter_jit(_first_state)


def _told(
    mechanism: Mechanism, runner: Runner, effort: Effort, discount: Array, profile: Profile, periods: int, state: Any
) -> Payoffs:
    telling = replace(runner, behaviour=Together((runner.behaviour, profile.behaviour())))
    _, outcome, pay, _ = scanned(mechanism, telling, periods, state)
    return _payoffs(runner.scenario, outcome, pay, effort, discount)


_traced = eqx.filter_jit(_told)


@eqx.filter_jit
def _chunk(
    mechanism: Mechanism,
    runner: Runner,
    effort: Effort,
    discount: Array,
    profile: Profile,
    periods: int,
    state: Any,
    producers: bool,
    agents: Int[Array, "trials"],
    lies: Float[Array, "trials lies"],
) -> Float[Array, "trials"]:
    """Try many lies: one after another on the host, where a batch is no faster, and together on an accelerator."""

    def one(trial: tuple[Array, Array]) -> Array:
        agent, lie = trial
        got = _told(mechanism, runner, effort, discount, with_lie(profile, producers, agent, lie), periods, state)
        return got.of(producers)[agent]

    if jax.default_backend() == "cpu":
        return jax.lax.map(one, (agents, lies))
    return jax.vmap(lambda agent, lie: one((agent, lie)))(agents, lies)
