"""What every mechanism promises, one function per promise.

A check raises `BrokenPromise`, or returns ``False`` where it does not apply. Checks run in small worlds of one shape,
so that a mechanism is compiled once for most of them. Where a mechanism states a ``tolerance``, its promises are held
to ten times that.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from planlab.economy.scenario import Scenario, with_parts
from planlab.mechanisms.mechanism import Mechanism
from planlab.optimisation.horizon import HorizonProblem
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.people.observation import NotSeen, Observation
from planlab.planning.plan import Certificate, Plan, Status
from planlab.scoring.bounds import clairvoyant
from planlab.scoring.needs import need_satisfaction
from planlab.scoring.score import NEEDS, score
from planlab.scoring.series import per_period
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import plan as make_plan
from planlab.simulation.simulate import simulate
from planlab.simulation.trajectory import Trajectory
from planlab.testing.dials import check_dials, static_numbers
from planlab.testing.measures import rescaled
from planlab.testing.probes import Confidant, People, Wrecked, compilations, first_observation, traced_physics
from planlab.testing.promise import BrokenPromise, require
from planlab.testing.worlds import drawn_scenario, permuted
from planlab.world.physics import Physics
from planlab.world.rationing import ByPlan, HouseholdsFirst, IntermediatesFirst, PrioritySectors, Proportional

__all__ = [
    "CHECKS",
    "check_broken_plan_keeps_its_row",
    "check_goods_are_conserved",
    "check_mechanism",
    "check_more_of_a_limit_never_hurts",
    "check_names_do_not_matter",
    "check_new_numbers_do_not_recompile",
    "check_no_better_than_foresight",
    "check_numbers_can_be_differentiated",
    "check_plenty_meets_every_need",
    "check_same_seed_same_bits",
    "check_sees_no_more_than_declared",
    "check_units_do_not_matter",
]

PERIODS = 3

REFILLED = 1e-3
"""What may be missing in plenty's third period, while the last pipelines fill."""

EXCHANGED = frozenset({"rounds", "messages", "bits"})
"""Scores of the way to a plan, which rounding may lengthen by a step."""

SHOWN_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "factors": frozenset({"economy", "producers"}),
        "capacity": frozenset({"capacity", "producers"}),
        "needs": frozenset({"needs", "communities", "last"}),
        "urgency": frozenset({"urgency", "communities"}),
        "population": frozenset({"population", "communities"}),
        "limits": frozenset({"limits"}),
        "stock": frozenset({"stock"}),
        "activity": frozenset({"last", "needs"}),
    }
)
"""What is so, and the fields of an `Observation` through which it can be known; what stores need hangs on activity."""


def _run(mechanism: Mechanism, scenario: Scenario, physics: Physics | None = None, **people: Any) -> Trajectory:
    physics = traced_physics(IntermediatesFirst(), scenario) if physics is None else physics
    return simulate(mechanism, scenario, PERIODS, People(**people), physics=physics)


def _met(run: Trajectory) -> np.ndarray:
    s = run.scenario
    return need_satisfaction(run.outcome.delivery, run.needs, s.urgency, s.population)


def _slack(mechanism: Mechanism) -> float:
    return max(1e-6, 10 * float(getattr(mechanism, "tolerance", 0.0)))


def _claim(mechanism: Mechanism, scenario: Scenario) -> PlanningProblem | HorizonProblem | None:
    """Return the programme whose optimum it claims in a scenario, if it claims one."""
    return mechanism.problem(first_observation(scenario))


def _same(one: Any, two: Any) -> bool:
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    return all(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True) for a, b in pairs)


def _planned(mechanism: Mechanism, seen: Observation) -> Plan:
    key = jax.random.key(0)
    return mechanism.plan(mechanism.init(seen, key), seen, key)[1]


def check_sees_no_more_than_declared(mechanism: Mechanism) -> None:
    """Nothing but what it declares in ``sees`` enters its plan.

    Other fields raise `NotSeen`, and so does what producers and communities hold; and whatever changes in the world
    that it is not told (undeclared fields, what strikes later, the truth behind reports) changes no plan.
    """
    scenario, sees = drawn_scenario(8), mechanism.sees
    seen = first_observation(scenario)
    asked: dict[str, Any] = {name: Confidant(name, getattr(seen, name)) for name in ("producers", "communities")}
    guarded = replace(seen, **asked)
    look = eqx.filter_eval_shape if mechanism.traceable else lambda plan, *of: plan(*of)
    try:
        look(_planned, mechanism, guarded.only(sees))
    except NotSeen as error:
        raise BrokenPromise(str(error)) from error

    def first(world: Scenario, **people: Any) -> Any:
        plan = _run(mechanism, world, **people).plan
        return jax.tree.map(lambda leaf: leaf[0], (plan.activity, plan.delivery, plan.investment))

    known = first(scenario)
    shocks, e = scenario.shocks, scenario.economy
    ahead = with_parts(
        scenario, shocks=replace(shocks, capacity=shocks.capacity * 0.5, needs=shocks.needs.at[1:].set(2.0))
    )
    require(_same(known, first(ahead)), "the first plan changes with what strikes only after it is made")
    truth = first(with_parts(scenario, capacity=scenario.capacity * 2), admitted=0.5)
    require(_same(known, truth), "the plan changes with the true capacity though the reports stay what they were")
    for field, shown in SHOWN_BY.items():
        if not shown & sees:
            if field == "factors":
                other = with_parts(scenario, economy=replace(e, factors=e.factors * 0.25))
            else:
                other = with_parts(scenario, **{field: getattr(scenario, field) * 0.25})
            require(_same(known, first(other)), f"the plan changes with {field!r}, which `sees` does not declare")


def check_goods_are_conserved(mechanism: Mechanism, physics: Physics | None = None) -> None:
    """All goods are accounted for: opening + made = closing + delivered + used + invested + decayed.

    For every product and period, to 1e-9 of all goods, by every rationing rule.
    """
    scenario = drawn_scenario(1)
    scenario = with_parts(scenario, stock=scenario.stock + scenario.needs.sum(axis=1))
    priority = PrioritySectors(jnp.arange(scenario.economy.processes) < 2)
    for rule in (IntermediatesFirst(), HouseholdsFirst(), Proportional(), priority, ByPlan()):
        world = traced_physics(rule, scenario, decay=0.02) if physics is None else physics
        o = _run(mechanism, scenario, world, lying=1.0).outcome
        given = np.asarray(o.opening + o.made)
        taken = np.asarray(o.closing + o.delivery.sum(axis=2) + o.used + o.invested + o.decayed)
        astray = float(np.abs(given - taken).max() / given.max())
        require(astray <= 1e-9, f"goods are not conserved by {type(rule).__name__}: {astray:.1e} of them go astray")
        lost = float(np.abs(o.opening[1:] - o.closing[:-1]).max() / given.max())
        require(lost <= 1e-9, f"a period does not open with what the one before left: {lost:.1e} of goods go astray")
        if physics is not None:
            return


def check_names_do_not_matter(mechanism: Mechanism) -> None:
    """Products, processes, communities and factors in another order have the same outcome in that order.

    Optima need not be unique; where one is claimed, the objective must be the same.
    """
    scenario = drawn_scenario(2)
    other, order = permuted(scenario, seed=3)
    if _claim(mechanism, scenario) is None:
        here, there = (_run(mechanism, world).outcome for world in (scenario, other))
        pairs = (
            (here.delivery[:, order.products][:, :, order.communities], there.delivery),
            (here.activity[:, order.processes], there.activity),
        )
        gap = max(float(np.abs(np.asarray(a - b)).max() / np.asarray(a).max()) for a, b in pairs)
        require(gap <= 1e-8, f"another order of names changes the outcome by {gap:.1e} of its largest number")
    else:
        values = [float(_proof(make_plan(mechanism, world)).objective) for world in (scenario, other)]
        gap = abs(values[0] - values[1])
        require(gap <= _slack(mechanism), f"another order of names changes the objective by {gap:.1e}")


def check_units_do_not_matter(mechanism: Mechanism) -> None:
    """Products, processes, factors and people measured in anything have the same plans, outcomes and scores.

    Units are powers of ten from 1e-9 to 1e9; the same is to 1e-9, or the mechanism's `accuracy`. Optima need not be
    unique; where one is claimed, the objective must be the same, and certain.
    """
    scenario, slack = drawn_scenario(14), max(1e-9, mechanism.accuracy)
    (_, same), (other, new) = rescaled(scenario, digits=0), rescaled(scenario, seed=15)
    if _claim(mechanism, scenario) is not None:
        here, there = (_proof(make_plan(mechanism, world)) for world in (scenario, other))
        values = float(here.objective), float(there.objective)
        gap = abs(values[0] - values[1]) / max(abs(values[0]), 1e-300)
        require(gap <= slack, f"other units change the objective by {gap:.1e} of itself")
        known = max(_slack(mechanism), here.error)
        require(there.error <= known, f"in other units the certificate's error is {there.error:.1e}")
        return
    one, two = _run(mechanism, scenario), _run(mechanism, other)
    for before, after in ((one.plan, two.plan), (one.outcome, two.outcome)):
        for (name, a), (_, b) in zip(same.old(before), new.old(after), strict=True):
            gap = float(np.abs(a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0), 1e-300))
            require(gap <= slack, f"other units change {name} by {gap:.1e} of its largest number")
    ours, theirs = score(one), score(two)
    require(ours.status == theirs.status, f"other units turn {ours.status!r} into {theirs.status!r}")
    for name in ours.metrics.keys() - EXCHANGED:
        mine, yours = ours.metrics[name], theirs.metrics[name]
        close = np.isclose(mine, yours, rtol=slack, atol=slack, equal_nan=True)
        require(close, f"other units change the score {name} from {mine:.12g} to {yours:.12g}")


def check_plenty_meets_every_need(mechanism: Mechanism) -> None:
    """With unlimited capacity and factors every need is met by the third period.

    The first opens with pipelines filled for six tenths of it.
    """
    met = _met(_run(mechanism, drawn_scenario(4, plenty=True)))[-1]
    require(met >= 1 - max(REFILLED, _slack(mechanism)), f"in plenty only {met:.6f} of needs are met")


def check_no_better_than_foresight(mechanism: Mechanism, physics: Physics | None = None) -> None:
    """Nobody meets more needs than the clairvoyant bound: honest or lying, in drought or not, with wear and without."""
    for seed, settings in ((5, {}), (6, {"struck": False, "wear": 0.3}), (7, {"wear": 0.0, "unlimited": True})):
        scenario = drawn_scenario(seed, **settings)  # type: ignore[arg-type]  # settings by name
        bound = clairvoyant(scenario, PERIODS, Physics() if physics is None else physics).needs_met
        for lying in (0.0, 1.0):
            met = float(per_period(_run(mechanism, scenario, physics, lying=lying))[NEEDS].mean())
            require(met <= bound + 1e-6, f"{met:.6f} of needs met beats the clairvoyant bound of {bound:.6f}")


def check_same_seed_same_bits(mechanism: Mechanism) -> None:
    """Two runs of one seed are the same, bit for bit, whether it was compiled before or not."""
    scenario = drawn_scenario(9)
    said = "two runs of one seed differ; draw from the key that plan is given, and from nothing else"
    runs = [_run(mechanism, scenario, lying=1.0) for _ in range(2)]
    require(_same((runs[0].plan, runs[0].outcome), (runs[1].plan, runs[1].outcome)), said)
    if mechanism.traceable:  # what is drawn while tracing is remembered by what was compiled
        seen = first_observation(scenario).only(mechanism.sees)
        traces = [eqx.filter_make_jaxpr(_planned)(mechanism, seen)[0] for _ in range(2)]
        same = str(traces[0].jaxpr) == str(traces[1].jaxpr) and _same(traces[0].consts, traces[1].consts)
        require(same, said)


def check_new_numbers_do_not_recompile(mechanism: Mechanism) -> None:
    """Whatever is compiled for one scenario is used again for other numbers of the same shapes, its own among them."""
    for where in static_numbers(mechanism):
        require(False, f"{where} is a static number, so that each of its values compiles anew; leave static=True out")
    _run(mechanism, drawn_scenario(10))
    with compilations() as compiled:
        _run(mechanism, drawn_scenario(11))
    require(not compiled, f"other numbers of the same shapes took {len(compiled)} compilations; keep numbers traced")
    leaves, tree = jax.tree_util.tree_flatten_with_path(mechanism)
    for i, (path, number) in enumerate(leaves):
        if eqx.is_inexact_array_like(number):
            others = [leaf * 0.999 if i == j else leaf for j, (_, leaf) in enumerate(leaves)]
            with compilations() as compiled:
                _run(jax.tree.unflatten(tree, others), drawn_scenario(11))
            where = jax.tree_util.keystr(path).removeprefix(".")
            said = f"another value of {where} took {len(compiled)} compilations; annotate it with float"
            require(not compiled, said)


def check_numbers_can_be_differentiated(mechanism: Mechanism) -> bool | None:
    """Numbers of a traceable mechanism can be swept under ``vmap`` and differentiated, as `check_dials` has it."""
    if not mechanism.traceable:
        return False
    physics = traced_physics(IntermediatesFirst(), drawn_scenario(0))
    setting = Setting(People(), physics=physics)
    return None if check_dials(mechanism, setting=setting, periods=PERIODS, values=8, draws=2) else False


def check_broken_plan_keeps_its_row(mechanism: Mechanism) -> None:
    """Any plan with NaN in it is marked as broken, the NaN is not executed, and the other periods go on."""
    run = _run(Wrecked(mechanism, period=1), drawn_scenario(12))
    broken = (np.asarray(run.plan.status) == Status.BROKEN).tolist()
    require(broken == [False, True, False], f"of three plans the second holds a NaN; marked as broken are {broken}")
    fine = all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(run.outcome))
    require(fine, "a NaN in a plan put NaN into the world")


def check_more_of_a_limit_never_hurts(mechanism: Mechanism) -> bool | None:
    """Where an optimum is claimed, higher limits never worsen the objective."""
    scenario = drawn_scenario(13)
    claim = _claim(mechanism, scenario)
    if claim is None:
        return False
    better = -np.sign(claim.linear.worth)
    values = []
    for more in (1.0, 1.1, 1.3, 3.0):
        plan = make_plan(mechanism, with_parts(scenario, limits=scenario.limits * more))
        impossible = plan.status == Status.INFEASIBLE
        values.append(-np.inf if impossible else float(better * _proof(plan).objective))
    kept = all(later >= earlier - _slack(mechanism) for earlier, later in pairwise(values))
    require(kept, f"higher limits worsen the objective: {values}")
    return None


def _proof(plan: Plan) -> Certificate:
    """Return the certificate of a plan that claims an optimum."""
    if plan.certificate is None:
        raise BrokenPromise("an optimum is claimed, and the plan has no certificate")
    return plan.certificate


CHECKS: Mapping[str, Callable[[Mechanism], Any]] = MappingProxyType(
    {
        name.removeprefix("check_"): check
        for name, check in list(globals().items())
        if name.startswith("check_") and check.__module__ == __name__
    }
)
"""Every promise by name, as it is written in ``expected_failures``."""


def check_mechanism(mechanism: Mechanism) -> dict[str, str]:
    """Hold a mechanism to the whole contract.

    Parameters
    ----------
    mechanism
        An instance.

    Returns
    -------
    dict
        What became of every promise: ``"kept"``, ``"does not apply"`` or ``"expected failure: <reason>"``.

    Raises
    ------
    BrokenPromise
        If a promise is broken, if one that was expected to be broken is kept, or if nothing could be checked.
    """
    outcome: dict[str, str] = {}
    expected = mechanism.expected_failures
    if unknown := sorted(set(expected) - set(CHECKS)):
        raise BrokenPromise(f"expected_failures names {unknown[0]!r}; the promises are {', '.join(CHECKS)}.")
    for name, check in CHECKS.items():
        try:
            applies = check(mechanism)
        except BrokenPromise as broken:
            if name not in expected:
                raise BrokenPromise(f"{name}: {broken}") from broken
            outcome[name] = f"expected failure: {expected[name]}"
            continue
        if name in expected:
            raise BrokenPromise(
                f"{name}: expected to fail ({expected[name]}), but it is kept; delete it from expected_failures."
            )
        outcome[name] = "does not apply" if applies is False else "kept"
    if set(outcome.values()) <= {"does not apply"}:
        raise BrokenPromise("No promise applies to this mechanism, so nothing was checked.")
    return outcome
