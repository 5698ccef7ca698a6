"""Miller and Blair's economy of two sectors: what a new final demand calls for, and how much work."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import planlab as pl
from planlab.presentation.style import COLOURS, new_figure, save_figure, style, tidy

FLOWS = np.array([[150.0, 500], [200, 100]])
OUTPUT = np.array([1000.0, 2000])
DEMAND = np.array([600.0, 1500])
LABOUR = np.array([0.3, 0.25])


def outputs() -> np.ndarray:
    """Return the gross outputs for the new final demand."""
    return np.asarray(pl.gross_output(FLOWS / OUTPUT, DEMAND))


def numbers() -> dict[str, float]:
    """Return what is found for the claims."""
    x = outputs()
    first, second = LABOUR * x
    return {"output_1": x[0], "output_2": x[1], "labour_1": first, "labour_2": second}


@style()
def figure() -> Figure:
    """Draw final demand and what is used up on the way."""
    drawn = new_figure(5.4, 1.8)
    axes = drawn.subplots()
    sectors = ["first sector", "second sector"]
    axes.barh(sectors, DEMAND, color=COLOURS[0], height=0.6, label="final demand")
    axes.barh(sectors, outputs() - DEMAND, left=DEMAND, color=COLOURS[1], height=0.6, label="used up on the way")
    axes.invert_yaxis()
    axes.set_xlabel("gross output")
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    tidy(axes, "x")
    return drawn


if __name__ == "__main__":
    save_figure(figure(), Path(__file__).parent, "figure")
