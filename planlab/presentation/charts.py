"""Interactive charts for the page, as Vega-Lite specifications; the page, which knows light from dark, colours them.

Names that users chose enter as data and as plain text only, never as expressions. Every chart has a parameter
``highlight``: the index of the mechanism that stands out, or -1 for none.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from planlab.comparison.intervals import Interval, interval
from planlab.presentation.digest import Digest, percent, plus_minus, spread
from planlab.presentation.findings import title_of

__all__ = ["frontier_chart", "growth_domain", "promises_chart", "share_domain", "trajectory_chart"]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-left", "triangle-right")
ARROWHEAD = "M0,-0.55L0.5,0.65L0,0.4L-0.5,0.65Z"
HEIGHT, LABEL_GAP = 380, 18

Spec = dict[str, Any]


def _layer(mark: str, rows: Iterable[dict[str, Any]], encoding: Spec, **style: Any) -> Spec:
    """Return one layer; numbers that are not finite become null, which Vega leaves out."""
    values = [{k: _plain(v) for k, v in row.items()} for row in rows]
    told: Spec = {"aria": False}  # decoration to a screen reader
    if tips := encoding.get("tooltip"):
        told, encoding = {}, encoding | {"description": {"field": "told"}}
        values = [row | {"told": "; ".join(f"{tip['title']}: {row[tip['field']]}" for tip in tips)} for row in values]
    return {"data": {"values": values}, "mark": {"type": mark, **told, **style}, "encoding": encoding}


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _chart(summary: str, height: Any, layers: list[Spec], **scales: Spec) -> Spec:
    """Return the layers as one chart; those with a quantitative ``x`` or ``y`` share its scale, axis and title."""
    for layer in layers:
        for channel, shared in scales.items():
            if "field" in layer["encoding"].get(channel, {}):
                layer["encoding"][channel] |= shared
    return {
        "$schema": SCHEMA,
        "description": summary,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "top": 8, "right": 4, "bottom": 2},
        "params": [{"name": "highlight", "value": -1}],
        "layer": layers,
    }


def _scale(low: float, high: float, title: str | None, **axis: Any) -> Spec:
    return {"scale": {"domain": [low, high], "nice": False, "zero": False}, "title": title, "axis": axis}


def _faded(clear: float = 1.0) -> Spec:
    bright = {"test": "highlight < 0 || highlight === datum.index", "value": clear}
    return {"condition": bright, "value": 0.1 * clear}


def _coloured(digest: Digest, clear: float = 1.0) -> Spec:
    places = list(range(len(digest.mechanisms)))
    colour = {"field": "index", "type": "nominal", "scale": {"domain": places}, "legend": None}
    return {"color": colour, "opacity": _faded(clear)}


def _shaped(digest: Digest) -> Spec:
    places = list(range(len(digest.mechanisms)))
    scale = {"domain": places, "range": [SHAPES[k % len(SHAPES)] for k in places]}
    return {"shape": {"field": "index", "type": "nominal", "scale": scale, "legend": None}}


def _axis(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", **more}


def _tips(**titles: str) -> list[Spec]:
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def share_domain(values: Iterable[float]) -> tuple[float, float]:
    """Return round limits around some shares, never beyond what a share can be.

    Examples
    --------
    >>> share_domain([0.63, 0.93])
    (0.6, 1.0)
    """
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = math.floor(10 * min(known) - 0.1) / 10, math.ceil(10 * max(known) + 0.1) / 10
    return max(0.0, low), min(1.0, high)


def growth_domain(rates: Iterable[Interval]) -> tuple[float, float]:
    """Return limits around zero, some rates and what fits of their intervals: a wide one runs off the edge.

    Examples
    --------
    >>> left, right = growth_domain([Interval(0.02, 0.5, 3), Interval(-0.02, 0.005, 3)])
    >>> round(left, 4), round(right, 4)
    (-0.0364, 0.0364)
    """
    known = [rate for rate in rates if rate.is_known]
    means = [0.0, *(rate.mean for rate in known)]
    span = max(max(means) - min(means), 0.005)
    ends = [end for rate in known for end in rate.limits(-1.0) if math.isfinite(end)]
    low = max(min([*means, *ends]), min(means) - 0.35 * span)
    high = min(max([*means, *ends]), max(means) + 0.35 * span)
    return low - 0.06 * span, high + 0.06 * span


def _bound(digest: Digest, field: str, text: str = "") -> list[Spec]:
    """Return the line nobody can cross, labelled where there is a text."""
    if not digest.bound.is_known:
        return []
    rows = [{field: digest.bound.mean, "text": text}]
    line = _layer("rule", rows, {field: _axis(field)}, strokeDash=[6, 4], strokeWidth=1.4, style="bound")
    words = {"x": {"value": 6}, "y": _axis("y"), "text": {"field": "text"}}
    return [line, _layer("text", rows, words, align="left", dy=-8, style="bound-text")] if text else [line]


def frontier_chart(digest: Digest) -> Spec:
    """Return need satisfaction against throughput growth, with arrows from honest to other reports.

    Parameters
    ----------
    digest
        What is shown.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    growth, places = digest.growth, list[Spec]()
    for row in digest.rows:
        met, grown = row["need_satisfaction"], row[growth]
        if met.is_known and grown.is_known:
            places.append(
                {
                    "index": row.index,
                    "mechanism": title_of(row.mechanism),
                    "behaviour": title_of(row.behaviour),
                    "key": (row.mechanism, row.behaviour),
                    "honest": row.honest,
                    **{"x": grown.mean, "y": met.mean},
                    **dict(zip(("x_low", "x_high"), grown.limits(-1.0), strict=True)),
                    **dict(zip(("y_low", "y_high"), met.limits(0.0, 1.0), strict=True)),
                    **{"met": f"{plus_minus(met)} %", "grown": f"{plus_minus(grown, digits=2, sign=True)} %"},
                }
            )
    low, high = share_domain([*(p["y"] for p in places), *(p["y_low"] for p in places), digest.bound.mean])
    left, right = growth_domain([row[growth] for row in digest.rows])
    use = f"{digest.kind} throughput" if digest.kind else "throughput"
    x, y = _axis("x"), _axis("y")
    ticks = {"expr": "clamp(round(width / 80), 2, 8)"}
    label = "datum.value ? datum.label : '0%'"
    across = _scale(left, right, None, format="+.1~%", labelExpr=label, grid=False, tickCount=ticks)
    up = _scale(low, high, None, format=".0%", tickCount=6)
    look = _coloured(digest) | _shaped(digest)
    tips = {"tooltip": _tips(mechanism="mechanism", behaviour="reports", met="needs met", grown=f"{use} / year")}

    shown = [{k: v for k, v in p.items() if k != "key"} for p in places]
    spans = [p for p in shown if math.isfinite(p["x_low"]) and math.isfinite(p["y_low"])]
    layers = [
        _layer("rule", [{"x": 0.0}], {"x": x}, style="zero"),
        *_bound(digest, "y", f"clairvoyant bound {percent(digest.bound.mean)}"),
        *_names(digest, shown, (low, high)),
        *_arrows(digest, {p["key"]: p for p in places}),
        _layer(
            "rule", spans, {"x": x, "y": _axis("y_low"), "y2": {"field": "y_high"}} | _coloured(digest, 0.8), clip=True
        ),
        _layer(
            "rule", spans, {"x": _axis("x_low"), "x2": {"field": "x_high"}, "y": y} | _coloured(digest, 0.8), clip=True
        ),
        _layer(
            "point",
            [p for p in shown if not p["honest"]],
            {"x": x, "y": y} | look | tips,
            filled=False,
            style="lying",
            size=110,
        ),
        _layer("point", [p for p in shown if p["honest"]], {"x": x, "y": y} | look | tips, filled=True, size=130),
    ]
    about = "Need satisfaction against throughput growth, for every mechanism and behaviour"
    return _chart(about, HEIGHT, layers, x=across, y=up)


def _names(digest: Digest, shown: list[Spec], limits: tuple[float, float]) -> list[Spec]:
    """Return a name for every mechanism in a column at the right edge, none over another, and its leader."""
    firsts = list({p["index"]: p for p in reversed(shown)}.values())
    gap = LABEL_GAP * (limits[1] - limits[0]) / HEIGHT
    heights = spread([p["y"] for p in firsts], gap, limits[0], limits[1])
    rows = [
        p | {"at": at, "text": f"{p['mechanism']} {percent(p['y'])}"} for p, at in zip(firsts, heights, strict=True)
    ]
    lead = {"x": _axis("x"), "x2": {"value": "width"}, "y": _axis("y"), "y2": {"field": "at"}} | _coloured(digest, 0.35)
    words = {"x": {"value": "width"}, "y": _axis("at"), "text": {"field": "text"}} | _coloured(digest)
    return [
        _layer("rule", rows, lead, strokeWidth=1),
        _layer("text", rows, words, align="left", dx=5, limit=175, style="name"),
    ]


def _arrows(digest: Digest, places: dict[tuple[str, str], Spec]) -> list[Spec]:
    """Return lines from honest to other reports; their heads stop short of the marker, whatever the chart's width."""
    rows = [
        {"index": a["index"], "x": a["x"], "y": a["y"], "x2": b["x"], "y2": b["y"]}
        for first, row in digest.pairs()
        if (a := places.get((first.mechanism, first.behaviour))) and (b := places.get((row.mechanism, row.behaviour)))
    ]
    run, rise = "(scale('x', datum.x2) - scale('x', datum.x))", "(scale('y', datum.y2) - scale('y', datum.y))"
    length = f"sqrt({run} * {run} + {rise} * {rise} + 0.01)"
    reach = f"max(0, {length} - 13) / {length}"
    head = {
        "x": {"expr": f"scale('x', datum.x) + {run} * {reach}"},
        "y": {"expr": f"scale('y', datum.y) + {rise} * {reach}"},
        "size": {"expr": f"{length} < 30 ? 0 : 150"},
    }
    turn = {"expr": f"atan2({rise}, {run}) * 180 / PI + 90"}
    ends = {"x": _axis("x"), "y": _axis("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return [
        _layer("rule", rows, ends | _coloured(digest, 0.7), strokeWidth=1.6),
        _layer("point", rows, _coloured(digest) | {"angle": {"value": turn}}, shape=ARROWHEAD, filled=True, **head),
    ]


def trajectory_chart(digest: Digest, mechanism: str) -> Spec:
    """Return need satisfaction by period for one mechanism: honest solid, others dashed, with 95 % bands over seeds.

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
    low, high = share_domain([*periods["need_satisfaction"], digest.bound.mean])
    height, last = 180, int(periods["period"].max())
    index = digest.mechanisms.index(mechanism)
    mine = periods[periods["mechanism"].astype(str) == mechanism]
    layers, ends = list[Spec](_bound(digest, "y")), list[Spec]()
    x, y = _axis("x"), _axis("y")
    years = _scale(0, max(last, 1), "period", grid=False, tickMinStep=1, tickCount=6, format="d")
    up = _scale(low, high, None, format=".0%", tickCount=5)
    for behaviour in digest.behaviours:
        runs = mine[mine["behaviour"].astype(str) == behaviour]
        rows = []
        for period, group in runs.groupby("period"):
            met = interval(group["need_satisfaction"])
            half = met.half if math.isfinite(met.half) else 0.0
            rows.append(
                {
                    "index": index,
                    "mechanism": title_of(mechanism),
                    "behaviour": title_of(behaviour),
                    "x": int(str(period)),
                    **{"y": met.mean, "low": met.mean - half, "high": met.mean + half},
                    "met": f"{plus_minus(met)} %",
                }
            )
        if not rows:
            continue
        honest = behaviour == digest.honest
        band = {"x": x, "y": _axis("low"), "y2": {"field": "high"}} | _coloured(digest, 0.2)
        tips = {"tooltip": _tips(mechanism="mechanism", behaviour="reports", x="period", met="needs met")}
        line = {"x": x, "y": y} | _coloured(digest)
        layers.append(_layer("area", rows, band, clip=True))
        layers.append(_layer("line", rows, line, strokeWidth=2.2, **({} if honest else {"strokeDash": [5, 3]})))
        layers.append(_layer("point", rows, line | tips, filled=honest, size=34, style="honest" if honest else "lying"))
        ends.append(rows[-1])
    gap = 15 * (high - low) / height
    heights = spread([end["y"] for end in ends], gap, low, high)
    labels = [end | {"at": at, "text": end["behaviour"]} for end, at in zip(ends, heights, strict=True)]
    words = {"x": {"value": "width"}, "y": _axis("at"), "text": {"field": "text"}} | _coloured(digest)
    layers.append(_layer("text", labels, words, align="left", dx=8, limit=82, style="name"))
    return _chart(f"Need satisfaction by period, {title_of(mechanism)}", height, layers, x=years, y=up)


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
            **{"planned": planned, "achieved": achieved, "middle": (planned + achieved) / 2},
            "gap": percent(achieved - planned, sign=True).replace("%", "points"),
            **{"promised": percent(planned), "happened": percent(achieved)},
        }
        for place, row in enumerate(digest.rows)
        if (row.mechanism, row.behaviour) in digest.promises
        for planned, achieved in [digest.promises[row.mechanism, row.behaviour]]
    ]
    low, high = share_domain(v for row in rows for v in (row["planned"], row["achieved"]))
    across = _scale(low, high, None, format=".0%", orient="top", tickCount=5)
    x, y = _axis("achieved"), {"field": "place", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    tips = {
        "tooltip": _tips(
            mechanism="mechanism", behaviour="reports", promised="promised", happened="achieved", gap="gap"
        )
    }
    shape = _shaped(digest)
    ends = {"x": _axis("planned"), "x2": {"field": "achieved"}, "y": y} | _coloured(digest, 0.55)
    words = {"x": {"value": 0}, "y": y, "text": {"field": "label"}} | _coloured(digest)
    gaps = {"x": {"value": "width"}, "y": y, "text": {"field": "gap"}} | _coloured(digest)
    honest, lying = ([row for row in rows if row["honest"] is which] for which in (True, False))
    layers = [
        _layer("rule", rows, ends, strokeWidth=5),
        _layer(
            "tick",
            rows,
            {"x": _axis("planned"), "y": y} | _coloured(digest) | tips,
            orient="vertical",
            thickness=3,
            size=18,
        ),
        _layer("point", honest, {"x": x, "y": y} | _coloured(digest) | shape | tips, filled=True, size=110),
        _layer(
            "point", lying, {"x": x, "y": y} | _coloured(digest) | shape | tips, filled=False, style="lying", size=95
        ),
        _layer("text", rows, words, align="left", dy=-19, style="name"),
        _layer("text", rows, gaps, align="right", dy=-19, style="value"),
    ]
    return _chart("What plans promised and what happened", 50 * len(rows), layers, x=across)
