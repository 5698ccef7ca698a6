"""What a comparison found, in sentences worked out from its numbers."""

from planlab.presentation.digest import Digest, Row
from planlab.presentation.wording import capital, listed, percent, points, ranged, title_of
from planlab.scoring.closing import ENOUGH
from planlab.scoring.score import COLLAPSED, LIVED_OFF, NEEDS
from planlab.study.intervals import FEWEST, Interval
from planlab.study.pairs import Paired, paired

__all__ = ["findings", "headline", "same_plans", "settled"]


def best(summary: Digest) -> list[Row]:
    """Return the honest row with the most needs met, and those that runs do not tell apart from it.

    Who collapsed in any run, or lived off its wealth in the mean of all, is no winner, unless everybody did.
    """
    known = [row for row in summary.rows if row.honest and row[NEEDS].is_known]
    rows = [row for row in known if not is_marked(row)] or known
    if not rows:
        return []
    first = max(rows, key=lambda row: row[NEEDS].mean)
    return [first] + [row for row in rows if row is not first and not _above(summary, first, row)]


def is_marked(row: Row) -> bool:
    """Return whether an economy collapsed in any run, or left too little to go on in the mean of all."""
    left = [row[name] for name in ("closing_wealth", "closing_wealth_stores")]
    return COLLAPSED in row.status or any(each.is_known and each.mean < ENOUGH for each in left)


def _above(summary: Digest, first: Row, second: Row) -> bool:
    """Return whether one row met more needs than another beyond chance, and beyond the digits that are shown."""
    same = points(first[NEEDS].mean) == points(second[NEEDS].mean)
    return not same and paired(summary.runs(first), summary.runs(second), NEEDS).is_clear


def headline(summary: Digest) -> str:
    """Return who came nearest to the bound, or met most needs where there is none.

    Parameters
    ----------
    summary
        The digest of a comparison.

    Returns
    -------
    str
        One sentence.
    """
    winners = best(summary)
    if not winners:
        return "No plan came to an outcome that could be scored."
    met = percent(winners[0][NEEDS].mean)
    names = [row.mechanism for row in winners]
    alike = any(set(names) <= set(twins) for twins, where in summary.twins().items() if summary.honest in where)
    close = "" if len(names) == 1 else ", with the same plans" if alike else ", too close to tell apart"
    told = capital(listed([title_of(name) for name in names]))
    with_reports = f"with {title_of(summary.honest)} reports"
    if len(summary.mechanisms) == 1:
        most = f" of at most {percent(summary.bound.mean)}" if summary.bound.is_known else ""
        return f"{told} met {met} of needs{most}, {with_reports}."
    if summary.bound.is_known:
        most = percent(summary.bound.mean)
        rest = f"{met} of needs met of at most {most}, {with_reports}{_beyond(summary, winners[0])}."
        return f"{told} came nearest to the bound{close}: {rest}"
    return f"{told} met most needs{close}: {met}, {with_reports}{_beyond(summary, winners[0])}."


def _beyond(summary: Digest, winner: Row) -> str:
    """Return who met more and left too little, or collapsed."""
    rows = [row for row in summary.rows if row.honest and row[NEEDS].is_known and row[NEEDS].mean > winner[NEEDS].mean]
    more = [title_of(row.mechanism) for row in rows if is_marked(row)]
    return f"; {listed(more)} met more and left too little to go on" if more else ""


def findings(summary: Digest) -> list[str]:
    """Return what else the numbers say: what misreporting cost each mechanism, who over-promised, how throughput went.

    Parameters
    ----------
    summary
        The digest of a comparison.

    Returns
    -------
    list of str
        Sentences; none is said of numbers that are not there.
    """
    costs = [_cost_of(summary, behaviour) for behaviour in summary.behaviours if behaviour != summary.honest]
    rest = [
        _floor(summary),
        _lasting(summary),
        settled(summary),
        _promise(summary),
        _growth(summary),
        _failed(summary),
        basis(summary),
    ]
    return [sentence for sentence in [*costs, *same_plans(summary), *rest] if sentence]


def _cost_of(summary: Digest, behaviour: str) -> str:
    costs = {m: cost for (m, b), cost in summary.costs.items() if b == behaviour and cost.seeds}
    if not costs:
        return ""
    ranked = sorted(costs, key=lambda m: -costs[m].mean)
    lost = [m for m in ranked if costs[m].is_clear and costs[m].mean > 0]
    won = [m for m in ranked if costs[m].is_clear and costs[m].mean < 0]
    same = [title_of(m) for m in ranked if m not in lost and m not in won]
    who, parts = capital(title_of(behaviour)), []
    if lost:
        each = [f"{title_of(m)} {ranged(costs[m].difference)}" for m in lost]
        parts.append(f"{who} cost {listed(each)} percentage points of needs met")
    if won:
        each = [f"{title_of(m)} {_raised(costs[m])}" for m in won]
        parts.append(f"{'it' if parts else who} raised needs met under {listed(each)} percentage points")
    if same:
        made = "made no difference beyond chance to" if summary.has_intervals else "did not always go the same way for"
        if all(costs[m].difference.least == costs[m].difference.most == 0 for m in ranked if title_of(m) in same):
            made = "made no difference to"
        parts.append(f"{'it' if parts else who} {made} {listed(same)}")
    return "; ".join(parts) + "."


def _raised(cost: Paired) -> str:
    return ranged(Interval(tuple(-value for value in cost.difference.values)))


def _twins(summary: Digest, names: tuple[str, ...], where: list[str]) -> str:
    first, *others = (title_of(name) for name in names)
    often = "in every run" if where == summary.behaviours else f"with {listed([title_of(b) for b in where])} reports"
    return (
        f"{capital(listed(others))} made the same plans as {first} {often}, to the last bit; they can differ in what "
        "people pay and are paid, and in how the plans were found."
    )


def same_plans(summary: Digest) -> list[str]:
    """Return which mechanisms made the same plans, a sentence for each group of them."""
    return [_twins(summary, names, where) for names, where in summary.twins().items()]


def settled(summary: Digest) -> str:
    """Return whether those who adapt what they say to what it pays had settled; nothing where nobody adapts."""
    table = summary.source.table
    ends = table[table["epsilon"].notna()] if "epsilon" in table else table[:0]
    if ends.empty:
        return ""
    who = listed([title_of(behaviour) for behaviour in dict.fromkeys(ends["behaviour"].astype(str))])
    restless = ends[ends["converged"] == 0]
    left = f"{percent(float(ends['epsilon'].max()))} of the mean payoff"
    if restless.empty:
        return f"Those who adapt ({who}) settled in every run: nobody was found to gain more than {left}."
    often = f"{len(restless)} of {len(ends)} runs"
    return f"Those who adapt ({who}) had not settled in {often}: somebody could still gain up to {left}."


def _floor(summary: Digest) -> str:
    """Return who left people without the essential half of some category of needs, all being honest."""
    rows = [row for row in summary.rows if row.honest and row["floor_met"].is_known]
    short = [row for row in rows if points(row["floor_met"].mean) != points(1.0)]
    if not short:
        return "Everybody had the essential half of every category of needs." if rows else ""
    each = [f"{title_of(row.mechanism)} {percent(row['floor_met'].mean)}" for row in short]
    return f"The essential half of every category of needs did not reach everybody, but of all people {listed(each)}."


def _lasting(summary: Digest) -> str:
    """Return what the bound is of those who leave enough to go on, and who did not."""
    lived = [row for row in summary.rows if LIVED_OFF in row.status]
    who = listed(list(dict.fromkeys(title_of(row.mechanism) for row in lived)))
    left = f"{capital(who)} left too little to go on in some runs" if who else ""
    if points(summary.lasting.mean) == points(summary.bound.mean) or not summary.lasting.is_known:
        return f"{left}." if left else ""
    most = f"whoever leaves enough to go on meets at most {percent(summary.lasting.mean)} of needs"
    return f"{left}; {most}." if left else f"{capital(most)}."


def _promise(summary: Digest) -> str:
    gaps = {key: planned - achieved for key, (planned, achieved) in summary.promises.items() if planned == planned}
    if not gaps:
        return ""
    (mechanism, behaviour), gap = max(gaps.items(), key=lambda item: item[1])
    if gap <= 0.001:
        return "No plan promised more than it delivered."
    planned, achieved = summary.promises[mechanism, behaviour]
    return (
        f"The widest gap between promise and outcome: {title_of(mechanism)} ({title_of(behaviour)}) promised "
        f"{percent(planned)} of needs and delivered {percent(achieved)}."
    )


def _growth(summary: Digest) -> str:
    rows = [row for row in summary.rows if row.honest and row[summary.growth].is_known]
    if len(rows) < 2:
        return ""
    least, most = (pick(rows, key=lambda row: row[summary.growth].mean) for pick in (min, max))
    use = f"{summary.kind} use" if summary.kind else "throughput"
    low, high = (percent(row[summary.growth].mean, sign=True) for row in (least, most))
    if low == high:
        return f"With {title_of(summary.honest)} reports, {use} grew by {low} a year under every mechanism."
    return (
        f"With {title_of(summary.honest)} reports, {use} changed by between {low} a year ({title_of(least.mechanism)}) "
        f"and {high} ({title_of(most.mechanism)})."
    )


def _failed(summary: Digest) -> str:
    """Return whose runs have no score, since means are then over the others."""
    lost = [(row, row[NEEDS]) for row in summary.rows if row[NEEDS].missing]
    each = [
        f"{title_of(row.mechanism)} ({title_of(row.behaviour)}) in {met.missing} of {met.missing + met.seeds}"
        for row, met in lost
    ]
    return f"Runs without a score, which no mean counts: {listed(each)}." if each else ""


def basis(summary: Digest) -> str:
    """Return what the ranges are that stand behind means."""
    if summary.seeds <= 1:
        return "One seed was run, so nothing here says how much is chance; run eight or more before believing it."
    if not summary.varies:
        return f"All {summary.seeds} seeds of every row gave the same: this is one world, and says nothing of others."
    if summary.has_intervals:
        return (
            f"Ranges are 95\xa0% intervals over {summary.seeds} seeds, and differences were tested seed by seed "
            "(changes of sign, 5\xa0%)."
        )
    return (
        f"Ranges are the lowest and the highest of {summary.seeds} runs, which are too few for intervals and tests: "
        f"run {FEWEST} seeds or more."
    )
