"""A file of one's own: what it defines goes by name, and a broken one breaks only itself."""

import subprocess
import sys

import pytest

import planlab as pl
from planlab.study.own_parts import load_parts
from planlab.study.specification import read_specification

PARTS = '''
from dataclasses import replace
from typing import ClassVar

import planlab as pl


class Sleepy(pl.Mechanism):
    """Plans half of what was done."""

    sees: ClassVar = frozenset({"last", "needs"})
    share: float = 0.5

    def plan(self, state, seen, key):
        """Return the plan."""
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=self.share * seen.needs)


class Modest(pl.Behaviour):
    """Asks for half of its needs."""

    def report(self, said, known, key):
        """Return what is said."""
        return replace(said, needs=0.5 * said.needs)


class Echo(pl.Channel):
    """Lets everything through."""

    def carry(self, said, known, key):
        """Return what arrives."""
        return said


class Coin(pl.Reward):
    """Pays everybody the same coin."""

    coin: float = 2.0

    def pay(self, quota, account):
        """Return what all earn."""
        return quota, pl.Pay(self.coin + 0 * account.achieved, 0 * account.satisfaction)


class Fatigue(pl.Law):
    """Limits fall."""

    moves: ClassVar = frozenset({"limits"})
    share: float = 0.1

    def step(self, state, outcome, key):
        """Let limits fall."""
        return replace(state, limits=(1 - self.share) * state.limits)


@pl.metric(unit="units of the first product")
def first_delivered(trajectory):
    """Return how much of the first product was delivered."""
    return trajectory.outcome.delivery[:, 0].sum()
'''

STUDY = """
parts = ["own_things.py"]
scenario = "three_sector"
mechanisms = [{ name = "sleepy", parameters = { share = 0.25 } }]
laws = [{ kind = "fatigue", share = 0.2 }]
periods = 2
seeds = 1
bound = false

[behaviours.small]
behaviour = "modest"
channel = "echo"
reward = { kind = "coin", coin = 3.0 }
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "own_things.py").write_text(PARTS)
    (tmp_path / "study.toml").write_text(STUDY)
    yield tmp_path / "study.toml"
    sys.modules.pop("own_things", None)
    pl.scoring.metrics.forget("first_delivered")


def test_every_kind_of_part_of_ones_own_is_named_in_a_study(study):
    plan = read_specification(study).design()
    setting = plan.behaviours["small"]
    assert type(plan.mechanisms["sleepy"]).__name__ == "Sleepy"
    assert float(plan.mechanisms["sleepy"].share) == 0.25
    assert [type(part).__name__ for part in (setting.behaviour, setting.channel, setting.reward)] == [
        "Modest",
        "Echo",
        "Coin",
    ]
    assert float(plan.scenarios[0].laws[0].share) == 0.2
    run = pl.simulate(plan.mechanisms["sleepy"], plan.scenarios[0], 2, setting=setting)
    assert pl.score(run).first_delivered == pytest.approx(float(run.outcome.delivery[:, 0].sum()))
    assert run.pay.producers.max() == 3.0


def test_a_metric_of_ones_own_is_a_column_of_the_table(study):
    load_parts([study.with_name("own_things.py")])
    table = pl.compare("standstill", "three_sector", 2, 2, ["honest"], bound=False).table
    run = pl.simulate("standstill", pl.make_scenario("three_sector"), 2)
    assert table.first_delivered[0] == float(run.outcome.delivery[:, 0].sum())


def test_the_command_line_takes_a_file_too(study):
    command = [sys.executable, "-m", "planlab", "compare", "-s", "three_sector", "-m", "sleepy", "-b", "modest@echo"]
    command += ["--parts", "own_things.py", "--reward", "coin", "--law", "fatigue", "--set", "sleepy.share=0.75"]
    command += ["--set", "coin.coin=4", "--periods", "2", "--seeds", "1", "--no-page", "-o", "found"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=study.parent)
    assert done.returncode == 0, done.stderr
    assert "sleepy" in done.stdout
    found = pl.Comparison.load(study.parent / "found")
    assert "first_delivered" in found.table
    assert "0.75" in found.manifest["mechanisms"]["sleepy"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("half.py", "import planlab as pl\nclass Half(pl.Law)\n", r"half.py cannot be imported: SyntaxError: .*line 2"),
        (
            "late.py",
            "import planlab\n\nraise RuntimeError('no')\n",
            r"late.py cannot be imported: RuntimeError: no \(line 3\)",
        ),
        ("json.py", "", "called like another module"),
        ("not-a-name.py", "", "is no name in Python"),
    ],
)
def test_a_broken_file_is_named_with_the_line_and_breaks_only_itself(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=said):
        load_parts([tmp_path / name])
    assert pl.simulate("standstill", pl.make_scenario("three_sector"), 1).periods == 1


def test_a_file_that_is_not_there_and_a_module_that_is_none_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere\.py"):
        load_parts([tmp_path / "nowhere.py"])
    with pytest.raises(ValueError, match="no_such_module cannot be imported: ModuleNotFoundError"):
        load_parts(["no_such_module"])


def test_a_metric_that_is_called_like_one_of_planlabs_is_refused():
    @pl.metric()
    def need_satisfaction(trajectory):
        return 1.0

    try:
        with pytest.raises(ValueError, match="has a metric 'need_satisfaction' already"):
            pl.score(pl.simulate("standstill", pl.make_scenario("three_sector"), 1))
    finally:
        pl.scoring.metrics.forget("need_satisfaction")


def test_a_metric_without_brackets_is_refused_with_the_way_to_write_it():
    with pytest.raises(TypeError, match=r"write @pl\.metric\(\)"):
        pl.metric(lambda trajectory: 0.0)
