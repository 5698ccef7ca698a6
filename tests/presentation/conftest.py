"""A made-up comparison and incentive profile: frames of the right shape whose story is known beforehand."""

from dataclasses import dataclass, field
from itertools import product as grid
from typing import Any

import numpy as np
import pandas as pd
import pytest

import planlab as pl

HONEST = {"command": 0.78, "linear_program": 0.931, "gradient": 0.930, "standstill": 0.64, "proportional": 0.71}
LYING_COSTS = {"command": 0.21, "linear_program": 0.16, "gradient": 0.155, "standstill": 0.0, "proportional": 0.05}
GROWTH = {"command": 0.021, "linear_program": 0.012, "gradient": 0.0118, "standstill": -0.004, "proportional": 0.003}
PRODUCTS = ["Farms", "Housing", "Hospitals and nursing care", "Federal general government (nondefense)", "Rail"]


@dataclass(frozen=True)
class Frames:
    table: pd.DataFrame
    periods: pd.DataFrame
    shortfalls: pd.DataFrame
    bounds: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)


def frames(
    mechanisms=tuple(HONEST),
    behaviours=("honest", "misreporting"),
    seeds=5,
    periods=10,
    products=30,
    communities=4,
    bound=0.962,
    names=None,
) -> Frames:
    """Return frames in which what each mechanism achieves and what lying costs it is given above."""
    random = np.random.default_rng(0)
    luck = random.normal(0, 0.006, seeds)
    names = names or [PRODUCTS[i] if i < len(PRODUCTS) else f"product {i}" for i in range(products)]
    people = [f"community {h + 1}" for h in range(communities)]
    hard = random.permutation(products) / products
    table, rows, short = [], [], []
    for m, b in grid(mechanisms, behaviours):
        known = m if m in HONEST else "command"
        lost = 0.0 if b == "honest" else LYING_COSTS[known]
        level = HONEST[known] - lost
        promised = min(level + 0.02 + 0.6 * lost + (0.08 if known == "command" else 0.0), 0.96)
        for s in range(seeds):
            mine = level + luck[s] + random.normal(0, 0.003)
            grows = GROWTH[known] - 0.05 * lost + random.normal(0, 0.001)
            table.append(
                {
                    "mechanism": m,
                    "behaviour": b,
                    "seed": s,
                    "needs_met": mine,
                    "worst_need": mine - 0.05 - 0.2 * lost,
                    "worst_community": mine - 0.05 - 0.2 * lost,
                    "throughput_growth": grows,
                    "throughput_growth_labour": grows,
                    "throughput_growth_material": grows,
                    "plan_fulfilment": mine / promised,
                    "avoidable_shortfall": max(bound - mine, 0) if bound == bound else np.nan,
                    "messages": float(12_400 * (40 if m == "gradient" else 1)),
                    "status": "rounds spent" if m == "gradient" else "optimal" if m == "linear_program" else "proposed",
                    "bound": bound,
                }
            )
            for t in range(periods):
                now = mine - (0.05 if b != "honest" and known == "command" else 0.01) * (t - periods / 2) / periods
                now += 0.03 * (t > 0) - 0.03 + random.normal(0, 0.004)
                rows.append(
                    {
                        "mechanism": m,
                        "behaviour": b,
                        "seed": s,
                        "period": t,
                        "needs_met": now,
                        "planned_needs_met": promised,
                        "fulfilment": now / promised,
                        "throughput_material": np.exp(grows * (t + 1)),
                        "throughput_labour": np.exp(grows * (t + 1)),
                    }
                )
        for (h, who), (i, what) in grid(enumerate(people), enumerate(names)):
            met = 1 - (1 - level) * 2 * hard[i] ** 2 * (0.7 + 0.3 * h)
            short.append(
                {"mechanism": m, "behaviour": b, "community": who, "product": what, "satisfaction": np.clip(met, 0, 1)}
            )
    bounds = pd.DataFrame({"seed": range(seeds), "bound": bound})
    manifest = {
        "planlab": "0.1.0",
        "command": "planlab compare --products 30",
        "seeds": list(range(seeds)),
        "scenario": {"name": "layered", "products": products},
        "python": "3.11.9",
    }
    return Frames(pd.DataFrame(table), pd.DataFrame(rows), pd.DataFrame(short), bounds, manifest)


@pytest.fixture(scope="session")
def made_up():
    """The function that makes frames up."""
    return frames


@pytest.fixture
def comparison() -> Frames:
    """Five mechanisms, honest and misreporting, five seeds."""
    return frames()


def incentives(
    mechanisms=("command", "linear_program"), rewards=("step_bonus", "weitzman", "flat"), agents=9, name="sector"
):
    """Return a profile in which Weitzman's bonus pays liars, and some lies cost a hundred times what others gain."""
    random = np.random.default_rng(1)
    pairs, curves, who = [], [], []
    for m, r in grid(mechanisms, rewards):
        pays = r == "weitzman"
        pairs.append(
            {"mechanism": m, "reward": r, "honest": 0.9, "equilibrium": 0.4 if pays else 0.9}
            | {"regret": 0.2 * pays, "regret_of_communities": 0.0, "truthful": 1.0, "liars": 0.4 * pays}
            | {"left": 0.02 * pays, "converged": not pays, "at_most": 0, "use": 1.1, "capacity": 0.8}
            | {"paid": 1.0, "paid_in_equilibrium": 1.2, "charged": 0.0, "charged_in_equilibrium": 0.0}
            | {"inputs": 1.5, "needs": 1.0}
        )
        for lie, factor in grid(("capacity", "inputs", "needs"), (0.25, 0.5, 0.9, 1.1, 2.0, 4.0)):
            gain = 0.2 if pays and factor > 1 else -20.0 if factor == 0.25 else 0.0
            curves.append({"mechanism": m, "reward": r, "lie": lie, "factor": factor, "largest": gain, "mean": gain})
        for j in range(agents):
            producer = j < agents - 2
            who.append(
                {"mechanism": m, "reward": r, "agent": f"agent {j}", "kind": "producer" if producer else "community"}
                | {"gain": 0.2 * pays * random.random(), "found": pays, "sector": f"{name} {j % 3}"}
                | {"size": (j + 1) / 60, "place": 1 + j / 4 if producer else np.nan}
            )
    return pl.IncentiveProfile(pd.DataFrame(pairs), pd.DataFrame(curves), pd.DataFrame(who), "three_sector")


@pytest.fixture(scope="session")
def incentive_profile():
    """The function that makes profiles up."""
    return incentives


@pytest.fixture(scope="session")
def profile():
    """Two mechanisms and three rewards."""
    return incentives()
