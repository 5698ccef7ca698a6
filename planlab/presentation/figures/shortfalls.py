"""Who went short of what."""

from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.presentation.digest import Digest
from planlab.presentation.figure import Section, figure
from planlab.presentation.fragments import rendered
from planlab.presentation.style import LINE, SOFT, colour_of, in_percent, new_figure, plain, width_of
from planlab.presentation.wording import percent, points, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Shortfalls", "shortfalls"]

PLACE = 3.0
SHOWN, PRINTED = 25, 20
"""Products on the page, and in print."""


def shares(summary: Digest, products: list[str]) -> np.ndarray:
    """Return the share of each need that was met, products by rows of the table and their communities; NaN: no need."""
    frame, keys = summary.source.shortfalls, ("mechanism", "behaviour", "community", "product")
    columns = [frame[name].astype(str) for name in keys]
    met = dict(zip(zip(*columns, strict=True), frame["satisfaction"].astype(float), strict=True))
    asked = [(row.mechanism, row.behaviour, who) for row in summary.rows for who in summary.communities]
    found = [[met.get((*key, product), np.nan) for key in asked] for product in products]
    return np.array(found, float).reshape(len(products), len(asked))


@figure(title="Who went short")
def shortfalls(summary: Digest) -> "Shortfalls":
    """Draw who went short of what: products by community, the shortest products first, for every row of the table."""
    return Shortfalls()


class Shortfalls:
    """A heat map of the share of each need that was met; hatched where there is no need."""

    def page(self, summary: Digest, name: str) -> Section:
        """Return the heat map as a table."""
        return Section(rendered("figures/shortfalls.html.jinja", heat=_heat(summary)), {}, introduced=True)

    def printed(self, summary: Digest) -> "Figure":
        """Return a panel per mechanism."""
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import LinearSegmentedColormap, Normalize

        communities, products = summary.communities, summary.shortest(PRINTED)
        columns = [(row, community) for row in summary.rows for community in communities]
        share = shares(summary, products)

        h, names = len(communities), [plain(name, 175) for name in products]
        aside = max(map(width_of, names)) / 72 + 1.1
        width = max(5.5, aside + (0.34 if h == 1 else 0.17) * len(columns) + 0.06 * len(summary.rows))
        cell = 72 * 0.9 * (width - aside) / len(columns)
        ratios = [sum(row.index == k for row in summary.rows) for k in range(len(summary.mechanisms))]
        titles, title_turn = _turned(summary.mechanisms, min(ratios) * h * cell, 9, "bold")
        tops, top_turn = _turned([row.behaviour for row in summary.rows], h * cell, 7)
        upright = (title_turn > 0) + (top_turn > 0 and h > 1)
        figure = new_figure(width, max(3.2, 1.6 + 0.2 * len(products)) + 1.6 * upright)
        ramp = LinearSegmentedColormap.from_list("met", ["#8f2b0e", "#d0764f", "#ecc3ab", "#f4f1ea"])
        panels = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
        start = 0
        for k, axes in enumerate(panels):
            rows = [row for row in summary.rows if row.index == k]
            part = share[:, start : start + h * len(rows)]
            start += h * len(rows)
            axes.set_facecolor("white")
            axes.patch.set(hatch="////", edgecolor=LINE)
            axes.imshow(np.ma.masked_invalid(part), cmap=ramp, vmin=0, vmax=1, aspect="auto", interpolation="none")
            for b in range(1, len(rows)):
                axes.axvline(h * b - 0.5, color="white", linewidth=3)
            for side in axes.spines.values():
                side.set_visible(False)
            axes.tick_params(length=0)
            axes.set_title(titles[k], color=colour_of(k), loc="left", fontsize=9, rotation=title_turn)
            axes.set_yticks(range(len(products)), names if k == 0 else [""] * len(products))
            if h == 1:
                axes.set_xticks(range(len(rows)), [plain(title_of(row.behaviour), 90) for row in rows], rotation=90)
                continue
            people = [plain(name, 90, 7.5) for name in communities]
            axes.set_xticks(range(h * len(rows)), people * len(rows), rotation=90, fontsize=7.5)
            top = axes.secondary_xaxis("top")
            places = [h * (b + 0.5) - 0.5 for b in range(len(rows))]
            top.set_xticks(places, [tops.pop(0) for _ in rows], rotation=top_turn)
            top.tick_params(length=0, labelsize=7, pad=1)
            top.spines["top"].set_visible(False)
        bar = figure.colorbar(ScalarMappable(Normalize(0, 1), ramp), ax=list(panels), shrink=0.5, aspect=18, pad=0.015)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)
        bar.set_label("share of the need that was met", color=SOFT)
        in_percent(bar.ax.yaxis)
        return figure


def _heat(summary: Digest) -> dict[str, Any]:
    """Return the heat map: products by mechanism, behaviour and community."""
    communities, products = summary.communities, summary.shortest(SHOWN)
    before = [None, *(row.index for row in summary.rows)]
    edges = ["first" if row.index == last else "lead" for row, last in zip(summary.rows, before, strict=False)]
    columns = [
        {"index": row.index, "community": community, "row": row, "edge": edge if k == 0 else ""}
        for row, edge in zip(summary.rows, edges, strict=True)
        for k, community in enumerate(communities)
    ]

    def cell(column: dict[str, Any], product: str, share: float) -> dict[str, Any]:
        row, community = column["row"], column["community"]
        known = bool(np.isfinite(share))
        who = f"{product}, {community} – {title_of(row.mechanism)}, {title_of(row.behaviour)}"
        return {
            "index": row.index,
            "edge": column["edge"],
            "short": round(100 * (1 - min(max(share, 0.0), 1.0))) if known else 0,
            "text": points(share, 0) if known else "–",
            "title": f"{who}: {percent(share)} of needs met" if known else f"{who}: no need",
        }

    spans = [sum(row.index == k for row in summary.rows) * len(communities) for k in range(len(summary.mechanisms))]
    return {
        "mechanisms": [{"index": k, "name": title_of(m), "span": spans[k]} for k, m in enumerate(summary.mechanisms)],
        "behaviours": [
            {"index": row.index, "name": title_of(row.behaviour), "edge": edge}
            for row, edge in zip(summary.rows, edges, strict=True)
        ],
        "communities": len(communities),
        "columns": columns,
        "rows": [
            {"product": product, "cells": [cell(c, product, x) for c, x in zip(columns, line.tolist(), strict=True)]}
            for product, line in zip(products, shares(summary, products), strict=True)
        ],
        "known": summary.source.shortfalls["product"].nunique(),
        "crowding": "roomy" if len(columns) <= 14 else "dense" if len(columns) > 32 else "",
    }


def _turned(names: list[str], room: float, size: float, weight: str = "normal") -> tuple[list[str], int]:
    """Return names as they are printed and the angle at which they stand: upright where one does not fit its room."""
    titles = [title_of(name) for name in names]
    angle = 90 if max(width_of(title, size, weight) for title in titles) > room else 0
    return [plain(title, 110, size, weight) for title in titles], angle
