"""Periods one after another: people report, a mechanism proposes, the world executes."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from planlab.base.checks import check_some, check_whole, of_kind
from planlab.base.memory import make_room
from planlab.economy.intact import require_scenario
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.optimisation.planning_problem import PlanningProblem, certify
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.people.observation import Observation
from planlab.people.reports import Published
from planlab.planning.plan import How, Plan, Status
from planlab.simulation.executable import executable, proposed, same_memory
from planlab.simulation.loops import looped
from planlab.simulation.run import MOST_PERIODS, Run
from planlab.simulation.runner import Record, Runner, keys_of, nameless, numbers_reported
from planlab.simulation.setting import Setting
from planlab.simulation.trajectory import Trajectory
from planlab.world.physics import Physics

__all__ = ["plan", "simulate", "simulate_seeds"]


class _Carry(eqx.Module):
    memory: Any
    moved: dict[str, Any]
    published: Published
    reward_state: Any


def run_through(mechanism: Mechanism, runner: Runner, periods: int, memory: Any = None) -> tuple[Any, Record]:
    """Run all periods in one scan, for traceable mechanisms; return what is remembered in the end, and the record."""
    sees, moves, opened = mechanism.sees, runner.moves(), runner.scenario.opening
    state, published, reward_state, seen = runner.start()
    if memory is None:
        memory = mechanism.init(seen.only(sees), jax.random.fold_in(runner.keys[2], periods))

    def once(carry: Any, interval: Any, key: PRNGKeyArray) -> tuple[Any, Any]:
        memory, moved, published = carry
        state, said, seen = runner.report(opened.with_parts(moved), published, interval)
        then, plan = proposed(mechanism, memory, seen.only(sees), key)
        same_memory(mechanism, memory, then)
        state, published, record = runner.execute(state, plan, said, interval)
        return (then, state.parts(moves), published), (record, numbers_reported(seen, sees))

    def step(carry: _Carry, period):
        key, start = jax.random.fold_in(runner.keys[2], period), (carry.memory, carry.moved, carry.published)
        if runner.replans == 1:
            (memory, moved, published), found = once(start, 0, key)
            intervals, numbers = jax.tree.map(lambda part: jnp.asarray(part)[None], found)
        else:
            keys = jax.random.split(key, runner.replans)
            (memory, moved, published), (intervals, numbers) = jax.lax.scan(
                lambda carry, each: once(carry, *each), start, (jnp.arange(runner.replans), keys)
            )
        state, reward_state, happened = runner.settle(opened.with_parts(moved), intervals, carry.reward_state)
        return _Carry(memory, state.parts(moves), published, reward_state), Record(*happened, numbers.sum())

    ended, record = jax.lax.scan(step, _Carry(memory, state.parts(moves), published, reward_state), jnp.arange(periods))
    return ended.memory, record


@eqx.filter_jit
def scanned(mechanism: Mechanism, runner: Runner, periods: int) -> Record:
    """Run all periods, compiled."""
    return run_through(mechanism, runner, periods)[1]


_start = eqx.filter_jit(Runner.start)


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
    reward, setting = setting.paid_by(mechanism), setting.announced_to(mechanism)
    seeds = [check_whole("seed", seed, 0) for seed in seeds]
    check_some("seeds", seeds, "range(5)")
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
    settings = [replace(setting, behaviour=one, reward=reward) for one in adapted]
    runners = [Runner(*parts) for parts in zip(worlds, settings, keys, strict=True)]
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
    flat = [jax.tree.leaves(runner) for runner in runners]
    structure = jax.tree.structure(runners[0])
    structures = {jax.tree.structure(runner) for runner in runners}
    if len(structures) > 1 or len({tuple(map(jnp.shape, own)) for own in flat}) > 1:
        raise ValueError("The scenarios have different shapes; give scenarios of one generator and one setting.")
    shared = [all(leaf is leaves[0] for leaf in leaves) for leaves in zip(*flat, strict=True)]
    each = zip(*flat, strict=True)
    parts = [leaves[0] if same else jnp.stack(leaves) for same, leaves in zip(shared, each, strict=True)]
    axes = [None if same else 0 for same in shared]
    run = eqx.filter_jit(jax.vmap(lambda own: scanned(mechanism, jax.tree.unflatten(structure, own), periods), (axes,)))
    batch = jax.device_get(run(parts))  # at once, and handed out on the host: a slice each on the device takes longer
    return [jax.tree.map(lambda part, i=i: part[i], batch) for i in range(len(runners))]


def _short(part: Behaviour | Channel) -> str:
    return type(part).__name__


def simulate(
    mechanism: str | Mechanism | Run,
    scenario: Scenario | None = None,
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
        By name, or a `Mechanism`; or a `Run`, which says all of what follows.
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
    if isinstance(mechanism, Run):
        run = mechanism
        if scenario is not None:
            raise TypeError("A run and a scenario are both given; the run has its own.")
        return simulate_seeds(run.mechanism, run.scenario, run.periods, seeds=[run.seed], setting=run.setting)[0]
    require_scenario("scenario", scenario)
    world: Any = scenario
    return simulate_seeds(mechanism, world, periods, behaviour, channel, physics, [seed], reward, setting)[0]


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
    *_, seen = _start(Runner(nameless(scenario), Setting(stores=False).announced_to(mechanism), keys))
    run = eqx.filter_jit(_once) if mechanism.traceable else _once
    made = run(mechanism, seen.only(mechanism.sees), keys[2])
    executable(made, *scenario.sizes)
    said: Any = {name: jnp.asarray(part) for name, part in vars(made).items() if isinstance(part, np.ndarray)}
    said |= {"status": Status(int(made.status)), "how": How(int(made.how)), "labels": scenario.economy.labels}
    made = replace(made, **said)
    problem = None if made.certificate is not None else mechanism.problem(seen)
    if isinstance(problem, PlanningProblem):
        made = replace(made, certificate=certify(problem, made))
    return made
