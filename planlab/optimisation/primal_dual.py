r"""Restarted Halpern primal–dual iteration: prices answer excess demand, quantities answer prices.

For :math:`\min_z c^\top z` s.t. :math:`G z \ge b,\ z \in Z`, one exchange is

.. math:: z^+ = \Pi_Z\bigl(z - \tfrac{\eta}{\omega} T (c - G^\top y)\bigr), \qquad
          y^+ = \bigl[y + \eta \omega \Sigma (b - G (2 z^+ - z))\bigr]_+,

(Chambolle & Pock 2011 :cite:`chambolle:11`) with the diagonal steps :math:`T_j = 1/\sum_i |G_{ij}|`,
:math:`\Sigma_i = 1/\sum_j |G_{ij}|` (Pock & Chambolle 2011 :cite:`pock:11`), each known to its own party. The
exchange is reflected and anchored, :math:`w_{k+1} = \frac{k+1}{k+2}(2 E(w_k) - w_k) + \frac{1}{k+2} w_0`, and restarted
when its residual has fallen enough (Lu & Yang 2024 :cite:`lu:24`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

__all__ = ["Exchange", "Result", "coordinate"]

ENOUGH, SOME, LONG = 0.2, 0.8, 0.36
"""Restart when the residual fell to ENOUGH, or to SOME and rises again, or the epoch is LONG of all rounds."""


class Exchange(NamedTuple):
    r"""The problem as its parties see it; z and y are pytrees.

    Parameters
    ----------
    reply
        ``reply(z, y, step)``: every quantity's answer to prices y, moved by `step` times its own step.
    excess
        ``excess(z)``: :math:`G z`, linear in z.
    required
        :math:`b`.
    error
        ``error(z, Gz, y)``: relative KKT error, which ends the exchange.
    quantity_step, price_step
        :math:`T` and :math:`\Sigma`.
    """

    reply: Callable[[Any, Any, Any], Any]
    excess: Callable[[Any], Any]
    required: Any
    error: Callable[[Any, Any, Any], Array]
    quantity_step: Any
    price_step: Any


class Result(NamedTuple):
    """Quantities, prices, rounds taken, the last error, and the weight to start from next time."""

    z: Any
    y: Any
    rounds: Int[Array, ""]
    error: Float[Array, ""]
    weight: Float[Array, ""]


class _State(NamedTuple):
    z: Any
    Gz: Any
    y: Any
    anchor: Any
    k: Array
    total: Array
    first: Array
    before: Array
    weight: Array
    error: Array


def _mix(a: Any, x: Any, b: Any, y: Any) -> Any:
    return jax.tree.map(lambda left, right: a * left + b * right, x, y)


def _dot(x: Any, y: Any) -> Array:
    return jnp.asarray(sum(jax.tree.leaves(jax.tree.map(lambda a, b: (a * b).sum(), x, y))))


def _square(x: Any, step: Any) -> Array:
    """Return the squared length of x measured in its own steps."""
    return jnp.asarray(sum(jax.tree.leaves(jax.tree.map(lambda a, t: (a * a / t).sum(), x, step))))


def coordinate(
    exchange: Exchange, z: Any, y: Any, weight: Array, tolerance: float, rounds: int, check_every: int = 40
) -> Result:
    r"""Exchange prices and quantities until the error is below `tolerance` or `rounds` are spent.

    Parameters
    ----------
    exchange
        The problem.
    z, y
        Where to start.
    weight
        :math:`\omega`, the balance between price and quantity steps to start with.
    tolerance
        Relative KKT error to reach.
    rounds
        At most this many exchanges.
    check_every
        How often the error is worked out.
    """
    eta = 0.998
    T, Sigma, b = exchange.quantity_step, exchange.price_step, exchange.required

    def one(state: _State) -> tuple[_State, Any]:
        """Return the anchored next point, and what this exchange reached."""
        z, Gz, y, omega = state.z, state.Gz, state.y, state.weight
        z_next = exchange.reply(z, y, eta / omega)
        Gz_next = exchange.excess(z_next)
        extrapolated = _mix(2.0, Gz_next, -1.0, Gz)
        y_next = jax.tree.map(
            lambda p, step, need, have: jnp.maximum(p + eta * omega * step * (need - have), 0.0),
            y,
            Sigma,
            b,
            extrapolated,
        )
        dz, dG, dy = (_mix(1.0, new, -1.0, old) for new, old in ((z_next, z), (Gz_next, Gz), (y_next, y)))
        square = omega / eta * _square(dz, T) - 2 * _dot(dy, dG) + _square(dy, Sigma) / (eta * omega)
        residual = jnp.sqrt(jnp.maximum(square, 0.0))
        k = state.k
        pull = 1.0 / (k + 2.0)
        here, there = (z, Gz, y), (z_next, Gz_next, y_next)
        moved = _mix(1.0 - pull, _mix(2.0, there, -1.0, here), pull, state.anchor)
        first = jnp.where(k == 0, residual, state.first)
        total = state.total + 1
        restart = (k > 0) & (
            (residual <= ENOUGH * first)
            | ((residual <= SOME * first) & (residual > state.before))
            | (k >= LONG * total)
        )
        anchor_z, _, anchor_y = state.anchor
        moved_z = jnp.sqrt(_square(_mix(1.0, z_next, -1.0, anchor_z), T))
        moved_y = jnp.sqrt(_square(_mix(1.0, y_next, -1.0, anchor_y), Sigma))
        useful = (moved_z > 1e-10) & (moved_y > 1e-10)
        better = jnp.exp(0.5 * jnp.log(jnp.where(useful, moved_y / moved_z, omega)) + 0.5 * jnp.log(omega))
        choose = lambda new, old: jax.tree.map(lambda a, b: jnp.where(restart, a, b), new, old)  # noqa: E731
        z, Gz, y = choose(there, moved)
        state = _State(
            z=z,
            Gz=Gz,
            y=y,
            anchor=choose(there, state.anchor),
            k=jnp.where(restart, 0, k + 1),
            total=total,
            first=first,
            before=residual,
            weight=jnp.where(restart & useful, better, omega),
            error=state.error,
        )
        return state, there

    def stretch(carry):
        state, _ = carry
        state, _ = jax.lax.scan(lambda s, _: (one(s)[0], None), state, length=check_every - 1)
        state, reached = one(state)
        return state._replace(error=exchange.error(*reached)), reached

    def unfinished(carry):
        state, _ = carry
        return (state.error > tolerance) & (state.total < rounds)

    Gz = exchange.excess(z)
    zero, inf = jnp.asarray(0), jnp.asarray(jnp.inf)
    start = _State(z, Gz, y, (z, Gz, y), zero, zero, inf, inf, weight, exchange.error(z, Gz, y))
    state, (z, _, y) = jax.lax.while_loop(unfinished, stretch, (start, (z, Gz, y)))
    return Result(z, y, state.total, state.error, state.weight)
