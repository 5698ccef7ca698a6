"""What lying pays and where it leads, for several mechanisms and rewards in one world."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from planlab.base.address import address
from planlab.base.checks import check_once, check_positive, check_some, check_whole, of_kind
from planlab.base.memory import make_room
from planlab.base.progress import progress_bar
from planlab.economy.intact import require_scenario
from planlab.economy.scenario import Scenario
from planlab.incentives.arguments import known_lies
from planlab.incentives.trial import Trial
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.pay.account import Effort, Reward
from planlab.people.channel import Channel
from planlab.people.channels.direct import Direct
from planlab.simulation.setting import Setting
from planlab.study import store
from planlab.study.cells import Cells
from planlab.study.comparison import Draw
from planlab.study.consequences import consequences, curve, places
from planlab.study.manifest import made_by, spelled, study_hash, world_of
from planlab.world.physics import Physics

__all__ = ["FACTORS", "IncentiveProfile", "incentive_profile"]

FACTORS = (0.25, 0.4, 0.6, 0.75, 0.9, 1.1, 1.3, 1.7, 2.5, 4.0)
"""Said over true: the sizes of lies that curves show."""

FRAMES = ("pairs", "curves", "agents")


@dataclass(frozen=True)
class IncentiveProfile:
    """What lying pays and where it leads.

    Parameters
    ----------
    pairs
        A row per mechanism and reward, with the numbers of `consequences`.
    curves
        A row per mechanism, reward, thing misreported (``lie``) and size of lie (``factor``, said over true): over the
        agents who can tell it, the ``largest`` and the ``mean`` gain of one who does so alone, and the share who gain.
    agents
        A row per mechanism, reward and agent: the table of `planlab.Regret`, and of producers ``sector``, ``region``,
        ``size`` (share of all activity's norms) and ``place`` (`planlab.upstreamness` of what they make).
    scenario
        The world's name.
    manifest
        What made the numbers.
    """

    pairs: pd.DataFrame
    curves: pd.DataFrame
    agents: pd.DataFrame
    scenario: str
    manifest: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """In a few lines: what was looked at, needs met honestly and in equilibrium, and the largest gain by a lie."""
        sizes = ", ".join(f"{self.pairs[axis].nunique()} {axis}s" for axis in ("mechanism", "reward"))
        told = self.pairs.set_index(["mechanism", "reward"])[["honest", "equilibrium", "regret"]]
        return f"IncentiveProfile on {self.scenario}: {sizes}\n{told.round(3).to_string()}"

    def save(self, folder: str | os.PathLike[str], force: bool = False, draw: Draw | None = None) -> Path:
        """Save the numbers beside a manifest, as `planlab.Comparison.save`."""
        with store.results_folder(folder, self.manifest, FRAMES, draw is not None, force) as results:
            self._publish(results, draw)
        return Path(folder)

    def _publish(self, results: store.Results, draw: Draw | None) -> None:
        shown = None if draw is None else partial(draw, self)
        results.publish({name: getattr(self, name) for name in FRAMES}, self.manifest, shown)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "IncentiveProfile":
        """Read back what `save` wrote; raises as `planlab.Comparison.load`."""
        frames, manifest = store.load(folder, "incentives", FRAMES)
        return cls(**frames, scenario=manifest["scenario"]["name"], manifest=manifest)


class _Case(NamedTuple):
    """A mechanism with a reward, and what it is called."""

    mechanism: Mechanism
    label: str
    reward: Reward


def incentive_profile(
    mechanisms: Sequence[str | Mechanism],
    scenario: Scenario,
    rewards: Mapping[str, Reward] | None = None,
    lies: tuple[str, ...] = ("capacity", "inputs", "needs"),
    factors: Sequence[float] = FACTORS,
    periods: int = 1,
    discount: float = 1.0,
    rounds: int = 12,
    seed: int = 0,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    physics: Physics = Physics(),  # noqa: B008 - frozen
    progress: bool | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    draw: Draw | None = None,
) -> IncentiveProfile:
    """Work out what lying pays, to whom, and where it leads, for every mechanism with every reward.

    Parameters
    ----------
    mechanisms
        By name, or as objects.
    scenario
        The world.
    rewards
        By what they are to be called; ``None``: each mechanism's own.
    lies
        What may be misreported, of ``("capacity", "inputs", "results", "stores", "needs")``.
    factors
        Said over true, the sizes of lies on the curves.
    periods, discount, seed, effort, channel, physics
        As in `planlab.regret`.
    rounds
        Of best replies, as in `planlab.equilibrium`.
    progress
        Whether to show progress; ``None``: once it takes more than a few seconds.
    out, force
        As in `planlab.compare`.
    draw
        As in `planlab.Comparison.save`.

    Returns
    -------
    IncentiveProfile
        Of which `planlab.write_page` makes a page.

    Raises
    ------
    ValueError
        For arguments out of range, by name.
    FileExistsError, BlockingIOError, planlab.study.store.NotSaved
        As `planlab.compare`.
    """
    require_scenario("scenario", scenario)
    known_lies(lies)
    cases = _cases(mechanisms, rewards)
    sizes = check_positive("factors", factors, "factors above 0, for instance (0.5, 2.0)")
    horizon: Any = {"periods": periods, "discount": discount, "seed": seed, "effort": effort}
    horizon |= {"channel": channel, "physics": physics}
    check_whole("rounds", rounds, 1)
    Trial("standstill", scenario, **horizon)  # refuses what is out of range
    asked = {"lies": list(lies), "factors": [float(size) for size in sizes], "rounds": rounds, **horizon}
    question = _question(cases, scenario, asked)
    began = time.perf_counter()

    def work(case: _Case) -> dict[str, Any]:
        make_room()
        row, told = consequences(case.mechanism, scenario, case.reward, lies, rounds, **horizon)
        trial = Trial(case.mechanism, scenario, case.reward, **horizon)
        return {"row": row, "curve": curve(trial, lies, sizes), "agents": told.table.to_dict("list")}

    with ExitStack() as held:
        results, names = None, list[str]()
        if out is not None:
            results = held.enter_context(store.results_folder(out, question, FRAMES, draw is not None, force))
            names = [address("incentives", case.mechanism, case.reward, scenario, asked) for case in cases]
        cells, kept = _worked_out(cases, work, results.cells if results else None, names, progress)
        effort_spent = {"made": len(cases) - kept, "kept": kept, "seconds": round(time.perf_counter() - began, 3)}
        profile = _profile(cases, cells, scenario, made_by() | question | {"cells": effort_spent})
        if results is not None:
            with results.delivering(profile):
                profile._publish(results, draw)
    return profile


def _question(cases: list[_Case], scenario: Scenario, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked as a manifest spells it, with its hash."""

    def spell(brief: bool) -> dict[str, Any]:
        parts = {
            name: part if isinstance(part, list | int | float) else spelled(part, brief) for name, part in asked.items()
        }
        return {
            "kind": "incentives",
            "scenario": world_of(scenario),
            "mechanisms": {name_of(case.mechanism): spelled(case.mechanism, brief) for case in cases},
            "rewards": {case.label: spelled(case.reward, brief) for case in cases},
            **parts,
        }

    return spell(brief=False) | {"study": study_hash(spell(brief=True))}


def _worked_out(
    cases: list[_Case],
    work: Callable[[_Case], dict[str, Any]],
    kept: Cells | None,
    names: list[str],
    progress: bool | None,
) -> tuple[list[dict[str, Any]], int]:
    """Return the cell of every case, as found or as worked out and kept at once; and how many were found."""
    found = [kept.find(name) for name in names] if kept else [None] * len(cases)
    already, cells = sum(cell is not None for cell in found), list[dict[str, Any]]()
    with progress_bar(progress, len(cases)) as advance:
        advance("kept from before", already)
        for k, (case, cell) in enumerate(zip(cases, found, strict=True)):
            if cell is None:
                text = f"{name_of(case.mechanism)} with {case.label}"
                advance(text, 0)
                cell = work(case)
                if kept:
                    kept.keep(names[k], cell)
                advance(text, 1)
            cells.append(cell)
    return cells, already


def _profile(
    cases: list[_Case], cells: list[dict[str, Any]], scenario: Scenario, manifest: dict[str, Any]
) -> IncentiveProfile:
    """Return the frames of all cases one below the other."""
    where, pairs, curves, agents = places(scenario), [], [], []
    for case, cell in zip(cases, cells, strict=True):
        who = {"mechanism": name_of(case.mechanism), "reward": case.label}
        pairs.append(who | cell["row"])
        curves += [who | point for point in cell["curve"]]
        agents.append(pd.concat([pd.DataFrame(cell["agents"]), where], axis=1).assign(**who))
    everybody = pd.concat(agents, ignore_index=True)
    ordered = ["mechanism", "reward", *(name for name in everybody if name not in ("mechanism", "reward"))]
    return IncentiveProfile(pd.DataFrame(pairs), pd.DataFrame(curves), everybody[ordered], scenario.name, manifest)


def _cases(mechanisms: Any, rewards: Any) -> list[_Case]:
    """Return every mechanism with every reward, or raise by name for what is neither."""
    listed = [mechanisms] if isinstance(mechanisms, str | Mechanism) else list(mechanisms)
    found = {name_of(mechanism): mechanism for mechanism in map(find_mechanism, listed)}
    check_some("mechanisms", listed, "['command']")
    check_once("mechanisms", [name_of(find_mechanism(mechanism)) for mechanism in listed])
    if rewards is not None and (not isinstance(rewards, Mapping) or not rewards):
        raise ValueError(f"rewards is {rewards!r}; give a mapping such as {{'flat': pl.Flat()}}.")
    for label, reward in (rewards or {}).items():
        of_kind(f"rewards[{label!r}]", reward, Reward)
    return [
        _Case(mechanism, str(label), reward)
        for mechanism in found.values()
        for label, reward in (rewards or _own(mechanism)).items()
    ]


def _own(mechanism: Mechanism) -> dict[str, Reward]:
    reward = Setting().paid_by(mechanism)
    return {type(reward).__name__: reward}
