"""One world, run for many lies: in one compiled call, or in lockstep where a mechanism calls solvers.

A trial is who lies, and the logarithms of what it says over the truth.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.pay.account import Effort, Pay
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.misreport import Misreport
from planlab.people.observation import Observation
from planlab.people.reports import Knowledge, Reports
from planlab.planning.plan import Plan, Status
from planlab.simulation.intervals import IntervalRecord
from planlab.simulation.runner import Runner, keys_of_intervals, reference_output
from planlab.simulation.simulate import run_through
from planlab.simulation.trajectory import needs_along
from planlab.world.physics import Outcome

__all__ = ["Payoffs", "Profile", "World", "in_lockstep", "initial", "slopes", "tried"]


class Payoffs(NamedTuple):
    """What all get, ``(processes,)`` and ``(communities,)``, needs met, and whether a plan was broken."""

    producers: Float[Array, "processes"]
    communities: Float[Array, "communities"]
    satisfaction: Float[Array, ""]
    broken: Bool[Array, ""]

    def of(self, producers: bool) -> Array:
        """Return what one kind of agent gets."""
        return self.producers if producers else self.communities


class Profile(NamedTuple):
    """Logarithms of everybody's lies, ``(processes, 4)`` and ``(communities, 1)``; zeros: the truth."""

    producers: Float[Array, "processes 4"]
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
        capacity, inputs, results, stores = jnp.exp(jnp.asarray(self.producers)).T
        return Misreport(capacity, inputs, results, stores, jnp.exp(jnp.asarray(self.communities)[:, 0]))


def _payoffs(
    scenario: Scenario,
    path: dict[str, Array],
    status: Int[Array, "periods"],
    outcome: Outcome,
    pay: Pay,
    effort: Effort,
    discount: Float[Array, ""],
) -> Payoffs:
    """Return discounted means over periods of pay less effort, and of satisfaction and pay."""
    s, periods = scenario, outcome.activity.shape[0]
    needs = needs_along(s.opening, path, periods)
    worth = jax.vmap(lambda D: need_weights(D, s.urgency, s.population))(needs)
    satisfied = jax.vmap(worth_met)(outcome.delivery, needs, worth)
    weight = discount ** jnp.arange(periods, dtype=float)
    weight = weight / weight.sum()
    return Payoffs(
        weight @ (pay.producers - effort(outcome.activity / reference_output(s)[None, :])),
        weight @ (satisfied + pay.communities),
        satisfied.sum(axis=1).mean(),
        jnp.any(status == Status.BROKEN),
    )


class _OnTop(Behaviour):
    """What all do anyway, drawn as if they did nothing else, and lies on top of it."""

    anyway: Behaviour
    lies: Misreport

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said."""
        return self.lies.report(self.anyway.report(said, known, key), known, key)


class World(NamedTuple):
    """All that stays the same from trial to trial.

    Parameters
    ----------
    mechanism, runner, effort, discount, periods
        What is run, how producing is felt, and over which horizon.
    profile
        What all say who are not the liar.
    memory
        What the mechanism remembers to start with; ``None``: nothing, of mechanisms that are not compiled.
    producers
        Whether the liars are producers, or communities, ``()``.
    """

    mechanism: Mechanism
    runner: Runner
    effort: Effort
    discount: Float[Array, ""]
    periods: int
    profile: Profile
    memory: Any
    producers: Bool[Array, ""]

    def saying(self, profile: Profile) -> Runner:
        """Return the runner in which all say what a profile has them say."""
        setting = self.runner.setting
        return replace(self.runner, setting=replace(setting, behaviour=_OnTop(setting.behaviour, profile.behaviour())))

    def with_lie(self, agent: Any, lie: Any) -> Profile:
        """Return the profile with one agent's lie ``(4,)`` exchanged; a community uses the first number."""
        said, agent_kind = self.profile, self.producers
        by_producer = jnp.where(agent_kind, lie, said.producers[agent])
        by_community = jnp.where(agent_kind, said.communities[agent], lie[:1])
        return Profile(said.producers.at[agent].set(by_producer), said.communities.at[agent].set(by_community))

    def told(self, profile: Profile) -> tuple[Payoffs, Any]:
        """Return what everybody gets, and what is remembered in the end."""
        memory, record = run_through(self.mechanism, self.saying(profile), self.periods, self.memory)
        plan, outcome, pay, path, _ = record
        s, status = self.runner.scenario, jnp.asarray(plan.status)
        return _payoffs(s, path, status, outcome, pay, self.effort, self.discount), memory


@eqx.filter_jit
def initial(mechanism: Mechanism, runner: Runner, periods: int) -> Any:
    """Return what a traceable mechanism remembers before the first period."""
    *_, seen = runner.start()
    return mechanism.init(seen.only(mechanism.sees), jax.random.fold_in(runner.keys[2], periods))


def _room(work: Callable[[Array, Array], Any], agents: Array, lies: Array) -> Any:
    """Return zeros for what all trials give."""
    shapes = jax.eval_shape(work, agents[0], lies[0])
    return jax.tree.map(lambda part: jnp.zeros((agents.shape[0], *part.shape), part.dtype), shapes)


def _put(found: Any, i: Array, parts: Any) -> Any:
    return jax.tree.map(lambda rows, part: rows.at[i].set(part), found, parts)


@eqx.filter_jit
def tried(world: World, agents: Array, lies: Array, onward: Array, count: Array) -> tuple[Payoffs, Any]:
    """Return what everybody gets in the first `count` trials, and what is remembered after the last of them.

    Parameters
    ----------
    world
        With a traceable mechanism.
    agents, lies
        Trials, ``(trials,)`` and ``(trials, 4)``.
    onward
        Which trials start from what is remembered after the one before, instead of the world's `memory`, ``(trials,)``;
        on an accelerator, where all run at once, none does.
    count
        How many are to be run, ``()``; the rest is filled up.
    """

    def work(state: Any, agent: Array, lie: Array) -> tuple[Payoffs, Any]:
        payoffs, ended = world._replace(memory=state).told(world.with_lie(agent, lie))
        return payoffs, None if state is None else ended

    if jax.default_backend() != "cpu":
        payoffs, states = jax.vmap(partial(work, world.memory))(agents, lies)
        return payoffs, jax.tree.map(lambda part: part[count - 1], states)

    def one(i: Array, carry: tuple[Any, Payoffs]) -> tuple[Any, Payoffs]:
        state, found = carry
        start = jax.tree.map(lambda here, there: jnp.where(onward[i], here, there), state, world.memory)
        payoffs, ended = work(start, agents[i], lies[i])
        return ended, _put(found, i, payoffs)

    room = _room(partial(work, world.memory), agents, lies)[0]
    ended, payoffs = jax.lax.fori_loop(0, count, one, (world.memory, room))
    return payoffs, ended


@eqx.filter_jit
def slopes(world: World, agents: Array, lies: Array, count: Array) -> Float[Array, "trials lies"]:
    """Return forward derivatives of the liars' payoffs by their lies; arguments as in `tried`.

    One after another on the host, where a batch is no faster, and together on an accelerator.
    """

    def slope(agent: Array, lie: Array) -> Array:
        def got(lie: Array) -> Array:
            payoffs, _ = world.told(world.with_lie(agent, lie))
            return jnp.where(world.producers, payoffs.producers[agent], payoffs.communities[agent])

        return jax.jacfwd(got)(lie)

    if jax.default_backend() != "cpu":
        return jax.vmap(slope)(agents, lies)
    room = _room(slope, agents, lies)
    return jax.lax.fori_loop(0, count, lambda i, found: _put(found, i, slope(agents[i], lies[i])), room)


def in_lockstep(world: World, agents: Array, lies: Array, count: int) -> tuple[Payoffs, Any]:
    """Return the same as `tried`, for mechanisms that call solvers.

    In every period all trials report at once, plans are made one after another, and all are executed at once.
    """
    start, world = world.memory, world._replace(memory=None)
    mechanism, runner, limits = world.mechanism, world.runner, world.runner.scenario.limits.shape[0]
    profiles, at, published, reward_state = _begun(world, agents, lies)
    states, record = [start] * count, []
    for t in range(world.periods):
        intervals = []
        for k, key in enumerate(keys_of_intervals(runner, t)):
            interval, plans = jnp.asarray(k), []
            at, said, seen = _all_report(world, profiles, at, published, interval)
            for i, own in enumerate(seen[:count]):
                if states[i] is None:
                    states[i] = mechanism.init(own, jax.random.fold_in(runner.keys[2], world.periods))
                states[i], plan = mechanism.plan(states[i], own, key)
                plans.append(_complete_on_host(plan, limits))
            plans += plans[-1:] * (agents.shape[0] - count)
            together = {name: jnp.asarray(np.stack([plan[name] for plan in plans])) for name in plans[0]}
            at, published, found = _all_execute(world, profiles, at, together, said, interval)
            intervals.append(found)
        at, reward_state, happened = _all_close(world, at, intervals, reward_state)
        record.append(happened)
    return _all_settled(world, record), states[count - 1]


def _complete_on_host(plan: Plan, factors: int) -> dict[str, np.ndarray]:
    """Return a plan's quantities, prices and payments in NumPy, with every optional one present."""
    (products, communities), processes = np.shape(plan.delivery), np.shape(plan.activity)[0]
    optional = {"investment": processes, "prices": products, "rents": factors}
    optional |= {"capacity_rents": processes, "payments": communities}
    found = {name: getattr(plan, name) for name in ("activity", "delivery", *optional)}
    return {name: np.zeros(optional[name]) if part is None else np.asarray(part) for name, part in found.items()}


@eqx.filter_jit
def _begun(world: World, agents: Array, lies: Array) -> Any:
    """Return what everybody says, and with what everything starts, for all trials."""
    profiles = jax.vmap(world.with_lie)(agents, lies)
    state, *begin, _ = world.runner.start()
    begin = [state.parts(world.runner.moves()), *begin]
    return profiles, *jax.tree.map(lambda part: jnp.broadcast_to(part, (agents.shape[0], *jnp.shape(part))), begin)


@eqx.filter_jit
def _all_report(
    world: World, profiles: Profile, at: Any, published: Any, interval: Array
) -> tuple[dict[str, Array], Reports, list[Observation]]:
    def one(each: Any) -> Any:
        profile, at, published = each
        state = world.runner.scenario.opening.with_parts(at)
        state, said, seen = world.saying(profile).report(state, published, interval)
        return state.parts(world.runner.moves()), said, seen.only(world.mechanism.sees)

    at, said, seen = jax.lax.map(one, (profiles, at, published))
    trials = published.statistics.activity.shape[0]
    return at, said, [jax.tree.map(lambda part, i=i: part[i], seen) for i in range(trials)]


@eqx.filter_jit
def _all_execute(world: World, profiles: Profile, at: Any, plans: dict[str, Array], said: Any, interval: Array) -> Any:
    def one(each: Any) -> Any:
        profile, at, parts, said = each
        state = world.runner.scenario.opening.with_parts(at)
        state, *after = world.saying(profile).execute(state, Plan(**parts), said, interval)
        return state.parts(world.runner.moves()), *after

    return jax.lax.map(one, (profiles, at, plans, said))


@eqx.filter_jit
def _all_close(world: World, at: Any, intervals: list[IntervalRecord], reward_state: Any) -> Any:
    together = jax.tree.map(lambda *parts: jnp.stack(parts, axis=1), *intervals)

    def one(each: Any) -> Any:
        at, found, reward_state = each
        state = world.runner.scenario.opening.with_parts(at)
        state, reward_state, (plan, *happened) = world.runner.settle(state, found, reward_state)
        return state.parts(world.runner.moves()), reward_state, [plan.status, *happened]

    return jax.lax.map(one, (at, together, reward_state))


@eqx.filter_jit
def _all_settled(world: World, record: list[Any]) -> Payoffs:
    together = jax.tree.map(lambda *periods: jnp.stack(periods, axis=1), *record)

    def one(each: list[Any]) -> Payoffs:
        status, outcome, pay, path = each
        return _payoffs(world.runner.scenario, path, status, outcome, pay, world.effort, world.discount)

    return jax.lax.map(one, together)
