"""How much a part of a need counts: the essential part of it first."""

from itertools import pairwise
from typing import Any

import numpy as np

from planlab.base.checks import entries
from planlab.base.part import Part, nested, shown

__all__ = ["USUAL", "WHOLE", "Tiers"]

CLOSE = 1e-9
"""By how much bounds may miss 1, weights their sum, and slopes be out of order: rounding."""


class Tiers(Part):
    r"""What meeting a share of a need is worth, concave and linear in pieces.

    .. math:: v(s) = \sum_\ell \omega_\ell\,
              \frac{[\min(s, b_\ell) - b_{\ell-1}]_+}{b_\ell - b_{\ell-1}},
              \qquad 0 = b_0 < b_1 < \dots < b_L = 1, \quad \sum_\ell \omega_\ell = 1,

    with :math:`\omega_\ell / (b_\ell - b_{\ell-1})` falling: of two needs the one that is met less comes first.

    Parameters
    ----------
    bounds
        :math:`b_1 \dots b_L`, shares of a need; by default half of it is essential.
    weights
        :math:`\omega_1 \dots \omega_L`, what each tier counts for.

    Raises
    ------
    ValueError
        For bounds that do not rise to 1, and for weights that do not add up to 1 or count a later tier for more.

    Examples
    --------
    >>> Tiers().value(np.array([0.25, 0.5, 0.75, 1.0])).round(3).tolist()
    [0.4, 0.8, 0.9, 1.0]
    """

    bounds: tuple[float, ...] = nested((0.5, 1.0))
    weights: tuple[float, ...] = nested((0.8, 0.2))

    def __check_init__(self) -> None:
        """Raise for what is no concave value; numbers that cannot be looked at are let through."""
        b, w = entries(self.bounds), entries(self.weights)
        if b is not None and not _rises_to_1(b):
            raise ValueError(f"bounds is {shown(self.bounds)}; give shares of a need that rise to 1, as (0.5, 1.0).")
        if w is not None and not (w.ndim == 1 and w.size and (w >= 0).all() and abs(w.sum() - 1.0) <= CLOSE):
            raise ValueError(f"weights is {shown(self.weights)}; give numbers of at least 0 that add up to 1.")
        if len(self.weights) != len(self.bounds):
            raise ValueError(f"weights is {shown(self.weights)}; give one for each of the {len(self.bounds)} bounds.")
        if b is not None and w is not None and (np.diff(w / np.diff(b, prepend=0.0)) > CLOSE).any():
            raise ValueError(
                f"weights is {shown(self.weights)}, which counts a later tier for more than an earlier one; let weight "
                "per share of the need fall from tier to tier."
            )

    @property
    def count(self) -> int:
        """How many tiers there are."""
        return len(self.bounds)

    @property
    def widths(self) -> tuple[Any, ...]:
        """What part of a need belongs to each tier; they add up to 1, since the last one ends there."""
        return tuple(upper - lower for lower, upper in pairwise((0.0, *self.bounds[:-1], 1.0)))

    def value(self, share: Any, xp: Any = np) -> Any:
        """Return :math:`v` of the share met, of any shape, NaN where it is NaN."""
        s, floor, total = xp.asarray(share, float), 0.0, 0.0
        for width, weight in zip(self.widths, self.weights, strict=True):
            total = total + weight * xp.clip((s - floor) / width, 0.0, 1.0)
            floor = floor + width
        return total


def _rises_to_1(bounds: np.ndarray) -> bool:
    rises = bounds.ndim == 1 and bounds.size > 0 and (np.diff(bounds, prepend=0.0) > 0).all()
    return bool(rises) and abs(bounds[-1] - 1.0) <= CLOSE


WHOLE = Tiers((1.0,), (1.0,))
"""A need in one piece: every part of it counts alike."""

USUAL = Tiers()
"""By which needs count in objectives, scores and bounds where nothing else is asked for."""
