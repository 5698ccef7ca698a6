"""Who uses and makes what at home: processes from industries, and what of value added is scarce."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from planlab.economy.provenance import Origin
from planlab.tables.assumptions import Assumptions, by_label
from planlab.tables.treatment import Treated

if TYPE_CHECKING:
    from planlab.tables.table import Table

__all__ = ["Factors", "Processes", "alike", "each", "factors_of", "home", "money", "recipes_told"]

TIME = re.compile(r"\bhours?\b|\bjobs?\b|\bpersons?\b|\bpeople\b|\bworkers?\b|\bemployment\b|\bemployed\b|\bhrs?\b")
PAID = re.compile(r"\bcompensation\b|\bwages?\b|\bsalar|\bcosts?\b|\bv001")
"""By which words of its name or unit labour is counted in hours or heads, and by which in money."""

WORN = re.compile(r"\bconsumption of fixed capital\b|\bdepreciation\b", re.IGNORECASE)
"""What rows of value added are called that say what wears out."""


@dataclass(frozen=True)
class Factors:
    """Totals of the primary factors by industry, ``(factors, industries)``, their names, kinds and units.

    ``worn`` is consumption of fixed capital, ``(industries,)``, where it is in the table and investment builds.
    """

    totals: np.ndarray
    names: list[str]
    kinds: list[str]
    units: list[str]
    worn: np.ndarray | None = None


@dataclass(frozen=True)
class Processes:
    """Some processes: what each uses and makes of products and uses of factors per unit of activity.

    Parameters
    ----------
    inputs, outputs, factors
        ``(products, processes)`` twice, and ``(factors, processes)``.
    activity
        As observed, ``(processes,)``.
    names, sectors, regions, units
        Of each; regions and units only where they are known.
    worn
        Consumption of fixed capital, ``(processes,)``, as in `Factors`.
    capacity
        ``(processes,)`` where it is known; ``None``: by the rules for capacity.
    """

    inputs: np.ndarray
    outputs: np.ndarray
    factors: np.ndarray
    activity: np.ndarray
    names: list[str]
    sectors: list[str]
    regions: list[str] | None
    units: list[str] | None
    worn: np.ndarray | None = None
    capacity: np.ndarray | None = None


def factors_of(table: "Table", treated: Treated, assumed: Assumptions, more: list[str]) -> Factors:
    """Return what is scarce at home, by the rules ``value_added``, ``labour`` and ``factor_kinds``.

    Parameters
    ----------
    table, treated, assumed
        The table, its numbers without blemishes, and what is assumed.
    more
        Names of factors that are none of the table's.

    Raises
    ------
    ValueError
        Where labour is to be counted in time and the table has none such, and for factors that it does not have.
    """
    names, kinds = [str(title) for title in table.factors.index], list(table.kinds)
    W, units = treated.arrays[2], each(table.factor_units or "", len(names))
    worn = None
    if assumed.investment == "builds":
        above = [] if table.surplus is None else list(map(str, table.surplus.index))
        rows = [i for i, name in enumerate([*names, *above]) if WORN.search(name)]
        worn = np.vstack([W, treated.surplus])[rows].sum(axis=0) if rows else None
    if assumed.value_added == "all" and table.surplus is not None:
        names += [str(title) for title in table.surplus.index]
        kinds += ["other"] * len(table.surplus)
        units += [money(table)] * len(table.surplus)
        W = np.vstack([W, treated.surplus])
    own = by_label("factor_kinds", assumed.factor_kinds, None, [*names, *more])
    kinds = [given or kind for given, kind in zip(own, kinds, strict=False)]
    kept = np.array([not (worn is not None and WORN.search(name)) for name in names], dtype=bool)
    if assumed.labour == "time":
        labour = np.array([kind == "labour" for kind in kinds], dtype=bool)
        timed = labour & [_in_time(name, unit) for name, unit in zip(names, units, strict=True)]
        if not timed.any():
            raise ValueError(
                f"labour is 'time', but {table.name} has no labour in hours, jobs or persons: its factors are "
                f"{', '.join(names)}. Leave it out, or add the row to the table's factors."
            )
        kept &= timed | ~labour
    if kept.all():
        return Factors(W, names, kinds, units, worn)
    names, kinds, units = (list(compress(part, kept)) for part in (names, kinds, units))
    return Factors(W[kept], names, kinds, units, worn)


def _in_time(name: str, unit: str) -> bool:
    said = f"{name} {unit}".lower()
    return bool(TIME.search(said)) and not PAID.search(said)


def home(table: "Table", treated: Treated, factors: Factors, assumed: Assumptions) -> Processes:
    """Return industries as they are, or one process per product by the industry-technology assumption."""
    U, V, _, g, *_ = treated.arrays
    W = factors.totals if factors.worn is None else np.vstack([factors.totals, factors.worn])
    sectors: list[str] | None = None
    regions: list[str] | None = None
    own_units: list[str] | None = None
    units = np.array(each(table.unit, len(V)), dtype=object)
    if assumed.technology == "industry-technology" and table.make is not None:
        q = V.sum(axis=1)
        made = q > 0
        share = (V / np.where(made, q, 1.0)[:, None]).T[:, made]
        use, make, taken, g = U / g @ share * q[made], np.diag(q)[:, made], W / g @ share * q[made], q[made]
        names = [str(product) for product in table.flows.index[made]]
        own_units = list(units[made])
    else:
        use, make, taken, names = U, V, W, treated.processes
        sectors, regions = (
            None if given is None else [str(x) for x in np.array(given)[treated.alive]]
            for given in (table.sectors, table.regions)
        )
        own_units = list(units[treated.alive]) if table.make is None else None
    worn = None if factors.worn is None else taken[-1]
    taken = taken[: len(factors.names)]
    return Processes(use / g, make / g, taken / g, g, names, sectors or names, regions, own_units, worn)


def recipes_told(table: "Table", factors: Factors, source: str, assumed: Assumptions) -> list[Origin]:
    """Return where inputs, outputs and factors come from."""
    technology, pair = assumed.told("technology"), table.make is not None
    if not pair:
        how, makes = "flows over output", "a process a sector, which makes its product alone"
    elif assumed.technology == "supply-use":
        how, makes = "use over output", "a process an industry, with its joint products as in the make table"
    else:
        how = "use over output, mixed from the industries that make a product by their market shares"
        makes = "a process a product: industry technology"
    taken = "what is paid to labour" if assumed.value_added == "labour" else "all of it"
    of_value_added = "" if table.surplus is None else f"; of value added, {taken} is scarce"
    return [
        Origin("inputs", how, source, technology if pair else ""),
        Origin("outputs", makes, source, technology if pair else ""),
        Origin(
            "factors",
            f"totals over output: {', '.join(factors.names)}{of_value_added}"
            + ("; labour is what is counted in hours or heads" if assumed.labour == "time" else ""),
            source,
            assumed.told("value_added", "labour"),
        ),
        Origin("factor_kinds", ", ".join(factors.kinds), "the words of their names", assumed.told("factor_kinds")),
        Origin("sector", "as the table names them", source),
        Origin("region", "as the table names them, one where it names none", source),
    ]


def money(table: "Table") -> str:
    """Return the unit of account."""
    unit = alike(each(table.unit, len(table.flows)))
    return unit if isinstance(unit, str) else "units of account"


def each(units: str | Sequence[str], size: int) -> list[str]:
    """Return the unit of each of several things."""
    return [units] * size if isinstance(units, str) else list(map(str, units))


def alike(units: Sequence[str]) -> str | tuple[str, ...]:
    """Return the one unit of all, or the unit of each."""
    return units[0] if len(set(units)) == 1 else tuple(units)
