r"""Samothrakis' village: three goods, two kinds of people, and a stock that grows by a share of output.

A tick meets the largest share :math:`e` of all needs :math:`d` whose gross output the stocks :math:`s` allow,

.. math:: e = \min \{1, \min_i s_i / x_i\}, \qquad x = (I - A)^{-1} d,

and the stock of lucloelium, which binds, is moved by the share :math:`\iota` of output that is added and by the rest,

.. math:: s \leftarrow s + \iota e x - (1 - \iota) e x = 2 \iota s, \qquad e_t = e_0 (2 \iota)^t.

Stylised: what a vorpal pick takes of vorpal picks is .003, as at a small scale; the original lets it fall to .0026 at
the scale of all needs, which is worth 1.4e-5 of the lucloelium.
"""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import planlab as pl
from planlab.presentation.style import COLOURS, new_figure, save_figure, style, tidy

GOODS = ("lucloelium", "vorpal pick", "T-ring")
INPUTS = np.array([[0.001, 0.07, 1], [0.5, 0.003, 0], [0, 0, 0]])
WORK = np.diag([0.001, 0.012, 0.001])
PEOPLE = np.array([800, 500])
NEEDS = np.array([[3, 2], [0, 0], [0.1, 0.2]]) * PEOPLE
STOCK = np.array([2.0, 5, 100_000])
WORKERS = np.array([100_000.0, 700_000, 700_000])
SHARES = (0.51, 0.52, 0.55, 0.60)

MET = 0.999
"""From here on the original calls needs met."""


def first_plan() -> pl.Plan:
    """Return what linear programming plans for the first tick: the largest share of all needs."""
    village = pl.Scenario.from_arrays(inputs=INPUTS, needs=NEEDS, factors=WORK, limits=WORKERS, capacity=STOCK)
    return pl.plan(pl.LinearProgram(objective=pl.Ray()), village)


@cache
def path(share: float) -> np.ndarray:
    """Return the share of needs that each tick meets, until all are met."""
    x = np.asarray(pl.gross_output(INPUTS, NEEDS.sum(axis=1)))
    added = np.array([share - (1 - share), 1, 0])
    stock, met = STOCK, [0.0]
    while met[-1] <= MET:
        met.append(min(1.0, (stock / x).min()))
        stock = stock + added * met[-1] * x
    return np.array(met[1:])


def numbers() -> dict[str, float]:
    """Return what is found for the claims."""
    ticks = {f"ticks_{round(100 * share)}": len(path(share)) - 1 for share in SHARES}
    return {"needs_met_0": float(first_plan().certificate.objective)} | ticks


@style()
def figure() -> Figure:
    """Draw the needs met by tick for every share."""
    drawn = new_figure(5.4, 3.0)
    axes = drawn.subplots()
    for share, colour in zip(SHARES, COLOURS, strict=False):
        axes.semilogy(path(share), color=colour, label=f"{share:.0%}")
    axes.legend(frameon=False, title="added to the stock")
    axes.set_xlabel("tick")
    axes.set_ylabel("share of needs met")
    tidy(axes)
    return drawn


if __name__ == "__main__":
    save_figure(figure(), Path(__file__).parent, "figure")
