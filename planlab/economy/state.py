"""What is true now: an economy, its needs and limits, and what it has in hand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Economy
from planlab.economy.sparse import Sparse

__all__ = ["State", "overlap", "scaled"]

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
    overproduction
        Share by which processes work beyond their capacity, ``(processes,)``; empty in an opening state.
    capacity_months
        What is left of capacity in equal parts of the period, ``(months, processes)``: their mean of what would be
        there. No rows where nothing strikes by the month.
    lasts
        How many periods each limit has to last, ``(factors,)``: 0 where there is as much again in every period, more
        where it is what is left of a budget.
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
    overproduction: Float[Array, "processes"]
    capacity_months: Float[Array, "months processes"]
    lasts: Int[Array, "factors"]
    nature: dict[str, Array] = eqx.field(default_factory=dict)
    accounts: dict[str, Array] = eqx.field(default_factory=dict)

    @classmethod
    def of(cls, economy: Economy, needs: Any, limits: Any, capacity: Any, stock: Any) -> "State":
        """Return a state in which nothing is under construction and nothing strikes."""
        m, n, k = economy.processes, economy.products, economy.factors.shape[0]
        nothing = jnp.zeros((0, m)), jnp.ones(m), jnp.ones(n), jnp.ones(k)
        empty = (jnp.zeros(0),) * 4
        calm = jnp.asarray(0), *empty, jnp.zeros((0, m)), jnp.zeros(k, int)
        return cls(economy, needs, limits, capacity, stock, *nothing, *calm)

    @property
    def needs_now(self) -> Float[Array, "products communities"]:
        """Needs as they are struck."""
        return self.needs * self.needs_shock[:, None]

    @property
    def limits_now(self) -> Float[Array, "factors"]:
        """Limits as they are struck."""
        return scaled(self.limits, self.limits_shock)

    @property
    def allotted(self) -> Float[Array, "factors"]:
        """Limits as they are struck, of a budget the part of a period if it lasts as it has to."""
        return scaled(self.limits_now, 1.0 / jnp.maximum(self.lasts, 1).astype(float))

    @property
    def capacity_now(self) -> Float[Array, "processes"]:
        """Capacity as it is struck, on average over the period."""
        return scaled(self.capacity, self.capacity_left)

    @property
    def capacity_left(self) -> Float[Array, "processes"]:
        """What strikes leave of capacity, on average over the period."""
        months = self.capacity_months
        return self.capacity_shock * months.mean(axis=0) if months.shape[0] else self.capacity_shock

    def capacity_in(self, part: Int[Array, ""] | int, parts: int) -> Float[Array, "processes"]:
        """Return capacity, in units of the period, as it is struck in one of so many equal parts of the period."""
        months = self.capacity_months
        if not months.shape[0]:
            return self.capacity_now
        left = jnp.asarray(overlap(parts, months.shape[0]))[part] @ months
        return scaled(self.capacity, self.capacity_shock * left)

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


def overlap(parts: int, months: int) -> np.ndarray:
    """Return which share of each of so many equal parts of a period each of its months is, ``(parts, months)``.

    Examples
    --------
    >>> overlap(2, 3).round(2).tolist()
    [[0.67, 0.33, 0.0], [0.0, 0.33, 0.67]]
    """
    of_part, of_month = np.arange(parts + 1) * months, np.arange(months + 1) * parts
    first = np.maximum(of_part[:-1, None], of_month[None, :-1])
    last = np.minimum(of_part[1:, None], of_month[None, 1:])
    return np.maximum(last - first, 0) / months


def scaled(most: Float[Array, "entries"], by: Any) -> Float[Array, "entries"]:
    """Return limits or capacities times a number, or one for each; what is unlimited stays so and has no slope."""
    finite = jnp.isfinite(most)
    return jnp.where(finite, jnp.where(finite, most, 0.0) * by, most)
