"""From a table to a world to plan in, by stated assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planlab.base.checks import POSITIVE, check_choice, check_float
from planlab.economy.economy import FACTOR_KINDS, Labels
from planlab.economy.scenario import Scenario
from planlab.economy.weighting import WEIGHTS
from planlab.tables.categories import category_of
from planlab.tables.treatment import TableRules, Treated, treat

if TYPE_CHECKING:
    from planlab.tables.table import Table

__all__ = ["Assumptions", "scenario_of_table"]


@dataclass(frozen=True)
class Assumptions:
    """What a table does not say, as in `planlab.tables.table.Table.scenario`."""

    technology: str
    final_uses: str
    ambition: float | Mapping[str, float]
    capacity_margin: float | Mapping[str, float]
    limit_margin: float | Mapping[str, float]
    factor_kinds: Mapping[str, str]
    value_added: str
    weights: str
    rules: TableRules

    def __post_init__(self) -> None:
        """Check every assumption by name."""
        for name, known in (
            ("technology", ("industry-technology", "supply-use")),
            ("final_uses", ("separate", "together")),
            ("value_added", ("labour", "all")),
            ("weights", WEIGHTS),
        ):
            check_choice(name, getattr(self, name), known)
        for name in ("ambition", "capacity_margin", "limit_margin"):
            given = getattr(self, name)
            for label, value in given.items() if isinstance(given, Mapping) else [(None, given)]:
                check_float(name if label is None else f"{name}[{label!r}]", value, POSITIVE)
        if not isinstance(self.factor_kinds, Mapping):
            raise TypeError(f"factor_kinds is {self.factor_kinds!r}; give a mapping from factor to kind.")
        for label, kind in self.factor_kinds.items():
            check_choice(f"factor_kinds[{label!r}]", kind, FACTOR_KINDS)
        if not isinstance(self.rules, TableRules):
            raise TypeError(f"rules is {self.rules!r}; give TableRules(...), for instance TableRules(idle='error').")


def by_label(name: str, given: Any, default: Any, *labellings: Sequence[str]) -> list[Any]:
    """Return what is given for each of several things: one value for all, or some by label.

    Parameters
    ----------
    name
        Of the assumption, for the error.
    given
        A value for all, or a mapping from label to value.
    default
        For what a mapping does not name.
    *labellings
        What each thing is called, alone first, then by the groups it belongs to.

    Raises
    ------
    ValueError
        For labels that nothing has.

    Examples
    --------
    >>> by_label("limit_margin", {"energy": 0.9, "oil": 0.5}, 1.0, ["coal", "oil"], ["energy", "energy"])
    [0.9, 0.5]
    """
    if not isinstance(given, Mapping):
        return [given] * len(labellings[0])
    known = dict.fromkeys(label for labels in labellings for label in labels)
    if unknown := [label for label in given if label not in known]:
        some = ", ".join(map(repr, list(known)[:20])) + (", ..." if len(known) > 20 else "")
        raise ValueError(f"{name} has {', '.join(map(repr, unknown))}, which the table lacks; it knows {some}.")
    return [
        next((given[label] for label in labels if label in given), default) for labels in zip(*labellings, strict=True)
    ]


class _Processes(NamedTuple):
    """Who uses and makes what: totals of products, processes and factors, and what processes are called."""

    use: np.ndarray
    make: np.ndarray
    factors: np.ndarray
    output: np.ndarray
    names: list[str]
    sectors: list[str]
    regions: list[str] | None
    units: list[str] | None


def scenario_of_table(table: "Table", assumed: Assumptions) -> Scenario:
    """Return a table as a world to plan in, as `planlab.tables.table.Table.scenario`."""
    treated = treat(table, assumed.rules)
    Y, imports = treated.arrays[4:]
    products, n = list(map(str, table.flows.index)), len(table.flows.index)
    domestic, (factors, kinds, factor_units) = _processes(table, treated, assumed), _factors(table, assumed)
    g, foreign = domestic.output, np.flatnonzero(imports > 0)
    A = np.hstack([domestic.use / g, np.zeros((n, foreign.size))])
    M = np.hstack([domestic.make / g, np.eye(n)[:, foreign]])
    F = np.hstack([domestic.factors / g, np.zeros((len(domestic.factors), foreign.size))])
    if foreign.size:
        F = np.vstack([F, np.repeat([0.0, 1.0], [g.size, foreign.size])])
        factors, kinds, factor_units = [*factors, "foreign exchange"], [*kinds, "other"], [*factor_units, _money(table)]
    own_kinds = by_label("factor_kinds", assumed.factor_kinds, None, factors)
    kinds = [own or kind for own, kind in zip(own_kinds, kinds, strict=True)]
    names = domestic.names + [f"import of {products[i]}" for i in foreign]
    sectors = domestic.sectors + ["imports"] * foreign.size
    regions = None if domestic.regions is None else domestic.regions + ["outside"] * foreign.size
    together = assumed.final_uses == "together"
    communities = ["final uses"] if together else [str(use) for use in table.final.columns]
    ambition = by_label("ambition", assumed.ambition, 1.25, communities)
    margin = by_label("capacity_margin", assumed.capacity_margin, 1.25, names, sectors, *([regions] if regions else []))
    x = np.concatenate([g, imports[foreign]])
    product_units = each(table.unit, n)
    scenario = Scenario.from_arrays(
        inputs=A,
        outputs=M,
        needs=(Y.sum(axis=1, keepdims=True) if together else Y) * ambition,
        factors=F,
        limits=np.array(by_label("limit_margin", assumed.limit_margin, 1.0, factors, kinds)) * (F @ x),
        capacity=np.array(margin) * x,
        activity=x,
        factor_kinds=kinds,
        sector=sectors,
        region=regions,
        categories=list(table.categories or map(category_of, products)),
        labels=Labels(
            tuple(products),
            tuple(names),
            tuple(factors),
            tuple(communities),
            product_units=_alike(product_units),
            process_units=_alike([*domestic.units, *(product_units[i] for i in foreign)]) if domestic.units else None,
            factor_units=_alike(factor_units) if table.factor_units else None,
        ),
        name=table.name,
    )
    in_money = 1.0 if isinstance(_alike(product_units), str) else None
    return scenario.with_weights(assumed.weights, in_money, people=False)


def _processes(table: "Table", treated: Treated, assumed: Assumptions) -> _Processes:
    """Return industries as they are, or one process per product by the industry-technology assumption."""
    U, V, W, g, *_ = treated.arrays
    if assumed.value_added == "all":
        W = np.vstack([W, treated.surplus])
    units = np.array(each(table.unit, len(V)), dtype=object)
    if assumed.technology == "industry-technology" and table.make is not None:
        q = V.sum(axis=1)
        made = q > 0
        share = (V / np.where(made, q, 1.0)[:, None]).T[:, made]
        names = [str(product) for product in table.flows.index[made]]
        return _Processes(
            U / g @ share * q[made], np.diag(q)[:, made], W / g @ share * q[made], q[made], names, names, None,
            list(units[made]),
        )  # fmt: skip
    sectors, regions = (
        None if given is None else [str(x) for x in np.array(given)[treated.alive]]
        for given in (table.sectors, table.regions)
    )
    own_units = list(units[treated.alive]) if table.make is None else None
    return _Processes(U, V, W, g, treated.processes, sectors or treated.processes, regions, own_units)


def _factors(table: "Table", assumed: Assumptions) -> tuple[list[str], list[str], list[str]]:
    """Return names, kinds and units of the factors."""
    names, kinds = [str(title) for title in table.factors.index], list(table.kinds)
    units = each(table.factor_units or "", len(names))
    if assumed.value_added == "all" and table.surplus is not None:
        names += [str(title) for title in table.surplus.index]
        kinds += ["other"] * len(table.surplus)
        units += [_money(table)] * len(table.surplus)
    return names, kinds, units


def _money(table: "Table") -> str:
    return table.unit if isinstance(table.unit, str) else "units of account"


def each(units: str | Sequence[str], size: int) -> list[str]:
    """Return the unit of each of several things."""
    return [units] * size if isinstance(units, str) else list(map(str, units))


def _alike(units: Sequence[str]) -> str | tuple[str, ...]:
    """Return the one unit of all, or the unit of each."""
    return units[0] if len(set(units)) == 1 else tuple(units)
