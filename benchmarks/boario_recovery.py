"""How long BoARIO takes to recover from the shocks of `benchmarks.recovery`, on the same flows.

    pip install boario==0.7.2
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.boario_recovery --tables pymrio-test,us-2021-71
    python -m benchmarks.boario_recovery --tables pymrio-test --pooled

BoARIO (Juhel 2024), its ``ARIOPsiModel``, runs day by day: orders restore stores, output follows orders and final
demand, nobody plans. Its table is the scenario's: what its processes use and make at the opening activity, imports as
industries of a region "outside" that need no inputs and make the same goods, final uses as the rest, with the inputs
that are too small for BoARIO (`LEAST`). Capacity that is gone and stores that are lost are written into the model's own
arrays, since its events know no lost stores and those that strike capacity alone are marked as not working in 0.7.2.
Columns are those of `benchmarks.recovery`; needs are final demand that is met, by value.

The variants go from BoARIO's defaults (stores of 90 days, output cut once they are under .8 of that, capacity as
observed, overproduction up to a quarter within a year) to planlab's assumptions, one by one. With ``--pooled`` inputs
of a sector are the same wherever they come from, as BoARIO reads tables of many regions; else every product stands
alone.
"""

import argparse
import warnings
from typing import Any

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.record import may_be_kept, save
from benchmarks.recovery import MONTHS, Course, add_worlds, composition, recovery, show, strikes, struck_alone

DAYS = 365
LEAST = 1e-5 / DAYS
"""Inputs per unit of output below which BoARIO lets nobody wait for them, and lets their stores fall below nothing."""

PLANLAB = {"main_inv_dur": 60, "psi_param": 0.5, "alpha_base": 1.25}

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "stores_60_days": {"main_inv_dur": 60},
    "and_a_month_will_do": {"main_inv_dur": 60, "psi_param": 0.5},
    "and_a_quarter_idle": PLANLAB,
    "and_gaps_in_a_month": PLANLAB | {"inventory_restoration_tau": 30},
}
"""Parameters of the model, each with what the one above has; a month of input use in store stops nobody in planlab."""


def main() -> None:
    """Print a row per table, shock and variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_worlds(parser)
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--pooled", action="store_true", help="inputs of a sector are the same from every region")
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict] = []
    for name in options.tables.split(","):
        calm = pl.load_table(name)
        table, places = system(calm, options.pooled)
        print(f"# {calm.name}: struck is {', '.join(struck_alone(calm, options))}")
        for variant in options.variants.split(","):
            usual = course(model(table, variant), places, None, options.years)
            for shock, law, over in strikes(calm, options):
                struck = course(model(table, variant), places, law, options.years)
                found = recovery(struck, usual, over) | composition(struck, usual)
                rows.append({"table": calm.name, "shock": shock, "variant": variant} | found)
                kept = save(rows, options.out)
    show(kept, ["table", "shock"], "boario")


def system(scenario: pl.Scenario, pooled: bool) -> tuple[Any, dict[str, tuple[str, str]]]:
    """Return a scenario's flows as a pymrio system, and the region and sector of every product.

    Raises
    ------
    ValueError
        For joint products, and for imports or products without a region where inputs are pooled over regions.
    """
    import pymrio

    labels, x = scenario.economy.labels, np.asarray(scenario.activity)
    A, M = (matrix.to_scipy().toarray() for matrix in (scenario.economy.inputs, scenario.economy.outputs))
    A = np.where(A > LEAST, A, 0.0)
    if (np.count_nonzero(M, axis=0) > 1).any():
        raise ValueError(f"{scenario.name} has joint products, which BoARIO does not know; give another table.")
    places = {name: tuple(name.split(" / ")) if pooled else ("home", name) for name in labels.products}
    own = [j for j, name in enumerate(labels.processes) if name in places]
    bought = np.delete(np.arange(x.size), own)
    if pooled and (bought.size or any(len(place) != 2 for place in places.values())):
        raise ValueError(f"{scenario.name} has imports or no regions; leave out --pooled.")
    made, imported = M[:, own] @ x[own], M[:, bought] @ x[bought]
    use = pd.DataFrame(A[:, own] * x[own], labels.products, [labels.processes[j] for j in own])
    use = use.reindex(columns=labels.products, fill_value=0.0).to_numpy()
    final = made + imported - use.sum(axis=1)
    supply = np.stack([made, imported]) if bought.size else made[None]
    share = supply / supply.sum(axis=0)
    regions = [list(places.values()), [("outside", sector) for _, sector in places.values()]][: len(supply)]
    index = pd.MultiIndex.from_tuples(sum(regions, []), names=["region", "sector"])
    wide = np.zeros((use.shape[0], (len(supply) - 1) * use.shape[0]))
    Z = np.vstack([part[:, None] * np.hstack([use, wide]) for part in share])
    uses = pd.MultiIndex.from_product([index.levels[0], ["final uses"]], names=["region", "category"])
    Y = np.zeros((len(index), len(uses)))
    Y[:, 0] = (share * final).ravel()
    frames = {
        "Z": pd.DataFrame(Z, index, index),
        "Y": pd.DataFrame(Y, index, uses),
        "x": pd.DataFrame({"indout": supply.ravel()}, index),
    }
    return pymrio.IOSystem(**frames, A=pymrio.calc_A(frames["Z"], frames["x"]), name=scenario.name), places


def model(table: Any, variant: str) -> Any:
    """Return a model of BoARIO's at rest.

    Raises
    ------
    ModuleNotFoundError
        Where BoARIO is not installed.
    """
    try:
        from boario.extended_models import ARIOPsiModel
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("This needs BoARIO; install it with pip install boario==0.7.2.") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return ARIOPsiModel(table, **VARIANTS[variant])


def course(
    economy: Any, places: dict[str, tuple[str, str]], law: pl.Disaster | pl.LostStores | None, years: int
) -> Course:
    """Return what became of BoARIO's economy, day by day as its ``Simulation.next_step`` goes on."""
    hit, demand = np.ones_like(economy.X_0), economy.Y_0.sum(axis=1)
    if isinstance(law, pl.Disaster) and law.struck:
        hit = economy.industries.isin([places[name] for name in law.struck]).astype(float)
    months, received = np.zeros(years * MONTHS), np.zeros((years, economy.n_sectors))
    for day in range(years * DAYS):
        month, year = MONTHS * day // DAYS, day // DAYS
        if isinstance(law, pl.LostStores) and day == law.period * DAYS:
            economy.inputs_stock = economy.inputs_stock * (1 - law.share)
        if isinstance(law, pl.Disaster):
            gone = law.severity if law.start <= month < law.start + law.months else 0.0
            economy.prod_cap_delta_arbitrary = gone * hit
        if day:
            economy.calc_overproduction()
        economy.calc_production(day)
        economy.distribute_production()
        economy.calc_orders()
        months[month] += economy.production.sum()
        met = (demand - economy.final_demand_not_distributed).reshape(economy.n_regions, economy.n_sectors)
        received[year] += met.sum(axis=0)
    return Course(months, received.sum(axis=1) / (DAYS * demand.sum()), received)


if __name__ == "__main__":
    main()
