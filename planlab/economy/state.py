"""What is true now: an economy, its needs and limits, and what it has in hand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse

__all__ = ["State", "scaled"]

TECHNOLOGY = ("inputs", "outputs", "factors", "capital", "depreciation")
"""Parts of a state that belong to its economy; of matrices the values move, never the pattern."""


class State(eqx.Module):
    """What is true now.

    What strikes stands apart from what it strikes, so that a need which falls to nothing for a year is there again.

    Parameters
    ----------
    economy
        The technology.
    needs
        Consumption per period that satisfies a community fully, ``(products, communities)``.
    limits
        Factor units available per period, ``(factors,)``; infinity where unlimited.
    capacity
        Greatest activity per period, ``(processes,)``; infinity where unlimited.
    stock
        Finished goods nobody has ordered yet, ``(products,)``.
    building
        Capacity under construction, by periods until it works, ``(periods, processes)``; no rows where what is built
        in one period works in the next.
    capacity_shock, needs_shock, limits_shock
        What now strikes: multipliers of capacity ``(processes,)``, needs ``(products,)`` and limits ``(factors,)``.
    period
        Which period it is, counted from 0, ``()``.
    inventory
        Inputs lying with those who will use them, on the non-zeros of the technical coefficients, ``(nonzeros,)``;
        empty in an opening state, which the physics fills (`planlab.world.physics.opening`).
    received
        Inputs that came in during the last period or interval, likewise.
    rate
        Activity of the last sub-period, ``(processes,)``; empty in an opening state.
    nature
        Resources and sinks by name.
    accounts
        Whatever else a law keeps, by name.
    """

    economy: Economy
    needs: Float[Array, "products communities"]
    limits: Float[Array, "factors"]
    capacity: Float[Array, "processes"]
    stock: Float[Array, "products"]
    building: Float[Array, "lead processes"]
    capacity_shock: Float[Array, "processes"]
    needs_shock: Float[Array, "products"]
    limits_shock: Float[Array, "factors"]
    period: Int[Array, ""]
    inventory: Float[Array, "nonzeros"]
    received: Float[Array, "nonzeros"]
    rate: Float[Array, "processes"]
    nature: dict[str, Array] = eqx.field(default_factory=dict)
    accounts: dict[str, Array] = eqx.field(default_factory=dict)

    @classmethod
    def of(cls, economy: Economy, needs: Any, limits: Any, capacity: Any, stock: Any) -> "State":
        """Return a state in which nothing is under construction and nothing strikes."""
        m, n, k = economy.processes, economy.products, economy.factors.shape[0]
        nothing = jnp.zeros((0, m)), jnp.ones(m), jnp.ones(n), jnp.ones(k)
        return cls(economy, needs, limits, capacity, stock, *nothing, jnp.asarray(0), *(jnp.zeros(0),) * 3)

    @property
    def needs_now(self) -> Float[Array, "products communities"]:
        """Needs as they are struck."""
        return self.needs * self.needs_shock[:, None]

    @property
    def limits_now(self) -> Float[Array, "factors"]:
        """Limits as they are struck."""
        return scaled(self.limits, self.limits_shock)

    @property
    def capacity_now(self) -> Float[Array, "processes"]:
        """Capacity as it is struck."""
        return scaled(self.capacity, self.capacity_shock)

    def parts(self, names: Iterable[str]) -> dict[str, Any]:
        """Return parts by name, those of the economy among them; of sparse matrices their values."""
        found = {name: getattr(self.economy if name in TECHNOLOGY else self, name) for name in sorted(names)}
        return {name: part.values if isinstance(part, Sparse) else part for name, part in found.items()}

    def with_parts(self, parts: Mapping[str, Any]) -> "State":
        """Return the state with parts exchanged that `parts` returned."""
        technology = {name: part for name, part in parts.items() if name in TECHNOLOGY}
        own = {name: part for name, part in parts.items() if name not in TECHNOLOGY}
        if technology:
            e = self.economy
            for name, part in technology.items():
                now = getattr(e, name)
                technology[name] = now.with_values(part) if isinstance(now, Sparse) else part
            own["economy"] = replace(e, **technology)
        return replace(self, **own) if own else self


def scaled(most: Float[Array, "entries"], by: Any) -> Float[Array, "entries"]:
    """Return limits or capacities times a number, or one for each; what is unlimited stays so and has no slope."""
    finite = jnp.isfinite(most)
    return jnp.where(finite, jnp.where(finite, most, 0.0) * by, most)
