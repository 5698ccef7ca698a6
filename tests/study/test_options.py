"""What a command line names, and every dial of it."""

import dataclasses

import numpy as np
import pytest

import planlab as pl
from planlab.base import checks
from planlab.base.registry import registry_of
from planlab.study.options import specified
from planlab.study.reporting import BEHAVIOURS

INSIDE = {checks.ABOVE_1: 1.25, checks.AT_LEAST_1: 1.25}
OTHER = 0.375
GIVEN = {
    "renewable": {"renewable.factor": "labour"},
    "deposit": {"deposit.factor": "labour"},
    "constraint": {"constraint.name": "less"},
    "budget": {"budget.name": "all", "budget.periods": 4},
}
SKIP = {"shocks": "a table", "prioritysectors": "a row"}


def dials(kind):
    """Return the numbers of a part, each with another value than usual."""
    for field in dataclasses.fields(kind):
        if "limit" in field.metadata:
            yield field.name, INSIDE.get(field.metadata["limit"], OTHER)
        elif "least" in field.metadata:
            most = field.metadata["most"]
            yield field.name, 3 if most is None or most >= 3 else most


def cases():
    """Return the dials of planlab's own parts, whatever users have defined beside them."""
    for base in (pl.Mechanism, pl.Behaviour, pl.Channel, pl.Reward, pl.Law):
        registry = registry_of(base)
        for name in registry.planlabs():
            if name not in SKIP:
                yield from ((registry.what, name, *dial) for dial in dials(registry.all()[name]))
    yield from (("physics", "physics", *dial) for dial in dials(pl.Physics))


def made(what, name, **settings):
    """Return the part that a command line makes, which sets some of its dials."""
    asked = specified(
        "three_sector",
        [name if what == "mechanism" else "command"],
        [name if what == "behaviour" else f"truthful@{name}" if what == "channel" else "honest"],
        2,
        1,
        GIVEN.get(name, {}) | {f"{name}.{dial}": value for dial, value in settings.items()},
        name if what == "reward" else None,
        [name] if what == "law" else [],
    )
    plan = asked.design()
    setting = next(iter(plan.behaviours.values()))
    return {
        "mechanism": lambda: plan.mechanisms[name],
        "law": lambda: plan.scenarios[0].laws[-1],
        "physics": lambda: plan.physics,
    }.get(what, lambda: getattr(setting, what))()


@pytest.mark.parametrize(("what", "name", "dial", "value"), list(cases()), ids=lambda part: str(part))
def test_every_dial_of_every_part_is_set_from_the_command_line(what, name, dial, value):
    assert float(getattr(made(what, name, **{dial: value}), dial)) == value


def test_all_kinds_of_parts_are_walked():
    walked = {what for what, *_ in cases()}
    assert walked == {"mechanism", "behaviour", "channel", "reward", "law", "physics"}
    assert len(list(cases())) > 60


def test_what_users_define_is_not_walked():
    before = list(cases())
    for module in (__name__, "json"):
        type("Twice", (pl.Mechanism,), {"__module__": module, "init": None, "plan": None})
    assert list(cases()) == before


def test_laws_take_numbers_by_name_and_the_scenario_its_own():
    asked = specified(
        "layered", ["command"], ["honest"], 2, 1, {"products": 24, "productivity.energy": 0.02}, None, ["productivity"]
    )
    world = asked.design().scenarios[0]
    assert world.economy.products == 24
    assert world.laws == (pl.Productivity(energy=0.02).prepared(world)[0],)


def test_a_factor_that_is_not_there_is_refused_with_each_name_once():
    asked = specified(
        "three_sector", ["command"], ["honest"], 2, 1, {"productivity.energy": 0.02}, laws=["productivity"]
    )
    with pytest.raises(ValueError, match=r"no factor 'energy'\. It has: 'labour'\.$"):
        asked.design()


def test_a_comparison_varies_pay():
    paid = {"flat": pl.Setting(reward=pl.Flat()), "bonus": pl.Setting(reward=pl.TargetBonus())}
    told = pl.BestReply(lies=("capacity", "inputs"), rounds=3)
    scenario = pl.make_scenario("three_sector", labour=75)
    settings = {name: dataclasses.replace(each, behaviour=told) for name, each in paid.items()}
    table = pl.compare("command", scenario, 2, 1, settings, bound=False).table.set_index("behaviour")
    assert table.need_satisfaction["flat"] != table.need_satisfaction["bonus"]


def test_a_setting_and_a_dial_beside_it_are_refused():
    scenario, setting = pl.make_scenario("three_sector"), pl.Setting(pl.Understate(0.8))
    with pytest.raises(TypeError, match="setting and channel are both given"):
        pl.simulate("command", scenario, 1, channel=pl.Direct(), setting=setting)
    with pytest.raises(TypeError, match="setting and reward are both given"):
        pl.regret("command", scenario, pl.Flat(), setting=setting)
    with pytest.raises(TypeError, match="setting and behaviours are both given"):
        pl.compare("command", scenario, behaviours=["honest"], setting=setting)
    with pytest.raises(TypeError, match="setting is 0.8, which is not of kind Setting"):
        pl.simulate("command", scenario, 1, setting=0.8)
    with pytest.raises(ValueError, match="has physics of its own"):
        pl.compare("command", scenario, behaviours={"fast": pl.Setting(physics=pl.Frictionless())})


def test_how_often_is_planned_is_asked_for_everywhere():
    asked = specified("three_sector", ["command"], ["honest"], 2, 1, {}, replans=4)
    assert [each.replans for each in asked.design().behaviours.values()] == [4]
    scenario = pl.make_scenario("three_sector", labour=75)
    once, often = (pl.compare("command", scenario, 2, 1, ["honest"], bound=False, replans=r) for r in (1, 4))
    alone = pl.score(pl.simulate("command", scenario, 2, setting=pl.Setting(replans=4)))
    assert often.table.need_satisfaction[0] == alone.need_satisfaction != once.table.need_satisfaction[0]
    assert (often.manifest["replans"], "replans" in once.manifest) == (4, False)
    assert once.manifest["study"] != often.manifest["study"]
    with pytest.raises(ValueError, match="replans is 5, and a period has 12"):
        pl.compare("command", scenario, replans=5)


def test_the_usual_settings_are_the_same_from_the_command_line():
    plan = specified("three_sector", ["command"], list(BEHAVIOURS), 2, 1, {}).design()
    assert plan.behaviours == BEHAVIOURS


def test_a_setting_is_its_dials():
    scenario = pl.make_scenario("three_sector", labour=75)
    dials = {"behaviour": pl.Understate(0.8), "channel": pl.Hierarchy(levels=2), "reward": pl.Weitzman()}
    one = pl.simulate("command", scenario, 3, **dials)
    other = pl.simulate("command", scenario, 3, setting=pl.Setting(**dials))
    np.testing.assert_array_equal(one.outcome.activity, other.outcome.activity)
    np.testing.assert_array_equal(one.pay.producers, other.pay.producers)
