"""How the ranking of plans depends on what counts: six objectives, each scored by all six, beside each score's bound.

    python -m benchmarks.weightings
    python -m benchmarks.weightings --scenario shifting_needs --set drift=0.3 --years 8 --worlds 3 --categories

Each row is a planner with one of `planlab.scoring.weightings.WEIGHTINGS` as its objective, linear programming (``lp``)
or a receding horizon of five years (``horizon``; isoelastic worth in 40 linear pieces; equal shares cannot be its
objective), or a mechanism that has none: standstill, command. Each column scores all rows by one of them, over years
and worlds; ``*`` marks the best of a column, ``bound`` what nobody can be above, ``ahead`` by how much the planner with
that objective is above standstill and above command. Weights belong to the column for scores, and to the row for plans.
Beside them the share of people with half of every category of needs and the worst met category, at honest weights, and
closing wealth, means over years and worlds.

With ``--categories`` a table more says how far each category of needs is met by plans with tiers and without, and in
how many cases (a year, a community) a category is below its floor while another is met in full, to a hundredth; then
every such case of a plan with tiers, beside what is the least met of all categories and communities if the same state
is planned for that year alone, replacing what is used: above the floor, no limit forced it.
"""

import argparse
import time
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.economy.scenario import with_parts
from planlab.economy.tiers import USUAL
from planlab.scoring.categories import category_satisfaction
from planlab.scoring.weightings import WEIGHTINGS
from planlab.study.design import world_of
from planlab.terminal import parameters

__all__ = ["scored"]

WORLDS = ("transition:layered", "transition:scale_free", "transition:us-2021-71")
WINDOW = 5
BESIDE = ("floor_met", "worst_category", "closing_wealth")
FULL = 0.99
"""What part of a category counts as all of it."""

PLANS = {"tiers": "tiers", "none": "expenditure"}
"""Objectives at honest weights, with tiers and without."""


def planners(horizon: bool) -> dict[tuple[str, str], tuple[pl.Mechanism, str]]:
    """Return the rows, by mechanism and objective: mechanisms, and what needs weigh for them."""
    rows: dict[tuple[str, str], tuple[pl.Mechanism, str]] = {
        ("lp", name): (pl.LinearProgram(objective=each.objective), each.weights) for name, each in WEIGHTINGS.items()
    }
    if horizon:
        rows |= {
            ("horizon", name): (pl.RecedingHorizon(window=WINDOW, tiers=each.tiers), each.weights)
            for name, each in WEIGHTINGS.items()
            if not each.worst
        }
    return rows | {("standstill", ""): (pl.Standstill(), "equal"), ("command", ""): (pl.Command(), "equal")}


def drawn(name: str, given: dict[str, Any], seed: int) -> dict[str, pl.Scenario]:
    """Return one world by what needs weigh in it."""
    worlds = {weights: world_of(name, weights=weights, **given) for weights in ("equal", "honest")}
    return {weights: world(seed) if callable(world) else world for weights, world in worlds.items()}


Runs = dict[tuple[str, str], pl.Trajectory]


def runs(worlds: dict[str, pl.Scenario], years: int, seed: int, horizon: bool) -> Runs:
    """Return what happened under every row, in one world."""
    return {
        row: pl.simulate(mechanism, worlds[weights], periods=years, seed=seed)
        for row, (mechanism, weights) in planners(horizon).items()
    }


def scored(worlds: dict[str, pl.Scenario], years: int, found: Runs) -> list[dict[str, Any]]:
    """Return every row scored by every column, and what nobody can be above, in one world."""
    bounds = {name: each.bound(worlds[each.weights], years) for name, each in WEIGHTINGS.items()}
    rows: list[dict[str, Any]] = [{"mechanism": "bound", "objective": ""} | bounds]
    for (mechanism, objective), run in found.items():
        scores = {}
        for name, each in WEIGHTINGS.items():
            people = worlds[each.weights].urgency, worlds[each.weights].population
            given = zip(np.asarray(run.outcome.delivery), np.asarray(run.needs), strict=True)
            scores[name] = each.over([each.score(y, D, *people) for y, D in given])
            if scores[name] > bounds[name] + 1e-6:
                raise AssertionError(f"{mechanism} with {objective} has {scores[name]} of {name}, above its bound.")
        rows.append({"mechanism": mechanism, "objective": objective} | scores | beside(run, worlds["honest"]))
    return rows


def beside(run: pl.Trajectory, honest: pl.Scenario) -> dict[str, float]:
    """Return floors and the worst category at honest weights, and what is left."""
    of, floor = _categories(run, honest), float(USUAL.bounds[0])
    every = (np.isnan(of) | (of >= floor - 1e-9)).all(axis=1)
    people = np.asarray(honest.population)
    return {
        "floor_met": float((every * people).sum(axis=1).mean() / people.sum()),
        "worst_category": float(np.nan_to_num(of, nan=1.0).min(axis=(1, 2)).mean()),
        "closing_wealth": pl.score(run).closing_wealth,
    }


def _categories(run: pl.Trajectory, honest: pl.Scenario) -> np.ndarray:
    """Return how far each category is met, ``(years, categories, communities)``."""
    return category_satisfaction(run.outcome.delivery, run.needs, honest.category, np.asarray(honest.urgency))


def by_category(found: Runs, honest: pl.Scenario) -> list[dict[str, Any]]:
    """Return how far each category is met on average and at least, with tiers and without, and where one is sacrificed.

    A case is a year and a community; it counts where a category is below its floor and another is met in full.
    """
    rows, floor = [], float(USUAL.bounds[0])
    for mechanism, (tiers, objective) in product(("lp", "horizon"), PLANS.items()):
        if (mechanism, objective) not in found:
            continue
        of = _categories(found[mechanism, objective], honest)
        below, full = of < floor - 1e-9, of >= FULL
        cases = below.any(axis=1) & full.any(axis=1)
        names = honest.categories or ("all",)
        told = [
            sacrificed(found[mechanism, objective], honest, of, case) for case in zip(*cases.nonzero(), strict=True)
        ]
        rows.append(
            {"mechanism": mechanism, "tiers": tiers, "cases": int(cases.sum()), "of": int(cases.size), "told": told}
            | {f"{name} mean": float(np.nanmean(of[:, c])) for c, name in enumerate(names)}
            | {f"{name} least": float(np.nanmin(of[:, c])) for c, name in enumerate(names)}
        )
    return rows


def sacrificed(run: pl.Trajectory, honest: pl.Scenario, of: np.ndarray, case: tuple[int, int]) -> str:
    """Return who lacks how much of what in a case, and the least met category of a plan for that year alone."""
    (year, community), names = case, honest.categories or ("all",)
    least = int(np.nanargmin(of[year, :, community]))
    state = with_parts(honest, opening=run.state(year), laws=())
    plan = pl.plan(pl.LinearProgram(investment=pl.ReplaceUsed()), state)
    delivery = np.asarray(plan.delivery)[:, : state.communities]
    alone = category_satisfaction(
        delivery[None], np.asarray(state.needs)[None], honest.category, np.asarray(honest.urgency)
    )
    who = (honest.economy.labels.communities or range(state.communities))[community]
    return f"year {year + 1}, {who}, {names[least]}: {of[year, least, community]:.3f}; alone {np.nanmin(alone):.3f}"


def table(rows: pd.DataFrame) -> list[str]:
    """Return the lines of a table of scores, means over worlds."""
    mean = rows.groupby(["mechanism", "objective"], sort=False)[[*WEIGHTINGS, *BESIDE]].mean()
    best = mean.drop("bound").max()
    lines = [f"{'':26s}" + "".join(f"{name:>14s}" for name in WEIGHTINGS) + f"{'floor':>8s}{'worst':>7s}{'wealth':>8s}"]
    for (mechanism, objective), row in mean.iterrows():
        marked = [
            f"{row[name]:13.3f}{'*' if mechanism != 'bound' and row[name] >= best[name] - 5e-4 else ' '}"
            for name in WEIGHTINGS
        ]
        rest = "" if mechanism == "bound" else "".join(f"{row[name]:{8 - (name == BESIDE[1])}.2f}" for name in BESIDE)
        lines.append(f"{mechanism:11s}{objective:15s}" + "".join(marked) + rest)
    for other, mechanism in product(("standstill", "command"), ("lp", "horizon")):
        own = [(mechanism, name) for name in WEIGHTINGS]
        cells = "".join(
            f"{mean.loc[row, row[1]] - mean.loc[(other, ''), row[1]]:+13.3f} " if row in mean.index else f"{'':14s}"
            for row in own
        )
        if cells.strip():
            lines.append(f"{mechanism} ahead of {other}".ljust(26) + cells)
    return lines


def categories(rows: pd.DataFrame) -> list[str]:
    """Return the lines of a table of categories, means over worlds and the least of all."""
    names = [name[: -len(" mean")] for name in rows if name.endswith(" mean")]
    lines = [f"{'mean (least year)':20s}" + "".join(f"{name[:14]:>15s}" for name in names) + "   sacrificed"]
    for (mechanism, tiers), part in rows.groupby(["mechanism", "tiers"], sort=False):
        cells = "".join(f"{part[f'{n} mean'].mean():8.2f} ({part[f'{n} least'].min():.2f})" for n in names)
        lines.append(f"{mechanism:11s}{tiers:9s}{cells}{part.cases.sum():8d} of {part.of.sum()}")
        if tiers == "tiers":
            lines += [f"{'':20s}{case}" for told in part.told for case in told]
    return lines


def main() -> None:
    """Print a table for every world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", help="a generator or a table; by default three in transition")
    parser.add_argument("--set", action="append", metavar="NAME=VALUE", help="a parameter of it")
    parser.add_argument("--products", type=int, default=40, help="of the generators among the default")
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--worlds", type=int, default=2, help="of a generator")
    parser.add_argument("--draws", type=int, default=1, help="of a table's transition")
    parser.add_argument("--no-horizon", action="store_true", help="leave out planners of several years")
    parser.add_argument("--categories", action="store_true", help="show categories; by default of tables only")
    may_be_kept(parser)
    options = parser.parse_args()
    print("#", provenance())
    kept: list[dict[str, Any]] = []
    for name in [options.scenario] if options.scenario else WORLDS:
        began, given, of = time.process_time(), parameters(options.set), []
        on_table = name.rpartition(":")[2] in pl.table_names()
        if not options.scenario and not on_table:
            given["products"] = options.products
        count = options.draws if on_table else options.worlds
        for seed in range(1, count + 1):
            worlds = drawn(name, given, seed)
            found = runs(worlds, options.years, seed, not options.no_horizon)
            kept += [{"world": name, "seed": seed} | row for row in scored(worlds, options.years, found)]
            of += by_category(found, worlds["honest"])
            save(kept, options.out)
        rows = pd.DataFrame(row for row in kept if row["world"] == name)
        print(f"\n{name}, {count} worlds, {options.years} years, {time.process_time() - began:.0f} s of processor time")
        print(*table(rows), sep="\n", flush=True)
        if options.categories or on_table:
            print(*categories(pd.DataFrame(of)), sep="\n", flush=True)


if __name__ == "__main__":
    main()
