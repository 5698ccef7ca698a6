"""The United States, by the Bureau of Economic Analysis."""

import numpy as np
import pandas as pd

from planlab.tables.registry import table
from planlab.tables.sources._packages import bundled_csv, numbers_of
from planlab.tables.table import Table
from planlab.tables.treatment import Blemish


@table("us-2021-71")
def us_71() -> Table:
    """Return the US economy of 2021 in 71 industries."""
    return _us(71)


@table("us-2021-15")
def us_15() -> Table:
    """Return the US economy of 2021 in 15 industries."""
    return _us(15)


def _us(size: int) -> Table:
    r"""Read a table of the US Bureau of Economic Analysis for 2021: supply at basic, use at purchasers' prices.

    Uses are brought to basic prices: where a product's use exceeds its supply, every cell of its row is scaled down
    by supply over use; what is taken off is trade and transport margins and taxes on products. In each column it is
    given to the margin products (those whose supply exceeds their use) in proportion to what they lack over all
    columns, the rest being taxes. Rows then balance exactly.
    """
    use = pd.read_csv(bundled_csv(f"use_{size}.csv"), index_col=0, dtype=str)
    make = pd.read_csv(bundled_csv(f"make_{size}.csv"), index_col=0, dtype=str)
    n = size + 2
    industries = [str(label) for label in make.columns[:size]]
    products = [str(label) for label in use.index[:n]]
    value_added = numbers_of(use.iloc[n:, :size])
    value_added.columns = industries
    body = numbers_of(use.iloc[:n])
    intermediate = body.iloc[:, :size].set_axis(industries, axis=1)
    final = pd.DataFrame({group: body[columns].sum(axis=1) for group, columns in _US_USES[size].items()})
    V = numbers_of(make.iloc[:n]).iloc[:, :size].set_axis(products, axis=0).set_axis(industries, axis=1)
    supply = numbers_of(make.iloc[:n])["Total Industry Output"].to_numpy()
    domestic = V.to_numpy().sum(axis=1)
    reexported = np.maximum(domestic - supply, 0.0)
    final["abroad"] += reexported
    supply = np.maximum(domestic, supply)

    uses = np.hstack([intermediate.to_numpy(), final.to_numpy()])
    total = uses.sum(axis=1)
    basic = uses * np.where(total > supply, supply / np.where(total > 0, total, 1.0), 1.0)[:, None]
    taken = (uses - basic).sum(axis=0)
    lacking = np.maximum(supply - total, 0.0)
    basic += np.outer(lacking, taken / taken.sum())
    m = len(industries)
    remarks = (
        Blemish(
            "use at purchasers' prices",
            tuple(np.array(products)[total > supply]),
            "scaled to supply at basic prices; what is taken off are margins and taxes, given to margin products",
        ),
        Blemish("negative imports", tuple(np.array(products)[reexported > 0]), "freight and insurance, sold abroad"),
    )
    extraction = {"energy": _US_ENERGY, "material": _US_MATERIAL}
    output = V.sum(axis=0)
    factors = pd.DataFrame([value_added.loc["Compensation of employees"]], index=["compensation of employees"])
    kinds = ["labour"]
    for kind, labels in extraction.items():
        rows = [label for label in products if label in labels]
        if rows:
            factors.loc[f"extraction of {kind}"] = V.loc[rows].sum(axis=0)
            kinds.append(kind)
    taxes, subsidies = (
        value_added.loc["Other taxes on production"],
        value_added.loc["Less: Other subsidies on production"],
    )
    surplus = pd.DataFrame(
        [taxes - subsidies, value_added.loc["Gross operating surplus"]],
        index=["other taxes less subsidies on production", "gross operating surplus"],
    )
    return Table(
        name=f"us-2021-{size}",
        flows=pd.DataFrame(basic[:, :m], products, industries),
        final=pd.DataFrame(basic[:, m:], products, final.columns),
        make=V,
        output=output,
        factors=factors,
        kinds=tuple(kinds),
        imports=pd.Series(supply - domestic, products),
        unit="million US dollars at basic prices",
        factor_units="million US dollars",
        surplus=surplus,
        source="US Bureau of Economic Analysis, make and use tables of 2021, by quantecon-book-networks",
        remarks=remarks,
    )


_US_ENERGY = {"Oil and gas extraction"}
_US_MATERIAL = {
    "Farms",
    "Forestry, fishing, and related activities",
    "Mining, except oil and gas",
    "Agriculture, forestry, fishing, and hunting",
    "Mining",
}
_US_USES: dict[int, dict[str, list[str]]] = {
    71: {
        "households": ["F010"],
        "investment": ["F02E", "F02N", "F02R", "F02S", "F030"],
        "abroad": ["F040"],
        "government": ["F06C", "F06E", "F06N", "F06S", "F07C", "F07E", "F07N", "F07S", "F10C", "F10E", "F10N", "F10S"],
    },
    15: {
        "households": ["Personal consumption expenditures"],
        "investment": ["Private fixed investment", "Change in private inventories"],
        "abroad": ["Exports of goods and services"],
        "government": ["Government consumption expenditures and gross investment"],
    },
}
