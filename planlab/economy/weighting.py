"""What needs weigh: by expenditure at base prices, by the scarce factors embodied in them, or all alike."""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from planlab.base.checks import check_choice
from planlab.economy.arrays import dense
from planlab.economy.leontief import solve
from planlab.economy.provenance import Origin
from planlab.economy.technology import market_shares

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["DEFAULT_WEIGHTS", "WEIGHTS", "embodied_scarcity", "weighed", "weights_told"]

WEIGHTS = ("equal", "expenditure", "embodied", "honest")
"""What needs may weigh; ``"honest"`` is expenditure where a source is in money, else what is embodied."""

DEFAULT_WEIGHTS = "honest"
"""What needs weigh in generators and tables where nothing is said."""


def embodied_scarcity(scenario: "Scenario") -> Float[np.ndarray, "products"]:
    r"""Return the scarce factors embodied in a unit of each product, in parts of what there is of them.

    .. math:: e_i = \sum_k \frac{1}{r_k} \bigl[F G (I - A G)^{-1}\bigr]_{ki},

    over the factors with a limit :math:`0 < r_k < \infty`, with the market shares :math:`G` of processes by capacity
    (`planlab.economy.technology.market_shares`).

    Raises
    ------
    ValueError
        Where no factor is limited.
    """
    e, r = scenario.economy, np.asarray(scenario.limits)
    scarce = np.isfinite(r) & (r > 0) & e.primary
    if not scarce.any():
        raise ValueError("weights is 'embodied' but no factor is limited; limit one, or choose other weights.")
    G = market_shares(e.outputs, jnp.asarray(scenario.capacity)).to_scipy()
    use = (np.asarray(e.factors)[scarce] / r[scarce, None]).sum(axis=0)
    return solve((e.inputs.to_scipy() @ G).T, G.T @ use)


def weighed(scenario: "Scenario", weights: str, prices: Any, people: bool) -> dict[str, Any]:
    """Return urgency and population by which needs weigh what is said, as `planlab.Scenario.with_weights`."""
    check_choice("weights", weights, WEIGHTS)
    if not isinstance(people, bool):
        raise TypeError(f"people is {people!r}; give True or False.")
    if weights == "honest":
        weights = "embodied" if prices is None else "expenditure"
    needs = np.asarray(scenario.needs)
    if weights == "equal":
        urgency = np.ones_like(needs)
    else:
        if weights == "expenditure" and prices is None:
            raise ValueError("weights is 'expenditure' but prices is missing; give the price of every product, or 1.")
        each = embodied_scarcity(scenario) if weights == "embodied" else dense("prices", prices, needs.shape[:1])
        urgency = needs * each[:, None]
        if not urgency.any():
            raise ValueError(f"weights is {weights!r} but nothing that is needed costs anything; choose other weights.")
    population = np.asarray(scenario.population)
    if not people:
        spent = urgency.sum(axis=0)
        population = np.ones_like(spent) if weights == "equal" else np.where(spent > 0, spent / spent.max(), 1.0)
    return {"urgency": jnp.asarray(urgency), "population": jnp.asarray(population)}


def weights_told(weights: str, prices: Any, people: bool) -> list[Origin]:
    """Return what is said of urgency and population that `weighed` made."""
    by = {
        "equal": "the same for all",
        "expenditure": "its cost at the prices of the data",
        "embodied": "the scarce factors embodied in it",
    }[("embodied" if prices is None else "expenditure") if weights == "honest" else weights]
    change = f"weights={weights!r}"
    told = [Origin("urgency", f"weight of each need within its community: {by}", "assumed", change)]
    if not people:
        whose = "the same for all" if weights == "equal" else "all that its needs weigh; final uses are not people"
        told.append(Origin("population", f"weight of each community: {whose}", "assumed", change))
    return told
