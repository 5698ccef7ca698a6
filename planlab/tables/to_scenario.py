"""From a table to a world to plan in, by stated assumptions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from planlab.economy.capital import with_capital
from planlab.economy.economy import Labels
from planlab.economy.provenance import Origin, with_origins
from planlab.economy.scenario import Scenario
from planlab.tables.assumptions import Assumptions
from planlab.tables.categories import categories_of
from planlab.tables.margins import capacities, limits_of, needs_of
from planlab.tables.recipes import alike, each, factors_of, home, money, recipes_told
from planlab.tables.stores import marks
from planlab.tables.trade import EXCHANGE, exports_of, trade_told, trading
from planlab.tables.treatment import treat

if TYPE_CHECKING:
    from planlab.tables.table import Table

__all__ = ["scenario_of_table"]


def scenario_of_table(table: "Table", assumed: Assumptions) -> Scenario:
    """Return a table as a world to plan in, as `planlab.tables.table.Table.scenario`."""
    treated = treat(table, assumed.rules)
    *_, Y, imports = treated.arrays
    balanced, source = assumed.trade == "balanced", table.source or f"the table {table.name}"
    limited = not balanced and bool((imports > 0).any())
    factors = factors_of(table, treated, assumed, [EXCHANGE] if limited else [])
    own = home(table, treated, factors, assumed)
    sold, uses = exports_of(table) if balanced else [], [str(use) for use in table.final.columns]
    outside, owed = trading(table, own, factors, imports, Y[:, sold].sum(axis=1), assumed)
    blocks = [own, *outside]

    products, categories, grouped = list(map(str, table.flows.index)), *categories_of(table)
    units = each(table.unit, len(products))
    if balanced:
        Y, uses = np.delete(Y, sold, axis=1), [use for i, use in enumerate(uses) if i not in sold]
        Y = np.vstack([Y, np.zeros((1, len(uses)))])
        products, categories, units = [*products, EXCHANGE], [*categories, "rest"], [*units, money(table)]
        if owed:
            Y, uses = (
                np.hstack([Y, np.append(0.0 * imports, owed)[:, None]]),
                [*uses, str(table.final.columns[sold[0]])],
            )
    names, kinds, factor_units = factors.names, factors.kinds, factors.units
    if limited:
        names, factor_units = [*names, EXCHANGE], [*factor_units, money(table)]
        kinds = [*kinds, assumed.factor_kinds.get(EXCHANGE, "other")]

    needs, communities, of_needs = needs_of(Y, uses, source, assumed)
    capacity, of_capacity = capacities(blocks, assumed)
    x = np.concatenate([block.activity for block in blocks])
    F = _beside([block.factors for block in blocks], len(names))
    limits, of_limits = limits_of(F @ x, names, kinds, assumed)
    marked, of_marks = marks(table, products, categories, assumed)
    scenario = Scenario.from_arrays(
        inputs=_beside([block.inputs for block in blocks], len(products)),
        outputs=_beside([block.outputs for block in blocks], len(products)),
        needs=needs,
        factors=F,
        limits=limits,
        capacity=capacity,
        activity=x,
        factor_kinds=kinds,
        sector=[sector for block in blocks for sector in block.sectors],
        region=None if own.regions is None else [region for block in blocks for region in block.regions or ()],
        categories=categories,
        labels=Labels(
            tuple(products),
            tuple(name for block in blocks for name in block.names),
            tuple(names),
            tuple(communities),
            product_units=alike(units),
            process_units=alike([unit for block in blocks for unit in block.units or ()]) if own.units else None,
            factor_units=alike(factor_units) if table.factor_units else None,
        ),
        name=table.name,
        **marked,
    )
    scenario = scenario.with_weights(assumed.weights, 1.0 if isinstance(alike(units), str) else None, people=False)
    origins = [*recipes_told(table, factors, source, assumed), of_needs, of_capacity, of_limits, *of_marks, grouped]
    origins = trade_told([*origins, *_rest(source, assumed)], len(outside[0].names), assumed)
    scenario = with_origins(scenario, origins, map(str, treated.blemishes))
    if assumed.investment == "need":
        return scenario
    worn = None if own.worn is None else np.pad(own.worn, (0, x.size - own.worn.size))
    asked = assumed.told("investment", "capital_ratio", "wear")
    return with_capital(scenario, assumed.capital_ratio, assumed.wear, worn, asked)


def _beside(parts: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Return matrices side by side, with rows of zeros below where they have fewer."""
    return np.hstack([np.pad(part, ((0, rows - len(part)), (0, 0))) for part in parts])


def _rest(source: str, assumed: Assumptions) -> list[Origin]:
    """Return what is said of parts that are the same for every table, unless investment builds."""
    investing = assumed.told("investment")
    return [
        Origin("activity", "observed output: the year before the first is that of the table", source),
        Origin("stock", "empty: nothing finished lies unsold at the opening", "assumed"),
        Origin(
            "inventory",
            "with users, as many months of their opening use as the physics' cover says",
            "assumed, planlab.Physics",
            "physics=Physics(cover=...) of simulate and compare",
        ),
        Origin("capital", "none: what investment buys is needed, and builds nothing", "assumed", investing),
        Origin("depreciation", "0: replacing what wears out is part of observed investment", "assumed", investing),
    ]
