"""What every mechanism promises, one function per promise.

A check raises `BrokenPromise`, or returns ``False`` where it does not apply.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from planlab.information.behaviours import Behaviour, Heterogeneous, Truthful
from planlab.mechanisms.mechanism import Mechanism, NotSeen, Plan, Status
from planlab.scoring.bounds import clairvoyant
from planlab.scoring.needs import need_satisfaction
from planlab.testing.worlds import drawn_scenario, permuted
from planlab.world.execution import Execution
from planlab.world.rationing import HouseholdsFirst, IntermediatesFirst, PrioritySectors, Proportional
from planlab.world.simulation import plan as make_plan
from planlab.world.simulation import simulate
from planlab.world.trajectory import Trajectory

__all__ = [
    "CHECKS",
    "BrokenPromise",
    "check_broken_plan_keeps_its_row",
    "check_goods_are_conserved",
    "check_mechanism",
    "check_more_of_a_limit_never_hurts",
    "check_names_do_not_matter",
    "check_new_numbers_do_not_recompile",
    "check_no_better_than_foresight",
    "check_plenty_meets_every_need",
    "check_same_seed_same_bits",
    "check_sees_no_more_than_declared",
]

PERIODS = 3
FIRST_ORDER = 1e-3
"""How far two equally optimal plans of a tolerance of 1e-4 may differ in need satisfaction."""


class BrokenPromise(AssertionError):
    """A mechanism, or the world it was tried in, does not keep the contract."""


def _met(run: Trajectory) -> np.ndarray:
    s = run.scenario
    return need_satisfaction(run.outcome.delivery, run.needs, s.urgency, s.population)


def _require(kept: bool, said: str) -> None:
    if not kept:
        raise BrokenPromise(said)


def check_goods_are_conserved(mechanism: Mechanism, execution: Execution | None = None) -> None:
    """Check that what was there and what is made is delivered, used, invested, decayed or left, to 1e-9."""
    scenario = drawn_scenario(1)
    first = jnp.arange(scenario.economy.processes) < 2
    rules = IntermediatesFirst(), HouseholdsFirst(), Proportional(), PrioritySectors(first)
    worlds = [Execution(rule=rule, decay=0.02) for rule in rules] if execution is None else [execution]
    for physics in worlds:
        o = simulate(mechanism, scenario, PERIODS, Heterogeneous(), execution=physics).outcome
        given = np.asarray(o.opening + o.made)
        taken = np.asarray(o.closing + o.delivery.sum(axis=2) + o.used + o.invested + o.decayed)
        worst = float(np.abs(given - taken).max() / given.max())
        _require(
            worst <= 1e-9, f"goods are not conserved by {type(physics.rule).__name__}: {worst:.1e} of them go astray"
        )
        again = np.asarray(o.opening)[1:] - np.asarray(o.closing)[:-1]
        _require(float(np.abs(again).max()) <= 1e-9 * given.max(), "a period does not open with what the last one left")


def check_names_do_not_matter(mechanism: Mechanism) -> None:
    """Products, processes, communities and factors in another order give the same outcome in that order."""
    scenario = drawn_scenario(2)
    other, products, communities = permuted(scenario, seed=3)
    here, there = (simulate(mechanism, world, PERIODS) for world in (scenario, other))
    if getattr(mechanism, "objective", None) is None:
        moved = np.asarray(here.outcome.delivery)[:, products][:, :, communities]
        gap = float(np.abs(moved - np.asarray(there.outcome.delivery)).max())
        tolerance = 1e-8 * float(moved.max())
    else:  # optima need not be unique; what a plan promises is
        promised = [need_satisfaction(r.plan.delivery, r.needs, 1.0, r.scenario.population)[0] for r in (here, there)]
        gap, tolerance = float(abs(promised[0] - promised[1])), FIRST_ORDER
    _require(gap <= tolerance, f"another order of names changes the outcome by {gap:.1e}")


def check_plenty_meets_every_need(mechanism: Mechanism) -> None:
    """With unlimited capacity and factors, and time to fill the pipelines, every need is met."""
    met = _met(simulate(mechanism, drawn_scenario(4, plenty=True, struck=False), PERIODS))
    _require(met[-1] >= 1 - FIRST_ORDER, f"in plenty only {met[-1]:.4f} of needs are met")


def check_no_better_than_foresight(mechanism: Mechanism, execution: Execution = Execution()) -> None:  # noqa: B008
    """Nobody beats the clairvoyant bound, honest or lying, drought or not, with wear and without."""
    for seed, settings in ((5, {}), (6, {"struck": False}), (7, {"wear": 0.0})):
        scenario = drawn_scenario(seed, **settings)
        bound = clairvoyant(scenario, PERIODS, execution).need_satisfaction
        for behaviour in (Truthful(), Heterogeneous()):
            met = float(_met(simulate(mechanism, scenario, PERIODS, behaviour, execution=execution)).mean())
            _require(met <= bound + 1e-6, f"{met:.6f} of needs met beats the clairvoyant bound {bound:.6f}")


def check_sees_no_more_than_declared(mechanism: Mechanism) -> None:
    """Check that it runs on what it declares in ``sees`` alone."""
    try:
        simulate(mechanism, drawn_scenario(8), 1)
    except (NotSeen, TypeError) as error:
        if "Withheld" not in str(error) and not isinstance(error, NotSeen):
            raise
        raise BrokenPromise(f"it reads what it does not declare in sees: {error}") from error


def check_same_seed_same_bits(mechanism: Mechanism) -> None:
    """Check that one seed gives the same plan, bit for bit, also when nothing is compiled."""
    scenario = drawn_scenario(9)
    runs = [simulate(mechanism, scenario, PERIODS, Heterogeneous(), seed=1) for _ in range(2)]
    with jax.disable_jit(not mechanism.traceable):
        plans = [make_plan(_Uncompiled(mechanism), scenario) for _ in range(2)]
    same = all(
        np.array_equal(a, b, equal_nan=True)
        for one, two in ((runs[0].outcome, runs[1].outcome), (plans[0].activity, plans[1].activity))
        for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    )
    _require(same, "two runs of one seed differ; draw from the key that plan is given, and from nothing else")


def check_new_numbers_do_not_recompile(mechanism: Mechanism) -> bool | None:
    """Check that a traceable mechanism is compiled once per shape: other numbers do not trace it again."""
    if not mechanism.traceable:
        return False
    counted: list[int] = []
    for seed in (10, 11):
        simulate(mechanism, drawn_scenario(seed), PERIODS, _Counting(counted.append))
        if seed == 10:
            before = len(counted)
    _require(
        len(counted) == before,
        "other numbers of the same shapes were compiled again; keep numbers out of static fields",
    )
    return None


def check_broken_plan_keeps_its_row(mechanism: Mechanism) -> None:
    """Check that a plan with NaN in it is marked as broken and executed as nothing, and that the run goes on."""
    run = simulate(_Wrecked(mechanism), drawn_scenario(12), PERIODS)
    status = np.asarray(run.plan.status)
    _require(status[0] == Status.BROKEN, "a NaN plan was not marked as broken")
    _require(bool(np.isfinite(np.asarray(run.outcome.delivery)).all()), "a NaN plan put NaN into the world")


def check_more_of_a_limit_never_hurts(mechanism: Mechanism) -> bool | None:
    """Where an optimum is claimed, a higher limit never lowers the objective."""
    if getattr(mechanism, "objective", None) is None:
        return False
    scenario = drawn_scenario(13)
    values = []
    for more in (1.0, 1.1, 1.3):
        proof = make_plan(mechanism, replace(scenario, limits=scenario.limits * more)).certificate
        values.append(float(proof.objective if proof is not None else np.nan))
    _require(bool((np.diff(values) >= -FIRST_ORDER).all()), f"higher limits lower the objective: {values}")
    return None


CHECKS: dict[str, Callable[[Mechanism], Any]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_") and callable(check)
}
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
        except BrokenPromise:
            if name not in expected:
                raise
            outcome[name] = f"expected failure: {expected[name]}"
            continue
        if name in expected:
            raise BrokenPromise(
                f"{name} was expected to fail ({expected[name]}) but holds; delete it from expected_failures."
            )
        outcome[name] = "does not apply" if applies is False else "kept"
    if set(outcome.values()) == {"does not apply"}:
        raise BrokenPromise("no promise applied to this mechanism, so nothing was checked.")
    return outcome


class _Wrapper(Mechanism):
    """Stands around a mechanism and declares what it declares."""

    inner: Mechanism

    @property
    def sees(self) -> frozenset[str]:  # type: ignore[override]
        return self.inner.sees

    @property
    def traceable(self) -> bool:  # type: ignore[override]
        return self.inner.traceable

    def init(self, seen: Any, key: Any) -> Any:
        return self.inner.init(seen, key)

    def plan(self, state: Any, seen: Any, key: Any) -> tuple[Any, Plan]:
        return self.inner.plan(state, seen, key)


class _Uncompiled(_Wrapper):
    """Runs every plan in Python, so that nothing drawn while compiling is remembered."""

    @property
    def traceable(self) -> bool:  # type: ignore[override]
        return False


class _Wrecked(_Wrapper):
    """Puts a NaN into every plan."""

    def plan(self, state: Any, seen: Any, key: Any) -> tuple[Any, Plan]:
        state, made = self.inner.plan(state, seen, key)
        return state, replace(made, activity=made.activity.at[0].set(jnp.nan))


class _Counting(Behaviour):
    """Truthful; notes whenever it is traced."""

    note: Callable[[int], None] = eqx.field(static=True)

    def report(self, said: Any, known: Any, key: Any) -> Any:
        self.note(1)
        return said
