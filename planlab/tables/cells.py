"""Numbers as people and offices write them: decimal points and commas, marks for thousands, never guessed."""

import csv
import re
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["as_numbers", "read_csv"]

SEPARATORS = (",", ";", "\t")
"""What can stand between the cells of a text file."""

GROUPS = re.compile("(?<=\\d)[ \u00a0\u202f\u2009'\u2019](?=\\d{3}(?!\\d))")
"""Spaces and apostrophes between thousands."""


def _written(decimal: str, thousands: str) -> re.Pattern:
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+)"
    return re.compile(rf"[+-]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d+)?")


POINT, COMMA = _written(r"\.", ","), _written(",", r"\.")
"""How numbers are written with a decimal point, and with a decimal comma."""


def read_csv(file: Path) -> tuple[pd.DataFrame, str]:
    """Return the cells of a text file as text, labelled by its first row and column, and what separates them.

    Labels stay as they stand in it: ``01`` is not 1, ``NA`` is a name.

    Raises
    ------
    ValueError
        For files that are empty, uneven, or separated in no way or two.
    """
    raw = file.read_bytes()
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} cannot be read as UTF-8 ({error.reason}); save it again as CSV in UTF-8.") from error
    tried = {separator: _split(text, separator) for separator in SEPARATORS}
    if not any(tried.values()):
        raise ValueError(f"{file} is empty; it needs a header and at least one labelled row.")
    even = [mark for mark, rows in tried.items() if len(rows[0]) > 1 and all(len(row) <= len(rows[0]) for row in rows)]
    if len(even) > 1:
        even = [mark for mark in even if _is_full(tried[mark])] or even
    if len(even) != 1:
        headed = [mark for mark, rows in tried.items() if len(rows[0]) > 1]
        if even or not headed:
            raise ValueError(
                f"{file} cannot be read: its cells are separated neither by commas nor by semicolons nor by tabs"
                f"{', or by more than one of them' if even else ''}. Save it again as CSV."
            )
        rows = tried[headed[0]]
        line, row = next((i, row) for i, row in enumerate(rows, 1) if len(row) > len(rows[0]))
        raise ValueError(
            f"{file} cannot be read: row {line} has {len(row)} cells and the header has {len(rows[0])}. Save it again "
            "as CSV; quote cells in which the separator stands."
        )
    header, *rows = tried[even[0]]
    body = [row[1:] + [""] * (len(header) - len(row)) for row in rows]
    frame = pd.DataFrame(body, index=[row[0] for row in rows], columns=header[1:], dtype=object)
    return frame, even[0]


def _split(text: str, separator: str) -> list[list[str]]:
    """Return the stripped cells of every row that has some."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=separator)]
    return [row for row in rows if any(row)]


def _is_full(rows: list[list[str]]) -> bool:
    """Return whether every row is as long as the header and every cell of the body is a number in some writing."""
    cells = [GROUPS.sub("", cell) for row in rows[1:] for cell in row[1:]]
    return all(len(row) == len(rows[0]) for row in rows) and all(
        POINT.fullmatch(cell) or COMMA.fullmatch(cell) for cell in cells
    )


def as_numbers(where: str, frame: pd.DataFrame, separator: str | None = None) -> pd.DataFrame:
    """Return a labelled frame of finite numbers, or name the cell that is none.

    Texts are read with a decimal point or with a decimal comma, whichever all of them allow. Where they allow both
    and mean different numbers, cells separated by commas are read with a point; others are refused.

    Parameters
    ----------
    where
        What the frame is called in errors.
    frame
        Numbers, texts or both.
    separator
        Of the text file it comes from, if it comes from one.

    Raises
    ------
    ValueError
        With the first cell that is missing, infinite, no number, or no one number.

    Examples
    --------
    >>> as_numbers("flows.csv", pd.DataFrame({"a": ["1.000,5", "20"]}), ";")["a"].tolist()
    [1000.5, 20.0]
    >>> as_numbers("flows.csv", pd.DataFrame({"a": ["1.000", "20"]}), ";")
    Traceback (most recent call last):
        ...
    ValueError: flows.csv has the text '1.000' in column 'a', row '0', which means 1 or 1000, and no other cell says
    which; write thousands without a mark and save it again, separated by commas.
    """
    numbers, texts = np.full(frame.shape, np.nan), np.full(frame.shape, "", dtype=object)
    for j in range(frame.shape[1]):
        column = frame.iloc[:, j]
        if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
            numbers[:, j] = column.to_numpy(dtype=np.float64, na_value=np.nan)
            continue
        for i, cell in enumerate(column.to_numpy(dtype=object)):
            if isinstance(cell, Real) and not isinstance(cell, bool | np.bool_):
                numbers[i, j] = float(cell)
            elif str(cell).strip().lower().lstrip("+-") in ("inf", "infinity"):
                numbers[i, j] = np.inf
            elif not _is_missing(cell):
                texts[i, j] = GROUPS.sub("", str(cell).strip().replace("\u2212", "-"))
    if (places := np.argwhere(texts != "")).size:
        written = [str(texts[i, j]) for i, j in places]
        numbers[tuple(places.T)] = _read(where, frame, places, written, separator)
    if (gaps := np.argwhere(~np.isfinite(numbers))).size:
        raise ValueError(
            f"{where} has {len(gaps)} missing or infinite cells, first in {_cell(frame, gaps[0])}; fill them first, "
            "planlab does not guess."
        )
    return pd.DataFrame(numbers, index=frame.index, columns=frame.columns)


def _is_missing(cell: Any) -> bool:
    return cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell)) or str(cell).strip().lower() in ("", "nan")


def _cell(frame: pd.DataFrame, place: np.ndarray) -> str:
    return f"column {str(frame.columns[place[1]])!r}, row {str(frame.index[place[0]])!r}"


def _read(where: str, frame: pd.DataFrame, places: np.ndarray, texts: list[str], separator: str | None) -> np.ndarray:
    """Return what texts mean, in the one way of writing numbers that fits them all."""
    pointed, no_point = _values(texts, POINT, thousands=",", decimal=".")
    commaed, no_comma = _values(texts, COMMA, thousands=".", decimal=",")
    if pointed is None and commaed is None:
        stray = next((k for k, text in enumerate(texts) if not (POINT.fullmatch(text) or COMMA.fullmatch(text))), None)
        if stray is not None:
            cell = _cell(frame, places[stray])
            raise ValueError(f"{where} has the text {texts[stray]!r} in {cell}; put a number there.")
        raise ValueError(
            f"{where} has both {texts[no_comma]!r} in {_cell(frame, places[no_comma])} and {texts[no_point]!r} in "
            f"{_cell(frame, places[no_point])}; use one decimal mark."
        )
    if pointed is None or commaed is None:
        return pointed if commaed is None else commaed  # type: ignore[return-value]  # one of both is there
    if separator != "," and (differs := np.flatnonzero(pointed != commaed)).size:
        k = differs[0]
        few, many = sorted((pointed[k], commaed[k]))
        raise ValueError(
            f"{where} has the text {texts[k]!r} in {_cell(frame, places[k])}, which means {few:.9g} or {many:.9g}, and "
            "no other cell says which; write thousands without a mark and save it again, separated by commas."
        )
    return pointed


def _values(texts: list[str], written: re.Pattern, thousands: str, decimal: str) -> tuple[np.ndarray | None, int]:
    """Return what texts mean if all are written in one way; or ``None``, and the first that is not."""
    odd = next((k for k, text in enumerate(texts) if not written.fullmatch(text)), None)
    if odd is not None:
        return None, odd
    return np.array([float(text.replace(thousands, "").replace(decimal, ".")) for text in texts]), 0
