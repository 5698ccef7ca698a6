"""Units in which numbers are moderate, whatever units they were given in."""

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import Rows

__all__ = ["moderate_units"]

MODERATE = np.log(1e4)
"""Mean logarithm by which a row or column may differ from one and still need no other unit."""

BALANCED = 0.05
"""The same, at which units are found well enough: they only have to be moderate."""


def moderate_units(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, size: int, rounds: int = 500
) -> np.ndarray:
    r"""Return units :math:`u` in which numbers :math:`a_e` on arcs become moderate, :math:`a_e u_{i(e)} / u_{j(e)}`.

    They are the least-squares fit of :math:`\log a_e + \log u_{i(e)} - \log u_{j(e)}` to zero (Curtis & Reid 1972
    :cite:`curtis:72`), so that whoever measures in other units arrives at the same numbers. Found by conjugate
    gradients, a product with the graph's Laplacian each; ones where numbers are moderate as they are.

    Parameters
    ----------
    values
        Positive numbers, ``(arcs,)``.
    rows, columns
        Where each arc starts and ends, ``(arcs,)``, numbered below `size`.
    size
        How many units there are.
    rounds
        At most this many.

    Returns
    -------
    numpy.ndarray
        ``(size,)``, positive.

    Examples
    --------
    A ring of three, the second product in millionths:

    >>> u = moderate_units(np.array([0.5e-6, 0.5e6, 0.5]), np.array([0, 1, 2]), np.array([1, 2, 0]), 3)
    >>> (u / u[0]).round(12).tolist()
    [1.0, 1e-06, 1.0]
    """
    apart = rows != columns
    length, i, j = np.log(values[apart]), rows[apart], columns[apart]
    degree = np.maximum(np.bincount(i, minlength=size) + np.bincount(j, minlength=size), 1.0)
    residual = np.bincount(j, weights=length, minlength=size) - np.bincount(i, weights=length, minlength=size)
    if np.abs(residual / degree).max(initial=0.0) <= MODERATE:
        return np.ones(size)
    arcs = sp.csr_array((np.ones(i.size), (i, j)), shape=(size, size))
    neighbours, unit = Rows(arcs + arcs.T), np.zeros(size)
    step = residual / degree
    power = residual @ step
    for _ in range(rounds):
        push = degree * step - neighbours @ step
        along = power / (step @ push)
        unit += along * step
        residual -= along * push
        if np.abs(residual / degree).max() <= BALANCED:
            break
        before, power = power, residual @ (residual / degree)
        step = residual / degree + power / before * step
    return np.exp(unit - unit.mean())
