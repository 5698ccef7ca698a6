"""What cannot all be had at once, in words: the needs, limits and capacities that a Farkas ray brings together."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from planlab.economy.scenario import Scenario
from planlab.planning.plan import Plan, Status

__all__ = ["Conflict", "conflict"]

NOTHING = 1e-7
"""A share of what is asked for that is rounding."""

SHOWN = 5
"""How many names of a kind are told."""


@dataclass(frozen=True)
class Conflict:
    """What cannot all be had at once.

    Every share is of all that is asked for, at the prices of the ray; those of `limits`, `capacities` and `stocks` are
    what these let be had of it, and leave `margin` missing.

    Parameters
    ----------
    needs
        What is asked for by people, share by the product's name, the largest first.
    replacement
        What it takes to replace capacity, share by the product's name.
    limits, capacities
        What holds it back: factors and constraints, and processes, shares by name.
    stocks
        What there is of it already, share by the product's name.
    margin
        Which share of what is asked for is missing at least.
    """

    needs: dict[str, float]
    replacement: dict[str, float]
    limits: dict[str, float]
    capacities: dict[str, float]
    stocks: dict[str, float]
    margin: float

    def __str__(self) -> str:
        """As a sentence."""
        asked = filter(None, [_told("need", self.needs), _told("replacement", self.replacement)])
        held = filter(None, [_told("limit", self.limits), _told("capacity", self.capacities)])
        return (
            f"No plan meets {' and '.join(asked)} within {' and '.join(held) or 'the stocks there are'}: at least "
            f"{100 * self.margin:.3g} % of that is out of reach. One of these has to give."
        )


def _told(what: str, shares: dict[str, float]) -> str:
    """Return what is meant and of what, the first few by name; nothing of nothing."""
    names = [f"{name!r}" for name in list(shares)[:SHOWN]]
    more = [f"{len(shares) - SHOWN} more"] if len(shares) > SHOWN else []
    *others, last = [*names, *more] or [""]
    together = f"{', '.join(others)} and {last}" if others else last
    return f"the {what} of {together}" if last else ""


def conflict(plan: Plan, scenario: Scenario) -> Conflict:
    r"""Return what conflicts where a plan is infeasible.

    A Farkas ray holds a price :math:`p` of each product and a rent :math:`v` of each limit at which all that is asked
    for is worth more than limits and capacities could ever bring about,

    .. math:: p^\top \Bigl(\sum_h D_h + K \delta c\Bigr) > p^\top \text{stock} + v^\top r + \sum_j c_j
              \bigl[(M^\top p - A^\top p - F^\top v)_j\bigr]_+ .

    What has no part in it could be relaxed at will, and nothing would be gained. A ray that is a vertex, as HiGHS'
    simplex has it, brings together no more than it takes: of its rows each can resolve it.

    Parameters
    ----------
    plan
        With status `planlab.Status.INFEASIBLE` and the ray in its certificate.
    scenario
        The world that it was made for.

    Raises
    ------
    ValueError
        For a plan without a ray, and one whose ray proves nothing about this scenario.

    Examples
    --------
    >>> import planlab as pl
    >>> world = pl.make_scenario("three_sector", labour=75)
    >>> plan = pl.plan(pl.LinearProgram(objective=pl.LeastThroughput()), world)
    >>> print(pl.conflict(plan, world))
    No plan meets the need of 'agriculture', 'industry' and 'services' within the limit of 'labour': at least 11.6 % of
    that is out of reach. One of these has to give.
    """
    ray = None if plan.certificate is None else plan.certificate.ray
    if ray is None or Status(int(plan.status)) is not Status.INFEASIBLE:
        raise ValueError(f"The plan is {Status(int(plan.status))} and has no Farkas ray; give one that is infeasible.")
    e = scenario.economy
    m, n, _, k = scenario.sizes
    r, c = np.asarray(scenario.opening.allotted), np.asarray(scenario.capacity)
    limited, y = np.flatnonzero(~np.isposinf(r)), np.asarray(ray)
    if y.size != n + limited.size:
        raise ValueError(f"The ray has {y.size} entries for {n} products and {limited.size} limits; give its scenario.")
    p, v = y[:n], np.zeros(k)
    v[limited] = y[n:]
    A, M, K = (part.to_scipy() for part in (e.inputs, e.outputs, e.capital))
    F, made = np.asarray(e.factors), M.T @ p
    built = np.zeros(m) if plan.investment is None else np.asarray(plan.investment)
    gain = np.maximum(made - A.T @ p - F.T @ v, 0.0)
    parts: dict[str, Any] = {
        "needs": p * np.asarray(plan.delivery).sum(axis=1),
        "replacement": p * (K @ built),
        "limits": v * np.where(np.isfinite(r), r, 0.0),
        "capacities": gain * np.where(np.isfinite(c), c, 0.0),
        "stocks": p * np.asarray(scenario.stock),
    }
    asked = float(parts["needs"].sum() + parts["replacement"].sum())
    margin = asked - sum(float(parts[name].sum()) for name in ("limits", "capacities", "stocks"))
    if not margin > 0:
        raise ValueError("The ray proves nothing about this scenario; give the one that the plan was made for.")
    paid = ((v[:, None] * F > NOTHING * made) & (made > 0)).any(axis=1)
    involved = {"limits": paid, "capacities": (gain > NOTHING * made) & np.isfinite(c)}
    axes = {"limits": ("factors", k), "capacities": ("processes", m)}
    found = {}
    for name, share in parts.items():
        axis, size = axes.get(name, ("products", n))
        places = np.flatnonzero(involved.get(name, share > NOTHING * asked))
        order = places[np.argsort(-share[places], kind="stable")]
        labels = e.labels.of(axis, size)
        found[name] = {labels[i]: float(share[i] / asked) for i in order}
    return Conflict(**found, margin=margin / asked)
