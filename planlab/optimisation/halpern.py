r"""Restarted Halpern primal–dual iteration: prices answer excess demand, quantities answer prices.

For :math:`\min_z c^\top z` s.t. :math:`G z \ge b,\ z \in Z`, one exchange :math:`E` is

.. math:: z^+ = \Pi_Z\bigl(z - \tfrac{\eta}{\omega} T (c - G^\top y)\bigr), \qquad
          y^+ = \bigl[y + \eta \omega \Sigma (b - G (2 z^+ - z))\bigr]_+,

(Chambolle & Pock 2011 :cite:`chambolle:11`) for steps :math:`T, \Sigma` with
:math:`\|\Sigma^{1/2} G T^{1/2}\| \le 1`. The exchange is reflected and anchored,
:math:`w_{k+1} = \frac{k+1}{k+2}(2 E(w_k) - w_k) + \frac{1}{k+2} w_0`, and restarted when its residual, in the norm
:math:`\frac{\omega}{\eta} |dz|^2_{T^{-1}} - 2\, dy^\top G\, dz + \frac{1}{\eta \omega} |dy|^2_{\Sigma^{-1}}`, has
fallen enough (Lu & Yang 2024 :cite:`lu:24`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

__all__ = ["Exchange", "Lengths", "Standing", "begun", "coordinate", "diagonal", "onward"]

ENOUGH, SOME, LONG = 0.2, 0.8, 0.36
"""Restart when the residual fell to ENOUGH, or to SOME and rises again, or the epoch is LONG of all steps."""

BOLD = 100.0
"""The weight changes by the root of this at most in one restart."""


class Lengths(NamedTuple):
    r"""Of a move: :math:`|dz|^2_{T^{-1}}`, :math:`|dy|^2_{\Sigma^{-1}}` and :math:`dy^\top G\, dz`."""

    quantities: Array
    prices: Array
    across: Array


class Exchange(NamedTuple):
    r"""How quantities and prices answer each other. A point is a pytree in which :math:`E` is affine but for bounds.

    Parameters
    ----------
    answer
        ``answer(point, weight)``: :math:`E(w)`, and how many rounds of messages it took.
    lengths
        ``lengths(move)`` of the difference of two points.
    error
        ``error(point)``: error of the certificate, which ends the dialogue.
    eta
        :math:`\eta < 1`.
    every
        After how many exchanges the error is worked out.
    adapts
        Whether the weight :math:`\omega` follows the ratio of moves in prices and in quantities.
    """

    answer: Callable[[Any, Array], tuple[Any, Array]]
    lengths: Callable[[Any], Lengths]
    error: Callable[[Any], Array]
    eta: float = 0.998
    every: int = 40
    adapts: bool = True


class Standing(NamedTuple):
    """Where the iteration stands.

    Parameters
    ----------
    point, anchor
        From where the next exchange starts, and to where it is pulled.
    reached
        The answer to the last exchange: what is agreed if the dialogue ends here.
    k, total
        Exchanges of this epoch, and of all.
    rounds
        Rounds of messages they took.
    first, before
        Residuals of the epoch's first exchange, and of the last.
    weight
        The balance between price and quantity steps, to start from next time.
    error
        Of what was reached.
    """

    point: Any
    anchor: Any
    reached: Any
    k: Int[Array, ""]
    total: Int[Array, ""]
    rounds: Int[Array, ""]
    first: Float[Array, ""]
    before: Float[Array, ""]
    weight: Float[Array, ""]
    error: Float[Array, ""]


def _mix(a: Any, x: Any, b: Any, y: Any) -> Any:
    return jax.tree.map(lambda left, right: a * left + b * right, x, y)


def begun(exchange: Exchange, start: Any, weight: Array) -> Standing:
    r"""Return where an iteration from a point stands, with :math:`\omega` to start with."""
    zero, inf = jnp.asarray(0), jnp.asarray(jnp.inf)
    return Standing(start, start, start, zero, zero, zero, inf, inf, weight, exchange.error(start))


def onward(exchange: Exchange, state: Standing) -> Standing:
    """Return where the iteration stands after as many exchanges as pass between two looks at the error."""
    eta = exchange.eta

    def one(state: Standing) -> Standing:
        """Return the anchored next point, or the restart."""
        w, omega, k = state.point, state.weight, state.k
        reached, took = exchange.answer(w, omega)
        move = exchange.lengths(_mix(1.0, reached, -1.0, w))
        square = omega / eta * move.quantities - 2 * move.across + move.prices / (eta * omega)
        residual = _root(square)
        first = jnp.where(k == 0, residual, state.first)
        total = state.total + 1
        restart = (k > 0) & (
            (residual <= ENOUGH * first)
            | ((residual <= SOME * first) & (residual > state.before))
            | (k >= LONG * total)
        )
        if exchange.adapts:
            far = exchange.lengths(_mix(1.0, reached, -1.0, state.anchor))
            moved = restart & (far.quantities + far.prices > 0)
            quantities, prices = (_root(jnp.where(moved, way, 1.0)) for way in (far.quantities, far.prices))
            # where one side hardly moves the other gets longer steps, though not more than tenfold at once
            ratio = jnp.maximum(prices, omega * quantities / BOLD) / jnp.maximum(quantities, prices / (BOLD * omega))
            omega = jnp.where(moved, jnp.sqrt(ratio * omega), omega)
        pull = jnp.where(restart, 0.0, 1.0 / (k + 2.0))
        # on restart the point and its anchor are what was reached; otherwise it is reflected and pulled to its anchor
        reflect = jnp.where(restart, 0.0, 1.0)
        ahead = _mix(1.0 + reflect, reached, -reflect, w)
        anchor = jax.tree.map(lambda new, old: jnp.where(restart, new, old), reached, state.anchor)
        return Standing(
            point=_mix(1.0 - pull, ahead, pull, anchor),
            anchor=anchor,
            reached=reached,
            k=jnp.where(restart, 0, k + 1),
            total=total,
            rounds=state.rounds + took,
            first=first,
            before=residual,
            weight=omega,
            error=state.error,
        )

    state, _ = jax.lax.scan(lambda now, _: (one(now), None), state, length=exchange.every)
    return state._replace(error=exchange.error(state.reached))


def coordinate(exchange: Exchange, start: Any, weight: Array, tolerance: Any, rounds: Any) -> Standing:
    """Exchange prices and quantities until the error is below `tolerance` or `rounds` of messages are spent."""

    def unfinished(state: Standing) -> Array:
        return ~(state.error <= tolerance) & (state.rounds < rounds)

    begin = begun(exchange, start, weight)
    return jax.lax.while_loop(unfinished, lambda state: onward(exchange, state), begin)


def diagonal(
    reply: Callable[[Any, Any, Any], Any],
    excess: Callable[[Any], Any],
    required: Any,
    error: Callable[[Any, Any, Any], Array],
    quantity_step: Any,
    price_step: Any,
    every: int = 40,
) -> tuple[Exchange, Callable[[Any, Any], Any]]:
    r"""Return the dialogue in which every quantity and every price has a step of its own, and how to make a point.

    Parameters
    ----------
    reply
        ``reply(z, y, step)``: every quantity's answer to prices y, moved by `step` times its own step.
    excess
        ``excess(z)``: :math:`G z`, linear in z.
    required
        :math:`b`.
    error
        ``error(z, Gz, y)``: error of the certificate.
    quantity_step, price_step
        Diagonals of :math:`T` and :math:`\Sigma`; :math:`T_j = 1/\sum_i |G_{ij}|` and
        :math:`\Sigma_i = 1/\sum_j |G_{ij}|` are always small enough (Pock & Chambolle 2011 :cite:`pock:11`).
    every
        After how many exchanges the error is worked out.

    Returns
    -------
    Exchange
        Whose points are (z, G z, y), z and y being pytrees.
    Callable
        ``point(z, y)``.
    """
    T, Sigma = quantity_step, price_step
    eta = Exchange._field_defaults["eta"]

    def answer(w: Any, omega: Array) -> tuple[Any, Array]:
        z, Gz, y = w
        z_next = reply(z, y, eta / omega)
        Gz_next = excess(z_next)
        y_next = jax.tree.map(
            lambda p, step, need, new, old: jnp.maximum(p + eta * omega * step * (need - 2 * new + old), 0.0),
            y,
            Sigma,
            required,
            Gz_next,
            Gz,
        )
        return (z_next, Gz_next, y_next), jnp.asarray(1)

    def lengths(move: Any) -> Lengths:
        dz, dG, dy = move
        return Lengths(_total(_squares, dz, T), _total(_squares, dy, Sigma), _total(_product, dy, dG))

    return Exchange(answer, lengths, lambda w: error(*w), eta, every), lambda z, y: (z, excess(z), y)


def _root(square: Array) -> Array:
    """Return the root of what is above 0, and otherwise 0 with no slope."""
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0)


def _squares(move: Array, step: Array) -> Array:
    return (move * move / step).sum()


def _product(a: Array, b: Array) -> Array:
    return (a * b).sum()


def _total(of: Callable[[Array, Array], Array], x: Any, y: Any) -> Array:
    return jnp.asarray(sum(jax.tree.leaves(jax.tree.map(of, x, y))))
