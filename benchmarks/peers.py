"""Other people's solvers, each in a process of its own: reads a programme, writes what its solver answers.

    python benchmarks/peers.py ortools-pdlp problem.npz answer.npz --tolerance 1e-6 --time-limit 60

The programme is min c'z s.t. Gz >= b, l <= z <= u. Needs NumPy, SciPy and the solver, not planlab: it may run in an
environment of its own (OR-tools and highspy cannot share a process). Exit status 3: the solver is not installed.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from memory import peak  # type: ignore[import-not-found]  # beside this script, which runs on its own


class Programme(NamedTuple):
    """Cost, matrix (CSR), right-hand side, bounds."""

    c: np.ndarray
    G: sp.csr_array
    b: np.ndarray
    l: np.ndarray  # noqa: E741 - the letter of the formula
    u: np.ndarray


class Reply(NamedTuple):
    """Quantities, duals, seconds to solve, seconds to compile, iterations."""

    z: np.ndarray
    y: np.ndarray
    seconds: float
    compiled: float
    iterations: int


def highs(programme: Programme, solver: str, tolerance: float, limit: float) -> Reply:
    """HiGHS :cite:`huangfu:18`: ``simplex``, ``ipm`` (without crossover) or ``pdlp``."""
    import highspy

    c, G, b, low, high = programme
    columns, lp = sp.csc_array(G), highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.col_cost_ = c.size, b.size, c
    lp.col_lower_, lp.col_upper_ = low, high
    lp.row_lower_, lp.row_upper_ = b, np.full(b.size, np.inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.indptr, columns.indices, columns.data
    model = highspy.Highs()
    options = {"output_flag": False, "solver": solver, "time_limit": limit, "run_crossover": "off"}
    if solver == "pdlp":
        options["pdlp_optimality_tolerance"] = tolerance
    if solver == "ipm":
        options["ipm_optimality_tolerance"] = min(tolerance, 1e-8)
    for name, value in options.items():
        model.setOptionValue(name, value)
    model.passModel(lp)
    began = time.perf_counter()
    model.run()
    seconds = time.perf_counter() - began
    info, answer = model.getInfo(), model.getSolution()
    steps = {
        "simplex": info.simplex_iteration_count,
        "ipm": info.ipm_iteration_count,
        "pdlp": info.pdlp_iteration_count,
    }
    return Reply(np.array(answer.col_value), np.array(answer.row_dual), seconds, 0.0, steps[solver])


def ortools(programme: Programme, solver: str, tolerance: float, limit: float) -> Reply:
    """OR-tools' PDLP :cite:`applegate:21`, on two threads."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    c, G, b, low, high = programme
    lp = pdlp.QuadraticProgram()
    lp.objective_vector, lp.constraint_matrix = c, sp.csc_matrix(G)
    lp.constraint_lower_bounds, lp.constraint_upper_bounds = b, np.full(b.size, np.inf)
    lp.variable_lower_bounds, lp.variable_upper_bounds = low, high
    params = solvers_pb2.PrimalDualHybridGradientParams()
    optimal = params.termination_criteria.simple_optimality_criteria
    optimal.eps_optimal_absolute = optimal.eps_optimal_relative = tolerance
    params.termination_criteria.time_sec_limit = limit
    params.num_threads = 2
    began = time.perf_counter()
    found = pdlp.primal_dual_hybrid_gradient(lp, params)
    seconds = time.perf_counter() - began
    return Reply(found.primal_solution, found.dual_solution, seconds, 0.0, found.solve_log.iteration_count)


def mpax(programme: Programme, solver: str, tolerance: float, limit: float) -> Reply:
    """MPAX's restarted averaged PDHG in JAX, in 64 bits; compiled on a run of few iterations, then run in stretches."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import mpax
    from jax.experimental.sparse import BCSR

    c, G, b, low, high = programme
    none = BCSR.from_scipy_sparse(sp.csr_matrix((1, c.size)))
    matrix = BCSR.from_scipy_sparse(sp.csr_matrix(G))
    parts = [jnp.asarray(part) for part in (c, np.zeros(1), b, low, high)]
    lp = mpax.create_lp(parts[0], none, parts[1], matrix, *parts[2:])
    options = {"eps_abs": tolerance, "eps_rel": tolerance, "optimality_norm": 2}
    began = time.perf_counter()
    jax.block_until_ready(mpax.raPDHG(**options, iteration_limit=64).optimize(lp))
    compiled = time.perf_counter() - began
    began = time.perf_counter()
    found = jax.block_until_ready(mpax.raPDHG(**options).optimize(lp))
    seconds = time.perf_counter() - began
    y = np.asarray(found.dual_solution)[-b.size :]
    return Reply(np.asarray(found.primal_solution), y, seconds, compiled, int(found.iteration_count))


PEERS: dict[str, tuple[Callable[[Programme, str, float, float], Reply], str]] = {
    "highs-simplex": (highs, "simplex"),
    "highs-ipm": (highs, "ipm"),
    "highs-pdlp": (highs, "pdlp"),
    "ortools-pdlp": (ortools, "pdlp"),
    "mpax": (mpax, "raPDHG"),
}
"""Every peer by name."""


def main() -> None:
    """Answer one programme."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("problem")
    parser.add_argument("answer")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--time-limit", type=float, default=60.0)
    options = parser.parse_args()
    held = np.load(options.problem)
    G = sp.csr_array((held["data"], held["indices"], held["indptr"]), shape=(held["b"].size, held["c"].size))
    solve, solver = PEERS[options.peer]
    try:
        programme = Programme(held["c"], G, held["b"], held["l"], held["u"])
        with peak() as memory:
            reply = solve(programme, solver, options.tolerance, options.time_limit)
    except ImportError as missing:
        print(missing)
        sys.exit(3)
    np.savez(options.answer, memory=memory.gigabytes, **reply._asdict())


if __name__ == "__main__":
    main()
