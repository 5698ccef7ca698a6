"""What the rules do by which a real table becomes a world: trade, footprints, what is scarce.

Each line holds a rule of `planlab.load_table` against the default, in what linear programming plans for the year:

* trade: what is imported, with exports and without any, where exports are a need and where they pay for imports;
* import_factors: limits that count what imports draw on nature, over those that do not;
* value_added: what is met of hospitals, education, and of the category health at what its needs weigh.

    python -m benchmarks.table_rules
    python -m benchmarks.table_rules --tables us-2021-15
"""

import argparse

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from planlab.scoring.categories import category_satisfaction

PRODUCTS = ("Hospitals", "Educational services", "Ambulatory health care services")


def main() -> None:
    """Print a block per table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default="us-2021-15,us-2021-71")
    options = parser.parse_args()
    print(provenance())
    for name in options.tables.split(","):
        print(f"\n{name}", *trade(name), *footprint(name), *scarce(name), sep="\n  ", flush=True)


def trade(name: str) -> list[str]:
    """Return imports under both rules, with exports and without."""
    plain, balanced = pl.load_table(name), pl.load_table(name, trade="balanced")
    needs = np.asarray(plain.needs).copy()
    needs[:, plain.economy.labels.communities.index("abroad")] = 0.0
    closed = {label: 0.0 for label in balanced.economy.labels.processes if label.startswith("export of")}
    lines = []
    for rule, with_, without in (
        ("exports are a need", plain, plain.replace(needs=needs)),
        ("trade='balanced'", balanced, balanced.replace(capacity=closed)),
    ):
        one, other = map(imports, (with_, without))
        lines.append(f"{rule}: imports {one:,.0f}; without exports {other:,.0f}")
    deficit = balanced.capacity[balanced.economy.labels.processes.index("borrowing abroad")]
    return [*lines, f"stated deficit {float(deficit):,.0f}"]


def imports(scenario: pl.Scenario) -> float:
    """Return what is imported in all by the plan."""
    labels, x = scenario.economy.labels.processes, np.asarray(pl.plan("linear_program", scenario).activity)
    return float(x[[label.startswith("import of") for label in labels]].sum())


def footprint(name: str) -> list[str]:
    """Return by how much limits rise that count what imports draw on nature."""
    plain, counted = (pl.load_table(name, import_factors=rule) for rule in ("none", "domestic-technology"))
    ratio = np.asarray(counted.limits) / np.asarray(plain.limits)
    told = ", ".join(f"{f} {r:.3f}" for f, r in zip(plain.economy.labels.factors, ratio, strict=True))
    return [f"import_factors='domestic-technology': limits over the default's: {told}"]


def scarce(name: str) -> list[str]:
    """Return what is met where labour alone is scarce and where surplus is as well."""
    lines = []
    for rule in ("labour", "all"):
        scenario = pl.load_table(name, value_added=rule)
        plan, needs = pl.plan("linear_program", scenario), np.asarray(scenario.needs)
        share = np.asarray(plan.delivery).sum(axis=1) / np.maximum(needs.sum(axis=1), np.finfo(float).tiny)
        labels = scenario.economy.labels.products
        met = [f"{product} {share[labels.index(product)]:.2f}" for product in PRODUCTS if product in labels]
        of = category_satisfaction(
            np.asarray(plan.delivery)[None], needs[None], scenario.category, np.asarray(scenario.urgency)
        )
        health = of[0, scenario.categories.index("health"), 0] if "health" in (scenario.categories or ()) else np.nan
        lines.append(f"value_added={rule!r}: " + ", ".join([*met, f"households' health {health:.2f}"]))
    return lines


if __name__ == "__main__":
    main()
