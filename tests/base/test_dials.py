"""Every number of every part has a domain and is a dial: turned, it is checked by name and compiles nothing anew."""

import dataclasses
import importlib
import inspect
import pkgutil
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base import checks
from planlab.base.part import Part
from planlab.incentives.adapting import Settled
from planlab.incentives.settings.shared_resource import SharedResource
from planlab.incentives.trial import Trial
from planlab.mechanisms.registry import find_mechanism
from planlab.optimisation.solvers import SOLVERS
from planlab.people.behaviours.misreport import Misreport
from planlab.people.behaviours.truthful import Truthful
from planlab.testing.probes import Ranked, Wrecked, compilations, first_observation
from planlab.testing.worlds import drawn_scenario

TINY = 5e-324


class Domain(NamedTuple):
    """Numbers just outside, and three inside of which the last is whole."""

    outside: tuple[float, ...]
    inside: tuple[float, ...]


DOMAINS = {
    checks.FINITE: Domain((), (0.1, -1e300, 1)),
    checks.POSITIVE: Domain((0, -TINY), (0.1, TINY, 1)),
    checks.AT_LEAST_0: Domain((-TINY, -1), (0.1, 0.0, 1)),
    checks.AT_LEAST_1: Domain((0, np.nextafter(1, 0)), (1.1, 2.5, 1)),
    checks.ABOVE_1: Domain((1, np.nextafter(1, 0)), (1.1, np.nextafter(1, 2), 2)),
    checks.SHARE: Domain((-TINY, np.nextafter(1, 2)), (0.1, 0.0, 1)),
    checks.ABOVE_0_TO_1: Domain((0, -TINY, np.nextafter(1, 2)), (0.1, TINY, 1)),
    checks.ABOVE_MINUS_1: Domain((-1, np.nextafter(-1, -2)), (0.1, np.nextafter(-1, 0), 1)),
    checks.UNDER_1: Domain((1, 2), (0.1, -1e300, 0)),
    checks.BELOW_1: Domain((1, -TINY), (0.1, np.nextafter(1, 0), 0)),
}

ANSWERS = {(Settled, "epsilon"), *((pl.Shocks, part) for part in ("capacity", "needs", "limits"))}
"""Numbers that are found and never chosen, and tables that a scenario checks."""

ARGUMENTS = {
    "_OnTop": {"anyway": Truthful(), "lies": Misreport()},
    "Settled": {"misreport": Misreport(), "epsilon": jnp.zeros(()), "converged": jnp.asarray(True)},
    "Wrecked": {"mechanism": pl.Standstill(), "period": 0},
    "PrioritySectors": {"priority": np.array([True, False])},
    "Ranked": dict.fromkeys(("intermediate", "investment", "households"), np.zeros(2, int)),
    "Shocks": {"capacity": np.ones((1, 2)), "needs": np.ones((1, 2)), "limits": np.ones((1, 1))},
    **dict.fromkeys(("Renewable", "Deposit"), {"factor": "labour"}),
    **dict.fromkeys(("Constraint", "Budget"), {"name": "less"}),
    "SharedResource": dict.fromkeys(("slope", "scale", "power"), np.ones(2)),
}
"""What has to be given."""


def below(kind):
    for lower in kind.__subclasses__():
        yield lower
        yield from below(lower)


def all_parts():
    for module in pkgutil.walk_packages(pl.__path__, "planlab."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    own = (kind for kind in dict.fromkeys(below(Part)) if kind.__module__.startswith("planlab."))
    return [kind for kind in own if not inspect.isabstract(kind)]


PARTS = all_parts()


def made(kind, **numbers):
    return kind(**(ARGUMENTS.get(kind.__name__, {}) | numbers))


def holds_a_number(field):
    return field.type in (float, int) or "Float[" in str(field.type)


def dials(kind):
    """Return the names of numbers that may be turned without compiling, with their domains."""
    return {
        field.name: DOMAINS[field.metadata["limit"]] for field in dataclasses.fields(kind) if "limit" in field.metadata
    }


def test_parts_are_found():
    assert {pl.Command, pl.Physics, pl.IdiosyncraticBias, pl.Hierarchy, pl.Weitzman, pl.Effort, pl.CappedNeeds} <= set(
        PARTS
    )
    assert {Ranked, Wrecked, SharedResource} <= set(PARTS)


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_every_number_of_a_part_has_a_domain_and_is_refused_by_name_outside(kind):
    for field in dataclasses.fields(kind):
        if holds_a_number(field) and (kind, field.name) not in ANSWERS:
            assert {"limit", "least"} & set(field.metadata), f"{field.name} has no domain"
        if "least" in field.metadata:
            least, most = field.metadata["least"], field.metadata["most"]
            for wrong in (least - 1, *(() if most is None else (most + 1,))):
                with pytest.raises(ValueError, match=rf"^{field.name} is {wrong}; give a whole number"):
                    made(kind, **{field.name: wrong})
            with pytest.raises(TypeError, match=rf"^{field.name} is 1.5; give a whole number"):
                made(kind, **{field.name: 1.5})
    for name, domain in dials(kind).items():
        row = name in ARGUMENTS.get(kind.__name__, {})
        for wrong in (float("nan"), float("inf"), -float("inf"), *domain.outside):
            with pytest.raises(
                ValueError, match=rf"^{name} (is|holds) .*; (give|let each entry be) a (finite )?number"
            ):
                made(kind, **{name: np.array([1.0, wrong]) if row else wrong})
        for fine in domain.inside:
            assert (getattr(made(kind, **{name: np.array([fine, fine]) if row else fine}), name) == fine).all()


@pytest.mark.parametrize("kind", [kind for kind in PARTS if dials(kind)], ids=lambda kind: kind.__name__)
def test_a_number_of_any_make_and_size_is_one_trace(kind):
    traces = []

    @eqx.filter_jit
    def use(part):
        traces.append(part)
        return [2 * leaf for leaf in jax.tree.leaves(part) if eqx.is_inexact_array(leaf)]

    for name, (_, (some, other, whole)) in dials(kind).items():
        for value in (some, float(whole), whole, other, np.float64(some), np.asarray(some), jnp.asarray(some)):
            given = [value, value] if name in ARGUMENTS.get(kind.__name__, {}) else value
            use(made(kind, **{name: np.asarray(given) if isinstance(given, list) else given}))
            assert len(traces) == 1, f"{name}={given!r} is traced anew"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cover": -1}, "cover is -1; give a number of at least 0"),
        ({"decay": 2}, "decay is 2; give a number from 0 to 1"),
        ({"decay": -0.5}, "decay is -0.5; give"),
        ({"decay": float("nan")}, "decay is nan; give"),
        ({"sub_periods": 0}, "sub_periods is 0; give a whole number of at least 1"),
        ({"ramp": -1}, "ramp is -1; give"),
    ],
)
@pytest.mark.parametrize("kind", [pl.Physics, pl.Frictionless])
def test_physics_refuses_what_makes_no_sense(kind, wrong, said):
    with pytest.raises(ValueError, match=said):
        kind(**wrong)


WORLD, TURNS = drawn_scenario(0), np.linspace(0.01, 0.99, 200)


def simulated(x):
    people = pl.Combined((pl.IdiosyncraticBias(capacity=x), pl.Understate(x), pl.NoisyNeeds(x)))
    channel, physics = pl.Hierarchy(levels=1, noise=x), pl.Physics(cover=x, ramp=x, decay=x)
    reward = pl.Audited(pl.Weitzman(alpha=x), probability=x)
    pl.score(pl.simulate(pl.Command(tautness=x, inertia=x), WORLD, 1, people, channel, physics, 0, reward))


def charged(x):
    charges, world = pl.ExpectedExternality(draws=1, spread=x), first_observation(WORLD)
    charges.prior(world.last.delivery, jax.random.key(0))
    if x in (0.5, *TURNS[::50]):
        pl.plan(pl.VCG(charges=charges), WORLD)


DIALS = {
    "a mechanism, behaviours, a channel, a reward and physics": simulated,
    "effort": lambda x: Trial("standstill", WORLD, effort=pl.Effort(cost=x)).honest(),
    "an objective": lambda x: pl.plan(pl.LinearProgram(objective=pl.CappedNeeds(factor_cost=x / 1e3), budget=x), WORLD),
    "a tolerance": lambda x: pl.plan(dataclasses.replace(find_mechanism("proportional"), tolerance=x), WORLD),
    "charges": charged,
}


@pytest.mark.parametrize("turn", DIALS.values(), ids=DIALS)
def test_two_hundred_values_of_a_dial_compile_nothing_after_the_first(turn):
    turn(0.5)
    with compilations() as compiled:
        for value in TURNS:
            turn(value)
    assert not compiled


def test_looking_at_a_matrix_compiles_nothing_and_changes_no_tree():
    @eqx.filter_jit
    def carried(economy):
        return jax.lax.scan(lambda e, _: (e, (e.inputs.T @ jnp.ones(e.products)).sum()), economy, length=2)[1]

    economy = drawn_scenario(1).economy
    before = jax.tree.structure(economy)
    carried(economy)
    with compilations() as compiled:
        assert economy.inputs.T.T.shape == economy.inputs.shape
        carried(economy)
    assert not compiled
    assert jax.tree.structure(economy) == before


def denser(scenario):
    """Return the same with one more input, so that matrices have another number of non-zeros."""
    e = scenario.economy
    A = e.inputs.to_scipy().toarray()
    A[tuple(np.argwhere(A == 0)[0])] = 1e-3
    return eqx.tree_at(lambda s: s.economy.inputs, scenario, type(e.inputs).from_any(A))


@pytest.mark.parametrize("solver", [name for name in SOLVERS if name not in ("active_set", "primal_dual")])
def test_another_number_of_nonzeros_compiles_nothing_for_solvers_on_the_host(solver):
    planner, key = pl.LinearProgram(solver=solver), jax.random.key(0)
    here, there = (first_observation(world) for world in (WORLD, denser(WORLD)))
    planner.plan(planner.init(here, key), here, key)
    with compilations() as compiled:
        _, plan = planner.plan(planner.init(there, key), there, key)
    assert not compiled
    assert plan.status == pl.Status.OPTIMAL
