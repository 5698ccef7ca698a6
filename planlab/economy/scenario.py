"""An economy and everything it has to be planned with: what it starts from, and what will move it."""

from dataclasses import fields as fields_of
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import equinox as eqx
import numpy as np
import wadler_lindig
from jaxtyping import Array, Float, Int

from planlab.base.checks import check_text
from planlab.economy.building import in_order, technology
from planlab.economy.economy import Economy
from planlab.economy.labels import Labels
from planlab.economy.law import Law
from planlab.economy.provenance import Provenance, explanation, with_origins
from planlab.economy.shocks import Shocks
from planlab.economy.state import State
from planlab.economy.surroundings import ONE_CATEGORY, shock_parts, world
from planlab.economy.weighting import weighed, weights_told

if TYPE_CHECKING:
    import xarray

__all__ = ["Scenario", "with_parts"]


class Scenario(eqx.Module):
    """An economy and everything it has to be planned with: needs, limits, what it starts from, what will strike.

    Parameters
    ----------
    opening
        What is true at the start: technology, needs, limits, capacity, stocks.
    activity
        Activity of the period before the first, ``(processes,)``: what the pipelines are filled for.
    population
        Weight of each community in every mean, ``(communities,)``.
    urgency
        Weight of each need within its community, ``(products, communities)``.
    laws
        What will move the state, one after another; `with_laws` adds to them.
    name
        What the scenario is called in tables; random streams are drawn by it.
    category, categories
        Which category of needs each product belongs to, as a code ``(products,)``, and what categories are called:
        needs of one do not compensate for those of another. ``None``: all are of one category.
    provenance
        Where its numbers come from, as far as those who made them wrote it down; see `explain`.

    Notes
    -----
    Use `Scenario.from_arrays`, which checks its arguments by name; the bare constructor does not.
    """

    opening: State
    activity: Float[Array, "processes"]
    population: Float[Array, "communities"]
    urgency: Float[Array, "products communities"]
    laws: tuple[Law, ...] = ()
    name: str = eqx.field(static=True, default="scenario")
    category: Int[Array, "products"] | None = None
    categories: tuple[str, ...] = eqx.field(static=True, default=())
    provenance: Provenance = eqx.field(static=True, default=Provenance())

    @property
    def economy(self) -> Economy:
        """The technology at the start."""
        return self.opening.economy

    @property
    def needs(self) -> Float[Array, "products communities"]:
        """Needs at the start, before anything strikes."""
        return self.opening.needs

    @property
    def limits(self) -> Float[Array, "factors"]:
        """Limits at the start, before anything strikes."""
        return self.opening.limits

    @property
    def capacity(self) -> Float[Array, "processes"]:
        """Capacity at the start, before anything strikes."""
        return self.opening.capacity

    @property
    def stock(self) -> Float[Array, "products"]:
        """Stocks at the start."""
        return self.opening.stock

    @property
    def struck(self) -> Shocks | None:
        """What will strike, if any of the laws strikes."""
        return next((law for law in self.laws if isinstance(law, Shocks)), None)

    @property
    def shocks(self) -> Shocks:
        """What will strike; ones where nothing does."""
        m, n, k = self.capacity.shape[-1], self.stock.shape[-1], self.limits.shape[-1]
        return Shocks.none(m, n, k) if self.struck is None else self.struck

    @property
    def communities(self) -> int:
        """Number of communities."""
        return self.needs.shape[1]

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Numbers of processes, products, communities and factors."""
        return self.economy.processes, self.economy.products, self.communities, self.limits.shape[0]

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
        categories: Any = None,
        stored: Any = None,
        critical: Any = None,
        labels: Labels | None = None,
        name: str = "scenario",
    ) -> "Scenario":
        """Build a scenario from NumPy, SciPy, pandas or JAX arrays, aligned by label and each checked by name.

        Parameters
        ----------
        inputs, factors, outputs, capital, depreciation, factor_kinds, sector, region, stored, critical, labels
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
        categories
            The category of needs that each product belongs to, such as ``"food"``, ``(products,)``; ``None``: all are
            of one.
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
            **shock_parts(shocks),
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
            categories=categories,
            stored=stored,
            critical=critical,
        )
        check_text("name", name)
        economy = Economy(**technology(given, labels))
        fields = world(economy, given, labels)
        opening = State.of(economy, *(fields.pop(part) for part in ("needs", "limits", "capacity", "stock")))
        shocks = fields.pop("shocks")
        return cls(opening, **fields, laws=() if shocks is None else (shocks,), name=name)

    def with_laws(self, *laws: Law) -> "Scenario":
        """Return the scenario moved by further laws; one of a kind takes the place of the one that is there.

        Of constraints and budgets there can be several, one of each name.

        Parameters
        ----------
        *laws
            In the order in which they are to act, after those there are.

        Raises
        ------
        TypeError, ValueError
            For what is no law, and names of factors or products that the scenario does not have.

        Examples
        --------
        >>> import planlab as pl
        >>> pl.make_scenario("three_sector").with_laws(pl.Gestation(2), pl.Productivity(labour=0.02)).laws
        (Gestation(lead=2), Productivity(labour=0.02))
        """
        result = self
        for law in laws:
            if not isinstance(law, Law):
                raise TypeError(f"with_laws was given {law!r:.80}, which is no law; give for instance pl.Gestation(2).")
            ready, opening = law.prepared(result)
            before = result.laws
            if opening.limits.shape != result.limits.shape:
                before = tuple(old.with_factor() for old in before)
            replaced = [law.takes_the_place_of(old) for old in before]
            kept = tuple(ready if gone else old for gone, old in zip(replaced, before, strict=True))
            result = replace(result, opening=opening, laws=kept if any(replaced) else (*kept, ready))
        return result

    def with_weights(self, weights: str, prices: Any = None, people: bool = True) -> "Scenario":
        r"""Return the scenario with other weights of needs; the world itself stays what it is.

        Urgency becomes 1, :math:`p_i D_{ih}`, or :math:`e_i D_{ih}` with the scarce factors embodied in a unit,
        `planlab.economy.weighting.embodied_scarcity`; what meeting each need adds to a score or an objective is then
        `planlab.economy.need_weights.need_weights`.

        Parameters
        ----------
        weights
            ``"equal"``, ``"expenditure"``, ``"embodied"``, or ``"honest"``: expenditure where there are `prices`, else
            what is embodied.
        prices
            Base prices, ``(products,)``; 1 where quantities are in money.
        people
            Whether communities count by their people, as before; if not, as where they are final uses, by what all
            that they need costs.

        Raises
        ------
        ValueError, TypeError
            For unknown weights, missing prices, no scarce factor, or needs that cost nothing.

        Examples
        --------
        >>> import planlab as pl
        >>> pl.make_scenario("three_sector").with_weights("expenditure", prices=[1.0, 1.0, 1.0]).urgency[:, 0].tolist()
        [10.0, 15.0, 20.0]
        """
        made = with_parts(self, **weighed(self, weights, prices, people))
        return with_origins(made, weights_told(weights, prices, people))

    @property
    def category_names(self) -> np.ndarray:
        """The name of each product's category, ``(products,)``."""
        if self.category is None:
            return np.full(self.economy.products, ONE_CATEGORY, dtype=object)
        return np.array(self.categories, dtype=object)[np.asarray(self.category)]

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

        return with_parts(self, **changed(self, changes))

    def explain(self) -> None:
        """Print of each of its numbers what it is, where it comes from or why it was assumed, and how to change it.

        Real tables say all of this (`planlab.load_table`), and of numbers that were changed since, that they were.
        The same as data is ``provenance``.

        Examples
        --------
        >>> import planlab as pl
        >>> pl.load_table("us-2021-15", limit_margin={"labour": 1.05}).explain()
        us-2021-15: where its numbers come from
        ...
        limits (units of factor per period)
            what: 1.0 × observed use, but for labour: 1.05
            source: assumed: ...
            change: limit_margin={'labour': 1.05}
        ...
        """
        print(explanation(self))

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


def with_parts(scenario: Scenario, **parts: Any) -> Scenario:
    """Return a scenario with parts of it or of its opening state exchanged as they are, unchecked.

    Parameters
    ----------
    scenario
        The world.
    **parts
        Fields of `Scenario` or of `planlab.economy.state.State`, and ``shocks``; ``None`` there: nothing strikes.
    """
    state = {name: parts.pop(name) for name in [f.name for f in fields_of(State)] if name in parts}
    if "shocks" in parts:
        shocks = parts.pop("shocks")
        laws = tuple(law for law in scenario.laws if not isinstance(law, Shocks))
        parts["laws"] = laws if shocks is None else (*laws, shocks)
    if state:
        parts["opening"] = replace(parts.get("opening", scenario.opening), **state)
    return replace(scenario, **parts)
