"""Where tables come from: packages that bundle them, and pymrio systems."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.economy.alignment import places
from planlab.economy.leontief import solve
from planlab.tables.kinds import kinds_of
from planlab.tables.table import Table
from planlab.tables.treatment import Blemish

__all__ = ["BUNDLED", "from_pymrio_system"]


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
        factor_units="million US dollars",
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
        factor_units="million Australian dollars",
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


def from_pymrio_system(system: Any, name: str = "pymrio") -> Table:
    """Read a pymrio system: needs by region, every extension with factor use as factors.

    All parts are aligned by label. Factor use by final consumers (``F_Y``) is left out: planning production does not
    change it.

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
        Labelled "region / sector"; kinds of factors are read from the names of extensions and rows.

    Raises
    ------
    TypeError, ValueError
        For what is no such system, lacks a part, or has missing cells or labels that do not agree.
    """
    if getattr(system, "Z", None) is None and getattr(system, "A", None) is None:
        raise TypeError(
            "system is not a pymrio IOSystem with Z or A; load one with pymrio, for instance pymrio.load_test()."
        )
    if getattr(system, "Y", None) is None:
        raise ValueError("system has no final demand Y; planning needs it.")
    main = "Z" if system.Z is not None else "A"
    for part in (main, "Y"):
        frame = getattr(system, part)
        if not np.isfinite(frame.to_numpy(float)).all():
            raise ValueError(f"system.{part} has missing or infinite cells; fill them first, planlab does not guess.")
        if not (frame.index.nlevels > 1 and frame.columns.nlevels > 1):
            raise ValueError(
                f"system.{part} has no regions: label its rows and columns by region and sector, as pymrio does "
                "(pandas.MultiIndex)."
            )
    index = getattr(system, main).index
    labels = _texts(index)

    def ordered(part: str, frame: pd.DataFrame, side: int) -> pd.DataFrame:
        place = places(part, _texts(frame.axes[side]), labels, "sectors", f"the rows of system.{main}")
        return frame.iloc[place] if side == 0 else frame.iloc[:, place]

    flows = ordered(f"system.{main}, its columns,", getattr(system, main), 1)
    final = ordered("system.Y", system.Y, 0).T.groupby(level=0, sort=False).sum().T
    uses = ordered("system.Y", system.Y, 0).sum(axis=1).to_numpy(float)
    if getattr(system, "x", None) is not None:
        x = ordered("system.x", pd.DataFrame(system.x), 0).to_numpy(float).ravel()
    elif main == "Z":
        x = flows.sum(axis=1).to_numpy(float) + uses
    else:
        x = solve(sp.csr_array(flows.to_numpy(float)), uses)
    if main == "A":
        flows = flows * x

    rows, titles, contexts, units = [], [], [], []
    for extension in system.get_extensions(data=True):
        use, given = (extension.F, "F") if extension.F is not None else (extension.S, "S")
        if use is None:
            raise ValueError(f"The extension {extension.name!r} has neither F nor S; remove it or fill it.")
        use = ordered(f"{given} of the extension {extension.name!r}", use, 1)
        rows.append(use.to_numpy(float) * (1.0 if given == "F" else x))
        titles += _texts(use.index)
        contexts += [extension.name] * len(use)
        units += _units(f"unit of the extension {extension.name!r}", getattr(extension, "unit", None), use.index)
    kinds, remarks = kinds_of(titles, contexts)
    return Table(
        name=name,
        flows=pd.DataFrame(flows.to_numpy(float), labels, labels),
        final=pd.DataFrame(final.to_numpy(float), labels, [str(region) for region in final.columns]),
        output=pd.Series(x, labels),
        factors=pd.DataFrame(np.vstack([np.zeros((0, len(labels))), *rows]), titles, labels),
        kinds=kinds,
        unit=_units("system.unit", getattr(system, "unit", None), index),
        factor_units=units,
        sectors=[str(key[-1]) for key in index],
        regions=[str(key[0]) for key in index],
        remarks=remarks,
    )


def _texts(index: pd.Index) -> list[str]:
    return [" / ".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in index]


def _units(name: str, given: Any, index: pd.Index) -> list[str]:
    """Return the unit of every row, as pymrio keeps them: a frame with one column, or nothing."""
    if given is None:
        return ["units of account"] * len(index)
    frame = pd.DataFrame(given)
    return list(map(str, frame.iloc[places(name, _texts(frame.index), _texts(index), "rows", "the data"), 0]))
