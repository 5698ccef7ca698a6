"""Limits in a file: constraints and budgets by name, their shadow prices, and what conflicts."""

import re
from dataclasses import replace

import numpy as np
import pytest

import planlab as pl
import planlab.cli
from planlab.presentation.digest import digest
from planlab.presentation.page import render_page
from planlab.presentation.scarcity import limit_rows, limits_told
from planlab.study.comparison import run_design
from planlab.study.conflicts import conflicts
from planlab.study.specification import read_specification

SPEC = """
scenario = "three_sector"
periods = 2
seeds = 1
page = false
behaviours = "truthful"
laws = [
    { kind = "constraint", name = "less <industry>", of = ["ind*"], share = 0.6, change = -0.05, until = 3 },
    { kind = "budget", name = "hours", factor = "labour", periods = 4, level = 300 },
]
mechanisms = [
    "linear_program",
    "standstill",
    { name = "linear_program", label = "everything", parameters = { objective = "least_throughput" } },
]
"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    path = tmp_path_factory.mktemp("spec") / "spec.toml"
    path.write_text(SPEC)
    design = read_specification(path).design()
    return path, design, run_design(design, progress=False)


def test_constraints_and_budgets_are_laws_like_any_other(compared):
    _, design, _ = compared
    world = design.scenarios[0]
    e = world.economy
    assert e.labels.factors == ("labour", "less <industry>", "hours")
    np.testing.assert_array_equal(e.factors[1], [0, 1, 0])
    np.testing.assert_allclose(world.limits[1:], [0.6 * float(world.activity[1]), 300.0])
    assert (world.laws[0].until, world.laws[1].periods) == (3, 4)


def test_a_table_of_weights_may_stand_for_names(tmp_path):
    (tmp_path / "spec.toml").write_text(
        'scenario = "three_sector"\nmechanisms = "command"\n'
        '[[laws]]\nkind = "constraint"\nname = "carbon"\nof = { industry = 2.0, services = 0.5 }\nlevel = 70\n'
    )
    world = read_specification(tmp_path / "spec.toml").design().scenarios[0]
    np.testing.assert_array_equal(world.economy.factors[1], [0, 2.0, 0.5])


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ('{ kind = "constraint" }', "law lacks 'name'"),
        ('{ kind = "constraint", name = "a", of = 3 }', "of is 3; give names of processes, sectors or regions"),
        ('{ kind = "constraint", name = "a", level = "much" }', "law.level is 'much'; give a number"),
        ('{ kind = "constraint", name = "a", until = 1.5 }', "law.until is 1.5; give a whole number"),
        ('{ kind = "constraint", name = "a", of = "x" }', "of names 'x', which is no process, sector or region"),
    ],
)
def test_what_is_wrong_with_a_constraint_is_said_by_name(tmp_path, law, said):
    (tmp_path / "spec.toml").write_text(f'scenario = "three_sector"\nmechanisms = "command"\nlaws = [{law}]\n')
    with pytest.raises(ValueError, match=re.escape(said)):
        read_specification(tmp_path / "spec.toml").design()


def test_shadow_prices_are_by_name_and_what_one_per_cent_more_brings(compared):
    _, design, result = compared
    ((mechanism, reports, index, worth),) = limit_rows(digest(result))
    assert (mechanism, reports, index) == ("linear program", "truthful", 0)
    assert set(worth) == {"less <industry>"}
    world, small = design.scenarios[0], 1e-3
    now = pl.plan("linear_program", world)
    more = world.with_laws(replace(world.laws[0], level=(1 + small) * float(world.limits[1])))
    gained = (pl.plan("linear_program", more).certificate.objective - now.certificate.objective) / small
    price = float(now.rents[1] * world.limits[1])
    assert gained == pytest.approx(price, rel=1e-6)
    first = float(result.table.set_index("mechanism").loc["linear_program", "scarcity_less <industry>"])
    assert first == pytest.approx(0.01 * price, rel=0.1)  # a mean over two years, in which the limit falls


def test_they_stand_on_the_page_and_names_are_escaped(compared):
    page = render_page(compared[2])
    assert "What limits are worth" in page
    assert "<td>less &lt;industry&gt;</td>" in page
    assert "less <industry>" not in page.split("<section id=")[-3]
    assert limits_told(digest(compared[2]))[0].startswith("Shadow prices, points of the plan's objective")


def test_what_conflicts_is_said_of_those_that_ask_for_too_much(compared):
    _, design, result = compared
    found = conflicts(design, result.table)
    assert list(found) == ["everything"]
    assert "within the limit of 'less <industry>'" in found["everything"]


def test_the_terminal_says_both(compared, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        planlab.cli.main(["run", str(compared[0]), "--out", str(tmp_path / "out")])
    printed = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "for one per cent more of a limit: linear program less <industry> 0." in printed
    assert "everything: No plan meets the need of 'industry', 'services' and 'agriculture' within" in printed
