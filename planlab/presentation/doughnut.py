"""The doughnut: a social floor inside, an ecological ceiling outside, and never one number."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase as LOWER
from string import ascii_uppercase as UPPER
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.base.checks import check_once, of_kind, unknown
from planlab.presentation.style import INK, SOFT, new_figure, plain, save_figure, style
from planlab.presentation.wording import percent, title_of
from planlab.scoring.doughnut import ecological_ceiling, social_floor
from planlab.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Doughnut", "doughnut"]

FLOOR, SPACE, CEILING = 1.0, 0.34, 1.0
"""How thick the rings are: all people inside, what lies between, and a limit outside."""

MOST = 1.6
"""Overshoot is drawn up to this part of a limit; what is more ends there and is written out."""

MET, SHORT, USED, OVER, SAFE = "#2a7f62", "#f3d9d3", "#5b7fb8", "#b3261e", "#e6efe3"
"""People above the floor and those below it, use within a limit and beyond it, and the space between."""

FLOOR_LINE, CEILING_LINE = "#17513e", "#26406e"

ROUNDING = 1e-9

WIDE, ROW = 3.3, 0.17
"""Inches of a panel, and of a line below it."""


@dataclass(frozen=True, eq=False)
class Doughnut:
    """What runs leave of the space between a social floor and an ecological ceiling, and its drawing.

    Parameters
    ----------
    floor
        The share of people above the floor, a row per category of needs and a column per run.
    ceiling
        Use over limit, a row per limited factor and a column per run.
    """

    floor: pd.DataFrame
    ceiling: pd.DataFrame

    def __repr__(self) -> str:
        """As the two tables."""
        shown = [frame.round(3).to_string() for frame in (self.floor, self.ceiling)]
        return f"Doughnut\n\nshare of people above the floor\n{shown[0]}\n\nuse over limit\n{shown[1]}"

    def _repr_svg_(self) -> str:
        """As a drawing for notebooks."""
        held = io.StringIO()
        with style():
            self.printed().savefig(held, format="svg", metadata={"Date": None}, bbox_inches="tight")
        return held.getvalue()

    def printed(self) -> "Figure":
        """Return the drawing, a panel per run.

        Inside every category of needs is a wedge that reaches the floor's circle where all people are above the floor;
        outside every limited factor is one that reaches the ceiling's circle where all of a limit is used, and goes
        beyond it in overshoot. What is written below says how far, wedge by wedge, clockwise from above.
        """
        runs = list(self.floor)
        across = min(3, len(runs))
        down = -(-len(runs) // across)
        lines = len(self.floor) + len(self.ceiling) + 3
        most = float(np.clip(self.ceiling.to_numpy(float).max(initial=1.0), 1.0, MOST)) + 0.03
        with style():
            figure = new_figure(WIDE * across, (WIDE + ROW * lines + 0.3) * down)
            grid = figure.subplots(down, across, squeeze=False, subplot_kw={"projection": "polar"})
            for axes, run in zip(grid.flat, runs, strict=False):
                _draw(axes, self.floor[run], self.ceiling[run], most)
                axes.set_title(plain(title_of(str(run)), 200, 10, "bold"), loc="center")
            for axes in list(grid.flat)[len(runs) :]:
                axes.set_axis_off()
        return figure

    def save(self, folder: str | os.PathLike[str], name: str = "doughnut") -> list[Path]:
        """Save the drawing as SVG and PNG; return the files."""
        return save_figure(self.printed(), folder, name)


def doughnut(*trajectories: Trajectory, factors: Any = None) -> Doughnut:
    """Show runs between a social floor and an ecological ceiling :cite:`raworth:17`, :cite:`oneill:18`.

    Inside stands the share of people above the essential half of each category of needs, outside the use of each
    limited factor over its limit (`planlab.scoring.doughnut`); both are means over periods. They are never averaged
    into one number: what is beyond a limit is not made good by what is within another.

    Parameters
    ----------
    *trajectories
        What `planlab.simulate` returned, one or several, in worlds with the same categories and factors.
    factors
        Names of those that are to be shown; ``None``: all that are limited, labour and constraints of one's own too.

    Returns
    -------
    Doughnut
        With ``floor`` and ``ceiling`` as tables; ``printed()`` draws and ``save(folder)`` writes SVG and PNG.

    Raises
    ------
    ValueError, TypeError
        Without a run, for what is none, for runs in worlds that differ, and for factors that are not limited.

    Examples
    --------
    Half of all needs takes 42.4 hours. Of 40, shared alike, nobody gets that much:

    >>> import planlab as pl
    >>> world = pl.make_scenario("three_sector", labour=40)
    >>> shown = pl.doughnut(pl.simulate("command", world, periods=2))
    >>> shown.floor["command"].to_dict(), shown.ceiling["command"].round(3).to_dict()
    ({'agriculture': 0.0, 'industry': 0.0, 'services': 0.0}, {'labour': 1.0})
    """
    if not trajectories:
        raise ValueError("No trajectory was given; give what planlab.simulate returned, one or several.")
    for run in trajectories:
        of_kind("trajectory", run, Trajectory)
    names = [run.mechanism for run in trajectories]
    if len(set(names)) < len(names):
        names = [f"{run.mechanism} {k + 1}" for k, run in enumerate(trajectories)]
    floors = {name: social_floor(run) for name, run in zip(names, trajectories, strict=True)}
    ceilings = {name: ecological_ceiling(run) for name, run in zip(names, trajectories, strict=True)}
    for found in (floors, ceilings):
        first, *others = found.values()
        if any(not other.index.equals(first.index) for other in others):
            raise ValueError("trajectories have other categories or limits than one another; show each on its own.")
    ceiling = pd.DataFrame(ceilings)
    if factors is not None:
        asked = [factors] if isinstance(factors, str) else list(factors)
        check_once("factors", asked)
        for name in asked:
            if name not in ceiling.index:
                unknown("limited factor", name, list(ceiling.index))
        ceiling = ceiling.loc[asked]
    return Doughnut(pd.DataFrame(floors), ceiling)


def _draw(axes: "Axes", floor: pd.Series, ceiling: pd.Series, most: float) -> None:
    """Draw one run on a scale that ends at so much of a limit, and write below it how far each wedge goes."""
    axes.set_axis_off()
    polar: Any = axes
    polar.set_theta_zero_location("N")
    polar.set_theta_direction(-1)
    foot = FLOOR + SPACE
    round_ = np.linspace(0, 2 * np.pi, 181)
    axes.fill_between(round_, FLOOR, foot, color=SAFE, linewidth=0, zorder=1)
    people, used = floor.to_numpy(float), ceiling.to_numpy(float)
    middle, width = _wedges(len(people))
    line: Any = {"edgecolor": "white", "linewidth": 1.2, "zorder": 2}
    known = np.isfinite(people)
    axes.bar(middle, np.where(known, FLOOR, 0.0), width, color=SHORT, **line)
    axes.bar(middle, np.where(known, people, 0.0) * FLOOR, width, color=MET, **line)
    _letter(axes, middle, 0.0, people, LOWER, 0.62)
    if len(used):
        middle, width = _wedges(len(used))
        within, over = np.minimum(used, 1.0), np.clip(used, 1.0, MOST)
        axes.bar(middle, within * CEILING, width, foot, color=USED, **line)
        axes.bar(middle, (over - 1.0) * CEILING, width, foot + CEILING, color=OVER, **line)
        _letter(axes, middle, foot, within, UPPER, 0.5)
    for radius, colour in ((FLOOR, FLOOR_LINE), (foot + CEILING, CEILING_LINE)):
        axes.plot(round_, np.full(round_.size, radius), color=colour, linewidth=1.3, zorder=3)
    axes.set_ylim(0, foot + CEILING * most)
    _write(axes, floor, ceiling)


def _wedges(count: int) -> tuple[np.ndarray, float]:
    """Return where wedges stand and how wide they are, in radians."""
    width = 2 * np.pi / max(count, 1)
    return (np.arange(count) + 0.5) * width, width


def _letter(axes: "Axes", places: np.ndarray, foot: float, ends: np.ndarray, letters: str, part: float) -> None:
    """Write letters on wedges, white at such a part of those that are long and dark beyond the ends of the others."""
    where: Any = {"ha": "center", "va": "center", "fontsize": 8.5, "zorder": 5}
    for place, end, letter in zip(places, ends, letters, strict=False):
        is_long = end > 0.5
        at = part * end if is_long else max(part, np.nan_to_num(end) + 0.2)
        axes.text(place, foot + at, letter, color="white" if is_long else INK, **where)


def _write(axes: "Axes", floor: pd.Series, ceiling: pd.Series) -> None:
    """Write the numbers below a panel."""
    rows = [("", "people above the floor", "", SOFT), *_lines(floor, LOWER, lambda x: MET if x > 1 - ROUNDING else INK)]
    rows += [("", "", "", INK), ("", "use over limit", "", SOFT)]
    rows += _lines(ceiling, UPPER, lambda x: OVER if x > 1 + ROUNDING else INK)
    for k, (letter, name, number, colour) in enumerate(rows):
        where: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top"}
        where |= {"fontsize": 8.5, "color": colour}
        down = -8 - 72 * ROW * k
        axes.annotate(letter, (0.06, 0.0), xytext=(0, down), ha="left", **where)
        axes.annotate(plain(name, 140, 8.5), (0.06, 0.0), xytext=(14 if letter else 0, down), ha="left", **where)
        axes.annotate(number, (0.94, 0.0), xytext=(0, down), ha="right", **where)


def _lines(found: pd.Series, letters: str, coloured: Callable[[float], str]) -> list[tuple[str, str, str, str]]:
    """Return a letter, a name, a number and a colour for each wedge."""
    told = {name: "∞" if x == np.inf else percent(x) for name, x in found.items()}
    signed = zip(letters.ljust(len(found)), found.items(), strict=False)
    return [(letter, title_of(str(name)), told[name], coloured(x)) for letter, (name, x) in signed]
