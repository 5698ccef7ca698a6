"""Real economies: from flows, final uses and factors to a scenario, every blemish named and treated by rule."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.economy import Labels, Scenario
from planlab.economy.treatment import Blemish, TableRules, TableWarning, treat

__all__ = ["Table", "TableRules", "TableWarning", "load_table", "read_table", "table_names"]


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
    surplus
        Totals of value added other than labour's, taxes and operating surplus, rows × processes.
    remarks
        What was odd when the table was read.

    Raises
    ------
    ValueError
        For labels that disagree and for missing or infinite cells.
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
    surplus: pd.DataFrame | None = None
    remarks: tuple[Blemish, ...] = ()

    def __post_init__(self) -> None:
        """Check that the parts fit together and hold finite numbers."""
        products, processes = list(self.flows.index), list(self.flows.columns)
        for part, rows, columns in (
            ("flows", products, processes),
            ("final", products, None),
            ("output", processes, None),
            ("factors", None, processes),
            ("make", products, processes),
            ("imports", products, None),
            ("surplus", None, processes),
        ):
            given = getattr(self, part)
            if given is None:
                continue
            frame = given if isinstance(given, pd.DataFrame) else given.to_frame(part)
            for axis, have, want in (("rows", frame.index, rows), ("columns", frame.columns, columns)):
                if want is not None and list(have) != want:
                    raise ValueError(
                        f"{self.name}: {axis} of {part} are labelled differently from the flows; use the same labels "
                        "in the same order."
                    )
            if (odd := np.argwhere(~np.isfinite(frame.to_numpy(float)))).size:
                i, j = odd[0]
                raise ValueError(
                    f"{self.name}: {part} has {len(odd)} missing or infinite cells, first in row {frame.index[i]!r}, "
                    f"column {frame.columns[j]!r}; fill them first, planlab does not guess."
                )

    @property
    def blemishes(self) -> tuple[Blemish, ...]:
        """What is odd in the table, where, and what the default rules do about it."""
        return self.examine()

    def examine(self, rules: TableRules = TableRules()) -> tuple[Blemish, ...]:  # noqa: B008 - frozen
        """Return what is odd in the table, where, and what `rules` do about it.

        Examples
        --------
        >>> for blemish in read_table("us-2021-15").examine():
        ...     print(blemish.what)
        use at purchasers' prices
        negative imports
        negative flow
        negative final use within a positive total
        product used more than it is supplied
        """
        return treat(self, rules).blemishes

    def scenario(
        self,
        technology: str = "industry-technology",
        final_uses: str = "separate",
        ambition: float = 1.25,
        capacity_margin: float = 1.25,
        limit_margin: float = 1.0,
        value_added: str = "labour",
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
        value_added
            ``"labour"``: of value added only labour's part is a factor, since surplus and taxes are what is left over
            rather than what is scarce; ``"all"``: they are factors of kind ``"other"`` too, where the table has them.
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
        TypeError
            For rules that are not `TableRules`.
        """
        for name, choice, known in (
            ("technology", technology, ("industry-technology", "supply-use")),
            ("final_uses", final_uses, ("separate", "together")),
            ("value_added", value_added, ("labour", "all")),
        ):
            if choice not in known:
                raise ValueError(f"{name} is {choice!r}; choose one of {', '.join(known)}.")
        for name, value in (
            ("ambition", ambition),
            ("capacity_margin", capacity_margin),
            ("limit_margin", limit_margin),
        ):
            if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < np.inf:
                raise ValueError(f"{name} is {value!r}; give a number above 0.")
        if not isinstance(rules, TableRules):
            raise TypeError(f"rules is {rules!r}; give TableRules(...), for instance TableRules(idle='error').")
        treated = treat(self, rules)
        U, V, W, g, Y, imports = treated.arrays
        products, processes, n = list(self.flows.index), treated.processes, len(self.flows.index)
        sectors, regions = (
            None if given is None else list(np.array(given)[treated.alive]) for given in (self.sectors, self.regions)
        )
        names, kinds = [str(title) for title in self.factors.index], list(self.kinds)
        if value_added == "all" and self.surplus is not None:
            W = np.vstack([W, treated.surplus])
            names, kinds = names + [str(title) for title in self.surplus.index], kinds + ["other"] * len(self.surplus)
        if technology == "industry-technology" and self.make is not None:
            q = V.sum(axis=1)
            made = q > 0
            share = (V / np.where(made, q, 1.0)[:, None]).T[:, made]
            U, W, V = U / g @ share * q[made], W / g @ share * q[made], np.diag(q)[:, made]
            processes, g = [products[i] for i in np.flatnonzero(made)], q[made]
            sectors = regions = None

        foreign = np.flatnonzero(imports > 0)
        A = np.hstack([U / g, np.zeros((n, foreign.size))])
        M = np.hstack([V / g, np.eye(n)[:, foreign]])
        F = np.hstack([W / g, np.zeros((W.shape[0], foreign.size))])
        exchange = np.concatenate([np.zeros(g.size), np.ones(foreign.size)])
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
        there are any, ``factors``; or with a pair ``make`` (industries × products) and ``use`` (products, then value
        added; industries, then final uses). Each is ``.csv`` or ``.parquet``, labelled by its first column. Factors
        are totals.

    Returns
    -------
    Table
        As published; ``blemishes`` names what is odd in it, `Table.scenario` treats that by rule.

    Raises
    ------
    TypeError, ValueError, FileNotFoundError, ModuleNotFoundError
        For what is no name, unknown names, missing or malformed files, missing packages.
    """
    from planlab.economy.table_folders import read_folder
    from planlab.economy.table_sources import BUNDLED

    if not isinstance(name, str | Path):
        raise TypeError(f"name is {name!r}; give one of {', '.join(table_names())}, or the path of a folder.")

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
    if str(name) in table_names():
        return table.scenario(**assumptions)
    return announced(table, stacklevel=3, **assumptions)


def announced(table: Table, stacklevel: int = 2, **assumptions: Any) -> Scenario:
    """Return a user's table as a scenario, with a `TableWarning` that lists its blemishes and how they were treated."""
    scenario = table.scenario(**assumptions)
    if blemishes := table.examine(assumptions.get("rules", TableRules())):
        listed = "\n  ".join(map(str, blemishes))
        warnings.warn(
            f"{table.name}: treated by rule (change with rules=TableRules(...)):\n  {listed}",
            TableWarning,
            stacklevel=stacklevel,
        )
    return scenario
