"""A user's own tables: folders of labelled CSV or Parquet files, square or as a make and use pair."""

import re
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from planlab.economy.table_sources import kind_of
from planlab.economy.tables import Table
from planlab.economy.treatment import Blemish

__all__ = ["read_folder"]

TOTAL = re.compile(r"^T\d{3}$|\btotals?\b", re.IGNORECASE)
"""Labels of rows and columns that add up others, by word or by the code of the US Bureau of Economic Analysis."""

IMPORTS = re.compile(r"^F050|\bimports?\b", re.IGNORECASE)
"""Labels of final uses that are supply from abroad with its sign turned."""

IMBALANCE = 0.01
"""Share of the largest output by which a row may fail to add up; beyond it the table is taken to be misread."""


def read_folder(folder: str | Path, known: list[str]) -> Table:
    """Read a user's table from a folder of labelled CSV or Parquet files.

    Parameters
    ----------
    folder
        As in `planlab.read_table`.
    known
        Names of tables that need no folder, for the error.

    Returns
    -------
    Table
        As published.

    Raises
    ------
    ValueError, FileNotFoundError, NotADirectoryError, ModuleNotFoundError
        With the file, what is wrong with it and what to do.
    """
    if str(folder) == "":
        raise ValueError(f"The name of the table is empty; give one of {', '.join(known)}, or a folder.")
    path = Path(folder)
    if path.is_file():
        raise NotADirectoryError(f"{path} is a file; give the folder that holds it, {path.parent}.")
    if not path.is_dir():
        near = get_close_matches(str(folder), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise FileNotFoundError(f"No table {str(folder)!r}: not a folder, nor one of {', '.join(known)}.{hint}")
    name = path.name or path.resolve().name
    pair = [stem for stem in ("make", "use") if _file(path, stem)]
    if pair and not (_file(path, "flows") or _file(path, "coefficients")):
        return _pair(path, name)
    return _square(path, name)


def _square(path: Path, name: str) -> Table:
    """Read flows or coefficients, output, final demand and factors."""
    if _file(path, "flows") and _file(path, "coefficients"):
        raise ValueError(f"{path} has both flows and coefficients; keep the one that is meant.")
    given = "coefficients" if _file(path, "coefficients") else "flows"
    flows = _read(path, given)
    products = list(flows.index)
    if list(flows.columns) != products:
        raise ValueError(
            f"{path}: rows and columns of the table differ; it must be square, with the same labels in the same order."
        )
    totals = _read(path, "output")
    if totals.shape[1] > 1 and "output" not in totals.columns:
        raise ValueError(
            f"{path}: output has {totals.shape[1]} columns ({', '.join(totals.columns[:5])}); name the one that is "
            "meant 'output'."
        )
    output = totals["output"] if "output" in totals.columns else totals.iloc[:, 0]
    _agree(path, "output", list(output.index), products)
    if (output < 0).any():
        raise ValueError(f"{path}: output is negative for {output.idxmin()}; correct it first.")
    if given == "coefficients":
        flows = flows * output.to_numpy()[None, :]
    final = _read(path, "final_demand")
    _agree(path, "final_demand", list(final.index), products)
    final = final[["final_demand"]] if "final_demand" in final.columns else final
    remarks: tuple[Blemish, ...] = ()
    if _file(path, "factors"):
        factors = _read(path, "factors")
        _agree(path, "factors", list(factors.columns), products)
    else:
        factors = pd.DataFrame([(output - flows.sum(axis=0)).clip(lower=0)], index=["value added"])
        remarks = (Blemish("table without factors", (name,), "output less inputs, where positive, is its one factor"),)
    gap = (output - flows.sum(axis=1) - final.sum(axis=1)).abs().max()
    if gap > IMBALANCE * output.max():
        raise ValueError(
            f"{path}: output differs from flows plus final demand by up to {gap:.6g}; rows sell, columns buy. "
            "Check that the table is not transposed."
        )
    kinds = tuple(kind_of(str(title)) for title in factors.index)
    return Table(name, flows, final, output, factors, kinds, remarks=remarks)


def _pair(path: Path, name: str) -> Table:
    """Read a make table (industries × products) and a use table (products, value added × industries, final uses)."""
    make, use = _read(path, "make"), _read(path, "use")
    remarks = []
    for stem, frame in (("make", make), ("use", use)):
        summed = [str(label) for label in [*frame.index, *frame.columns] if TOTAL.search(label)]
        if summed:
            remarks.append(Blemish(f"row or column of totals in {stem}", tuple(summed), "left out"))
    make, use = (
        frame.loc[[not TOTAL.search(label) for label in frame.index], [not TOTAL.search(c) for c in frame.columns]]
        for frame in (make, use)
    )
    products, industries = list(make.columns), list(make.index)
    _agree(path, "use (its first rows)", list(use.index[: len(products)]), products, "make")
    _agree(path, "use (its first columns)", list(use.columns[: len(industries)]), industries, "make")
    final = use.iloc[: len(products), len(industries) :]
    if final.shape[1] == 0:
        raise ValueError(f"{path}: use has no final uses; they are columns after the industries, each a community.")
    value_added = use.iloc[len(products) :, : len(industries)]
    imports = pd.Series(0.0, products)
    for column in [label for label in final.columns if IMPORTS.search(label) and final[label].sum() < 0]:
        imports += (-final[column]).clip(lower=0)
        final = final.assign(**{column: final[column].clip(lower=0)})
        remarks.append(Blemish("final use that is imports", (column,), "supply from abroad; what is left is exported"))
    make = make.T
    kinds = tuple(kind_of(str(title)) for title in value_added.index)
    return Table(
        name,
        use.iloc[: len(products), : len(industries)],
        final,
        make.sum(axis=0),
        value_added,
        kinds,
        make=make,
        imports=imports,
        remarks=tuple(remarks),
    )


def _file(path: Path, stem: str) -> Path | None:
    """Return the one file of that stem, or ``None``."""
    files = [file for file in (path / f"{stem}.csv", path / f"{stem}.parquet") if file.exists()]
    if len(files) > 1:
        raise ValueError(f"{path} has both {files[0].name} and {files[1].name}; keep the one that is meant.")
    return files[0] if files else None


def _read(path: Path, stem: str) -> pd.DataFrame:
    """Read one labelled file, or say what is wrong with it."""
    file = _file(path, stem)
    if file is None:
        other = sorted(entry.name for entry in path.glob(f"{stem}.*"))
        raise FileNotFoundError(
            f"{path} has no {stem}.csv or {stem}.parquet"
            + (f", but {other[0]}; save that as CSV" if other else "")
            + "; a table needs flows, output and final_demand, or make and use."
        )
    try:
        frame = _read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    except ImportError as error:
        raise ModuleNotFoundError(
            f"{file}: reading Parquet needs pyarrow; install it with pip install 'planlab[data]', or save as CSV."
        ) from error
    except Exception as error:
        raise ValueError(f"{file} cannot be read: {error}. Save it again as CSV or Parquet.") from error
    if file.suffix == ".parquet" and isinstance(frame.index, pd.RangeIndex) and len(frame.columns):
        frame = frame.set_index(frame.columns[0])
    if frame.empty:
        raise ValueError(f"{file} is empty; it needs a header and at least one labelled row, separated by commas.")
    frame.index, frame.columns = frame.index.map(str), frame.columns.map(str)
    for axis, labels in (("row", frame.index), ("column", frame.columns)):
        if labels.duplicated().any():
            raise ValueError(
                f"{file} has the {axis} label {labels[labels.duplicated()][0]!r} twice; make labels unique."
            )
        if "" in labels:
            raise ValueError(f"{file} has a {axis} without a label; give every {axis} one.")
    return _as_numbers(file, frame)


def _read_csv(file: Path) -> pd.DataFrame:
    """Return the cells of a CSV as text, labels as they stand in it: ``01`` is not 1, ``NA`` is a name."""
    cells = pd.read_csv(file, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig").fillna("")
    cells = cells.apply(lambda column: column.str.strip())
    return cells.iloc[1:, 1:].set_axis(cells.iloc[1:, 0], axis=0).set_axis(cells.iloc[0, 1:], axis=1)


def _as_numbers(file: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of finite numbers, or name the cell that is none."""
    converted = {}
    for label in frame.columns:
        column = frame[label]
        number = pd.to_numeric(column, errors="coerce")
        missing = column.isna() | column.astype(str).str.strip().str.lower().isin(["", "nan"])
        text = number.isna() & ~missing
        if pd.api.types.is_bool_dtype(column):
            text[:] = True
        if text.any():
            raise ValueError(f"{file} has text in column {label!r}, row {text.idxmax()!r}; put a number there.")
        if (gap := missing | ~np.isfinite(number.astype(float))).any():
            raise ValueError(
                f"{file} has missing or infinite cells, first in column {label!r}, row {gap.idxmax()!r}; fill them "
                "first, planlab does not guess."
            )
        converted[label] = number.astype(float)
    return pd.DataFrame(converted, index=frame.index, columns=frame.columns)


def _agree(path: Path, stem: str, have: list[str], want: list[str], of: str = "flows") -> None:
    if have != want:
        odd = next((a for a, b in zip(have, want, strict=False) if a != b), f"{len(have)} against {len(want)} labels")
        raise ValueError(
            f"{path}: labels of {stem} differ from those of {of}, first at {odd!r}; use the same, in the same order."
        )
