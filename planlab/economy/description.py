"""A world in a few lines, for people at a prompt or in a notebook."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from planlab.economy.labels import singular

if TYPE_CHECKING:
    from planlab.economy.economy import Economy
    from planlab.economy.scenario import Scenario

__all__ = ["economy_text", "html_table", "scenario_html", "scenario_text"]

SHOWN, WIDE, ROWS = 3, 36, 10
"""How many names a line shows, how many letters of each, and how many rows a table."""


def _counted(count: int, axis: str) -> str:
    return f"{count:,} {axis if count != 1 else singular(axis)}"


def _some(names: Sequence[str] | None) -> str:
    if not names:
        return ""
    shown = [name if len(name) <= WIDE else f"{name[: WIDE - 1]}…" for name in names[:SHOWN]]
    return f": {'; '.join(shown)}" + ("; ..." if len(names) > SHOWN else "")


def brief(economy: "Economy") -> str:
    """Return how large an economy is, in one line."""
    counts = ((economy.products, "products"), (economy.processes, "processes"), (len(economy.factor_kinds), "factors"))
    return ", ".join(_counted(count, axis) for count, axis in counts)


def economy_text(economy: "Economy") -> str:
    """Return an economy in a few lines."""
    labels = economy.labels
    factors = [
        f"{name} ({kind})"
        for name, kind in zip(labels.of("factors", len(economy.factor_kinds)), economy.factor_kinds, strict=True)
    ]
    lines = [
        f"{_counted(economy.products, 'products')}{_some(labels.products)}",
        f"{_counted(economy.processes, 'processes')}{_some(labels.processes)}",
        f"{economy.inputs.nonzeros:,} inputs",
        f"{_counted(len(factors), 'factors')}{_some(factors)}",
    ]
    return "Economy\n  " + "\n  ".join(lines)


def scenario_text(scenario: "Scenario") -> str:
    """Return a scenario in a few lines."""
    labels, h = scenario.economy.labels, scenario.needs.shape[-1]
    lines = [
        *economy_text(scenario.economy).split("\n")[1:],
        f"  {_counted(h, 'communities')}{_some(labels.communities)}",
    ]
    if not any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(scenario)) and scenario.needs.ndim == 2:
        factors, processes = (int(np.isfinite(part).sum()) for part in (scenario.limits, scenario.capacity))
        struck = "shocks strike" if _is_struck(scenario) else "nothing strikes"
        needs = _counted(int(np.count_nonzero(scenario.needs)), "needs")
        limited = f"{_counted(factors, 'factors')} and {_counted(processes, 'processes')} limited"
        lines.append(f"  {needs}; {limited}; {struck}")
        if scenario.categories:
            lines.append(f"  {len(scenario.categories)} categories of needs{_some(scenario.categories)}")
    return f"Scenario {scenario.name!r}\n" + "\n".join(lines)


def _is_struck(scenario: "Scenario") -> bool:
    return any((np.asarray(part) != 1).any() for part in jax.tree.leaves(scenario.struck))


def scenario_html(scenario: "Scenario") -> str:
    """Return a scenario as HTML for notebooks: factors, communities and products, the first of each."""
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(scenario)) or scenario.needs.ndim != 2:
        return f"<pre>{escape(scenario_text(scenario))}</pre>"
    e, labels = scenario.economy, scenario.economy.labels
    k, h = e.factors.shape[0], scenario.communities
    used, made = np.asarray(e.factors @ scenario.activity), np.asarray(e.outputs @ scenario.activity)
    needs, limits = np.asarray(scenario.needs), np.asarray(scenario.limits)
    tables = [
        html_table(
            ["factor", "kind", "limit per period", "used at the opening activity", "unit"],
            [labels.of("factors", k), e.factor_kinds, limits, used, labels.units("factors", k)],
        ),
        html_table(
            ["community", "population", "products needed"],
            [labels.of("communities", h), np.asarray(scenario.population), np.count_nonzero(needs, axis=0)],
        ),
        html_table(
            ["product", "category", "needed per period", "made at the opening activity", "opening stock", "unit"],
            [
                labels.of("products", e.products),
                None if scenario.category is None else scenario.category_names,
                needs.sum(axis=1),
                made,
                np.asarray(scenario.stock),
                labels.units("products", e.products),
            ],
        ),
    ]
    return f"<div><pre>{escape(scenario_text(scenario))}</pre>{''.join(tables)}</div>"


def html_table(titles: Sequence[str], columns: Sequence[Any]) -> str:
    """Return the first rows of a table; columns that are ``None`` are left out."""
    there = [(title, column) for title, column in zip(titles, columns, strict=True) if column is not None]
    count = len(there[0][1])
    if not count:
        return ""
    head = "".join(f"<th>{escape(title)}</th>" for title, _ in there)
    rows = ["".join(f"<td>{escape(_cell(column[i]))}</td>" for _, column in there) for i in range(min(count, ROWS))]
    more = f"<caption style='caption-side:bottom'>{count - ROWS:,} more</caption>" if count > ROWS else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>{more}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "unlimited" if np.isinf(value) else f"{value:,.6g}"
