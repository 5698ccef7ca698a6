"""What is odd in real tables, and the rules by which it is treated: named, counted, never silent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.base.checks import check_choice

if TYPE_CHECKING:
    from planlab.tables.table import Table

__all__ = ["Blemish"]

MAX_NAMED = 5
"""How many of a blemish's places are spelled out."""

ROUNDING = 1e-3
"""Share of a product's supply by which supply and use may differ without remark: published tables are rounded."""

NEGLIGIBLE = 1e-30
"""Share of the largest entry below which another is nothing: what balancing by computer leaves of zeros."""


class TableWarning(UserWarning):
    """A user's table has blemishes, which were treated by the rules stated."""


@dataclass(frozen=True)
class Blemish:
    """What was odd in a table, where, and what was done about it."""

    what: str
    where: tuple[str, ...]
    treatment: str

    def __str__(self) -> str:
        places = ", ".join(self.where[:MAX_NAMED]) + (", ..." if len(self.where) > MAX_NAMED else "")
        return f"{len(self.where)} × {self.what} ({places}): {self.treatment}"


@dataclass(frozen=True)
class TableRules:
    """How blemishes of real tables are treated; each rule can be ``"error"`` to refuse the table instead.

    Parameters
    ----------
    negative_demand
        Final demand below zero is what imports supply, and so is use above what is made. ``"import"``: a process
        makes the product from foreign exchange, up to the observed amount; ``"drop"``: the need is zero and the
        import is forgotten.
    negative_flows
        Flows, factor use or final uses below zero. ``"drop"``: set to zero; negative final uses within a positive
        total are netted within their product.
    idle
        Sectors without output, and products that no sector makes. ``"drop"``: the sector does not produce; uses of
        such products are supplied like imports, whatever `negative_demand` says.
    overspent
        Sectors whose inputs exceed their output. ``"keep"``: as observed (the whole may still be productive).
    """

    negative_demand: str = "import"
    negative_flows: str = "drop"
    idle: str = "drop"
    overspent: str = "keep"

    def __post_init__(self) -> None:
        """Check every rule by name."""
        choices = {
            "negative_demand": ("import", "drop", "error"),
            "negative_flows": ("drop", "error"),
            "idle": ("drop", "error"),
            "overspent": ("keep", "error"),
        }
        for name, known in choices.items():
            check_choice(name, getattr(self, name), known)


@dataclass(frozen=True)
class Treated:
    """A table's numbers without blemishes: only sectors with output, nothing negative, every use supplied."""

    arrays: tuple[np.ndarray, ...]
    """Use, make, factor use, output of processes, final uses, imports."""
    surplus: np.ndarray
    alive: np.ndarray
    processes: list[str]
    blemishes: tuple[Blemish, ...]


class _Notes:
    """Blemishes found so far; one whose rule is ``"error"`` refuses the table."""

    def __init__(self, table: "Table") -> None:
        self.name, self.found = table.name, list(table.remarks)

    def add(self, what: str, where: Any, rule: str, treatment: str) -> None:
        if len(where) == 0:
            return
        blemish = Blemish(what, tuple(map(str, where)), treatment)
        if rule == "error":
            raise ValueError(
                f"{self.name} has {blemish.what}: {', '.join(blemish.where[:MAX_NAMED])}. Mend it or relax its rule."
            )
        self.found.append(blemish)


def treat(table: "Table", rules: TableRules) -> Treated:
    """Return a table's numbers treated by `rules`, and what was treated.

    Raises
    ------
    ValueError
        For blemishes whose rule is ``"error"``, and where no sector has output.
    """
    notes = _Notes(table)
    U = _positive(notes, "flow", table.flows, rules)
    W = _positive(notes, "factor use", table.factors, rules)
    surplus = np.zeros((0, U.shape[1]))
    if table.surplus is not None:
        surplus = table.surplus.to_numpy(float).clip(min=0)
    g = table.output.to_numpy(float)
    V = np.diag(g.clip(min=0))
    if table.make is not None:
        V = _positive(notes, "make", table.make, rules)
        g = V.sum(axis=0)
    Y = _counted(notes, "final use", table.final, table.final.to_numpy(float))
    imports = np.zeros(len(Y)) if table.imports is None else table.imports.to_numpy(float)

    alive, labels = g > NEGLIGIBLE * g.max(initial=0.0), np.array([str(label) for label in table.output.index])
    if not alive.any():
        raise ValueError(f"{table.name}: no sector has output; check that output holds totals, not shares or gaps.")
    notes.add("sector without output", labels[~alive], rules.idle, "it does not produce")
    U, V, W, surplus, g = U[:, alive], V[:, alive], W[:, alive], surplus[:, alive], g[alive]
    over = U.sum(axis=0) > g * (1 + 1e-9)
    notes.add("sector whose inputs exceed its output", labels[alive][over], rules.overspent, "kept as observed")
    Y, imports = _foreign(notes, table, Y, imports, U, V, rules)
    return Treated((U, V, W, g, Y, imports), surplus, alive, list(labels[alive]), tuple(notes.found))


def _positive(notes: _Notes, what: str, frame: Any, rules: TableRules) -> np.ndarray:
    """Return the entries of a frame without negative ones, by rule."""
    entries = frame.to_numpy(float)
    rows, columns = [str(label) for label in frame.index], [str(label) for label in frame.columns]
    where = [f"{rows[i]} → {columns[j]}" for i, j in np.argwhere(entries < 0)]
    notes.add(f"negative {what}", where, rules.negative_flows, "set to zero")
    return np.maximum(_counted(notes, what, frame, entries), 0.0)


def _counted(notes: _Notes, what: str, frame: Any, entries: np.ndarray) -> np.ndarray:
    """Return entries with zeros for those too small to count."""
    size = np.abs(entries)
    tiny = (size > 0) & (size < NEGLIGIBLE * size.max(initial=0.0))
    where = [f"{frame.index[i]} → {frame.columns[j]}" for i, j in np.argwhere(tiny)]
    notes.add(f"{what} too small to count", where, "drop", "set to zero")
    return np.where(tiny, 0.0, entries)


def _foreign(
    notes: _Notes,
    table: "Table",
    Y: np.ndarray,
    imports: np.ndarray,
    U: np.ndarray,
    V: np.ndarray,
    rules: TableRules,
) -> tuple[np.ndarray, np.ndarray]:
    """Return final uses and imports without negative entries, every product's use covered by its supply."""
    total, names, made = Y.sum(axis=1), np.array([str(label) for label in table.flows.index]), V.sum(axis=1)
    if table.make is not None:
        notes.add("product that no sector makes", names[made <= 0], rules.idle, "its uses are supplied like imports")
    dropped = rules.negative_demand == "drop"
    negative = total < 0
    treatment = "set to zero" if dropped else "supplied by imports, up to the observed amount"
    notes.add("negative final demand", names[negative], rules.negative_demand, treatment)
    part = (Y < 0).any(axis=1) & ~negative
    notes.add(
        "negative final use within a positive total", names[part], rules.negative_flows, "netted within its product"
    )
    positive = np.maximum(Y, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.nan_to_num(np.maximum(total, 0.0) / positive.sum(axis=1))
    Y = positive * kept[:, None]

    net = made - U.sum(axis=1)
    missing = Y.sum(axis=1) - net
    wanted = missing > 1e-6 * np.abs(net).max()
    seen = ROUNDING * np.maximum(made + imports, U.sum(axis=1) + Y.sum(axis=1))
    short = wanted & (missing - imports > seen) & ~negative & (made > 0)
    treatment = "forgotten" if dropped else "the rest is supplied by imports"
    notes.add("product used more than it is supplied", names[short], rules.negative_demand, treatment)
    notes.add("product supplied more than it is used", names[-missing > seen], "keep", "the rest is left over")
    if dropped:
        return Y, np.where(wanted & (made <= 0), np.maximum(imports, missing), imports)
    return Y, np.where(wanted, np.maximum(imports, missing), 0.0)
