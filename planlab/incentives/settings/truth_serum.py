"""Truth serums: pay for answers that nobody can verify so that honest ones pay best."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from planlab.pay.serum import quadratic, robust_serum_scores, serum_scores, shadow

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
    moved = shadow(prior.predictions[:, 1][None, :], answers[:, None])
    by_report = np.einsum("kjm,ljm->kl", of_both, quadratic(moved[:, :, None], answers))
    by_prediction = np.einsum("kjm,km->k", of_both, quadratic(held[:, None], answers))
    return by_report + by_prediction[:, None]
