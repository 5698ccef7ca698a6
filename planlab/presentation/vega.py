"""Pieces of Vega-Lite that charts are made of.

Names that users chose enter as data and as plain text only, never as expressions. Every chart has two parameters:
``highlight``, the index of the mechanism that stands out or -1 for none, and ``narrow``, whether there is little room.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from planlab.presentation.digest import Digest
from planlab.presentation.layout import digits_of, ticks

__all__ = ["DASHES", "Spec", "axis", "bound_line", "chart", "coloured", "layer", "scale", "shaped", "tips"]

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
DASHES = ([5, 3], [2, 2], [9, 3], [9, 3, 2, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-left", "triangle-right")


def layer(mark: str, rows: Iterable[Spec], encoding: Spec, **style: Any) -> Spec:
    """Return one layer; numbers that are not finite become null, which Vega leaves out."""
    values = [{k: _plain(v) for k, v in row.items()} for row in rows]
    told: Spec = {"aria": False}  # decoration to a screen reader
    if shown := encoding.get("tooltip"):
        told, encoding = {}, encoding | {"description": {"field": "told"}}
        values = [row | {"told": "; ".join(f"{tip['title']}: {row[tip['field']]}" for tip in shown)} for row in values]
    return {"data": {"values": values}, "mark": {"type": mark, **told, **style}, "encoding": encoding}


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def chart(summary: str, height: Any, layers: list[Spec], **scales: Spec) -> Spec:
    """Return the layers as one chart; those with a quantitative ``x`` or ``y`` share its scale, axis and title."""
    for each in layers:
        for channel, shared in scales.items():
            if "field" in each["encoding"].get(channel, {}):
                each["encoding"][channel] |= shared
    return {
        "$schema": SCHEMA,
        "description": summary,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "top": 8, "right": 4, "bottom": 2},
        "params": [{"name": "highlight", "value": -1}, {"name": "narrow", "value": False}],
        "layer": layers,
    }


def axis(field: str, **more: Any) -> Spec:
    """Return an encoding by a number."""
    return {"field": field, "type": "quantitative", **more}


def scale(ends: tuple[float, float], title: str | None, fewest: int = 3, sign: bool = False, **more: Any) -> Spec:
    """Return a scale of shares with round ticks, at least so many of them."""
    low, high = ends
    marks = ticks(low, high, fewest)
    text = {"format": f"{'+' if sign else ''}.{digits_of(marks)}%"}
    if sign:
        text["labelExpr"] = "datum.value ? datum.label : '0%'"
    domain = {"domain": [low, high], "nice": False, "zero": False}
    return {"scale": domain, "title": title, "axis": {"values": marks, **text, **more}}


def coloured(digest: Digest, clear: float = 1.0) -> Spec:
    """Return the colour of a mechanism, faded where another one stands out."""
    places = list(range(len(digest.mechanisms)))
    colour = {"field": "index", "type": "nominal", "scale": {"domain": places}, "legend": None}
    bright = {"test": "highlight < 0 || highlight === datum.index", "value": clear}
    return {"color": colour, "opacity": {"condition": bright, "value": 0.1 * clear}}


def shaped(digest: Digest) -> Spec:
    """Return the marker of a mechanism."""
    places = list(range(len(digest.mechanisms)))
    shapes = {"domain": places, "range": [SHAPES[k % len(SHAPES)] for k in places]}
    return {"shape": {"field": "index", "type": "nominal", "scale": shapes, "legend": None}}


def tips(**titles: str) -> list[Spec]:
    """Return what is told about a mark that is pointed at, by field."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def bound_line(digest: Digest) -> Sequence[Spec]:
    """Return the line nobody can cross, if it is known."""
    if not digest.bound.is_known:
        return []
    return [
        layer("rule", [{"y": digest.bound.mean}], {"y": axis("y")}, strokeDash=[6, 4], strokeWidth=1.4, style="bound")
    ]
