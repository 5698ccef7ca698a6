import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planlab.incentives.settings.truth_serum import (
    CommonPrior,
    quadratic,
    robust_serum_payoffs,
    robust_serum_scores,
    serum_payoffs,
    serum_scores,
)

positive = st.floats(0.05, 1.0)


def prior_of(states, answers):
    return CommonPrior(states / states.sum(), answers / answers.sum(axis=1, keepdims=True))


priors = st.builds(prior_of, arrays(float, 3, elements=positive), arrays(float, (3, 3), elements=positive))
yes_or_no = st.builds(prior_of, arrays(float, 3, elements=positive), arrays(float, (3, 2), elements=positive))


def apart(prior):
    P = prior.posterior
    return min(np.abs(P[k] - P[l]).max() for k, l in itertools.combinations(range(len(P)), 2))


def lead_of_truth(payoffs):
    others = payoffs + np.diag(np.full(len(payoffs), -np.inf))
    return (np.diag(payoffs) - others.max(axis=1)).min()


@settings(max_examples=500)
@given(priors, arrays(float, (8, 3), elements=positive))
def test_honesty_is_a_strict_equilibrium_of_the_serum(prior, predictions):
    assume(apart(prior) > 0.01)
    assert lead_of_truth(serum_payoffs(prior)) > 1e-9
    honest, q = prior.predictions, prior.answers
    other = predictions / predictions.sum(axis=1, keepdims=True)

    def predicted(y):  # the prediction score in expectation, for each answer held
        return prior.posterior @ (q @ np.log(y).T - (q * np.log(q)).sum(axis=1)[:, None])

    assert np.all(np.diag(predicted(honest))[:, None] >= predicted(other) - 1e-12)


def test_paying_for_common_answers_or_for_less_than_predicted_invites_lies():
    prior = CommonPrior(np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    assert lead_of_truth(serum_payoffs(prior)) > 0
    assert lead_of_truth(-serum_payoffs(prior)) < 0
    assert lead_of_truth(prior.posterior @ np.log(prior.answers)) < 0


@given(arrays(int, 7, elements=st.integers(0, 2)), arrays(float, (7, 3), elements=positive))
def test_scores_add_up_to_zero(answers, predictions):
    predictions = predictions / predictions.sum(axis=1, keepdims=True)
    assert serum_scores(answers, predictions).sum() == pytest.approx(0, abs=1e-9)


@given(priors)
def test_scores_of_a_large_population_approach_their_limit(prior):
    state, people = 0, 6000
    counts = np.round(prior.answers[state] * people).astype(int)
    answers = np.repeat(np.arange(3), counts)
    scores = serum_scores(answers, prior.predictions[answers], alpha=0.0)
    exact = np.log(prior.answers[state]) - prior.answers[state] @ np.log(prior.predictions)
    for k in range(3):
        assert scores[answers == k][0] == pytest.approx(exact[k], abs=0.02)


@settings(max_examples=500)
@given(yes_or_no)
def test_honesty_is_a_strict_equilibrium_of_the_robust_serum_among_three(prior):
    assume(apart(prior) > 0.01)
    honest = robust_serum_payoffs(prior, prior.predictions[:, 1])
    assert lead_of_truth(honest) > 1e-9
    for lie in np.linspace(0.0, 1.0, 21):
        prediction = np.array([lie, lie])
        off = np.abs(prediction - prior.predictions[:, 1])[:, None]
        assert np.all(honest >= robust_serum_payoffs(prior, prediction) + 0.99 * off**2 - 1e-12)


@given(yes_or_no)
def test_expected_scores_are_the_mean_of_scores_over_all_draws(prior):
    y = prior.predictions[:, 1]
    expected = np.zeros((2, 2))
    for state, j, k in itertools.product(range(3), (0, 1), (0, 1)):
        chance = prior.posterior[:, state] * prior.answers[state, j] * prior.answers[state, k]
        for held, said in itertools.product((0, 1), (0, 1)):
            expected[held, said] += chance[held] * robust_serum_scores([said, j, k], [y[held], y[j], y[k]])[0]
    np.testing.assert_allclose(robust_serum_payoffs(prior, y), expected, atol=1e-12)


def test_rewarding_mere_agreement_with_the_peer_invites_lies():
    prior = CommonPrior(np.array([0.5, 0.5]), np.array([[0.1, 0.9], [0.3, 0.7]]))
    assert lead_of_truth(robust_serum_payoffs(prior, prior.predictions[:, 1])) > 0
    assert lead_of_truth(prior.predictions) < 0
    assert quadratic(0.3, 1) == pytest.approx(0.51)


def test_two_are_too_few():
    with pytest.raises(ValueError, match="three at least"):
        robust_serum_scores([0, 1], [0.5, 0.5])
