import json
import re
import subprocess
import sys

import jax
import numpy as np
import pytest

import planlab as pl
from planlab.study.reporting import named_behaviour
from planlab.study.specification import read_specification

WHOLE = """
periods = 4
seeds = [2, 7]
bound = false
out = "elsewhere"
page = false

mechanisms = ["standstill", {name = "linear_program", label = "ray", parameters = {objective = "ray"}}]

[scenario]
name = "layered"
parameters = {products = 20, communities = 2}

[behaviours]
plain = "truthful@hierarchy"
both = "misreporting"

[behaviours.unheard]
behaviour = {kind = "combined", behaviours = ["no_needs_channel", {kind = "idiosyncratic_bias", capacity = 1}]}
channel = {kind = "hierarchy", levels = 2, noise = 0.3}

[physics]
cover = 3
rule = {kind = "priority_sectors", priority = [true, false]}
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "spec.toml"
        path.write_text(text)
        return path

    return write


def test_everything_that_is_written_is_built(written):
    spec = read_specification(written(WHOLE))
    plan = spec.design()
    assert (spec.out, spec.page, plan.bound, plan.periods, plan.seeds) == ("elsewhere", False, False, 4, (2, 7))
    assert list(plan.mechanisms) == ["standstill", "ray"]
    assert isinstance(plan.mechanisms["ray"].objective, pl.Ray)
    assert [s.needs.shape for s in plan.scenarios] == [(20, 2)] * 2
    assert isinstance(plan.behaviours["plain"].channel, pl.Hierarchy)
    assert plan.behaviours["both"].channel.levels == 3
    behaviour, channel = plan.behaviours["unheard"].behaviour, plan.behaviours["unheard"].channel
    assert [type(part).__name__ for part in behaviour.behaviours] == ["NoNeedsChannel", "IdiosyncraticBias"]
    assert (behaviour.behaviours[1].capacity, channel.levels, channel.noise) == (1.0, 2, 0.3)
    assert plan.physics.cover == 3.0
    assert plan.physics.rule.priority.tolist() == [True, False]


def test_what_is_left_out_has_the_defaults_of_compare(written):
    plan = read_specification(written('scenario = "three_sector"\nmechanisms = ["command"]\nseeds = 2')).design()
    assert (plan.periods, plan.seeds, list(plan.behaviours)) == (10, (0, 1), ["honest", "misreporting"])


def test_a_table_has_assumptions_and_rules(written):
    text = 'scenario = {name = "us-2021-15", parameters = {ambition = 2.0, rules = {negative_demand = "drop"}}}\n'
    plan = read_specification(written(text + 'mechanisms = ["command"]')).design()
    usual = pl.load_table("us-2021-15", ambition=1.0, rules=pl.TableRules(negative_demand="drop"))
    assert float(plan.scenarios[0].needs.sum()) == pytest.approx(2 * float(usual.needs.sum()))


def test_every_rule_of_a_table_is_one_line(written):
    rules = {"trade": "balanced", "deficit": 1e6, "import_factors": "domestic-technology", "investment": "builds",
             "wear": 0.05, "stored": "goods", "critical": {"Mining": False}, "utilisation": {"Manufacturing": 0.78},
             "value_added": "all"}  # fmt: skip
    lines = [f"{key} = {json.dumps(value).replace(':', ' =')}" for key, value in rules.items()]
    text = 'mechanisms = ["command"]\n[scenario]\nname = "us-2021-15"\n[scenario.parameters]\n' + "\n".join(lines)
    found, asked = read_specification(written(text)).design().scenarios[0], pl.load_table("us-2021-15", **rules)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(asked), strict=True):
        np.testing.assert_array_equal(one, other)
    assert str(pl.plan("linear_program", found).status) == "optimal"


def test_behaviours_have_the_channel_that_is_named():
    ratchet, honest = named_behaviour("ratchet"), named_behaviour("honest@hierarchy")
    assert (ratchet.behaviour, ratchet.channel) == (pl.Ratchet(), pl.Direct())
    assert (honest.behaviour, honest.channel) == (pl.Truthful(), pl.Hierarchy())


def test_predictions_are_lists_of_numbers(written):
    plan = read_specification(written(SERUM.format("robust_truth_serum", "[0, 1]"))).design()
    assert plan.behaviours["x"].behaviour.reward.predictions == (0.0, 1.0)
    rows = "[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]"
    plan = read_specification(written(SERUM.format("truth_serum", rows))).design()
    assert plan.behaviours["x"].behaviour.reward.predictions[0] == (0.5, 0.25, 0.25)


def test_files_know_every_reward_that_comes_with_planlab():
    code = (
        "from planlab.base.registry import kinds\nfrom planlab.simulation.setting import Reward\nprint(*kinds(Reward))"
    )
    known = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"profile_accuracy", "truth_serum", "robust_truth_serum", "flat", "audited"} <= set(known)


GOOD = 'scenario = "three_sector"\nmechanisms = ["command"]\n'
SERUM = GOOD + '[behaviours.x]\nbehaviour = {{kind = "best_reply", reward = {{kind = "{}", predictions = {}}}}}'
MALFORMED = {
    "not TOML": ("periods = = 3", "is not TOML"),
    "empty": ("", "'scenario' is missing; add it"),
    "no mechanisms": (GOOD.replace('["command"]', "[]"), "'mechanisms' is []; give at least one."),
    "empty mechanisms": ('scenario = "three_sector"\nmechanisms = []', "'mechanisms' is []"),
    "misspelled key": (GOOD + "perids = 3", "unknown key 'perids'. Did you mean 'periods'? Known keys there: scenario"),
    "misspelled inner key": (
        'scenario = {nam = "x"}\nmechanisms = ["command"]',
        "unknown key 'scenario.nam'. Did you mean 'name'?",
    ),
    "unknown inner key": (GOOD.replace('["command"]', '[{name = "command", lable = "x"}]'), "Did you mean 'label'"),
    "periods as text": (GOOD + 'periods = "ten"', "'periods' is 'ten'"),
    "periods as a fraction": (GOOD + "periods = 2.5", "'periods' is 2.5"),
    "no periods": (GOOD + "periods = 0", "'periods' is 0"),
    "no seeds": (GOOD + "seeds = []", "seeds is empty; give at least one"),
    "seeds as text": (GOOD + 'seeds = "five"', "seeds is 'five'; give how many, or whole numbers"),
    "a slip of the keyboard": (GOOD + "seeds = 1000000000000", "seeds is 1000000000000; give"),
    "very long": (
        GOOD + "periods = 1000000000000",
        "'periods' is 1000000000000; give a whole number from 1 to 100000.",
    ),
    "physics as a number": (GOOD + "physics = 3", "'physics' is 3; give a table."),
    "behaviours as a number": (GOOD + "behaviours = 3", "'behaviours' is 3; give names, or a table."),
    "a behaviour twice": (
        GOOD + 'behaviours = ["honest", "honest"]',
        "'behaviours' is ['honest', 'honest']; name each once.",
    ),
    "a behaviour that is none": (GOOD + "behaviours = {x = 3}", "'behaviours.x' is 3; give a name, or a table."),
    "mechanisms as a number": (GOOD.replace('["command"]', "3"), "'mechanisms' is 3; give a list."),
    "an empty label": (GOOD.replace('"command"', '{name = "command", label = ""}'), "label' is ''; give a name."),
    "no scenario": ('scenario = []\nmechanisms = ["command"]', "'scenario' is []; give a name, or a table."),
    "a folder as a number": (GOOD + "out = 3", "'out' is 3; give text."),
    "two scenarios": (
        'mechanisms = ["command"]\n[[scenario]]\nname = "layered"\n[[scenario]]\nname = "modular"',
        "'scenario' is given 2 times, and a comparison has one. Write a file for each.",
    ),
    "scenarios in a row": (
        'scenario = {name = "layered", parameters = {products = [20, 40]}}\nmechanisms = ["command"]',
        "products is [20, 40], and a comparison has one scenario. Write down a comparison for each value",
    ),
    "a scenario that is none": ('scenario = 3\nmechanisms = ["command"]', "'scenario' is 3; give a name, or a table."),
    "a mechanism that is none": (GOOD.replace('["command"]', "[3]"), "'mechanisms.0' is 3; give a name, or a table."),
    "negative seeds": (GOOD + "seeds = [-1]", "seeds is -1"),
    "a seed twice": (GOOD + "seeds = [1, 1]", "seeds names 1 twice"),
    "truth as a number": (GOOD + "bound = 1", "'bound' is 1"),
    "unknown scenario": (GOOD.replace("three_sector", "three_sectors"), "Did you mean 'three_sector'"),
    "unknown parameter": (
        'scenario = {name = "layered", parameters = {goods = 3}}\nmechanisms = ["command"]',
        "'goods'",
    ),
    "a parameter of the wrong type": (
        'scenario = {name = "layered", parameters = {products = "many"}}\nmechanisms = ["command"]',
        "products is 'many'; give a whole number",
    ),
    "unknown mechanism": (GOOD.replace("command", "commando"), "Did you mean 'command'"),
    "unknown mechanism parameter": (
        GOOD.replace('["command"]', '[{name = "command", parameters = {round = 3}}]'),
        "No parameter of mechanisms.command 'round'. Did you mean 'rounds'?",
    ),
    "a fraction of a round": (
        GOOD.replace('["command"]', '[{name = "command", parameters = {rounds = 2.5}}]'),
        "mechanisms.command.rounds is 2.5; give a whole number",
    ),
    "a variant without a label": (
        GOOD.replace('["command"]', '["command", "command"]'),
        "give each variant its own `label`",
    ),
    "unknown objective": (
        GOOD.replace('["command"]', '[{name = "linear_program", parameters = {objective = "profit"}}]'),
        "No mechanisms.linear_program.objective 'profit'. Known: capped_needs, isoelastic_needs, least_throughput, ray",
    ),
    "unknown behaviour": (GOOD + '[behaviours]\nx = "lying"', "No behaviour 'lying'"),
    "unknown behaviour in full": (
        GOOD + '[behaviours.x]\nbehaviour = "lying"\nchannel = "direct"',
        "behaviours.x.behaviour",
    ),
    "unknown channel": (GOOD + '[behaviours]\nx = "honest@pigeons"', "No channel 'pigeons'"),
    "a behaviour without a kind": (GOOD + "[behaviours.x]\nbehaviour = {share = 0.5}", "a table with `kind`"),
    "a share as text": (
        GOOD + '[behaviours.x]\nbehaviour = {kind = "understate", share = "half"}',
        "behaviours.x.behaviour.share is 'half'; give a number",
    ),
    "an empty channel": (GOOD + '[behaviours]\nx = "best_reply@"', "No channel ''. Known: direct, "),
    "an empty channel of one by default": (GOOD + '[behaviours]\nx = "misreporting@"', "No channel ''"),
    "a share out of range": (
        GOOD + '[behaviours.x]\nbehaviour = {kind = "understate", share = 0}',
        "behaviours.x.behaviour: share is 0.0; give a number above 0.",
    ),
    "a probability out of range": (
        GOOD + '[behaviours.x]\nbehaviour = {kind = "best_reply", reward = {kind = "audited", probability = 3}}',
        "behaviours.x.behaviour.reward: probability is 3.0; give a number from 0 to 1.",
    ),
    "a burden out of range": (
        GOOD + '[behaviours.x]\nbehaviour = {kind = "best_reply", effort = {power = 1}}',
        "behaviours.x.behaviour.effort: power is 1.0; give a number above 1.",
    ),
    "a reserve out of range": (
        GOOD.replace('["command"]', '[{name = "vcg", parameters = {reserve = -1}}]'),
        "mechanisms.vcg: reserve is -1.0",
    ),
    "a row for a table": (
        SERUM.format("truth_serum", "[0.5, 0.3, 0.2]"),
        "reward.predictions is [0.5, 0.3, 0.2]; give a list of lists of numbers, by default [[0.5, 0.35, 0.15], ",
    ),
    "a name for a table": (SERUM.format("truth_serum", '"usual"'), "predictions is 'usual'; give a list of lists of"),
    "a truth value for a number": (SERUM.format("robust_truth_serum", "[true, 0.2]"), "give a list of numbers, by def"),
    "one number for two": (
        SERUM.format("robust_truth_serum", "0.5"),
        "give a list of numbers, by default [0.35, 0.65]",
    ),
    "predictions that are none": (
        SERUM.format("robust_truth_serum", "[0.5]"),
        "behaviours.x.behaviour.reward: predictions is (0.5,); give two numbers from 0 to 1.",
    ),
    "an infinite number": (GOOD + "[physics]\ncover = inf", "physics.cover is inf; give a number"),
    "unknown physics": (GOOD + "[physics]\nspeed = 2", "No parameter of physics 'speed'. Known: sub_periods"),
    "unknown rule": (
        GOOD + '[physics]\nrule = "lottery"',
        "No physics.rule 'lottery'. Known: by_plan, households_first",
    ),
    "a rule that lacks something": (GOOD + '[physics]\nrule = "priority_sectors"', "physics.rule lacks 'priority'"),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_specifications_name_the_key_and_say_what_to_do(written, text, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        read_specification(written(text)).design()


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"No file 'nowhere.toml'; give a TOML file"):
        read_specification("nowhere.toml")


def test_a_mark_that_windows_puts_first_is_no_error(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert list(read_specification(path).design().mechanisms) == ["command"]


def test_another_encoding_is_named(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_bytes((GOOD + "# caf\u00e9").encode("latin-1"))
    with pytest.raises(ValueError, match=r"spec.toml is not in UTF-8 \(byte 0xe9 in line 3\). Save it anew with UTF-8"):
        read_specification(path)


def test_no_message_shows_what_files_are_read_with(written):
    for text, _ in MALFORMED.values():
        with pytest.raises((ValueError, TypeError)) as raised:
            read_specification(written(text)).design()
        assert not re.search(
            r"pydantic|_World|_Planner|_Reporting|BaseModel|[Ii]nput should|validation", str(raised.value)
        )


def test_behaviours_may_be_a_list_of_names(written):
    plan = read_specification(written(GOOD + 'behaviours = ["honest", "ratchet@hierarchy"]')).design()
    assert list(plan.behaviours) == ["honest", "ratchet@hierarchy"]
