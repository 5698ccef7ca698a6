"""What refills the users' stores, beside objectives that bind all needs together."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from planlab.optimisation.planning_problem import Levels

if TYPE_CHECKING:
    from planlab.people.observation import Observation

__all__ = ["with_refill"]


def with_refill(levels: Levels, seen: "Observation", worth: np.ndarray) -> Levels:
    """Return levels of people's needs with one more for every product that stores lack, each up to what they lack.

    Parameters
    ----------
    levels
        Whose deliveries have a column for each community of people.
    seen
        With or without stores.
    worth
        What a unit of each product in store is worth, ``(products,)``.
    """
    if not seen.stores:
        return levels
    lacking, first = np.asarray(seen.refill), levels.value.size
    rows = np.flatnonzero(lacking)
    one = sp.csc_array((np.ones(rows.size), (rows, np.arange(rows.size))), (lacking.size, rows.size))

    def delivery(chosen: np.ndarray) -> np.ndarray:
        refilled = np.zeros(lacking.size)
        refilled[rows] = chosen[first:]
        return np.column_stack([levels.delivery(chosen[:first]), refilled])

    return replace(
        levels,
        takes=sp.csc_array(sp.hstack([levels.takes, one], format="csc")),
        value=np.concatenate([levels.value, worth[rows]]),
        most=np.concatenate([levels.most, lacking[rows]]),
        unit=np.concatenate([levels.unit, lacking[rows]]),
        delivery=delivery,
        investment=lambda chosen: levels.investment(chosen[:first]),
        of=lambda made, built: np.concatenate([levels.of(made[:, : seen.people], built), made[rows, -1]]),
    )
