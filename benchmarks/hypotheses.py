"""Test H1 and H2: whether command is worse than optimal planning, and whether lies cost an optimal planner as much.

Four rows per economy, ten seeds, need satisfaction over ten periods with 95 % intervals:
LP and command on honest reports, both on heterogeneous misreports that climb three levels of hierarchy.

    python -m benchmarks.hypotheses --seeds 10 --out benchmarks/results/hypotheses.csv
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance

ECONOMIES = (
    "layered",
    "scale_free",
    "modular",
    "three_sector",
    "drought",
    "shifting_needs",
    "pymrio-test",
    "us-2021-71",
)
HONEST, LYING = (pl.Truthful(), pl.Direct()), (pl.Heterogeneous(), pl.Hierarchy(levels=3))


def economy(name: str, products: int):
    """Return the scenario, or the way to draw one per seed."""
    if name in pl.scenario_names():
        fixed = {} if name == "three_sector" else {"products": products}
        return lambda seed: pl.make_scenario(name, seed=seed, **fixed)
    return pl.load_table(name)


def main() -> None:
    """Run all economies and say where the expectation failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--products", type=int, default=100)
    parser.add_argument("--economies", default=",".join(ECONOMIES))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    frames = []
    for name in options.economies.split(","):
        comparison = pl.compare(
            ["linear_program", "command"],
            economy(name, options.products),
            periods=options.periods,
            seeds=range(options.seeds),
            behaviours={"honest": HONEST, "misreporting": LYING},
        )
        summary = comparison.summary.reset_index()
        bound = comparison.bounds["bound"].mean()
        frames.append(summary.assign(economy=name, bound=bound))
        rows = {(r.mechanism, r.behaviour): r for r in summary.itertuples()}
        for (mechanism, behaviour), row in rows.items():
            interval = f"{row.need_satisfaction:.3f} ± {row.need_satisfaction_interval:.3f}"
            print(f"{name:15s} {mechanism:15s} {behaviour:13s} {interval}  (bound {bound:.3f})", flush=True)
        lp, command = (
            {b: rows[m, b].need_satisfaction for b in ("honest", "misreporting")} for m in ("linear_program", "command")
        )
        ordered = lp["honest"] > command["honest"] > command["misreporting"]
        lost = {m: loss["honest"] - loss["misreporting"] for m, loss in (("LP", lp), ("command", command))}
        print(
            f"{name:15s} honest LP > honest command > lying command: {ordered}; "
            f"lying costs LP {lost['LP']:.3f}, command {lost['command']:.3f}\n",
            flush=True,
        )
    line = provenance(" ".join(sys.argv))
    print(line)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(f"# {line}\n" + pd.concat(frames).to_csv(index=False, float_format="%.6g"))


if __name__ == "__main__":
    main()
