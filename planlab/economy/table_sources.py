"""Where tables come from: packages that bundle them, and pymrio systems."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.tables import Table
from planlab.economy.treatment import Blemish

__all__ = ["BUNDLED", "from_pymrio_system", "kind_of"]


def _bundled_csv(file: str) -> Path:
    """Return the path of a CSV that quantecon-book-networks carries, without running the package."""
    spec = importlib.util.find_spec("quantecon_book_networks")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "This table comes with quantecon-book-networks; install it with pip install 'planlab[data]'."
        )
    return Path(spec.submodule_search_locations[0]) / "data" / "csv_files" / file


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a published sheet as numbers; the publishers' ``---`` is an empty cell, that is zero."""
    return frame.replace("---", "0").fillna("0").astype(float)


def _us(name: str) -> Table:
    r"""Read a table of the US Bureau of Economic Analysis for 2021: supply at basic, use at purchasers' prices.

    Uses are brought to basic prices: where a product's use exceeds its supply, every cell of its row is scaled down
    by supply over use; what is taken off is trade and transport margins and taxes on products. In each column it is
    given to the margin products (those whose supply exceeds their use) in proportion to what they lack over all
    columns, the rest being taxes. Rows then balance exactly.
    """
    size = int(name.rsplit("-", 1)[1])
    use = pd.read_csv(_bundled_csv(f"use_{size}.csv"), index_col=0, dtype=str)
    make = pd.read_csv(_bundled_csv(f"make_{size}.csv"), index_col=0, dtype=str)
    n = size + 2
    industries = [str(label) for label in make.columns[:size]]
    products = [str(label) for label in use.index[:n]]
    value_added = _numbers(use.iloc[n:, :size])
    value_added.columns = industries
    body = _numbers(use.iloc[:n])
    intermediate = body.iloc[:, :size].set_axis(industries, axis=1)
    final = pd.DataFrame({group: body[columns].sum(axis=1) for group, columns in _US_USES[size].items()})
    V = _numbers(make.iloc[:n]).iloc[:, :size].set_axis(products, axis=0).set_axis(industries, axis=1)
    supply = _numbers(make.iloc[:n])["Total Industry Output"].to_numpy()
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
        name=name,
        flows=pd.DataFrame(basic[:, :m], products, industries),
        final=pd.DataFrame(basic[:, m:], products, final.columns),
        make=V,
        output=output,
        factors=factors,
        kinds=tuple(kinds),
        imports=pd.Series(supply - domestic, products),
        unit="million US dollars at basic prices",
        surplus=surplus,
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


def _australia(name: str) -> Table:
    """Read the Australian table of 2020: make and intermediate use; final demand and value added are residuals."""
    use = pd.read_csv(_bundled_csv("use_114_aus.csv"), dtype=str).iloc[:114]
    make = pd.read_csv(_bundled_csv("make_114_aus.csv"), dtype=str, index_col=0).iloc[:114]
    products = [str(label) for label in make.index]
    hidden = [f"{make.index[i]} → {make.columns[j]}" for i, j in np.argwhere(make.iloc[:, :114].to_numpy() == "n.p.")]
    V = _numbers(make.iloc[:, :114].replace("n.p.", "0")).set_axis(products, axis=0)
    V.columns = products
    U = _numbers(use).set_axis(products, axis=0).set_axis(products, axis=1)
    output = V.sum(axis=0)
    residual = V.sum(axis=1) - U.sum(axis=1)
    value_added = (output - U.sum(axis=0)).clip(lower=0)
    return Table(
        name=name,
        flows=U,
        final=residual.to_frame("final demand"),
        make=V,
        output=output,
        factors=pd.DataFrame([value_added], index=["value added"]),
        kinds=("labour",),
        unit="million Australian dollars",
        remarks=(Blemish("cell of the make table not published (n.p.)", tuple(hidden), "taken as zero"),),
    )


def _pymrio_test(name: str) -> Table:
    try:
        import pymrio
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "This table comes with pymrio; install it with pip install 'planlab[data]'."
        ) from error
    return from_pymrio_system(pymrio.load_test(), name)


BUNDLED: dict[str, Callable[[str], Table]] = {
    "us-2021-71": _us,
    "us-2021-15": _us,
    "australia-2020-114": _australia,
    "pymrio-test": _pymrio_test,
}
"""Tables that come with Python packages, and how they are read."""


def kind_of(name: str) -> str:
    """Return the kind of factor that a name or code (V001: compensation of employees, BEA) speaks of, or ``"other"``.

    Examples
    --------
    >>> kind_of("Compensation of employees"), kind_of("CO2 to air"), kind_of("Iron ore"), kind_of("foreign exchange")
    ('labour', 'emissions', 'material', 'other')
    """
    words = {
        "emissions": r"emission|\bco2|\bch4\b|\bn2o\b|\bghg\b|\bcarbon\b",
        "labour": r"\blabou?r|\bemploy|\bcompensation\b|\bhours\b|\bwages?\b|\bpersons?\b|^v001",
        "energy": r"\benergy\b|\belectric|joules?\b|\bfuels?\b",
        "land": r"\b(?:crop|grass|pasture)?land\b|\bhectares?\b|\b(?:forest|crop|pasture)s? area",
        "material": r"\bmaterials?\b|\bextraction\b|\bores?\b|\bbiomass\b|\bminerals?\b",
    }
    return next((kind for kind, pattern in words.items() if re.search(pattern, name.lower())), "other")


def from_pymrio_system(system: Any, name: str = "pymrio") -> Table:
    """Read a pymrio system: needs by region, every extension with factor use as factors.

    Factor use by final consumers (``F_Y``) is left out: planning production does not change it.

    Parameters
    ----------
    system
        A ``pymrio.IOSystem`` with flows ``Z`` or coefficients ``A``, and final demand ``Y``; rows and columns carry a
        region and a sector.
    name
        What the table is called.

    Returns
    -------
    Table
        Labelled "region / sector"; kinds of factors are read from the names of extensions and rows (`kind_of`).

    Raises
    ------
    TypeError, ValueError
        For what is no such system, lacks a part, or has missing cells.
    """
    if getattr(system, "Z", None) is None and getattr(system, "A", None) is None:
        raise TypeError(
            "system is not a pymrio IOSystem with Z or A; load one with pymrio, for instance pymrio.load_test()."
        )
    if getattr(system, "Y", None) is None:
        raise ValueError("system has no final demand Y; planning needs it.")
    for part in ("Z", "A", "Y"):
        frame = getattr(system, part, None)
        if frame is not None and not np.isfinite(frame.to_numpy(float)).all():
            raise ValueError(f"system.{part} has missing or infinite cells; fill them first, planlab does not guess.")
        if frame is not None and not (frame.index.nlevels > 1 and frame.columns.nlevels > 1):
            raise ValueError(
                f"system.{part} has no regions: label its rows and columns by region and sector, as pymrio does "
                "(pandas.MultiIndex)."
            )
    if system.Z is None or getattr(system, "x", None) is None:
        system = system.copy()
        system.calc_system()
    index = system.Z.index
    labels = [" / ".join(map(str, key)) for key in index]
    Y = system.Y.T.groupby(level=0, sort=False).sum().T
    rows: list[pd.Series] = []
    kinds: list[str] = []
    for extension in system.get_extensions(data=True):
        use = extension.F if extension.F is not None else extension.S
        if use is None:
            raise ValueError(f"The extension {extension.name!r} has neither F nor S; remove it or fill it.")
        if not use.columns.equals(index):
            raise ValueError(
                f"The extension {extension.name!r} has other columns than Z; use the same labels in the same order."
            )
        if extension.F is None:
            use = use * np.asarray(system.x, dtype=float).ravel()
        for key, row in use.iterrows():
            title = " / ".join(map(str, key if isinstance(key, tuple) else (key,)))
            rows.append(pd.Series(row.to_numpy(float), labels, name=title))
            kinds.append(kind_of(f"{extension.name} {title}"))
    return Table(
        name=name,
        flows=pd.DataFrame(system.Z.to_numpy(float), labels, labels),
        final=pd.DataFrame(Y.to_numpy(float), labels, [str(region) for region in Y.columns]),
        output=pd.Series(np.asarray(system.x, dtype=float).ravel(), labels),
        factors=pd.DataFrame(rows, columns=labels)
        if rows
        else pd.DataFrame(np.zeros((0, len(labels))), columns=labels),
        kinds=tuple(kinds),
        sectors=[str(key[-1]) for key in index],
        regions=[str(key[0]) for key in index],
    )
