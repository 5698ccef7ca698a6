"""Where the numbers of a world come from, and what was assumed: written down by the rule that makes a number."""

import hashlib
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from planlab.base.checks import hidden
from planlab.economy.exports import TECHNOLOGY, WORLD, units_of

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Origin", "Provenance", "explanation", "with_origins"]

PARTS = (*WORLD, *TECHNOLOGY, "categories", "inventory")
"""What has an origin: the arguments of `planlab.Scenario.from_arrays`, and what lies with users at the opening."""

WIDTH, INDENT = 110, 4
"""Of a line, and of what is said of a part."""


@dataclass(frozen=True)
class Origin:
    """Where a part of a scenario comes from.

    Parameters
    ----------
    part
        An argument of `planlab.Scenario.from_arrays`.
    what
        What the numbers are, with the values of what was assumed.
    source
        Where they were taken from, or why they were assumed.
    change
        How to have them otherwise; empty where only other data would do it.
    digest
        Of the numbers so made, by which `explanation` notices that they are others now.
    """

    part: str
    what: str
    source: str
    change: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where the parts of a scenario come from; no part of the world, so that all of them are equal.

    Parameters
    ----------
    origins
        One a part.
    remarks
        What was odd in the data, and how it was treated.
    """

    origins: tuple[Origin, ...] = field(default=(), compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def of(self, part: str) -> Origin | None:
        """Return the origin of a part, ``None`` where nothing is known of it."""
        return next((origin for origin in self.origins if origin.part == part), None)


def with_origins(scenario: "Scenario", origins: Iterable[Origin], remarks: Iterable[str] = ()) -> "Scenario":
    """Return a scenario of whose parts it is written down how they were made; other parts keep what they had.

    Parameters
    ----------
    scenario
        As it is once they are made.
    origins
        Of parts, one each.
    remarks
        Further to those there are.
    """
    before = scenario.provenance
    made = {origin.part: replace(origin, digest=_digest(_part(scenario, origin.part))) for origin in origins}
    kept = tuple(origin for origin in before.origins if origin.part not in made)
    return replace(scenario, provenance=Provenance((*kept, *made.values()), (*before.remarks, *remarks)))


def explanation(scenario: "Scenario") -> str:
    """Return the text that `planlab.Scenario.explain` prints."""
    labels, known = scenario.economy.labels, scenario.provenance
    lines, unsaid = [f"{scenario.name}: where its numbers come from"], []
    for part in PARTS:
        origin = known.of(part)
        if origin is None:
            unsaid.append(part)
            continue
        unit = units_of("stock" if part == "inventory" else part, labels)
        lines.append(part if unit == "1" else f"{part} ({unit})")
        now = _part(scenario, part)
        if _digest(now) != origin.digest:
            lines += _told("now", "other numbers: changed since by Scenario.replace, or by what wraps the scenario")
        lines += [line for key in ("what", "source", "change") for line in _told(key, getattr(origin, key))]
    if unsaid:
        lines += _wrapped(f"Given as they are, nothing is written down of them: {', '.join(unsaid)}.", 0)
    if scenario.laws:
        lines += _wrapped(f"Moved by {', '.join(type(law).__name__ for law in scenario.laws)}.", 0)
    if known.remarks:
        lines.append("What was odd in the data, and how it was treated (change: rules=TableRules(...))")
        lines += [line for remark in known.remarks for line in _wrapped(remark, INDENT)]
    return "\n".join(lines)


def _told(key: str, text: str) -> list[str]:
    return _wrapped(f"{key}: {text}", INDENT) if text else []


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))


def _part(scenario: "Scenario", name: str) -> Any:
    """Return a part as it is now."""
    if name == "categories":
        return scenario.category_names
    if name == "inventory":
        return scenario.opening.inventory
    return getattr(scenario.economy if name in TECHNOLOGY else scenario, name)


def _digest(part: Any) -> str:
    """Return the hash of a part's numbers or names; nothing of what JAX traces."""
    leaves = jax.tree.leaves(part)
    if any(hidden(leaf) for leaf in leaves):
        return ""
    found = hashlib.sha256()
    for array in map(np.asarray, leaves):
        told = array.astype(str) if array.dtype.hasobject else array
        found.update(repr(array.shape).encode() + np.ascontiguousarray(told).tobytes())
    return found.hexdigest()
