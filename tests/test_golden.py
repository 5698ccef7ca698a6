import numpy as np
import pytest

from benchmarks import golden


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A record of two cases, whose numbers are given instead of simulated."""
    numbers = {"activity": np.array([1.0, 2.0]), "scores": np.array([0.5, np.nan])}
    monkeypatch.setattr(golden, "said", lambda case, mechanism: dict(numbers))
    cases = [golden.Case("layered", "command", "truthful", "flat"), golden.Case("layered", "vcg", "truthful", "flat")]
    known = {"/".join(case): golden.unique(case, golden.said(case, case.mechanism)) for case in cases}
    golden.write(tmp_path / "golden.npz", known)
    return cases, numbers, golden.read(tmp_path / "golden.npz")


def test_what_is_still_said_does_not_differ(record):
    cases, _, known = record
    assert [line for case in cases for line in golden.differing(case, known["/".join(case)])] == []


def test_what_is_said_otherwise_is_named(record):
    cases, numbers, known = record
    numbers["activity"] = np.array([1.0, 2.0 + 1e-9])
    found = [list(golden.differing(case, known["/".join(case)])) for case in cases]
    assert found == [["layered/command/truthful/flat: activity is 5.0e-10 apart"], []]  # a solver may be 1e-7 off


def test_what_is_no_longer_said_or_no_longer_a_number_is_named(record):
    cases, numbers, known = record
    del numbers["activity"]
    numbers["scores"] = np.array([0.5, 0.0])
    found = list(golden.differing(cases[0], known["/".join(cases[0])]))
    assert [line.split(": ")[1] for line in found] == ["activity is inf apart", "scores is inf apart"]


def test_what_two_solvers_plan_differently_is_not_recorded(monkeypatch):
    said = {"vcg": {"prices": np.array([1.0, 2.0]), "pay": np.array([1.0])}}
    monkeypatch.setattr(
        golden, "said", lambda case, mechanism: {"prices": np.array([2.0, 1.0]), "pay": np.array([1.0])}
    )
    case = golden.Case("layered", "vcg", "truthful", "flat")
    assert list(golden.unique(case, said["vcg"])) == ["pay"]
