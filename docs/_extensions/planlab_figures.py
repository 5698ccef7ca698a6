"""Figures that planlab draws itself, shown by the plot directive as they are on a comparison's page."""

from dataclasses import replace
from functools import cache

from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import planlab as pl
from planlab.presentation.digest import digest
from planlab.presentation.figure import printed

__all__ = ["example", "shown"]


@cache
def example() -> pl.Comparison:
    """Return the comparison of the tutorial's figures: small, and worked out in less than a minute."""
    return pl.compare(
        ["linear_program", "command", "standstill"],
        lambda seed: pl.make_scenario("layered", products=20, seed=seed),
        periods=6,
        behaviours={"honest": "truthful", "lying": "idiosyncratic_bias@hierarchy"},
        progress=False,
    )


def shown(name: str, behaviour: str | None = None) -> None:
    """Hand one of planlab's figures of the example, or of one behaviour in it, to the plot directive."""
    summary = digest(example())
    if behaviour is not None:
        summary = replace(summary, rows=tuple(row for row in summary.rows if row.behaviour == behaviour))
    figure: Figure = printed(summary, name)[name]
    Gcf._set_new_active_manager(FigureCanvasAgg.new_manager(figure, 1))  # what is open is shown
