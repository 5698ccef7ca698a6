"""How much of the labour that there is has work."""

from typing import Any

import numpy as np

__all__ = ["employment"]


def employment(factor_use: Any, limits: Any, kinds: tuple[str, ...]) -> np.ndarray | None:
    r"""Return hours worked over the hours that there are, :math:`\frac{1}{|L|} \sum_{k \in L} (Fx_t)_k / r_{kt}`.

    Over the factors :math:`L` of kind labour that are limited in all periods, a mean of ratios, since hours of one
    skill may be counted in other units than those of another. What is missing to 1 is labour underutilised, counted in
    hours and not in people as by the ILO (2013) :cite:`ilo:13`; above 1 is overtime.

    Parameters
    ----------
    factor_use, limits
        ``(periods, factors)``.
    kinds
        One per factor.

    Returns
    -------
    array or None
        ``(periods,)``; ``None`` where no labour is limited.

    Examples
    --------
    >>> employment([[6.0, 5.0, 9.0]], [[8.0, 10.0, 9.0]], ("labour", "labour", "land")).tolist()
    [0.625]
    """
    use, r = np.asarray(factor_use, float), np.asarray(limits, float)
    limited = (np.array(kinds, dtype=object) == "labour") & (np.isfinite(r) & (r > 0)).all(axis=0)
    return (use[:, limited] / r[:, limited]).mean(axis=1) if limited.any() else None
