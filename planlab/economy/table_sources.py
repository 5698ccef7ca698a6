"""Where tables come from: packages that bundle them, pymrio systems, and folders of CSV or Parquet files."""

import importlib.util
import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.tables import Blemish, Table

__all__ = ["BUNDLED", "from_pymrio_system", "read_folder"]


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
    final["abroad"] += np.maximum(domestic - supply, 0.0)
    supply = np.maximum(domestic, supply)

    uses = np.hstack([intermediate.to_numpy(), final.to_numpy()])
    total = uses.sum(axis=1)
    basic = uses * np.where(total > supply, supply / np.where(total > 0, total, 1.0), 1.0)[:, None]
    taken = (uses - basic).sum(axis=0)
    lacking = np.maximum(supply - total, 0.0)
    basic += np.outer(lacking, taken / taken.sum())
    m = len(industries)
    extraction = {"energy": _US_ENERGY, "material": _US_MATERIAL}
    output = V.sum(axis=0)
    factors = pd.DataFrame([value_added.loc["Compensation of employees"]], index=["compensation of employees"])
    kinds = ["labour"]
    for kind, labels in extraction.items():
        rows = [label for label in products if label in labels]
        if rows:
            factors.loc[f"extraction of {kind}"] = V.loc[rows].sum(axis=0)
            kinds.append(kind)
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
        blemishes=[Blemish("cell of the make table not published (n.p.)", tuple(hidden), "taken as zero")],
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
    """Return the kind of factor that a name speaks of, ``"other"`` where none is recognised.

    Examples
    --------
    >>> kind_of("Compensation of employees"), kind_of("CO2 emissions to air"), kind_of("value added")
    ('labour', 'emissions', 'other')
    """
    words = {
        "emissions": r"emission|co2|ch4|n2o|ghg|carbon",
        "labour": r"labou?r|employ|compensation|hours|wage|person",
        "energy": r"energy|electric|joule|fuel",
        "land": r"land|hectare|crop area",
        "material": r"material|extraction|ore|biomass|mineral",
    }
    return next((kind for kind, pattern in words.items() if re.search(pattern, name.lower())), "other")


def from_pymrio_system(system: Any, name: str = "pymrio") -> Table:
    """Read a pymrio system: needs by region, every extension with factor use as factors.

    Factor use by final consumers (``F_Y``) is left out: planning production does not change it.
    """
    if getattr(system, "Z", None) is None and getattr(system, "A", None) is None:
        raise TypeError(
            "system is not a pymrio IOSystem with Z or A; load one with pymrio, for instance pymrio.load_test()."
        )
    if getattr(system, "Y", None) is None:
        raise ValueError("system has no final demand Y; planning needs it.")
    if system.Z is None or getattr(system, "x", None) is None:
        system = system.copy()
        system.calc_system()
    labels = [" / ".join(map(str, key)) for key in system.Z.index]
    regions = [str(key[0]) for key in system.Z.index]
    Y = system.Y.T.groupby(level=0, sort=False).sum().T
    rows: list[pd.Series] = []
    kinds: list[str] = []
    for extension in system.get_extensions(data=True):
        for key, row in extension.F.iterrows():
            parts = [str(part) for part in (key if isinstance(key, tuple) else (key,))]
            title = " / ".join(parts)
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
        sectors=[str(key[-1]) for key in system.Z.index],
        regions=regions,
    )


def read_folder(folder: str | Path, known: list[str]) -> Table:
    """Read a user's table from a folder of labelled CSV or Parquet files."""
    path = Path(folder)
    if not path.is_dir():
        near = get_close_matches(str(folder), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise FileNotFoundError(f"No table {str(folder)!r}: not a folder, nor one of {', '.join(known)}.{hint}")
    coefficients = _read(path, "coefficients", required=False)
    flows = _read(path, "flows", required=coefficients is None)
    output = _read(path, "output").iloc[:, 0]
    square = flows if flows is not None else coefficients
    assert square is not None
    products = list(square.index)
    if list(square.columns) != products:
        raise ValueError(
            f"{path}: rows and columns of the table differ; it must be square, with the same labels in the same order."
        )
    _agree(path, "output", list(output.index), products)
    if flows is None:
        flows = square * output.to_numpy()[None, :]
    final = _read(path, "final_demand")
    _agree(path, "final_demand", list(final.index), products)
    final = final[["final_demand"]] if "final_demand" in final.columns else final
    factors = _read(path, "factors", required=False)
    if factors is None:
        factors = pd.DataFrame([(output - flows.sum(axis=0)).clip(lower=0)], index=["value added"])
    _agree(path, "factors", list(factors.columns), products)
    if (output < 0).any():
        raise ValueError(f"{path}: output is negative for {output.index[np.argmax(output < 0)]}; correct it first.")
    gap = (output - flows.sum(axis=1) - final.sum(axis=1)).abs().max()
    if gap > 0.01 * output.max():
        raise ValueError(
            f"{path}: output differs from flows plus final demand by up to {gap:.6g}; rows sell, columns buy. "
            "Check that the table is not transposed."
        )
    kinds = tuple(kind_of(str(title)) for title in factors.index)
    return Table(path.name, flows, final, output, factors, kinds)


def _read(path: Path, stem: str, required: bool = True) -> Any:
    """Read one labelled file, or say what is wrong with it."""
    files = [path / f"{stem}{ending}" for ending in (".csv", ".parquet")]
    file = next((file for file in files if file.exists()), None)
    if file is None:
        if required:
            raise FileNotFoundError(
                f"{path} has no {stem}.csv or {stem}.parquet; a table needs flows, output and final_demand."
            )
        return None
    try:
        frame = pd.read_csv(file, index_col=0) if file.suffix == ".csv" else pd.read_parquet(file)
    except Exception as error:
        raise ValueError(f"{file} cannot be read: {error}. Save it again as CSV or Parquet.") from error
    if file.suffix == ".parquet" and len(frame.columns) and not pd.api.types.is_numeric_dtype(frame.iloc[:, 0]):
        frame = frame.set_index(frame.columns[0])
    if frame.empty:
        raise ValueError(f"{file} is empty; it needs a header and at least one labelled row.")
    frame.index, frame.columns = frame.index.map(str), frame.columns.map(str)
    for axis, labels in (("row", frame.index), ("column", frame.columns)):
        if labels.duplicated().any():
            raise ValueError(
                f"{file} has the {axis} label {labels[labels.duplicated()][0]!r} twice; make labels unique."
            )
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]) or frame[column].dtype == bool:
            bad = frame[column][pd.to_numeric(frame[column], errors="coerce").isna()]
            raise ValueError(
                f"{file} has text in column {column!r}, row {bad.index[0] if len(bad) else '?'!r}; put a number there."
            )
    if frame.isna().to_numpy().any() or np.isinf(frame.to_numpy(float)).any():
        raise ValueError(f"{file} has missing or infinite cells; fill them first, planlab does not guess.")
    return frame.astype(float)


def _agree(path: Path, stem: str, have: list[str], want: list[str]) -> None:
    if have != want:
        odd = next((a for a, b in zip(have, want, strict=False) if a != b), f"{len(have)} against {len(want)} labels")
        raise ValueError(
            f"{path}: labels of {stem} differ from the flows', first at {odd!r}; use the same, in the same order."
        )
