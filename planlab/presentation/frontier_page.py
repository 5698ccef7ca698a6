"""The page a frontier is looked at on: one file that works offline, without scripts."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import planlab
from planlab.presentation.fragments import rendered
from planlab.presentation.frontier_plot import curve_of, curves
from planlab.presentation.incentive_page import image
from planlab.presentation.page import keep
from planlab.presentation.wording import capital, listed, percent, points, reach, title_of

if TYPE_CHECKING:
    from planlab.study.frontier import Frontier

__all__ = ["frontier_remarks", "write_frontier_page"]

NOTHING = 5e-4
"""Needs that are lost by less than this are not lost."""


def write_frontier_page(frontier: "Frontier", path: str | os.PathLike[str]) -> Path:
    """Write a frontier as one self-contained HTML file.

    Parameters
    ----------
    frontier
        From `planlab.frontier`.
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
    said = frontier_remarks(frontier)
    text = rendered(
        "frontier_page.html.jinja",
        title=frontier.manifest.get("scenario", {}).get("name", "frontier"),
        factor=title_of(frontier.factor),
        headline=said[0],
        remarks=said[1:],
        wide=image(curves(frontier)),
        narrow=image(curves(frontier, wide=False)),
        rows=_rows(frontier),
        command=frontier.manifest.get("command", ""),
        version=planlab.__version__,
    )
    return keep(text, path)


def frontier_remarks(frontier: "Frontier") -> list[str]:
    """Return what stands out, in sentences; the first is the headline."""
    means, factor = frontier.means, title_of(frontier.factor)
    least = means.index[-1]
    if means.loc[least].isna().all():
        return [f"Under a cap of {_share(least)} on {factor} no run came to an end."]
    met, bound = means.loc[least], frontier.bounds[least]
    best = [title_of(str(name)) for name, share in met.items() if share > met.max() - NOTHING]
    who = f"{listed(best)} {'meet' if len(best) > 1 else 'meets'}{' most:' if len(best) < len(met) else ''}"
    most = f", of at most {percent(bound)}" if bound == bound else ""
    said = [f"Under a cap of {_share(least)} on {factor}, {who} {percent(met.max())} of needs{most}."]
    free: dict[float, list[str]] = {}
    for mechanism, course in means.items():
        lost = course.iloc[0] - course > NOTHING
        whole = course.index[~lost.cummax()]
        if len(whole):
            free.setdefault(float(whole[-1]), []).append(title_of(str(mechanism)))
    for cap, names in sorted(free.items()):
        if cap < means.index[0]:
            said.append(f"Down to {_share(cap)}, less {factor} costs no needs under {listed(names)}.")
    if (at_once := free.get(float(means.index[0]))) and len(means) > 1:
        lose = "lose" if len(at_once) > 1 else "loses"
        said.append(f"{capital(listed(at_once))} {lose} needs with the first cap below {_share(means.index[0])}.")
    return said


def _share(cap: float) -> str:
    return percent(cap, 0 if abs(100 * cap - round(100 * cap)) < 1e-9 else 1)


def _rows(frontier: "Frontier") -> list[dict[str, Any]]:
    """Return a row per mechanism and cap."""
    losses, bounds, rows = frontier.losses, frontier.bounds, list[dict[str, Any]]()
    use = frontier.table.groupby(["mechanism", "cap"])["throughput"].mean()
    for mechanism in frontier.mechanisms:
        for k, (cap, met) in enumerate(curve_of(frontier, mechanism).items()):
            here = mechanism, cap
            loss = [points(float(losses[how][here]), 2) for how in ("run", "priced")]
            cells = [_share(cap), points(met.mean), reach(met), points(bounds[cap]), points(use[here]), *loss]
            rows.append({"mechanism": "" if k else title_of(mechanism), "cells": cells})
    return rows
