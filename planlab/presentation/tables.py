"""The table a comparison prints in a terminal."""

import math
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from planlab.presentation.digest import Comparable, Digest, digest, plus_minus, points
from planlab.presentation.findings import title_of

__all__ = ["compact", "incentive_table", "summary_table"]

if TYPE_CHECKING:
    from planlab.comparison.incentive_profile import IncentiveProfile

WORST, FULFILMENT, AVOIDABLE = "worst_community", "plan_fulfilment", "avoidable_shortfall"


def compact(value: float) -> str:
    """Return a count in at most five characters.

    Examples
    --------
    >>> [compact(x) for x in (7, 12_345, 999_999, 2.5e9, float("nan"))]
    ['7', '12.3k', '1.0M', '2.5G', '–']
    """
    if not math.isfinite(value):
        return "–"
    for unit in ("", "k", "M", "G"):
        if abs(value) < (1000 if not unit else 999.95):
            return f"{value:.1f}{unit}" if unit else f"{value:.0f}"
        value /= 1000
    return f"{value:.1f}T"


def summary_table(comparison: Comparable | Digest) -> Table:
    """Return one row per mechanism and behaviour, and the clairvoyant bound last; fits 100 columns.

    Parameters
    ----------
    comparison
        A comparison, or its digest.

    Returns
    -------
    rich.table.Table
        Shares in per cent, need satisfaction with half the width of its 95 % interval over seeds.
    """
    summary = comparison if isinstance(comparison, Digest) else digest(comparison)
    seeds = max(row["need_satisfaction"].seeds for row in summary.rows)
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    table.caption = f"Per cent; ± half the 95 % interval over {seeds} seeds." if seeds > 1 else "Per cent; one seed."
    widest = {
        "mechanism": [title_of(row.mechanism) for row in summary.rows],
        "behaviour": ["clairvoyant", *(title_of(row.behaviour) for row in summary.rows)],
        "status": [row.status for row in summary.rows],
    }
    most = {"mechanism": 14, "behaviour": 13, "status": 12}
    fits = {name: min(most[name], max(map(len, (name, *texts)))) for name, texts in widest.items()}
    growth = f"{summary.kind or 'throughput'} growth a year"
    numbers = ("needs met", "worst community", growth, "plan kept", "avoidable shortfall", "messages")
    for name in ("mechanism", "behaviour"):
        table.add_column(name, width=fits[name], overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", width=11 if name == "needs met" else max(5, *map(len, name.split())))
    table.add_column("status", width=fits["status"], overflow="fold")

    for k, row in enumerate(summary.rows):
        first = k == 0 or summary.rows[k - 1].mechanism != row.mechanism
        table.add_row(
            Text(title_of(row.mechanism) if first else "", style="bold"),
            Text(title_of(row.behaviour)),
            plus_minus(row["need_satisfaction"]),
            points(row[WORST].mean),
            points(row[summary.growth].mean, sign=True),
            points(row[FULFILMENT].mean),
            points(row[AVOIDABLE].mean),
            compact(row["messages"].mean),
            Text(row.status, style="red" if any(word in row.status for word in ("failed", "broken")) else ""),
            end_section=k + 1 == len(summary.rows),
        )
    bound = plus_minus(summary.bound) if summary.bound.is_known else "none"
    table.add_row(Text("bound", style="italic"), Text("clairvoyant", style="italic"), bound)
    return table


def incentive_table(profile: "IncentiveProfile") -> Table:
    """Return one row per mechanism and reward; fits 100 columns.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.

    Returns
    -------
    rich.table.Table
        Needs met in per cent, gains and pay in units of pay.
    """
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    table.caption = "Needs met in per cent. * had not settled: somebody could still gain."
    for name in ("mechanism", "reward"):
        table.add_column(name)
    for name in ("needs met", "in equilibrium", "a producer gains", "a community gains", "who gains", "paid", "then"):
        table.add_column(name, justify="right", max_width=11)
    last = None
    for _, pair in profile.pairs.iterrows():
        table.add_row(
            Text("" if pair.mechanism == last else title_of(pair.mechanism)),
            Text(title_of(pair.reward)),
            points(pair.honest, 1),
            points(pair.equilibrium, 1) + ("" if pair.converged else "*"),
            *(f"{pair[name]:.3g}" for name in ("regret", "regret_of_communities")),
            points(pair.liars, 0),
            *(f"{pair[name]:.3f}" for name in ("paid", "paid_in_equilibrium")),
        )
        last = pair.mechanism
    return table
