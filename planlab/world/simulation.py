"""Periods one after another: people report, a mechanism proposes, the world executes."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import check_whole
from planlab.base.memory import make_room
from planlab.economy.economy import Labels
from planlab.economy.intact import require_scenario
from planlab.economy.law import Law
from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.state import State
from planlab.economy.worth import worth_met, worth_of_needs
from planlab.information.account import Account, Pay, Reward, paid
from planlab.information.behaviours import Behaviour, Truthful
from planlab.information.channels import Channel, Direct
from planlab.information.observation import Observation
from planlab.information.replies import Communities, Producers
from planlab.information.reports import Reports, Statistics, truth
from planlab.information.rewards import Flat
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.optimisation.planning_problem import certify
from planlab.planning.plan import How, Plan, Status
from planlab.world.executable import complete, proposed, same_memory, sound
from planlab.world.laws.gestation import Gestation
from planlab.world.physics import Outcome, Physics, opening
from planlab.world.setting import Setting, of_kind
from planlab.world.trajectory import Trajectory

__all__ = ["MOST_PERIODS", "observe", "plan", "simulate", "simulate_seeds"]

MOST_PERIODS = 100_000
"""More than anybody can want of one run: a slip of the keyboard."""


MOVED_BY_PHYSICS = frozenset({"stock", "inventory", "rate", "period"})
"""Parts of a state that are carried from period to period in every scenario."""


class _Carry(eqx.Module):
    memory: Any
    moved: dict[str, Any]
    last: Statistics
    quota: Any


def key_of(*labels: Any) -> PRNGKeyArray:
    """Return the random key that belongs to some labels, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(map(str, labels)).encode()).digest()
    return jax.random.key(int.from_bytes(digest[:4], "big"))


def first_statistics(scenario: Scenario) -> Statistics:
    """Return the statistics of the period before the first: the opening activity, its net product shared by need."""
    e, x, needs = scenario.opening.economy, scenario.activity, scenario.opening.needs
    need = needs.sum(axis=1)
    net = jnp.minimum(jnp.maximum(e.outputs @ x - e.inputs @ x, 0.0), need)
    delivery = needs * (net / jnp.where(need > 0, need, 1.0))[:, None]
    return Statistics(x, x, delivery, jnp.zeros(e.products))


def observe(scenario: Scenario, state: State, said: Reports, last: Statistics) -> Observation:
    """Return everything that was reported, from which a mechanism is given what it declares to see."""
    e = state.economy
    economy = replace(e, inputs=e.inputs.with_values(said.inputs), labels=Labels())
    worth = worth_of_needs(said.needs, scenario.urgency, scenario.population)
    return Observation(
        economy=economy,
        capacity=said.capacity,
        needs=said.needs,
        urgency=scenario.urgency,
        population=scenario.population,
        limits=state.limits_now,
        stock=said.stock,
        last=replace(last, activity=said.activity),
        producers=Producers(economy, said.capacity),
        communities=Communities(said.needs, worth),
    )


def norms(scenario: Scenario) -> Float[Array, "processes"]:
    """Return the size of each process when the scenario opens: capacity, or activity where capacity is unlimited."""
    c, x = scenario.opening.capacity, scenario.activity
    size = jnp.where(jnp.isfinite(c) & (c > 0), c, x)
    return jnp.where(size > 0, size, 1.0)


def told(seen: Observation, sees: frozenset[str]) -> Float[Array, ""]:
    """Return how many numbers a mechanism is told before it asks anything."""
    leaves = jax.tree.leaves([getattr(seen, name) for name in sorted(sees - {"producers", "communities"})])
    numbers = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return jnp.asarray(float(sum(leaf.size for leaf in numbers)))


class IntervalRecord(NamedTuple):
    """What is kept of an interval of a period: plan, what of it can be executed, what happened, and what was said.

    ``announced`` and ``known`` are capacity as reported and as its owners know it, ``claimed`` reported needs.
    """

    plan: Plan
    executable: Plan
    outcome: Outcome
    announced: Float[Array, "processes"]
    claimed: Float[Array, "products communities"]
    known: Float[Array, "processes"]


def of_interval(state: State, replans: int) -> State:
    """Return a state in units of an interval: flows and what limits them are a part of a period's.

    Capacity is activity per interval, so that a unit of it takes as many times more to build.
    """
    if replans == 1:
        return state
    e = state.economy
    capital = e.capital.with_values(e.capital.values * replans)
    flows = {name: getattr(state, name) / replans for name in ("needs", "limits", "capacity")}
    return replace(state, economy=replace(e, capital=capital, depreciation=e.depreciation / replans), **flows)


def of_period(intervals: IntervalRecord, replans: int) -> IntervalRecord:
    """Return a period's record from those of its intervals, stacked along a leading axis.

    Flows add up. What was built counts as capacity per period again. A period's objective is the mean of its
    intervals', so that prices are their mean by a unit of an interval's flow. Of status and how it was found the plan
    tells the largest code.
    """

    def plan(each: Plan) -> Plan:
        total = {name: getattr(each, name).sum(axis=0) for name in ("activity", "delivery", "rounds", "messages")}
        worst = {name: getattr(each, name).max(axis=0) for name in ("status", "how")}
        prices = {name: getattr(each, name).mean(axis=0) / replans for name in ("prices", "rents", "capacity_rents")}
        built = replans * jnp.asarray(each.investment).sum(axis=0)
        return Plan(**total, **worst, **prices, investment=built, payments=jnp.asarray(each.payments).mean(axis=0))

    o = intervals.outcome
    flows = ("activity", "delivery", "factor_use", "made", "used", "invested", "decayed")
    outcome = Outcome(
        **{name: getattr(o, name).sum(axis=0) for name in flows},
        investment=replans * o.investment.sum(axis=0),
        capacity=o.capacity[-1],
        stock=o.stock[-1],
        opening=o.opening[0],
        closing=o.closing[-1],
    )
    said = (part.sum(axis=0) for part in (intervals.announced, intervals.claimed, intervals.known))
    return IntervalRecord(plan(intervals.plan), plan(intervals.executable), outcome, *said)


Record = tuple[Plan, Outcome, Pay, dict[str, Any], Array]
"""What is kept of a run: plans, outcomes, pay, what laws moved, and how many numbers were reported."""


class Runner(eqx.Module):
    """The steps of a period, shared by the scanned and the Python loop."""

    scenario: Scenario
    behaviour: Behaviour
    channel: Channel
    physics: Physics
    keys: PRNGKeyArray
    reward: Reward = Flat()
    replans: int = eqx.field(static=True, default=1)

    @property
    def laws(self) -> tuple[Law, ...]:
        """The scenario's laws; without a gestation of its own, one of a period."""
        laws = self.scenario.laws
        return laws if any(isinstance(law, Gestation) for law in laws) else (Gestation(), *laws)

    def moves(self) -> frozenset[str]:
        """Return which parts of the state move."""
        return MOVED_BY_PHYSICS.union(*(law.moves for law in self.laws))

    def start(self) -> tuple[State, Statistics, Any, Observation]:
        """Return with what everything starts, and what is seen then."""
        state, last = opening(self.scenario, self.physics), first_statistics(self.scenario)
        quota = self.reward.start(norms(self.scenario), last)
        if self.replans > 1:
            last = jax.tree.map(lambda flow: flow / self.replans, last)
        return state, last, quota, self.report(state, last)[2]

    def report(self, state: State, last: Statistics, interval: Any = 0) -> tuple[State, Reports, Observation]:
        """Return the state as an interval of a period begins, what is said, and what is seen of it."""
        state = self._first(interval, state, self._begun)
        small = of_interval(state, self.replans)
        known = truth(small, last)
        said = self.behaviour.report(known.reports, known, self.keys[0])
        return state, said, observe(self.scenario, small, self.channel.carry(said, known, self.keys[1]), last)

    def execute(
        self, state: State, plan: Plan, said: Reports, interval: Any = 0
    ) -> tuple[State, Statistics, IntervalRecord]:
        """Return the state after an interval, what is published of it, and its record."""
        known = of_interval(state, self.replans).capacity_now
        plan, executable = sound(complete(plan, *self.scenario.sizes))
        state = self._first(interval, state, self._struck)
        physics = replace(self.physics, sub_periods=self.physics.sub_periods // self.replans)
        after, outcome = physics(of_interval(state, self.replans), executable, said.inputs)
        state = replace(state, stock=after.stock, inventory=after.inventory, rate=after.rate)
        last = Statistics(outcome.activity, executable.activity, outcome.delivery, jnp.asarray(executable.prices))
        return state, last, IntervalRecord(plan, executable, outcome, said.capacity, said.needs, known)

    def settle(
        self, state: State, intervals: IntervalRecord, quota: Any
    ) -> tuple[State, Any, tuple[Plan, Outcome, Pay, dict[str, Any]]]:
        """Return the state that the next period begins with, and the record of this one, from those of its intervals.

        Parameters
        ----------
        state
            After the last interval.
        intervals
            Stacked along a leading axis.
        quota
            What the reward remembers.
        """
        s, path = self.scenario, state.parts(self.moves() - MOVED_BY_PHYSICS - {"capacity"})
        record = of_period(intervals, self.replans)
        executable, outcome, needs = record.executable, record.outcome, state.needs_now
        prices, rents, payments = (jnp.asarray(p) for p in (executable.prices, executable.rents, executable.payments))
        account = Account(
            economy=state.economy,
            norm=norms(s),
            announced=record.announced,
            known=record.known,
            capacity=state.capacity_now,
            target=executable.activity,
            achieved=outcome.activity,
            prices=prices,
            rents=rents,
            payments=payments,
            claimed=record.claimed,
            promised=executable.delivery,
            delivery=outcome.delivery,
            taken=jnp.minimum(outcome.delivery, needs),
            worth=worth_of_needs(record.claimed, s.urgency, s.population),
            satisfaction=worth_met(outcome.delivery, needs, worth_of_needs(needs, s.urgency, s.population)),
        )
        quota, pay = paid(self.reward, quota, account)
        state = self._moved(state, self._keys(state)[1], lambda law, now, key: law.step(now, outcome, key))
        outcome = replace(outcome, capacity=state.capacity)
        return replace(state, period=state.period + 1), quota, (record.plan, outcome, pay, path)

    def _begun(self, state: State) -> State:
        for law in self.laws:
            state = law.begin(state)
        return state

    def _struck(self, state: State) -> State:
        return self._moved(state, self._keys(state)[0], lambda law, now, key: law.strike(now, key))

    def _first(self, interval: Any, state: State, move: Callable[[State], State]) -> State:
        """Return the state moved if this is the first interval of its period."""
        moved = move(state)
        if self.replans == 1:
            return moved
        names = self.moves()
        first = jax.tree.map(lambda a, b: jnp.where(interval == 0, a, b), moved.parts(names), state.parts(names))
        return state.with_parts(first)

    def _keys(self, state: State) -> PRNGKeyArray:
        return jax.random.split(jax.random.fold_in(self.keys[3], state.period))

    def _moved(self, state: State, key: PRNGKeyArray, move: Callable[[Law, State, PRNGKeyArray], State]) -> State:
        """Return the state after every law had its turn."""
        for i, law in enumerate(self.laws):
            state = move(law, state, jax.random.fold_in(key, i))
        return state


def run_through(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> tuple[Any, Record]:
    """Run all periods in one scan, for traceable mechanisms; return what is remembered in the end, and the record."""
    sees, moves, opened = mechanism.sees, runner.moves(), runner.scenario.opening
    state, last, quota, seen = runner.start()
    if memory is None:
        memory = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))

    def once(carry: Any, interval: Any, key: PRNGKeyArray) -> tuple[Any, Any]:
        memory, moved, last = carry
        state, said, seen = runner.report(opened.with_parts(moved), last, interval)
        then, plan = proposed(mechanism, memory, seen.only(sees), key)
        same_memory(mechanism, memory, then)
        state, last, record = runner.execute(state, plan, said, interval)
        return (then, state.parts(moves), last), (record, told(seen, sees))

    def step(carry: _Carry, period):
        key, start = jax.random.fold_in(runner.keys[2], period), (carry.memory, carry.moved, carry.last)
        if runner.replans == 1:
            (memory, moved, last), found = once(start, 0, key)
            intervals, numbers = jax.tree.map(lambda part: jnp.asarray(part)[None], found)
        else:
            keys = jax.random.split(key, runner.replans)
            (memory, moved, last), (intervals, numbers) = jax.lax.scan(
                lambda carry, each: once(carry, *each), start, (jnp.arange(runner.replans), keys)
            )
        state, quota, happened = runner.settle(opened.with_parts(moved), intervals, carry.quota)
        return _Carry(memory, state.parts(moves), last, quota), (*happened, numbers.sum())

    ended, record = jax.lax.scan(step, _Carry(memory, state.parts(moves), last, quota), jnp.arange(periods))
    return ended.memory, record


@eqx.filter_jit
def scanned(mechanism: Mechanism, runner: Runner, periods: int) -> Record:
    """Run all periods, compiled."""
    return run_through(mechanism, runner, periods)[1]


_start = eqx.filter_jit(Runner.start)


@eqx.filter_jit
def _report(
    runner: Runner, moved: dict[str, Any], last: Statistics, interval: Any
) -> tuple[dict[str, Any], Reports, Observation]:
    state, said, seen = runner.report(runner.scenario.opening.with_parts(moved), last, interval)
    return state.parts(runner.moves()), said, seen


@eqx.filter_jit
def _execute(runner: Runner, moved: dict[str, Any], plan: Plan, said: Reports, interval: Any) -> Any:
    state, *after = runner.execute(runner.scenario.opening.with_parts(moved), plan, said, interval)
    return state.parts(runner.moves()), *after


@eqx.filter_jit
def _settle(runner: Runner, moved: dict[str, Any], intervals: list[IntervalRecord], quota: Any) -> Any:
    together = jax.tree.map(lambda *parts: jnp.stack(parts), *intervals)
    state, *after = runner.settle(runner.scenario.opening.with_parts(moved), together, quota)
    return state.parts(runner.moves()), *after


def looped(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> Record:
    """Run all periods in Python, for mechanisms that call solvers."""
    sees = mechanism.sees
    state, last, quota, seen = _start(runner)
    moved = state.parts(runner.moves())
    if memory is None:
        memory = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))
    record = []
    for t in range(periods):
        keys, intervals = keys_of_intervals(runner, t), []
        for k in range(runner.replans):
            interval = jnp.asarray(k)
            moved, said, seen = _report(runner, moved, last, interval)
            memory, plan = proposed(mechanism, memory, seen.only(sees), keys[k])
            plan = complete(plan, *runner.scenario.sizes)
            moved, last, found = _execute(runner, moved, plan, said, interval)
            intervals.append(found)
        moved, quota, happened = _settle(runner, moved, intervals, quota)
        record.append((*happened, runner.replans * told(seen, sees)))
    return jax.tree.map(lambda *parts: jnp.stack(parts), *record)


def keys_of_intervals(runner: Runner, period: int) -> list[PRNGKeyArray]:
    """Return the mechanism's key for each interval of a period."""
    key = jax.random.fold_in(runner.keys[2], jnp.asarray(period))
    return [key] if runner.replans == 1 else list(jax.random.split(key, runner.replans))


def keys_of(scenario: str, seed: int) -> PRNGKeyArray:
    """Return a key for each role: people's character, the channel's noise, the mechanism's own draws.

    They belong to roles and never to the classes that play them: wrapped in another, a behaviour draws as before.
    """
    return jnp.stack([key_of(role, scenario, seed) for role in ("behaviour", "channel", "mechanism", "laws")])


def simulate_seeds(
    mechanism: str | Mechanism,
    scenarios: Scenario | Sequence[Scenario],
    periods: int = 10,
    behaviour: Behaviour | Sequence[Behaviour] | None = None,
    channel: Channel | None = None,
    physics: Physics | None = None,
    seeds: Sequence[int] = range(5),
    reward: Reward | None = None,
    setting: Setting | None = None,
) -> list[Trajectory]:
    """Run one mechanism once per seed, in the same scenario or in one scenario per seed.

    On the host seeds run on as many threads as there are cores, so that a result does not depend on how many others are
    asked for. On an accelerator a traceable mechanism runs them all under one ``vmap``.

    Parameters
    ----------
    mechanism, periods, channel, physics, reward, setting
        As in `simulate`.
    scenarios
        One scenario for all seeds, or as many as there are seeds, of equal shapes.
    behaviour
        One for all seeds, or as many as there are seeds, of one kind.
    seeds
        Whole numbers; a seed gives the same draws to every mechanism.

    Returns
    -------
    list of Trajectory
        One per seed, in their order.
    """
    make_room()
    mechanism = find_mechanism(mechanism)
    periods, name = check_whole("periods", periods, 1, MOST_PERIODS), name_of(mechanism)
    first = next(iter(behaviour), None) if isinstance(behaviour, list | tuple) else behaviour
    each_own = isinstance(behaviour, list | tuple) and setting is not None  # how each adapts, in one setting
    dial = None if each_own else first
    setting = Setting.of(setting, behaviour=dial, channel=channel, physics=physics, reward=reward)
    reward = setting.paid_by(mechanism)
    seeds = [check_whole("seed", seed, 0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds is empty; give at least one, for instance range(5).")
    each: list[Any] = list(scenarios) if isinstance(scenarios, list | tuple) else [scenarios]
    for world in each:
        require_scenario("scenario", world)
    many = each if isinstance(scenarios, list | tuple) else each * len(seeds)
    if len(many) != len(seeds):
        raise ValueError(f"{len(many)} scenarios for {len(seeds)} seeds; give one scenario, or one per seed.")
    people: list[Any] = list(behaviour) if isinstance(behaviour, list | tuple) else [setting.behaviour] * len(seeds)
    for one in people:
        of_kind("behaviour", one, Behaviour)
    if len(people) != len(seeds):
        raise ValueError(f"{len(people)} behaviours for {len(seeds)} seeds; give one behaviour, or one per seed.")
    given: Any = {"reward": reward, "channel": setting.channel, "physics": setting.physics}
    acting = [one.against(mechanism, s, seed=seed, **given) for one, s, seed in zip(people, many, seeds, strict=True)]
    names = name, _short(people[0]), _short(setting.channel)
    keys = [keys_of(s.name, seed) for s, seed in zip(many, seeds, strict=True)]

    worlds = [nameless(many[0])] * len(many) if isinstance(scenarios, Scenario) else [nameless(s) for s in many]
    runners = [
        Runner(world, one, setting.channel, setting.physics, key, reward, setting.replans)
        for world, one, key in zip(worlds, acting, keys, strict=True)
    ]
    if mechanism.traceable and len(seeds) > 1 and jax.default_backend() != "cpu":
        records = batched(mechanism, runners, periods)
    else:
        run = scanned if mechanism.traceable else looped
        records = [run(mechanism, runners[0], periods)]  # alone, so that what has to be compiled is compiled once
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            records += pool.map(lambda runner: jax.block_until_ready(run(mechanism, runner, periods)), runners[1:])
    runs = zip(many, records, acting, seeds, strict=True)
    return [Trajectory(s, *record, b, *names, seed) for s, record, b, seed in runs]


def batched(mechanism: Mechanism, runners: list[Runner], periods: int) -> list[Record]:
    """Run a traceable mechanism under one ``vmap``: what all runners share once, all else one per runner."""
    first = runners[0]
    worlds, world_axis = _together([runner.scenario for runner in runners])
    people, people_axis = _together([runner.behaviour for runner in runners])
    runner = replace(first, scenario=worlds, behaviour=people, keys=jnp.stack([runner.keys for runner in runners]))
    axes = Runner(world_axis, people_axis, None, None, 0, None, first.replans)  # type: ignore[arg-type]  # axes, not values
    batch = eqx.filter_vmap(scanned, in_axes=(None, axes, None))(mechanism, runner, periods)
    return [jax.tree.map(lambda part, i=i: part[i], batch) for i in range(len(runners))]


def _together(parts: list[Any]) -> tuple[Any, int | None]:
    """Return one part if all share it, else all stacked, and the axis along which they are."""
    if all(part is parts[0] for part in parts):
        return parts[0], None
    shapes = {tuple(jnp.shape(leaf) for leaf in jax.tree.leaves(part)) for part in parts}
    if len(shapes) > 1:
        raise ValueError("The scenarios have different shapes; give scenarios of one generator and one setting.")
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *parts), 0


def nameless(scenario: Scenario) -> Scenario:
    """Return the scenario without names, which numbers do not depend on and compilation should not."""
    return with_parts(scenario, economy=replace(scenario.economy, labels=Labels()), name="")


def _short(part: Behaviour | Channel) -> str:
    return type(part).__name__


def simulate(
    mechanism: str | Mechanism,
    scenario: Scenario,
    periods: int = 10,
    behaviour: Behaviour | None = None,
    channel: Channel | None = None,
    physics: Physics | None = None,
    seed: int = 0,
    reward: Reward | None = None,
    setting: Setting | None = None,
) -> Trajectory:
    """Let a mechanism plan a scenario for some periods, and execute every plan in the true economy.

    Parameters
    ----------
    mechanism
        By name, or a `Mechanism`.
    scenario
        The world.
    periods
        How many periods (years).
    behaviour
        How people report; ``None``: honestly.
    channel
        How reports travel; ``None``: directly.
    physics
        What becomes of a plan; ``None``: `planlab.Physics` as it is.
    seed
        Same seed, same machine: same bits.
    reward
        What people are paid, by default the mechanism's own reward; `planlab.regret` and `planlab.equilibrium` let
        them answer to it.
    setting
        All four in one, in their place.

    Returns
    -------
    Trajectory
        Plans, outcomes and pay.

    Raises
    ------
    ValueError, TypeError
        For unknown mechanisms, no periods, negative seeds, arguments of the wrong kind, and scenarios whose arrays do
        not fit together.
    """
    return simulate_seeds(mechanism, scenario, periods, behaviour, channel, physics, [seed], reward, setting)[0]


def _once(mechanism: Mechanism, seen: Observation, key: PRNGKeyArray) -> Plan:
    return proposed(mechanism, mechanism.init(seen, key), seen, key)[1]


def plan(mechanism: str | Mechanism, scenario: Scenario, seed: int = 0) -> Plan:
    """Make one period's plan from honest, direct reports.

    Parameters
    ----------
    mechanism
        By name, or a `Mechanism`.
    scenario
        The world.
    seed
        For mechanisms that draw.

    Returns
    -------
    Plan
        With its `Status`, and a certificate recomputed on the host where the mechanism claims an optimum.
    """
    mechanism = find_mechanism(mechanism)
    require_scenario("scenario", scenario)
    keys = keys_of(scenario.name, check_whole("seed", seed, 0))
    *_, seen = _start(Runner(nameless(scenario), Truthful(), Direct(), Physics(), keys))
    run = eqx.filter_jit(_once) if mechanism.traceable else _once
    made = run(mechanism, seen.only(mechanism.sees), keys[2])
    complete(made, *scenario.sizes)
    made = replace(made, status=Status(int(made.status)), how=How(int(made.how)), labels=scenario.economy.labels)
    problem = None if made.certificate is not None else mechanism.problem(seen)
    if problem is not None:
        made = replace(made, certificate=certify(problem, made))
    return made
