"""Economies drawn for benchmarks: many small and varied ones to be proved right on, large ones to be timed on."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation.objectives import Objective
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.testing.probes import first_observation

__all__ = ["Case", "case", "large", "random_arrays"]

SIZES = (5, 8, 13, 21, 34, 60)
"""Small economies come in these sizes, so that JAX compiles for few shapes."""

KINDS = ("layered", "scale_free", "modular", "random")


@dataclass(frozen=True)
class Case:
    """A drawn problem.

    Parameters
    ----------
    name
        What was drawn, for people.
    scenario
        The world.
    objective
        What is to be achieved in it.
    problem
        The programme.
    """

    name: str
    scenario: pl.Scenario
    objective: Objective
    problem: PlanningProblem


def case(seed: int, sizes: tuple[int, ...] = SIZES, objective: Objective | None = None, inputs: int = 4) -> Case:
    """Draw an economy, how tight it is, and an objective; the same seed draws the same.

    Parameters
    ----------
    seed
        Also deals the kinds and techniques, so that each comes as often.
    sizes
        Numbers of products to choose from.
    objective
        ``None``: capped needs, or one time in five the largest multiple of all needs.
    inputs
        Inputs per process.
    """
    draw = np.random.default_rng([seed, 1])
    kind, techniques = KINDS[seed % 4], (1, 1, 2)[seed // 4 % 3]
    n, tightness = int(draw.choice(sizes)), float(draw.uniform(0.7, 0.98))
    capacity = ("unlimited", "binding", "ample")[draw.integers(3)]
    wears, stocked = bool(draw.random() < 0.3) and capacity != "unlimited", bool(draw.random() < 0.4)
    joint = kind == "random" and bool(draw.random() < 0.5)
    if kind == "random":
        scenario = random_arrays(n, techniques, inputs, tightness, joint=joint, wears=wears, seed=seed)
    else:
        scenario = pl.make_scenario(
            kind,
            products=n,
            inputs=min(inputs, n - 1),
            **({"regions": 2} if kind == "modular" else {}),
            techniques=techniques,
            tightness=tightness,
            communities=int(draw.integers(1, 3)),
            depreciation=0.1 if wears else 0.0,
            seed=seed,
        )
    margin = draw.uniform(0.75, 1.0) if capacity == "binding" else draw.uniform(1.0, 1.3)
    uneven = scenario.capacity * jnp.asarray(margin * draw.lognormal(0.0, 0.1, scenario.capacity.shape))
    scenario = with_parts(
        scenario,
        urgency=scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape)),
        capacity=jnp.full_like(uneven, jnp.inf) if capacity == "unlimited" else uneven,
        stock=jnp.asarray(stocked * draw.uniform(0.0, 0.5, n)) * scenario.needs.sum(axis=1),
    )
    if objective is None:
        objective = pl.Ray() if draw.random() < 0.2 else pl.CappedNeeds()
    parts = [kind, f"{n} products", f"{techniques} technique{'s'[: techniques - 1]}", f"capacity {capacity}"]
    parts += ["joint"] * joint + ["wear"] * wears + ["stocks"] * stocked + [type(objective).__name__, f"seed {seed}"]
    return Case(", ".join(parts), scenario, objective, objective.problem(first_observation(scenario)))


def random_arrays(
    products: int,
    techniques: int = 1,
    inputs: int = 4,
    tightness: float = 0.9,
    joint: bool = False,
    wears: bool = False,
    spread: float = 2.0,
    seed: int = 0,
) -> pl.Scenario:
    """Return an economy without any structure: who supplies whom is uniform, and so is how much.

    Parameters
    ----------
    products, techniques, inputs
        How many; every process draws on as many distinct inputs, its own product perhaps among them.
    tightness
        Factor limits over what meeting all needs by equal parts of all techniques would take.
    joint
        Whether every process also makes some of another product.
    wears
        Whether a tenth of capacity wears out, replaced by a tenth of the inputs.
    spread
        Standard deviation of the logarithm of the units that products are measured in.
    seed
        A whole number.
    """
    draw = np.random.default_rng([seed, 2])
    n, m, each = products, products * techniques, min(inputs, products - 1)
    maker, unit = np.tile(np.arange(n), techniques), draw.lognormal(0.0, spread, n)
    first = _distinct(draw, n, m, each)
    share = draw.random((m, each)) + 0.05
    share *= (draw.uniform(0.2, 0.7, m) / share.sum(axis=1))[:, None]
    A = sp.csc_array((share.ravel(), (first.ravel(), np.repeat(np.arange(m), each))), (n, m))
    M = sp.csc_array((np.ones(m), (maker, np.arange(m))), (n, m))
    mixed = sp.csc_array(M.T / techniques)
    needs = np.where(draw.random(n) < 0.7, draw.lognormal(0.0, 1.0, n), 0.0)
    needs[draw.integers(n)] = 1.0
    x = mixed @ np.asarray(pl.gross_output(A @ mixed, needs))
    if joint:
        M += sp.csc_array((draw.uniform(0.1, 0.4, m), ((maker + draw.integers(1, n, m)) % n, np.arange(m))), (n, m))
    F = draw.lognormal(0.0, 1.0, (3, m)) * (draw.random((3, m)) < 0.8)
    measured = sp.diags_array(unit)
    return pl.Scenario.from_arrays(
        inputs=sp.csc_array(measured @ A),
        outputs=sp.csc_array(measured @ M),
        needs=unit * needs,
        factors=F,
        limits=tightness * (F @ x),
        capacity=1.2 * x,
        capital=sp.csc_array(0.1 * (measured @ A)) if wears else None,
        depreciation=0.1 if wears else None,
        name=f"random-{n}-{seed}",
    )


def large(kind: str, products: int, techniques: int, capacity: float, seed: int) -> pl.Scenario:
    """Return an economy to be timed on: fifteen inputs per process, no two needs worth the same, uneven capacities.

    Parameters
    ----------
    kind
        A generator of `planlab.scenario_names`, ``"random"`` for `random_arrays`, or a table of
        `planlab.table_names`, whose products and techniques are its own.
    products, techniques
        How many; one technique only for ``"random"`` networks where products are many.
    capacity
        Over what meeting every need would take, give or take a twentieth.
    seed
        A whole number.
    """
    if kind in pl.table_names():
        scenario = pl.load_table(kind)
    elif kind == "random":
        scenario = random_arrays(products, techniques, inputs=15, seed=seed)
    else:
        scenario = pl.make_scenario(kind, products=products, techniques=techniques, inputs=15, seed=seed)
    draw = np.random.default_rng([seed, 3])
    urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
    margin = draw.lognormal(np.log(capacity / 1.2), 0.05, scenario.capacity.shape)
    return with_parts(scenario, urgency=urgency, capacity=scenario.capacity * jnp.asarray(margin))


def _distinct(draw: np.random.Generator, n: int, m: int, each: int) -> np.ndarray:
    """Return distinct numbers below n for every row, by drawing again what was drawn twice, ``(m, each)``."""
    rows = np.sort(draw.integers(0, n, (m, each)), axis=1)
    while (twice := np.flatnonzero((np.diff(rows, axis=1) == 0).any(axis=1))).size:
        rows[twice] = np.sort(draw.integers(0, n, (twice.size, each)), axis=1)
    return rows
