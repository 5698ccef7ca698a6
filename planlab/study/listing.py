"""What there is to choose from: every part by its name, with a line on each."""

from typing import Any

from planlab.base.docstrings import plain_head_of
from planlab.base.registry import Registry, registries, registry_of, unreadable
from planlab.economy.law import Law
from planlab.mechanisms.registry import MECHANISMS
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.scenarios import SCENARIOS
from planlab.scoring.metric import METRICS
from planlab.study.reporting import BEHAVIOURS
from planlab.tables.registry import TABLES

__all__ = ["broken", "listing", "told"]


def listing() -> dict[str, dict[str, str]]:
    """Return what there is, by section and name with a line on each."""
    return {
        "mechanisms": told(MECHANISMS),
        "scenarios": told(SCENARIOS),
        "tables": told(TABLES),
        "behaviours": {
            name: f"{type(each.behaviour).__name__} through {type(each.channel).__name__}."
            for name, each in BEHAVIOURS.items()
        }
        | told(registry_of(Behaviour)),
        "channels": told(registry_of(Channel)),
        "rewards": told(registry_of(Reward)),
        "laws": told(registry_of(Law)),
        "metrics": told(METRICS),
    }


def broken() -> list[str]:
    """Return why files of planlab's folders, plug-ins and users' own files cannot be used, one reason each."""
    return [*(reason for registry in registries for reason in registry.broken().values()), *unreadable.values()]


def told(registry: Registry) -> dict[str, str]:
    """Return what can be used with a line on each, and plug-ins, whose code runs only when somebody names them."""
    known = {name: plain_head_of(_described(part)).removeprefix("Return ") for name, part in registry.all().items()}
    return known | dict.fromkeys(registry.plug_ins(), "a plug-in, loaded when it is named")


def _described(part: Any) -> Any:
    """Return what a part's docstring is on: the function, where a decorator made something of it."""
    return part if callable(part) else getattr(part, "of", getattr(part, "draw", part))
