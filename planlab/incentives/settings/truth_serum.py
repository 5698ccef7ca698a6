"""Truth serums: pay for answers that nobody can verify so that honest ones pay best."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

__all__ = ["CommonPrior", "quadratic", "robust_serum_payoffs", "robust_serum_scores", "serum_payoffs", "serum_scores"]


@dataclass(frozen=True)
class CommonPrior:
    r"""What everybody believes before looking: a state is drawn, and each agent's answer given the state.

    Parameters
    ----------
    states
        :math:`P(s) > 0`, adding up to one.
    answers
        :math:`q(k \mid s) > 0`, one row per state, each adding up to one.

    Examples
    --------
    >>> prior = CommonPrior(np.array([0.5, 0.5]), np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> prior.predictions.round(3).tolist()
    [[0.667, 0.333], [0.5, 0.5]]
    """

    states: Float[np.ndarray, "states"]
    answers: Float[np.ndarray, "states answers"]

    @property
    def posterior(self) -> Float[np.ndarray, "answers states"]:
        r"""What holders of each answer believe of the state, :math:`P(s \mid k)`."""
        joint = self.states[:, None] * self.answers
        return (joint / joint.sum(axis=0)).T

    @property
    def predictions(self) -> Float[np.ndarray, "answers answers"]:
        r"""What holders of answer :math:`k` expect of another agent, :math:`p(l \mid k) = \sum_s P(s|k) q(l|s)`."""
        return self.posterior @ self.answers


def serum_scores(answers: Any, predictions: Any, alpha: float = 1.0) -> Float[np.ndarray, "agents"]:
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
    y = np.asarray(predictions, float)
    x = np.eye(y.shape[1])[np.asarray(answers)]
    mean, geometric = x.mean(axis=0), np.exp(np.log(y).mean(axis=0))
    held = mean > 0
    surprise = np.log(mean[held] / geometric[held])
    return x[:, held] @ surprise + alpha * np.log(y[:, held] / mean[held]) @ mean[held]


def serum_payoffs(prior: CommonPrior) -> Float[np.ndarray, "held said"]:
    r"""Return what holders of :math:`k` expect for answering :math:`l` among very many who are honest.

    In state :math:`s` answers have frequency :math:`q(\cdot|s)` and log predictions mean
    :math:`\sum_j q(j|s) \ln p(l|j)`, so that the information score is worth

    .. math:: V_{kl} = \sum_s P(s|k) \Bigl[ \ln q(l|s) - \sum_j q(j|s) \ln p(l|j) \Bigr]
                     = \sum_{s,j} P(s, j | k) \ln P(s | j, l) + c_k.

    By Gibbs' inequality that is greatest at :math:`l = k`, and only there if answers differ in what they say of the
    state. The prediction score is proper and greatest at :math:`y = p(\cdot|k)`.

    Examples
    --------
    >>> prior = CommonPrior(np.array([0.5, 0.5]), np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> V = serum_payoffs(prior)
    >>> V.argmax(axis=1).tolist()
    [0, 1]
    """
    q = prior.answers
    return prior.posterior @ (np.log(q) - q @ np.log(prior.predictions))


def quadratic(forecast: Any, event: Any) -> np.ndarray:
    r"""Return the quadratic score of a forecast probability, :math:`2y - y^2` if it happens and :math:`1 - y^2` if not.

    Names: Brier score, up to sign and scale.
    """
    y = np.asarray(forecast, float)
    return np.where(np.asarray(event) == 1, 2 * y - y**2, 1 - y**2)


def _shadow(forecast: np.ndarray, answer: np.ndarray) -> np.ndarray:
    return forecast + np.where(answer == 1, 1, -1) * np.minimum(forecast, 1 - forecast)


def robust_serum_scores(answers: Any, predictions: Any) -> Float[np.ndarray, "agents"]:
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
    x, y = np.asarray(answers), np.asarray(predictions, float)
    if len(x) < 3:
        raise ValueError(f"There are {len(x)} agents; the robust serum needs a reference and a peer, three at least.")
    peer = np.roll(x, -2)
    return quadratic(_shadow(np.roll(y, -1), x), peer) + quadratic(y, peer)


def robust_serum_payoffs(prior: CommonPrior, prediction: Any) -> Float[np.ndarray, "held said"]:
    r"""Return what holders of an answer expect for a report and a prediction, the other two of three being honest.

    The expectation is exact, over states and the answers of reference and peer. The reference's prediction
    :math:`p(1|x_j)` lies strictly between :math:`P(1 | x_j, x_i)` for either answer of :math:`x_i`; a step of equal
    size towards the truth beats one away from it, for a score quadratic in the forecast.

    Parameters
    ----------
    prior
        Of answers 0 and 1.
    prediction
        What is predicted by holders of 0 and of 1, shape ``(2,)``.

    Examples
    --------
    >>> prior = CommonPrior(np.array([0.5, 0.5]), np.array([[0.8, 0.2], [0.4, 0.6]]))
    >>> robust_serum_payoffs(prior, prior.predictions[:, 1]).argmax(axis=1).tolist()
    [0, 1]
    """
    q, held = prior.answers, np.asarray(prediction, float)
    of_both = np.einsum("ks,sj,sm->kjm", prior.posterior, q, q)
    answers = np.array([0, 1])
    shadow = _shadow(prior.predictions[:, 1][None, :], answers[:, None])
    by_report = np.einsum("kjm,ljm->kl", of_both, quadratic(shadow[:, :, None], answers))
    by_prediction = np.einsum("kjm,km->k", of_both, quadratic(held[:, None], answers))
    return by_report + by_prediction[:, None]
