"""Arguments of the search for lies, checked by name before anything runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from planlab.base.checks import ABOVE_0_TO_1, AT_LEAST_0, check_choice, check_float, check_once, check_whole
from planlab.economy.scenario import Scenario
from planlab.incentives.trial import LIES, OWN_LIES

__all__ = ["AGENTS", "RULES", "adapting_kinds", "known_lies", "liars"]

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
    check_once("lies", lies)


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
    check_choice("agents", agents, AGENTS)
    known_lies(lies)
    check_choice("rule", rule, RULES)
    check_whole("rounds", rounds, 1)
    check_float("damping", damping, ABOVE_0_TO_1)
    check_float("epsilon", epsilon, AT_LEAST_0)
    own = [k for k, lie in enumerate(OWN_LIES) if lie in lies] if agents != "communities" else []
    needs = [0] if "needs" in lies and agents != "producers" else []
    kinds = [(producers, dims) for producers, dims in ((True, own), (False, needs)) if dims]
    if not kinds:
        raise ValueError(f"agents is {agents!r}, who can misreport none of lies {lies!r}.")
    return kinds
