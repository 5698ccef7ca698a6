"""Does decentralised coordination reach the linear programme's optimum? Fifty honest economies, 100 to 1000 products.

    python -m benchmarks.agreement --seeds 10

Certificates are recomputed in NumPy from plan and problem; the largest difference of objectives is printed last.
"""

import argparse
import time

import planlab as pl
from benchmarks.provenance import provenance

GENERATORS = ("layered", "scale_free", "modular")


def main() -> None:
    """Print a row per economy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,200,400,700,1000")
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    worst, certified, count, began = 0.0, 0.0, 0, time.perf_counter()
    print("generator    products seed  LP objective  gradient      difference  error    rounds  status")
    for size in map(int, options.sizes.split(",")):
        for seed in range(options.seeds):
            name = GENERATORS[seed % len(GENERATORS)]
            scenario = pl.make_scenario(name, products=size, seed=seed)
            best, found = (pl.plan(mechanism, scenario) for mechanism in ("linear_program", "gradient"))
            proof = found.certificate
            gap = abs(float(best.certificate.objective) - float(proof.objective))
            worst, certified, count = max(worst, gap), max(certified, float(proof.error)), count + 1
            print(
                f"{name:12s} {size:8d} {seed:4d}  {best.certificate.objective:.8f}    {float(proof.objective):.8f}"
                f"    {gap:.1e}   {float(proof.error):.1e}  {int(found.rounds):6d}  {found.status}",
                flush=True,
            )
    print(f"{count} economies: largest difference {worst:.1e}, largest certified error {certified:.1e}")
    print(f"{time.perf_counter() - began:.0f} s | {provenance()}")


if __name__ == "__main__":
    main()
