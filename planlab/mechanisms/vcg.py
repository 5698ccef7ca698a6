"""The best plan for what was reported, and a charge for what each community takes from the others."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, of_kind
from planlab.base.part import Part, number, whole
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.tiers import Tiers
from planlab.mechanisms.linear_program import LinearProgram
from planlab.optimisation.need_levels import owners
from planlab.optimisation.objectives import CappedNeeds, TieredNeeds, require_tiers
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.solvers import Start, values
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

__all__ = ["VCG", "Charges", "ExpectedExternality", "Pivot"]

NOTHING = 1e-9
"""A delivery below this part of what all got of the product is a solver's rounding, not a need met."""


class Charges(Part):
    """What communities are charged for a plan that maximises the sum of what they say they get."""

    deterministic: ClassVar[bool] = False

    @abstractmethod
    def __call__(
        self, planner: "VCG", problem: PlanningProblem, seen: Observation, made: Plan, start: Start, key: PRNGKeyArray
    ) -> Float[np.ndarray, "communities"]:
        """Return the charges.

        Parameters
        ----------
        planner
            To make other plans with.
        problem, seen, made
            The programme, what was reported, and the plan made from it.
        start
            Where the search for the plan ended.
        key
            To draw from.
        """


class Pivot(Charges):
    r"""The harm that a community does to all others :cite:`vickrey:61,clarke:71`.

    .. math:: \pi_h = \max_{y} \sum_{g \ne h} \hat v_g(y_g) - \sum_{g \ne h} \hat v_g(y_g^*) \ge 0

    Truth is dominant; the charges are paid out to nobody. They take one more programme per community.
    """

    deterministic: ClassVar = True

    def __call__(
        self, planner: "VCG", problem: PlanningProblem, seen: Observation, made: Plan, start: Start, key: PRNGKeyArray
    ) -> Float[np.ndarray, "communities"]:
        """Return the charges."""
        owner = owners(np.asarray(seen.needs), planner.objective.tiers)
        costs = np.tile(problem.stated.cost, (seen.people, 1))
        for h, cost in enumerate(costs):
            cost[problem.processes + np.flatnonzero(owner == h)] = 0.0
        without = values(problem, costs, planner.solver, start, planner.tolerance)
        return np.maximum(without - others(seen, made, planner.objective.tiers)[: seen.people], 0.0)


class ExpectedExternality(Charges):
    r"""What others are expected to get out of a plan made for one's statement :cite:`daspremont:79`.

    Each community is paid what it does to the others in expectation of what they will state, and all pay for it,

    .. math:: \xi_h(\hat D_h) = \frac{1}{K} \sum_{k=1}^K \sum_{g \ne h} v_g\bigl(y_g^*(\hat D_h, D_{-h}^k)\bigr),
              \qquad \pi_h = \frac{1}{H - 1} \sum_{g \ne h} \xi_g - \xi_h,

    so that charges add up to nothing: the budget balances, as no dominant truth allows. Truth is best in expectation
    if the others are truthful, their needs are drawn from the prior and the plan is delivered as promised; it is not
    dominant, and without a true prior nothing is promised.

    The prior is common knowledge: each need is last period's delivery, which is public, times its own lognormal factor.
    What a community did not receive it has no need of in the prior. The draws are the same whatever is stated.

    Names: AGV, d'Aspremont–Gérard-Varet, expected externality mechanism.

    Parameters
    ----------
    draws
        :math:`K`; they take that many more programmes for each community.
    spread
        Log-standard deviation of a need around last period's delivery.
    """

    draws: int = whole(8, 1)
    spread: float = number(0.3, AT_LEAST_0)

    def prior(
        self, delivery: Float[Array, "products communities"], key: PRNGKeyArray
    ) -> Float[Array, "draws products communities"]:
        """Return draws of what all may need, from what was delivered last period."""
        least = NOTHING * delivery.sum(axis=1, keepdims=True)
        received = jnp.where(delivery > least, delivery, 0.0)
        noise = jax.random.normal(key, (self.draws, *delivery.shape))
        return received[None] * jnp.exp(self.spread * noise)

    def __call__(
        self, planner: "VCG", problem: PlanningProblem, seen: Observation, made: Plan, start: Start, key: PRNGKeyArray
    ) -> Float[np.ndarray, "communities"]:
        """Return the charges."""
        draws, expected = self.prior(jnp.asarray(seen.last.delivery), key), np.zeros(seen.people)
        for h in range(expected.size):
            for needs in np.array(draws):
                known = [h, *range(seen.people, needs.shape[1])]
                needs[:, known] = seen.needs[:, known]
                imagined = replace(seen, needs=needs)
                start, plan = planner.solved(planner.problem(imagined, start.problem), start)
                expected[h] += others(imagined, plan, planner.objective.tiers)[h] / self.draws
        return (expected.sum() - expected) / (expected.size - 1) - expected


def others(seen: Observation, made: Plan, tiers: Tiers) -> Float[np.ndarray, "communities"]:
    """Return what all but each community get out of an optimal plan, replacement and cost of factors among them."""
    needs, urgency, population = (np.asarray(part) for part in (seen.needs, seen.urgency, seen.population))
    weights = need_weights(needs, urgency, population, np, seen.stores)
    stated = worth_met(np.asarray(made.delivery), needs, weights, np, tiers)
    assert made.certificate is not None
    return float(made.certificate.objective) - stated


class VCG(LinearProgram):
    r"""The Vickrey–Clarke–Groves mechanism on the planning problem :cite:`vickrey:61,clarke:71,groves:73`.

    Deliveries are those of `planlab.LinearProgram` with capped needs: they maximise the sum of what communities say
    that they get, :math:`\sum_h \hat v_h(y_h)` with :math:`\hat v_h(y) = \sum_i w_{ih} \min(1, y_i / \hat D_{ih})`,
    over all that capacity and factors allow. Each community is charged the harm that it does to all others,

    .. math:: \pi_h = \max_{y} \sum_{g \ne h} \hat v_g(y_g) - \sum_{g \ne h} \hat v_g(y_g^*) \ge 0.

    What a community has left, :math:`v_h(y_h^*) - \pi_h`, is then largest when it states its needs as they are,
    whatever the others state (truth is dominant), provided that the plan is delivered as promised: what happens
    between plan and delivery is not part of the theorem. The charges are not paid out to anybody; nothing that is
    efficient and truthful can balance its budget in general (Green & Laffont 1979 :cite:`green:79`). Where truth need
    only be best in expectation it can: ``VCG(charges=pl.ExpectedExternality())``.

    Where capacity wears out, replacement and the cost of factors are part of the sum, as one more who never lies, and
    so are the users' stores (`planlab.people.stores`), which are charged nothing. A
    community's weight in the plan is given by its population and urgencies, which are taken to be known.

    With `TieredNeeds` communities value the share of a need by `planlab.Tiers`, and truth is dominant by that measure.

    Names: pivotal mechanism, Groves–Clarke allocation of scarce inputs.

    Parameters
    ----------
    charges
        `Pivot`, or the balanced `ExpectedExternality`. Nobody is charged where there is one community,
        or no plan.
    objective
        `CappedNeeds` or `TieredNeeds`.
    reserve, solver, tolerance
        As in `planlab.LinearProgram`.
    """

    objective: CappedNeeds | TieredNeeds = TieredNeeds()
    charges: Charges = Pivot()

    reward: ClassVar = "clarke"
    deterministic: ClassVar = True
    usual: ClassVar = False
    references: ClassVar = (*LinearProgram.references, "vickrey:61", "clarke:71", "groves:73", "daspremont:79")

    def __check_init__(self) -> None:
        """Raise for charges that are none, and for an objective that is no sum of what communities get."""
        require_tiers(self.objective)
        of_kind("charges", self.charges, Charges)

    def plan(self, state: Start, seen: Observation, key: PRNGKeyArray) -> tuple[Start, Plan]:
        """Return the optimal plan with its charges."""
        problem = type(self).problem(self, seen, state.problem)
        state, made = type(self).solved(self, problem, state)
        charged: Any = np.zeros(seen.needs.shape[1])
        if seen.people > 1 and made.certificate is not None:
            charged[: seen.people] = self.charges(self, problem, seen, made, state, key)
        return state, replace(made, payments=charged)
