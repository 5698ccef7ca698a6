"""How long an economy takes to recover from a shock: months of output, years of needs met, by planner and setting.

    python -m benchmarks.recovery --plain --out benchmarks/results/recovery.csv
    python -m benchmarks.recovery --mechanisms linear_program --settings by_plan,blind --years 8

In the second year of a table one industry loses 30 % of its capacity for a year; or the users' stores are halved, or
cut to a tenth; or a third of all capacity is gone for half a year. Everybody is honest. A run is held against the same
run that nothing strikes: "output 95" is how many months after the shock's end monthly gross output is back at 95 % of
it for good, "needs 95" how many years after the year of its end the mean need met is. A dash: not within the run.

BoARIO (Juhel 2024) recovers from the first of these on pymrio's test table in ten months, by its default parameters:
orders restored over 60 days, overproduction up to a quarter within a year. There output follows demand; here plans do.
"""

import argparse
from itertools import product

import numpy as np

import planlab as pl
from benchmarks.plain import add_plain, load, planner, scored
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.scoring.series import per_period

INDUSTRY = "reg1 / mining"
MONTHS = 12
LEVELS = (0.95, 0.99)

SHOCKS = {
    "industry": (pl.Disaster(0.3, start=12, months=12, struck=INDUSTRY), 24),
    "stores_halved": (pl.LostStores(0.5, period=1), 12),
    "stores_to_a_tenth": (pl.LostStores(0.9, period=1), 12),
    "third_of_capacity": (pl.Disaster(1 / 3, start=12, months=6), 18),
}
"""What strikes, and the month in which it is over."""

ARIO = pl.Physics(restoration=2.0, overproduction=0.25, overproduction_time=12.0)
SETTINGS = {
    "blind": pl.Setting(physics=pl.Physics(rule=pl.IntermediatesFirst()), stores=False),
    "by_orders": pl.Setting(physics=pl.Physics(rule=pl.IntermediatesFirst())),
    "by_plan": pl.Setting(),
    "by_plan_quarterly": pl.Setting(replans=4),
    "by_plan_monthly": pl.Setting(replans=12),
    "by_plan_ario": pl.Setting(physics=ARIO),
    "by_plan_ario_quarterly": pl.Setting(physics=ARIO, replans=4),
}


def main() -> None:
    """Print a row per shock, setting and mechanism."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", default="pymrio-test")
    parser.add_argument("--mechanisms", default="linear_program,command,standstill")
    parser.add_argument("--shocks", default=",".join(SHOCKS))
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--years", type=int, default=12)
    add_plain(parser)
    may_be_kept(parser)
    options = parser.parse_args()
    calm, plain = load(options.table, options.plain), options.plain
    rows: list[dict] = []
    for mechanism, name in product(options.mechanisms.split(","), options.settings.split(",")):
        usual = course(mechanism, calm, options.years, SETTINGS[name], plain)
        for shock in options.shocks.split(","):
            law, over = SHOCKS[shock]
            struck = course(mechanism, calm.with_laws(law), options.years, SETTINGS[name], plain)
            rows.append({"shock": shock, "setting": name, "mechanism": mechanism} | recovery(struck, usual, over))
            table = save(rows, options.out)
    print(table.sort_values(["shock", "setting", "mechanism"]).to_string(index=False, na_rep="-", float_format="%.3f"))
    print(provenance())


def course(
    mechanism: str, scenario: pl.Scenario, years: int, setting: pl.Setting, plain: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return gross output by month and mean needs met by year."""
    run = pl.simulate(planner(mechanism, plain), scenario, years, setting=setting)
    output = np.asarray(run.outcome.months.activity).reshape(years * MONTHS, -1).sum(axis=1)
    return output, np.asarray(per_period(run)[scored(plain)])


def recovery(
    struck: tuple[np.ndarray, np.ndarray], usual: tuple[np.ndarray, np.ndarray], over: int
) -> dict[str, float | None]:
    """Return how long output and needs met take to come back for good, and how deep both fall.

    Parameters
    ----------
    struck, usual
        Output by month and needs met by year, with the shock and without.
    over
        The month in which the shock is over, counted from 0.
    """
    output, needs = (one / other for one, other in zip(struck, usual, strict=True))
    found: dict[str, float | None] = {"least output": float(output.min()), "least needs": float(needs.min())}
    for level in LEVELS:
        found[f"output {100 * level:.0f}"] = after(output, level, over)
    for level in LEVELS:
        found[f"needs {100 * level:.0f}"] = after(needs, level, -(-over // MONTHS))
    return found | {"last needs": float(needs[-1])}


def after(course: np.ndarray, level: float, over: int) -> float | None:
    """Return after how many entries from the one at `over` on a course is at a level for good; ``None``: never.

    Examples
    --------
    >>> after(np.array([1.0, 0.5, 0.9, 0.97, 1.0]), 0.95, over=2), after(np.array([1.0, 0.5]), 0.95, over=1)
    (1.0, None)
    """
    below = np.flatnonzero(course < level)
    first = int(below[-1]) + 1 if below.size else 0
    return None if first == course.size else float(max(first - over, 0))


if __name__ == "__main__":
    main()
