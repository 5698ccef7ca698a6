"""A user's own table, however it comes: a folder of files, a workbook, or labelled frames."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from planlab.base.checks import near
from planlab.tables.cells import as_numbers, read_csv

__all__ = ["Parts", "parts_of_frames", "parts_of_path"]

STEMS = ("flows", "coefficients", "output", "final_demand", "factors", "make", "use")
"""What the parts of a table are called: files, sheets or keys."""

WORKBOOKS = (".xlsx", ".xlsm")
"""What workbooks end in that can be read."""


@dataclass(frozen=True)
class Parts:
    """The parts of a table, each read when it is asked for.

    Parameters
    ----------
    where
        Where they come from, for errors.
    name
        What the table is called.
    readers
        Function per part that returns its labelled numbers.
    lacking
        What to say about a part that there is not.
    """

    where: str
    name: str
    readers: Mapping[str, Callable[[], pd.DataFrame]]
    lacking: Callable[[str], Exception]

    def __contains__(self, stem: str) -> bool:
        return stem in self.readers

    def __getitem__(self, stem: str) -> pd.DataFrame:
        if stem not in self.readers:
            raise self.lacking(stem)
        return self.readers[stem]()


NEEDED = "; a table needs flows, output and final_demand, or make and use."


def parts_of_path(path: str | Path, known: list[str]) -> Parts:
    """Return the parts of a table in a folder of CSV or Parquet files, or in the sheets of a workbook.

    Parameters
    ----------
    path
        As in `planlab.read_table`.
    known
        Names of tables that need no path, for the error.

    Raises
    ------
    ValueError, FileNotFoundError, NotADirectoryError, ModuleNotFoundError
        With the file, what is wrong with it and what to do.
    """
    if str(path) == "":
        raise ValueError(f"The name of the table is empty; give one of {', '.join(known)}, or a folder or workbook.")
    place = Path(path)
    if place.is_dir():
        return _parts_of_folder(place)
    if place.suffix.lower() in WORKBOOKS and place.exists():
        return _parts_of_workbook(place)
    if place.suffix.lower() in (".xls", ".xlsb", ".ods") and place.exists():
        raise ValueError(f"{place} is a workbook of a kind that cannot be read; save it as .xlsx.")
    if place.is_file():
        raise NotADirectoryError(f"{place} is a file; give the folder that holds it, {place.parent}.")
    listed = ", ".join(known)
    raise FileNotFoundError(
        f"No table {str(path)!r}: neither a folder nor a workbook (.xlsx), nor one of {listed}.{near(path, known)}"
    )


def parts_of_frames(frames: Mapping[str, Any]) -> Parts:
    """Return the parts of a table that are given as labelled frames.

    Raises
    ------
    TypeError, ValueError
        For parts of other names, without labels, or without numbers.
    """
    if unknown := [stem for stem in frames if stem not in STEMS]:
        hint = near(unknown[0], STEMS)
        raise TypeError(f"A table has no part {unknown[0]!r}.{hint} Its parts are {', '.join(STEMS)}.")

    def read(stem: str, given: Any) -> pd.DataFrame:
        if isinstance(given, Mapping):
            given = pd.Series(given)
        if isinstance(given, pd.Series):
            frame = given.to_frame(stem if given.name is None else given.name)
            given = frame.T if stem == "factors" else frame
        if not isinstance(given, pd.DataFrame):
            raise TypeError(
                f"{stem} is of type {type(given).__name__}; give a pandas table whose rows and columns are labelled."
            )
        return _labelled(stem, given)

    def lacking(stem: str) -> Exception:
        return ValueError(f"The table has no {stem}{NEEDED}")

    readers = {stem: partial(read, stem, given) for stem, given in frames.items()}
    return Parts("the table", "table", readers, lacking)


def _parts_of_folder(path: Path) -> Parts:
    readers: dict[str, Callable[[], pd.DataFrame]] = {}
    for stem in STEMS:
        files = [file for file in (path / f"{stem}.csv", path / f"{stem}.parquet") if file.exists()]
        if len(files) > 1:
            raise ValueError(f"{path} has both {files[0].name} and {files[1].name}; keep the one that is meant.")
        if files:
            readers[stem] = partial(_from_file, files[0])

    def lacking(stem: str) -> Exception:
        other = sorted(entry.name for entry in path.glob(f"{stem}.*"))
        return FileNotFoundError(
            f"{path} has no {stem}.csv or {stem}.parquet"
            + (f", but {other[0]}; save that as CSV" if other else "")
            + NEEDED
        )

    return Parts(str(path), path.name or path.resolve().name, readers, lacking)


def _from_file(file: Path) -> pd.DataFrame:
    """Return the numbers of one file, labelled by its first column."""
    if file.suffix == ".csv":
        return _labelled(str(file), *read_csv(file))
    try:
        frame = pd.read_parquet(file)
    except ImportError as error:
        raise ModuleNotFoundError(
            f"{file}: reading Parquet needs pyarrow; install it with pip install 'planlab[data]', or save as CSV."
        ) from error
    except Exception as error:
        raise ValueError(f"{file} cannot be read: {error}. Save it again as CSV or Parquet.") from error
    if isinstance(frame.index, pd.RangeIndex) and len(frame.columns):
        frame = frame.set_index(frame.columns[0])
    return _labelled(str(file), frame)


def _parts_of_workbook(path: Path) -> Parts:
    try:
        sheets = pd.read_excel(
            path, sheet_name=None, header=None, dtype=object, engine="openpyxl", keep_default_na=False
        )
    except ImportError as error:
        raise ModuleNotFoundError(
            f"{path}: reading workbooks needs openpyxl; install it with pip install 'planlab[data]', or save as CSV."
        ) from error
    except Exception as error:
        raise ValueError(f"{path} cannot be read: {error}. Save it again as .xlsx.") from error
    readers: dict[str, Callable[[], pd.DataFrame]] = {}
    for title, cells in sheets.items():
        stem = str(title).strip().lower().replace(" ", "_").replace("-", "_")
        if stem in readers:
            raise ValueError(f"{path} has two sheets for {stem}; keep the one that is meant.")
        if stem in STEMS:
            readers[stem] = partial(_from_sheet, f"{path}, sheet {title}", cells)

    def lacking(stem: str) -> Exception:
        return ValueError(f"{path} has no sheet {stem} among {', '.join(map(str, sheets))}{NEEDED}")

    return Parts(str(path), path.stem, readers, lacking)


def _from_sheet(where: str, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of a sheet, labelled by its first row and column, without empty rows and columns around."""
    filled = cells.notna() & (cells != "")
    cells = cells.loc[filled.any(axis=1), filled.any(axis=0)]
    if cells.shape[0] < 2 or cells.shape[1] < 2:
        raise ValueError(f"{where} is empty; it needs a header and at least one labelled row.")

    def labels(part: pd.Series) -> list[str]:
        return [str(int(x)) if isinstance(x, float) and x.is_integer() else str(x).strip() for x in part]

    return _labelled(
        where, cells.iloc[1:, 1:].set_axis(labels(cells.iloc[1:, 0])).set_axis(labels(cells.iloc[0, 1:]), axis=1)
    )


def _labelled(where: str, frame: pd.DataFrame, separator: str | None = None) -> pd.DataFrame:
    """Return a frame of finite numbers with labels that are texts, each once."""
    if frame.empty:
        raise ValueError(f"{where} is empty; it needs a header and at least one labelled row.")
    frame = frame.copy(deep=False)
    frame.index, frame.columns = (
        pd.Index([" / ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in axis], dtype=object)
        for axis in frame.axes
    )
    for axis, labels in (("row", frame.index), ("column", frame.columns)):
        if labels.duplicated().any():
            raise ValueError(
                f"{where} has the {axis} label {labels[labels.duplicated()][0]!r} twice; make labels unique."
            )
        if "" in labels:
            raise ValueError(f"{where} has a {axis} without a label; give every {axis} one.")
    return as_numbers(where, frame, separator)
