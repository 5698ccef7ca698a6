"""A market with bank money: firms, households and banks decide, the world executes, and books follow what happened."""

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from planlab.economy.technology import wear
from planlab.markets.books import Books, Flows, Opening, settled
from planlab.markets.decisions import Sight, decided, opened
from planlab.markets.rules import Rules
from planlab.mechanisms.mechanism import Mechanism
from planlab.people.observation import Observation
from planlab.planning.plan import Plan, Status

__all__ = ["Market"]


class Memory(eqx.Module):
    """How the market opened, its books, whether it has planned yet, and what there was and was ordered as it did."""

    opening: Opening
    books: Books
    begun: Bool[Array, ""]
    stock: Float[Array, "products"]
    inventory: Float[Array, "products"]
    worn: Float[Array, "processes"]
    ordered: Float[Array, "products communities"]
    building: Float[Array, "products"]


class Market(Rules, Mechanism):
    r"""A stock-flow consistent market economy with bank money (Godley & Lavoie 2007, ch. 7 :cite:`godley:07`).

    Firms sell at the mark-up over unit costs, make what they expect to sell and what refills their stocks, and invest
    towards the capacity that they mean to use; households spend out of income and deposits on the basket that was
    consumed at the opening, of which each product follows its needs; banks lend what firms add to what they hold:

    .. math:: p = (1 + \mu)\, G^\top \bigl(w l + A^\top p + (\delta + i) K^\top p / u_n\bigr), \\
              x = \min\bigl(G\,[z_{-1} + \theta (\sigma z_{-1} - s)]_+,\ k\bigr), \\
              y_h = c_h B_h, \qquad c_h = a_h + (\alpha_1 Y_h + \alpha_2 M_h) / (p B_h), \\
              g = [(\delta + \gamma_0) k + \gamma (x / u_n - k)]_+.

    Its plan is an order: the world delivers what it can, households pay for what they received, and books
    (`planlab.markets.books.settled`) are kept on what was executed, users' stores among it; :math:`z` is what was
    shipped. It opens in its own stationary state at what was consumed, never at the needs: with every switch off it
    repeats that for ever, in a world at rest (`planlab.scenarios.at_rest`). What moves needs or technique moves them in
    the world, by laws that every mechanism meets (`planlab.PositionalWants`, `planlab.Advertising`,
    `planlab.Productivity`, ...); :math:`a_h` and baskets follow needs.

    Stylised: no price answers a shortage, goods are not substituted for each other, no firm enters, leaves or fails,
    households and firms borrow without limit, all profit is paid out. What a disaster destroys stays in the books.

    Names: bank-money economy (BMW), stock-flow consistent model, post-Keynesian cost-plus market.
    """

    sees: ClassVar = frozenset(
        {
            *("economy", "capacity", "needs", "population", "stock", "buffer", "inventory", "received", "cover"),
            *("last", "forecast"),
        }
    )
    deterministic: ClassVar = True
    references: ClassVar = ("godley:07",)
    expected_failures: ClassVar = {
        "plenty_meets_every_need": "it serves who can pay, at what was consumed at the opening, and not needs",
    }

    def init(self, seen: Observation, key: PRNGKeyArray) -> Memory:
        """Return the stationary state at what was consumed."""
        e, x, rules = seen.economy, seen.last.activity, self.within(seen.forecast.intervals)
        needs, consumed = seen.needs[:, : seen.people], seen.last.delivery[:, : seen.people]
        kept_up = e.outputs @ x - e.inputs @ x - e.capital @ wear(e, x / rules.utilisation)
        total = consumed.sum(axis=1)
        share = jnp.where(total > 0, jnp.clip(kept_up, 0.0, total) / jnp.where(total > 0, total, 1.0), 0.0)
        opening, books, _ = opened(rules, e, x, consumed * share[:, None], needs, seen.cover)
        nothing = jnp.zeros_like(seen.stock)
        return Memory(
            opening, books, jnp.asarray(False), nothing, nothing, jnp.zeros_like(x), jnp.zeros_like(needs), nothing
        )

    def plan(self, state: Memory, seen: Observation, key: PRNGKeyArray) -> tuple[Memory, Plan]:
        """Settle last period by what happened in it, and decide."""
        e, rules, h = seen.economy, self.within(seen.forecast.intervals), seen.people
        stock, inventory = seen.stock + seen.buffer, e.inputs.sum_rows(seen.inventory)
        after = settled(rules, state.opening, e, state.books, self.flows(state, seen), seen.population[:h])
        books = jax.tree.map(lambda new, old: jnp.where(state.begun, new, old), after, state.books)
        sight = Sight(e, seen.capacity, stock, seen.needs[:, :h], seen.last.activity)
        books, (x, y, g, priced) = decided(rules, state.opening, books, sight)
        worn = wear(e, seen.capacity)
        state = Memory(state.opening, books, jnp.asarray(True), stock, inventory, worn, y, e.capital @ g)
        to_stores = jnp.zeros((y.shape[0], seen.needs.shape[1] - h))
        status = jnp.where(priced, Status.PROPOSED, Status.FAILED)
        return state, Plan(x, jnp.concatenate([y, to_stores], axis=1), g, prices=books.prices, status=status)

    def flows(self, state: Memory, seen: Observation) -> Flows:
        """Return what happened in the last period; what nobody got was built, as far as it was planned, or lost."""
        e, x, y = seen.economy, seen.last.activity, seen.last.delivery[:, : seen.people]
        stock = seen.stock + seen.buffer - state.stock
        inventory = e.inputs.sum_rows(seen.inventory) - state.inventory
        received = e.inputs.sum_rows(seen.received)
        left = e.outputs @ x - stock - received - y.sum(axis=1)
        installed = jnp.clip(left, 0.0, state.building)
        unfilled = jnp.maximum(state.ordered - y, 0.0).sum(axis=1) + state.building - installed
        return Flows(
            activity=x,
            delivery=y,
            received=received,
            used=received - inventory,
            installed=installed,
            worn=state.worn,
            stock=stock,
            inventory=inventory,
            lost=left - installed,
            unfilled=unfilled,
        )
