"""Who makes what, and what of it wears out, inside and outside ``jit``."""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    from planlab.economy.economy import Economy

__all__ = ["market_shares", "share_within", "wear"]


def market_shares(outputs: Sparse, weight: Float[Array, "processes"]) -> Sparse:
    r"""Return :math:`G`, which turns products asked for into activity, by the market shares of processes.

    .. math:: G_{ji} = \frac{\theta_{ij} s_{ij}}{M_{ij}}, \qquad
              s_{ij} = \frac{M_{ij} w_j}{\sum_{j'} M_{ij'} w_{j'}}, \qquad
              \theta_{ij} = \frac{s_{ij}}{\sum_l s_{lj}}.

    A process asked for several products is as active as they call for on average, weighted by its share :math:`s` of
    each; so :math:`G M x = x` wherever activity is in proportion to the weights, and units do not matter.

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
    part = jnp.where(crowded_out[M.rows], unlimited[M.columns].astype(float), M.values * limited[M.columns])
    product = M.sum_rows(part)
    share = part / jnp.where(product > 0, product, 1.0)[M.rows]
    process = M.sum_columns(share)
    among = share / jnp.where(process > 0, process, 1.0)[M.columns]
    return M.with_values(among * share / jnp.where(M.values > 0, M.values, 1.0)).T


def wear(economy: "Economy", capacity: Float[Any, "processes"], xp: Any = jnp) -> Float[Any, "processes"]:
    """Return the capacity that wears out in a period and can be replaced; zero where there is nothing to build.

    In JAX, or in NumPy if that is `xp`.
    """
    K, delta = economy.capital, economy.depreciation
    built = K.sum_columns(K.values) if xp is jnp else np.bincount(K.columns, K.values, K.shape[1])
    return xp.asarray(delta) * xp.where((built > 0) & xp.isfinite(capacity), capacity, 0.0)


def share_within(use: Float[Array, "*entries"], most: Float[Array, "*entries"]) -> Float[Array, "*entries"]:
    """Return the share of each use that a limit leaves room for, all of it where there is no limit.

    What is unlimited has no slope, in forward and in reverse mode.
    """
    over = use > most
    return jnp.where(over, jnp.where(over, most, 0.0) / jnp.where(over, use, 1.0), 1.0)
