"""What one mechanism did with a scenario, period by period."""

from html import escape
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.base.checks import hidden
from planlab.economy.description import html_table
from planlab.economy.exports import named_coordinates, units_of, xarray_module
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.pay.account import Pay
from planlab.people.behaviour import Behaviour
from planlab.planning.plan import Plan, Status
from planlab.world.physics import Outcome

if TYPE_CHECKING:
    import xarray

SHOWN = 10
"""How many periods are shown in a line."""

__all__ = ["Trajectory", "limits_along", "needs_along"]

COUNTED_AS = {
    "planned_activity": "activity",
    "planned_delivery": "delivery",
    "factor_use": "limits",
    "months_activity": "activity",
    "months_orders": "stock",
    "months_unfilled": "stock",
}
"""What has the units of an argument of `planlab.Scenario.from_arrays`, or of a part of a plan, by another name."""

UNCOUNTED = frozenset({"status", "how", "pay", "community_pay"})


def needs_along(opening: State, path: dict[str, Array], periods: int) -> Float[Array, "periods products communities"]:
    """Return needs as they were struck, period by period."""
    needs, shock = (_along(opening, path, name, periods) for name in ("needs", "needs_shock"))
    return needs * shock[:, :, None]


def limits_along(opening: State, path: dict[str, Array], periods: int) -> Float[Array, "periods factors"]:
    """Return limits as they were struck, period by period."""
    limits, shock = (_along(opening, path, name, periods) for name in ("limits", "limits_shock"))
    return limits * shock


def _along(opening: State, path: dict[str, Array], name: str, periods: int) -> Array:
    """Return a part of the state period by period, whether it moved or not."""
    now = getattr(opening, name)
    return path.get(name, jnp.broadcast_to(now, (periods, *now.shape)))


class Trajectory(eqx.Module):
    """What one mechanism did with a scenario: plans and outcomes, period by period.

    Parameters
    ----------
    scenario
        The world it happened in.
    plan, outcome
        Stacked along a leading axis of periods.
    pay
        What each producer and community earned in each period.
    path
        What laws moved, by name as in `planlab.economy.state.State`, as every plan found it.
    numbers_reported
        How many numbers were reported to the mechanism in each period, ``(periods,)``.
    behaviour
        How people reported, those who adapt as they ended.
    mechanism, reported, channel
        What mechanism, behaviour and channel are called in tables.
    seed
        The seed of the run.
    """

    scenario: Scenario
    plan: Plan
    outcome: Outcome
    pay: Pay
    path: dict[str, Array]
    numbers_reported: Float[Array, "periods"]
    behaviour: Behaviour
    mechanism: str = eqx.field(static=True)
    reported: str = eqx.field(static=True)
    channel: str = eqx.field(static=True)
    seed: int = eqx.field(static=True)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self.plan.activity.shape[0]

    @property
    def needs(self) -> Float[Array, "periods products communities"]:
        """What was truly needed in each period."""
        return needs_along(self.scenario.opening, self.path, self.periods)

    @property
    def limits(self) -> Float[Array, "periods factors"]:
        """What there was of every factor in each period."""
        return limits_along(self.scenario.opening, self.path, self.periods)

    @property
    def allotted(self) -> Float[Array, "periods factors"]:
        """What there was of every factor in each period, of a budget an equal part of what was left."""
        lasts = jnp.maximum(_along(self.scenario.opening, self.path, "lasts", self.periods), 1)
        return self.limits / lasts.astype(float)

    def state(self, period: int) -> State:
        """Return what was true as the plan of a period found it; of stores, as the period began.

        Inventories and rates are not kept: they are empty.
        """
        t = range(self.periods)[period]
        s, parts = self.scenario.opening, jax.tree.map(lambda part: part[t], self.path)
        if t:
            parts |= {"capacity": self.outcome.capacity[t - 1], "stock": self.outcome.stock[t - 1]}
        return s.with_parts(parts | {"period": jnp.asarray(t)})

    def to_xarray(self) -> "xarray.Dataset":
        """Return plans and outcomes as a labelled dataset, with units where there are any."""
        xr, s, labels = xarray_module(), self.scenario, self.scenario.economy.labels
        sizes = dict(zip(("processes", "products", "communities", "factors"), s.sizes, strict=True))
        coords = named_coordinates(labels, sizes) | {"period": np.arange(self.periods)}
        goods, work = ("period", "product"), ("period", "process")
        data: dict[str, tuple[tuple[str, ...], Any]] = {
            "planned_activity": (work, self.plan.activity),
            "activity": (work, self.outcome.activity),
            "planned_delivery": ((*goods, "community"), self.plan.delivery),
            "delivery": ((*goods, "community"), self.outcome.delivery),
            "needs": ((*goods, "community"), self.needs),
            "factor_use": (("period", "factor"), self.outcome.factor_use),
            "limits": (("period", "factor"), self.limits),
            "capacity": (work, self.outcome.capacity),
            "stock": (goods, self.outcome.stock),
            "prices": (goods, self.plan.prices),
            "rents": (("period", "factor"), self.plan.rents),
            "capacity_rents": (work, self.plan.capacity_rents),
            "status": (("period",), self.plan.status),
            "how": (("period",), self.plan.how),
            "pay": (work, self.pay.producers),
            "community_pay": (("period", "community"), self.pay.communities),
        }
        m = self.outcome.months
        if m.activity.shape[1]:
            by_month = {"months_activity": ("process", m.activity), "months_orders": ("product", m.orders)}
            by_month |= {"months_unfilled": ("product", m.unfilled)}
            data |= {name: (("period", "month", axis), part) for name, (axis, part) in by_month.items()}
        attributes = {"scenario": s.name, "mechanism": self.mechanism, "behaviour": self.reported}
        attributes |= {"channel": self.channel, "seed": str(self.seed)}
        counted = {name: units_of(COUNTED_AS.get(name, name), labels) for name in data if name not in UNCOUNTED}
        units = {name: {"units": unit} for name, unit in counted.items()}
        parts = {name: (axes, np.asarray(x), units.get(name, {})) for name, (axes, x) in data.items()}
        found = self._nature().items()
        parts |= {f"nature_{name}": (("period", *axes), np.asarray(x), {}) for name, (axes, x) in found}
        return xr.Dataset(parts, coords, attributes)

    def _nature(self) -> dict[str, tuple[tuple[str, ...], Array]]:
        """Return resources and sinks with their axes: one number each, or one per product."""
        n: int = self.scenario.economy.products
        nature: Any = self.path.get("nature", {})
        axes: dict[tuple[int, ...], tuple[str, ...]] = {(): (), (n,): ("product",)}
        return {name: (axes[part.shape[1:]], part) for name, part in nature.items() if part.shape[1:] in axes}

    def __repr__(self) -> str:
        """In a few lines: who planned what, and which share of needs was delivered, year by year."""
        who = f"{self.mechanism} on {self.scenario.name}, {self.reported} through {self.channel}, seed {self.seed}"
        if any(hidden(leaf) for leaf in jax.tree.leaves((self.plan, self.outcome, self.path))):
            return f"Trajectory of {who}"
        met = ", ".join(f"{share:.3f}" for share in self._delivered()[:SHOWN]) + ", ..." * (self.periods > SHOWN)
        return f"Trajectory of {who}\n  {self.periods} periods; mean share of each need delivered: {met}"

    def _repr_html_(self) -> str:
        """As a table for notebooks, a row per period."""
        if any(hidden(leaf) for leaf in jax.tree.leaves((self.plan, self.outcome, self.path))):
            return f"<pre>{escape(repr(self))}</pre>"
        status = [Status(int(code)).message for code in np.asarray(self.plan.status)]
        used = np.asarray(self.outcome.factor_use) / np.asarray(self.outcome.factor_use)[:1]
        factors = self.scenario.economy.labels.of("factors", used.shape[1])
        rows = html_table(
            ["period", "plan", "mean share of each need delivered", *(f"{name}, first = 1" for name in factors)],
            [[str(t) for t in range(self.periods)], status, self._delivered(), *used.T],
        )
        return f"<div><pre>{escape(repr(self).splitlines()[0])}</pre>{rows}</div>"

    def _delivered(self) -> np.ndarray:
        D, y = np.asarray(self.needs), np.asarray(self.outcome.delivery)
        met = np.minimum(np.divide(y, D, out=np.zeros_like(y), where=D > 0), 1.0)
        return met.sum(axis=(1, 2)) / np.maximum((D > 0).sum(axis=(1, 2)), 1)
