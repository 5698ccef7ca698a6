"""Whether a market without growth drivers stands still: executed, in drawn worlds and real tables, for centuries.

    python -m benchmarks.at_rest
    python -m benchmarks.at_rest --bases us-2021-15 --periods 100

Each line: by how much the activity of any process that is used changes in any period at most, |Δ ln x|, and from the
first period to the last.
"""

import argparse

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance

BASES = ("three_sector", "layered", "scale_free", "modular", "pymrio-test", "us-2021-71")


def main() -> None:
    """Print a line per world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", default=",".join(BASES))
    parser.add_argument("--periods", type=int, default=600)
    options = parser.parse_args()
    print(provenance())
    for base in options.bases.split(","):
        world = pl.make_scenario("at_rest", base=base)
        run = pl.simulate("market", world, periods=options.periods, setting=pl.Setting(months=False))
        x = np.asarray(run.outcome.activity)[:, np.asarray(world.activity) > 0]
        log = np.log(x)
        moved, drifted = np.abs(np.diff(log, axis=0)).max(), np.abs(log[-1] - log[0]).max()
        print(
            f"{base:12s} {x.shape[1]:4d} processes, {options.periods} years: {moved:.1e} a year, {drifted:.1e} in all"
        )


if __name__ == "__main__":
    main()
