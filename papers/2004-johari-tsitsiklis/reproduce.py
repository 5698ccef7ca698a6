r"""One resource shared in proportion to bids: the worst case of Johari and Tsitsiklis.

One user has slope 1, `m` others a lower one, and equilibria are computed user by user. The least efficiency is
:math:`3/4 + a/m + b/m^2 + \dots`, so that its limit follows from five `m`, each twice the one before (Richardson).
"""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from planlab.incentives.settings.shared_resource import worst_efficiency
from planlab.presentation.style import COLOURS, SOFT, new_figure, save_figure, style, tidy

OTHERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@cache
def efficiencies() -> np.ndarray:
    """Return the least efficiency for each number of others."""
    return np.array([worst_efficiency(others, points=19)[0] for others in OTHERS])


def numbers() -> dict[str, float]:
    """Return what is found for the claims."""
    limits = efficiencies()[-5:]
    for order in range(1, 5):
        limits = (2**order * limits[1:] - limits[:-1]) / (2**order - 1)
    return {"worst_efficiency": limits.item()}


@style()
def figure() -> Figure:
    """Draw the least efficiency by the number of others."""
    drawn = new_figure(5.4, 2.6)
    axes = drawn.subplots()
    axes.axhline(0.75, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate("3/4", (1, 0.75), (0, 3), textcoords="offset points", color=SOFT)
    axes.semilogx(OTHERS, efficiencies(), "o-", color=COLOURS[0], base=2)
    axes.set_xticks(OTHERS[::2], [str(m) for m in OTHERS[::2]])
    axes.set_xlabel("others who share")
    axes.set_ylabel("least efficiency")
    tidy(axes)
    return drawn


if __name__ == "__main__":
    save_figure(figure(), Path(__file__).parent, "figure")
