"""What a comparison varies beside mechanisms: how people report and are paid, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from planlab.base.checks import check_key, check_once, in_short
from planlab.base.registry import registry_of
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.idiosyncratic_bias import IdiosyncraticBias
from planlab.people.behaviours.truthful import Truthful
from planlab.people.channel import Channel
from planlab.people.channels.direct import Direct
from planlab.people.channels.hierarchy import Hierarchy
from planlab.simulation.setting import Setting
from planlab.study.parts import build

__all__ = ["BEHAVIOURS", "behaviours_of", "named_behaviour"]

BEHAVIOURS = {
    "honest": Setting(Truthful(), Direct()),
    "misreporting": Setting(IdiosyncraticBias(), Hierarchy(levels=3)),
}
"""What is compared by default: everybody honest, and everybody different through three levels of offices."""

_EXAMPLE = '{"honest": "truthful", "lying": (pl.IdiosyncraticBias(), pl.Hierarchy(levels=3))}'


def named_behaviour(text: str) -> Setting:
    """Return the setting, a behaviour and a channel, that ``behaviour`` or ``behaviour@channel`` stands for.

    Raises
    ------
    ValueError
        For unknown names, an empty one among them.

    Examples
    --------
    >>> named_behaviour("understate@hierarchy").channel.levels
    3
    """
    name, at, channel = text.partition("@")
    if name in BEHAVIOURS:
        usual = BEHAVIOURS[name]
        return replace(usual, channel=build(Channel, channel, {}, "channel")) if at else usual
    registry_of(Behaviour).find(name, also=BEHAVIOURS)
    return Setting(build(Behaviour, name, {}, "behaviour"), build(Channel, channel if at else "direct", {}, "channel"))


def behaviours_of(behaviours: Any) -> dict[str, Setting]:
    """Return settings by name.

    Parameters
    ----------
    behaviours
        A name as in `named_behaviour`, or several; or a mapping from what they are to be called to such a name, to a
        behaviour, to a behaviour and a channel, or to a setting; ``None``: those compared by default.

    Raises
    ------
    ValueError, TypeError
        By name, with an example.
    """
    if behaviours is None:
        return dict(BEHAVIOURS)
    if isinstance(behaviours, str):
        behaviours = [behaviours]
    if isinstance(behaviours, Mapping):
        names = [check_key("behaviours", name) for name in behaviours]
        found = {name: _setting(f"behaviours[{name!r}]", behaviours[name]) for name in names}
    elif isinstance(behaviours, Sequence) and all(isinstance(name, str) for name in behaviours):
        found = {name: named_behaviour(name) for name in behaviours}
        check_once("behaviours", behaviours)
    else:
        raise TypeError(f"behaviours is {in_short(behaviours)}; give names, or a mapping such as {_EXAMPLE}.")
    if not found:
        raise ValueError(f"behaviours is empty; give names, or a mapping such as {_EXAMPLE}.")
    return found


def _setting(where: str, value: Any) -> Setting:
    if isinstance(value, Setting):
        return value
    if isinstance(value, str):
        return named_behaviour(value)
    behaviour, channel = value if isinstance(value, tuple) and len(value) == 2 else (value, Direct())
    if isinstance(behaviour, str):
        behaviour = build(Behaviour, behaviour, {}, where)
    if isinstance(channel, str):
        channel = build(Channel, channel, {}, where)
    if not isinstance(behaviour, Behaviour) or not isinstance(channel, Channel):
        given = in_short(value)
        raise TypeError(f"{where} is {given}; give a behaviour, or a behaviour and a channel, as in {_EXAMPLE}.")
    return Setting(behaviour, channel)
