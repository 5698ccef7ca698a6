"""Real economies: from flows, final uses and factors to a scenario, every blemish named and treated by rule."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.alignment import places
from planlab.economy.arrays import numbers
from planlab.economy.scenario import Scenario
from planlab.economy.weighting import DEFAULT_WEIGHTS
from planlab.tables.assumptions import Assumptions
from planlab.tables.margins import AMBITION, CAPACITY_MARGIN, LIMIT_MARGIN
from planlab.tables.to_scenario import scenario_of_table
from planlab.tables.treatment import Blemish, TableRules, TableWarning, treat

__all__ = ["Table", "TableRules", "TableWarning", "scenario_with_warning"]


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
        Of flows, or of each product's.
    factor_units
        Of all factors, or of each; ``None``: not known.
    sectors, regions
        Of each process, where the table has them.
    surplus
        Totals of value added other than labour's, taxes and operating surplus, rows × processes.
    categories
        Category of needs of each product; ``None``: by the words of their names, `planlab.tables.categories`.
    stored
        Whether each product can lie in store; ``None``: by the words of their names, `planlab.tables.stores`.
    source
        Who published it, and where it was read from; for `planlab.Scenario.explain`.
    remarks
        What was odd when the table was read.

    Raises
    ------
    ValueError
        For labels that disagree and for missing or infinite cells.

    Notes
    -----
    Parts are aligned with the flows by label, whatever their order.
    """

    name: str
    flows: pd.DataFrame
    final: pd.DataFrame
    output: pd.Series
    factors: pd.DataFrame
    kinds: tuple[str, ...]
    make: pd.DataFrame | None = None
    imports: pd.Series | None = None
    unit: str | Sequence[str] = "units of account"
    factor_units: str | Sequence[str] | None = None
    sectors: Sequence[str] | None = None
    regions: Sequence[str] | None = None
    surplus: pd.DataFrame | None = None
    categories: Sequence[str] | None = None
    stored: Sequence[bool] | None = None
    source: str = ""
    remarks: tuple[Blemish, ...] = ()

    def __post_init__(self) -> None:
        """Align the parts with the flows, and check that they hold finite numbers."""
        products, processes = list(map(str, self.flows.index)), list(map(str, self.flows.columns))
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
            for side, (axis, want) in enumerate((("rows", rows), ("columns", columns))):
                if want is not None:
                    have = list(map(str, given.axes[side]))
                    place = places(f"{self.name}: {part}", have, want, axis, "flows")
                    given = given.iloc[place] if side == 0 else given.iloc[:, place]
            object.__setattr__(self, part, given)
            frame = given if isinstance(given, pd.DataFrame) else given.to_frame(part)
            if (odd := np.argwhere(~np.isfinite(numbers(f"{self.name}: {part}", frame)))).size:
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
        >>> import planlab as pl
        >>> for blemish in pl.read_table("us-2021-15").examine():
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
        ambition: float | Mapping[str, float] = AMBITION,
        capacity_margin: float | Mapping[str, float] = CAPACITY_MARGIN,
        utilisation: float | Mapping[str, float] | None = None,
        limit_margin: float | Mapping[str, float] = LIMIT_MARGIN,
        factor_kinds: Mapping[str, str] | None = None,
        value_added: str = "labour",
        labour: str = "all",
        trade: str = "limited",
        deficit: float | None = None,
        import_factors: str = "none",
        investment: str = "need",
        capital_ratio: float = 2.5,
        wear: float = 0.1,
        stored: str | Mapping[str, bool] = "all",
        critical: str | Mapping[str, bool] = "all",
        weights: str = DEFAULT_WEIGHTS,
        rules: TableRules = TableRules(),  # noqa: B008 - frozen
    ) -> Scenario:
        r"""Return the table as a world to plan in; `planlab.Scenario.explain` says what was assumed.

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
            The assumptions, all above 0: a number for all; or a mapping that says it for some and leaves the others at
            the default. `ambition` goes by final use, `capacity_margin` by process, sector or region, `limit_margin`
            by factor or kind of factor; what is named alone has precedence over what is named by group.
        utilisation
            Output over capacity, above 0 and at most 1, where it is published: a number for all processes at home, or
            a mapping by process, sector or region. It takes the place of `capacity_margin`.
        factor_kinds
            Kinds of factors that their names do not tell, such as ``{"value added": "labour"}``.
        value_added
            ``"labour"``: of value added only labour's part is a factor, since surplus and taxes are what is left over
            rather than what is scarce; ``"all"``: they are factors of kind ``"other"`` too, where the table has them,
            so that what is made with capital is not free where labour is short.
        labour
            ``"all"``: all rows of labour are factors; ``"time"``: those in hours, jobs or persons alone, so that an
            hour of one is an hour of another.
        trade
            ``"limited"``: imports take foreign exchange, of which there is what was used, and exports are a need;
            ``"balanced"``: exports earn what imports cost, but for a deficit (`planlab.tables.trade.trading`).
        deficit
            By how much imports may exceed exports where trade is balanced; ``None``: as observed.
        import_factors
            ``"none"``: imports draw on no factor at home; ``"domestic-technology"``: on nature they draw what making
            them at home would embody, so that throughput and its limits are footprints.
        investment
            ``"need"``: what investment buys is needed, builds nothing, and nothing wears out; ``"builds"``: capacity
            wears out and has to be replaced out of what investment buys (`planlab.economy.capital.with_capital`), as
            much as the table's consumption of fixed capital says where it has such a row of value added.
        capital_ratio
            Capital over consumption of a period, where investment builds and the table does not say what wears out.
        wear
            Share of capacity that wears out per period, above 0, where investment builds.
        stored
            ``"all"``: everything can lie in store; ``"goods"``: services and electricity cannot; or a mapping from
            product or category to whether it can.
        critical
            ``"all"``: nothing is made without all of its inputs; or a mapping from product or category to whether
            production stops without it.
        weights
            What needs weigh: ``"equal"``; ``"expenditure"``, which a table in one unit has as its numbers;
            ``"embodied"``, by scarce factors; ``"honest"``, expenditure in a table in one unit, else what is embodied.
            Final uses are not people: unless equal, each weighs what all its needs together weigh.
        rules
            For blemishes.

        Returns
        -------
        Scenario
            In the table's unit per period; activity is measured by output.

        Raises
        ------
        ValueError
            For unknown choices and labels, assumptions out of range, blemishes whose rule is ``"error"``, and rules for
            which the table has nothing to go by.
        TypeError
            For rules that are not `TableRules`, and assumptions that are no numbers.
        """
        given = {name: value for name, value in locals().items() if name not in ("self", "factor_kinds")}
        return scenario_of_table(self, Assumptions(**given, factor_kinds=factor_kinds or {}))


def scenario_with_warning(table: Table, stacklevel: int = 2, **assumptions: Any) -> Scenario:
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
