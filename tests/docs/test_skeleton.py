"""The mechanism to copy works as it stands."""

from pathlib import Path

import numpy as np
import pytest

import planlab as pl
from planlab.economy.leontief import gross_output

SKELETONS = Path(__file__).parents[2] / "docs" / "skeletons"


@pytest.fixture
def skeleton(monkeypatch):
    monkeypatch.syspath_prepend(SKELETONS)
    from my_mechanism import MyMechanism

    return MyMechanism


def test_the_skeleton_keeps_the_contract(skeleton):
    pl.testing.check_mechanism(skeleton())


def test_the_dialogue_to_copy_keeps_the_contract_and_reaches_the_leontief_solution(monkeypatch):
    monkeypatch.syspath_prepend(SKELETONS)
    from my_dialogue import PassedOn

    pl.testing.check_mechanism(PassedOn())
    scenario = pl.make_scenario("three_sector", labour=90)
    full = gross_output(scenario.economy.inputs, np.asarray(scenario.needs).sum(axis=1))
    np.testing.assert_allclose(pl.plan(PassedOn(tolerance=1e-12), scenario).activity, full, rtol=1e-9)


def test_many_rounds_reach_the_leontief_solution(skeleton):
    scenario = pl.make_scenario("three_sector", labour=90)
    plan = pl.plan(skeleton(rounds=60), scenario)
    full = gross_output(scenario.economy.inputs, np.asarray(scenario.needs).sum(axis=1))
    np.testing.assert_allclose(plan.activity, full, rtol=1e-9)


def test_few_rounds_undersupply_intermediates(skeleton):
    scenario = pl.make_scenario("three_sector", labour=90)
    few, many = (pl.plan(skeleton(rounds=rounds), scenario).activity for rounds in (2, 60))
    assert (few[:2] < many[:2]).all()
    assert few[2] == pytest.approx(many[2])
