"""Trade with the outside: imports as processes, and exports as a need or as what pays for them."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float

from planlab.economy.leontief import solve
from planlab.economy.provenance import Origin
from planlab.tables.recipes import Factors, Processes, each, money

if TYPE_CHECKING:
    from planlab.tables.assumptions import Assumptions
    from planlab.tables.table import Table

__all__ = ["EXCHANGE", "embodied_at_home", "exports_of", "trade_told", "trading"]

EXCHANGE = "foreign exchange"
"""What pays for imports: a factor of which there is as much as was observed, or a product that exports make."""

BORROWING = "borrowing abroad"
"""The process that makes foreign exchange out of nothing, up to the deficit."""

EXPORTS = re.compile(r"\bexports?\b|\babroad\b|\brest of (?:the )?world\b|^f040", re.IGNORECASE)
"""What final uses are called that are exports."""

FOOTPRINT = ("material", "energy", "emissions", "land")
"""Kinds of factors that draw on nature, here or elsewhere; labour is that of people at home."""


def exports_of(table: "Table") -> list[int]:
    """Return which final uses are exports.

    Raises
    ------
    ValueError
        Where none is called so.
    """
    found = [i for i, use in enumerate(table.final.columns) if EXPORTS.search(str(use))]
    if not found:
        raise ValueError(
            f"trade is 'balanced', but no final use of {table.name} is called exports: it has "
            f"{', '.join(map(str, table.final.columns[:10]))}. Call it 'exports' in the table, or leave trade out."
        )
    return found


def trading(
    table: "Table",
    home: Processes,
    factors: Factors,
    imports: Float[np.ndarray, "products"],
    exports: Float[np.ndarray, "products"],
    assumed: "Assumptions",
) -> tuple[list[Processes], float]:
    r"""Return the processes that trade with the outside, and what of foreign exchange the outside is owed.

    Where trade is ``"limited"``, a process makes each imported product out of the factor foreign exchange, one for
    one. Where it is ``"balanced"``, foreign exchange is a product: imports :math:`m` use it, exports :math:`e` and
    borrowing make it,

    .. math:: \sum_i m_i \le \sum_i e_i + d, \qquad 0 \le d \le \bar d, \qquad
              \bar d = \sum_i (m^0_i - e^0_i) \text{ unless stated},

    so that whoever exports less imports less. What the outside buys is limited like any capacity. A surplus, where the
    deficit is negative, is a need of the outside for foreign exchange.

    Where ``import_factors`` is ``"domestic-technology"``, importing a unit of product i draws on what making it at home
    would embody, :math:`[F D (I - A D)^{-1}]_{ki}`, of the kinds of factors that draw on nature; nothing is known of
    products that nobody makes at home, which carry none.

    Parameters
    ----------
    table, home, factors, assumed
        The table, its own processes and factors, and what is assumed.
    imports, exports
        As observed, without those that are needs.

    Returns
    -------
    list of Processes, float
        Rows of products are one more where trade is balanced, rows of factors one more where it is limited.
    """
    n, k, balanced = len(imports), len(factors.names), assumed.trade == "balanced"
    brought, sold = np.flatnonzero(imports > 0), np.flatnonzero(exports > 0)
    goods, units = np.eye(n + balanced), np.array([*each(table.unit, n), money(table)], dtype=object)

    def block(does: str, which: np.ndarray, used: np.ndarray, made: np.ndarray, activity: np.ndarray) -> Processes:
        names = [does] if does == BORROWING else [f"{does} of {table.flows.index[i]}" for i in which]
        sectors = names if does == BORROWING else [f"{does}s"] * which.size
        regions = None if home.regions is None else ["outside"] * which.size
        own = None if home.units is None else list(units[which])
        drawn = np.zeros((k, which.size))
        return Processes(used, made, drawn, activity, names, sectors, regions, own)

    drawn = np.zeros((k, brought.size))
    if assumed.import_factors == "domestic-technology":
        nature = np.array([kind in FOOTPRINT for kind in factors.kinds], dtype=bool)
        drawn[nature] = embodied_at_home(home, home.factors[nature])[:, brought]
    if not balanced:
        drawn = np.vstack([drawn, np.ones((min(brought.size, 1), brought.size))])
        bought = block("import", brought, 0.0 * goods[:, brought], goods[:, brought], imports[brought])
        return [replace(bought, factors=drawn)], 0.0
    observed = float(imports.sum() - exports.sum())
    deficit = observed if assumed.deficit is None else assumed.deficit
    paying, last = [n] * brought.size, np.array([n])
    bought = block("import", brought, goods[:, paying], goods[:, brought], imports[brought])
    found = [replace(bought, factors=drawn)]
    found.append(block("export", sold, goods[:, sold], goods[:, [n] * sold.size], exports[sold]))
    if max(observed, deficit) > 0:
        borrowed = block(BORROWING, last, 0.0 * goods[:, last], goods[:, last], np.array([max(observed, 0.0)]))
        found.append(replace(borrowed, capacity=np.array([max(deficit, 0.0)])))
    return found, max(-deficit, 0.0)


def embodied_at_home(
    home: Processes, factors: Float[np.ndarray, "factors processes"]
) -> Float[np.ndarray, "factors products"]:
    r"""Return the factors embodied in a unit of each product as it is made at home, :math:`F D (I - A D)^{-1}`.

    By the industry-technology assumption, with the market shares of processes :math:`D_{ji} = M_{ij} x_j / q_i`,
    :math:`q = M x`, activity being measured by output. What processes use counts as made at home too, imported or not.
    """
    made = home.outputs * home.activity
    q = made.sum(axis=1)
    D = (made / np.where(q > 0, q, 1.0)[:, None]).T
    return np.asarray(solve(sp.csr_array((home.inputs @ D).T), (factors @ D).T)).T


def trade_told(origins: list[Origin], imported: int, assumed: "Assumptions") -> list[Origin]:
    """Return the origins of a world's parts with what trade adds to them, where anything is traded."""
    if assumed.trade == "balanced":
        stated = "observed imports less exports" if assumed.deficit is None else f"{assumed.deficit:g}"
        inputs = f"{imported} imports use foreign exchange, which exports make, and borrowing up to {stated}"
        factors, change = "", assumed.told("trade", "deficit")
    elif imported:
        inputs = f"{imported} imports use the factor foreign exchange, and exports, where known, are a need"
        factors, change = "; imports draw on foreign exchange", assumed.told("trade")
    else:
        return origins
    if assumed.import_factors == "domestic-technology":
        factors += "; of nature imports draw on what making them at home would embody"
    added = {"inputs": (f"; {inputs}", change), "factors": (factors, assumed.told("import_factors"))}
    return [
        replace(o, what=o.what + added[o.part][0], change=", ".join(filter(None, (o.change, added[o.part][1]))))
        if o.part in added
        else o
        for o in origins
    ]
