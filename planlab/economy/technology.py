"""Who makes what: market shares, inside and outside ``jit``."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.sparse import Sparse

__all__ = ["market_shares"]


def market_shares(outputs: Sparse, weight: Float[Array, "processes"]) -> Sparse:
    r"""Return :math:`G`, which turns products asked for into activity: the industry-technology assumption.

    .. math:: G_{ji} = \frac{1}{\sum_l M_{lj}}\,\frac{M_{ij} w_j}{\sum_{j'} M_{ij'} w_{j'}}.

    Parameters
    ----------
    outputs
        Make matrix :math:`M`, ``(products, processes)``.
    weight
        :math:`w`, by which a product's processes share its market, ``(processes,)``; unlimited weights share equally
        and leave nothing to limited ones.

    Returns
    -------
    Sparse
        ``(processes, products)``; empty rows for processes of no weight.

    Examples
    --------
    Two techniques for one product, with capacities 3 and 1:

    >>> import numpy as np
    >>> M = Sparse.from_any(np.array([[1.0, 1.0]]))
    >>> (market_shares(M, jnp.array([3.0, 1.0])) @ np.array([8.0])).tolist()
    [6.0, 2.0]
    """
    M = outputs
    unlimited = jnp.isinf(weight)
    crowded_out = (M @ unlimited.astype(float)) > 0
    limited = jnp.where(unlimited, 0.0, weight)
    part = M.values * jnp.where(crowded_out[M.rows], unlimited[M.columns].astype(float), limited[M.columns])
    total = M.sum_rows(part)
    share = part / jnp.where(total > 0, total, 1.0)[M.rows] / M.sum_columns(M.values)[M.columns]
    return M.with_values(share).T
