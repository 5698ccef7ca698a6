"""The tables that are printed in a terminal: as many columns as fit, whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from planlab.presentation.digest import Comparable, Digest, digest
from planlab.presentation.wording import compact, listed, points, reach, title_of
from planlab.scoring.score import COLLAPSED, LIVED_OFF, NEEDS

__all__ = [
    "AVOIDABLE",
    "FLOOR",
    "FULFILMENT",
    "WORST",
    "Fitted",
    "frontier_table",
    "incentive_table",
    "paper_table",
    "summary_table",
]

if TYPE_CHECKING:
    from planlab.study.frontier import Frontier
    from planlab.study.incentive_profile import IncentiveProfile
    from planlab.study.papers import Finding

FLOOR, WORST, FULFILMENT, AVOIDABLE = "floor_met", "worst_community", "plan_fulfilment", "avoidable_shortfall"


@dataclass(frozen=True)
class Column:
    """A column of a table, as wide as its widest cell; words of more than `widest` characters fold.

    Parameters
    ----------
    title
        At its head; folds at spaces.
    cells
        From top to bottom.
    rank
        The lower, the longer it stays where there is little room; columns of rank 0 always stay.
    is_text
        Stands at the left and may fold; numbers never do.
    widest
        How wide a column of text becomes at most.
    """

    title: str
    cells: Sequence[str | Text]
    rank: int
    is_text: bool = False
    widest: int = 16

    @property
    def width(self) -> int:
        """In characters."""
        cells = max((cell_len(str(cell)) for cell in self.cells), default=0)
        head = max(cell_len(word) for word in self.title.split())
        return max(min(cells, self.widest) if self.is_text else cells, head)


@dataclass(frozen=True)
class Fitted:
    """A table that leaves out columns, never digits, where a terminal is too narrow for all, and names what is missing.

    Parameters
    ----------
    columns
        From left to right.
    caption
        Below it.
    elsewhere
        Where all columns are.
    sections
        Rows after which a line is left free.
    """

    columns: Sequence[Column]
    caption: str
    elsewhere: str
    sections: frozenset[int] = frozenset()

    def shown(self, width: int) -> list[Column]:
        """Return the columns that fit, the most important ones first come, in their order."""
        kept: list[Column] = []
        for column in sorted(self.columns, key=lambda column: column.rank):
            if column.rank and sum(each.width + 1 for each in [*kept, column]) + 1 > width:
                break
            kept.append(column)
        return [column for column in self.columns if column in kept]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        """Yield a table of the columns that fit."""
        shown = self.shown(options.max_width)
        missing = [column.title for column in self.columns if column not in shown]
        also = f" Also, with a wider terminal or in {self.elsewhere}: {listed(missing)}." if missing else ""
        table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, caption=self.caption + also, caption_justify="left")
        for column in shown:
            side: JustifyMethod = "left" if column.is_text else "right"
            table.add_column(column.title, justify=side, overflow="fold", width=column.width)
        for at, row in enumerate(zip(*(column.cells for column in shown), strict=True)):
            table.add_row(*row, end_section=at in self.sections)
        yield table

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return that the table takes what it gets."""
        return Measurement(1, options.max_width)


def summary_table(comparison: Comparable | Digest) -> Fitted:
    """Return one row per mechanism and behaviour, and the clairvoyant bound last, as wide as the terminal allows.

    Parameters
    ----------
    comparison
        A comparison, or its digest.

    Returns
    -------
    Fitted
        For ``rich.print``. Shares in per cent; of needs met also the 95 % interval over seeds or, of fewer
        than eight, the lowest and the highest run.
    """
    summary = comparison if isinstance(comparison, Digest) else digest(comparison)
    rows, most = summary.rows, max(row[NEEDS].seeds for row in summary.rows)
    met = [row[NEEDS] for row in rows]
    firsts = [k == 0 or rows[k - 1].mechanism != row.mechanism for k, row in enumerate(rows)]
    names = [title_of(row.mechanism) if first else "" for row, first in zip(rows, firsts, strict=True)]
    bound = points(summary.bound.mean) if summary.bound.is_known else "none"
    growth = f"{summary.kind or 'throughput'} growth a year"
    ranges = "95 % interval" if summary.has_intervals else f"range of {most} runs"
    alarm = ("failed", "broken", "error", COLLAPSED, LIVED_OFF)
    statuses = [Text(r.status, style="red" if any(word in r.status for word in alarm) else "") for r in rows]

    def means(metric: str, sign: bool = False) -> list[str]:
        return [points(row[metric].mean, sign=sign) for row in rows] + [""]

    columns = [
        Column("mechanism", [*(Text(name, "bold") for name in names), Text("bound", "italic")], 0, True),
        Column("reports", [*(title_of(row.behaviour) for row in rows), "clairvoyant"], 0, True, 13),
        Column("needs met", [*(points(found.mean) for found in met), bound], 0),
        Column(ranges, [*(reach(found) for found in met), reach(summary.bound)], 1),
        Column("floor met", means(FLOOR), 4),
        Column("worst community", means(WORST), 5),
        Column(growth, means(summary.growth, sign=True), 3),
        Column("plan kept", means(FULFILMENT), 6),
        Column("avoidable shortfall", means(AVOIDABLE), 7),
        Column("messages", [*(compact(row["messages"].mean) for row in rows), ""], 8),
        Column("status", [*statuses, Text()], 2, True, 12),
    ]
    if most < 2:
        columns.pop(3)
    caption = "Per cent." if most > 1 else "Per cent; one seed."
    if any(found.is_one_world for found in met):
        caption += " One world: all seeds gave the same."
    return Fitted(columns, caption, "table.parquet", frozenset({len(rows) - 1}))


def incentive_table(profile: "IncentiveProfile") -> Fitted:
    """Return one row per mechanism and reward, as wide as the terminal allows.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.

    Returns
    -------
    Fitted
        For ``rich.print``. Needs met in per cent, gains and pay in units of pay.
    """
    pairs = profile.pairs
    mechanisms = list(pairs.mechanism)
    names = ["" if k and mechanisms[k - 1] == name else title_of(name) for k, name in enumerate(mechanisms)]
    marks = ["" if settled else "*" for settled in pairs.converged]
    then = [points(value) + mark for value, mark in zip(pairs.equilibrium, marks, strict=True)]
    columns = [
        Column("mechanism", [Text(name, "bold") for name in names], 0, True),
        Column("reward", [title_of(name) for name in pairs.reward], 0, True),
        Column("needs met", [points(value) for value in pairs.honest], 0),
        Column("in equilibrium", then, 0),
        Column("a producer gains", [f"{value:.3g}" for value in pairs.regret], 1),
        Column("a community gains", [f"{value:.3g}" for value in pairs.regret_of_communities], 2),
        Column("who gains", [points(value, 0) for value in pairs.liars], 3),
        Column("paid", [f"{value:.3f}" for value in pairs.paid], 4),
        Column("paid in equilibrium", [f"{value:.3f}" for value in pairs.paid_in_equilibrium], 5),
    ]
    caption = "Needs met and who gains in per cent." + (" * had not settled: somebody could still gain." * any(marks))
    return Fitted(columns, caption, "pairs.parquet")


def frontier_table(frontier: "Frontier") -> Fitted:
    """Return one row per mechanism and the clairvoyant bound last, a column per cap, as wide as the terminal allows.

    Parameters
    ----------
    frontier
        From `planlab.frontier`.

    Returns
    -------
    Fitted
        For ``rich.print``. Needs met in per cent, means over seeds; the tightest cap and the widest stay longest.
    """
    means, bounds = frontier.means, frontier.bounds
    names = [Text(title_of(str(name)), "bold") for name in means] + [Text("bound", "italic")]
    columns = [Column("mechanism", names, 0, True, 24)]
    last = len(means) - 1
    for k, cap in enumerate(means.index):
        cells = [points(met) for met in means.loc[cap]] + [points(bounds.get(cap, float("nan")))]
        columns.append(Column(f"{100 * cap:g}%", cells, 1 if k in (0, last) else 2 + k))
    caption = f"Per cent of needs met under a cap on {title_of(frontier.factor)}."
    return Fitted(columns, caption, "frontier.parquet", frozenset({len(names) - 2}))


def paper_table(findings: "Sequence[Finding]") -> Fitted:
    """Return one row per claim of each paper, as wide as the terminal allows.

    Parameters
    ----------
    findings
        From `planlab.study.papers.check_papers`.

    Returns
    -------
    Fitted
        For ``rich.print``.
    """
    papers, claims = [finding.paper.name for finding in findings], [finding.claim for finding in findings]
    statuses = [Text(finding.status, "" if finding.agrees else "red") for finding in findings]
    firsts = [not k or papers[k - 1] != name for k, name in enumerate(papers)]
    names = [Text(name if first else "", "bold") for name, first in zip(papers, firsts, strict=True)]
    columns = [
        Column("paper", names, 0, True, 24),
        Column("claim", [claim.name for claim in claims], 0, True, 28),
        Column("printed", [claim.printed or "–" for claim in claims], 0),
        Column("found", [_found(each) for each in findings], 0),
        Column("tolerance", [f"{float(claim.allowed):.2g}" if claim.printed else "–" for claim in claims], 1),
        Column("status", statuses, 0, True, 24),
    ]
    counts = Counter(finding.status if finding.agrees else "not as stated" for finding in findings)
    caption = f"{', '.join(f'{status}: {count}' for status, count in counts.items())}."
    return Fitted(columns, caption, "claims.toml", frozenset(k - 1 for k, first in enumerate(firsts) if first))


def _found(finding: "Finding") -> str:
    """Return what was found with two digits more than are printed, ten at most."""
    if finding.found is None:
        return "–"
    digits = finding.claim.printed.replace(".", "").lstrip("0")
    return f"{finding.found:.{min(len(digits) + 2 if digits.isdigit() else 10, 10)}g}"
