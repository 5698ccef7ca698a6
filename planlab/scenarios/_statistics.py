"""What a network of suppliers looks like, in the numbers by which real input–output tables are described."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Economy
from planlab.economy.intact import economy_of
from planlab.economy.leontief import spectral_radius
from planlab.economy.scenario import Scenario
from planlab.economy.technology import market_shares

__all__ = ["NetworkStatistics", "network_statistics"]


class NetworkStatistics(NamedTuple):
    r"""How productive, how dense, how uneven and how cyclic a network of suppliers is.

    All are of the technical coefficients :math:`a_{ij}`, product :math:`i` used up per unit of product :math:`j`, for
    :math:`n` products in the order given. A *link* is a coefficient above a threshold :math:`\epsilon`. Where
    coefficients count money or units that cost one, as in real tables and in generated worlds, :math:`\epsilon = .01`
    is one per cent of the buyer's output; otherwise all but the spectral radius depend on the units.

    Parameters
    ----------
    products
        :math:`n`.
    spectral_radius
        :math:`\rho(A)`.
    column_sum
        :math:`\frac1n \sum_{ij} a_{ij}`: what a unit of output takes of intermediate inputs, on average.
    inputs
        Links per buyer, :math:`\frac1n \sum_{ij} [a_{ij} > \epsilon]`.
    top_hub
        Share of products with a link from the best-linked supplier, :math:`\max_i \frac1n \sum_j [a_{ij} > \epsilon]`.
    gini
        Gini coefficient of the numbers of buyers :math:`\sum_j [a_{ij} > \epsilon]`.
    upper_over_lower
        :math:`\sum_{i<j} a_{ij} / \sum_{i>j} a_{ij}`: near one where no order of production is visible, far from one
        in a hierarchy given from the bottom up, infinite in a triangular table.
    """

    products: int
    spectral_radius: float
    column_sum: float
    inputs: float
    top_hub: float
    gini: float
    upper_over_lower: float


def network_statistics(economy: Economy | Scenario, threshold: float = 0.01) -> NetworkStatistics:
    r"""Describe who supplies whom.

    Parameters
    ----------
    economy
        Or a scenario. Where a product has several processes, their plain mean; where a process has several products,
        by the industry-technology assumption.
    threshold
        :math:`\epsilon`, above which a coefficient is a link.

    Returns
    -------
    NetworkStatistics
        Each number with its formula.

    Raises
    ------
    TypeError
        If `economy` is neither.

    Examples
    --------
    Agriculture, industry and services: industry supplies all three, services nobody.

    >>> import planlab as pl
    >>> found = network_statistics(pl.make_scenario("three_sector"))
    >>> found.products, round(found.column_sum, 4), round(found.top_hub, 4), round(found.gini, 4)
    (3, 0.3333, 1.0, 0.4)
    """
    e = economy_of(economy)
    shares = market_shares(e.outputs, jnp.full(e.processes, jnp.inf)).to_scipy()
    A, n = sp.coo_array(e.inputs.to_scipy() @ shares), e.products
    linked = A.data > threshold
    buyers = np.bincount(A.row[linked], minlength=n)
    above, below = A.data[A.row < A.col].sum(), A.data[A.row > A.col].sum()
    return NetworkStatistics(
        products=n,
        spectral_radius=spectral_radius(A),
        column_sum=float(A.data.sum() / n),
        inputs=float(linked.sum() / n),
        top_hub=float(buyers.max() / n),
        gini=_gini(buyers),
        upper_over_lower=float(above / below) if below else float("inf" if above else "nan"),
    )


def _gini(x: np.ndarray) -> float:
    r"""Return :math:`\sum_{ij} |x_i - x_j| / (2 n \sum_i x_i)`; zero where nobody has anything."""
    n, total = x.size, x.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(x) / (n * total)) if total else 0.0
