"""What is proposed: a plan, how it came out, how it was found, and its certificate."""

import enum
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import equinox as eqx
import numpy as np
from jaxtyping import Array, Float, Int

from planlab.economy.labels import Labels
from planlab.planning.exports import plan_dataset, plan_frames, plan_html, plan_text

if TYPE_CHECKING:
    import xarray

__all__ = ["Certificate", "How", "Plan", "Snapshots", "Status"]


class Status(enum.IntEnum):
    """How a plan came out; the value is its own message."""

    PROPOSED = 0
    OPTIMAL = 1
    ROUNDS_SPENT = 2
    INFEASIBLE = 3
    UNBOUNDED = 4
    FAILED = 5
    BROKEN = 6

    @property
    def message(self) -> str:
        """A sentence for people."""
        return {
            Status.PROPOSED: "a plan was made; it claims no optimum",
            Status.OPTIMAL: "optimal for the stated programme, to the tolerance in its certificate",
            Status.ROUNDS_SPENT: "stopped at its limit of rounds before reaching its tolerance",
            Status.INFEASIBLE: "no plan meets the stated constraints; the certificate holds a Farkas ray",
            Status.UNBOUNDED: "the stated programme has no bound; a limit or capacity is missing",
            Status.FAILED: "the solver gave no answer",
            Status.BROKEN: "the plan held NaN, infinite or negative numbers; they were executed as zero",
        }[self]

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


class How(enum.IntEnum):
    """What found a plan; the value is its own message."""

    RULE = 0
    CLOSED_FORM = 1
    SIMPLEX = 2
    INTERIOR_POINT = 3
    ACTIVE_SET = 4
    POLICY_ITERATION = 5
    PRIMAL_DUAL = 6

    @property
    def message(self) -> str:
        """A sentence for people."""
        return {
            How.RULE: "the mechanism's own rule",
            How.CLOSED_FORM: "a closed form: one process per product and nothing to choose but one level",
            How.SIMPLEX: "the dual simplex method of HiGHS",
            How.INTERIOR_POINT: "the interior point method of HiGHS",
            How.ACTIVE_SET: "an active set of the few limits that matter: one process per product",
            How.POLICY_ITERATION: "policy iteration: several techniques per product, chosen by prices of few limits",
            How.PRIMAL_DUAL: "prices and quantities that answer each other, a first-order method",
        }[self]

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


class Certificate(eqx.Module):
    """How far a plan that claims an optimum is from it, recomputed from its numbers by code that did not make it.

    Parameters
    ----------
    primal
        The largest part of its own flow (made, used, needed in full) by which a balance or limit falls short.
    dual
        The largest part of what it makes, uses and draws on by which a process would still gain.
    gap
        What the objective leaves to its bound, as a part of it.
    objective
        The programme's objective at the plan.
    bound
        The dual objective, which no plan can beat.
    ray
        For an infeasible programme, a Farkas ray over its constraints; otherwise ``None``.
    """

    primal: Float[Array, ""] | float
    dual: Float[Array, ""] | float
    gap: Float[Array, ""] | float
    objective: Float[Array, ""] | float
    bound: Float[Array, ""] | float
    ray: Any = None

    @property
    def error(self) -> float:
        """The largest of the three."""
        parts = float(self.primal), float(self.dual), float(self.gap)
        return sum(parts) if isnan(sum(parts)) else max(parts)


class Snapshots(NamedTuple):
    """What would have been planned had a dialogue ended earlier.

    Parameters
    ----------
    round
        After how many rounds of the loop, ``(snapshots,)``; 0: it did not come to that.
    activity
        ``(snapshots, processes)``.
    prices
        ``(snapshots, products)``; zeros without prices.
    """

    round: Int[Array, "snapshots"]
    activity: Float[Array, "snapshots processes"]
    prices: Float[Array, "snapshots products"]


class Plan(eqx.Module):
    """What a mechanism promises for a period.

    Parameters
    ----------
    activity
        Target of each process, ``(processes,)``.
    delivery
        What is promised to each community, ``(products, communities)``.
    investment
        New capacity to be built, ``(processes,)``; ``None``: none.
    prices
        Shadow or announced prices, ``(products,)``, in objective units per product unit; ``None``: none.
    rents
        Shadow prices of the factors, ``(factors,)``, in objective units per factor unit; ``None``: none.
    capacity_rents
        Shadow prices of capacity, ``(processes,)``, in objective units per unit of activity; ``None``: none.
    payments
        What each community is charged, ``(communities,)``, in objective units; ``None``: nothing.
    rounds
        How many exchanges with producers and communities it took.
    messages
        How many numbers travelled in those exchanges; the simulator adds the reports themselves.
    status
        A `Status`.
    certificate
        A `Certificate` where an optimum is claimed.
    how
        A `How`: what found the plan.
    trace
        How far each round of a dialogue was from having settled, ``(rounds,)``, NaN after the last; ``None``: no
        dialogue.
    snapshots
        What would have been planned after some of the rounds, where a dialogue was asked to keep it.
    labels
        What products, processes, factors and communities are called, in plans made by `planlab.plan`.
    """

    activity: Float[Array, "processes"]
    delivery: Float[Array, "products communities"]
    investment: Float[Array, "processes"] | None = None
    prices: Float[Array, "products"] | None = None
    rents: Float[Array, "factors"] | None = None
    capacity_rents: Float[Array, "processes"] | None = None
    payments: Float[Array, "communities"] | None = None
    rounds: Int[Array, ""] | int = 1
    messages: Float[Array, ""] | float = 0.0
    status: Int[Array, ""] | int = Status.PROPOSED
    certificate: Certificate | None = None
    how: Int[Array, ""] | int = How.RULE
    trace: Float[Array, "rounds"] | None = None
    snapshots: Snapshots | None = None
    labels: Labels = eqx.field(static=True, default=Labels())

    def to_pandas(self) -> dict[str, Any]:
        """Return labelled tables by name: what was planned, and prices and rents where there are any.

        Returns
        -------
        dict
            A ``Series`` or ``DataFrame`` each, with its units in ``attrs``.

        Raises
        ------
        ValueError
            For the plans of several periods at once.

        Examples
        --------
        >>> import planlab as pl
        >>> plan = pl.plan("linear_program", pl.make_scenario("three_sector", labour=75))
        >>> plan.to_pandas()["activity"].round(1).to_dict()
        {'agriculture': 24.4, 'industry': 61.3, 'services': 40.0}
        """
        return plan_frames(self)

    def to_xarray(self) -> "xarray.Dataset":
        """Return a labelled dataset with units; status, how, certificate and rounds are its attributes."""
        return plan_dataset(self)

    def __repr__(self) -> str:
        """In a few lines."""
        return plan_text(self) if np.ndim(self.activity) == 1 else eqx.tree_pformat(self)

    def _repr_html_(self) -> str:
        """For notebooks."""
        return plan_html(self)
