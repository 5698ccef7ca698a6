"""What there is to choose from: every part by its name, with a line on each."""

import inspect
import re
from typing import Any

from planlab.base.registry import kinds
from planlab.economy.law import Law
from planlab.mechanisms.registry import load_mechanism, mechanism_names, own_mechanisms
from planlab.pay.account import Reward
from planlab.people.behaviours import Behaviour
from planlab.people.channels import Channel
from planlab.scenarios import find_generator, scenario_names
from planlab.scoring import coordination, needs, throughput
from planlab.scoring.metrics import own_metrics
from planlab.study.reporting import BEHAVIOURS
from planlab.tables.reading import table_names

__all__ = ["listing"]


def listing() -> dict[str, dict[str, str]]:
    """Return what there is, by section and name with a line on each."""
    metrics = [getattr(module, name) for module in (needs, throughput, coordination) for name in module.__all__]
    own, broken = own_mechanisms()
    plug_ins = [name for name in mechanism_names() if name not in own and name not in broken]
    return {
        "mechanisms": {name: _first(load_mechanism(name)) for name in own}
        | dict.fromkeys(plug_ins, "a plug-in, loaded when it is named"),
        "scenarios": {name: _first(find_generator(name)) for name in scenario_names()},
        "tables": dict.fromkeys(table_names(), "A real table that comes with a Python package."),
        "behaviours": {
            name: f"{type(each.behaviour).__name__} through {type(each.channel).__name__}."
            for name, each in BEHAVIOURS.items()
        }
        | {name: _first(kind) for name, kind in kinds(Behaviour).items()},
        "channels": {name: _first(kind) for name, kind in kinds(Channel).items()},
        "rewards": {name: _first(kind) for name, kind in kinds(Reward).items()},
        "laws": {name: _first(kind) for name, kind in kinds(Law).items()},
        "metrics": {f.__name__: _first(f).removeprefix("Return ") for f in metrics if inspect.isfunction(f)}
        | {name: _first(own.of).removeprefix("Return ") for name, own in own_metrics().items()},
    }


def _first(thing: Any) -> str:
    """Return the first sentence of a docstring without its markup."""
    said = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r":math:|`", "", re.sub(r" ?:cite:`[^`]*`", "", said))
