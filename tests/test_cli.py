import errno
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import planlab as pl
import planlab.cli
import planlab.mechanisms
from planlab.incentives.trial import LIES
from planlab.mechanisms.registry import MECHANISMS, load_mechanism
from planlab.study import files
from planlab.study.comparison import Comparison
from planlab.study.design import MOST_PERIODS, MOST_SEEDS
from planlab.terminal import console


@pytest.fixture
def planlab_says(capsys):
    """Run a command line in this process; return its status and what it printed."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            planlab.cli.main(list(arguments))
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


SMALL = ["compare", "-s", "three_sector", "-m", "standstill", "-b", "honest", "--periods", "2", "--seeds", "2"]


def test_compare_prints_a_table_and_writes_page_figures_and_results(planlab_says, tmp_path):
    out = tmp_path / "results"
    status, printed, _ = planlab_says(*SMALL, "--set", "labour=75", "--out", str(out))
    assert status == 0
    assert re.search(r"standstill +honest", printed)
    assert "bound" in printed
    assert re.search(r"Standstill met [\d.]+\s% of needs of at most [\d.]+\s%, with honest\sreports\.", printed)
    assert str(out / "index.html") in printed.replace("\n", "")
    assert (out / "index.html").stat().st_size > 100_000
    assert (out / "figures" / "frontier.svg").exists()
    found = Comparison.load(out)
    assert len(found.table) == 2
    assert found.manifest["command"] == f"planlab {' '.join(SMALL)} --set labour=75 --out {out}"


def test_frontier_prints_a_column_per_cap_and_writes_page_figure_and_results(planlab_says, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    asked = ["frontier", "-m", "standstill", "--caps", "1,0.9", "-n", "2", "--seeds", "2", "--out", str(tmp_path)]
    status, printed, _ = planlab_says(*asked)
    assert status == 0
    assert re.search(r"mechanism +100% +90%", printed)
    assert re.search(r"standstill +100\.0 +98\.2", printed)
    assert max(map(len, printed.partition("Page:")[0].splitlines())) <= 80
    assert "standstill meets 98.2" in " ".join(printed.split())
    assert (tmp_path / "index.html").exists()
    assert (tmp_path / "figures" / "frontier.svg").exists()
    assert len(pd.read_parquet(tmp_path / "frontier.parquet")) == 4


def test_frontier_ends_with_1_where_every_run_raised(planlab_says, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import planlab as pl\n\n\nclass Striking(pl.Mechanism):\n    traceable = False\n"
        "    sees = frozenset({'last'})\n\n    def plan(self, state, seen, key):\n"
        "        raise RuntimeError('on strike')\n"
    )
    asked = [
        "frontier",
        "-m",
        "striking",
        "--parts",
        str(tmp_path / "mine.py"),
        "--caps",
        "1",
        "-n",
        "1",
        "--seeds",
        "1",
    ]
    status, printed, said = planlab_says(*asked, "--out", str(tmp_path / "out"))
    assert status == 1
    assert "striking raised in 1 of 1 runs: RuntimeError: on strike" in said
    assert "no run came to an end" in printed
    assert not (tmp_path / "out" / "index.html").exists()


def test_mechanisms_that_made_the_same_plans_are_named_below_the_table(planlab_says, tmp_path):
    both = ["compare", "-s", "three_sector", "-m", "linear_program", "-m", "vcg", "-b", "honest", "--periods", "1"]
    status, printed, _ = planlab_says(*both, "--seeds", "1", "--no-page", "--out", str(tmp_path))
    assert status == 0
    assert "Vcg made the same plans as linear program in every run, to the last bit" in " ".join(printed.split())


def test_run_does_what_a_file_says(planlab_says, tmp_path):
    spec = tmp_path / "spec.toml"
    out = tmp_path / "results"
    spec.write_text(
        f'scenario = "three_sector"\nmechanisms = ["standstill"]\nperiods = 2\nseeds = 2\npage = false\nout = "{out}"\n'
        '[behaviours]\ncautious = "understate"\n'
    )
    status, printed, _ = planlab_says("run", str(spec))
    assert status == 0
    assert "cautious" in printed
    assert not (out / "index.html").exists()
    assert set(pd.read_parquet(out / "table.parquet")["behaviour"]) == {"cautious"}


def test_list_shows_everything_that_is_registered(planlab_says):
    status, printed, _ = planlab_says("list")
    assert status == 0
    for name in [
        *MECHANISMS.planlabs(),
        "layered",
        "us-2021-71",
        "misreporting",
        "no_needs_channel",
        "hierarchy",
        "gini",
    ]:
        assert re.search(rf"^ {re.escape(name)} ", printed, re.MULTILINE), name
    assert ":math:" not in printed


def test_explain_says_where_numbers_come_from_and_what_would_change_them(planlab_says):
    status, printed, _ = planlab_says("explain", "us-2021-15", "--set", "ambition=1.1")
    assert status == 0
    assert "what: 1.1 × observed final uses" in printed
    assert "change: ambition=1.1, final_uses='separate'" in printed
    status, printed, _ = planlab_says("explain", "three_sector")
    assert status == 0
    assert "nothing is written down of them: needs, limits, capacity" in " ".join(printed.split())
    status, _, said = planlab_says("explain", "atlantis")
    assert status == 2
    assert "No scenario 'atlantis'" in said


def test_names_may_stand_with_commas_between(planlab_says, tmp_path):
    asked = ["compare", "-s", "three_sector", "-m", "standstill, command", "-b", "honest,", "--periods", "1"]
    status, *_ = planlab_says(*asked, "--seeds", "1", "--no-page", "--out", str(tmp_path))
    assert status == 0
    assert Comparison.load(tmp_path).table.mechanism.tolist() == ["standstill", "command"]


def test_everything_that_may_be_misreported_stands_in_the_help(planlab_says):
    _, said, _ = planlab_says("incentives", "--help")
    assert f"of {', '.join(LIES)}." in " ".join(said.split())


def test_cite_prints_entries_of_every_mechanism(planlab_says):
    status, printed, _ = planlab_says("cite")
    assert status == 0
    keys = re.findall(r"^@\w+\{([^,]+),", printed, re.MULTILINE)
    assert keys[0] == "planlab"
    assert len(keys) == len(set(keys))
    assert {key for name in MECHANISMS.planlabs() for key in load_mechanism(name).references} <= set(keys)
    _, only, _ = planlab_says("cite", "command")
    assert "montias:59" in only
    assert "huangfu:18" not in only


MALFORMED = {
    "unknown command": (["compute"], "No such command 'compute'. Did you mean 'compare'? See planlab --help.\n"),
    "misspelled command": (["lst"], "No such command 'lst'. Did you mean 'list'? See planlab --help.\n"),
    "empty names": (["compare", "-b", ""], "--behaviour is empty; give a name, or several with commas between."),
    "only a comma": (["compare", "-m", ","], "--mechanism is empty; give a name"),
    "names with commas": (["compare", "-m", "command,comand"], "No mechanism 'comand'. Did you mean 'command'?"),
    "rewards with commas": (["incentives", "-r", "flat, bonus"], "No reward 'bonus'."),
    "a folder to run": (["run", "."], ". is a folder; give a TOML file that describes a comparison."),
    "unlike any command": (["xyz"], "No such command 'xyz'. See planlab --help.\n"),
    "unknown option": (["compare", "--sceanrio", "layered"], "--scenario"),
    "option without a value": (["compare", "--out"], "--out"),
    "unexpected argument": (["compare", "layered"], "layered"),
    "periods as text": (["compare", "--periods", "ten"], "'--periods': 'ten'; give a whole number from 1 to 100000."),
    "no periods": (["compare", "--periods", "0"], "'--periods': '0'; give a whole number from 1 to 100000."),
    "negative seeds": (["compare", "--seeds", "-3"], "'--seeds': '-3'; give"),
    "seeds as a fraction": (["compare", "--seeds", "1.5"], "'--seeds': '1.5'; give"),
    "a slip of the keyboard": (["compare", "--seeds", "1000000000000"], "'--seeds': '1000000000000'; give"),
    "very long": (["compare", "--periods", "1000000000000"], "'--periods': '1000000000000'; give"),
    "very many rounds": (["incentives", "--rounds", "1000000000000"], "'--rounds': '1000000000000'; give"),
    "a cap as text": (["frontier", "--caps", "1,x"], "'--caps': 'x'; give a number."),
    "no cap": (["frontier", "--caps", "1,0"], "caps is (1.0, 0.0); give numbers above 0"),
    "a cap twice": (["frontier", "--caps", "0.9,0.90"], "caps names one twice: 0.9, 0.9."),
    "unknown factor": (["frontier", "--factor", "labor"], "no factor 'labor'. Did you mean 'labour'?"),
    "discount as text": (["incentives", "--discount", "x"], "'--discount': 'x'; give a number."),
    "a seed below zero": (["incentives", "--seed", "-1"], "'--seed': '-1'; give a whole number from 0 to "),
    "unknown scenario": (["compare", "-s", "layerd"], "Did you mean 'layered'"),
    "unknown folder": (["compare", "-s", "./no/such/folder"], "no/such/folder"),
    "empty scenario": (["compare", "-s", ""], "No scenario ''"),
    "unknown mechanism": (["compare", "-m", "comand"], "Did you mean 'command'"),
    "mechanism twice": (["compare", "-m", "command", "-m", "command"], "twice"),
    "unknown behaviour": (["compare", "-b", "lying"], "No behaviour 'lying'. Known: honest, misreporting, "),
    "misspelled behaviour": (["compare", "-b", "misreprting"], "Did you mean 'misreporting'?"),
    "like no behaviour": (["compare", "-b", "honest,lieing"], "No behaviour 'lieing'. Known: honest, misreporting, "),
    "several values of a setting": (
        ["compare", "-s", "layered", "--set", "products=[20, 40]"],
        "products is [20, 40], and a comparison has one scenario",
    ),
    "behaviour twice": (
        ["compare", "-b", "honest, ratchet,honest"],
        "behaviours names one twice: honest, ratchet, ho",
    ),
    "unknown channel": (["compare", "-b", "honest@pigeons"], "No channel 'pigeons'"),
    "empty channel": (["compare", "-b", "best_reply@"], "No channel ''. Known: direct"),
    "setting without a value": (["compare", "-s", "layered", "--set", "products"], "KEY=VALUE"),
    "setting without a key": (["compare", "-s", "layered", "--set", "=3"], "KEY=VALUE"),
    "setting twice": (["compare", "-s", "layered", "--set", "products=3", "--set", "products=4"], "twice"),
    "unknown setting": (["compare", "-s", "layered", "--set", "prodcts=3"], "Did you mean 'products'"),
    "two settings in one": (
        ["compare", "-s", "three_sector", "--set", "labour=1\nx=2"],
        r"labour is '1\nx=2'; give a number.",
    ),
    "setting of the wrong type": (["compare", "-s", "layered", "--set", "products=many"], "products is 'many'"),
    "setting out of range": (["compare", "-s", "layered", "--set", "products=-5"], "products is -5"),
    "seed as a setting": (["compare", "-s", "layered", "--set", "seed=1"], "seed"),
    "unknown assumption": (["compare", "--set", "ambtion=2"], "Did you mean 'ambition'"),
    "assumption of the wrong type": (["compare", "--set", "ambition=high"], "ambition is 'high'"),
    "unknown rule": (["compare", "--set", "rules.idel=drop"], "Did you mean 'idle'"),
    "unknown choice of a rule": (["compare", "--set", "rules.idle=ignore"], "idle is 'ignore'"),
    "out is a file": (["compare", "--out", __file__], "is a file; give a folder"),
    "out below a file": (["compare", "--out", __file__ + "/deeper"], "is a file; give a folder"),
    "empty out": (["compare", "--out", ""], "out is empty; give a folder"),
    "empty out of incentives": (["incentives", "--out", " "], "out is empty; give a folder"),
    "out too long": (["compare", "--out", "n" * 300], "File name too long; give another folder"),
    "missing specification": (["run"], "SPEC.toml"),
    "specification that is not there": (["run", "nowhere.toml"], "No file 'nowhere.toml'"),
    "specification that is not TOML": (["run", __file__], "is not TOML"),
    "unknown mechanism to cite": (["cite", "smart_planner"], "No mechanism 'smart_planner'"),
    "misspelled debug": (["--debgu"], "--debug"),
}


@pytest.mark.parametrize(("arguments", "named"), MALFORMED.values(), ids=MALFORMED)
def test_bad_input_is_refused_in_one_plain_sentence(planlab_says, monkeypatch, arguments, named):
    monkeypatch.setattr("planlab.study.comparison.run", lambda *_: pytest.fail("something ran"))
    status, printed, error = planlab_says(*arguments)
    assert status == 2
    assert not printed
    assert named in error
    assert error.startswith("planlab: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_part_that_cannot_be_made_is_refused_with_its_place_in_the_file(planlab_says, tmp_path):
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'scenario = "three_sector"\nmechanisms = ["command"]\npage = false\n[behaviours]\n'
        'x = {behaviour = {kind = "best_reply", reward = {kind = "audited", probability = 3}}}\n'
    )
    status, printed, error = planlab_says("run", str(spec), "--out", str(tmp_path / "out"))
    assert (status, printed) == (2, "")
    assert error == "planlab: behaviours.x.behaviour.reward: probability is 3.0; give a number from 0 to 1.\n"


def test_a_folder_that_holds_no_table_is_named(planlab_says, tmp_path):
    status, _, error = planlab_says("compare", "-s", str(tmp_path))
    assert status == 2
    assert f"{tmp_path} has no" in error


def stand_in(error):
    def run(*_):
        raise error

    return run


def test_a_bug_is_called_a_bug_and_shows_its_place_on_request(planlab_says, monkeypatch, tmp_path):
    monkeypatch.setattr("planlab.study.comparison.run", stand_in(ValueError("shapes do not match\nanywhere")))
    status, _, error = planlab_says(*SMALL, "-o", str(tmp_path))
    assert status == 1
    assert "ValueError: shapes do not match. This is a bug in planlab" in error
    assert "Traceback" not in error
    with pytest.raises(ValueError, match="shapes do not match"):
        planlab.cli.main(["--debug", *SMALL, "-o", str(tmp_path)])


STOPPED = "planlab: stopped; what had finished is kept, and the same command goes on from there.\n"


def test_an_interruption_is_no_error(planlab_says, monkeypatch, tmp_path):
    monkeypatch.setattr("planlab.study.comparison.run", stand_in(KeyboardInterrupt()))
    status, _, error = planlab_says(*SMALL, "-o", str(tmp_path))
    assert (status, error) == (
        130,
        "planlab: stopped; what had finished is kept, and the same command goes on from there.\n",
    )


def test_a_missing_extra_is_named_before_anything_runs(planlab_says, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "matplotlib" else name)
    status, _, error = planlab_says(*SMALL, "-o", str(tmp_path))
    assert status == 2
    assert "pip install 'planlab[report]' or pass --no-page" in error


def test_help_is_fast_because_nothing_heavy_is_imported():
    check = (
        "import sys; from planlab.cli import main\n"
        "try: main(['compare', '--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'jax', 'numpy', 'pandas', 'scipy'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--scenario" in done.stdout


def test_incentives_prints_a_table_and_writes_a_page(planlab_says, monkeypatch, tmp_path):
    arguments = ["incentives", "-m", "command", "-r", "flat", "--rounds", "2", "--lies", "capacity"]
    monkeypatch.setenv("COLUMNS", "72")
    status, printed, _ = planlab_says(*arguments, "--out", str(tmp_path))
    assert status == 0
    assert re.search(r"command +flat", printed)
    assert "Nowhere do best replies end with fewer needs met.\nNo gain was found for anybody under command" in printed
    elsewhere = re.search(r"with a wider terminal or in (\S+): ", " ".join(printed.split()))
    assert (tmp_path / elsewhere[1]).exists()
    assert (tmp_path / "index.html").exists()
    assert len(pd.read_parquet(tmp_path / "pairs.parquet")) == 1
    assert (tmp_path / "figures" / "society.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-r", "gold"), "No reward 'gold'"),
        (("-r", "flat", "-r", "flat"), "--reward names one twice: flat, flat"),
        (("--lies", "moods"), "'moods'"),
        (("--lies", "needs,needs"), "lies names one twice: needs, needs."),
        (("-m", "magic"), "No mechanism 'magic'"),
        (("--discount", "2"), "discount is 2.0"),
    ],
)
def test_incentives_refuses_what_does_not_exist(planlab_says, tmp_path, arguments, message):
    status, _, error = planlab_says("incentives", "-m", "command", *arguments, "--out", str(tmp_path / "out"))
    assert status == 2
    assert message in error


def test_the_version_is_shown_also_as_a_module(planlab_says):
    status, printed, _ = planlab_says("--version")
    assert (status, printed) == (0, f"planlab {pl.__version__}\n")
    done = subprocess.run([sys.executable, "-m", "planlab", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == printed


def test_another_comparison_does_not_touch_a_folder_unless_by_force(planlab_says, tmp_path):
    out = str(tmp_path / "results")
    assert planlab_says(*SMALL, "--out", out)[0] == 0
    before = {path: path.read_bytes() for path in Path(out).rglob("*") if path.is_file()}
    status, printed, error = planlab_says(*SMALL, "--out", out, "-m", "proportional", "--no-page")
    assert (status, printed) == (2, "")
    assert error == (
        f"planlab: {out} holds results of another study (other mechanisms). Give another folder (--out, out=) or "
        "replace it (--force, force=True).\n"
    )
    assert {path: path.read_bytes() for path in Path(out).rglob("*") if path.is_file()}.keys() == before.keys()
    status, _, error = planlab_says("incentives", "-m", "command", "-r", "flat", "--out", out)
    assert status == 2
    assert "holds results of another kind, comparison" in error
    assert planlab_says(*SMALL, "--out", out, "-m", "proportional", "--no-page", "--force")[0] == 0
    assert not (Path(out) / "index.html").exists()
    assert not list((Path(out) / "figures").iterdir())
    assert list(Comparison.load(out).manifest["mechanisms"]) == ["standstill", "proportional"]


def test_the_command_line_compares_as_many_seeds_and_periods_as_python_does():
    typed, called = (inspect.signature(f).parameters for f in (planlab.cli.compare, pl.compare))
    assert [typed[name].default for name in ("seeds", "periods")] == [called[n].default for n in ("seeds", "periods")]
    assert (planlab.cli.MOST, planlab.cli.MOST) == (MOST_PERIODS, MOST_SEEDS)


def test_comparisons_and_incentives_do_not_share_a_folder_by_default():
    by_name = {
        command.callback.__name__: inspect.signature(command.callback)
        for command in planlab.cli.app.registered_commands
    }
    folders = [by_name[name].parameters["out"].default for name in ("compare", "incentives")]
    assert folders[0] != folders[1]


def test_a_full_disk_leaves_the_table_on_the_screen_and_the_old_results_whole(planlab_says, monkeypatch, tmp_path):
    write = files._replaced

    def nearly_full(path, content):
        if path.suffix == ".parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(files, "_replaced", nearly_full)
    status, printed, error = planlab_says(*SMALL, "--no-page", "--out", str(tmp_path))
    assert status == 2
    assert re.search(r"standstill +honest", printed)
    assert "Results:" not in printed
    said = (
        r"planlab: not all of the results above are saved. \[Errno 28\] No space left on device: '.*/table.parquet'\n"
    )
    assert re.fullmatch(said, error)


@pytest.fixture
def folder_of_mechanisms(tmp_path, monkeypatch):
    """A folder beside planlab's own of mechanisms."""
    monkeypatch.setattr("planlab.mechanisms.__path__", [*planlab.mechanisms.__path__, str(tmp_path)])
    yield tmp_path
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"planlab.mechanisms.{path.stem}", None)


BROKEN = {
    "half_written": ("class Half(", "The mechanism 'half_written' cannot be loaded (SyntaxError: '(' was never closed"),
    "names_nothing": ("import no_such_thing", "(ModuleNotFoundError: No module named 'no_such_thing')"),
    "helping": ("def add(x): return x", "helping.py holds 0 mechanisms; a file is one mechanism"),
    "abstract": (
        "from planlab.mechanisms.mechanism import Mechanism\nclass Abstract(Mechanism): pass",
        "The mechanism 'abstract' cannot be made (TypeError: ",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_among_mechanisms_breaks_itself_alone(planlab_says, folder_of_mechanisms, name, tmp_path):
    text, reason = BROKEN[name]
    (folder_of_mechanisms / f"{name}.py").write_text(text)
    (folder_of_mechanisms / "_helper.py").write_text("")
    for command in (["list"], ["cite"]):
        status, printed, error = planlab_says(*command)
        assert status == 0
        assert error.startswith("Note: ")
        assert reason in error
        assert error.endswith("It is left out.\n")
        assert error.count("\n") == 1
    assert name not in re.findall(r"^ (\w+) ", planlab_says("list")[1], re.MULTILINE)
    status, _, error = planlab_says("compare", "-m", name, "-o", str(tmp_path / "out"))
    assert status == 2
    assert reason in error
    assert "command" in MECHANISMS.all()
    assert list(MECHANISMS.broken()) == [name]


@pytest.mark.parametrize(("terminal", "columns", "width"), [(False, "", 110), (False, "72", 72), (True, "64", 64)])
def test_lines_are_as_wide_as_the_terminal(monkeypatch, terminal, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert console().width == width
