"""Interactive charts for the page, as Vega-Lite specifications; the page, which knows light from dark, colours them."""

import math

from planlab.presentation.digest import Digest, Row
from planlab.presentation.layout import apart, limits, spread
from planlab.presentation.vega import DASHES, Spec, axis, bound_line, chart, coloured, layer, scale, shaped, tips
from planlab.presentation.wording import percent, ranged, title_of
from planlab.study.intervals import counted, interval

__all__ = ["frontier_chart", "promises_chart", "trajectory_chart"]

LABEL_GAP, MARKER = 18, 13
"""Pixels from label to label and from marker to marker."""

NARROWEST = 260
"""Pixels that a chart's data has at least; where markers would hide one another at this width they are moved apart."""

NEEDS = "need_satisfaction"


def frontier_chart(digest: Digest, behaviour: str, kind: str) -> Spec:
    """Return need satisfaction against throughput growth under one behaviour, on a scale of its own.

    Names, or numbers where there is little room, stand at the right edge, none over another, joined to their markers.

    Parameters
    ----------
    digest
        What is shown.
    behaviour
        How people report.
    kind
        The kind of factor whose growth is shown, "" for throughput in general.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    growth = digest.growth_of(kind)
    rows = [row for row in digest.rows if row.behaviour == behaviour]
    rows = [row for row in rows if row[NEEDS].is_known and row[growth].is_known]
    up = limits([v for row in rows for v in row[NEEDS].drawn] + [digest.bound.mean], 0.0, 1.0)
    across = limits([0.0, *(v for row in rows for v in row[growth].drawn)], -1.0)
    height = max(320, LABEL_GAP * (len(rows) + 3))
    means = [(row[growth].mean, row[NEEDS].mean) for row in rows]
    asides, across = apart(means, across, up, (NARROWEST, height), MARKER)
    places = [_place(row, growth, aside) for row, aside in zip(rows, asides, strict=True)]
    use = f"{kind} throughput" if kind else "throughput"
    told = tips(mechanism="mechanism", behaviour="reports", met="needs met", grown=f"{use} / year")
    x, y, colours = axis("x"), axis("y"), coloured(digest)
    spans = [p for p in places if p["has_interval"]]
    honest = behaviour == digest.honest
    layers = [
        layer("rule", [{"x": 0.0}], {"x": x}, style="zero"),
        *bound_line(digest),
        *_names(digest, places, up, height),
        layer("circle", _dots(digest, rows, growth), {"x": x, "y": y} | coloured(digest, 0.6), size=24),
        layer("rule", spans, {"x": x, "y": axis("y_low"), "y2": {"field": "y_high"}} | coloured(digest, 0.8)),
        layer("rule", spans, {"x": axis("x_low"), "x2": {"field": "x_high"}, "y": y} | coloured(digest, 0.8)),
        layer(
            "point",
            places,
            {"x": x, "y": y, "tooltip": told} | colours | shaped(digest),
            filled=honest,
            size=120 if honest else 105,
            xOffset={"expr": "datum.aside"},
            **({} if honest else {"style": "lying"}),
        ),
    ]
    about = f"Need satisfaction against growth of {use}, {title_of(behaviour)} reports, for every mechanism"
    shared = {"x": scale(across, None, sign=True, grid=False), "y": scale(up, None, fewest=4)}
    return chart(about, height, layers, **shared)


def _place(row: Row, growth: str, aside: float) -> Spec:
    """Return where a row's marker stands, how far aside it is moved, and what is told about it."""
    met, grown = row[NEEDS], row[growth]
    return {
        "index": row.index,
        "mechanism": title_of(row.mechanism),
        "behaviour": title_of(row.behaviour),
        "has_interval": met.has_interval or grown.has_interval,
        **{"x": grown.mean, "y": met.mean, "aside": round(aside, 1)},
        **{"x_low": grown.low, "x_high": grown.high, "y_low": met.low, "y_high": met.high},
        **{"met": f"{ranged(met)} %", "grown": f"{ranged(grown, digits=2, sign=True)} %"},
    }


def _dots(digest: Digest, rows: list[Row], growth: str) -> list[Spec]:
    """Return the single runs of rows that differ and are too few for an interval."""
    return [
        {"index": row.index, "x": x, "y": y}
        for row in rows
        if any(row[m].seeds > 1 and not row[m].has_interval and not row[m].is_one_world for m in (NEEDS, growth))
        for runs in [digest.runs(row)]
        for x, y in zip(counted(runs, growth), counted(runs, NEEDS), strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]


def _names(digest: Digest, places: list[Spec], ends: tuple[float, float], height: float) -> list[Spec]:
    """Return a column of names at the right edge, the bound's among them, none over another, and their leaders."""
    gap = LABEL_GAP * (ends[1] - ends[0]) / height
    rows = [p | {"number": str(p["index"] + 1), "text": f"{p['mechanism']} {percent(p['y'])}"} for p in places]
    bound = [{"y": digest.bound.mean, "number": "", "text": f"clairvoyant bound {percent(digest.bound.mean)}"}]
    rows += bound if digest.bound.is_known else []
    heights = spread([row["y"] for row in rows], gap, *ends)
    rows = [row | {"at": at} for row, at in zip(rows, heights, strict=True)]
    named, nobodys = rows[: len(places)], rows[len(places) :]
    lead = {"x2": {"value": "width"}, "y": axis("y"), "y2": {"field": "at"}} | coloured(digest, 0.4)
    where = {"x": {"value": "width"}, "y": axis("at")}
    style = {"align": "left", "dx": 5, "limit": 190, "text": {"expr": "narrow ? datum.number : datum.text"}}
    return [
        layer("rule", named, lead, strokeWidth=1, x={"expr": "scale('x', datum.x) + datum.aside"}),
        layer("text", named, where | coloured(digest), style="name", **style),
        layer("text", nobodys, where, style="bound-text", **style),
    ]


def trajectory_chart(digest: Digest, mechanism: str) -> Spec:
    """Return need satisfaction by period for one mechanism: honest solid, others dashed; 95 % bands, or single runs.

    Parameters
    ----------
    digest
        What is shown.
    mechanism
        Its name.

    Returns
    -------
    dict
        A Vega-Lite specification; all mechanisms share one scale.
    """
    periods = digest.source.periods
    ends = limits([*periods[NEEDS], digest.bound.mean], 0.0, 1.0)
    height, last = 180, int(periods["period"].max())
    index = digest.mechanisms.index(mechanism)
    mine = periods[periods["mechanism"].astype(str) == mechanism]
    layers, labels = list[Spec](bound_line(digest)), list[Spec]()
    x, y = axis("x"), axis("y")
    for behaviour in digest.behaviours:
        runs = mine[mine["behaviour"].astype(str) == behaviour]
        by_period = {int(str(t)): interval(group[NEEDS]) for t, group in runs.groupby("period")}
        rows = [
            {
                "index": index,
                "mechanism": title_of(mechanism),
                "behaviour": title_of(behaviour),
                **{"x": period, "y": met.mean, "low": met.low, "high": met.high, "met": f"{ranged(met)} %"},
            }
            for period, met in by_period.items()
        ]
        if not rows:
            continue
        dots = [
            {"index": index, "x": period, "y": value}
            for period, met in by_period.items()
            if not met.has_interval and not met.is_one_world and met.seeds > 1
            for value in met.values
        ]
        which = digest.behaviours.index(behaviour)
        dashed = {"strokeDash": DASHES[(which - 1) % len(DASHES)]} if which else {}
        band = {"x": x, "y": axis("low"), "y2": {"field": "high"}} | coloured(digest, 0.2)
        line = {"x": x, "y": y} | coloured(digest)
        told = {"tooltip": tips(mechanism="mechanism", behaviour="reports", x="period", met="needs met")}
        layers.append(layer("area", rows, band))
        layers.append(layer("circle", dots, {"x": x, "y": y} | coloured(digest, 0.55), size=13))
        layers.append(layer("line", rows, line, strokeWidth=2.2, **dashed))
        look = {"filled": True, "style": "honest"} if which == 0 else {"filled": False, "style": "lying"}
        layers.append(layer("point", rows, line | told, size=34, **look))
        labels.append(rows[-1] | {"text": title_of(behaviour)})
    gap = 15 * (ends[1] - ends[0]) / height
    heights = spread([label["y"] for label in labels], gap, *ends)
    labels = [label | {"at": at} for label, at in zip(labels, heights, strict=True)]
    words = {"x": {"value": "width"}, "y": axis("at"), "text": {"field": "text"}} | coloured(digest)
    layers.append(layer("text", labels, words, align="left", dx=8, limit=84, style="name"))
    domain = {"domain": [0, max(last, 1)], "nice": False, "zero": False, "padding": 6}
    years = {"scale": domain, "title": "period", "axis": {"values": _years(last), "format": "d", "grid": False}}
    return chart(f"Need satisfaction by period, {title_of(mechanism)}", height, layers, x=years, y=scale(ends, None, 4))


def _years(last: int) -> list[int]:
    """Return at most eight periods to write at the axis, the first among them."""
    return list(range(0, max(last, 1) + 1, math.ceil((last + 1) / 8)))


def promises_chart(digest: Digest) -> Spec:
    """Return what plans promised and what happened, one row per mechanism and behaviour.

    Parameters
    ----------
    digest
        What is shown.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    rows: list[Spec] = [
        {
            "index": row.index,
            "mechanism": title_of(row.mechanism),
            "behaviour": title_of(row.behaviour),
            "honest": row.honest,
            "place": place,
            "label": f"{title_of(row.mechanism)} · {title_of(row.behaviour)}",
            **{"planned": planned, "achieved": achieved},
            "gap": percent(achieved - planned, sign=True).replace("%", "points"),
            **{"promised": percent(planned), "happened": percent(achieved)},
        }
        for place, row in enumerate(digest.rows)
        if (row.mechanism, row.behaviour) in digest.promises
        for planned, achieved in [digest.promises[row.mechanism, row.behaviour]]
    ]
    ends = limits([v for row in rows for v in (row["planned"], row["achieved"])], 0.0, 1.0)
    x, y = axis("achieved"), {"field": "place", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    told = tips(mechanism="mechanism", behaviour="reports", promised="promised", happened="achieved", gap="gap")
    colours, shapes = coloured(digest), shaped(digest)
    bar = {"x": axis("planned"), "x2": {"field": "achieved"}, "y": y} | coloured(digest, 0.55)
    promise = {"x": axis("planned"), "y": y, "tooltip": told} | colours
    outcome = {"x": x, "y": y, "tooltip": told} | colours | shapes
    words = {"x": {"value": 0}, "y": y, "text": {"field": "label"}} | colours
    gaps = {"x": {"value": "width"}, "y": y, "text": {"field": "gap"}} | colours
    honest, lying = ([row for row in rows if row["honest"] is which] for which in (True, False))
    layers = [
        layer("rule", rows, bar, strokeWidth=5),
        layer("tick", rows, promise, orient="vertical", thickness=3, size=18),
        layer("point", honest, outcome, filled=True, size=110),
        layer("point", lying, outcome, filled=False, style="lying", size=95),
        layer("text", rows, words, align="left", dy=-19, style="name", limit={"expr": "width - 100"}),
        layer("text", rows, gaps, align="right", dy=-19, style="value"),
    ]
    across = scale(ends, None, orient="top", labelPadding=9)
    return chart("What plans promised and what happened", 50 * len(rows), layers, x=across)
