"""Periods one after another: people report, a mechanism proposes, the world executes."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from planlab.base.checks import check_whole
from planlab.base.memory import make_room
from planlab.economy.economy import Labels, Scenario
from planlab.economy.intact import require_scenario
from planlab.information.account import Account, Pay, Reward, paid
from planlab.information.behaviours import Behaviour, Truthful
from planlab.information.channels import Channel, Direct
from planlab.information.replies import Communities, Producers, worth_met, worth_of_needs
from planlab.information.reports import Reports, Statistics, known_capacity, truth
from planlab.information.rewards import Flat
from planlab.mechanisms.mechanism import How, Mechanism, Observation, Plan, Status
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.optimisation.planning_problem import certify
from planlab.world.executable import complete, proposed, same_memory, sound
from planlab.world.execution import Execution, Outcome, World, opening
from planlab.world.trajectory import Trajectory

__all__ = ["MOST_PERIODS", "observe", "plan", "simulate", "simulate_seeds"]

MOST_PERIODS = 100_000
"""More than anybody can want of one run: a slip of the keyboard."""


class _Carry(eqx.Module):
    state: Any
    world: World
    last: Statistics
    quota: Any


def key_of(*labels: Any) -> PRNGKeyArray:
    """Return the random key that belongs to some labels, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(map(str, labels)).encode()).digest()
    return jax.random.key(int.from_bytes(digest[:4], "big"))


def first_statistics(scenario: Scenario) -> Statistics:
    """Return the statistics of the period before the first: the opening activity, its net product shared by need."""
    e, x = scenario.economy, scenario.activity
    need = scenario.needs.sum(axis=1)
    net = jnp.minimum(jnp.maximum(e.outputs @ x - e.inputs @ x, 0.0), need)
    delivery = scenario.needs * (net / jnp.where(need > 0, need, 1.0))[:, None]
    return Statistics(x, x, delivery, jnp.zeros(e.products))


def observe(scenario: Scenario, said: Reports, last: Statistics, period: Int[Array, ""]) -> Observation:
    """Return everything that was reported, from which a mechanism is given what it declares to see."""
    e = scenario.economy
    economy = replace(e, inputs=e.inputs.with_values(said.inputs), labels=Labels())
    worth = worth_of_needs(said.needs, scenario.urgency, scenario.population)
    return Observation(
        economy=economy,
        capacity=said.capacity,
        needs=said.needs,
        urgency=scenario.urgency,
        population=scenario.population,
        limits=scenario.limits * scenario.shocks.limits_at(period),
        stock=said.stock,
        last=replace(last, activity=said.activity),
        producers=Producers(economy, said.capacity),
        communities=Communities(said.needs, worth),
    )


def norms(scenario: Scenario) -> Float[Array, "processes"]:
    """Return the size of each process when the scenario opens: capacity, or activity where capacity is unlimited."""
    c, x = scenario.capacity, scenario.activity
    size = jnp.where(jnp.isfinite(c) & (c > 0), c, x)
    return jnp.where(size > 0, size, 1.0)


def told(seen: Observation, sees: frozenset[str]) -> Float[Array, ""]:
    """Return how many numbers a mechanism is told before it asks anything."""
    leaves = jax.tree.leaves([getattr(seen, name) for name in sorted(sees - {"producers", "communities"})])
    numbers = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return jnp.asarray(float(sum(leaf.size for leaf in numbers)))


class Runner(eqx.Module):
    """The steps of a period, shared by the scanned and the Python loop."""

    scenario: Scenario
    behaviour: Behaviour
    channel: Channel
    execution: Execution
    keys: PRNGKeyArray
    reward: Reward = Flat()

    def report(self, world: World, last: Statistics, period: Int[Array, ""]) -> tuple[Reports, Observation]:
        known = truth(self.scenario, world.capacity, world.stock, last, period)
        said = self.behaviour.report(known.reports, known, self.keys[0])
        return said, observe(self.scenario, self.channel.carry(said, known, self.keys[1]), last, period)

    def execute(
        self, world: World, plan: Plan, said: Reports, period: Int[Array, ""], quota: Any
    ) -> tuple[World, Statistics, Any, tuple[Plan, Outcome, Pay]]:
        s, before = self.scenario, world
        plan, executable = sound(complete(plan, *s.sizes))
        strike, limits = s.shocks.capacity_at(period), s.limits * s.shocks.limits_at(period)
        world, outcome = self.execution(s.economy, world, executable, limits, strike, said.inputs)
        prices, rents, payments = (jnp.asarray(p) for p in (executable.prices, executable.rents, executable.payments))
        needs = s.needs * s.shocks.needs_at(period)[:, None]
        account = Account(
            economy=s.economy,
            norm=norms(s),
            announced=said.capacity,
            known=known_capacity(s, before.capacity, period),
            capacity=before.capacity * strike,
            target=executable.activity,
            achieved=outcome.activity,
            prices=prices,
            rents=rents,
            payments=payments,
            claimed=said.needs,
            promised=executable.delivery,
            delivery=outcome.delivery,
            taken=jnp.minimum(outcome.delivery, needs),
            worth=worth_of_needs(said.needs, s.urgency, s.population),
            satisfaction=worth_met(outcome.delivery, needs, worth_of_needs(needs, s.urgency, s.population)),
        )
        quota, pay = paid(self.reward, quota, account)
        last = Statistics(outcome.activity, executable.activity, outcome.delivery, prices)
        return world, last, quota, (plan, outcome, pay)

    def start(self) -> tuple[World, Statistics, Any, Observation]:
        world, last = opening(self.scenario, self.execution), first_statistics(self.scenario)
        quota = self.reward.start(norms(self.scenario), last)
        return world, last, quota, self.report(world, last, jnp.asarray(0))[1]


def run_through(
    mechanism: Mechanism, runner: Runner, periods: int, state: Any = None
) -> tuple[Any, tuple[Plan, Outcome, Pay, Array]]:
    """Run all periods in one scan, for traceable mechanisms; return what is remembered in the end, and the record."""
    sees = mechanism.sees
    world, last, quota, seen = runner.start()
    if state is None:
        state = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))

    def step(carry: _Carry, period):
        said, seen = runner.report(carry.world, carry.last, period)
        key = jax.random.fold_in(runner.keys[2], period)
        state, plan = proposed(mechanism, carry.state, seen.only(sees), key)
        same_memory(mechanism, carry.state, state)
        world, last, quota, happened = runner.execute(carry.world, plan, said, period, carry.quota)
        return _Carry(state, world, last, quota), (*happened, told(seen, sees))

    ended, record = jax.lax.scan(step, _Carry(state, world, last, quota), jnp.arange(periods))
    return ended.state, record


@eqx.filter_jit
def scanned(mechanism: Mechanism, runner: Runner, periods: int) -> tuple[Plan, Outcome, Pay, Array]:
    """Run all periods, compiled."""
    return run_through(mechanism, runner, periods)[1]


_start = eqx.filter_jit(Runner.start)
_report = eqx.filter_jit(Runner.report)
_execute = eqx.filter_jit(Runner.execute)


def looped(mechanism: Mechanism, runner: Runner, periods: int, state: Any = None) -> tuple[Plan, Outcome, Pay, Array]:
    """Run all periods in Python, for mechanisms that call solvers."""
    sees = mechanism.sees
    world, last, quota, seen = _start(runner)
    if state is None:
        state = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))
    record = []
    for t in range(periods):
        period = jnp.asarray(t)
        said, seen = _report(runner, world, last, period)
        state, plan = proposed(mechanism, state, seen.only(sees), jax.random.fold_in(runner.keys[2], period))
        plan = complete(plan, *runner.scenario.sizes)
        world, last, quota, happened = _execute(runner, world, plan, said, period, quota)
        record.append((*happened, told(seen, sees)))
    return jax.tree.map(lambda *parts: jnp.stack(parts), *record)


def keys_of(scenario: str, seed: int) -> PRNGKeyArray:
    """Return a key for each role: people's character, the channel's noise, the mechanism's own draws.

    They belong to roles and never to the classes that play them: wrapped in another, a behaviour draws as before.
    """
    return jnp.stack([key_of(role, scenario, seed) for role in ("behaviour", "channel", "mechanism")])


def of_kind(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        example = (*kind.__subclasses__(), kind)[0].__name__
        raise TypeError(f"{name} is {value!r}, which is not of kind {kind.__name__}; give for instance pl.{example}().")


def simulate_seeds(
    mechanism: str | Mechanism,
    scenarios: Scenario | Sequence[Scenario],
    periods: int = 10,
    behaviour: Behaviour | Sequence[Behaviour] = Truthful(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    execution: Execution = Execution(),  # noqa: B008 - frozen
    seeds: Sequence[int] = range(5),
    reward: Reward | None = None,
) -> list[Trajectory]:
    """Run one mechanism once per seed, in the same scenario or in one scenario per seed.

    On the host seeds run on as many threads as there are cores, so that a result does not depend on how many others are
    asked for. On an accelerator a traceable mechanism runs them all under one ``vmap``.

    Parameters
    ----------
    mechanism, periods, channel, execution, reward
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
    of_kind("channel", channel, Channel)
    of_kind("execution", execution, Execution)
    reward = mechanism.reward if reward is None else reward
    of_kind("reward", reward, Reward)
    seeds = [check_whole("seed", seed, 0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds is empty; give at least one, for instance range(5).")
    each: list[Any] = list(scenarios) if isinstance(scenarios, list | tuple) else [scenarios]
    for world in each:
        require_scenario("scenario", world)
    many = each if isinstance(scenarios, list | tuple) else each * len(seeds)
    if len(many) != len(seeds):
        raise ValueError(f"{len(many)} scenarios for {len(seeds)} seeds; give one scenario, or one per seed.")
    people: list[Any] = list(behaviour) if isinstance(behaviour, list | tuple) else [behaviour] * len(seeds)
    for one in people:
        of_kind("behaviour", one, Behaviour)
    if len(people) != len(seeds):
        raise ValueError(f"{len(people)} behaviours for {len(seeds)} seeds; give one behaviour, or one per seed.")
    given: Any = {"reward": reward, "channel": channel, "execution": execution}
    acting = [one.against(mechanism, s, seed=seed, **given) for one, s, seed in zip(people, many, seeds, strict=True)]
    names = name, _short(people[0]), _short(channel)
    keys = [keys_of(s.name, seed) for s, seed in zip(many, seeds, strict=True)]

    worlds = [nameless(many[0])] * len(many) if isinstance(scenarios, Scenario) else [nameless(s) for s in many]
    runners = [
        Runner(world, one, channel, execution, key, reward)
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


def batched(mechanism: Mechanism, runners: list[Runner], periods: int) -> list[tuple[Plan, Outcome, Pay, Array]]:
    """Run a traceable mechanism under one ``vmap``: what all runners share once, all else one per runner."""
    first = runners[0]
    worlds, world_axis = _together([runner.scenario for runner in runners])
    people, people_axis = _together([runner.behaviour for runner in runners])
    runner = replace(first, scenario=worlds, behaviour=people, keys=jnp.stack([runner.keys for runner in runners]))
    axes = Runner(world_axis, people_axis, None, None, 0, None)  # type: ignore[arg-type]  # axes, not values
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
    return replace(scenario, economy=replace(scenario.economy, labels=Labels()), name="")


def _short(part: Behaviour | Channel) -> str:
    return type(part).__name__


def simulate(
    mechanism: str | Mechanism,
    scenario: Scenario,
    periods: int = 10,
    behaviour: Behaviour = Truthful(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    execution: Execution = Execution(),  # noqa: B008 - frozen
    seed: int = 0,
    reward: Reward | None = None,
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
        How people report.
    channel
        How reports travel.
    execution
        The physics.
    seed
        Same seed, same machine: same bits.
    reward
        What people are paid, by default the mechanism's own reward; `planlab.regret` and `planlab.equilibrium` let
        them answer to it.

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
    return simulate_seeds(mechanism, scenario, periods, behaviour, channel, execution, [seed], reward)[0]


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
    *_, seen = _start(Runner(nameless(scenario), Truthful(), Direct(), Execution(), keys))
    run = eqx.filter_jit(_once) if mechanism.traceable else _once
    made = run(mechanism, seen.only(mechanism.sees), keys[2])
    complete(made, *scenario.sizes)
    made = replace(made, status=Status(int(made.status)), how=How(int(made.how)), labels=scenario.economy.labels)
    problem = None if made.certificate is not None else mechanism.problem(seen)
    if problem is not None:
        made = replace(made, certificate=certify(problem, made))
    return made
