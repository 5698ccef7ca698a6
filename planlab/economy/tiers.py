"""How much a part of a need counts: the essential part of it first."""

from typing import Any

import numpy as np

from planlab.base.part import Part, nested

__all__ = ["Tiers"]


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
        For bounds that do not rise to 1, and weights that do not add up to 1 or count a later tier for more.

    Examples
    --------
    >>> Tiers().value(np.array([0.25, 0.5, 0.75, 1.0])).round(3).tolist()
    [0.4, 0.8, 0.9, 1.0]
    """

    bounds: tuple[float, ...] = nested((0.5, 1.0))
    weights: tuple[float, ...] = nested((0.8, 0.2))

    def __check_init__(self) -> None:
        """Raise for what is no concave value."""
        b, w = np.asarray(self.bounds, float), np.asarray(self.weights, float)
        if b.ndim != 1 or not b.size or not (np.diff(b, prepend=0.0) > 0).all() or not np.isclose(b[-1], 1.0):
            raise ValueError(f"bounds is {self.bounds!r}; give shares of a need that rise to 1, such as (0.5, 1.0).")
        if w.shape != b.shape or not (w >= 0).all() or not np.isclose(w.sum(), 1.0):
            raise ValueError(f"weights is {self.weights!r}; give one per tier, at least 0, that add up to 1.")
        if (np.diff(self.slopes) > 1e-12).any():
            raise ValueError(
                f"weights is {self.weights!r}: a later tier counts for more than an earlier one; let weight per share "
                "fall from tier to tier."
            )

    @property
    def widths(self) -> np.ndarray:
        """What part of a need belongs to each tier, ``(tiers,)``; they add up to 1."""
        return np.diff(np.asarray(self.bounds, float), prepend=0.0)

    @property
    def slopes(self) -> np.ndarray:
        """What a unit of each tier's share is worth, ``(tiers,)``, falling."""
        return np.asarray(self.weights, float) / self.widths

    def value(self, share: Any, xp: Any = np) -> Any:
        """Return :math:`v` of the share met, of any shape, NaN where it is NaN."""
        s, floor, total = xp.asarray(share, float), 0.0, 0.0
        for width, slope in zip(self.widths, self.slopes, strict=True):
            total = total + slope * xp.clip(s - floor, 0.0, width)
            floor = floor + width
        return total
