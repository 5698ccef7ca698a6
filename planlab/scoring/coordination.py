"""What planning costs and whether plans come true: fulfilment, whose fault a shortfall is, messages."""

from typing import Any

import numpy as np

__all__ = ["BITS_PER_NUMBER", "avoidable_shortfall", "bits", "plan_fulfilment", "unavoidable_shortfall"]

BITS_PER_NUMBER = 64


def plan_fulfilment(delivery: Any, promised: Any) -> np.ndarray:
    r"""Return done over promised per period, the mean of :math:`\min(1, y_{ih} / \hat y_{ih})` over what was promised.

    Nothing promised counts as kept. Shapes ``(periods, products, communities)`` to ``(periods,)``.

    Examples
    --------
    >>> plan_fulfilment([[[1.0], [3.0]]], [[[2.0], [2.0]]]).tolist()
    [0.75]
    """
    y, promise = np.asarray(delivery, float), np.asarray(promised, float)
    made = promise > 0
    kept = np.where(made, np.minimum(y, promise) / np.where(made, promise, 1.0), 0.0).sum(axis=(-2, -1))
    count = made.sum(axis=(-2, -1))
    return np.where(count > 0, kept / np.where(count > 0, count, 1), 1.0)


def avoidable_shortfall(satisfaction: float, bound: float) -> float:
    """Return the fall-short that plan and execution caused: the clairvoyant bound less what was achieved.

    Examples
    --------
    >>> round(avoidable_shortfall(0.7, 0.9), 6)
    0.2
    """
    return float(bound) - float(satisfaction)


def unavoidable_shortfall(bound: float) -> float:
    """Return the fall-short that nobody could have avoided: one less the clairvoyant bound.

    Examples
    --------
    >>> round(unavoidable_shortfall(0.9), 6)
    0.1
    """
    return 1.0 - float(bound)


def bits(messages: float) -> float:
    """Return the size of messages, each a 64-bit number."""
    return BITS_PER_NUMBER * float(messages)
