r"""What a reward is reckoned from, what it is, and what producing costs those who do it.

Output is measured against the size that a process had when the scenario opened, its norm :math:`N_j`, so that one
setting fits processes of every size: :math:`y = x_j / N_j` is what was achieved, :math:`\hat y = t_j / N_j` what the
plan, made from what was reported, asks for.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import ABOVE_1, AT_LEAST_0
from planlab.base.part import Part, number
from planlab.base.registry import Registry
from planlab.economy.economy import Economy
from planlab.economy.need_weights import worth_met
from planlab.people.reports import Statistics

__all__ = ["Account", "Effort", "Pay", "Reward", "paid"]


class Account(eqx.Module):
    """What happened in a period, as far as a reward may ask.

    Parameters
    ----------
    economy
        The true technology, which whoever pays for inputs finds out.
    reference_output
        Size of each process when the scenario opened, ``(processes,)``.
    reported_capacity
        Capacity as the producers reported it, ``(processes,)``.
    known_capacity
        Capacity as they knew it when they did, before anything struck; only an audit looks, ``(processes,)``.
    capacity
        What it turned out to be, ``(processes,)``.
    target, achieved
        Activity that the plan asked for and that was achieved, ``(processes,)``.
    prices, rents
        The plan's, ``(products,)`` and ``(factors,)``; zero where a plan has none.
    payments
        What the plan charges each community, ``(communities,)``; taken off its pay whatever the reward.
    reported_needs
        Needs as the communities reported them, ``(products, communities)``.
    promised, delivery
        What the plan promised and what arrived, ``(products, communities)``.
    taken
        What of it the communities truly had use for, no more than they need, ``(products, communities)``.
    need_weights
        What meeting each reported need fully adds to needs met, ``(products, communities)``.
    satisfaction
        What each community's needs truly met add to needs met, ``(communities,)``.
    """

    economy: Economy
    reference_output: Float[Array, "processes"]
    reported_capacity: Float[Array, "processes"]
    known_capacity: Float[Array, "processes"]
    capacity: Float[Array, "processes"]
    target: Float[Array, "processes"]
    achieved: Float[Array, "processes"]
    prices: Float[Array, "products"]
    rents: Float[Array, "factors"]
    payments: Float[Array, "communities"]
    reported_needs: Float[Array, "products communities"]
    promised: Float[Array, "products communities"]
    delivery: Float[Array, "products communities"]
    taken: Float[Array, "products communities"]
    need_weights: Float[Array, "products communities"]
    satisfaction: Float[Array, "communities"]

    @property
    def y(self) -> Float[Array, "processes"]:
        """Achieved output, in norms."""
        return self.achieved / self.reference_output

    @property
    def planned(self) -> Float[Array, "processes"]:
        """Planned output, in norms."""
        return self.target / self.reference_output

    @property
    def overstatement(self) -> Float[Array, "processes"]:
        """Reported over known capacity; 1 where there is none, or no end of it."""
        c = self.known_capacity
        known = jnp.isfinite(c) & (c > 0)
        return jnp.where(known, self.reported_capacity / jnp.where(known, c, 1.0), 1.0)

    def reported_value(self, delivery: Float[Array, "products communities"]) -> Float[Array, "communities"]:
        """Return what a delivery adds to needs met by reported needs, ``(communities,)``."""
        return worth_met(delivery, self.reported_needs, self.need_weights)


class Pay(eqx.Module):
    """What a period earned each producer ``(processes,)`` and each community ``(communities,)``."""

    producers: Float[Array, "processes"]
    communities: Float[Array, "communities"]


class Reward(Part):
    """Turns what happened in a period into pay. What it remembers, such as quotas, comes first in and first out.

    The class attributes say where it is from and what it promises:

    ``references``
        Keys of the bibliography.
    ``promises``
        By mechanism, or ``"any"``, the promises of `planlab.testing.PROMISES` that the pair is held to, for plans that
        are carried out at a stroke.
    """

    references: ClassVar[tuple[str, ...]] = ()
    promises: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return what is remembered before the first period; by default the output achieved so far, in norms."""
        return last.activity / reference_output

    @abstractmethod
    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return what to remember and the pay of this period."""


def paid(reward: Reward, reward_state: Any, account: Account) -> tuple[Any, Pay]:
    """Return what a reward remembers and what everybody gets, the plan's charges taken off.

    Raises
    ------
    TypeError
        For a reward that returns something else, or in other shapes.
    """
    m, h = account.achieved.shape, account.payments.shape
    returned = reward.pay(reward_state, account)
    fits = isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[1], Pay)
    shapes = [jnp.shape(part) for part in jax.tree.leaves(returned[1])] if fits else []
    if shapes != [m, h]:
        found = f"pay of shapes {shapes}" if shapes else repr(type(returned).__name__)
        raise TypeError(
            f"{type(reward).__name__}.pay returns {found}; return what to remember and a Pay for producers, {m}, and "
            f"communities, {h}."
        )
    after, pay = returned
    if jax.tree.map(jnp.shape, after) != jax.tree.map(jnp.shape, reward_state):
        raise TypeError(
            f"{type(reward).__name__}.pay remembers something of other shapes than it was given; keep them."
        )
    return after, Pay(pay.producers, pay.communities - account.payments)


class Effort(Part):
    r"""What producing costs those who do it, :math:`C(y) = k\, y^{\eta} / \eta` with y in norms.

    Parameters
    ----------
    cost
        :math:`k`; 0: work is no burden.
    power
        :math:`\eta > 1`.
    """

    cost: float = number(0.0, AT_LEAST_0)
    power: float = number(2.0, ABOVE_1)

    def __call__(self, y: Float[Array, "processes"]) -> Float[Array, "processes"]:
        """Return the cost of achieving y."""
        return self.cost * y**self.power / self.power


Registry("reward", Reward)
