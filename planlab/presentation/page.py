"""The page a comparison is looked at on: one file that works offline, from a disk, without any network."""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import planlab
from planlab.presentation.digest import Comparable, Digest, digest
from planlab.presentation.figure import sections
from planlab.presentation.findings import basis, findings, headline
from planlab.presentation.fragments import own_file, rendered
from planlab.presentation.scarcity import limit_rows
from planlab.presentation.tables import AVOIDABLE, FLOOR, FULFILMENT, WORST
from planlab.presentation.wording import compact, percent, points, reach, title_of
from planlab.scoring.score import NEEDS
from planlab.study.files import write_whole
from planlab.study.intervals import Interval

__all__ = ["keep", "render_page", "write_comparison_page"]


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
        import jinja2  # noqa: F401 - its absence is told here
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
    shown = list(sections(summary))
    manifest = comparison.manifest
    scenario = manifest.get("scenario", "")
    name = scenario.get("name", "") if isinstance(scenario, Mapping) else str(scenario)
    return rendered(
        "page.html.jinja",
        title=name or "comparison",
        policy=Markup(policy),  # noqa: S704 - made of hashes only
        library=Markup(library),  # noqa: S704 - shipped with vl-convert
        script=Markup(script),  # noqa: S704 - shipped with planlab
        headline=headline(summary),
        findings=findings(summary),
        mechanisms=[title_of(name) for name in summary.mechanisms],
        honest=title_of(summary.honest),
        basis=basis(summary),
        bound=percent(summary.bound.mean) if summary.bound.is_known else "",
        kinds=summary.kinds or ("",),
        figures=shown,
        charts={name: spec for _, section in shown for name, spec in section.charts.items()},
        limits=limit_rows(summary),
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


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _columns(summary: Digest) -> tuple[str, ...]:
    growth = f"{summary.kind or 'throughput'} growth a year"
    measured = ("needs met", "floor met", "worst community", growth, "plan fulfilment", "avoidable shortfall")
    return ("mechanism", "reports", *measured, "messages", "status")


def _cell(found: Interval, digits: int = 1, sign: bool = False) -> tuple[str, str]:
    """Return a mean and what stands below it, how far runs leave it open."""
    return points(found.mean, digits, sign), reach(found, digits, sign)


def _rows(summary: Digest) -> list[dict[str, Any]]:
    rows, seen = [], set[int]()
    for row in summary.rows:
        cells = [
            (title_of(row.behaviour), ""),
            _cell(row[NEEDS]),
            _cell(row[FLOOR]),
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
