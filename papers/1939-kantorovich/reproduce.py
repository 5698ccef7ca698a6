"""Kantorovich's excavators: three machines move three kinds of soil in equal amounts, as much as they can."""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import planlab as pl
from planlab.presentation.style import COLOURS, new_figure, save_figure, style, tidy

SPEED = np.array([[105.0, 107, 64], [56, 66, 38], [56, 83, 53]])
"""What a machine (column) moves of a soil (row) in a unit of time."""


@cache
def plan() -> pl.Plan:
    """Return the plan of linear programming for the largest equal assortment.

    Every machine is a factor of which there is one, every pair of soil and machine a process that uses nothing up.
    """
    scenario = pl.Scenario.from_arrays(
        inputs=np.zeros((3, 9)),
        outputs=np.repeat(np.eye(3), 3, axis=1) * SPEED.ravel(),
        factors=np.tile(np.eye(3), 3),
        limits=np.ones(3),
        needs=np.ones(3),
    )
    return pl.plan(pl.LinearProgram(objective=pl.Ray()), scenario)


def shares() -> np.ndarray:
    """Return the shares of their time that machines (columns) spend on soils (rows)."""
    return np.asarray(plan().activity).reshape(3, 3)


def numbers() -> dict[str, float]:
    """Return what is found for the claims."""
    x = shares()
    return {
        "machine_1_on_soil_a": x[0, 0],
        "machine_1_on_soil_b": x[1, 0],
        "machine_2_on_soil_b": x[1, 1],
        "machine_2_on_soil_c": x[2, 1],
        "machine_3_on_soil_c": x[2, 2],
        "soil_moved": float(plan().certificate.objective),
    }


@style()
def figure() -> Figure:
    """Draw what each machine moves of each soil."""
    drawn = new_figure(5.4, 2.2)
    axes = drawn.subplots()
    moved, below = shares() * SPEED, np.zeros(3)
    for machine in range(3):
        label = f"machine {machine + 1}"
        axes.barh(
            ["soil A", "soil B", "soil C"],
            moved[:, machine],
            left=below,
            color=COLOURS[machine],
            label=label,
            height=0.6,
        )
        below += moved[:, machine]
    axes.invert_yaxis()
    axes.set_xlabel("soil moved in a unit of time")
    axes.legend(frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    tidy(axes, "x")
    return drawn


if __name__ == "__main__":
    save_figure(figure(), Path(__file__).parent, "figure")
