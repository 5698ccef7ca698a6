"""Needs as levels of consumption: one for every need and tier, and one for building where anything is to be built."""

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from planlab.economy.need_weights import need_weights
from planlab.economy.tiers import WHOLE, Tiers
from planlab.optimisation.matrices import Matrices, same
from planlab.optimisation.planning_problem import Levels, PlanningProblem, built

if TYPE_CHECKING:
    from planlab.people.observation import Observation

__all__ = ["levels_of", "need_levels", "owners"]


def need_levels(
    seen: "Observation",
    technology: Matrices,
    tiers: Tiers = WHOLE,
    before: PlanningProblem | None = None,
    building: np.ndarray | None = None,
) -> Levels:
    r"""Return a level for every need and tier, in units of product, and one for what is to be built.

    .. math:: 0 \le y_{ih\ell} \le (b_\ell - b_{\ell-1}) D_{ih}, \qquad
              \frac{w_{ih}\,\omega_\ell}{(b_\ell - b_{\ell-1}) D_{ih}} \text{ a unit}.

    All needs' first tiers come first, then all their second tiers. Those of an earlier problem are returned if nothing
    moved. They are measured by the units of the problem before, if its needs were the same ones, otherwise by what they
    are.
    """
    D, (gone, replaced) = np.asarray(seen.needs), built(seen, technology, building)
    widths, weights = np.array(tiers.widths, float), np.array(tiers.weights, float)
    reported = D, np.asarray(seen.urgency), np.asarray(seen.population), gone, replaced, widths, weights
    if before is not None and before.levels.reported and same(reported, before.levels.reported):
        return before.levels
    unit = before.units.need if before is not None and before.units.fit(seen) else D
    worth = need_weights(*reported[:3], np, seen.stores)
    return levels_of(D, worth, tiers, unit, gone, replaced, reported)


def levels_of(
    needs: np.ndarray,
    worth: np.ndarray,
    tiers: Tiers,
    unit: np.ndarray,
    gone: np.ndarray,
    replaced: np.ndarray,
    reported: tuple[np.ndarray, ...] = (),
) -> Levels:
    """Return the levels of needs, each with what meeting it is worth.

    Parameters
    ----------
    needs, worth, unit
        Needs, what meeting each in full is worth, and what it is measured by, ``(products, communities)`` each.
    tiers
        What a part of a need is worth.
    gone, replaced
        Capacity that wears out ``(processes,)`` and what its replacement takes ``(products,)``; zeros: no such level.
    reported
        What they were made from.
    """
    widths, weights = np.array(tiers.widths, float), np.array(tiers.weights, float)
    products, communities = np.nonzero(needs)
    levels, one = products.size * widths.size, int(replaced.any())
    parts = np.ones(levels), np.tile(products, widths.size).astype(np.int32), np.arange(levels + 1, dtype=np.int32)
    takes = sp.csc_array(parts, (needs.shape[0], levels))
    if one:
        takes = sp.csc_array(sp.hstack([takes, sp.csc_array(replaced[:, None])], format="csc"))
    needed, rest = needs[products, communities], np.ones(one)
    most, value = np.outer(widths, needed), np.outer(weights, worth[products, communities])

    def delivery(met: np.ndarray) -> np.ndarray:
        y = np.zeros(needs.shape)
        y[products, communities] = met[:levels].reshape(most.shape).sum(axis=0)
        return y

    def of(delivery: np.ndarray, investment: np.ndarray) -> np.ndarray:
        rho = investment @ gone / (gone @ gone) if one else 0.0
        return np.concatenate([_filled(delivery[products, communities], most).ravel(), np.full(one, rho)])

    return Levels(
        takes,
        value=np.concatenate([(value / most).ravel(), rest]),
        most=np.concatenate([most.ravel(), rest]),
        unit=np.concatenate([np.outer(widths, unit[products, communities]).ravel(), rest]),
        delivery=delivery,
        investment=lambda met: gone * (met[-1] if one else 0.0),
        of=of,
        reported=reported,
    )


def _filled(delivered: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return what of deliveries ``(needs,)`` is in each tier ``(tiers, needs)``; what is beyond need is in the last."""
    below = np.cumsum(most, axis=0) - most
    above = np.maximum(delivered - below[1:], 0.0)
    filled = np.vstack([delivered[None], above])
    return np.vstack([np.minimum(filled[:-1], most[:-1]), filled[-1:]])


def owners(needs: np.ndarray, tiers: Tiers = WHOLE) -> np.ndarray:
    """Return which community each level of `need_levels` but that of replacement belongs to, ``(levels,)``."""
    return np.tile(np.nonzero(needs)[1], tiers.count)
