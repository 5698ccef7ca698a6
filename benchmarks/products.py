"""Sparse products and Leontief solves against SciPy and the machine's triad; seconds per period of a simulation.

    python -m benchmarks.products --sizes 1e5,1e6

The matrices are the technical coefficients of ``scale_free`` economies with fifteen inputs per product. Products run
inside ``jit``; "in the trace" is the gather and segmented sum that arguments, derivatives and other devices take.
Milliseconds are the best of several; bytes are numbers and positions once, vectors once. Residuals are worked out anew.
"""

import argparse
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

import planlab as pl
from benchmarks.clock import best
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from benchmarks.scale import triad
from planlab.economy.kernels import Rows, cores
from planlab.economy.krylov import bicgstab

VECTORS = 10


def products(A: pl.Sparse, rate: float) -> Iterator[dict]:
    """Print and return a row per product."""
    csr, draw = sp.csr_array(A.to_scipy()), np.random.default_rng(0)
    for bits, dtype in ((64, np.float64), (32, np.float32)):
        ours, theirs = A.with_values(A.values.astype(dtype)), csr.astype(dtype)
        x, many = (draw.random(shape).astype(dtype) for shape in (A.shape[1], (A.shape[1], VECTORS)))
        turned = sp.csr_array(theirs.T)
        columns = [np.ascontiguousarray(column) for column in many.T]
        down, up = jax.jit(lambda x, A=ours: A @ x), jax.jit(lambda p, A=ours: A.T @ p)
        traced = jax.jit(lambda A, x: A @ x)
        given, several = jnp.asarray(x), jnp.asarray(many)
        scipy = best(lambda: theirs @ x)  # noqa: B023 - run at once
        ten = best(lambda: [theirs @ column for column in columns], 3)  # noqa: B023
        rows = (
            ("SciPy, CSR @ x", lambda: theirs @ x, scipy, 1),  # noqa: B023
            ("A @ x", lambda: down(given), scipy, 1),  # noqa: B023
            ("SciPy, CSR of A.T @ p", lambda: turned @ x, scipy, 1),  # noqa: B023
            ("A.T @ p", lambda: up(given), scipy, 1),  # noqa: B023
            ("A @ x, in the trace", lambda: traced(ours, given), scipy, 1),  # noqa: B023
            (f"{VECTORS} times SciPy, CSR @ x", lambda: [theirs @ column for column in columns], ten, VECTORS),  # noqa: B023
            (f"SciPy, CSR @ X, {VECTORS} vectors", lambda: theirs @ many, ten, VECTORS),  # noqa: B023
            (f"A @ X, {VECTORS} vectors at once", lambda: down(several), ten, VECTORS),  # noqa: B023
        )
        for what, work, peer, vectors in rows:
            took = best(work, 7 if vectors == 1 else 3)
            moved = csr.nnz * (bits // 8 + 4) + vectors * 2 * csr.shape[0] * bits // 8
            share = moved / took / rate
            print(
                f"{csr.shape[0]:9d}{bits:5d}  {what:32s}{1e3 * took:9.1f} ms{took / peer:7.2f}{share:8.2f}", flush=True
            )
            yield {
                "kind": "product",
                "products": csr.shape[0],
                "bits": bits,
                "what": what,
                "seconds": took,
                "ratio": took / peer,
            }


def solves(A: pl.Sparse) -> Iterator[dict]:
    """Print and return a row per way of solving (I - A) x = d to a relative residual of 1e-8."""
    a, n = A.to_scipy(), A.shape[0]
    I_A = sp.csr_array(sp.eye_array(n) - a)
    rows, d = Rows(I_A), np.random.default_rng(1).random((n, VECTORS))
    one = np.ascontiguousarray(d[:, 0])
    ways: list[tuple[str, Callable[[], np.ndarray], np.ndarray]] = [
        ("planlab, one", lambda: bicgstab(rows, one, tolerance=1e-8).x, one),
        ("SciPy BiCGSTAB, one", lambda: spla.bicgstab(I_A, one, rtol=1e-8)[0], one),
        ("SciPy GMRES, one", lambda: spla.gmres(I_A, one, rtol=1e-8)[0], one),
        (f"planlab, {VECTORS} together", lambda: bicgstab(rows, d, tolerance=1e-8).x, d),
    ]
    if n <= 3000:
        ways.append(("SuperLU, one", lambda: spla.splu(sp.csc_array(I_A)).solve(one), one))
    for what, solve, right in ways:
        took, x = best(solve, 3), solve()
        residual = float(np.linalg.norm(I_A @ x - right) / np.linalg.norm(right))
        print(f"{n:9d}  64  {what:32s}{1e3 * took:9.1f} ms  residual {residual:.1e}", flush=True)
        yield {"kind": "solve", "products": n, "bits": 64, "what": what, "seconds": took, "residual": residual}


def period(n: int) -> dict:
    """Print and return the seconds that a period of a simulation takes, once compiled."""
    scenario = pl.make_scenario("scale_free", products=n, inputs=15)
    took = [best(lambda: pl.simulate("proportional", scenario, periods=k, seed=0).outcome, 1) for k in (2, 6)]  # noqa: B023
    seconds = (took[1] - took[0]) / 4
    print(f"{n:9d}  64  {'simulate, proportional':32s}{1e3 * seconds:9.1f} ms per period", flush=True)
    return {"kind": "period", "products": n, "bits": 64, "what": "simulate, proportional", "seconds": seconds}


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e5")
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict] = []
    rate = triad()
    print(f"triad on {cores()} cores: {rate / 1e9:.1f} GB/s")
    print(f"{'products':>9s}{'bits':>5s}  {'':32s}{'best':>12s}{'ratio':>7s}{'triad':>8s}")
    for n in (int(float(size)) for size in options.sizes.split(",")):
        A = pl.make_scenario("scale_free", products=n, inputs=15, communities=1).economy.inputs
        for row in (*products(A, rate), *solves(A), period(n)):
            rows.append(row)
        save(rows, options.out)
    print("ratio: to SciPy's CSR @ x, or to as many of them one after another; triad: bytes over what triad moves")
    print(provenance())


if __name__ == "__main__":
    main()
