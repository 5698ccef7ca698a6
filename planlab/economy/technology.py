"""Who makes what, and how much of it is much: market shares and natural units, inside and outside ``jit``."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.economy.sparse import Sparse

__all__ = ["market_shares", "natural_units"]


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


@jax.jit
def natural_units(
    outputs: Sparse,
    factors: Float[Array, "factors processes"],
    activity: Float[Array, "processes"],
    capacity: Float[Array, "processes"],
    need: Float[Array, "products"],
    limits: Float[Array, "factors"],
) -> tuple[Float[Array, "processes"], Float[Array, "products"], Float[Array, "factors"]]:
    """Return the level of each process, product and factor, by which numerics measure them.

    A process's level is its activity, or a thousandth of its capacity where that is more, or what would make its
    products' levels where it is idle without bounds; a product's is what was made and is needed; a factor's is its
    limit, or its use where that is unlimited.
    """
    M = outputs
    bounded = jnp.isfinite(capacity) & (capacity > 0)
    activity = jnp.where(bounded, jnp.clip(activity, 1e-3 * capacity, capacity), activity)
    product = M @ activity + need
    there = product > 0
    mean = jnp.where(there, product, 0.0).sum() / jnp.maximum(there.astype(float).sum(), 1.0)
    product = jnp.where(there, product, jnp.where(mean > 0, mean, 1.0))
    process = jnp.where(activity > 0, activity, M.min_columns(product[M.rows] / M.values))
    use = factors @ process
    limited = jnp.isfinite(limits) & (limits > 0)
    return process, product, jnp.where(limited, limits, jnp.where(use > 0, use, 1.0))
