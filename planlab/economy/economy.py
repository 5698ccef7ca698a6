"""What is: the technology of an economy, and the scenario it has to be planned in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from planlab.economy import checks
from planlab.economy.leontief import balanced_activity
from planlab.economy.sparse import Sparse

__all__ = ["FACTOR_KINDS", "Economy", "Labels", "Scenario", "Shocks"]

FACTOR_KINDS = ("labour", "energy", "material", "emissions", "land", "other")
"""The kinds a primary factor can have; throughput is scored by kind."""


@dataclass(frozen=True)
class Labels:
    """Names for people to read; mechanisms never see them. ``None`` means numbered."""

    products: tuple[str, ...] | None = None
    processes: tuple[str, ...] | None = None
    factors: tuple[str, ...] | None = None
    communities: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    def of(self, axis: str, size: int) -> tuple[str, ...]:
        """Return the names along `axis`, numbered from 0 where none were given.

        Examples
        --------
        >>> Labels(products=("iron", "corn")).of("products", 2)
        ('iron', 'corn')
        >>> Labels().of("products", 2)
        ('product 0', 'product 1')
        """
        singular = {"processes": "process", "communities": "community"}.get(axis, axis.removesuffix("s"))
        return getattr(self, axis) or tuple(f"{singular} {i}" for i in range(size))


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
    Use `Economy.from_arrays`, which checks its arguments by name; the bare constructor does not.
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
        factor_kinds: Sequence[str] | None = None,
        sector: Any = None,
        region: Any = None,
        labels: Labels | None = None,
    ) -> "Economy":
        """Build an economy from NumPy, SciPy, pandas or JAX arrays, each checked by name.

        Parameters
        ----------
        inputs
            ``(products, processes)``, units of product used up per unit of activity; an integer dtype is refused.
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
            Names; where ``None``, taken from pandas indices if there are any.

        Raises
        ------
        ValueError, TypeError
            With the argument's name, what is wrong with it and what to do.
        """
        labels = checks.read_labels(
            labels or Labels(), inputs=inputs, factors=factors, outputs=outputs, capital=capital
        )
        checks.fractional("inputs", inputs)
        A = checks.matrix("inputs", inputs)
        n, m = A.shape
        M = checks.make_matrix(outputs, A.shape)
        F = checks.dense("factors", factors if factors is not None else np.zeros((0, m)), (None, m))
        K = checks.matrix("capital", capital, A.shape) if capital is not None else Sparse.zeros(A.shape)
        delta = checks.dense("depreciation", 0.0 if depreciation is None else depreciation, (m,), most=1.0)
        kinds = checks.kinds(factor_kinds, F.shape[0], FACTOR_KINDS)
        sector, sectors = checks.codes("sector", sector, m, default=np.arange(m))
        region, regions = checks.codes("region", region, m, default=np.zeros(m, int))
        labels = replace(labels, sectors=labels.sectors or sectors, regions=labels.regions or regions)
        checks.labels_fit(labels, products=n, processes=m, factors=F.shape[0])
        checks.productive(A, M)
        return cls(A, M, jnp.asarray(F), K, jnp.asarray(delta), jnp.asarray(sector), jnp.asarray(region), kinds, labels)

    @property
    def main_product(self) -> Int[Array, "processes"]:
        """The product each process makes most of, ``(processes,)``; the first such where several tie."""
        M = self.outputs
        most = -M.min_columns(-M.values)
        return M.min_columns(jnp.where(M.values >= most[M.columns], M.rows, M.shape[0]))

    def with_reserve(self, reserve: Float[Array, ""] | float) -> "Economy":
        """Return the economy with every input norm raised by that share, for plans that leave slack."""
        return replace(self, inputs=self.inputs.with_values((1 + reserve) * self.inputs.values))


class Shocks(eqx.Module):
    """What will strike, period by period; after the last row the last row stays.

    Parameters
    ----------
    capacity
        Multiplies each process's capacity, ``(periods, processes)``: a drought is a number below one.
    needs
        Multiplies each product's needs, ``(periods, products)``.
    limits
        Multiplies each factor's limit, ``(periods, factors)``: a cap that falls year by year. Decided in advance and
        known to all, unlike the others.
    """

    capacity: Float[Array, "periods processes"]
    needs: Float[Array, "periods products"]
    limits: Float[Array, "periods factors"]

    @classmethod
    def none(cls, processes: int, products: int, factors: int) -> "Shocks":
        """Return shocks that never strike."""
        return cls(jnp.ones((1, processes)), jnp.ones((1, products)), jnp.ones((1, factors)))

    def capacity_at(self, period: Int[Array, ""] | int) -> Float[Array, "processes"]:
        """Return the capacity multipliers of a period; before the first period nothing strikes."""
        return _row_at(self.capacity, period)

    def needs_at(self, period: Int[Array, ""] | int) -> Float[Array, "products"]:
        """Return the needs multipliers of a period; before the first period nothing strikes."""
        return _row_at(self.needs, period)

    def limits_at(self, period: Int[Array, ""] | int) -> Float[Array, "factors"]:
        """Return the limits' multipliers of a period; before the first period nothing strikes."""
        return _row_at(self.limits, period)


def _row_at(rows: Float[Array, "periods entries"], period: Int[Array, ""] | int) -> Float[Array, "entries"]:
    row = rows[jnp.clip(period, 0, rows.shape[0] - 1)]
    return jnp.where(jnp.asarray(period) < 0, jnp.ones_like(row), row)


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
            A ``pymrio.IOSystem`` with flows or coefficients, output and final demand.
        name
            Used in tables and to draw random streams.
        **assumptions
            As in `planlab.economy.tables.Table.scenario`.

        Raises
        ------
        TypeError, ValueError
            For what is no such system, lacks a part, or has missing cells. A system with blemishes also gives a
            `planlab.TableWarning` that lists them and how they were treated.
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
        factor_kinds: Sequence[str] | None = None,
        population: Any = None,
        urgency: Any = None,
        activity: Any = None,
        shocks: Shocks | None = None,
        sector: Any = None,
        region: Any = None,
        labels: Labels | None = None,
        name: str = "scenario",
    ) -> "Scenario":
        """Build a scenario from NumPy, SciPy, pandas or JAX arrays, each checked by name.

        Parameters
        ----------
        inputs, factors, outputs, capital, depreciation, factor_kinds, sector, region, labels
            As in `Economy.from_arrays`.
        needs
            ``(products,)`` or ``(products, communities)``, units of product per period.
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
        labels = checks.read_labels(labels or Labels(), inputs=inputs, factors=factors, needs=needs)
        economy = Economy.from_arrays(
            inputs, factors, outputs, capital, depreciation, factor_kinds, sector, region, labels
        )
        n, m, k = economy.products, economy.processes, economy.factors.shape[0]
        D = checks.columns("needs", needs, n)
        h = D.shape[1]
        checks.labels_fit(labels, communities=h)
        r = checks.dense("limits", np.inf if limits is None else limits, (k,), infinite=True)
        c = checks.dense("capacity", np.inf if capacity is None else capacity, (m,), infinite=True)
        s = checks.dense("stock", 0.0 if stock is None else stock, (n,))
        people = checks.dense("population", 1.0 if population is None else population, (h,), positive=True)
        weights = checks.columns("urgency", np.ones(n) if urgency is None else urgency, n, communities=h)
        checks.somebody_needs(D, weights)
        checks.attainable(economy.inputs, economy.outputs, D, c, s, labels.of("products", n))
        if activity is None:
            x = balanced_activity(economy.inputs, economy.outputs, economy.factors, D.sum(axis=1), r, c)
        else:
            x = checks.dense("activity", activity, (m,))
        if shocks is None:
            shocks = Shocks.none(m, n, k)
        checks.shocks(shocks, m, n, k)
        return cls(
            economy,
            jnp.asarray(D),
            jnp.asarray(r),
            jnp.asarray(c),
            jnp.asarray(s),
            jnp.asarray(x),
            jnp.asarray(people),
            jnp.asarray(weights),
            shocks,
            name,
        )
