"""What communities are paid for what they say they need."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.pay.serum import robust_serum_scores, serum_scores
from planlab.simulation.runner import first_published
from planlab.testing import drawn_scenario


def test_accuracy_is_the_weighted_share_of_what_arrived_that_is_taken(account):
    reward = pl.ProfileAccuracy(bonus=2.0, reward=pl.Weitzman())
    reward_state, pay = reward.pay(jnp.array([0.8, 0.7]), account)
    np.testing.assert_allclose(pay.communities, [2 * (0.3 * 1 + 0.3 * 0.5) / 0.6, 2 * 2 / 3])
    np.testing.assert_array_equal(pay.producers, pl.Weitzman().pay(reward_state, account)[1].producers)
    nothing = jnp.zeros((2, 2))
    _, pay = reward.pay(reward_state, replace(account, delivery=nothing, taken=nothing))
    np.testing.assert_array_equal(pay.communities, 2.0)


def test_only_what_arrives_beyond_need_is_noticed():
    plenty, bonus = drawn_scenario(0, plenty=True), pl.ProfileAccuracy(bonus=1.0)
    short = drawn_scenario(0, wear=0.0, struck=False)

    def paid(scenario, factor):
        said = pl.Misreport(needs=factor)
        return pl.simulate("linear_program", scenario, 1, said, physics=pl.Frictionless(), reward=bonus).pay.communities

    np.testing.assert_allclose(paid(plenty, 2.0), 0.5)
    for scenario in (plenty, short):
        np.testing.assert_allclose(paid(scenario, 0.5), 1.0)
    assert 0.5 < float(paid(short, 2.0).mean()) < 1.0  # what does not come is not noticed


PREDICTIONS = np.array(pl.TruthSerum().predictions)
YES = np.array(pl.RobustTruthSerum().predictions)


def answers(run):
    """Return 0, 1 or 2 for less, as much and more, as they can be read from a run of honest people."""
    s = run.scenario
    delivered = [np.asarray(first_published(s, 12).statistics.delivery), *np.asarray(run.outcome.delivery)[:-1]]
    found = []
    for before, needs in zip(delivered, np.asarray(run.needs), strict=True):
        w = np.asarray(need_weights(jnp.asarray(needs), s.urgency, s.population))
        rho = (w * before / np.where(needs > 0, needs, 1.0)).sum(axis=0) / w.sum(axis=0)
        found.append(1 + (rho < 0.95).astype(int) - (rho > 1.05).astype(int))
    return np.array(found)


@pytest.mark.parametrize("mechanism", ["command", "linear_program"])
def test_answers_are_scored_against_last_years_deliveries(mechanism):
    seen = set()
    for seed in range(6):
        scenario = drawn_scenario(seed)
        scenario = replace(scenario, activity=scenario.activity * (1 + seed % 2))
        run = pl.simulate(mechanism, scenario, 3, physics=pl.Frictionless(), reward=pl.TruthSerum(bonus=0.5))
        robust = pl.simulate(mechanism, scenario, 3, physics=pl.Frictionless(), reward=pl.RobustTruthSerum(bonus=0.5))
        for t, answer in enumerate(answers(run)):
            seen |= set(answer)
            np.testing.assert_allclose(
                run.pay.communities[t], 0.5 * serum_scores(answer, PREDICTIONS[answer]), atol=1e-12
            )
            more = (answer == 2).astype(int)
            np.testing.assert_allclose(robust.pay.communities[t], 0.5 * robust_serum_scores(more, YES[more]))
        np.testing.assert_allclose(run.pay.communities.sum(axis=1), 0.0, atol=1e-12)
        assert (robust.pay.communities >= 0).all()
    assert len(seen) > 1  # not everybody always answers the same


def test_only_the_answer_counts_not_how_much_is_asked_for(account):
    reward, before = pl.TruthSerum(), jnp.array([[2.0, 2.0], [1.5, 0.0]])
    (after, _), pay = reward.pay((before, ()), account)
    np.testing.assert_array_equal(after, account.delivery)
    _, louder = reward.pay(
        (before, ()), replace(account, reported_needs=account.reported_needs * jnp.array([[1.0, 3.0]]))
    )
    np.testing.assert_array_equal(pay.communities, louder.communities)
    silent = replace(account, reported_needs=jnp.zeros((2, 2)), need_weights=jnp.zeros((2, 2)))
    assert np.isfinite(reward.pay((before, ()), silent)[1].communities).all()


def test_the_common_prior_of_the_default_is_one():
    """Some shares of answers make the joint frequencies symmetric and positive, as two of one population's are."""
    shares = np.array([1.0, 1.4, 1.0]) / 3.4
    joint = shares[:, None] * PREDICTIONS
    np.testing.assert_allclose(joint, joint.T)
    assert np.linalg.eigvalsh(joint).min() > 0


def test_two_communities_are_too_few_for_the_robust_serum(account):
    with pytest.raises(ValueError, match="three at least"):
        pl.RobustTruthSerum().pay((account.delivery, ()), account)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(pl.TruthSerum, ((0.5, 0.5), (0.5, 0.5))), (pl.TruthSerum, ((1.0, 0.0, 0.0),) * 3), (pl.RobustTruthSerum, (2, 0))],
)
def test_wrong_predictions_are_named(kind, wrong):
    with pytest.raises(ValueError, match="predictions is"):
        kind(predictions=wrong)
