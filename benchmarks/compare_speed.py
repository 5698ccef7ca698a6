"""How long a full comparison takes: 1000 products, ten periods, five mechanisms, ten seeds, the bound included.

python -m benchmarks.compare_speed --products 1000 --periods 10 --seeds 10
"""

import argparse
import time

import planlab as pl
from benchmarks.provenance import provenance

MECHANISMS = ("linear_program", "gradient", "command", "proportional", "standstill")


def main() -> None:
    """Time the comparison as a whole, and a warm plan with its physics apart from compilation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--scenario", default="layered")
    options = parser.parse_args()
    began = time.perf_counter()
    comparison = pl.compare(
        MECHANISMS,
        lambda seed: pl.make_scenario(options.scenario, products=options.products, seed=seed),
        periods=options.periods,
        seeds=range(options.seeds),
    )
    seconds = time.perf_counter() - began
    met = ["need_satisfaction", "need_satisfaction_low", "need_satisfaction_high"]
    shown = [*met, "throughput_growth", "rounds", "status"]
    times = comparison.times.groupby(["mechanism", "behaviour"], sort=False)
    median, compiling = times["seconds"].median(), times["compile_seconds"].sum()
    told = comparison.summary[shown].assign(seconds_per_plan=median, compile_seconds=compiling)
    print(told.to_string(formatters={"seconds_per_plan": "{:.4f}".format}, float_format="{:.3f}".format))
    print(f"bound {comparison.bounds['bound'].mean():.4f}")
    print(f"{seconds:.1f} s for {len(comparison.table)} runs of {options.periods} periods, bounds included")
    print(provenance())


if __name__ == "__main__":
    main()
