"""A small chart of rows, drawn once for the page and once for print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.presentation.chart_page import section
from planlab.presentation.chart_print import printed
from planlab.presentation.digest import Digest
from planlab.presentation.layout import limits
from planlab.presentation.wording import percent, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Printed

    from planlab.presentation.figure import Section

__all__ = ["Chart"]

MARKS = ("bar", "line", "point")

Point = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Chart:
    r"""Rows as bars, lines or points.

    Where rows have a ``mechanism`` it decides about their colour, and a ``behaviour`` about whether they are filled and
    solid (the first) or pale, open and dashed. Names stand down the side, with numbers across, where `x` is text.

    Parameters
    ----------
    rows
        A frame, or mappings from column to value.
    x, y
        Columns; `y` holds numbers.
    mark
        ``"bar"``, ``"line"`` or ``"point"``.
    low, high
        Columns with the ends of an interval of `y`, if there are any.
    panel
        A column; each of its values has a panel of its own, all on one scale.
    percent
        Which of ``"x"`` and ``"y"`` are shares, to be written in per cent, such as ``"y"`` or ``"xy"``.
    x_title, y_title
        What is written at the axes; by default the columns' names.

    Raises
    ------
    ValueError, TypeError
        For columns that rows lack, an unknown mark, and what is no number.

    Examples
    --------
    >>> chart = Chart([{"mechanism": "command", "met": 0.7}], x="mechanism", y="met", percent="y")
    >>> chart.is_named, chart.names, chart.written("y", 0.7)
    (True, ['command'], '70.0\xa0%')
    """

    rows: Any
    x: str
    y: str
    mark: str = "bar"
    low: str = ""
    high: str = ""
    panel: str = ""
    percent: str = ""
    x_title: str | None = None
    y_title: str | None = None
    points: tuple[Point, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the columns and read the rows."""
        if self.mark not in MARKS:
            raise ValueError(f"mark is {self.mark!r}; give one of {', '.join(MARKS)}.")
        given: list[Any] = self.rows.to_dict("records") if isinstance(self.rows, pd.DataFrame) else list(self.rows)
        if not given or not all(isinstance(row, Mapping) for row in given):
            raise ValueError("rows has nothing to draw; give a frame, or mappings from column to value.")
        for name in filter(None, (self.x, self.y, self.low, self.high, self.panel)):
            if lacking := [row for row in given if name not in row]:
                raise ValueError(f"rows have no {name!r}; they have {', '.join(map(str, lacking[0]))}.")
        points = tuple(map(self._read, given))
        if len({isinstance(point["x"], str) for point in points}) > 1:
            raise TypeError(f"{self.x} is text in some rows and a number in others; give one or the other.")
        object.__setattr__(self, "points", points)

    def _read(self, row: Mapping[str, Any]) -> Point:
        """Return a row under names of its own, so that no column's name means anything to what draws it."""
        x, y = row[self.x], _number(self.y, row[self.y])
        return {
            "x": x if isinstance(x, str) else _number(self.x, x),
            "y": y,
            "low": _number(self.low, row[self.low]) if self.low else y,
            "high": _number(self.high, row[self.high]) if self.high else y,
            "panel": str(row[self.panel]) if self.panel else "",
            "mechanism": str(row.get("mechanism", "")),
            "behaviour": str(row.get("behaviour", "")),
        }

    @property
    def is_named(self) -> bool:
        """Whether what is measured has names, which stand down the side."""
        return isinstance(self.points[0]["x"], str)

    @property
    def names(self) -> list[str]:
        """What is named, in the order of the rows."""
        return list(dict.fromkeys(str(point["x"]) for point in self.points))

    @property
    def panels(self) -> list[str]:
        """The panels, in the order of the rows."""
        return list(dict.fromkeys(point["panel"] for point in self.points))

    @property
    def behaviours(self) -> list[str]:
        """The behaviours, in the order of the rows: the first is drawn solid and filled."""
        return list(dict.fromkeys(point["behaviour"] for point in self.points))

    @property
    def groups(self) -> list[str]:
        """What stands side by side at a name, in the order of the rows."""
        return list(dict.fromkeys(map(self.group, self.points)))

    def group(self, point: Point) -> str:
        """Return what tells a point from others of its name and panel."""
        return " ".join(point[key] for key in ("mechanism", "behaviour") if key not in (self.x, self.panel))

    def by_series(self, points: Sequence[Any]) -> list[tuple[str, str, list[Any]]]:
        """Return points by mechanism and behaviour, in their order."""
        found: dict[tuple[str, str], list[Any]] = {}
        for point in points:
            found.setdefault((point["mechanism"], point["behaviour"]), []).append(point)
        return [(*key, mine) for key, mine in found.items()]

    @property
    def titles(self) -> tuple[str, str]:
        """What is written at the axes of `x` and `y`."""
        pairs = ((self.x_title, self.x), (self.y_title, self.y))
        across, up = (title_of(column) if given is None else given for given, column in pairs)
        return across, up

    @property
    def ends(self) -> dict[str, tuple[float, float]]:
        """The ends of the axes that hold numbers; bars begin at nothing."""
        up = [value for point in self.points for value in (point["y"], point["low"], point["high"])]
        held = {"y": [*up, 0.0] if self.mark == "bar" else up}
        if not self.is_named:
            held["x"] = [point["x"] for point in self.points]
        found = {which: limits(values, least=_least(values)) for which, values in held.items()}
        if self.mark == "bar":
            (low, high), known = found["y"], list(filter(np.isfinite, held["y"]))
            found["y"] = (
                (max(low, 0.0), high) if min(known) >= 0 else (low, min(high, 0.0) if max(known) <= 0 else high)
            )
        return found

    def written(self, which: str, value: float) -> str:
        """Return a value of `x` or `y` as it is told to people."""
        return percent(value) if which in self.percent else f"{value:.6g}" if np.isfinite(value) else "–"

    def page(self, summary: Digest, name: str) -> "Section":
        """Return the chart for the page, a panel each."""
        return section(self, summary, name)

    def printed(self, summary: Digest) -> "Printed":
        """Return the chart for print, a panel each."""
        return printed(self, summary)


def _number(column: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{column} is {value!r} in a row; give numbers.") from None


def _least(values: Sequence[float]) -> float:
    """Return how long an axis is at least: a fiftieth of the largest that is measured."""
    return 0.02 * max((abs(value) for value in values if np.isfinite(value)), default=1.0) or 0.02
