"""The ratchet: a firm whose target follows its own achievement holds back."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import planlab.economy  # noqa: F401 - switches JAX to 64 bit
from planlab.base.checks import ABOVE_1, POSITIVE, SHARE
from planlab.base.part import Part, number

__all__ = ["RatchetedFirm", "best_path", "present_value"]


class RatchetedFirm(Part):
    r"""A firm paid by how far it exceeds a target that ratchets up (Weitzman 1980 :cite:`weitzman:80`).

    .. math::

        \max_y \sum_{t=0}^\infty \frac{b (y_t - q_t) - C(y_t)}{(1 + r)^t}, \qquad
        q_{t+1} = q_t + \lambda (y_t - q_t), \qquad C(y) = \frac{c}{p} y^p.

    One unit more today earns :math:`b` and raises the targets to come by :math:`\lambda, \lambda (1 - \lambda), \dots`,
    which costs :math:`b \lambda / (r + \lambda)` in present value. At every target the firm therefore sets

    .. math:: C'(y^*) = \frac{b r}{r + \lambda},

    against :math:`C'(y) = b` without the ratchet.

    Parameters
    ----------
    bonus
        :math:`b > 0`, per unit above target.
    ratchet
        :math:`\lambda`, from 0 to 1: the share of an excess that is added to the next target.
    interest
        :math:`r > 0` per period.
    cost
        :math:`c > 0`.
    power
        :math:`p > 1`.

    Examples
    --------
    >>> firm = RatchetedFirm(bonus=1.0, ratchet=0.3, interest=0.1)
    >>> round(float(firm.optimum()), 6), round(float(firm.first_best()), 6)
    (0.25, 1.0)
    """

    bonus: Float[Array, ""] | float = number(1.0, POSITIVE)
    ratchet: Float[Array, ""] | float = number(0.3, SHARE)
    interest: Float[Array, ""] | float = number(0.1, POSITIVE)
    cost: Float[Array, ""] | float = number(1.0, POSITIVE)
    power: Float[Array, ""] | float = number(2.0, ABOVE_1)

    def effort_at(self, marginal_cost: Float[Array, ""] | float) -> Float[Array, ""]:
        """Return the output whose marginal cost this is."""
        return jnp.asarray(marginal_cost / self.cost) ** (1 / (self.power - 1))

    def optimum(self) -> Float[Array, ""]:
        r"""Return :math:`y^*`, the exact best output of every period."""
        return self.effort_at(self.bonus * self.interest / (self.interest + self.ratchet))

    def first_best(self) -> Float[Array, ""]:
        r"""Return the output at which :math:`C'(y) = b`."""
        return self.effort_at(self.bonus)


def present_value(
    firm: RatchetedFirm, output: Float[Array, "periods"], target: Float[Array, ""] | float
) -> Float[Array, ""]:
    """Return the discounted sum over the periods of `output`, the first target being `target`."""

    def period(q: Array, y: Array) -> tuple[Array, Array]:
        return q + firm.ratchet * (y - q), firm.bonus * (y - q) - firm.cost / firm.power * y**firm.power

    _, earned = jax.lax.scan(period, jnp.asarray(target, output.dtype), output)
    return jnp.sum(earned * (1 + firm.interest) ** -jnp.arange(len(output), dtype=output.dtype))


@eqx.filter_jit
def best_path(firm: RatchetedFirm, periods: int = 250, steps: int = 60) -> Float[Array, "periods"]:
    r"""Return the output path that gradient ascent on the discounted sum finds, without use of the theorem.

    It starts where the firm would be without the ratchet, target and output at `RatchetedFirm.first_best`, and climbs
    in :math:`\ln y` by the gradient of `present_value`, scaled by discount and curvature of cost,

    .. math:: \ln y_t \leftarrow \ln y_t + (1 + r)^t \, \frac{\partial V}{\partial y_t} \Big/ \bigl(y_t C''(y_t)\bigr),

    at most a half at a time. The horizon ends, and with it the fear of the ratchet: only periods well before the
    last, by several times :math:`1/(r + \lambda)`, show the stationary optimum.

    Examples
    --------
    >>> firm = RatchetedFirm(bonus=1.0, ratchet=0.3, interest=0.1)
    >>> round(float(best_path(firm)[0]), 6)
    0.25
    """
    start = firm.first_best()
    undiscounted = (1 + firm.interest) ** jnp.arange(periods, dtype=start.dtype)
    gradient = jax.grad(lambda y: present_value(firm, y, start))

    def climb(_: Array, y: Array) -> Array:
        curvature = firm.cost * (firm.power - 1) * y ** (firm.power - 1)
        return y * jnp.exp(jnp.clip(gradient(y) * undiscounted / curvature, -0.5, 0.5))

    return jax.lax.fori_loop(0, steps, climb, jnp.full(periods, start))
