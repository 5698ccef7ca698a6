"""Time to a certified plan: planlab against the solvers a user would pick instead, on the same problems in one run.

    python -m benchmarks.planning --sizes 1e3,1e4 --peers highs-simplex,highs-ipm,highs-pdlp,ortools-pdlp,mpax

Capped needs on economies with fifteen inputs per process, four factor limits, urgencies that differ and uneven
capacities (``--capacity``: over what meeting every need would take; ``inf``: none); real tables have the sizes that
they have. Every answer is judged by the same measure, the relative KKT error by which PDLP stops, worked out here;
planlab's own certificates are stricter (`planlab.optimisation.kkt`), and peers are asked for half the error, so
that none fails by a hair. What is not good enough, runs out of time or fails keeps its row. Seconds are those
from a programme in memory to an answer in memory; drawing the economy, stating the programme and compiling are listed
apart. Peers run in a process of their own, by the Python of ``--peer-python`` if given.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.economies import large
from benchmarks.memory import peak
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.optimisation.kkt import dual_bound
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.solvers import solve
from planlab.testing.probes import first_observation

OURS = "planlab"


class Row(NamedTuple):
    """One solver on one problem."""

    economy: str
    products: int
    techniques: int
    capacity: float
    seed: int
    tolerance: float
    solver: str
    seconds: float
    error: float
    objective: float
    iterations: float
    compiled: float
    gigabytes: float
    verdict: str


def ours(problem: PlanningProblem, same: tuple) -> Row:
    """Return the row of our own answer; steps are the solver's."""
    fresh = replace(problem, stated=replace(problem.stated, matrix=replace(problem.stated.matrix)))  # nothing kept
    fresh.linear  # noqa: B018 - the programme in memory
    with peak() as memory:
        began = time.perf_counter()
        answer, _ = solve(fresh, tolerance=same[-1])
        took = time.perf_counter() - began
    found = answer.solution
    error, value = relative_kkt(fresh.linear, found.z, found.y), float(found.certificate.objective)
    passed = verdict(error, same[-1], took, np.inf)
    return Row(*same, f"{OURS} ({answer.how})", took, error, value, found.iterations, 0.0, memory.gigabytes, passed)


def relative_kkt(linear: LinearProblem, z: np.ndarray, y: np.ndarray) -> float:
    """Return the largest of relative primal residual, dual residual and gap, in norm :cite:`applegate:21`."""
    norm, (bound, open_ended, _) = np.linalg.norm, dual_bound(linear, np.maximum(y, 0.0))
    short = np.maximum(linear.rows - linear.matrix @ z, 0.0)
    outside = np.maximum(linear.lower - z, 0.0) + np.maximum(z - linear.upper, 0.0)
    primal = norm(np.concatenate([short, outside])) / (1 + norm(linear.rows))
    dual = norm(np.concatenate([open_ended, np.minimum(y, 0.0)])) / (1 + norm(linear.cost))
    value = linear.value(z)
    return float(np.max([primal, dual, abs(value - bound) / (1 + abs(value) + abs(bound))]))


def write(linear: LinearProblem, path: Path) -> None:
    """Write a programme for peers."""
    G = linear.assembled()
    parts = {"data": G.data, "indices": G.indices, "indptr": G.indptr}
    np.savez(path, c=linear.cost, b=linear.rows, l=linear.lower, u=linear.upper, **parts)


def theirs(peer: str, python: str, path: Path, tolerance: float, limit: float) -> dict | str:
    """Return a peer's answer, or why there is none."""
    script, answer = Path(__file__).with_name("peers.py"), path.with_name("answer.npz")
    answer.unlink(missing_ok=True)
    command = [
        python,
        str(script),
        peer,
        str(path),
        str(answer),
        f"--tolerance={tolerance / 2}",
        f"--time-limit={limit}",
    ]
    try:
        done = subprocess.run(command, timeout=limit + 20, capture_output=True, check=False, env=os.environ)
    except subprocess.TimeoutExpired:
        return "out of time"
    if done.returncode == 3:
        return "not installed"
    if done.returncode or not answer.exists():
        return "failed"
    with np.load(answer) as held:
        return {name: held[name] for name in held.files}


def verdict(error: float, tolerance: float, seconds: float, limit: float) -> str:
    """Return whether an answer counts."""
    return "certified" if error <= tolerance else "out of time" if seconds >= 0.99 * limit else "not certified"


def main() -> None:
    """Run all, print a row each, then medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e3,1e4")
    parser.add_argument("--kinds", default="layered,scale_free", help="generators, random, or names of tables")
    parser.add_argument("--techniques", default="1")
    parser.add_argument("--economies", type=int, default=1, help="of each kind and size")
    parser.add_argument("--peers", default="highs-simplex,highs-ipm,highs-pdlp")
    parser.add_argument("--peer-python", default="", help="peer=python pairs, with commas between them")
    parser.add_argument("--capacity", default="1.15")
    parser.add_argument("--tolerances", default="1e-6")
    parser.add_argument("--time-limit", type=float, default=60.0)
    may_be_kept(parser)
    options = parser.parse_args()
    pythons = dict(pair.split("=") for pair in options.peer_python.split(",") if pair)
    rows: list[Row] = []
    head = f"{'economy':18s}{'products':>9s}{'techn.':>7s}{'capacity':>9s}{'seed':>5s}{'asked':>7s} {'solver':22s}"
    print(f"{head}{'seconds':>9s}{'error':>9s}{'objective':>13s}{'steps':>9s}{'compile':>8s}{'GiB':>6s}")
    cases = [
        (kind, int(float(size)), int(techniques), float(capacity), seed)
        for kind in options.kinds.split(",")
        for size in options.sizes.split(",")
        for techniques in options.techniques.split(",")
        for capacity in options.capacity.split(",")
        for seed in range(options.economies)
    ]
    tables, sizes = pl.table_names(), {case[1] for case in cases}
    cases = [case for case in cases if case[0] not in tables or case[1:3] == (min(sizes), 1)]
    for kind, size, techniques, capacity, seed in cases:
        began = time.perf_counter()
        scenario = large(kind, size, techniques, capacity, seed)
        drawn = time.perf_counter() - began
        first_observation(scenario)
        seen = first_observation(scenario)
        began = time.perf_counter()
        problem = pl.CappedNeeds().problem(seen)
        stated = time.perf_counter() - began
        print(f"{kind} {problem.products}: drawn in {drawn:.2f} s, stated in {stated:.3f} s", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "problem.npz"
            write(problem.linear, path)
            for tolerance in map(float, options.tolerances.split(",")):
                same = kind, problem.products, techniques, capacity, seed, tolerance
                rows.append(ours(problem, same))
                show(rows[-1])
                for peer in filter(None, options.peers.split(",")):
                    python = pythons.get(peer, sys.executable)
                    reply = theirs(peer, python, path, tolerance, options.time_limit)
                    rows.append(judged(problem, same, peer, reply, options.time_limit))
                    show(rows[-1])
                    save(rows, options.out)
    print(medians(save(rows, options.out), options.time_limit))
    print(provenance())


def judged(problem: PlanningProblem, same: tuple, peer: str, reply: dict | str, limit: float) -> Row:
    """Return the row of a peer's reply, whose error is worked out here."""
    if isinstance(reply, str):
        return Row(*same, peer, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, reply)
    linear, took = problem.linear, float(reply["seconds"])
    error = value = np.nan
    if reply["z"].size == linear.cost.size and reply["y"].size == linear.rows.size:
        z = np.clip(reply["z"], linear.lower, linear.upper)
        error = relative_kkt(linear, z, np.maximum(reply["y"], 0.0))
        value = linear.worth * linear.value(z)
    counts = int(reply["iterations"]), float(reply["compiled"]), float(reply["memory"])
    return Row(*same, peer, took, error, value, *counts, verdict(error, same[-1], took, limit))


def show(row: Row) -> None:
    """Print a row."""
    head = f"{row.economy:18s}{row.products:9d}{row.techniques:7d}{row.capacity:9.2f}{row.seed:5d}{row.tolerance:7.0e}"
    counts = f"{row.iterations:9.0f}{row.compiled:8.2f}{row.gigabytes:6.2f}"
    note = "" if row.verdict == "certified" else row.verdict.upper()
    print(f"{head} {row.solver:22s}{row.seconds:9.3f}{row.error:9.1e}{row.objective:13.9f}{counts} {note}", flush=True)


def medians(table: pd.DataFrame, limit: float) -> str:
    """Return medians over economies; what is not certified counts as if it had taken for ever."""
    table = table.assign(seconds=table.seconds.where(table.verdict == "certified", np.inf))
    table = table.assign(solver=table.solver.str.split(" ").str[0])
    lines = ["", "medians over economies; inf: more than half not certified within the limit"]
    for key, group in table.groupby(["products", "techniques", "capacity", "tolerance"]):
        times = {name: median(part.seconds) for name, part in group.groupby("solver")}
        own = times.pop(OURS)
        case = f"{key[0]} products, {key[1]} techniques, capacity {key[2]:g}, {key[3]:g}"
        if not times:
            lines.append(f"{case}: {OURS} {own:.3f} s")
            continue
        best = min(times.values())
        bound = f"{best / own:.1f}" if np.isfinite(best) else f"more than {limit / own:.0f}"
        said = ", ".join(f"{name} {value:.2f}" for name, value in sorted(times.items()))
        lines.append(f"{case}: {OURS} {own:.3f} s; {said}; ratio {bound}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
