"""Capital for worlds that come without: a stated default, on top of what a table says."""

import re
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.scenario import Scenario, with_parts
from planlab.economy.sparse import Sparse
from planlab.scenarios._calibration import among_largest

__all__ = ["INVESTMENT", "with_capital"]

INVESTMENT = re.compile(r"\binvestment\b|\bcapital formation\b", re.IGNORECASE)
"""Labels of communities whose final use is investment."""

MAIN = 3
"""Of how many of its main inputs a process's capital consists where nothing is known of investment."""


def with_capital(world: Scenario, ratio: float, depreciation: float) -> Scenario:
    r"""Return a world whose processes need capital, of which a part wears out every period.

    .. math:: K_{ij} = \kappa b_{ij}, \qquad \sum_i b_{ij} = 1, \qquad
              \kappa \sum_j c_j = \rho \sum_i \frac{\sum_{h \in C} D_{ih}}{\sum_h D_{ih}}
              \Bigl[\sum_j (M - A)_{ij} x^0_j\Bigr]_+,

    so that all capital in place is worth :math:`\rho` times what is consumed in a period, quantities being added up as
    they are: a table's are money at the prices of its year. :math:`j` runs over processes that use inputs and whose
    capacity :math:`c` is limited; those without inputs, imports for instance, need no capital and nothing of theirs
    wears out. :math:`C` are the communities but for those called investment. Where there are such, capital consists of
    what they use, :math:`b_{ij} \propto D_{ih}`, and they need nothing any more: replacing what wears out is what most
    of investment was. Elsewhere it consists of a process's three main inputs.

    Parameters
    ----------
    world
        Without capital coefficients.
    ratio
        :math:`\rho`, periods of consumption.
    depreciation
        Share of capacity that wears out per period.

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
    builds = np.isfinite(capacity) & (np.diff(A.indptr) > 0)
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
    net = np.maximum(e.outputs.to_scipy() @ x - A @ x, 0.0)
    consumed = net @ np.divide(D[:, ~invests].sum(axis=1), needed, out=np.zeros(needed.size), where=needed > 0)
    mix.eliminate_zeros()
    economy = replace(
        e,
        capital=Sparse.from_any(ratio * consumed / total * mix),
        depreciation=jnp.where(builds, depreciation, 0.0),
    )
    return with_parts(world, economy=economy, needs=jnp.where(invests, 0.0, D))
