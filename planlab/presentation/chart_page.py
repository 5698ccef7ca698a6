"""A small chart for the page: Vega-Lite, in which no name of a user's means anything."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planlab.presentation.digest import Digest
from planlab.presentation.figure import Section
from planlab.presentation.vega import DASHES, Spec, axis, chart, coloured, layer, scale, shaped, tips
from planlab.presentation.wording import title_of

if TYPE_CHECKING:
    from planlab.presentation.chart import Chart

__all__ = ["section"]

ROW, HEIGHT = 26, 240
"""Pixels of a bar among names, and of a chart of numbers."""

LOOKS = {"bar": ("Full", "pale"), "line": ("Solid", "dashed"), "point": ("Filled", "open")}


def section(drawn: "Chart", summary: Digest, name: str) -> Section:
    """Return what a chart puts on the page: a line on its axes, and a chart for each panel."""
    from markupsafe import Markup

    across, up = drawn.titles
    said = [f"→ {up}" if drawn.is_named else f"↑ {up} · → {across}", _looks(drawn)]
    place = Markup('<figure class="chart" data-chart="{}"></figure>')
    titled = Markup("<div><h3>{}</h3>{}</div>")
    charts = {f"{name}-{k}": _spec(drawn, summary, panel) for k, panel in enumerate(drawn.panels)}
    inside = [
        titled.format(title_of(panel), place.format(key)) if panel else place.format(key)
        for key, panel in zip(charts, drawn.panels, strict=True)
    ]
    body = Markup('<div class="panels">{}</div>') if drawn.panel else Markup("{}")
    html = Markup('<p class="axis">{}</p>').format(" · ".join(filter(None, said))) + body.format(
        Markup("").join(inside)
    )
    return Section(str(html), charts)


def _looks(drawn: "Chart") -> str:
    """Return what tells behaviours apart, where there are several."""
    first, *others = map(title_of, drawn.behaviours)
    if not others or "behaviour" in (drawn.x, drawn.panel):
        return ""
    full, pale = LOOKS[drawn.mark]
    return f"{full}: {first}; {pale}: {', '.join(others)}"


def _spec(drawn: "Chart", summary: Digest, panel: str) -> Spec:
    across, up = drawn.titles
    series = [
        (behaviour, [_row(drawn, summary, point) for point in mine])
        for _, behaviour, mine in drawn.by_series([point for point in drawn.points if point["panel"] == panel])
    ]
    rows = [row for _, mine in series for row in mine]
    shown = [key for key in ("mechanism", "behaviour") if key != drawn.x and any(row[key] for row in rows)]
    told = {"tooltip": tips(**{key: key for key in shown}, said_x=across, said_y=up)}
    value, along = ("x", "y") if drawn.is_named else ("y", "x")
    where: Spec = {along: {"field": "x", "type": "nominal", "sort": None} if drawn.is_named else axis("x")}
    if drawn.is_named and len(drawn.groups) > 1:
        where[f"{along}Offset"] = {"field": "group", "type": "nominal", "scale": {"domain": drawn.groups}}
    known = any(row["index"] >= 0 for row in rows)
    colour = coloured(summary) if known else {"opacity": {"value": 1}}
    marker = shaped(summary) if known else {}
    domain = list(dict.fromkeys(map(title_of, drawn.names)))
    names: Spec = {
        "scale": {"domain": domain, "padding": 0.25},
        "title": None,
        "axis": {"labelLimit": 130, "labelPadding": 8},
    }
    ends = {which: _numbers(drawn, which, grid=which == "y") for which in drawn.ends}
    height = max(90, ROW * len(drawn.names) * len(drawn.groups) + 40) if drawn.is_named else HEIGHT
    layers = list(_layers(drawn, series, value, where, colour, marker, told))
    about = ", ".join(filter(None, (f"{up} by {across}", title_of(panel))))
    return chart(about, height, layers, **{value: ends["y"], along: names if drawn.is_named else ends["x"]})


def _row(drawn: "Chart", summary: Digest, point: Any) -> Spec:
    x, low, high = point["x"], drawn.written("y", point["low"]), drawn.written("y", point["high"])
    name = title_of(x) if drawn.is_named else x
    spread = f" ({low} to {high})" if point["low"] != point["high"] else ""
    return {
        **point,
        "x": name,
        "index": summary.place_of(point["mechanism"]),
        "group": drawn.group(point),
        "mechanism": title_of(point["mechanism"]),
        "behaviour": title_of(point["behaviour"]),
        "first": point["behaviour"] == drawn.behaviours[0],
        "said_x": name if drawn.is_named else drawn.written("x", x),
        "said_y": drawn.written("y", point["y"]) + spread,
    }


def _numbers(drawn: "Chart", which: str, grid: bool) -> Spec:
    """Return the scale of an axis of numbers."""
    found = scale(drawn.ends[which], None, grid=grid)
    if which not in drawn.percent:
        largest = max(map(abs, drawn.ends[which]))
        found["axis"]["format"] = ",~f" if 1e-3 < largest < 1e7 else "~e"
    return found


def _layers(
    drawn: "Chart",
    series: list[tuple[str, list[Spec]]],
    value: str,
    where: Spec,
    colour: Spec,
    marker: Spec,
    told: Spec,
) -> Iterator[Spec]:
    at, span = {value: axis("y")} | where, {value: axis("low"), f"{value}2": {"field": "high"}} | where
    rows = [row for _, mine in series for row in mine]
    spread = [row for row in rows if row["low"] != row["high"]]
    if drawn.mark == "line":
        for behaviour, mine in series:
            which = drawn.behaviours.index(behaviour)
            dashed = {"strokeDash": DASHES[(which - 1) % len(DASHES)]} if which else {}
            yield layer("area", [row for row in mine if row in spread], span | _faded(colour), opacity=0.18)
            yield layer("line", mine, at | colour, strokeWidth=2.2, **dashed)
    for is_first in (True, False):
        mine = [row for row in rows if row["first"] is is_first]
        if drawn.mark == "bar":
            yield layer("bar", mine, at | colour | told, fillOpacity=1.0 if is_first else 0.45)
        else:
            look = {"filled": True} if is_first else {"filled": False, "style": "lying"}
            yield layer("point", mine, at | colour | marker | told, size=95 if drawn.mark == "point" else 34, **look)
    if drawn.mark != "line":
        yield layer("rule", spread, span | ({} if drawn.mark == "bar" else colour), style="spread")


def _faded(colour: Spec) -> Spec:
    return {key: value for key, value in colour.items() if key != "opacity"}
