"""Capital for worlds that come without: a stated default, or the wear that a table states."""

import re
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
from jaxtyping import Float

from planlab.economy.provenance import Origin, with_origins
from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.sparse import Sparse

__all__ = ["INVESTMENT", "TRADE", "among_largest", "with_capital"]

INVESTMENT = re.compile(r"\binvestment\b|\bcapital formation\b", re.IGNORECASE)
"""Labels of communities whose final use is investment."""

TRADE = re.compile(r"^(import|export) of ")
"""Labels of processes that bring goods in or out, and need no capital at home."""

MAIN = 3
"""Of how many of its main inputs a process's capital consists where nothing is known of investment."""


def with_capital(
    world: Scenario,
    ratio: float,
    depreciation: float,
    worn: Float[np.ndarray, "processes"] | None = None,
    change: str = "",
) -> Scenario:
    r"""Return a world whose processes need capital, of which a part wears out every period.

    .. math:: K_{ij} = \kappa b_{ij}, \qquad \sum_i b_{ij} = 1, \qquad
              \kappa \sum_j c_j = \rho \sum_i \frac{\sum_{h \in C} D_{ih}}{\sum_h D_{ih}}
              \Bigl[\sum_j (M - A)_{ij} x^0_j\Bigr]_+,

    so that all capital in place is worth :math:`\rho` times what is consumed in a period, quantities being added up as
    they are: a table's are money at the prices of its year. :math:`j` runs over processes that use inputs and whose
    capacity :math:`c` is limited; those without inputs and those that trade with the outside need no capital and
    nothing of theirs wears out. :math:`C` are the communities but for those called investment. Where there are such,
    capital consists of what they use, :math:`b_{ij} \propto D_{ih}`, and they need nothing any more: replacing what
    wears out is what most of investment was. Elsewhere it consists of a process's three main inputs.

    Where it is known what wears out, :math:`w_j` a period, capital is instead

    .. math:: K_{ij} = \frac{w_j}{\delta c_j} b_{ij},

    so that at every process it is the capacity in place that wears out so much.

    Parameters
    ----------
    world
        Without capital coefficients.
    ratio
        :math:`\rho`, periods of consumption.
    depreciation
        :math:`\delta`, share of capacity that wears out per period.
    worn
        :math:`w`, consumption of fixed capital per period, ``(processes,)``.
    change
        How whoever calls lets people change this, for `planlab.Scenario.explain`.

    Raises
    ------
    ValueError
        Where there is nothing of which capital could consist, or no limited capacity.
    """
    e, x, D = world.economy, np.asarray(world.activity), np.asarray(world.needs)
    capacity, A = np.asarray(world.capacity), e.inputs.to_scipy()
    names = e.labels.of("communities", world.communities)
    invests = np.array([bool(INVESTMENT.search(name)) for name in names])
    if invests.all():
        invests[:] = False
    trades = np.array([bool(TRADE.search(name)) for name in e.labels.of("processes", e.processes)])
    builds = np.isfinite(capacity) & (np.diff(A.indptr) > 0) & ~trades
    goods = D[:, invests].sum(axis=1)
    if goods.any():
        mix = sp.csc_array(np.outer(goods, builds) / goods.sum())
    else:
        mix = sp.csc_array((np.where(among_largest(A, MAIN), A.data, 0.0), A.indices, A.indptr), A.shape)
        sums = np.asarray(mix.sum(axis=0)).ravel()
        mix = sp.csc_array(mix @ sp.diags_array(builds / np.where(sums > 0, sums, 1.0)))
    total, needed = capacity[builds].sum(), D.sum(axis=1)
    if not total:
        raise ValueError("base has no limited capacity of processes with inputs that capital could be the capital of.")
    mix.eliminate_zeros()
    if worn is None:
        net = np.maximum(e.outputs.to_scipy() @ x - A @ x, 0.0)
        consumed = net @ np.divide(D[:, ~invests].sum(axis=1), needed, out=np.zeros(needed.size), where=needed > 0)
        K = ratio * consumed / total * mix
        size, source = f"worth {ratio:g} periods of consumption in all", "assumed, where no table of capital is known"
    else:
        there = builds & (capacity > 0)
        K = sp.csc_array(mix @ sp.diags_array(np.divide(worn, depreciation * capacity, out=0.0 * x, where=there)))
        K.eliminate_zeros()
        size, source = "as much as wears out, over the share that does", "the table's consumption of fixed capital"
    economy = replace(e, capital=Sparse.from_any(K), depreciation=jnp.where(builds, depreciation, 0.0))
    made_of = "what investment bought" if goods.any() else f"the {MAIN} main inputs of each process"
    origins = [
        Origin("capital", f"consists of {made_of}, {size}", source, change),
        Origin("depreciation", f"{depreciation:g} of capacity a period, none of trade", "assumed", change),
    ]
    if (needs := world.provenance.of("needs")) and goods.any():
        origins.append(replace(needs, what=f"{needs.what}; none of investment, which builds capacity instead"))
    return with_origins(with_parts(world, economy=economy, needs=jnp.where(invests, 0.0, D)), origins)


def among_largest(A: sp.csc_array, count: int) -> np.ndarray:
    """Return which non-zeros are among the largest of their column, the first where several tie, ``(nonzeros,)``."""
    largest, length = np.zeros(A.nnz, bool), np.diff(A.indptr)
    for size in np.unique(length):
        places = A.indptr[:-1][length == size, None] + np.arange(size)
        order = np.argsort(-A.data[places], axis=1, kind="stable")[:, :count]
        largest[np.take_along_axis(places, order, axis=1)] = True
    return largest
