"""One resource shared in proportion to bids, among users who know that bids move the price."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import planlab.economy  # noqa: F401 - switches JAX to 64 bit
from planlab.base.checks import ABOVE_0_TO_1, POSITIVE
from planlab.base.part import MISSING, Part, number

__all__ = ["SharedResource", "worst_efficiency"]


class SharedResource(Part):
    r"""Sharing in proportion to bids (Kelly 1997 :cite:`kelly:97`; Johari & Tsitsiklis 2004 :cite:`johari:04`).

    Users bid :math:`w_i`, are given :math:`d_i = C w_i / \sum_j w_j` and are worth :math:`U_i(d_i) - w_i`, with

    .. math:: U_i(d) = \frac{v_i \kappa_i}{p_i} \Bigl[ \Bigl(1 + \frac{d}{\kappa_i}\Bigr)^{p_i} - 1 \Bigr], \qquad
              U_i'(d) = v_i \Bigl(1 + \frac{d}{\kappa_i}\Bigr)^{p_i - 1}, \qquad 0 < p_i \le 1,

    linear at :math:`p_i = 1`. Users who take the price as given choose the optimum, :math:`U_i'(d_i) = \mu`. Users who
    anticipate it shade their bids: with two or more the one equilibrium solves

    .. math:: U_i'(d_i) \Bigl( 1 - \frac{d_i}{C} \Bigr) = \mu \ \text{ where } d_i > 0, \quad
              U_i'(0) \le \mu \text{ elsewhere}, \qquad w_i = \mu d_i,

    and loses at most a quarter, whatever the concave utilities: :math:`\sum_i U_i(d_i) \ge \frac34 \max \sum_i U_i`.

    Names: Kelly mechanism, proportional allocation, trading posts with one good (Shapley & Shubik).

    Parameters
    ----------
    slope
        :math:`v_i > 0`, what the first unit is worth to each user; at least two users.
    scale
        :math:`\kappa_i > 0`, how much it takes to be satiated.
    power
        :math:`p_i`.
    capacity
        :math:`C > 0`.

    Raises
    ------
    ValueError
        If there are fewer than two users: one alone bids ever less and there is no equilibrium.

    Examples
    --------
    >>> linear = SharedResource(jnp.array([1.0, 0.5]), scale=jnp.ones(2), power=jnp.ones(2))
    >>> linear.equilibrium().round(6).tolist(), linear.optimum().round(6).tolist()
    ([0.666667, 0.333333], [1.0, 0.0])
    >>> round(float(linear.efficiency()), 6)
    0.833333
    """

    slope: Float[Array, "users"] = number(MISSING, POSITIVE, row=True)
    scale: Float[Array, "users"] = number(MISSING, POSITIVE, row=True)
    power: Float[Array, "users"] = number(MISSING, ABOVE_0_TO_1, row=True)
    capacity: Float[Array, ""] | float = number(1.0, POSITIVE)

    def __check_init__(self) -> None:
        if self.slope.shape[-1] < 2:
            raise ValueError("There is one user; competition for the resource needs two or more.")

    def utilities(self, amount: Float[Array, "users"]) -> Float[Array, "users"]:
        """Return :math:`U_i(d_i)`."""
        return self.slope * self.scale / self.power * ((1 + amount / self.scale) ** self.power - 1)

    def marginal(self, amount: Float[Array, "users"]) -> Float[Array, "users"]:
        """Return :math:`U_i'(d_i)`."""
        return self.slope * (1 + amount / self.scale) ** (self.power - 1)

    def shares(self, bids: Float[Array, "users"]) -> Float[Array, "users"]:
        """Return what each user is given for the bids."""
        return self.capacity * bids / bids.sum()

    def payoffs(self, bids: Float[Array, "users"]) -> Float[Array, "users"]:
        """Return :math:`U_i(d_i) - w_i`."""
        return self.utilities(self.shares(bids)) - bids

    @eqx.filter_jit
    def equilibrium(self) -> Float[Array, "users"]:
        """Return what users are given at the equilibrium of price-anticipating users."""
        return self._cleared(1.0)[1]

    @eqx.filter_jit
    def equilibrium_bids(self) -> Float[Array, "users"]:
        r"""Return the bids of the equilibrium, :math:`w_i = \mu d_i`."""
        price, amount = self._cleared(1.0)
        return price * amount

    @eqx.filter_jit
    def optimum(self) -> Float[Array, "users"]:
        r"""Return what maximises :math:`\sum_i U_i(d_i)`."""
        return self._cleared(0.0)[1]

    @eqx.filter_jit
    def efficiency(self) -> Float[Array, ""]:
        r"""Return :math:`\sum_i U_i` at equilibrium over its maximum."""
        at_equilibrium, best = self.utilities(self._cleared(1.0)[1]), self.utilities(self._cleared(0.0)[1])
        return at_equilibrium.sum() / best.sum()

    def _demand(self, price: Array, anticipation: float) -> Array:
        """Return the most each user still values at `price`, its effect on the price weighted by `anticipation`."""

        def halve(_: Array, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
            low, high = bounds
            middle = (low + high) / 2
            wanted = self.marginal(middle) * (1 - anticipation * middle / self.capacity) >= price
            return jnp.where(wanted, middle, low), jnp.where(wanted, high, middle)

        whole = jnp.full_like(self.slope, self.capacity)
        return jax.lax.fori_loop(0, 60, halve, (jnp.zeros_like(whole), whole))[0]

    def _cleared(self, anticipation: float) -> tuple[Array, Array]:
        """Return the price at which demand meets capacity, and what is given; ties at the price share what is left."""

        def halve(_: Array, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
            low, high = bounds
            middle = (low + high) / 2
            short = self._demand(middle, anticipation).sum() > self.capacity
            return jnp.where(short, middle, low), jnp.where(short, high, middle)

        low, high = jax.lax.fori_loop(0, 60, halve, (jnp.zeros(()), 2 * self.slope.max()))
        most, least = self._demand(low, anticipation), self._demand(high, anticipation)
        spare = most - least
        return high, least + spare * (self.capacity - least.sum()) / jnp.maximum(spare.sum(), 1e-300)


def worst_efficiency(others: int = 1000, points: int = 37) -> tuple[float, float]:
    r"""Return the least efficiency among linear users, and the slope :math:`s` at which it occurs.

    One user has slope 1 and `others` have slope :math:`s`. With :math:`m` of them and :math:`C = 1`,
    :math:`\mu = m s / (s + m)` and the efficiency is :math:`1 - \mu (1 - s)`, which tends to :math:`1 - s + s^2`: at
    :math:`s = 1/2`, exactly 3/4. Slopes are tried on a grid of [0.05, 0.95] and each equilibrium is computed.

    Examples
    --------
    >>> round(worst_efficiency(others=1, points=19)[0], 3)
    0.829
    """
    m = others + 1

    def efficiency(s: Array) -> Array:
        return SharedResource(jnp.full(m, s).at[0].set(1.0), jnp.ones(m), jnp.ones(m)).efficiency()

    slopes = jnp.linspace(0.05, 0.95, points)
    found = jax.jit(lambda: jax.lax.map(efficiency, slopes))()
    worst = int(jnp.argmin(found))
    return float(found[worst]), float(slopes[worst])
