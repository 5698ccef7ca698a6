"""The page a comparison is looked at on: one file that works offline, from a disk, without any network."""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

import planlab
from planlab.presentation.charts import frontier_chart, promises_chart, trajectory_chart
from planlab.presentation.digest import Comparable, Digest, digest
from planlab.presentation.figure import sections
from planlab.presentation.findings import basis, findings, headline
from planlab.presentation.tables import AVOIDABLE, FULFILMENT, WORST
from planlab.presentation.wording import compact, percent, points, reach, title_of
from planlab.study.intervals import Interval
from planlab.study.store import write_whole

__all__ = ["keep", "own_file", "render_page", "write_comparison_page"]

PRODUCTS_SHOWN = 25


def write_comparison_page(comparison: Comparable, path: str | os.PathLike[str]) -> Path:
    """Write a comparison as one self-contained HTML file.

    The file holds its charts, its styles and the library that draws them; its content security policy lets no
    request leave the reader's machine and runs the page's own scripts only, so that no label can run another.

    Parameters
    ----------
    comparison
        What `planlab.compare` returned, or anything with its frames.
    path
        Where to write; folders on the way are made.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ModuleNotFoundError
        Without the ``report`` extra.
    """
    return keep(render_page(comparison), path)


def keep(text: str, path: str | os.PathLike[str]) -> Path:
    """Write a text to a file, whole or not at all, and return where it lies; folders on the way are made."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
    return path


def render_page(comparison: Comparable) -> str:
    """Return the page as text.

    Parameters
    ----------
    comparison
        What `planlab.compare` returned, or anything with its frames.

    Returns
    -------
    str
        HTML.
    """
    try:
        import jinja2
        import vl_convert  # noqa: F401 - its absence is told here
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"The page needs {error.name}: pip install 'planlab[report]'.") from error
    from markupsafe import Markup

    summary = digest(comparison)
    library, script = _library(), own_file("page.js")
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in (library, script))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    own = list(sections(summary))
    manifest = comparison.manifest
    scenario = manifest.get("scenario", "")
    name = scenario.get("name", "") if isinstance(scenario, Mapping) else str(scenario)
    return environment.from_string(own_file("page.html.jinja")).render(
        title=name or "comparison",
        policy=Markup(policy),  # noqa: S704 - made of hashes only
        css=Markup(own_file("page.css")),  # noqa: S704 - shipped with planlab
        library=Markup(library),  # noqa: S704 - shipped with vl-convert
        script=Markup(script),  # noqa: S704 - shipped with planlab
        headline=headline(summary),
        findings=findings(summary),
        mechanisms=[title_of(name) for name in summary.mechanisms],
        honest=title_of(summary.honest),
        others=[title_of(name) for name in summary.behaviours if name != summary.honest],
        basis=basis(summary),
        drawn=_drawn(summary),
        bound=percent(summary.bound.mean) if summary.bound.is_known else "",
        kinds=summary.kinds or ("",),
        panels=_panels(summary),
        heat=_heat(summary),
        charts=_charts(summary) | {name: spec for _, section in own for name, spec in section.charts.items()},
        own=own,
        columns=list(_columns(summary)),
        rows=_rows(summary),
        bound_cell=_cell(summary.bound),
        command=_command(manifest),
        manifest=list(_flat(manifest)),
        version=planlab.__version__,
    )


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed, with the interpreter that needs no ``eval``, as one script."""
    import vl_convert

    return vl_convert.javascript_bundle("window.planlabEmbed = vegaEmbed;")


def own_file(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return files("planlab.presentation").joinpath(name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _charts(summary: Digest) -> dict[str, Any]:
    charts = {"promises": promises_chart(summary)}
    for k, behaviour in enumerate(summary.behaviours):
        for kind in summary.kinds or ("",):
            charts[f"frontier-{k}-{kind}"] = frontier_chart(summary, behaviour, kind)
    return charts | {f"trajectory-{k}": trajectory_chart(summary, name) for k, name in enumerate(summary.mechanisms)}


def _panels(summary: Digest) -> list[dict[str, Any]]:
    """Return the frontier's panels, one per behaviour, with the names that stand below them where there is no room."""
    return [
        {
            "title": title_of(behaviour),
            "names": [
                {"index": row.index, "name": title_of(row.mechanism), "met": percent(row["need_satisfaction"].mean)}
                for row in summary.rows
                if row.behaviour == behaviour
            ],
        }
        for behaviour in summary.behaviours
    ]


def _drawn(summary: Digest) -> str:
    """Return how charts show what runs leave open."""
    if not summary.varies:
        return ""
    return "Bars and bands are 95\xa0% intervals." if summary.has_intervals else "Small dots are single runs."


def _columns(summary: Digest) -> tuple[str, ...]:
    growth = f"{summary.kind or 'throughput'} growth a year"
    measured = ("need satisfaction", "worst community", growth, "plan fulfilment", "avoidable shortfall")
    return ("mechanism", "reports", *measured, "messages", "status")


def _cell(found: Interval, digits: int = 1, sign: bool = False) -> tuple[str, str]:
    """Return a mean and what stands below it, how far runs leave it open."""
    return points(found.mean, digits, sign), reach(found, digits, sign)


def _rows(summary: Digest) -> list[dict[str, Any]]:
    rows, seen = [], set[int]()
    for row in summary.rows:
        cells = [
            (title_of(row.behaviour), ""),
            _cell(row["need_satisfaction"]),
            _cell(row[WORST]),
            _cell(row[summary.growth], digits=2, sign=True),
            _cell(row[FULFILMENT]),
            _cell(row[AVOIDABLE]),
            (compact(row["messages"].mean), ""),
            (row.status, ""),
        ]
        rows.append(
            {"mechanism": title_of(row.mechanism), "index": row.index, "first": row.index not in seen, "cells": cells}
        )
        seen.add(row.index)
    return rows


def _heat(summary: Digest) -> dict[str, Any]:
    """Return the heat map: products by mechanism, behaviour and community."""
    frame = summary.source.shortfalls
    keys = [frame[name].astype(str) for name in ("mechanism", "behaviour", "community", "product")]
    met = dict(zip(zip(*keys, strict=True), frame["satisfaction"].astype(float), strict=True))
    communities, products = summary.communities, summary.shortest(PRODUCTS_SHOWN)
    before = [None, *(row.index for row in summary.rows)]
    edges = ["first" if row.index == last else "lead" for row, last in zip(summary.rows, before, strict=False)]
    columns = [
        {"index": row.index, "community": community, "row": row, "edge": edge if k == 0 else ""}
        for row, edge in zip(summary.rows, edges, strict=True)
        for k, community in enumerate(communities)
    ]

    def cell(column: dict[str, Any], product: str) -> dict[str, Any]:
        row, community = column["row"], column["community"]
        share = met.get((row.mechanism, row.behaviour, community, product), np.nan)
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
        "rows": [{"product": product, "cells": [cell(column, product) for column in columns]} for product in products],
        "known": frame["product"].nunique(),
        "crowding": "roomy" if len(columns) <= 14 else "dense" if len(columns) > 32 else "",
    }


def _command(manifest: Mapping[str, Any]) -> str:
    command = manifest.get("command", "")
    return " ".join(map(str, command)) if isinstance(command, list | tuple) else str(command or "")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield a nested manifest as pairs of a dotted key and a value."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and not any(isinstance(part, Mapping) for part in value):
        yield name, ", ".join(map(str, value))
    elif isinstance(value, list | tuple):
        for k, part in enumerate(value):
            yield from _flat(part, f"{name}.{k}")
    else:
        yield name, str(value)
