"""How the ranking of plans depends on what counts: six objectives, each scored by all six.

    python -m benchmarks.weightings --scenario shifting_needs --set drift=0.3 --periods 8 --seeds 3

Each row is a linear or concave programme with one of `planlab.scoring.weightings.WEIGHTINGS` as its objective, or a
mechanism that has none: standstill, command, proportional. Each column scores all rows by one of them, means over
periods and worlds; ``*`` marks the best of a column. Weights belong to the column for scores, and to the row for plans.
"""

import argparse
from typing import Any

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.scoring.weightings import WEIGHTINGS

__all__ = ["scored", "world"]

RULES = ("standstill", "command", "proportional")


def world(name: str, weights: str, seed: int, parameters: dict[str, Any]) -> pl.Scenario:
    """Return a table's or a generator's world with needs that weigh what is said."""
    if name in pl.table_names():
        return pl.load_table(name, weights=weights, **parameters)
    return pl.make_scenario(name, weights=weights, seed=seed, **parameters)


def planners() -> dict[str, tuple[Any, str]]:
    """Return the rows: mechanisms, and what needs weigh for them."""
    optimisers = {name: (pl.LinearProgram(objective=each.objective), each.weights) for name, each in WEIGHTINGS.items()}
    return optimisers | {name: (name, "equal") for name in RULES}


def scored(name: str, periods: int, seed: int, parameters: dict[str, Any]) -> pd.DataFrame:
    """Return every row scored by every column, in one world."""
    worlds = {weights: world(name, weights, seed, parameters) for weights in ("equal", "honest")}
    table = {}
    for row, (mechanism, weights) in planners().items():
        run = pl.simulate(mechanism, worlds[weights], periods=periods, seed=seed)
        delivery, needs = np.asarray(run.outcome.delivery), np.asarray(run.needs)
        table[row] = {
            column: np.mean(
                [
                    each.score(y, D, worlds[each.weights].urgency, worlds[each.weights].population)
                    for y, D in zip(delivery, needs, strict=True)
                ]
            )
            for column, each in WEIGHTINGS.items()
        }
    return pd.DataFrame.from_dict(table, orient="index")


def main() -> None:
    """Print the table, the mean over worlds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="shifting_needs", help="a generator or a table")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a parameter of it")
    parser.add_argument("--periods", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    may_be_kept(parser)
    options = parser.parse_args()
    parameters: dict[str, Any] = {}
    for given in options.set:
        key, _, value = given.partition("=")
        parameters[key] = int(value) if value.isdigit() else float(value)
    tables = [scored(options.scenario, options.periods, seed, parameters) for seed in range(options.seeds)]
    save(
        [
            {"seed": seed, "plan": row, **scores.to_dict()}
            for seed, table in enumerate(tables)
            for row, scores in table.iterrows()
        ],
        options.out,
    )
    mean = sum(tables) / len(tables)
    best = mean.max()
    print(f"{options.scenario}, {options.seeds} worlds, {options.periods} periods")
    print(f"{'':14s}" + "".join(f"{column:>14s}" for column in mean))
    for row, scores in mean.iterrows():
        cells = (f"{value:13.3f}{'*' if value >= best[column] - 5e-4 else ' '}" for column, value in scores.items())
        print(f"{row:14s}" + "".join(cells))
    print(provenance())


if __name__ == "__main__":
    main()
