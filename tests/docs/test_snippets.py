"""What the README and the documentation show is what happens."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from planlab.study.specification import read_specification

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for page in (ROOT / "docs").rglob("*.rst") if not {"generated", "_build"} & set(page.parts))
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize(
    "page", [p for p in PAGES if ">>>" in p.read_text()], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_snippets_print_what_they_say(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(ROOT / "docs" / "skeletons")
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS, encoding="utf-8")
    assert tried
    assert not failed


def test_readme_code_prints_what_stands_below_it(capsys):
    blocks = re.findall(r"```python\n(.+?)```\n\n```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    for code, printed in blocks:
        exec(compile(code, "README.md", "exec"), {})
        assert capsys.readouterr().out == printed


def test_readme_opens_with_the_command_that_runs_it_and_the_command_that_tests_it():
    first, second = re.findall(r"^```bash\n(.+)\n```$", (ROOT / "README.md").read_text(), re.MULTILINE)[:2]
    assert first.startswith("python3 -m venv")
    assert first.endswith("planlab compare")
    assert second.startswith("python3 -m venv")
    assert "pytest" in second


def test_whoever_asks_for_32_bit_gets_plans_that_are_certified_to_six_digits():
    code = """
import planlab as pl
scenario = pl.make_scenario("layered", products=20, seed=0)
plan = pl.plan("linear_program", scenario)
assert plan.activity.dtype == "float32"
assert plan.status == pl.Status.OPTIMAL and 0 < plan.certificate.error < 1e-6
run = pl.simulate("linear_program", scenario, periods=2)
assert pl.score(run).needs_met > 0.8
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | {"JAX_ENABLE_X64": "0"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_study_to_copy_is_a_study():
    study = read_specification(ROOT / "docs" / "how_to" / "study.toml").design()
    assert [study.mechanisms[f"command, {rounds} rounds"].rounds for rounds in (3, 8)] == [3, 8]
    assert list(study.behaviours) == ["honest", "climbing", "unheard"]
