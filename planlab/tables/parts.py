"""From the parts of a table to the table: square or as a make and use pair, aligned by label, totals left out."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from planlab.economy.alignment import places
from planlab.tables.files import Parts
from planlab.tables.kinds import kinds_of
from planlab.tables.table import Table
from planlab.tables.treatment import Blemish

__all__ = ["table_of_parts"]

TOTAL = re.compile(r"^T\d{3}$|\btotals?\b", re.IGNORECASE)
"""Labels of rows and columns that add up others, by word or by the code of the US Bureau of Economic Analysis."""

IMPORTS = re.compile(r"^F050|\bimports?\b", re.IGNORECASE)
"""Labels of final uses that are supply from abroad with its sign turned."""

IMBALANCE = 0.01
"""Share of the largest output by which a row may fail to add up; beyond it the table is taken to be misread."""

ROUNDED = 1e-3
"""Share by which a total may differ from the sum of what it adds up: published tables are rounded."""


def table_of_parts(parts: Parts) -> Table:
    """Return a table from its parts: flows or coefficients, output, final demand and factors; or make and use.

    Raises
    ------
    ValueError, FileNotFoundError
        With the part, what is wrong with it and what to do.
    """
    if ("make" in parts or "use" in parts) and not ("flows" in parts or "coefficients" in parts):
        return _pair(parts)
    return _square(parts)


def _square(parts: Parts) -> Table:
    """Return a table in which process j makes product j."""
    where, remarks = parts.where, list[Blemish]()
    if "flows" in parts and "coefficients" in parts:
        raise ValueError(f"{where} has both flows and coefficients; keep the one that is meant.")
    given = "coefficients" if "coefficients" in parts else "flows"
    flows = _without_totals(parts, given, remarks)
    products = list(flows.index)
    flows = _columns(flows, products, f"{where}: columns of {given}", "its rows")
    totals = _without_totals(parts, "output", remarks)
    if totals.shape[1] > 1 and "output" not in totals.columns:
        raise ValueError(
            f"{where}: output has {totals.shape[1]} columns ({', '.join(totals.columns[:5])}); name the one that is "
            "meant 'output'."
        )
    totals = _rows(totals, products, f"{where}: output", given)
    output = totals["output"] if "output" in totals.columns else totals.iloc[:, 0]
    if (output < 0).any():
        raise ValueError(f"{where}: output is negative for {output.idxmin()}; correct it first.")
    if given == "coefficients":
        flows = flows * output.to_numpy()[None, :]
    final = _rows(_without_totals(parts, "final_demand", remarks), products, f"{where}: final_demand", given)
    final = final[["final_demand"]] if "final_demand" in final.columns else final
    if "factors" in parts:
        factors = _without_totals(parts, "factors", remarks)
        factors = _columns(factors, products, f"{where}: factors", given)
    else:
        factors = pd.DataFrame([(output - flows.sum(axis=0)).clip(lower=0)], index=["value added"])
        said = "output less inputs, where positive, is its one factor"
        remarks.append(Blemish("table without factors", (parts.name,), said))
    gap = (output - flows.sum(axis=1) - final.sum(axis=1)).abs().max()
    if gap > IMBALANCE * output.max():
        raise ValueError(
            f"{where}: output differs from flows plus final demand by up to {gap:.6g}; rows sell, columns buy. "
            "Check that the table is not transposed."
        )
    kinds, odd = kinds_of([str(title) for title in factors.index])
    return Table(parts.name, flows, final, output, factors, kinds, source=parts.where, remarks=(*remarks, *odd))


def _pair(parts: Parts) -> Table:
    """Return a table from make (industries × products) and use (products, value added × industries, final uses)."""
    where, remarks = parts.where, list[Blemish]()
    make, use = (_without_totals(parts, stem, remarks) for stem in ("make", "use"))
    products, industries = list(make.columns), list(make.index)
    at = places(f"{where}: use (its rows)", list(use.index), products, "products", "make", more=True)
    by = places(f"{where}: use (its columns)", list(use.columns), industries, "industries", "make", more=True)
    final = use.iloc[at, np.setdiff1d(np.arange(use.shape[1]), by)]
    if final.shape[1] == 0:
        raise ValueError(f"{where}: use has no final uses; they are columns besides the industries, each a community.")
    value_added = use.iloc[np.setdiff1d(np.arange(use.shape[0]), at), by]
    imports = pd.Series(0.0, products)
    for column in [label for label in final.columns if IMPORTS.search(label) and final[label].sum() < 0]:
        imports += (-final[column]).clip(lower=0)
        exported = final[column].clip(lower=0)
        final = final.assign(**{column: exported}) if exported.any() else final.drop(columns=column)
        remarks.append(Blemish("final use that is imports", (column,), "supply from abroad; what is left is exported"))
    make = make.T
    kinds, odd = kinds_of([str(title) for title in value_added.index])
    return Table(
        parts.name,
        use.iloc[at, by],
        final,
        make.sum(axis=0),
        value_added,
        kinds,
        make=make,
        imports=imports,
        source=parts.where,
        remarks=(*remarks, *odd),
    )


def _rows(frame: pd.DataFrame, labels: Sequence[str], name: str, source: str) -> pd.DataFrame:
    return frame.iloc[places(name, list(frame.index), labels, "products", source)]


def _columns(frame: pd.DataFrame, labels: Sequence[str], name: str, source: str) -> pd.DataFrame:
    return frame.iloc[:, places(name, list(frame.columns), labels, "products", source)]


def _without_totals(parts: Parts, stem: str, remarks: list[Blemish]) -> pd.DataFrame:
    """Return a part without rows and columns of totals, of which a remark is made.

    Raises
    ------
    ValueError
        For what is called a total and does not add up the others.
    """
    frame = parts[stem]
    kept = [[TOTAL.search(label) is None for label in axis] for axis in frame.axes]
    kept = [side if any(side) else [True] * len(side) for side in kept]
    left_out: list[str] = []
    for side, (name, along) in enumerate((("row", frame.to_numpy()), ("column", frame.to_numpy().T))):
        entries = along[:, np.array(kept[1 - side])]
        for i in np.flatnonzero(~np.array(kept[side])).tolist():
            if not _adds_up(entries, np.array(kept[side]), i):
                raise ValueError(
                    f"{parts.where}: {stem} has the {name} {frame.axes[side][i]!r}, which does not add up the others; "
                    "leave it out, or call it something else if it is no total."
                )
            left_out.append(str(frame.axes[side][i]))
    if left_out:
        remarks.append(Blemish(f"row or column of totals in {stem}", tuple(left_out), "left out"))
    return frame.loc[np.array(kept[0]), np.array(kept[1])]


def _adds_up(entries: np.ndarray, kept: np.ndarray, i: int) -> bool:
    """Return whether row i is the sum of all rows kept, of those above it, or of those since the total before.

    Where it is zero it may be blank: an office adds up inputs, and does not repeat under final uses what is no input.
    """
    filled = entries[i] != 0 if entries[i].any() else np.full(entries.shape[1], True)
    total, parts, place = entries[i, filled], entries[:, filled], np.arange(len(entries))
    before = np.flatnonzero(~kept[:i])
    above = kept & (place < i)
    since = above & (place > (before[-1] if before.size else -1))
    tolerance = ROUNDED * max(np.abs(total).max(), np.abs(parts[kept]).max())
    return any(np.abs(parts[rows].sum(axis=0) - total).max() <= tolerance for rows in (kept, above, since))
