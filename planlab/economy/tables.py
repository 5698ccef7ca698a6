"""Real economies: from flows, final uses and factors to a scenario, every blemish named and treated by rule."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.economy import Labels, Scenario

__all__ = ["Blemish", "Table", "TableRules", "TableWarning", "load_table", "read_table", "table_names"]

MAX_NAMED = 5
"""How many of a blemish's places are spelled out."""


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
        Final demand below zero is what imports supply. ``"import"``: a process makes the product from foreign
        exchange, up to the observed amount; ``"drop"``: the need is zero and the import is forgotten.
    negative_flows
        Flows or factor use below zero. ``"drop"``: set to zero.
    idle
        Sectors without output. ``"drop"``: the sector does not produce; uses of its product are supplied like
        imports.
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
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {getattr(self, name)!r}; choose one of {', '.join(known)}.")


@dataclass(frozen=True)
class Table:
    """An input–output or supply–use table in one unit of account.

    Parameters
    ----------
    name
        What it is called.
    flows
        Use of products by processes, products × processes.
    final
        Final uses of products, products × uses.
    make
        Products made by processes, products × processes; ``None``: process j makes product j.
    output
        Total output of each process.
    factors
        Totals of primary factors, factors × processes.
    kinds
        Kind of each factor.
    imports
        Products supplied from outside; counted in what final and intermediate uses add up to.
    unit
        Of flows.
    sectors, regions
        Of each process, where the table has them.
    """

    name: str
    flows: pd.DataFrame
    final: pd.DataFrame
    output: pd.Series
    factors: pd.DataFrame
    kinds: tuple[str, ...]
    make: pd.DataFrame | None = None
    imports: pd.Series | None = None
    unit: str = "units of account"
    sectors: Sequence[str] | None = None
    regions: Sequence[str] | None = None
    blemishes: list[Blemish] = field(default_factory=list)

    def scenario(
        self,
        technology: str = "industry-technology",
        final_uses: str = "separate",
        ambition: float = 1.25,
        capacity_margin: float = 1.25,
        limit_margin: float = 1.0,
        rules: TableRules = TableRules(),  # noqa: B008 - frozen
    ) -> Scenario:
        r"""Return the table as a world to plan in.

        What a table lacks is assumed: needs are `ambition` times observed final uses, capacity is `capacity_margin`
        times observed output, factor limits are `limit_margin` times observed use; nothing wears out (replacement is
        part of observed investment), stocks are empty, the opening activity is the observed one.

        Parameters
        ----------
        technology
            ``"industry-technology"``: one process per product, a product's recipe being the mean of the industries
            that make it, weighted by market share, :math:`A = B D`; ``"supply-use"``: one process per industry, with
            joint products. The same for tables without a make table.
        final_uses
            ``"separate"``: a community per final use; ``"together"``: one community.
        ambition, capacity_margin, limit_margin
            The assumptions, all above 0.
        rules
            For blemishes.

        Returns
        -------
        Scenario
            In the table's unit per period; activity is measured by output.

        Raises
        ------
        ValueError
            For unknown choices, assumptions out of range, and blemishes whose rule is ``"error"``.
        """
        for name, choice, known in (
            ("technology", technology, ("industry-technology", "supply-use")),
            ("final_uses", final_uses, ("separate", "together")),
        ):
            if choice not in known:
                raise ValueError(f"{name} is {choice!r}; choose one of {', '.join(known)}.")
        for name, value in (
            ("ambition", ambition),
            ("capacity_margin", capacity_margin),
            ("limit_margin", limit_margin),
        ):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < np.inf:
                raise ValueError(f"{name} is {value!r}; give a number above 0.")
        products, n = list(self.flows.index), self.flows.shape[0]
        U = self._positive("flow", self.flows, rules).to_numpy(float)
        W = self._positive("factor use", self.factors, rules).to_numpy(float)
        g = self.output.to_numpy(float)
        V = np.diag(g) if self.make is None else self._positive("make", self.make, rules).to_numpy(float)
        Y = self.final.to_numpy(float)
        imports = np.zeros(n) if self.imports is None else self.imports.to_numpy(float)

        alive = g > 0
        self._note("sector without output", np.array(self.output.index)[~alive], rules.idle, "it does not produce")
        processes, U, V, W, g = list(self.output.index[alive]), U[:, alive], V[:, alive], W[:, alive], g[alive]
        over = U.sum(axis=0) > g
        self._note(
            "sector whose inputs exceed its output", np.array(processes)[over], rules.overspent, "kept as observed"
        )

        Y, imports = self._foreign(Y, imports, V.sum(axis=1) - U.sum(axis=1), rules)
        sectors, regions = (list(np.array(x)[alive]) if x is not None else None for x in (self.sectors, self.regions))
        if technology == "industry-technology" and self.make is not None:
            q = V.sum(axis=1)
            made = q > 0
            share = (V / np.where(made, q, 1.0)[:, None]).T[:, made]
            U, W, V = U / g @ share * q[made], W / g @ share * q[made], np.diag(q)[:, made]
            processes, g = [products[i] for i in np.flatnonzero(made)], q[made]
            sectors = regions = None

        foreign = np.flatnonzero(imports > 0)
        A = np.hstack([U / g, np.zeros((n, foreign.size))])
        M = np.hstack([V / V.sum(axis=0), np.eye(n)[:, foreign]])
        F = np.hstack([W / g, np.zeros((W.shape[0], foreign.size))])
        exchange = np.concatenate([np.zeros(g.size), np.ones(foreign.size)])
        names, kinds = [str(x) for x in self.factors.index], list(self.kinds)
        if foreign.size:
            F, names, kinds = np.vstack([F, exchange]), [*names, "foreign exchange"], [*kinds, "other"]
        x = np.concatenate([g, imports[foreign]])
        uses = Y.sum(axis=1, keepdims=True) if final_uses == "together" else Y
        communities = ["final uses"] if final_uses == "together" else [str(use) for use in self.final.columns]
        needed = uses.sum(axis=0) > 0
        outside = ["imports"] * foreign.size
        return Scenario.from_arrays(
            inputs=A,
            outputs=M,
            needs=ambition * uses[:, needed],
            factors=F,
            limits=limit_margin * (F @ x),
            capacity=capacity_margin * x,
            activity=x,
            factor_kinds=kinds,
            sector=(sectors or processes) + outside,
            region=None if regions is None else regions + ["outside"] * foreign.size,
            labels=Labels(
                tuple(map(str, products)),
                tuple(map(str, processes)) + tuple(f"import of {products[i]}" for i in foreign),
                tuple(names),
                tuple(str(name) for name, kept in zip(communities, needed, strict=True) if kept),
            ),
            name=self.name,
        )

    def _note(self, what: str, where: Any, rule: str, treatment: str) -> None:
        """Record a blemish, or refuse the table."""
        if len(where) == 0:
            return
        blemish = Blemish(what, tuple(map(str, where)), treatment)
        if rule == "error":
            raise ValueError(
                f"{self.name} has {blemish.what}: {', '.join(blemish.where[:MAX_NAMED])}. Mend it or relax its rule."
            )
        if blemish not in self.blemishes:
            self.blemishes.append(blemish)

    def _positive(self, what: str, table: pd.DataFrame, rules: TableRules) -> pd.DataFrame:
        """Return the table without negative entries, by rule."""
        rows, cols = np.nonzero(table.to_numpy(float) < 0)
        sold, bought = list(map(str, table.index)), list(map(str, table.columns))
        where = [f"{sold[i]} → {bought[j]}" for i, j in zip(rows, cols, strict=True)]
        self._note(f"negative {what}", where, rules.negative_flows, "set to zero")
        return table.clip(lower=0)

    def _foreign(
        self, Y: np.ndarray, imports: np.ndarray, net: np.ndarray, rules: TableRules
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return final uses and imports without negative entries, every product's use covered by its supply."""
        total, names = Y.sum(axis=1), np.array(self.flows.index)
        negative = total < 0
        treated = {"import": "supplied by imports, up to the observed amount", "drop": "set to zero"}
        self._note(
            "negative final demand", names[negative], rules.negative_demand, treated.get(rules.negative_demand, "")
        )
        part = (Y < 0).any(axis=1) & ~negative
        self._note(
            "negative final use within a positive total", names[part], rules.negative_flows, "netted within the product"
        )
        positive = np.maximum(Y, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            kept = np.nan_to_num(np.maximum(total, 0.0) / positive.sum(axis=1))
        Y = positive * kept[:, None]
        if rules.negative_demand == "drop":
            return Y, imports
        missing = Y.sum(axis=1) - net
        return Y, np.where(missing > 1e-6 * np.abs(net).max(), np.maximum(imports, missing), 0.0)


def table_names() -> list[str]:
    """Return the names of the tables that come with Python packages."""
    from planlab.economy.table_sources import BUNDLED

    return sorted(BUNDLED)


def read_table(name: str | Path) -> Table:
    """Read a table by name or from a folder of CSV or Parquet files.

    Parameters
    ----------
    name
        One of `table_names`, or a folder with ``flows`` (or ``coefficients``), ``output``, ``final_demand`` and, if
        there are any, ``factors``, each ``.csv`` or ``.parquet``, labelled by its first column. Factors are totals.

    Returns
    -------
    Table
        As published; `Table.scenario` treats its blemishes and lists them in ``blemishes``.

    Raises
    ------
    ValueError, FileNotFoundError, ModuleNotFoundError
        For unknown names, missing or malformed files, missing packages.
    """
    from planlab.economy.table_sources import BUNDLED, read_folder

    if str(name) in BUNDLED:
        return BUNDLED[str(name)](str(name))
    return read_folder(name, known=sorted(BUNDLED))


def load_table(name: str | Path, **assumptions: Any) -> Scenario:
    """Return a real table as a scenario.

    Parameters
    ----------
    name
        As in `read_table`: "us-2021-71", "us-2021-15", "australia-2020-114", "pymrio-test", or a folder.
    **assumptions
        As in `Table.scenario`.

    Returns
    -------
    Scenario
        A user's own table with blemishes also gives a `TableWarning` that lists them and how they were treated.

    Examples
    --------
    >>> scenario = load_table("us-2021-15")
    >>> scenario.economy.labels.communities
    ('households', 'investment', 'abroad', 'government')
    """
    table = read_table(name)
    scenario = table.scenario(**assumptions)
    if table.blemishes and str(name) not in table_names():
        listed = "\n  ".join(map(str, table.blemishes))
        warnings.warn(
            f"{table.name}: treated by rule (change with rules=TableRules(...)):\n  {listed}",
            TableWarning,
            stacklevel=2,
        )
    return scenario
