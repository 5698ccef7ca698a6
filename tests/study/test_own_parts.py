"""A file of one's own: what it defines goes by name, and a broken one breaks only itself."""

import re
import subprocess
import sys
import warnings

import pytest

import planlab as pl
from planlab.base.registry import PartWarning, registries, unreadable
from planlab.scoring.metric import METRICS
from planlab.study.own_parts import load_parts
from planlab.study.specification import read_specification

KINDS = {
    "mechanism": '''
from typing import ClassVar
import planlab as pl

class Sleepy(pl.Mechanism):
    """Plans half of what was done."""

    sees: ClassVar = frozenset({"last", "needs"})
    share: float = 0.5

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=self.share * seen.needs)
''',
    "behaviour": '''
from dataclasses import replace
import planlab as pl

class Modest(pl.Behaviour):
    """Asks for half of its needs."""

    def report(self, said, known, key):
        return replace(said, needs=0.5 * said.needs)
''',
    "channel": '''
import planlab as pl

class Echo(pl.Channel):
    """Lets everything through."""

    def carry(self, said, known, key):
        return said
''',
    "reward": '''
import planlab as pl

class Coin(pl.Reward):
    """Pays everybody the same coin."""

    coin: float = 2.0

    def pay(self, quota, account):
        return quota, pl.Pay(self.coin + 0 * account.achieved, 0 * account.satisfaction)
''',
    "law": '''
from dataclasses import replace
from typing import ClassVar
import planlab as pl

class Fatigue(pl.Law):
    """Limits fall."""

    moves: ClassVar = frozenset({"limits"})
    share: float = 0.1

    def step(self, state, outcome, key):
        return replace(state, limits=(1 - self.share) * state.limits)
''',
    "metric": '''
import planlab as pl

@pl.metric(unit="units of the first product")
def first_delivered(trajectory):
    """Return how much of the first product was delivered."""
    return trajectory.outcome.delivery[:, 0].sum()
''',
    "table": '''
import pandas as pd
import planlab as pl

@pl.table("my-island")
def island():
    """Return the economy of an island."""
    names = ["farms", "works"]
    return pl.read_table({
        "flows": pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], index=names, columns=names),
        "output": {"works": 2000.0, "farms": 1000.0},
        "final_demand": pd.DataFrame({"households": [350.0, 1700.0]}, index=names),
        "factors": pd.DataFrame({"farms": [300.0], "works": [500.0]}, index=["labour"]),
    })
''',
    "figure": '''
import planlab as pl

@pl.figure(title="Farms <first>")
def delivered(summary):
    """What was delivered of the first product."""
    rows = [
        {"mechanism": row.mechanism, "behaviour": row.behaviour, "first": row["first_delivered"].mean}
        for row in summary.rows
    ]
    return pl.Chart(rows, x="mechanism", y="first")
''',
    "scenario": '''
import planlab as pl

@pl.scenario()
def village(seed=0, labour=60.0):
    """Return a small world with little labour."""
    return pl.make_scenario("three_sector", labour=labour)
''',
}
"""A file for every kind of part there is."""

STUDY = """
parts = [{files}]
scenario = {world}
mechanisms = [{{ name = "sleepy", parameters = {{ share = 0.25 }} }}]
laws = [{{ kind = "fatigue", share = 0.2 }}]
periods = 2
seeds = 1
bound = false
out = "found"

[behaviours.small]
behaviour = "modest"
channel = "echo"
reward = {{ kind = "coin", coin = 3.0 }}
"""

HALF = "import planlab as pl\n\n@pl.metric()\ndef early(trajectory):\n    return 1.0\n\nclass Half(pl.Law)\n"
LATE = """import planlab as pl

@pl.metric()
def early(trajectory):
    return 1.0

class Early(pl.Behaviour):
    def report(self, said, known, key):
        return said

raise RuntimeError("no")
"""


@pytest.fixture
def written(tmp_path):
    """A file for each kind in a folder, which a study names, and forget all that they define."""

    def write(*more, world='"my-island"'):
        files = [*(f"my_{kind}.py" for kind in KINDS), *more]
        (tmp_path / "study.toml").write_text(STUDY.format(files=", ".join(f'"{name}"' for name in files), world=world))
        return tmp_path / "study.toml"

    for kind, text in KINDS.items():
        (tmp_path / f"my_{kind}.py").write_text(text)
    yield write
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)
    unreadable.clear()


def planlab_in(folder, *arguments):
    command = [sys.executable, "-m", "planlab", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=500)


def test_there_is_a_file_for_every_kind_that_has_names():
    import planlab.presentation.figure
    import planlab.study.specification  # noqa: F401 - so that all registries are there

    assert {registry.what for registry in registries if registry.many or registry.files()} <= set(KINDS)
    assert set(KINDS) <= {registry.what for registry in registries}


def test_a_file_for_each_kind_is_used_by_name_from_a_study_and_a_broken_one_breaks_only_itself(written, tmp_path):
    (tmp_path / "half.py").write_text(HALF)
    (tmp_path / "late.py").write_text(LATE)
    done = planlab_in(tmp_path, "run", written("half.py", "late.py").name)
    assert done.returncode == 0, done.stderr
    notes = [line for line in done.stderr.splitlines() if line.startswith("Note: parts")]
    assert len(notes) == 2
    assert re.search(r"half\.py cannot be used: SyntaxError: .* line 7\. It is left out\.", notes[0])
    assert re.search(r"late\.py cannot be used: RuntimeError: no \(line 11\)\. It is left out\.", notes[1])
    found = pl.Comparison.load(tmp_path / "found")
    assert found.manifest["scenario"]["name"] == "my-island"
    assert found.manifest["mechanisms"] == {"sleepy": "Sleepy(share=0.25)"}
    assert found.manifest["behaviours"] == {
        "small": {"behaviour": "Modest()", "channel": "Echo()", "reward": "Coin(coin=3.0)"}
    }
    assert found.table["first_delivered"][0] > 0
    assert "early" not in found.table
    page = (tmp_path / "found" / "index.html").read_text()
    assert "Farms &lt;first&gt;" in page
    assert "What was delivered of the first product." in page
    assert 'data-chart="delivered-0"' in page
    assert {"delivered.svg", "delivered.png", "frontier.svg"} <= {
        p.name for p in (tmp_path / "found/figures").iterdir()
    }


def test_the_parts_of_a_study_do_what_they_say(written):
    plan = read_specification(written(world='{ name = "village", parameters = { labour = 50.0 } }')).design()
    assert plan.scenarios[0].limits[0] == 50.0
    setting = plan.behaviours["small"]
    run = pl.simulate(plan.mechanisms["sleepy"], plan.scenarios[0], 2, setting=setting)
    assert run.pay.producers.max() == 3.0
    assert run.limits[:, 0].tolist() == [50.0, 40.0]
    assert pl.score(run).first_delivered == pytest.approx(float(run.outcome.delivery[:, 0].sum()))
    assert pl.score(run).to_pandas().attrs["units"]["first_delivered"] == "units of the first product"


def test_the_command_line_takes_them_too_and_lists_them_with_what_is_broken(written, tmp_path):
    written()
    (tmp_path / "half.py").write_text(HALF)
    parts = [word for path in sorted(tmp_path.glob("*.py")) for word in ("--parts", path.name)]
    command = ["compare", "-s", "my-island", "-m", "sleepy", "-b", "modest@echo", *parts, "--reward", "coin"]
    command += ["--law", "fatigue", "--set", "sleepy.share=0.75", "--set", "coin.coin=4", "--set", "ambition=1.5"]
    done = planlab_in(tmp_path, *command, "--periods", "2", "--seeds", "1", "--no-page", "-o", "found")
    assert done.returncode == 0, done.stderr
    found = pl.Comparison.load(tmp_path / "found")
    assert "first_delivered" in found.table
    assert "0.75" in found.manifest["mechanisms"]["sleepy"]
    listed = planlab_in(tmp_path, "list", *parts)
    assert listed.returncode == 0
    for name in ("sleepy", "modest", "echo", "coin", "fatigue", "first_delivered", "my-island", "delivered", "village"):
        assert re.search(rf"^ {name} ", listed.stdout, re.MULTILINE), name
    assert "half.py cannot be used: SyntaxError" in listed.stderr
    assert not re.search(r"^ (half|early) ", listed.stdout, re.MULTILINE)


def test_a_name_that_a_broken_file_would_define_is_refused_with_the_reason(tmp_path, written):
    (tmp_path / "half.py").write_text(HALF)
    with pytest.warns(PartWarning, match="half.py"):
        load_parts([tmp_path / "half.py"])
    with pytest.raises(ValueError, match=r"No law 'half'\. Known: .*announced, .*half\.py cannot be used: SyntaxError"):
        pl.base.registry.registry_of(pl.Law).find("half")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("half.py", HALF, r"half.py cannot be used: SyntaxError: .*line 7"),
        ("late.py", LATE, r"late.py cannot be used: RuntimeError: no \(line 11\)"),
        ("json.py", "", "called like another module"),
        ("not-a-name.py", "", "is no name in Python"),
        (
            "taken.py",
            "import planlab as pl\nclass Truthful(pl.Behaviour):\n    def report(self, said, known, key):\n"
            "        return said\n",
            "planlab has a behaviour 'truthful' already; give your own another name",
        ),
        (
            "scored.py",
            "import planlab as pl\n@pl.metric()\ndef need_satisfaction(trajectory):\n    return 1.0\n",
            r"planlab has a metric 'need_satisfaction' already; give your own another name \(line 2\)",
        ),
        (
            "tabled.py",
            "import planlab as pl\n@pl.table('us-2021-15')\ndef us():\n    return 1\n",
            "planlab has a table 'us-2021-15' already",
        ),
    ],
)
def test_a_broken_file_is_named_with_the_line_and_breaks_only_itself(tmp_path, written, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.warns(PartWarning, match=said):
        load_parts([tmp_path / name, tmp_path / "my_behaviour.py"])
    setting = pl.Setting(behaviour=pl.base.registry.registry_of(pl.Behaviour).find("truthful")())
    assert type(setting.behaviour) is pl.Truthful
    run = pl.simulate("standstill", pl.make_scenario("layered", products=12), 1, setting=setting)
    assert 0 < pl.score(run).need_satisfaction < 1
    assert "early" not in pl.score(run).metrics
    assert "modest" in pl.base.registry.kinds(pl.Behaviour)
    assert "early" not in pl.base.registry.kinds(pl.Behaviour)


TAKEN = """import planlab as pl
class Truthful(pl.Behaviour):
    def report(self, said, known, key):
        return said
"""


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"taken_module.py": TAKEN}, "planlab has a behaviour 'truthful' already"),
        (
            {"taken_module/__init__.py": "from taken_module import inside\n", "taken_module/inside.py": TAKEN},
            "planlab has a behaviour 'truthful' already",
        ),
        (
            {
                "taken_module/__init__.py": "from taken_module import inside\n1 / 0\n",
                "taken_module/inside.py": TAKEN.replace("Truthful", "Early"),
            },
            "ZeroDivisionError",
        ),
    ],
)
def test_nothing_stays_of_a_module_that_is_refused(tmp_path, monkeypatch, files, said):
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    behaviours = pl.base.registry.registry_of(pl.Behaviour)
    before = behaviours.names()
    for _ in range(2):
        with pytest.warns(PartWarning, match=f"taken_module cannot be used: .*{said}"):
            load_parts(["taken_module"])
        assert not [name for name in sys.modules if name.partition(".")[0] == "taken_module"]
    assert behaviours.names() == before
    assert behaviours.find("truthful") is pl.Truthful


def test_a_file_that_is_mended_is_known_from_then_on(tmp_path, written):
    (tmp_path / "half.py").write_text(HALF)
    with pytest.warns(PartWarning):
        load_parts([tmp_path / "half.py"])
    (tmp_path / "half.py").write_text(HALF.replace("class Half(pl.Law)", "class Half(pl.Law): pass"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_parts([tmp_path / "half.py"])
    assert "half" in pl.base.registry.kinds(pl.Law)
    assert "early" in METRICS.own()


def test_a_file_that_is_not_there_and_a_module_that_is_none_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere\.py"):
        load_parts([tmp_path / "nowhere.py"])
    with pytest.raises(ModuleNotFoundError, match="no module 'no_such_module'"):
        load_parts(["no_such_module"])


def test_a_metric_that_raises_is_not_known_and_breaks_no_other():
    @pl.metric()
    def divides(trajectory):
        return 1 / 0

    run = pl.simulate("standstill", pl.make_scenario("layered", products=12), 1)
    with pytest.warns(PartWarning, match="'divides' cannot be worked out .ZeroDivisionError"):
        scored = pl.score(run)
    assert scored.divides != scored.divides
    assert 0 < scored.need_satisfaction < 1


def test_a_metric_may_be_a_family_or_stand_beside_the_bound():
    @pl.metric(unit="units")
    def made(trajectory):
        return {"first": trajectory.outcome.activity[:, 0].sum(), "last": trajectory.outcome.activity[:, -1].sum()}

    @pl.metric()
    def within(metrics, bound):
        """Return achieved over possible."""
        return metrics["need_satisfaction"] / bound

    scenario = pl.make_scenario("three_sector", labour=75)
    run = pl.simulate("linear_program", scenario, 1)
    scored = pl.score(run, pl.clairvoyant(scenario, 1))
    assert scored.made_first == float(run.outcome.activity[0, 0])
    assert scored.within == pytest.approx(scored.need_satisfaction / scored.bound)
    assert "within" not in pl.score(run).metrics
    assert scored.to_pandas().attrs["units"]["made_last"] == "units"
    table = pl.compare("linear_program", scenario, 1, 1, ["honest"]).table
    assert table.within[0] == pytest.approx(table.need_satisfaction[0] / table.bound[0])


def test_two_parts_of_one_name_are_refused_and_a_cell_that_is_run_anew_is_not():
    for share in (0.25, 0.75):
        scope = {"pl": pl, "__name__": "__main__"}
        exec(f"@pl.metric()\ndef mine(trajectory):\n    return {share}", scope)
    assert pl.score(pl.simulate("standstill", pl.make_scenario("three_sector"), 1)).mine == 0.75
    with pytest.raises(ValueError, match="__main__ has a metric 'mine' already"):
        exec("@pl.metric()\ndef mine(trajectory):\n    return 1.0", {"pl": pl, "__name__": "json"})


@pytest.mark.parametrize("decorate", [pl.metric, pl.table, pl.figure, pl.scenario])
def test_a_decorator_without_brackets_is_refused_with_the_way_to_write_it(decorate):
    with pytest.raises(TypeError, match=rf"write @pl\.{decorate.__name__}\(\)"):
        decorate(lambda trajectory: 0.0)


def test_a_table_may_be_a_finished_scenario_and_nothing_else():
    @pl.table()
    def three_of_mine():
        return pl.make_scenario("three_sector", labour=60)

    @pl.table("nothing")
    def nothing():
        return 3

    assert pl.load_table("three-of-mine").limits[0] == 60
    with pytest.raises(TypeError, match="three-of-mine is a scenario already; leave out ambition"):
        pl.load_table("three-of-mine", ambition=1.5)
    with pytest.raises(TypeError, match="is a scenario and no table any more; use pl.load_table"):
        pl.read_table("three-of-mine")
    with pytest.raises(TypeError, match="The table 'nothing' is 3; let its function return"):
        pl.load_table("nothing")


@pytest.mark.filterwarnings("ignore::planlab.tables.treatment.TableWarning")
@pytest.mark.parametrize("read", [pl.load_table, pl.read_table])
def test_a_table_is_worked_out_once_each_time_it_is_read(read):
    asked = []

    @pl.table()
    def counted():
        asked.append(1)
        return pl.read_table("us-2021-15")

    assert read("counted", name="mine").name == "mine"
    assert asked == [1]
