"""No cliffs, and no wrong answers: years of large economies, small ones all at once, and numbers far apart.

    python -m benchmarks.robustness            # about twenty minutes on two cores
    python -m benchmarks.robustness --small    # a twenty-fifth of the drawn economies, and the smaller years

years
    Simulations of optimal plans with 2000 to 100 000 products: honest and lying, with opening stocks and without. Every
    plan certified; seconds of all periods together, in a process that has compiled before.
plans
    Economies of 20, 60, 150 and 400 products, three plans each: stocks, limits, capacity and needs change from one plan
    to the next as shocks and lies change them. No plan may take ten times the median of its size, or 50 ms if that is
    more.
units, spreads
    Small economies measured in other units, over factors of 1e-12 to 1e12; and with capacities, limits and stocks
    multiplied each by its own factor of 1e-6 to 1e6, and beyond. Plans against the exact optimum, and rows against
    exact flows, in rational arithmetic (`benchmarks.exact`): where a plan is certified it has to be right.

Exits with status 1 where a line fails.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.economies import Case, case
from benchmarks.exact import optimum, shortfall
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.scenario import with_parts
from planlab.testing.measures import rescaled
from planlab.testing.probes import first_observation

__all__ = ["Spread", "proved", "spread", "timed_plans"]

RIGHT = 1e-6
"""Part of its own flow by which a certified row may fall short, and of the optimum by which its objective may."""

PEOPLE: dict[str, dict[str, Any]] = {
    "honest": {},
    "Heterogeneous": {"behaviour": pl.IdiosyncraticBias()},
    "Embellish, Hierarchy": {"behaviour": pl.Embellish(1.1), "channel": pl.Hierarchy(levels=3)},
}

SIZES = (20, 60, 150, 400)

SLOW, LEAST = 10.0, 0.050
"""A plan is slow above this many medians of its size, and above these seconds."""

KEY = jax.random.key(0)


@dataclass(frozen=True)
class Year:
    """A simulation to be timed."""

    economy: str
    products: int
    people: str
    stocked: bool
    periods: int
    seconds: float


def years(small: bool) -> Iterator[Year]:
    """Yield what is to be simulated, with the seconds it may take."""
    yield from (Year("modular", 2000, who, False, 10, 20.0) for who in PEOPLE)
    for economy in ("layered", "scale_free"):
        for who in PEOPLE:
            for stocked in (False, True):
                yield Year(economy, 10_000, who, stocked, 10, 20.0)
                if not small:
                    yield Year(economy, 100_000, who, stocked, 3, 30.0)


def stocked(scenario: pl.Scenario, seed: int = 0) -> pl.Scenario:
    """Return a scenario with stocks of all products, some of nearly nothing and some of more than a year's needs."""
    draw, needed = np.random.default_rng([seed, 7]), np.asarray(scenario.needs).sum(axis=1)
    usual = needed + 1e-3 * needed.mean()
    return with_parts(scenario, stock=jnp.asarray(usual * draw.lognormal(-1.0, 1.5, needed.size)))


@contextmanager
def watched(kind: type[pl.LinearProgram]) -> Iterator[list[tuple[float, pl.Plan]]]:
    """Note seconds and plan of every call of a mechanism's ``plan``."""
    plan, made = kind.plan, []

    def noted(self: Any, state: Any, seen: Any, key: Any) -> Any:
        began = time.perf_counter()
        state, proposed = plan(self, state, seen, key)
        made.append((time.perf_counter() - began, proposed))
        return state, proposed

    kind.plan = noted  # type: ignore[method-assign]  # put back below
    try:
        yield made
    finally:
        kind.plan = plan  # type: ignore[method-assign]


def simulated(year: Year) -> dict[str, Any]:
    """Return a row of the table of years."""
    scenario = pl.make_scenario(year.economy, products=year.products, seed=0)
    scenario = stocked(scenario) if year.stocked else scenario
    run = {"periods": year.periods, **PEOPLE[year.people]}
    jax.block_until_ready(pl.simulate("standstill", scenario, **run).outcome)  # compiles all but the plans
    with watched(pl.LinearProgram) as made:
        began = time.perf_counter()
        jax.block_until_ready(pl.simulate("linear_program", scenario, **run).outcome)
        took = time.perf_counter() - began
    certified = sum(plan.status == pl.Status.OPTIMAL for _, plan in made)
    how = Counter(str(pl.How(int(plan.how))) for _, plan in made)
    return {
        "economy": year.economy,
        "products": year.products,
        "people": year.people,
        "stocks": "some" if year.stocked else "none",
        "periods": year.periods,
        "seconds": took,
        "allowed": year.seconds,
        "longest": max(seconds for seconds, _ in made),
        "certified": certified,
        "error": max(plan.certificate.error for _, plan in made),
        "how": ", ".join(f"{name} {count}" for name, count in how.most_common()),
        "fails": took > year.seconds or certified < year.periods,
    }


def observations(seed: int, products: int) -> Iterator[pl.Observation]:
    """Yield what a planner is told in three periods of a drawn economy: stocks, shocks and lies change every time."""
    draw = np.random.default_rng([seed, 8])
    name = ("layered", "scale_free", "modular")[seed % 3]
    margin = (1.0, 1.2, 3.0)[seed // 3 % 3]
    scenario = pl.make_scenario(name, products=products, seed=seed, capacity_margin=margin)
    seen, lie = first_observation(stocked(scenario, seed)), (0.0, 0.1, 0.5)[seed // 9 % 3]

    def told(values: Any, struck: float) -> Any:
        hit = np.where(draw.random(np.shape(values)) < struck, draw.uniform(0.0, 1.0, np.shape(values)), 1.0)
        return jnp.asarray(values * hit * draw.lognormal(0.0, lie, np.shape(values)))

    for _ in range(3):
        yield replace(
            seen,
            capacity=told(seen.capacity, 0.1),
            stock=told(seen.stock, 0.3),
            limits=told(seen.limits, 0.2),
            needs=told(seen.needs, 0.0),
        )


def timed_plans(products: int, count: int, start: int = 0) -> pd.DataFrame:
    """Return seconds, status and how of three plans each of as many drawn economies."""
    mechanism, rows = pl.LinearProgram(), []
    for seed in range(start, start + count):
        state = None
        for period, seen in enumerate(observations(seed, products)):
            state = mechanism.init(seen, KEY) if state is None else state
            began = time.perf_counter()
            state, plan = mechanism.plan(state, seen, KEY)
            took, how = time.perf_counter() - began, str(pl.How(int(plan.how)))
            rows.append((products, seed, period, took, str(plan.status), plan.certificate.error, how))
    return pd.DataFrame(rows, columns=["products", "seed", "period", "seconds", "status", "error", "how"])


@dataclass(frozen=True)
class Spread:
    """What came of a plan whose exact optimum is known."""

    name: str
    certified: bool
    short: float
    apart: float

    @property
    def wrong(self) -> bool:
        """Whether it is certified though it is not right."""
        return self.certified and not (self.short <= RIGHT and self.apart <= RIGHT)


def spread(seed: int, decades: int, what: str) -> tuple[Case, Case | None]:
    """Return a drawn economy with its numbers spread over powers of ten, and its twin where it has one."""
    twin = case(seed, (5, 6, 8))
    s = twin.scenario
    if what == "units":
        world, _ = rescaled(s, seed, decades)
    else:
        draw, stock = np.random.default_rng([seed, 9]), s.stock + 0.1 * s.needs.sum(axis=1)
        changed = {"capacity": s.capacity, "limits": s.limits, "stock": stock}
        apart = {name: 10.0 ** draw.uniform(-decades, decades, value.shape) for name, value in changed.items()}
        world = with_parts(s, **{name: value * apart[name] for name, value in changed.items()})
    problem = twin.objective.problem(first_observation(world))
    return replace(twin, scenario=world, problem=problem), twin if what == "units" else None


def proved(seed: int, decades: int, what: str) -> Spread | None:
    """Plan in a drawn economy with numbers far apart, and compare with the exact optimum; ``None`` where none is known.

    What a gap is measured by where hardly anything can be had is a millionth of all needs, as in certificates.
    """
    drawn, twin = spread(seed, decades, what)
    best = optimum((twin or drawn).problem)
    if best is None:
        return None
    mechanism, seen = pl.LinearProgram(drawn.objective), first_observation(drawn.scenario)
    _, plan = mechanism.plan(mechanism.init(seen, KEY), seen, KEY)
    z, _ = drawn.problem.from_plan(plan)
    short = float(shortfall(drawn.problem.stated, z))
    people, needs = np.asarray(drawn.scenario.population), np.asarray(drawn.scenario.needs)
    least = RIGHT * float(people @ (needs > 0).any(axis=0))
    apart = abs(plan.certificate.objective - float(best)) / max(abs(float(best)), least)
    return Spread(f"{drawn.name}, {what} over 1e±{decades:g}", plan.status == pl.Status.OPTIMAL, short, apart)


def told(label: str, found: list[Spread | None], least: float) -> bool:
    """Print a line on drawn economies; return whether it fails."""
    known = [each for each in found if each is not None]
    certified = [each for each in known if each.certified]
    wrong = [each for each in known if each.wrong]
    share = len(certified) / len(known) if known else 1.0
    worst = [max((getattr(each, what) for each in certified), default=0.0) for what in ("short", "apart")]
    fails = bool(wrong) or share < least
    print(
        f"{label:24s} {len(found):5d} {len(known):6d} {share:10.2%} {len(wrong):6d} {worst[0]:10.1e} {worst[1]:10.1e}"
        f"  {'FAILS' if fails else ''}",
        flush=True,
    )
    for each in wrong[:5]:
        print(f"    {each.name}: short by {each.short:.1e}, apart by {each.apart:.1e}")
    return fails


def main() -> None:
    """Run all parts, print their lines, and exit with 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a twenty-fifth of the drawn economies, smaller years")
    parser.add_argument("--only", help="parts, with commas between them: years, plans, units, spreads")
    parser.add_argument("--count", type=int, help="economies per line of units and spreads, a tenth per size of plans")
    may_be_kept(parser)
    asked = parser.parse_args()
    parts = asked.only.split(",") if asked.only else ["years", "plans", "units", "spreads"]
    print(provenance())
    failed, count = False, asked.count or (100 if asked.small else 2500)
    if "years" in parts:
        failed |= _years(asked.small, asked.out)
    if "plans" in parts:
        failed |= _plans(max(1, count // 10))
    for what in ("units", "spreads"):
        if what in parts:
            failed |= _spreads(what, count)
    sys.exit(failed)


def _years(small: bool, out: Any) -> bool:
    rows: list[dict[str, Any]] = []
    for year in years(small):
        rows.append(simulated(year))
        save(rows, out)
        print(pd.DataFrame(rows[-1:]).to_string(index=False, header=len(rows) == 1, float_format="%.3g"), flush=True)
    return any(row["fails"] for row in rows)


def _plans(each: int) -> bool:
    print(f"{'products':>8s} {'plans':>6s} {'certified':>10s} {'median s':>9s} {'longest s':>9s} {'slow':>5s}  how")
    failed = False
    for size in SIZES:
        timed_plans(size, 1)  # whatever compiles has compiled
        table = timed_plans(size, each)
        median = table.seconds.median()
        slow = table[table.seconds > max(SLOW * median, LEAST)]
        certified = int((table.status == "optimal").sum())
        failed |= len(slow) > 0 or certified < len(table)
        how = ", ".join(f"{name} {count}" for name, count in table.how.value_counts().items())
        print(
            f"{size:8d} {len(table):6d} {certified:10d} {median:9.4f} {table.seconds.max():9.4f} {len(slow):5d}  {how}"
        )
        odd = pd.concat([slow, table[table.status != "optimal"]]).drop_duplicates()
        if len(odd):
            print(odd.to_string(index=False), flush=True)
    return failed


def _spreads(what: str, count: int) -> bool:
    print(f"{what:24s} drawn  known  certified  wrong      short      apart")
    failed = False
    for decades in (12,) if what == "units" else (6, 9, 12):
        found = [
            proved(seed, decades, what) for seed in range(count if decades == 6 or what == "units" else count // 5)
        ]
        failed |= told(f"{what} over 1e±{decades}", found, 0.99 if decades == 6 or what == "units" else 0.0)
    return failed


if __name__ == "__main__":
    main()
