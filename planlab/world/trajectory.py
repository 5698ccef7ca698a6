"""What one mechanism did with a scenario, period by period."""

from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.economy.exports import units_of
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.information.account import Pay
from planlab.information.behaviours import Behaviour
from planlab.mechanisms.mechanism import Plan
from planlab.world.physics import Outcome

if TYPE_CHECKING:
    import xarray

__all__ = ["Trajectory", "limits_along", "needs_along"]

COUNTED_AS = {
    "planned_activity": "activity",
    "planned_delivery": "delivery",
    "factor_use": "limits",
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
    told
        How many numbers were reported to the mechanism in each period, ``(periods,)``.
    acting
        How people reported, those who adapt as they ended.
    mechanism, behaviour, channel
        What they are called in tables.
    seed
        The seed of the run.
    """

    scenario: Scenario
    plan: Plan
    outcome: Outcome
    pay: Pay
    path: dict[str, Array]
    told: Float[Array, "periods"]
    acting: Behaviour
    mechanism: str = eqx.field(static=True)
    behaviour: str = eqx.field(static=True)
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
        import xarray as xr

        s, labels = self.scenario, self.scenario.economy.labels
        n, m, k, h = s.economy.products, s.economy.processes, s.limits.shape[0], s.communities
        names = {
            "product": labels.of("products", n),
            "process": labels.of("processes", m),
            "factor": labels.of("factors", k),
        }
        coords = {axis: list(values) for axis, values in names.items()} | {
            "community": list(labels.of("communities", h)),
            "period": np.arange(self.periods),
        }
        goods, work = ("period", "product"), ("period", "process")
        data: dict[str, tuple[tuple[str, ...], Any]] = {
            "planned_activity": (work, self.plan.activity),
            "activity": (work, self.outcome.activity),
            "planned_delivery": ((*goods, "community"), self.plan.delivery),
            "delivery": ((*goods, "community"), self.outcome.delivery),
            "needs": ((*goods, "community"), self.needs),
            "factor_use": (("period", "factor"), self.outcome.factor_use),
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
        attributes = {"scenario": s.name, "mechanism": self.mechanism, "behaviour": self.behaviour}
        attributes |= {"channel": self.channel, "seed": str(self.seed)}
        counted = {name: units_of(COUNTED_AS.get(name, name), labels) for name in data if name not in UNCOUNTED}
        told = {name: {"units": unit} for name, unit in counted.items()}
        parts = {name: (axes, np.asarray(x), told.get(name, {})) for name, (axes, x) in data.items()}
        return xr.Dataset(parts, coords, attributes)
