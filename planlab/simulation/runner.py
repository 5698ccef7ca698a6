"""The steps of a period: people report, a plan is executed, people are paid, laws move the state."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.economy.economy import Labels
from planlab.economy.law import Law
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.provenance import Provenance
from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.state import State
from planlab.pay.account import Account, Pay, Reward, paid
from planlab.pay.rewards.flat import Flat
from planlab.people.observation import Forecast, Observation
from planlab.people.replies import Communities, Producers
from planlab.people.reports import Months, Published, Reports, Statistics, truth
from planlab.people.stores import with_stores
from planlab.planning.plan import Plan
from planlab.simulation.executable import executable
from planlab.simulation.intervals import IntervalRecord, as_it_stood, of_interval, of_period
from planlab.simulation.setting import Setting
from planlab.world.laws.gestation import Gestation
from planlab.world.physics import Outcome, opening

__all__ = [
    "Record",
    "Runner",
    "first_published",
    "keys_of",
    "keys_of_intervals",
    "nameless",
    "reference_output",
    "observe",
]

MOVED_BY_PHYSICS = frozenset({"stock", "inventory", "received", "rate", "overproduction", "period"})
"""Parts of a state that are carried from period to period in every scenario."""


def key_of(*labels: Any) -> PRNGKeyArray:
    """Return the random key that belongs to some labels, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(map(str, labels)).encode()).digest()
    return jax.random.key(int.from_bytes(digest[:4], "big"))


def first_published(scenario: Scenario, sub_periods: int) -> Published:
    """Return what is published of the period before the first: the opening activity, its net product shared by need."""
    e, x, needs = scenario.opening.economy, scenario.activity, scenario.opening.needs
    need = needs.sum(axis=1)
    net = jnp.minimum(jnp.maximum(e.outputs @ x - e.inputs @ x, 0.0), need)
    delivery = needs * (net / jnp.where(need > 0, need, 1.0))[:, None]
    orders = e.inputs @ x + delivery.sum(axis=1)
    flows = x, e.factors @ x, orders, jnp.zeros(e.products)
    months = Months(*(jnp.broadcast_to(flow / sub_periods, (sub_periods, *flow.shape)) for flow in flows))
    return Published(Statistics(x, x, delivery, jnp.zeros(e.products)), months)


def observe(
    scenario: Scenario, state: State, said: Reports, published: Published, ahead: Forecast, cover: Any
) -> Observation:
    """Return everything that was reported, from which a mechanism is given what it declares to see."""
    e, (last, months) = state.economy, as_reported(published, said.activity)
    economy = replace(e, inputs=e.inputs.with_values(said.inputs), labels=Labels())
    worth = need_weights(said.needs, scenario.urgency, scenario.population)
    return Observation(
        economy=economy,
        capacity=said.capacity,
        building=state.building,
        needs=said.needs,
        urgency=scenario.urgency,
        population=scenario.population,
        limits=state.allotted,
        stock=said.stock,
        buffer=jnp.zeros_like(said.stock),
        inventory=said.inventory,
        received=state.received,
        cover=cover,
        last=last,
        months=months,
        forecast=ahead,
        producers=Producers(economy, said.capacity, said.inventory),
        communities=Communities(said.needs, worth),
    )


def as_reported(published: Published, activity: Float[Array, "processes"]) -> Published:
    """Return what is published when producers achieved what they claim, month by month in proportion."""
    (last, months), true = published, published.statistics.activity
    times = jnp.where(true > 0, activity / jnp.where(true > 0, true, 1.0), 1.0)
    return Published(replace(last, activity=activity), replace(months, activity=months.activity * times[None, :]))


def foreseen(laws: tuple[Law, ...], state: State, horizon: int) -> list[State]:
    """Return what is announced of the periods after a state's: what laws move it to whatever people do, if foretold."""
    followed, found, key = tuple(law for law in laws if law.foreseeable), list[State](), key_of("foreseen")
    for ahead in range(1, horizon + 1):
        for law in followed:
            state = law.step(state, None, key)
        state = replace(state, period=state.period + 1)
        for law in laws:
            state = law.begin(state)
        told = state
        for law in followed:
            told = law.foretold(told, ahead)
        found.append(told)
    return found


def announced(state: State, said: Reports, ahead: list[State], replans: int) -> Forecast:
    """Return what is announced of states ahead, as those report it who report what is now."""
    e = state.economy

    def over(reported: Array, true: Array) -> Array:
        return jnp.where(true > 0, reported / jnp.where(true > 0, true, 1.0), 1.0)

    def rows(parts: list[Array], like: Array) -> Array:
        return jnp.stack(parts) if parts else jnp.zeros((0, *like.shape))

    needs, inputs = over(said.needs, state.needs_now), over(said.inputs, e.inputs.values)
    return Forecast(
        needs=rows([needs * then.needs / replans for then in ahead], said.needs),
        limits=rows([then.allotted / replans for then in ahead], state.limits),
        inputs=rows([inputs * then.economy.inputs.values for then in ahead], said.inputs),
        factors=rows([then.economy.factors for then in ahead], e.factors),
        lasts=state.lasts,
        intervals=replans,
    )


def reference_output(scenario: Scenario) -> Float[Array, "processes"]:
    """Return the size of each process when the scenario opens: capacity, or activity where capacity is unlimited."""
    c, x = scenario.opening.capacity, scenario.activity
    size = jnp.where(jnp.isfinite(c) & (c > 0), c, x)
    return jnp.where(size > 0, size, 1.0)


def numbers_reported(seen: Observation, sees: frozenset[str]) -> Float[Array, ""]:
    """Return how many numbers a mechanism is told before it asks anything."""
    leaves = jax.tree.leaves([getattr(seen, name) for name in sorted(sees - {"producers", "communities"})])
    numbers = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return jnp.asarray(float(sum(leaf.size for leaf in numbers)))


class Record(NamedTuple):
    """What is kept of a run: plans, outcomes, pay, what laws moved, and how many numbers were reported."""

    plan: Plan
    outcome: Outcome
    pay: Pay
    path: dict[str, Any]
    numbers_reported: Array


class Runner(eqx.Module):
    """The steps of a period, shared by the scanned and the Python loop."""

    scenario: Scenario
    setting: Setting
    keys: PRNGKeyArray

    @property
    def replans(self) -> int:
        """How often is planned in a period."""
        return self.setting.replans

    @property
    def reward(self) -> Reward:
        """What people are paid; whoever makes a runner has settled it."""
        return Flat() if self.setting.reward is None else self.setting.reward

    @property
    def laws(self) -> tuple[Law, ...]:
        """The scenario's laws; without a gestation of its own, one of a period."""
        laws = self.scenario.laws
        return laws if any(isinstance(law, Gestation) for law in laws) else (Gestation(), *laws)

    @property
    def stores(self) -> bool:
        """Whether the users' stores are planned for."""
        return self.setting.stores and self.setting.physics.keeps_stores

    @property
    def planned(self) -> tuple[int, int, int, int]:
        """Numbers of processes, products, communities and factors of a plan: stores are a community of their own."""
        processes, products, communities, factors = self.scenario.sizes
        return processes, products, communities + self.stores, factors

    def moves(self) -> frozenset[str]:
        """Return which parts of the state move."""
        return MOVED_BY_PHYSICS.union(*(law.moves for law in self.laws))

    def start(self) -> tuple[State, Published, Any, Observation]:
        """Return with what everything starts, and what is seen then."""
        physics = self.setting.physics
        state, (last, months) = opening(self.scenario, physics), first_published(self.scenario, physics.sub_periods)
        reward_state = self.reward.start(reference_output(self.scenario), last)
        if self.replans > 1:
            last = jax.tree.map(lambda flow: flow / self.replans, last)
            state = replace(state, received=state.received / self.replans)
            months = jax.tree.map(lambda rows: rows[: rows.shape[0] // self.replans], months)
        published = Published(last, months)
        return state, published, reward_state, self.report(state, published)[2]

    def report(self, state: State, published: Published, interval: Any = 0) -> tuple[State, Reports, Observation]:
        """Return the state as an interval of a period begins, what is said, and what is seen of it."""
        state = self._first(interval, state, self._begun)
        small = as_it_stood(state, self.replans, interval)
        known = truth(small, published.statistics)
        said = self.setting.behaviour.report(known.reports, known, self.keys[0])
        heard = self.setting.channel.carry(said, known, self.keys[1])
        ahead = announced(small, heard, foreseen(self.laws, state, self.setting.horizon), self.replans)
        cover = self.setting.physics.cover * self.replans / self.setting.physics.sub_periods
        seen = observe(self.scenario, small, heard, published, ahead, jnp.asarray(cover))
        return state, said, with_stores(seen) if self.stores else seen

    def execute(
        self, state: State, plan: Plan, said: Reports, interval: Any = 0
    ) -> tuple[State, Published, IntervalRecord]:
        """Return the state after an interval, what is published of it, and its record."""
        known = as_it_stood(state, self.replans, interval).capacity_now
        plan, done = (self._of_people(made) for made in executable(plan, *self.planned))
        state = self._first(interval, state, self._struck)
        physics = self.setting.physics
        physics = replace(physics, sub_periods=physics.sub_periods // self.replans)
        after, outcome = physics(of_interval(state, self.replans, interval), done, said.inputs)
        state = replace(state, **{name: getattr(after, name) for name in MOVED_BY_PHYSICS - {"period"}})
        last = Statistics(outcome.activity, done.activity, outcome.delivery, jnp.asarray(done.prices))
        reported = {"reported_capacity": said.capacity, "reported_needs": said.needs, "known_capacity": known}
        return state, Published(last, outcome.months), IntervalRecord(plan, done, outcome, reported)

    def settle(
        self, state: State, intervals: IntervalRecord, reward_state: Any
    ) -> tuple[State, Any, tuple[Plan, Outcome, Pay, dict[str, Any]]]:
        """Return the state that the next period begins with, and the record of this one, from those of its intervals.

        Parameters
        ----------
        state
            After the last interval.
        intervals
            Stacked along a leading axis.
        reward_state
            What the reward remembers.
        """
        s, path = self.scenario, state.parts(self.moves() - MOVED_BY_PHYSICS - {"capacity"})
        record = of_period(intervals, self.replans)
        done, outcome, needs = record.executable, record.outcome, state.needs_now
        prices, rents, payments = (jnp.asarray(p) for p in (done.prices, done.rents, done.payments))
        account = Account(
            economy=state.economy,
            reference_output=reference_output(s),
            capacity=state.capacity_now,
            target=done.activity,
            achieved=outcome.activity,
            prices=prices,
            rents=rents,
            payments=payments,
            promised=done.delivery,
            delivery=outcome.delivery,
            taken=jnp.minimum(outcome.delivery, needs),
            need_weights=need_weights(record.reported["reported_needs"], s.urgency, s.population),
            satisfaction=worth_met(outcome.delivery, needs, need_weights(needs, s.urgency, s.population)),
            **record.reported,
        )
        reward_state, pay = paid(self.reward, reward_state, account)
        state = self._moved(state, self._keys(state)[1], lambda law, now, key: law.step(now, outcome, key))
        kept = outcome.months if self.setting.months else jax.tree.map(lambda rows: rows[:0], outcome.months)
        outcome = replace(outcome, capacity=state.capacity, months=kept)
        return replace(state, period=state.period + 1), reward_state, (record.plan, outcome, pay, path)

    def _begun(self, state: State) -> State:
        for law in self.laws:
            state = law.begin(state)
        return state

    def _struck(self, state: State) -> State:
        return self._moved(state, self._keys(state)[0], lambda law, now, key: law.shock(now, key))

    def _first(self, interval: Any, state: State, move: Callable[[State], State]) -> State:
        """Return the state moved if this is the first interval of its period."""
        moved = move(state)
        if self.replans == 1:
            return moved
        names = self.moves()
        first = jax.tree.map(lambda a, b: jnp.where(interval == 0, a, b), moved.parts(names), state.parts(names))
        return state.with_parts(first)

    def _of_people(self, plan: Plan) -> Plan:
        """Return what a plan promises to people: what is planned for stores lies there, and is delivered to nobody."""
        h = self.scenario.communities
        return replace(plan, delivery=plan.delivery[:, :h], payments=jnp.asarray(plan.payments)[:h])

    def _keys(self, state: State) -> PRNGKeyArray:
        return jax.random.split(jax.random.fold_in(self.keys[3], state.period))

    def _moved(self, state: State, key: PRNGKeyArray, move: Callable[[Law, State, PRNGKeyArray], State]) -> State:
        """Return the state after every law had its turn."""
        for i, law in enumerate(self.laws):
            state = move(law, state, jax.random.fold_in(key, i))
        return state


def keys_of_intervals(runner: Runner, period: int) -> list[PRNGKeyArray]:
    """Return the mechanism's key for each interval of a period."""
    key = jax.random.fold_in(runner.keys[2], jnp.asarray(period))
    return [key] if runner.replans == 1 else list(jax.random.split(key, runner.replans))


def keys_of(scenario: str, seed: int) -> PRNGKeyArray:
    """Return a key for each role: people's character, the channel's noise, the mechanism's own draws.

    They belong to roles and never to the classes that play them: wrapped in another, a behaviour draws as before.
    """
    return jnp.stack([key_of(role, scenario, seed) for role in ("behaviour", "channel", "mechanism", "laws")])


def nameless(scenario: Scenario) -> Scenario:
    """Return the scenario without names, which numbers do not depend on and compilation should not."""
    return with_parts(scenario, economy=replace(scenario.economy, labels=Labels()), name="", provenance=Provenance())
