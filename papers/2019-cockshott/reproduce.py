"""Paul Cockshott's plan for five years of iron, coal, corn and bread, as his 5yearplan documents it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

import planlab as pl
from planlab.people.observation import Forecast
from planlab.presentation.style import COLOURS, MARKERS, new_figure, save_figure, style, tidy
from planlab.testing.probes import first_observation

GOODS = ("iron", "coal", "corn", "bread")
FLOWS = np.array([[0.1, 0, 0, 0], [2, 1, 0.04, 0.2], [0, 0, 1, 1], [0, 0, 0, 0]])
STOCKS = np.array([[10, 7, 1.4, 1], [2, 1, 0.04, 0.1], [0, 0, 1, 0], [0, 0, 0, 0]])
WEAR = np.array([[0.07, 0.07, 0.07, 0.06], [0.5] * 4, [0, 0, 0.5, 0], [0] * 4])
WORK = np.array([0.3, 1, 2, 0.1])
TARGETS = np.array([[0.1] * 5, [3, 3, 3, 3.1, 3.1], [0] * 5, [2, 2.01, 2.02, 2.1, 2.1]])
LABOUR = np.array([3, 3.01, 3.02, 3.03, 3.07])
YEARS = 5

BASKETS = 3.0
"""More than can be filled in any year, so that no need is ever met in full and the plan maximises their number."""


def opening(output: np.ndarray) -> pl.Observation:
    """Return the economy as it is seen before the first year.

    What stands in each industry of each product wears out at its own rate: a process of its own, which is built from
    that product and renders services to the industry. A last process fills baskets by the targets of the year.
    """
    kinds = np.argwhere(STOCKS > 0)
    n = 4 + len(kinds) + 1
    A, K, F, delta = np.zeros((n, n)), np.zeros((n, n)), np.zeros((1, n)), np.zeros(n)
    A[:4, :4], F[0, :4] = FLOWS / output, WORK / output
    capacity = np.full(n, np.inf)
    for k, (i, j) in enumerate(kinds, start=4):
        A[k, j], K[i, k], delta[k], capacity[k] = STOCKS[i, j] / output[j], 1.0, WEAR[i, j], STOCKS[i, j]
    A[:4, -1] = TARGETS[:, 0]
    needs = np.zeros((n, 1))
    needs[-1] = BASKETS
    world = pl.Scenario.from_arrays(
        inputs=A, needs=needs, factors=F, limits=LABOUR[:1], capacity=capacity, capital=K, depreciation=delta
    )
    seen = first_observation(world)
    e = world.economy
    rows, columns = np.asarray(e.inputs.rows), np.asarray(e.inputs.columns)
    inputs = np.tile(np.asarray(e.inputs.values), (YEARS - 1, 1))
    basket = columns == n - 1
    inputs[:, basket] = TARGETS[rows[basket], 1:].T
    ahead = Forecast(
        jnp.tile(seen.needs, (YEARS - 1, 1, 1)),
        jnp.asarray(LABOUR[1:, None]),
        jnp.asarray(inputs),
        jnp.tile(e.factors, (YEARS - 1, 1, 1)),
        jnp.zeros(1, int),
    )
    return replace(seen, forecast=ahead)


@cache
def plan(coal: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    """Return how far targets are met, and what each industry makes in each year, for an opening output of coal."""
    seen = opening(np.array([10, coal, 10, 1.0]))
    planner = pl.NYearPlan(YEARS, tiers=pl.Tiers((1.0,), (1.0,)), terminal=False, carry_over=0.0)
    memory, made = planner.init(seen, None), []
    for _ in range(YEARS):
        memory, plan = planner.plan(memory, seen, None)
        made.append(plan)
    return np.array([each.delivery[-1, 0] for each in made]), np.array([each.activity[:4] for each in made])


def numbers() -> dict[str, float]:
    """Return what is found for the claims."""
    met, made = plan()
    labour = made @ (WORK / np.array([10, 5, 10, 1.0]))
    by_year = {"targets_met": met, "labour": labour} | dict(zip(GOODS, made.T, strict=True))
    found = {f"{name}_{year + 1}": row[year] for name, row in by_year.items() for year in range(YEARS)}
    return found | {"objective": met.sum(), "objective_6_coal": plan(6.0)[0].sum()}


@style()
def figure() -> Figure:
    """Draw what is made in each year, and how far its targets are met."""
    met, made = plan()
    drawn = new_figure(7.2, 2.6)
    left, right = drawn.subplots(1, 2)
    years = range(1, YEARS + 1)
    for good, row, colour, marker in zip(GOODS, made.T, COLOURS, MARKERS, strict=False):
        left.plot(years, row, color=colour, marker=marker, label=good)
    left.set_title("Output")
    left.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.9))
    right.bar(years, met, color=COLOURS[0], width=0.6)
    right.axhline(1.0, color=COLOURS[5], linewidth=1, linestyle=(0, (4, 3)))
    right.set_title("Targets met, times over")
    for axes in (left, right):
        axes.set_xlabel("year")
        tidy(axes)
    return drawn


if __name__ == "__main__":
    save_figure(figure(), Path(__file__).parent, "figure")
