"""Where things stand in a chart: limits, ticks, labels that do not overlap and markers that do not hide one another."""

import math
from collections.abc import Iterable, Sequence

__all__ = ["apart", "beside", "digits_of", "limits", "spread", "ticks"]


def limits(
    values: Iterable[float], lowest: float = -math.inf, highest: float = math.inf, least: float = 0.02
) -> tuple[float, float]:
    """Return the ends of an axis that shows all values, with some air, and never more than is possible.

    Parameters
    ----------
    values
        All that is drawn; what is not finite is left out.
    lowest, highest
        What the axis may show at most.
    least
        How long the axis is at least, so that noise does not look like a difference.

    Examples
    --------
    >>> low, high = limits([0.63, 0.93, 1.0], 0.0, 1.0)
    >>> round(low, 3), high
    (0.608, 1.0)
    """
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    air = max(0.06 * (high - low), (least - high + low) / 2)
    return max(low - air, lowest), min(high + air, highest)


def ticks(low: float, high: float, fewest: int = 3) -> list[float]:
    """Return round numbers for an axis: at least so many, as far apart as possible.

    Examples
    --------
    >>> ticks(0.608, 1.0)
    [0.7, 0.8, 0.9, 1.0]
    >>> ticks(-0.2, 0.03)
    [-0.2, -0.1, 0.0]
    """
    power = math.floor(math.log10(high - low))
    steps = [digit * 10.0**exponent for exponent in (power, power - 1, power - 2) for digit in (5, 2, 1)]
    for step in steps:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 >= fewest:
            break
    return [round(k * step, 12) for k in range(first, last + 1)]


def digits_of(values: Sequence[float]) -> int:
    """Return how many digits tell neighbouring shares apart when they are written in per cent.

    Examples
    --------
    >>> digits_of([0.7, 0.8]), digits_of([0.92, 0.925, 0.93])
    (0, 1)
    """
    step = min((100 * (b - a) for a, b in zip(values, values[1:], strict=False)), default=1.0)
    return next((digits for digits in range(6) if abs(round(step, digits) - step) < 1e-6 * step), 6)


def spread(places: Sequence[float], gap: float, low: float = -math.inf, high: float = math.inf) -> list[float]:
    """Move places as little as needed so that neighbours stand at least a gap apart: labels that do not overlap.

    Parameters
    ----------
    places
        Where the labels would stand.
    gap
        Smallest distance between two of them.
    low, high
        Where they may stand, if there is room.

    Returns
    -------
    list of float
        New places, in the order given.

    Examples
    --------
    >>> spread([0.0, 10.0, 10.0], gap=2.0)
    [0.0, 9.0, 11.0]
    """

    def centred(members: list[int]) -> float:
        reach = gap * (len(members) - 1) / 2
        return max(min(sum(places[i] for i in members) / len(members), high - reach), low + reach)

    clusters: list[list[int]] = []
    for i in sorted(range(len(places)), key=lambda i: places[i]):
        members = [i]
        while clusters:
            apart = gap * (len(members) + len(clusters[-1])) / 2
            if centred(members) - centred(clusters[-1]) >= apart:
                break
            members = clusters.pop() + members
        clusters.append(members)
    moved = dict[int, float]()
    for members in clusters:
        for k, i in enumerate(members):
            moved[i] = centred(members) + gap * (k - (len(members) - 1) / 2)
    return [moved[i] for i in range(len(places))]


def beside(points: Sequence[tuple[float, float]], size: float) -> list[float]:
    """Return how far to the side each marker is moved, so that none hides another.

    Parameters
    ----------
    points
        Where markers would stand, across and up, in the unit of their size.
    size
        Of a marker. Markers nearer than that in both directions stand side by side, in the order given.

    Examples
    --------
    >>> beside([(10.0, 50.0), (12.0, 51.0), (90.0, 50.0)], size=10.0)
    [-4.0, 4.0, 0.0]
    """
    moves = [0.0] * len(points)
    levels: list[list[int]] = []
    for i in sorted(range(len(points)), key=lambda i: points[i][1]):
        if levels and points[i][1] - points[levels[-1][-1]][1] < size:
            levels[-1].append(i)
        else:
            levels.append([i])
    for level in levels:
        wanted = [points[i][0] for i in level]
        for i, at in zip(level, spread(wanted, size), strict=True):
            moves[i] = at - points[i][0]
    return moves


def apart(
    points: Sequence[tuple[float, float]],
    across: tuple[float, float],
    up: tuple[float, float],
    area: tuple[float, float],
    size: float,
) -> tuple[list[float], tuple[float, float]]:
    """Return how far to the side markers are moved so that none hides another, and an axis that has room for it.

    Parameters
    ----------
    points
        Where markers would stand, across and up.
    across, up
        The ends of the axes.
    area
        Width and height of what lies between them, in the unit of `size`.
    size
        Of a marker.

    Returns
    -------
    list of float
        In the unit of `size`.
    tuple of float
        The ends of the axis across, widened where markers are moved beyond them.

    Examples
    --------
    >>> moves, across = apart([(0.9, 0.5), (1.0, 0.5)], (0.0, 1.0), (0.0, 1.0), (100.0, 100.0), size=20.0)
    >>> [round(move, 1) for move in moves], [round(end, 2) for end in across]
    ([-5.8, 5.8], [0.0, 1.19])
    """
    moves: list[float] = []
    for _ in range(4):
        unit, rise = area[0] / (across[1] - across[0]), area[1] / (up[1] - up[0])
        moves = beside([(x * unit, y * rise) for x, y in points], size)
        stand = [x + move / unit for (x, _), move in zip(points, moves, strict=True) if move]
        ends = (
            min([across[0], *(x - size / 2 / unit for x in stand)]),
            max([across[1], *(x + size / 2 / unit for x in stand)]),
        )
        if ends == across:
            break
        across = ends
    return moves, across
