"""Periods one after another: people report, a mechanism proposes, the world executes."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from planlab.base.checks import check_whole
from planlab.base.memory import make_room
from planlab.economy.intact import require_scenario
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.optimisation.planning_problem import certify
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.truthful import Truthful
from planlab.people.channel import Channel
from planlab.people.channels.direct import Direct
from planlab.people.observation import Observation
from planlab.people.reports import Reports, Statistics
from planlab.planning.plan import How, Plan, Status
from planlab.simulation.executable import executable, proposed, same_memory
from planlab.simulation.intervals import IntervalRecord
from planlab.simulation.runner import Record, Runner, keys_of, keys_of_intervals, nameless, numbers_reported
from planlab.simulation.setting import Setting, of_kind
from planlab.simulation.trajectory import Trajectory
from planlab.world.physics import Physics

__all__ = ["MOST_PERIODS", "plan", "simulate", "simulate_seeds"]

MOST_PERIODS = 100_000
"""More than anybody can want of one run: a slip of the keyboard."""


class _Carry(eqx.Module):
    memory: Any
    moved: dict[str, Any]
    last: Statistics
    reward_state: Any


def run_through(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> tuple[Any, Record]:
    """Run all periods in one scan, for traceable mechanisms; return what is remembered in the end, and the record."""
    sees, moves, opened = mechanism.sees, runner.moves(), runner.scenario.opening
    state, last, reward_state, seen = runner.start()
    if memory is None:
        memory = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))

    def once(carry: Any, interval: Any, key: PRNGKeyArray) -> tuple[Any, Any]:
        memory, moved, last = carry
        state, said, seen = runner.report(opened.with_parts(moved), last, interval)
        then, plan = proposed(mechanism, memory, seen.only(sees), key)
        same_memory(mechanism, memory, then)
        state, last, record = runner.execute(state, plan, said, interval)
        return (then, state.parts(moves), last), (record, numbers_reported(seen, sees))

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
        state, reward_state, happened = runner.settle(opened.with_parts(moved), intervals, carry.reward_state)
        return _Carry(memory, state.parts(moves), last, reward_state), Record(*happened, numbers.sum())

    ended, record = jax.lax.scan(step, _Carry(memory, state.parts(moves), last, reward_state), jnp.arange(periods))
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
def _settle(runner: Runner, moved: dict[str, Any], intervals: list[IntervalRecord], reward_state: Any) -> Any:
    together = jax.tree.map(lambda *parts: jnp.stack(parts), *intervals)
    state, *after = runner.settle(runner.scenario.opening.with_parts(moved), together, reward_state)
    return state.parts(runner.moves()), *after


def looped(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> Record:
    """Run all periods in Python, for mechanisms that call solvers."""
    sees = mechanism.sees
    state, last, reward_state, seen = _start(runner)
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
            plan = executable(plan, *runner.scenario.sizes)[0]
            moved, last, found = _execute(runner, moved, plan, said, interval)
            intervals.append(found)
        moved, reward_state, happened = _settle(runner, moved, intervals, reward_state)
        plan, outcome, pay, path = happened
        record.append(Record(plan, outcome, pay, path, runner.replans * numbers_reported(seen, sees)))
    return jax.tree.map(lambda *parts: jnp.stack(parts), *record)


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
    adapted = [one.adapt_to(mechanism, s, seed=seed, **given) for one, s, seed in zip(people, many, seeds, strict=True)]
    names = name, _short(people[0]), _short(setting.channel)
    keys = [keys_of(s.name, seed) for s, seed in zip(many, seeds, strict=True)]

    worlds = [nameless(many[0])] * len(many) if isinstance(scenarios, Scenario) else [nameless(s) for s in many]
    runners = [
        Runner(world, one, setting.channel, setting.physics, key, reward, setting.replans)
        for world, one, key in zip(worlds, adapted, keys, strict=True)
    ]
    if mechanism.traceable and len(seeds) > 1 and jax.default_backend() != "cpu":
        records = batched(mechanism, runners, periods)
    else:
        run = scanned if mechanism.traceable else looped
        records = [run(mechanism, runners[0], periods)]  # alone, so that what has to be compiled is compiled once
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            records += pool.map(lambda runner: jax.block_until_ready(run(mechanism, runner, periods)), runners[1:])
    runs = zip(many, records, adapted, seeds, strict=True)
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
    executable(made, *scenario.sizes)
    made = replace(made, status=Status(int(made.status)), how=How(int(made.how)), labels=scenario.economy.labels)
    problem = None if made.certificate is not None else mechanism.problem(seen)
    if problem is not None:
        made = replace(made, certificate=certify(problem, made))
    return made
