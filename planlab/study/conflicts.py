"""Why a comparison's plans were infeasible: what conflicts in them, in words."""

import numpy as np
import pandas as pd

from planlab.optimisation.conflict import conflict
from planlab.planning.plan import Status
from planlab.simulation.simulate import plan as planned
from planlab.study.design import Design

__all__ = ["conflicts"]


def conflicts(design: Design, table: pd.DataFrame) -> dict[str, str]:
    """Return what cannot all be had at once, by mechanism, of those that had an infeasible plan in some run.

    Parameters
    ----------
    design
        The comparison.
    table
        What came of it.

    Returns
    -------
    dict
        A sentence about the first honest plan in the world of the first run that had an infeasible one; nothing of
        mechanisms whose plan is feasible there, and became infeasible later or by what people said.
    """
    found = {}
    for name, mechanism in design.mechanisms.items():
        own = table[table["mechanism"] == name]
        stuck = own["status"].str.startswith(str(Status.INFEASIBLE))
        if not stuck.any():
            continue
        world = design.scenario(design.seeds.index(int(own["seed"][stuck].iloc[0])))
        made = planned(mechanism, world)
        proof = None if made.certificate is None else made.certificate.ray
        if Status(int(np.asarray(made.status))) is Status.INFEASIBLE and proof is not None:
            found[name] = str(conflict(made, world))
    return found
