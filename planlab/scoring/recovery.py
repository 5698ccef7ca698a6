"""How deep needs met fall after a shock, and how long it takes until they are back."""

from typing import Any, NamedTuple

import numpy as np

__all__ = ["BACK", "Recovery", "recovery"]

BACK = 0.95
"""The part of what needs met were before at which a run has recovered."""


class Recovery(NamedTuple):
    """How a run came through a shock.

    Parameters
    ----------
    depth
        The least needs met from the shock on, over what it was before.
    time
        Periods from the first one struck until needs met are back.
    """

    depth: float
    time: float


def recovery(needs_met: Any, struck: Any) -> Recovery:
    r"""Return how a run came through a shock.

    .. math:: \text{depth} = \frac{\min_{t \ge b} S_t}{S_{b-1}}, \qquad
              \text{time} = \min \{ t \ge \hat t : S_t \ge .95\, S_{b-1} \} - b, \qquad
              \hat t = \arg\min_{t \ge b} S_t,

    with the first period struck :math:`b`: the loss and the rapidity of Bruneau et al. (2003) :cite:`bruneau:03`, in
    periods. Counted from the deepest point on, so that stores that delay the fall are no recovery; of several shocks
    the one that went deepest decides.

    Parameters
    ----------
    needs_met
        By period, ``(periods,)``.
    struck
        Which periods are struck, ``(periods,)``.

    Returns
    -------
    Recovery
        A time of 0 where needs met never fall under .95 of what they were, infinite where they are not back within the
        run; NaN, both, where the first period is struck, or no need was met before.

    Raises
    ------
    ValueError
        Where no period is struck.

    Examples
    --------
    >>> recovery([0.8, 0.8, 0.7, 0.4, 0.6, 0.78], [False, False, True, True, False, False])
    Recovery(depth=0.5, time=3.0)
    """
    S, hit = np.asarray(needs_met, float), np.asarray(struck, bool)
    if not hit.any():
        raise ValueError("No period is struck; there is nothing to recover from.")
    b = int(hit.argmax())
    if b == 0 or not S[b - 1] > 0:
        return Recovery(float("nan"), float("nan"))
    after = S[b:] / S[b - 1]
    deepest = int(after.argmin())
    back = np.flatnonzero(after[deepest:] >= BACK)
    time = 0.0 if after[deepest] >= BACK else float(deepest + back[0]) if back.size else float("inf")
    return Recovery(float(after[deepest]), time)
