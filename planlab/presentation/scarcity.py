"""What limits are worth: shadow prices by name, in the unit of what is maximised."""

from planlab.presentation.digest import Digest
from planlab.presentation.wording import listed, title_of

__all__ = ["limit_rows", "limits_told"]

SCARCITY = "scarcity_"

NOTHING = 5e-6
"""A share that is told as 0.000 points."""


def limit_rows(summary: Digest) -> list[tuple[str, str, int, dict[str, float]]]:
    """Return mechanism, behaviour, place and what one per cent more of each limit is worth, the scarcest first.

    Only of rows whose plans have shadow prices; limits that never bind are left out.
    """
    found = []
    for row in summary.rows:
        worth = {name.removeprefix(SCARCITY): v.mean for name, v in row.values.items() if name.startswith(SCARCITY)}
        known = {name: value for name, value in worth.items() if value > NOTHING}
        if known:
            ordered = dict(sorted(known.items(), key=lambda item: -item[1]))
            found.append((title_of(row.mechanism), title_of(row.behaviour), row.index, ordered))
    return found


def limits_told(summary: Digest) -> list[str]:
    """Return a sentence about what limits are worth by honest plans; none where nothing binds, or has no price."""
    honest = title_of(summary.honest)
    said = [
        f"{mechanism} {listed([f'{name} {100 * value:.3f}' for name, value in worth.items()])}"
        for mechanism, behaviour, _, worth in limit_rows(summary)
        if behaviour == honest
    ]
    intro = "Shadow prices, points of the plan's objective (needs met) for one per cent more of a limit"
    return [f"{intro}: {'; '.join(said)}."] if said else []
