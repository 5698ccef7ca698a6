"""Scores for answers that nobody can verify: they pay most to the honest if the others are honest."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

__all__ = ["quadratic", "robust_serum_scores", "serum_scores", "shadow"]


def serum_scores(answers: Any, predictions: Any, alpha: float = 1.0) -> Float[Array, "agents"]:
    r"""Return the scores of the Bayesian truth serum (Prelec 2004 :cite:`prelec:04`).

    With :math:`x_{ik}` one if agent :math:`i` answers :math:`k`, :math:`y_{ik}` the frequency it predicts,
    :math:`\bar x` the mean of answers and :math:`\bar y` the geometric mean of predictions,

    .. math:: \sum_k x_{ik} \ln \frac{\bar x_k}{\bar y_k} + \alpha \sum_k \bar x_k \ln \frac{y_{ik}}{\bar x_k}:

    what is more common than predicted pays, and so does predicting well. With :math:`\alpha = 1` scores add up to 0.
    Answers that nobody gives are left out of the sums.

    Parameters
    ----------
    answers
        The answer of each agent, counted from 0, shape ``(agents,)``.
    predictions
        Positive frequencies, ``(agents, answers)``.
    alpha
        Weight of the prediction.

    Examples
    --------
    >>> serum_scores([0, 0, 1], [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]).round(3).tolist()
    [0.231, 0.231, -0.462]
    """
    log_y = jnp.log(jnp.asarray(predictions, float))
    x = jax.nn.one_hot(jnp.asarray(answers), log_y.shape[1], dtype=log_y.dtype)
    mean = x.mean(axis=0)
    log_mean = jnp.log(jnp.where(mean > 0, mean, 1.0))  # of answers that nobody gives x and mean are 0 below
    return x @ (log_mean - log_y.mean(axis=0)) + alpha * (log_y - log_mean[None, :]) @ mean


def quadratic(forecast: Any, event: Any) -> Any:
    r"""Return the quadratic score of a forecast probability, :math:`2y - y^2` if it happens and :math:`1 - y^2` if not.

    Both are :math:`1 - (x - y)^2` of an event x that is one or nothing.

    Names: Brier score, up to sign and scale.
    """
    return 1 - (event - forecast) ** 2


def shadow(forecast: Any, answer: Any) -> Any:
    r"""Return a forecast y moved by :math:`\min(y, 1 - y)`, up for a yes (1) and down for a no (0)."""
    return forecast + (2 * answer - 1) * (0.5 - abs(forecast - 0.5))


def robust_serum_scores(answers: Any, predictions: Any) -> Float[Array, "agents"]:
    r"""Return the scores of the robust serum for yes-or-no answers (Witkowski & Parkes 2012 :cite:`witkowski:12`).

    Agent :math:`i` is compared with a reference :math:`j = i + 1` and a peer :math:`k = i + 2` (modulo :math:`n`). The
    reference's prediction, moved by :math:`\delta = \min(y_j, 1 - y_j)` up for a yes and down for a no, must forecast
    the peer's answer, and so must the agent's own prediction:

    .. math:: R(y_j \pm \delta, x_k) + R(y_i, x_k), \qquad R(y, 1) = 2 y - y^2, \quad R(y, 0) = 1 - y^2.

    Raises
    ------
    ValueError
        If there are fewer than three agents.

    Examples
    --------
    >>> robust_serum_scores([1, 1, 0], [0.75, 0.5, 0.25]).round(4).tolist()
    [0.4375, 1.5, 1.1875]
    """
    x, y = jnp.asarray(answers, float), jnp.asarray(predictions, float)
    if x.size < 3:
        raise ValueError(f"There are {x.size} agents; the robust serum needs a reference and a peer, three at least.")
    peer = jnp.roll(x, -2)
    return quadratic(shadow(jnp.roll(y, -1), x), peer) + quadratic(y, peer)
