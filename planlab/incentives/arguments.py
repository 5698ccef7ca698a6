"""Arguments of the search for lies, checked by name before anything runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from planlab.base.checks import check_whole
from planlab.economy.scenario import Scenario
from planlab.incentives.trial import LIES, OWN_LIES

__all__ = ["AGENTS", "RULES", "adapting_kinds", "known_lies", "liars", "positive"]

AGENTS = ("producers", "communities", "all")
"""Who may lie."""

RULES = ("best_reply", "learning")
"""How agents adapt."""

Kinds = list[tuple[bool, list[int]]]
"""Whether they are producers, or communities, and along what they lie."""


def known_lies(lies: Sequence[str]) -> None:
    """Raise for none and for what cannot be misreported."""
    if isinstance(lies, str) or not lies:
        raise ValueError(f"lies is {lies!r}; give some of {', '.join(LIES)}, for instance ('capacity',).")
    if unknown := [lie for lie in lies if lie not in LIES]:
        raise ValueError(f"lies names {unknown[0]!r}; choose from {', '.join(LIES)}.")
    if len(set(lies)) < len(lies):
        raise ValueError(f"lies names one twice: {', '.join(lies)}. Name each once.")


def positive(name: str, values: Any, wanted: str) -> tuple[float, ...]:
    """Return numbers above 0, one or several, or raise by name."""
    try:
        numbers = np.atleast_1d(np.asarray(values, float))
    except (TypeError, ValueError):
        numbers = np.zeros(1)
    if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all() or numbers.min() <= 0:
        raise ValueError(f"{name} is {values!r}; give {wanted}.")
    return tuple(numbers.tolist())


def liars(agents: Any, scenario: Scenario, lies: tuple[str, ...]) -> list[tuple[bool, np.ndarray, list[int]]]:
    """Return of each kind of agents asked for who they are, and along what they can lie."""
    m, h = scenario.economy.processes, scenario.communities
    own, needs = [k for k, lie in enumerate(OWN_LIES) if lie in lies], [0] if "needs" in lies else []
    if isinstance(agents, str):
        if agents not in AGENTS:
            raise ValueError(f"agents is {agents!r}; choose {', '.join(AGENTS)}, or give positions of processes.")
        kinds = [(True, np.arange(m), own)] * (agents != "communities")
        kinds += [(False, np.arange(h), needs)] * (agents != "producers")
    else:
        who = np.atleast_1d(np.asarray(agents))
        if who.dtype.kind not in "iu" or who.ndim > 1 or who.size == 0 or who.min() < 0 or who.max() >= m:
            raise ValueError(f"agents is {agents!r}; give positions of processes from 0 to {m - 1}.")
        if np.unique(who).size < who.size:
            raise ValueError(f"agents is {agents!r}; name nobody twice.")
        kinds = [(True, who, own)]
    able = [kind for kind in kinds if kind[2]]
    if not able:
        raise ValueError(f"agents is {agents!r}, who can misreport none of lies {lies!r}.")
    return able


def adapting_kinds(agents: Any, lies: Any, rule: Any, rounds: Any, damping: Any, epsilon: Any) -> Kinds:
    """Return who adapts along what; raise by name for arguments of `equilibrium` that are out of range."""
    if not isinstance(agents, str) or agents not in AGENTS:
        raise ValueError(f"agents is {agents!r}; choose one of {', '.join(AGENTS)}.")
    known_lies(lies)
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; choose one of {', '.join(RULES)}.")
    check_whole("rounds", rounds, 1)
    if not isinstance(damping, float | int) or not 0 < damping <= 1:
        raise ValueError(f"damping is {damping!r}; give a number above 0, and 1 at most.")
    if not isinstance(epsilon, float | int) or not 0 <= epsilon < float("inf"):
        raise ValueError(f"epsilon is {epsilon!r}; give a number of at least 0, for instance 0.01.")
    own = [k for k, lie in enumerate(OWN_LIES) if lie in lies] if agents != "communities" else []
    needs = [0] if "needs" in lies and agents != "producers" else []
    kinds = [(producers, dims) for producers, dims in ((True, own), (False, needs)) if dims]
    if not kinds:
        raise ValueError(f"agents is {agents!r}, who can misreport none of lies {lies!r}.")
    return kinds
