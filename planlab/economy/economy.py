"""What is: the technology of an economy, and the scenario it has to be planned in."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax.numpy as jnp
import wadler_lindig
from jaxtyping import Array, Float, Int

from planlab.economy.building import FACTOR_KINDS, in_order, technology, world
from planlab.economy.labels import Labels
from planlab.economy.shocks import Shocks
from planlab.economy.sparse import Sparse

if TYPE_CHECKING:
    import xarray

__all__ = ["FACTOR_KINDS", "Economy", "Labels", "Scenario", "Shocks"]


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
        One of `FACTOR_KINDS` per factor.
    labels
        Names for people.

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
        )
        return cls(**technology(given, labels))

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


class Scenario(eqx.Module):
    """An economy and everything it has to be planned with: needs, limits, what it starts from, what will strike.

    Parameters
    ----------
    economy
        The true technology.
    needs
        Consumption per period that satisfies a community fully, ``(products, communities)``.
    limits
        Factor units available per period, ``(factors,)``; infinity where unlimited.
    capacity
        Greatest activity per period at the start, ``(processes,)``; infinity where unlimited.
    stock
        Opening stock of each product, ``(products,)``.
    activity
        Activity of the period before the first, ``(processes,)``: what the pipelines are filled for.
    population
        Weight of each community in every mean, ``(communities,)``.
    urgency
        Weight of each need within its community, ``(products, communities)``.
    shocks
        What will strike.
    name
        What the scenario is called in tables; random streams are drawn by it.

    Notes
    -----
    Use `Scenario.from_arrays`, which checks its arguments by name; the bare constructor does not.
    """

    economy: Economy
    needs: Float[Array, "products communities"]
    limits: Float[Array, "factors"]
    capacity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    activity: Float[Array, "processes"]
    population: Float[Array, "communities"]
    urgency: Float[Array, "products communities"]
    shocks: Shocks
    name: str = eqx.field(static=True, default="scenario")

    @property
    def communities(self) -> int:
        """Number of communities."""
        return self.needs.shape[1]

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Numbers of processes, products, communities and factors."""
        return self.economy.processes, self.economy.products, self.communities, self.limits.shape[0]

    @classmethod
    def from_pymrio(cls, system: Any, name: str = "pymrio", **assumptions: Any) -> "Scenario":
        """Build a scenario from a pymrio system: needs by region, every extension's factor use as factors.

        Parameters
        ----------
        system
            A ``pymrio.IOSystem`` with flows or coefficients and final demand; its parts are aligned by label.
        name
            Used in tables and to draw random streams.
        **assumptions
            As in `planlab.economy.tables.Table.scenario`.

        Raises
        ------
        TypeError, ValueError
            For what is no such system, lacks a part or has gaps. Blemishes are listed by a `planlab.TableWarning`.
        """
        from planlab.economy.table_sources import from_pymrio_system
        from planlab.economy.tables import announced

        return announced(from_pymrio_system(system, name), stacklevel=3, **assumptions)

    @classmethod
    def from_arrays(
        cls,
        inputs: Any,
        needs: Any,
        factors: Any = None,
        limits: Any = None,
        outputs: Any = None,
        capacity: Any = None,
        stock: Any = None,
        capital: Any = None,
        depreciation: Any = None,
        factor_kinds: Any = None,
        population: Any = None,
        urgency: Any = None,
        activity: Any = None,
        shocks: Shocks | None = None,
        sector: Any = None,
        region: Any = None,
        labels: Labels | None = None,
        name: str = "scenario",
    ) -> "Scenario":
        """Build a scenario from NumPy, SciPy, pandas or JAX arrays, aligned by label and each checked by name.

        Parameters
        ----------
        inputs, factors, outputs, capital, depreciation, factor_kinds, sector, region, labels
            As in `Economy.from_arrays`, also for how everything is aligned.
        needs
            ``(products,)`` or ``(products, communities)``, units of product per period; a community may need nothing.
        limits
            ``(factors,)``, infinity where unlimited; ``None``: all unlimited.
        capacity
            ``(processes,)`` units of activity per period; ``None``: unlimited.
        stock
            ``(products,)``; ``None``: empty.
        population
            ``(communities,)`` weights; ``None``: equal.
        urgency
            ``(products,)`` or ``(products, communities)`` weights; ``None``: equal.
        activity
            ``(processes,)``; ``None``: the largest balanced activity towards `needs` that limits and capacity allow,
            every product made by its processes in proportion to their capacity.
        shocks
            ``None``: nothing strikes.
        name
            Used in tables and to draw random streams.

        Raises
        ------
        ValueError, TypeError
            With the argument's name, what is wrong with it and what to do.

        Examples
        --------
        Miller and Blair's two sectors (2009, chapter 2):

        >>> import numpy as np, planlab as pl
        >>> scenario = pl.Scenario.from_arrays(inputs=np.array([[0.15, 0.25], [0.2, 0.05]]), needs=[600.0, 1500.0])
        >>> scenario.needs.shape
        (2, 1)
        """
        given, labels = in_order(
            labels,
            shocks,
            inputs=inputs,
            needs=needs,
            factors=factors,
            limits=limits,
            outputs=outputs,
            capacity=capacity,
            stock=stock,
            capital=capital,
            depreciation=depreciation,
            factor_kinds=factor_kinds,
            population=population,
            urgency=urgency,
            activity=activity,
            sector=sector,
            region=region,
        )
        if not isinstance(name, str):
            raise TypeError(f"name is {name!r}; give a text.")
        economy = Economy(**technology(given, labels))
        return cls(economy=economy, **world(economy, given, labels), name=name)

    def replace(self, **changes: Any) -> "Scenario":
        """Return the scenario with some arguments of `from_arrays` changed, checked as there.

        A mapping changes only the entries it names: ``{label: number}``, ``{row: {column: number}}``. Anything else
        stands for the whole: a table is aligned by its labels, an array is in the scenario's order, and ``None`` is
        what `from_arrays` takes for it. Everything else stays, the opening activity too. Who there is stays: for other
        products, processes, factors or communities build a new scenario.

        Parameters
        ----------
        **changes
            Any argument of `from_arrays` but `labels`.

        Raises
        ------
        ValueError, TypeError
            With the argument's name, what is wrong with it and what to do.

        Examples
        --------
        >>> import planlab as pl
        >>> scenario = pl.make_scenario("three_sector")
        >>> more = scenario.replace(limits={"labour": 1.05 * scenario.limits[0]}, name="five per cent more labour")
        >>> scenario.limits.tolist(), more.limits.tolist()
        ([90.0], [94.5])
        >>> scenario.replace(limits={"labor": 94.5})
        Traceback (most recent call last):
            ...
        ValueError: limits and the scenario name different factors; unknown: 'labor'. Use the same labels, in any order.
        """
        from planlab.economy.changing import changed

        return changed(self, changes)

    def to_pandas(self) -> dict[str, Any]:
        """Return the scenario as labelled tables by argument of `from_arrays`, which gives back the same.

        Each names its units in ``attrs["units"]``. Up to a million cells matrices are tables; beyond, series of their
        non-zeros by product and process, which are for reading only.

        Examples
        --------
        >>> import planlab as pl
        >>> tables = pl.make_scenario("three_sector").to_pandas()
        >>> tables["limits"]["labour"], tables["needs"].attrs["units"]
        (np.float64(90.0), 'units of product per period')
        """
        from planlab.economy.exports import frames

        return frames(self)

    def to_xarray(self) -> "xarray.Dataset":
        """Return the scenario as a labelled dataset; every variable has ``units``, every unit known is a coordinate.

        Up to a million cells matrices are dense; beyond they are lists of their non-zeros.
        """
        from planlab.economy.exports import xarray_dataset

        return xarray_dataset(self)

    def __repr__(self) -> str:
        from planlab.economy.description import scenario_text

        return scenario_text(self)

    def __pdoc__(self, **_: Any) -> wadler_lindig.AbstractDoc:
        from planlab.economy.description import brief

        return wadler_lindig.TextDoc(f"Scenario({self.name!r}, {brief(self.economy)})")

    def _repr_html_(self) -> str:
        from planlab.economy.description import scenario_html

        return scenario_html(self)
