"""A comparison as a command line spells it: names, and ``--set`` for every dial of what is named."""

from collections.abc import Mapping, Sequence
from typing import Any

from planlab.base.checks import check_once, unknown
from planlab.base.registry import kinds, registry_of
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.study.own_parts import load_parts
from planlab.study.reporting import BEHAVIOURS
from planlab.study.specification import Specification

__all__ = ["specified"]


def specified(
    scenario: str,
    mechanisms: Sequence[str],
    behaviours: Sequence[str],
    periods: int,
    seeds: int,
    settings: Mapping[str, Any],
    reward: str | None = None,
    laws: Sequence[str] = (),
    parts: Sequence[str] = (),
    replans: int = 1,
    horizon: int = 0,
    draws: int = 1,
) -> Specification:
    """Return the comparison that a command line describes.

    Parameters
    ----------
    scenario, mechanisms, behaviours, periods, seeds, reward, laws
        By name.
    replans, horizon, draws
        How often is planned in a period, how many periods ahead is announced, and with how many draws of what people do
        each world is met.
    parts
        Files or modules with parts of one's own, which are imported at once.
    settings
        Values by ``part.dial``, the part being ``physics``, ``reward`` or the name of one of the mechanisms,
        behaviours, channels or laws; a name without a dot, and ``rules.`` before one, is a parameter of the scenario.

    Raises
    ------
    ValueError
        For parts that are not compared.

    Examples
    --------
    >>> specified("layered", ["command"], ["honest"], 5, 2, {"products": 24, "physics.cover": 3.0}).physics
    {'cover': 3.0}
    """
    load_parts(parts)
    check_once("behaviours", behaviours)
    reporting = {name: _reporting(name) for name in behaviours}
    dials: dict[str, dict[str, Any]] = {name: {} for name in ("physics", *mechanisms)}
    named: dict[str, list[dict[str, Any]]] = {}
    for each in reporting.values():
        for part in (each["behaviour"], each["channel"]):
            named.setdefault(part["kind"], []).append(part)
    moved: list[dict[str, Any]] = [{"kind": name} for name in laws]
    for law in moved:
        named.setdefault(law["kind"], []).append(law)
    paid: dict[str, Any] | None = None
    if reward is not None:
        paid = {"kind": reward}
        named |= {"reward": [paid], reward: [*named.get(reward, []), paid]}
    world: dict[str, Any] = {}
    for key, value in settings.items():
        head, dot, field = key.partition(".")
        if not dot or head == "rules":
            world[key] = value
        elif head in dials:
            dials[head][field] = value
        elif head in named:
            for part in named[head]:
                part[field] = value
        else:
            unknown("part to --set", head, [*dials, *named, "rules"])
    return Specification(
        scenario={"name": scenario, "parameters": world},  # type: ignore[arg-type]  # pydantic makes tables of them
        mechanisms=[{"name": name, "parameters": dials[name]} for name in mechanisms],  # type: ignore[misc]  # likewise
        behaviours=reporting,  # type: ignore[arg-type]  # likewise
        physics=dials["physics"],
        periods=periods,
        replans=replans,
        horizon=horizon,
        seeds=seeds,
        draws=draws,
        reward=paid,
        laws=list(moved),
        parts=list(parts),
    )


def _reporting(name: str) -> dict[str, dict[str, Any]]:
    """Return ``behaviour``, ``behaviour@channel`` or one of the usual names as tables."""
    said, at, travels = name.partition("@")
    usual = BEHAVIOURS.get(said)
    if at:
        registry_of(Channel).find(travels)
    known = {kind: found for found, kind in (kinds(Behaviour) | kinds(Channel)).items()}
    if usual is None:
        registry_of(Behaviour).find(said, also=BEHAVIOURS)
    behaviour = {"kind": said} if usual is None else {"kind": known[type(usual.behaviour)]}
    channel: dict[str, Any] = {"kind": travels or "direct"}
    if usual is not None and not travels:
        channel = {"kind": known[type(usual.channel)]}
    return {"behaviour": behaviour, "channel": channel}
