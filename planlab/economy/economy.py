"""What is: the technology of an economy."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import wadler_lindig
from jaxtyping import Array, Bool, Float, Int

from planlab.economy.building import CONSTRAINT, FACTOR_KINDS, in_order, technology
from planlab.economy.labels import Labels
from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    import xarray

__all__ = ["FACTOR_KINDS", "Economy", "Labels"]


class Economy(eqx.Module):
    r"""The true technology: what each process draws in and makes per unit of activity.

    Rows are products, columns are processes; a column is a recipe. A product can have several processes
    (techniques) and a process several products (joint production).

    Parameters
    ----------
    inputs
        Technical coefficients :math:`A`, product units used up per unit of activity, ``(products, processes)``.
    outputs
        Make matrix :math:`M`, product units made per unit of activity, ``(products, processes)``.
    factors
        Factor coefficients :math:`F` (hours, joules, tonnes, hectares per unit of activity), ``(factors, processes)``.
    capital
        Product units needed to add one unit of capacity :math:`K`, ``(products, processes)``. A process with an
        empty column cannot be expanded.
    depreciation
        Share of each process's capacity that wears out in a period :math:`\delta`, ``(processes,)``.
    sector, region
        Codes of each process, ``(processes,)``; names stand in `labels`.
    factor_kinds
        One of `FACTOR_KINDS` per factor; ``"constraint"`` where the row is what a `planlab.Constraint` or a
        `planlab.Budget` counts.
    labels
        Names for people.
    stored
        Whether each product can lie in store, ``(products,)``; a service that cannot is made and used in the same
        sub-period, and what nobody takes perishes. ``None``: all can.
    critical
        Whether production stops without each product, ``(products,)``, as survey-based studies of lockdowns have it
        :cite:`pichler_pangallo:22`. ``None``: all are critical.

    Notes
    -----
    Use `Economy.from_arrays`, which checks its arguments; the bare constructor does not.
    """

    inputs: Sparse
    outputs: Sparse
    factors: Float[Array, "factors processes"]
    capital: Sparse
    depreciation: Float[Array, "processes"]
    sector: Int[Array, "processes"]
    region: Int[Array, "processes"]
    factor_kinds: tuple[str, ...] = eqx.field(static=True, default=())
    labels: Labels = eqx.field(static=True, default=Labels())
    stored: Bool[Array, "products"] | None = None
    critical: Bool[Array, "products"] | None = None

    @property
    def products(self) -> int:
        """Number of products."""
        return self.inputs.shape[0]

    @property
    def processes(self) -> int:
        """Number of processes."""
        return self.inputs.shape[1]

    @classmethod
    def from_arrays(
        cls,
        inputs: Any,
        factors: Any = None,
        outputs: Any = None,
        capital: Any = None,
        depreciation: Any = None,
        factor_kinds: Any = None,
        sector: Any = None,
        region: Any = None,
        stored: Any = None,
        critical: Any = None,
        labels: Labels | None = None,
    ) -> "Economy":
        """Build an economy from NumPy, SciPy, pandas or JAX arrays, each checked by name.

        Parameters
        ----------
        inputs
            ``(products, processes)``, units of product used up per unit of activity.
        factors
            ``(factors, processes)``; ``None`` for none.
        outputs
            ``(products, processes)``; ``None``: process j makes one unit of product j.
        capital, depreciation
            ``(products, processes)`` and ``(processes,)`` or a number; ``None``: nothing wears out or is built.
        factor_kinds
            One of `FACTOR_KINDS` per factor; ``None``: ``"other"`` for all.
        sector, region
            Labels or codes per process; ``None``: every process its own sector, one region.
        stored, critical
            True or false per product, in an array or by name; ``None``: all can be stored, and all are critical.
        labels
            Names; where ``None``, those of the first argument that has any.

        Raises
        ------
        ValueError, TypeError
            With the argument's name, what is wrong with it and what to do.

        Notes
        -----
        What carries labels (pandas tables, mappings ``{label: number}`` or ``{row: {column: number}}``, xarray) is
        aligned by them, whatever its order; labels that do not fit are named. Whole numbers from 0, as pandas numbers
        tables by itself, are positions. What carries none is in the order of `labels`, else of the first argument
        that has any. Without `outputs` a process named like a product makes that product, and others the product in
        their place.

        Numbers are float or whole; what is not zero lies between 1e-50 and 1e50. Whole-number coefficients that are
        all zero are refused, since that is what is left of 0.3 in such an array.
        """
        given, labels = in_order(
            labels,
            inputs=inputs,
            factors=factors,
            outputs=outputs,
            capital=capital,
            depreciation=depreciation,
            factor_kinds=factor_kinds,
            sector=sector,
            region=region,
            stored=stored,
            critical=critical,
        )
        return cls(**technology(given, labels))

    @property
    def held(self) -> Bool[Array, "nonzeros"] | bool:
        """Which inputs can lie in store with their users, on the non-zeros of `inputs`; true where all can."""
        return True if self.stored is None else self.stored[self.inputs.rows]

    @property
    def primary(self) -> np.ndarray:
        """Which rows of `factors` are primary factors, ``(factors,)``; the others are users' constraints."""
        return np.array([kind != CONSTRAINT for kind in self.factor_kinds], bool)

    @property
    def main_product(self) -> Int[Array, "processes"]:
        """The product each process makes most of, ``(processes,)``; the first such where several tie."""
        M = self.outputs
        most = -M.min_columns(-M.values)
        return M.min_columns(jnp.where(M.values >= most[M.columns], M.rows, M.shape[0]))

    def with_reserve(self, reserve: Float[Array, ""] | float) -> "Economy":
        """Return the economy with every input norm raised by that share, for plans that leave slack."""
        return replace(self, inputs=self.inputs.with_values((1 + reserve) * self.inputs.values))

    def to_pandas(self) -> dict[str, Any]:
        """Return the economy as labelled tables, as `Scenario.to_pandas`."""
        from planlab.economy.exports import frames

        return frames(self)

    def to_xarray(self) -> "xarray.Dataset":
        """Return the economy as a labelled dataset, as `Scenario.to_xarray`."""
        from planlab.economy.exports import xarray_dataset

        return xarray_dataset(self)

    def __repr__(self) -> str:
        from planlab.economy.description import economy_text

        return economy_text(self)

    def __pdoc__(self, **_: Any) -> wadler_lindig.AbstractDoc:
        from planlab.economy.description import brief

        return wadler_lindig.TextDoc(f"Economy({brief(self)})")
