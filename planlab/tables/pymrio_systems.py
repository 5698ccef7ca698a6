"""Tables from pymrio's systems of many regions."""

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.economy.alignment import places
from planlab.economy.leontief import solve
from planlab.tables.kinds import kinds_of
from planlab.tables.table import Table

__all__ = ["from_pymrio_system"]


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
