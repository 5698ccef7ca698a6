"""Decentralised coordination: the centre announces prices and rents, producers and communities answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, POSITIVE
from planlab.base.part import number, whole
from planlab.mechanisms._parties import Agreement, Parties
from planlab.mechanisms.dialogue import Dialogue
from planlab.optimisation.halpern import Exchange, Standing, begun, onward
from planlab.optimisation.objectives import CappedNeeds, TieredNeeds, require_tiers
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.people.observation import Observation
from planlab.planning.plan import Plan, Status

__all__ = ["Gradient"]


class _Table(NamedTuple):
    """Who talks, and how they answer each other.

    Parties, the last agreement, whether each makes a product of its own, the exchange by steps and the one along the
    chain, passes that sizing its steps took, and how to start afresh.
    """

    parties: Parties
    memory: Agreement
    alone: Array
    steps: Exchange
    chain: Exchange | None
    sized: Array
    afresh: Callable[[], Agreement]

    def chosen(self, of_steps: Array, of_chain: Array | None) -> Array:
        """Return what is said of the dialogue that is held."""
        return of_steps if of_chain is None else jnp.where(self.alone, of_chain, of_steps)


class _Talk(NamedTuple):
    """Where steps stand, and passes along the chain."""

    steps: Standing
    chain: Standing | None


class Gradient(Dialogue):
    r"""Gradient-based coordination of producers and communities by prices :cite:`arrow:58,chambolle:11`.

    No recipe, capacity or need is sent to the centre. Product prices :math:`p` and factor rents :math:`v` are
    announced; every process answers from its own recipe and capacity, every community from its own needs, and prices
    and rents move with the excess demand that these answers leave.

    Where every product has one process of its own, orders are passed down the supply chain and costs up it, from
    supplier to user, until a pass changes little; needs answer prices and the centre moves rents, as in
    `planlab.optimisation.supply_chain`. For that it adds up, once, how factor use answers rents: :math:`k^2` numbers
    for :math:`k` factors, to which every producer contributes. Elsewhere every party takes steps of its own size,

    .. math:: x_j \leftarrow \bigl[x_j + \tau_j (M_j^\top p - A_j^\top p - F_j^\top v)\bigr]_0^{c_j}, \qquad
              s_{ih} \leftarrow \bigl[s_{ih} + \tau_{ih} (w_{ih} - p_i D_{ih})\bigr]_0^1,

    .. math:: p \leftarrow \bigl[p + \sigma (A x + D s - M x - \text{stock})\bigr]_+, \qquad
              v \leftarrow \bigl[v + \sigma (F x - r)\bigr]_+ ,

    which takes many more rounds. Plain gradient steps orbit on a linear programme (Arrow, Hurwicz & Uzawa 1958 need
    strict concavity); extrapolated, anchored and restarted as in `planlab.optimisation.halpern` they converge to
    the optimum of `planlab.CappedNeeds`, or of `planlab.TieredNeeds`, whose communities answer tier by tier.

    Messages are the numbers that travel: one per input, output, factor and need in every pass one way, two in every
    exchange of steps.

    Names: Lange–Taylor procedure, Arrow–Hurwicz–Uzawa, primal–dual hybrid gradient.

    Parameters
    ----------
    tolerance
        Error of the certificate at which the dialogue ends (`planlab.optimisation.kkt`).
    rounds
        Greatest number of exchanges, or of passes along the chain.
    objective
        The programme whose optimum the plan claims, `CappedNeeds` or `TieredNeeds`: with tiers every community answers
        for each tier of each need, which is one more number a tier.
    reserve
        By how much producers are asked to raise their input norms, as in `planlab.LinearProgram`.
    """

    tolerance: float = number(1e-4, POSITIVE)
    rounds: int = whole(5_000, 1)
    objective: CappedNeeds | TieredNeeds = TieredNeeds()
    reserve: float = number(0.0, AT_LEAST_0)

    sees: ClassVar = frozenset({"producers", "communities", "limits", "stock", "last"})
    deterministic: ClassVar = True
    usual: ClassVar = True
    reward: ClassVar = "profit"
    remembers_a_start: ClassVar = True
    agreed: ClassVar = Status.OPTIMAL
    references: ClassVar = ("arrow:58", "chambolle:11", "pock:11", "lu:24", "applegate:21")

    def __check_init__(self) -> None:
        """Raise for an objective that communities cannot answer for."""
        require_tiers(self.objective)

    @property
    def accuracy(self) -> float:
        """The error at which the dialogue ends."""
        return float(self.tolerance)

    def init(self, seen: Observation, key: PRNGKeyArray) -> Agreement:
        """Return the start of the first dialogue: what would flow if needs were met, all of them claimed, no prices."""
        levels = seen.communities.by_tiers(self.objective.tiers).claims(1.0)
        return Agreement(
            seen.producers.with_reserve(self.reserve).gross_flow(levels.sum(axis=1)),
            jnp.ones_like(seen.last.activity),
            jnp.ones_like(levels),
            jnp.asarray(1.0),
            jnp.zeros_like(seen.last.prices),
            jnp.zeros_like(seen.limits),
            jnp.asarray(1.0),
            jnp.zeros_like(seen.stock),
            jnp.zeros_like(seen.last.activity),
        )

    def begin(self, memory: Agreement, seen: Observation, key: PRNGKeyArray) -> tuple[_Table, _Talk]:
        """Lay out how parties answer each other, and start from the last agreement."""
        parties = Parties.of(seen, self.reserve, self.objective.tiers, self.objective.factor_cost, memory.units)
        own, alone = parties.producers.own_output()
        steps, start = parties.by_steps(memory)
        chain, sized, passing = None, jnp.asarray(0), None
        if seen.last.activity.size == seen.last.prices.size:
            chain, begin, sized = parties.along_the_chain(memory, own)
            passing = begun(chain, begin, jnp.asarray(1.0))
        table = _Table(parties, memory, alone & (chain is not None), steps, chain, sized, lambda: self.init(seen, key))
        return table, _Talk(begun(steps, start, memory.weight), passing)

    def round(self, table: _Table, talk: _Talk) -> _Talk:
        """Pass orders and costs along the chain a few times, or take some steps."""
        chain, passing = table.chain, talk.chain
        if chain is None or passing is None:
            return talk._replace(steps=onward(table.steps, talk.steps))
        return jax.lax.cond(
            table.alone,
            lambda: talk._replace(chain=onward(chain, passing)),
            lambda: talk._replace(steps=onward(table.steps, talk.steps)),
        )

    def far(self, table: _Table, talk: _Talk) -> Array:
        """Return the error of the certificate."""
        return table.chosen(talk.steps.error, talk.chain and talk.chain.error)

    def exchanges(self, table: _Table, talk: _Talk, done: Array) -> Array:
        """Return how many exchanges there were, or passes along the chain."""
        return table.chosen(talk.steps.rounds, talk.chain and talk.chain.rounds)

    def prepared(self, table: _Table) -> Array:
        """Return how many passes it took to size the steps."""
        return table.chosen(jnp.asarray(0), table.sized)

    def numbers(self, table: _Table, talk: _Talk, exchanges: Array) -> Array:
        """Return how many numbers travelled: in a pass they go one way, in an exchange there and back."""
        parties = table.parties
        each = parties.producers.numbers + parties.communities.numbers
        response = float(parties.stock.size * parties.limit.size**2)
        return table.chosen(2.0 * exchanges * each, exchanges * each + response)

    def agree(self, table: _Table, talk: _Talk, settled: Array) -> tuple[Agreement, Plan]:
        """Return where the next dialogue starts (afresh if this one did not settle) and the plan agreed in it."""
        parties, memory = table.parties, table.memory
        ended = parties.stepped(memory, talk.steps)
        if talk.chain is not None:
            passed = parties.passed(memory, talk.chain)
            ended = jax.tree.map(lambda a, b: jnp.where(table.alone, a, b), passed, ended)
        return jax.lax.cond(settled, lambda: ended, table.afresh), parties.plan(ended)

    def problem(self, seen: Observation) -> PlanningProblem:
        """Return the programme whose optimum is claimed; nobody in the dialogue ever holds it."""
        return self.objective.problem(replace(seen, economy=seen.economy.with_reserve(self.reserve)))
