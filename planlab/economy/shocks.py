"""What will strike, period by period."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from planlab.economy.law import Law
from planlab.economy.state import State

__all__ = ["Shocks"]


class Shocks(Law):
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

    Raises
    ------
    ValueError
        For what is not two-dimensional.

    Notes
    -----
    Each can be a pandas table whose columns are labelled; `planlab.Scenario.from_arrays` puts them in order.
    """

    moves: ClassVar[frozenset[str]] = frozenset({"capacity_shock", "needs_shock", "limits_shock"})
    deterministic: ClassVar = True

    capacity: Float[Array, "periods processes"]
    needs: Float[Array, "periods products"]
    limits: Float[Array, "periods factors"]

    def __check_init__(self) -> None:
        """Check that every part has rows of periods."""
        for part, across in (("capacity", "processes"), ("needs", "products"), ("limits", "factors")):
            shape = getattr(getattr(self, part), "shape", None)
            if shape is not None and len(shape) != 2:
                raise ValueError(
                    f"shocks.{part} has shape {shape}; give one row per period, (periods, {across}). Shocks.none(...) "
                    "gives what never strikes."
                )

    @classmethod
    def none(cls, processes: int, products: int, factors: int) -> "Shocks":
        """Return shocks that never strike."""
        return cls(jnp.ones((1, processes)), jnp.ones((1, products)), jnp.ones((1, factors)))

    def with_factor(self) -> "Shocks":
        """Let nothing strike the limit of the last one."""
        return replace(self, limits=jnp.pad(jnp.asarray(self.limits), ((0, 0), (0, 1)), constant_values=1.0))

    def begin(self, state: State) -> State:
        """Let needs and limits be struck, which everybody knows."""
        t = state.period
        return replace(state, needs_shock=self.needs_at(t), limits_shock=self.limits_at(t))

    def shock(self, state: State, key: PRNGKeyArray) -> State:
        """Let capacity be struck, which nobody knew."""
        return replace(state, capacity_shock=self.capacity_at(state.period))

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
