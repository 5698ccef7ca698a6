"""What a table does not say, by name and checked: who loads it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from planlab.base.checks import ABOVE_0_TO_1, FINITE, POSITIVE, check_choice, check_float, in_short
from planlab.economy.economy import FACTOR_KINDS
from planlab.economy.weighting import WEIGHTS
from planlab.tables.treatment import TableRules

__all__ = ["Assumptions", "by_label", "in_words"]

CHOICES = {
    "technology": ("industry-technology", "supply-use"),
    "final_uses": ("separate", "together"),
    "value_added": ("labour", "all"),
    "labour": ("all", "time"),
    "trade": ("limited", "balanced"),
    "import_factors": ("none", "domestic-technology"),
    "investment": ("need", "builds"),
    "weights": WEIGHTS,
}
"""Between which rules there is to choose."""

NUMBERS = {
    "ambition": POSITIVE,
    "capacity_margin": POSITIVE,
    "utilisation": ABOVE_0_TO_1,
    "limit_margin": POSITIVE,
    "deficit": FINITE,
    "capital_ratio": POSITIVE,
    "wear": ABOVE_0_TO_1,
}
"""What is a number, for all alike or by label."""

FLAGS = ("stored", "critical")
"""What is true or false of products, by label."""


@dataclass(frozen=True)
class Assumptions:
    """What a table does not say, as in `planlab.tables.table.Table.scenario`."""

    technology: str
    final_uses: str
    ambition: float | Mapping[str, float]
    capacity_margin: float | Mapping[str, float]
    utilisation: float | Mapping[str, float] | None
    limit_margin: float | Mapping[str, float]
    factor_kinds: Mapping[str, str]
    value_added: str
    labour: str
    trade: str
    deficit: float | None
    import_factors: str
    investment: str
    capital_ratio: float
    wear: float
    stored: str | Mapping[str, bool]
    critical: str | Mapping[str, bool]
    weights: str
    rules: TableRules

    def __post_init__(self) -> None:
        """Check every assumption by name."""
        for name, known in CHOICES.items():
            check_choice(name, getattr(self, name), known)
        for name, limit in NUMBERS.items():
            given = getattr(self, name)
            by_name = name in ("ambition", "capacity_margin", "utilisation", "limit_margin")
            if given is None and name in ("utilisation", "deficit"):
                continue
            for label, value in given.items() if by_name and isinstance(given, Mapping) else [(None, given)]:
                check_float(name if label is None else f"{name}[{label!r}]", value, limit)
        for name, words in zip(FLAGS, (("all", "goods"), ("all",)), strict=True):
            given = getattr(self, name)
            if not isinstance(given, Mapping):
                check_choice(name, given, words)
                continue
            for label, flag in given.items():
                if not isinstance(flag, bool):
                    raise TypeError(f"{name}[{label!r}] is {flag!r}; give True or False.")
        if not isinstance(self.factor_kinds, Mapping):
            raise TypeError(f"factor_kinds is {self.factor_kinds!r}; give a mapping from factor to kind.")
        for label, kind in self.factor_kinds.items():
            check_choice(f"factor_kinds[{label!r}]", kind, FACTOR_KINDS)
        if not isinstance(self.rules, TableRules):
            raise TypeError(f"rules is {self.rules!r}; give TableRules(...), for instance TableRules(idle='error').")
        if self.deficit is not None and self.trade != "balanced":
            raise ValueError("deficit is of the balance of payments; give trade='balanced' too, or leave it out.")

        if self.investment == "builds" and self.final_uses == "together":
            raise ValueError(
                "investment is 'builds', and final_uses 'together' makes a need of it; leave final uses 'separate'."
            )

    def told(self, *names: str) -> str:
        """Return arguments as they were given, as a person would type them."""
        known = {field.name for field in fields(self)}
        assert known.issuperset(names), names
        return ", ".join(f"{name}={in_short(getattr(self, name))}" for name in names)


def by_label(name: str, given: Any, default: Any, *labellings: Sequence[str]) -> list[Any]:
    """Return what is given for each of several things: one value for all, or some by label.

    Parameters
    ----------
    name
        Of the assumption, for the error.
    given
        A value for all, or a mapping from label to value.
    default
        For what a mapping does not name.
    *labellings
        What each thing is called, alone first, then by the groups it belongs to.

    Raises
    ------
    ValueError
        For labels that nothing has.

    Examples
    --------
    >>> by_label("limit_margin", {"energy": 0.9, "oil": 0.5}, 1.0, ["coal", "oil"], ["energy", "energy"])
    [0.9, 0.5]
    """
    if not isinstance(given, Mapping):
        return [given] * len(labellings[0])
    known = dict.fromkeys(label for labels in labellings for label in labels)
    if unknown := [label for label in given if label not in known]:
        some = ", ".join(map(repr, list(known)[:20])) + (", ..." if len(known) > 20 else "")
        raise ValueError(f"{name} has {', '.join(map(repr, unknown))}, which the table lacks; it knows {some}.")
    return [
        next((given[label] for label in labels if label in given), default) for labels in zip(*labellings, strict=True)
    ]


def in_words(given: Any, default: Any, of: str) -> str:
    """Return a number for all, or some by label, times something.

    Examples
    --------
    >>> in_words(1.25, 1.0, "observed use"), in_words({"labour": 1.05}, 1.0, "observed use")
    ('1.25 × observed use', '1.0 × observed use, but for labour: 1.05')
    """
    if not isinstance(given, Mapping):
        return f"{given} × {of}"
    return f"{default} × {of}" + ("" if not given else f", but for {', '.join(f'{k}: {v}' for k, v in given.items())}")
