"""The page an incentive profile is looked at on: one file that works offline, without scripts."""

import base64
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import planlab
from planlab.presentation.fragments import rendered
from planlab.presentation.incentive_plots import places, regret_curves, society
from planlab.presentation.page import keep
from planlab.presentation.style import style
from planlab.presentation.wording import percent, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from planlab.study.incentive_profile import IncentiveProfile

__all__ = ["image", "remarks", "render_incentive_page", "write_incentive_page"]

MONEY = ("paid", "paid_in_equilibrium", "charged", "charged_in_equilibrium")

NAMED = 6
"""Most cases that a sentence names one by one."""

SHOWN = 20
"""Most sectors in the table of who gains."""


def write_incentive_page(profile: "IncentiveProfile", path: str | os.PathLike[str]) -> Path:
    """Write an incentive profile as one self-contained HTML file.

    Parameters
    ----------
    profile
        From `planlab.incentive_profile`.
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
    return keep(render_incentive_page(profile), path)


def render_incentive_page(profile: "IncentiveProfile") -> str:
    """Return the page as text."""
    said = remarks(profile)
    return rendered(
        "incentives.html.jinja",
        title=profile.scenario or "incentives",
        headline=said[0],
        remarks=said[1:],
        figures={
            draw.__name__: {
                "wide": image(draw(profile)),
                "middle": image(draw(profile, 3)),
                "narrow": image(draw(profile, narrow)),
            }
            for draw, narrow in ((society, 1), (regret_curves, 2), (places, 2))
        },
        rows=[_row(pair) for _, pair in profile.pairs.iterrows()],
        sectors=_sectors(profile.agents),
        version=planlab.__version__,
    )


def remarks(profile: "IncentiveProfile") -> list[str]:
    """Return what stands out, in sentences; the first is the headline."""
    pairs = profile.pairs.assign(most=profile.pairs[["regret", "regret_of_communities"]].max(axis=1))
    pairs = pairs.assign(loss=pairs.honest - pairs.equilibrium)
    worst, said = pairs.iloc[int(pairs.loss.argmax())], []
    fell = f"from {percent(worst.honest)} to {percent(worst.equilibrium)}"
    if worst.loss > 0.005:
        said.append(f"Where lying pays it costs most under {_named(worst)}: needs met fall {fell}.")
    else:
        said.append("Nowhere do best replies end with fewer needs met.")
    paying = pairs.iloc[int(pairs.most.argmax())]
    if paying.most > 0:
        who = "a producer" if paying.regret >= paying.regret_of_communities else "a community"
        said.append(f"One lie gains most under {_named(paying)}: {paying.most:.3g} units of pay, to {who}.")
    quiet = pairs[pairs.most == 0]
    if len(quiet):
        names = "; ".join(_named(row) for _, row in quiet.iterrows())
        where = f"under {names}" if len(quiet) <= NAMED else f"in {len(quiet)} of {len(pairs)} cases"
        said.append(f"No gain was found for anybody {where}. There may be one all the same.")
    restless = int((~pairs.converged).sum())
    if restless:
        said.append(
            f"In {restless} of {len(pairs)} cases best replies had not settled: somebody could still gain more than a "
            "hundredth of the mean payoff."
        )
    furthest = int((pairs.at_most > 0).sum())
    if furthest:
        said.append(
            f"In {furthest} of {len(pairs)} cases somebody ends with the largest lie that is looked for, fivefold: a "
            "larger one may pay more."
        )
    return said


def _named(row: Any) -> str:
    return f"{title_of(row.mechanism)} with {title_of(row.reward)}"


def image(figure: "Figure") -> str:
    """Return a figure as the address of an SVG image that lies in the page itself."""
    held = io.BytesIO()
    with style():
        figure.savefig(held, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(held.getvalue()).decode()}"


def _row(pair: pd.Series) -> dict[str, Any]:
    cells = [
        title_of(pair["reward"]),
        percent(pair["honest"], 1),
        percent(pair["equilibrium"], 1),
        f"{pair['left']:.3f}" + ("" if pair["converged"] else " *"),
        f"{pair['regret']:.3g}",
        f"{pair['regret_of_communities']:.3g}",
        percent(pair["liars"]),
        *(f"{pair[name]:.3f}".replace("-0.000", "0.000") for name in MONEY),
        percent(pair["use"] - 1, 1, True),
        *(f"{pair[name]:.2f}" for name in ("capacity", "inputs", "needs")),
    ]
    return {"mechanism": title_of(pair["mechanism"]), "cells": cells}


def _sectors(agents: pd.DataFrame) -> list[dict[str, Any]]:
    """Return mean gains by sector and community, over all mechanisms and rewards, the largest first."""
    who = agents.sector.where(agents.kind == "producer", agents.agent).rename("who")
    grouped = agents.groupby([who, "kind"]).agg(gain=("gain", "mean"), found=("found", "mean"))
    top = grouped.sort_values("gain", ascending=False).head(SHOWN).reset_index()
    return [
        {"who": row["who"], "kind": row["kind"], "gain": f"{row['gain']:.3g}", "found": percent(row["found"])}
        for _, row in top.iterrows()
    ]
