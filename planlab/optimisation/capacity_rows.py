r"""What capacities are used for: a row per limit of what a unit of each product, or of each level, takes of it."""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import at_once
from planlab.optimisation.elimination import Elimination

__all__ = ["FAINT", "FAINTER", "CapacityRows"]

FAINT, FAINTER = 1e-3, 1e-5
"""What a capacity's row leaves out, and where that proves too coarse: products of which a unit takes less than this."""

BLOCK = 1024
"""Capacities whose rows are worked out at once by one core."""

OUTDATED = 1e-3
"""Rows are worked out anew when this part of all products has turned elastic or held since."""


class CapacityRows:
    r"""Rows :math:`\pm e_j^\top B^{-1}` of some processes' activity, roughly, kept while few products turn.

    Parameters
    ----------
    of
        The equations.
    """

    def __init__(self, of: Elimination) -> None:
        self.of = of
        self.forget()

    def forget(self) -> None:
        """Work out all rows anew when they are next asked for."""
        self._elastic, self._faint = self.of.elastic.copy(), np.zeros(0)
        self._rows = sp.csr_array((0, self.of.u.size))

    @property
    def current(self) -> bool:
        """Whether no product turned since the rows were worked out."""
        return self._turned() == 0

    def of_levels(self, limits: np.ndarray, faint: np.ndarray) -> sp.csr_array:
        """Return what a unit of each level takes of some processes' activity, as `taken`, ``(limits, levels)``.

        Parameters
        ----------
        limits, faint
            As of `taken`; those of earlier calls come first.
        """
        if self._turned() > OUTDATED * self.of.elastic.size:
            self.forget()
        known = self._faint.size
        wrong = np.concatenate([np.flatnonzero(self._faint != faint[:known]), np.arange(known, limits.size)])
        if wrong.size:
            right = np.setdiff1d(np.arange(known), wrong)
            rows = sp.csr_array(self.taken(limits[wrong], faint[wrong]) @ self.of.C)
            order = np.argsort(np.concatenate([right, wrong]))
            self._rows = sp.csr_array(sp.vstack([self._rows[right], rows], format="csr")[order])
            self._faint = faint.copy()
        return self._rows.copy()

    def _turned(self) -> int:
        return int(np.count_nonzero(self._elastic != self.of.elastic))

    def taken(self, limits: np.ndarray, faint: np.ndarray) -> sp.csr_array:
        r"""Return what a unit of each product takes of some processes' activity, without the faint parts.

        From the series :math:`B^{-1} = D^{-1} \sum_t N^t` with :math:`D` the diagonal of :math:`B` and
        :math:`N = I - B D^{-1} \ge 0`, terms below `faint` left out.

        Parameters
        ----------
        limits
            The processes.
        faint
            For each of them, what is left out.

        Returns
        -------
        scipy.sparse.csr_array
            ``(limits, products)``.
        """
        of = self.of

        def part(low: int) -> sp.csr_array:
            some, least = limits[low : low + BLOCK], faint[low : low + BLOCK]
            term = sp.csr_array((np.ones(some.size), (np.arange(some.size), some)), shape=(some.size, of.own.size))
            total = term
            while term.nnz:
                term = sp.csr_array(term @ self._per_unit)
                held = ~of.elastic[term.indices]
                term.data[(term.data < np.repeat(least, np.diff(term.indptr))) | held] = 0.0
                term.eliminate_zeros()
                total = total + term
            return sp.csr_array(total / of.own)

        parts = at_once(part, range(0, limits.size, BLOCK))
        return sp.csr_array(sp.vstack([sp.csr_array((0, of.own.size)), *parts], format="csr"))

    @cached_property
    def _per_unit(self) -> sp.csr_array:
        r""":math:`N`: what is used of each product for a unit of each."""
        B, own = self.of.matrix.by_product.csr, self.of.own
        N = sp.csr_array((-B.data / own[B.indices], B.indices, B.indptr), shape=B.shape)
        N.setdiag(0.0)
        return N
