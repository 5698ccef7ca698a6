"""How long an economy takes to recover from a shock: months of output, years of needs met, by planner and setting.

    python -m benchmarks.recovery --plain --out benchmarks/results/recovery.csv
    python -m benchmarks.recovery --mechanisms linear_program --settings by_plan,blind --years 8
    python -m benchmarks.recovery --tables pymrio-test,us-2021-71 --margin 1 --cover 1 --restoration 3
    python -m benchmarks.recovery --mechanisms command --settings by_plan_quarterly --composition --growth 0.3

In the second year of a table one industry loses 30 % of its capacity for a year; or the users' stores are halved, or
cut to a tenth; or a third of all capacity is gone for half a year. Everybody is honest. A run is held against the same
run that nothing strikes: "output 95" is how many months after the shock's end monthly gross output is back at 95 % of
it for good, "needs 95" how many years after the year of its end the mean need met is. A dash: not within the run.

Where no industry is named, mining of the first region is struck on pymrio's test table, and elsewhere the industry that
makes what others use most of. ``python -m benchmarks.boario_recovery`` lets BoARIO recover from the same shocks.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.plain import add_plain, load, planner, scored
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.scoring.series import per_period

INDUSTRIES = {"pymrio-test": "reg1 / mining"}
MONTHS = 12
LEVELS = (0.95, 0.99)
WORST, NOTHING = 0.1, 1e-6

SHOCKS: dict[str, tuple[Callable[[str], pl.Disaster | pl.LostStores], int]] = {
    "industry": (lambda industry: pl.Disaster(0.3, start=12, months=12, struck=industry), 24),
    "stores_halved": (lambda _: pl.LostStores(0.5, period=1), 12),
    "stores_to_a_tenth": (lambda _: pl.LostStores(0.9, period=1), 12),
    "third_of_capacity": (lambda _: pl.Disaster(1 / 3, start=12, months=6), 18),
}
"""What strikes, given the industry, and the month in which it is over."""

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


class Course(NamedTuple):
    """Gross output by month, mean needs met by year, and what final uses received, ``(years, products)``."""

    output: np.ndarray
    needs: np.ndarray
    received: np.ndarray


def main() -> None:
    """Print a row per table, shock, setting and mechanism."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_worlds(parser)
    parser.add_argument("--mechanisms", default="linear_program,command,standstill")
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--margin", type=float, help="capacity over observed output, instead of planlab's 1.25")
    parser.add_argument("--cover", type=float, help="months of input use in store, instead of two")
    parser.add_argument("--restoration", type=float, help="months over which gaps in stores are restored")
    parser.add_argument("--growth", type=float, help="planned growth a plan under command, instead of .03")
    parser.add_argument("--composition", action="store_true", help="what the worst tenth of products still get")
    add_plain(parser)
    may_be_kept(parser)
    options = parser.parse_args()
    margin = {} if options.margin is None else {"capacity_margin": options.margin}
    rows: list[dict] = []
    for name in options.tables.split(","):
        calm = load(name, options.plain, **margin)
        print(f"# {calm.name}: struck is {', '.join(struck_alone(calm, options))}")
        for mechanism, dials in product(options.mechanisms.split(","), options.settings.split(",")):
            setting = varied(SETTINGS[dials], cover=options.cover, restoration=options.restoration)
            planned_by = planner(mechanism, options.plain)
            if mechanism == "command" and options.growth is not None:
                planned_by = pl.Command(growth=options.growth)
            usual = course(planned_by, calm, options.years, setting, options.plain)
            for shock, law, over in strikes(calm, options):
                struck = course(planned_by, calm.with_laws(law), options.years, setting, options.plain)
                found = recovery(struck, usual, over) | (composition(struck, usual) if options.composition else {})
                labels = {"table": calm.name, "shock": shock, "setting": dials, "mechanism": mechanism}
                rows.append(labels | found)
                table = save(rows, options.out)
    show(table, ["table", "shock", "setting", "mechanism"])


def add_worlds(parser: argparse.ArgumentParser) -> None:
    """Add the options of what is struck, by what, and for how long it is watched."""
    parser.add_argument("--tables", default="pymrio-test")
    parser.add_argument("--shocks", default=",".join(SHOCKS))
    parser.add_argument("--struck", nargs="*", help="industries, each struck alone; without a name: each that there is")
    parser.add_argument("--years", type=int, default=12)


def strikes(
    scenario: pl.Scenario, options: argparse.Namespace
) -> Iterator[tuple[str, pl.Disaster | pl.LostStores, int]]:
    """Yield what strikes: what it is called, the law, and the month in which it is over."""
    industries = struck_alone(scenario, options)
    for shock in options.shocks.split(","):
        law, over = SHOCKS[shock]
        for industry in industries if shock == "industry" else industries[:1]:
            yield (industry if shock == "industry" and len(industries) > 1 else shock), law(industry), over


def struck_alone(scenario: pl.Scenario, options: argparse.Namespace) -> list[str]:
    """Return the industries that are struck, each alone."""
    if options.struck is None:
        return [INDUSTRIES.get(scenario.name) or most_used(scenario)]
    return options.struck or own_industries(scenario)


def most_used(scenario: pl.Scenario) -> str:
    """Return the industry that makes what others use most of."""
    used = pd.Series(np.asarray(scenario.economy.inputs @ scenario.activity), scenario.economy.labels.products)
    return str(used[own_industries(scenario)].idxmax())


def own_industries(scenario: pl.Scenario) -> list[str]:
    """Return the industries that are called as what they make; imports are not."""
    labels = scenario.economy.labels
    return [name for name in labels.products if name in labels.processes]


def show(table: pd.DataFrame, by: list[str], *packages: str) -> None:
    """Print rows in order, and what made them."""
    print(table.fillna(np.nan).sort_values(by).to_string(index=False, na_rep="-", float_format="%.3f"))
    print(provenance(*packages))


def varied(setting: pl.Setting, **dials: float | None) -> pl.Setting:
    """Return a setting with other dials of its physics, where they are given."""
    given = {name: value for name, value in dials.items() if value is not None}
    return replace(setting, physics=replace(setting.physics, **given))


def course(
    mechanism: str | pl.Mechanism, scenario: pl.Scenario, years: int, setting: pl.Setting, plain: bool
) -> Course:
    """Return what became of an economy."""
    run = pl.simulate(mechanism, scenario, years, setting=setting)
    output = np.asarray(run.outcome.months.activity).reshape(years * MONTHS, -1).sum(axis=1)
    received = np.asarray(run.outcome.delivery).sum(axis=-1)
    return Course(output, np.asarray(per_period(run)[scored(plain)]), received)


def recovery(struck: Course, usual: Course, over: int) -> dict[str, float | None]:
    """Return how long output and needs met take to come back for good, and how deep both fall.

    Parameters
    ----------
    struck, usual
        With the shock and without.
    over
        The month in which the shock is over, counted from 0.
    """
    output, needs = struck.output / usual.output, struck.needs / usual.needs
    found: dict[str, float | None] = {"least output": float(output.min()), "least needs": float(needs.min())}
    for level in LEVELS:
        found[f"output {100 * level:.0f}"] = after(output, level, over)
    for level in LEVELS:
        found[f"needs {100 * level:.0f}"] = after(needs, level, -(-over // MONTHS))
    return found | {"last needs": float(needs[-1])}


def composition(struck: Course, usual: Course) -> dict[str, float]:
    """Return what the tenth of products that fared worst get of what they had, in the fourth year and the last.

    Final uses of a year over those of the last year that nothing struck, product by product: the mean of the lowest
    tenth, how many products get nothing at all in the last year, and all of them together, by value.
    """
    had = usual.received[-1]
    shares = np.sort(struck.received[:, had > 0] / had[had > 0], axis=1)
    worst = shares[:, : max(1, round(WORST * shares.shape[1]))].mean(axis=1)
    together = struck.received[-1].sum() / had.sum()
    nothing = int((shares[-1] < NOTHING).sum())
    return {"worst 4th": worst[3], "worst last": worst[-1], "nothing last": nothing, "all last": together}


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
