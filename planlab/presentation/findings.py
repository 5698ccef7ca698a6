"""What a comparison found, in sentences worked out from its numbers."""

from planlab.comparison.intervals import interval
from planlab.presentation.digest import Digest, Row, percent, plus_minus

__all__ = ["findings", "headline", "settled", "title_of"]


def title_of(name: str) -> str:
    """Return a name as people write it.

    Examples
    --------
    >>> title_of("linear_program")
    'linear program'
    """
    return name.replace("_", " ")


def listed(parts: list[str]) -> str:
    """Return parts as an enumeration.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def best(summary: Digest) -> list[Row]:
    """Return the honest row with the highest need satisfaction, and those that seeds do not tell apart from it."""
    rows = [row for row in summary.rows if row.honest and row["need_satisfaction"].is_known]
    if not rows:
        return []
    first = max(rows, key=lambda row: row["need_satisfaction"].mean)
    table = summary.source.table
    by_seed = table[table["behaviour"].astype(str) == summary.honest].pivot_table(
        index="seed", columns="mechanism", values="need_satisfaction"
    )
    return [first] + [
        row
        for row in rows
        if row is not first
        and row["need_satisfaction"].seeds > 1
        and not interval(by_seed[first.mechanism] - by_seed[row.mechanism]).is_clear
    ]


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
    met = percent(winners[0]["need_satisfaction"].mean)
    names = listed([title_of(row.mechanism) for row in winners])
    names = names[:1].upper() + names[1:]
    close = ", too close to tell apart" if len(winners) > 1 else ""
    with_reports = f"with {title_of(summary.honest)} reports"
    if summary.bound.is_known:
        most = percent(summary.bound.mean)
        return f"{names} came nearest to the bound{close}: {met} of needs met of at most {most}, {with_reports}."
    return f"{names} met most needs{close}: {met}, {with_reports}."


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
    said = [_cost_of(summary, behaviour) for behaviour in summary.behaviours if behaviour != summary.honest]
    return [
        sentence.replace(" ± ", "\xa0±\xa0")
        for sentence in [*said, settled(summary), _promise(summary), _growth(summary), _seeds(summary)]
        if sentence
    ]


def _cost_of(summary: Digest, behaviour: str) -> str:
    costs = {m: cost for (m, b), cost in summary.costs.items() if b == behaviour and cost.is_known}
    if not costs:
        return ""
    ranked = sorted(costs, key=lambda m: -costs[m].mean)
    single = all(cost.seeds == 1 for cost in costs.values())
    lost = [m for m in ranked if costs[m].mean > 0 and (single or costs[m].is_clear)]
    won = [m for m in ranked if costs[m].mean < 0 and (single or costs[m].is_clear)]
    same = [m for m in ranked if m not in lost and m not in won]
    who = title_of(behaviour)
    who = who[:1].upper() + who[1:]
    parts = []
    if lost:
        each = [f"{title_of(m)} {plus_minus(costs[m])}" for m in lost]
        parts.append(f"{who} cost {listed(each)} percentage points of need satisfaction")
    if won:
        each = [f"{title_of(m)} {plus_minus(costs[m]._replace(mean=-costs[m].mean))}" for m in won]
        parts.append(f"{'it' if parts else who} raised need satisfaction under {listed(each)} percentage points")
    if same:
        names = listed([title_of(m) for m in same])
        parts.append(f"{'it' if parts else who} made no measurable difference to {names}")
    return "; ".join(parts) + "."


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
        return f"With {summary.honest} reports, {use} grew by {low} a year under every mechanism."
    return (
        f"With {summary.honest} reports, {use} changed by between {low} a year ({title_of(least.mechanism)}) and "
        f"{high} ({title_of(most.mechanism)})."
    )


def _seeds(summary: Digest) -> str:
    seeds = {row["need_satisfaction"].seeds for row in summary.rows}
    return "One seed was run, so nothing here has an interval; run several before believing it." if seeds == {1} else ""
