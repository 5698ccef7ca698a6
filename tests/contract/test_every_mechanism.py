"""Every mechanism in the folder, and a plug-in, keeps the contract; no list is edited to add one."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given

import planlab as pl
from planlab.mechanisms import registry
from planlab.testing import CHECKS, check_mechanism, check_names_do_not_matter, economies, scenarios
from planlab.testing.worlds import drawn_scenario, permuted


@pytest.mark.parametrize("name", [*registry.MECHANISMS.planlabs(), *registry.MECHANISMS.plug_ins()])
def test_every_mechanism_keeps_the_contract(name):
    outcome = check_mechanism(registry.find_mechanism(name))
    assert set(outcome) == set(CHECKS)
    assert "kept" in outcome.values()


@pytest.mark.parametrize("objective", [pl.Ray(), pl.LeastThroughput(factor=1)], ids=lambda o: type(o).__name__)
def test_every_objective_is_blind_to_names_and_never_suffers_from_more_of_a_limit(objective):
    check_names_do_not_matter(pl.LinearProgram(objective=objective))
    CHECKS["more_of_a_limit_never_hurts"](pl.LinearProgram(objective=objective))


PLUG_IN = """
from typing import ClassVar
from planlab.mechanisms.mechanism import Mechanism
from planlab.planning.plan import Plan

class Halve(Mechanism):
    sees: ClassVar = frozenset({"last"})
    expected_failures: ClassVar = {"plenty_meets_every_need": "it does half of what was done"}

    def plan(self, state, seen, key):
        return state, Plan(activity=seen.last.activity / 2, delivery=seen.last.delivery / 2)
"""


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """Install a package that registers a mechanism as an entry point."""
    (tmp_path / "halving.py").write_text(PLUG_IN)
    folder = tmp_path / "halving-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: halving\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[planlab.mechanisms]\nhalve = halving:Halve\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "halve"
    sys.modules.pop("halving", None)


def test_a_plug_in_is_found_and_held_to_the_contract(plug_in):
    assert plug_in in registry.mechanism_names()
    assert "halving" not in sys.modules  # its code runs only when it is named
    outcome = check_mechanism(registry.find_mechanism(plug_in))
    assert outcome["plenty_meets_every_need"].startswith("expected failure")


@given(scenario=scenarios(), economy=economies())
def test_drawn_scenarios_have_one_shape(scenario, economy):
    usual = drawn_scenario().economy
    for e in (scenario.economy, economy):
        assert e.inputs.nonzeros == usual.inputs.nonzeros
        assert e.factors.shape == usual.factors.shape
    assert (np.asarray(scenario.needs) == 0).any()


def test_a_permuted_world_is_the_same_world():
    scenario = drawn_scenario(3, joint=True)
    other, order = permuted(scenario, seed=1)
    x = np.asarray(scenario.activity)
    for name in ("inputs", "outputs", "capital"):
        here, there = (
            np.asarray(getattr(e, name) @ y) for e, y in ((scenario.economy, x), (other.economy, x[order.processes]))
        )
        np.testing.assert_allclose(here[order.products], there, rtol=1e-14)


def test_without_hypothesis_the_contract_works_and_strategies_say_what_is_missing():
    code = """
import sys
sys.modules["hypothesis"] = None
import planlab as pl
pl.testing.check_sees_no_more_than_declared
try:
    pl.testing.scenarios()
except ModuleNotFoundError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'planlab[test]'" in said
