"""The proof: every solver against reference solvers, every certificate against planted faults.

    python -m benchmarks.agreement            # some minutes
    python -m benchmarks.agreement --small    # a tenth of everything

small, large
    Drawn economies of 5 to 60 and of 500 to 2000 products (three generators and arrays without structure; one and two
    techniques, joint products, capacities that bind, ample ones or none, stocks, wear): every solver that applies
    against HiGHS' simplex, objectives relative to the optimum, certificates recomputed.
second opinion
    HiGHS' simplex itself against Clarabel, an interior-point solver of other authors.
planted
    Optimal plans with one fault each (`benchmarks.planted`), chosen so that it matters; the certificate has to see it.
infeasible
    Needs beyond limits or capacity: a Farkas ray has to prove it; the same ray and others against problems that have a
    plan have to prove nothing.
dialogue
    The decentralised mechanism against the linear programme, 100 to 1000 products.

Exits with status 1 where a line fails.
"""

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

import planlab as pl
from benchmarks.economies import KINDS, SIZES, Case, case
from benchmarks.planted import FAULTS, false_rays, plant
from benchmarks.provenance import provenance
from planlab.economy.scenario import with_parts
from planlab.optimisation import highs
from planlab.optimisation.highs import Solution
from planlab.optimisation.kkt import PROOF, farkas_margin, kkt
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.planning_problem import PlanningProblem, certify
from planlab.optimisation.solvers import SOLVERS, solve
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation

__all__ = ["Line", "by_clarabel", "compared", "dialogues", "infeasible", "opinions", "planted", "solvers"]

EXACT, ITERATIVE = 1e-8, 1e-6
"""Relative difference of objectives allowed to exact solvers, and to those that stop at a tolerance."""

SEEN = 1e-6
"""Certified errors above this are called no optimum."""

DIALOGUE = 1e-3
"""Relative difference of objectives allowed to the decentralised mechanism."""

MIDDLING = (500, 700, 1000, 1400, 2000)

Solver = Callable[[PlanningProblem], tuple[Solution | None, str]]
"""Returns the solution and which solver gave it; ``None`` where it declined."""


@dataclass
class Line:
    """A line of the summary.

    Parameters
    ----------
    what
        What was compared or planted.
    allowed
        Greatest difference that passes.
    tried, declined
        How many, and how often the solver said that it does not apply or has no answer.
    worst, error
        Largest difference from the reference and largest certified error; of planted faults the least certified error
        that gave one away, of rays the least margin of a true one and the greatest of a false one.
    failures
        What failed, one entry each.
    """

    what: str
    allowed: float
    tried: int = 0
    declined: int = 0
    worst: float = 0.0
    error: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"{self.tried:6d} {self.declined:8d} {len(self.failures):6d}"
        return f"{self.what:42s} {counts} {self.worst:10.1e} {self.error:10.1e} {self.allowed:8.0e}"

    def note(self, difference: float, error: float, of: str) -> None:
        """Count one comparison; what is no number fails."""
        self.worst, self.error = float(np.fmax(self.worst, difference)), float(np.fmax(self.error, error))
        if not (difference <= self.allowed and error <= max(self.allowed, SEEN)):
            self.failures.append(f"{of}: differs by {difference:.1e}, certified error {error:.1e}")


def solvers() -> dict[str, tuple[Solver, float]]:
    """Return every way of solving but the reference, each with the difference it is allowed."""
    ways: dict[str, tuple[Solver, float]] = {"highs ipm": (by_interior_point, EXACT)}
    for name in SOLVERS:
        if name not in ("auto", "highs"):
            ways[name] = (_named(name), ITERATIVE if name == "primal_dual" else EXACT)
    return ways | {"auto": (_named("auto"), EXACT)}


def _named(name: str) -> Solver:
    def way(problem: PlanningProblem) -> tuple[Solution | None, str]:
        answer, _ = solve(problem, name, tolerance=2e-7 if name == "primal_dual" else 1e-9)
        own = name == "auto" or str(answer.how).replace("closed form", "active set") == name.replace("_", " ")
        return answer.solution if own else None, str(answer.how)

    return way


def by_interior_point(problem: PlanningProblem) -> tuple[Solution | None, str]:
    """Return the answer of HiGHS' interior-point method with crossover; ``None`` where it calls it not optimal."""
    linear, model = problem.linear, highs.load(problem.linear)
    model.setOptionValue("solver", "ipm")
    model.run()
    if not highs.optimal(model):
        return None, "highs"
    answer = model.getSolution()
    return _checked(linear, np.array(answer.col_value), np.array(answer.row_dual)), "highs"


def by_clarabel(problem: PlanningProblem) -> Solution | None:
    """Return Clarabel's answer :cite:`goulart:24`, asked through cvxpy; ``None`` where it calls it not optimal."""
    import cvxpy as cp

    linear, z = problem.linear, cp.Variable(problem.linear.cost.size)
    bounded = np.flatnonzero(np.isfinite(linear.upper))
    balance = linear.assembled() @ z >= linear.rows
    asked = cp.Problem(cp.Minimize(linear.cost @ z), [balance, z >= linear.lower, z[bounded] <= linear.upper[bounded]])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Solution may be inaccurate")
        asked.solve(solver=cp.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    return None if asked.status != cp.OPTIMAL else _checked(linear, np.asarray(z.value), np.asarray(balance.dual_value))


def _checked(linear: LinearProblem, z: np.ndarray, y: np.ndarray) -> Solution:
    z, y = np.clip(z, linear.lower, linear.upper), np.maximum(y, 0.0)
    return Solution(z, y, Status.OPTIMAL, kkt(linear, z, y), None, 0)


def compared(cases: Iterable[Case], names: Iterable[str] | None = None) -> list[Line]:
    """Compare every solver, or those named, with the reference, which has to certify its own answers."""
    reference, ways, shares = Line("highs simplex (reference)", EXACT), solvers(), Counter[str]()
    ways = {name: way for name, way in ways.items() if names is None or name in names}
    lines = {name: Line(name, allowed) for name, (_, allowed) in ways.items()}
    for drawn in cases:
        linear, right = drawn.problem.linear, highs.solve(drawn.problem.linear)
        reference.tried += 1
        reference.note(0.0, _error(linear, right), drawn.name)
        for name, (way, _) in ways.items():
            lines[name].tried += 1
            found, by = way(drawn.problem)
            if name == "auto":
                shares[by] += 1
            if found is None:
                lines[name].declined += 1
            elif found.status is right.status is Status.OPTIMAL:
                lines[name].note(_difference(linear, found.z, right.z), _error(linear, found), drawn.name)
            else:
                lines[name].failures.append(f"{drawn.name}: {found.status}, reference {right.status}")
    if "auto" in lines:
        lines["auto"].what += " (" + ", ".join(f"{name} {count}" for name, count in shares.most_common()) + ")"
    return [reference, *lines.values()]


def opinions(cases: Iterable[Case]) -> list[Line]:
    """Compare the reference with Clarabel."""
    line = Line("highs simplex against Clarabel", ITERATIVE)
    for drawn in cases:
        line.tried += 1
        linear, right, other = drawn.problem.linear, highs.solve(drawn.problem.linear), by_clarabel(drawn.problem)
        if other is None:
            line.declined += 1
        else:
            line.note(_difference(linear, other.z, right.z), _error(linear, other), drawn.name)
    return [line]


def _error(linear: LinearProblem, found: Solution) -> float:
    return float(kkt(linear, found.z, found.y).error)


def _difference(linear: LinearProblem, z: np.ndarray, right: np.ndarray) -> float:
    """Return by how much objectives differ, relative to the optimum or to one natural unit if that is more."""
    best = float(linear.cost @ right)
    return abs(float(linear.cost @ z) - best) / max(abs(best), 1.0)


def planted(count: int, seed: int = 0) -> list[Line]:
    """Plant faults in optimal plans, all kinds in turn, until `count` of them matter; each has to be seen."""
    lines = {name: Line(f"fault: {name}", 0.0, error=np.inf) for name in FAULTS}
    objectives, draw = (
        (pl.CappedNeeds(), pl.CappedNeeds(), pl.Ray(), pl.LeastThroughput(factor=0)),
        np.random.default_rng(seed),
    )
    done, at = 0, seed
    while done < count:
        objective = objectives[at % 4]
        drawn = case(at, objective=objective) if at % 4 < 3 else _relaxed(case(at, objective=objective))
        at, answer = at + 1, highs.solve(drawn.problem.linear)
        if answer.status is not Status.OPTIMAL:
            continue
        plan = drawn.problem.to_plan(*answer[:3])
        in_prices = isinstance(objective, pl.CappedNeeds)
        kinds = [name for name in FAULTS if in_prices or not ("price" in name or "rent" in name)]
        for name in draw.permutation(kinds)[: min(4, count - done)]:
            wrong = plant(drawn, plan, name, draw)
            lines[name].tried += 1
            if wrong is None:
                lines[name].declined += 1
                continue
            done += 1
            error = float(certify(drawn.problem, wrong).error)
            lines[name].error = float(np.fmin(lines[name].error, error))
            if error <= SEEN:
                lines[name].failures.append(f"{drawn.name}: not seen, certified error {error:.1e}")
    return list(lines.values())


def _relaxed(drawn: Case) -> Case:
    """Return the case with limits and capacities fourfold, so that all needs can be met."""
    world = with_parts(drawn.scenario, limits=4 * drawn.scenario.limits, capacity=4 * drawn.scenario.capacity)
    return replace(drawn, scenario=world, problem=drawn.objective.problem(first_observation(world)))


def _pinched(drawn: Case, draw: np.random.Generator, factor: bool) -> Case:
    """Return the relaxed case with one limit, or all capacity of a needed product, far below what is needed."""
    wide = _relaxed(drawn)
    world, x = wide.scenario, highs.solve(wide.problem.linear).z[: wide.problem.processes]
    use = np.asarray(world.economy.factors) @ (x * wide.problem.column_unit[: x.size])
    share = draw.uniform(0.3, 0.95)
    if factor:
        k = wide.objective.factor
        world = with_parts(world, limits=world.limits.at[k].set(share * use[k]))
    else:
        i = draw.choice(np.flatnonzero(np.asarray(world.needs.sum(axis=1) > world.stock)))
        makers = world.economy.outputs.to_scipy().tocsr()[[i]]
        most = share * float((world.needs.sum(axis=1) - world.stock)[i])
        j = makers.indices
        world = with_parts(world, capacity=world.capacity.at[j].set(most / makers.data / j.size))
    return replace(wide, scenario=world, problem=wide.objective.problem(first_observation(world)))


def infeasible(count: int, seed: int = 0) -> list[Line]:
    """Ask for what cannot be had: a ray has to prove it, and nothing may prove it where it can be had."""
    draw = np.random.default_rng(seed)
    lines = [Line(f"{which} too small: proved", 0.0, worst=np.inf) for which in ("limit", "capacity")]
    false: dict[str, Line] = {}
    for at in range(count):
        drawn, line = case(seed + at, objective=pl.LeastThroughput(factor=0)), lines[at % 2]
        wide, hopeless = _relaxed(drawn), _pinched(drawn, draw, factor=at % 2 == 0)
        line.tried += 1
        rays = {"highs": highs.solve(hopeless.problem.linear), "auto": solve(hopeless.problem)[0].solution}
        for name, found in rays.items():
            ray = found.certificate.ray
            margin = -np.inf if ray is None else farkas_margin(hopeless.problem.linear, ray)
            line.worst = min(line.worst, margin)
            if found.status is not Status.INFEASIBLE or not margin > PROOF:
                line.failures.append(f"{hopeless.name}: {name} says {found.status}, margin {margin:.1e}")
        right, true = highs.solve(wide.problem.linear), rays["highs"].certificate.ray
        if right.status is not Status.OPTIMAL or true is None:
            continue
        for name, ray in false_rays(true, right.y, draw).items():
            check = false.setdefault(name, Line(f"false ray: {name}", 0.0, worst=-np.inf))
            check.tried, margin = check.tried + 1, farkas_margin(wide.problem.linear, ray)
            check.worst = float(np.fmax(check.worst, margin))
            if margin > PROOF:
                check.failures.append(f"{wide.name}: taken for a proof")
    return [*lines, *false.values()]


def dialogues(count: int) -> list[Line]:
    """Compare the decentralised mechanism with the linear programme."""
    line = Line("gradient against the linear programme", DIALOGUE)
    for seed in range(count):
        name, size = KINDS[seed % 3], (100, 200, 400, 700, 1000)[seed % 5]
        scenario = pl.make_scenario(name, products=size, seed=seed)
        best, found = (pl.plan(mechanism, scenario) for mechanism in ("linear_program", "gradient"))
        line.tried += 1
        away = abs(float(best.certificate.objective) / float(found.certificate.objective) - 1)
        line.worst, line.error = max(line.worst, away), max(line.error, float(found.certificate.error))
        if not (away <= DIALOGUE and found.status == Status.OPTIMAL):
            line.failures.append(f"{scenario.name}: differs by {away:.1e}, {found.status}")
    return [line]


def parts(share: float, seed: int) -> dict[str, Callable[[], list[Line]]]:
    """Return what is proved, by name, each with as many cases as its share of the whole."""

    def drawn(count: int, start: int, sizes: tuple[int, ...], inputs: int) -> Iterator[Case]:
        return (case(seed + start + at, sizes, inputs=inputs) for at in range(max(1, round(share * count))))

    many = max(1, round(share * 200))
    return {
        "small": lambda: compared(drawn(2000, 0, SIZES, 4)),
        "large": lambda: compared(drawn(50, 10_000, MIDDLING, 12)),
        "second opinion": lambda: opinions(drawn(200, 20_000, SIZES, 4)),
        "planted": lambda: planted(many, seed + 30_000),
        "infeasible": lambda: infeasible(many, seed + 40_000),
        "dialogue": lambda: dialogues(max(1, round(share * 50))),
    }


def main() -> None:
    """Run all parts, print a line each, and the failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--only", help="parts, with commas between them")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chosen = parts(0.1 if options.small else 1.0, options.seed)
    for name in options.only.split(",") if options.only else list(chosen):
        if name not in chosen:
            parser.error(f"--only names {name!r}; the parts are {', '.join(chosen)}.")
    failures = []
    print(
        f"{'':42s} {'cases':>6s} {'declined':>8s} {'failed':>6s} {'difference':>10s} {'KKT error':>10s} {'allowed':>8s}"
    )
    for name in options.only.split(",") if options.only else chosen:
        began = time.perf_counter()
        lines = chosen[name]()
        print(f"{name}: {time.perf_counter() - began:.0f} s", *map(str, lines), sep="\n", flush=True)
        failures += [f"{line.what}: {failure}" for line in lines for failure in line.failures]
    print(*failures, f"{len(failures)} failures | {provenance()}", sep="\n")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
