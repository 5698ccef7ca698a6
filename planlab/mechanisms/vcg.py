"""The best plan for what was reported, and a charge for what each community takes from the others."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from planlab.information.replies import worth_met, worth_of_needs
from planlab.information.rewards import Clarke
from planlab.mechanisms.linear_program import LinearProgram
from planlab.mechanisms.mechanism import Observation, Plan
from planlab.optimisation.planning_problem import CappedNeeds
from planlab.optimisation.solvers import Start, values

__all__ = ["VCG"]


class VCG(LinearProgram):
    r"""The Vickrey–Clarke–Groves mechanism on the planning problem :cite:`vickrey:61,clarke:71,groves:73`.

    Deliveries are those of `planlab.LinearProgram` with capped needs: they maximise the sum of what communities say
    that they get, :math:`\sum_h \hat v_h(y_h)` with :math:`\hat v_h(y) = \sum_i w_{ih} \min(1, y_i / \hat D_{ih})`,
    over all that capacity and factors allow. Each community is charged the harm that it does to all others,

    .. math:: \pi_h = \max_{y} \sum_{g \ne h} \hat v_g(y_g) - \sum_{g \ne h} \hat v_g(y_g^*) \ge 0.

    What a community has left, :math:`v_h(y_h^*) - \pi_h`, is then largest when it states its needs as they are,
    whatever the others state (truth is dominant), provided that the plan is delivered as promised: what happens
    between plan and delivery is not part of the theorem. The charges are not paid out to anybody; nothing that is
    efficient and truthful can balance its budget in general (Green & Laffont 1979 :cite:`green:79`).

    Where capacity wears out, replacement and frugality are part of the sum, as one more who never lies. A community's
    weight in the plan is given by its population and urgencies, which are taken to be known.

    Names: pivotal mechanism, Groves–Clarke allocation of scarce inputs.
    """

    objective: CappedNeeds = CappedNeeds()

    reward: ClassVar = Clarke()
    references: ClassVar = (*LinearProgram.references, "vickrey:61", "clarke:71", "groves:73")

    def plan(self, state: Start, seen: Observation, key: PRNGKeyArray) -> tuple[Start, Plan]:
        """Return the optimal plan with its charges; they take one more programme per community."""
        problem = self.problem(seen)
        state, made = self.solved(problem, state)
        stated = worth_met(made.delivery, seen.needs, worth_of_needs(seen.needs, seen.urgency, seen.population))
        assert made.certificate is not None
        if stated.size == 1:
            return state, replace(made, payments=jnp.zeros_like(stated))
        owner = np.nonzero(np.asarray(seen.needs))[1]
        costs = np.tile(problem.linear.cost, (stated.size, 1))
        for h, cost in enumerate(costs):
            cost[problem.processes + np.flatnonzero(owner == h)] = 0.0
        without = values(problem, costs, self.solver, state, self.tolerance)
        others = made.certificate.objective - np.asarray(stated)
        return state, replace(made, payments=jnp.asarray(np.maximum(without - others, 0.0)))
