"""The command line; nothing heavy is imported before it is needed."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402 - threads are pinned before numpy can be imported

from planlab.lookup import Parts, Settings, cite, explain, list_, papers, usable  # noqa: E402 - as above
from planlab.terminal import (  # noqa: E402 - as above
    Refused,
    asking,
    console,
    ended,
    kept,
    listed,
    notes,
    number,
    numbers,
    parameters,
    whole_between,
)

if TYPE_CHECKING:
    from rich.console import Console

    from planlab.study.comparison import Draw
    from planlab.study.design import Design

__all__ = ["app", "main"]

app = typer.Typer(
    help="Put planning mechanisms on the same economy and see what happens.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

World = Annotated[
    str, typer.Option("--scenario", "-s", help="A table or a generator (see planlab list), or a folder with a table.")
]
Out = Annotated[str, typer.Option("--out", "-o", help="Folder for results, figures and the page.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what else lies in that folder.")]
Page = Annotated[bool, typer.Option("--page/--no-page", help="Write figures and the page.")]
Dials = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="A parameter of the scenario; PART.DIAL=VALUE: a dial of a part. Repeatable."
    ),
]

MOST = 100_000
"""Periods, seeds, rounds: more is a slip of the keyboard."""


def _number(name: str, told: str, least: int = 1, most: int = MOST) -> Any:
    """Return an option that takes a whole number; it may have several names, with spaces between."""
    return typer.Option(*name.split(), parser=whole_between(least, most), metavar="N", help=told)


def _share(name: str, told: str) -> Any:
    """Return an option that takes a number."""
    return typer.Option(name, parser=number, metavar="X", help=told)


REWARDS = ("step_bonus", "weitzman", "groves", "flat")
"""What `incentives` pays unless somebody asks for something else."""


def _version(asked: bool) -> None:
    if asked:
        import planlab

        typer.echo(f"planlab {planlab.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks, those of mechanisms that raise too.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    context.obj = debug
    if debug:
        import logging

        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        logging.getLogger("planlab").setLevel(logging.INFO)


@app.command()
def compare(
    scenario: World = "transition:us-2021-71",
    mechanism: Annotated[
        list[str] | None,
        typer.Option("--mechanism", "-m", help="Repeatable, or commas between; or all. Default: the usual few."),
    ] = None,
    behaviour: Annotated[
        str,
        typer.Option(
            "--behaviour", "-b", help="Names after planlab list with commas between; NAME@CHANNEL for a channel."
        ),
    ] = "honest,misreporting",
    periods: Annotated[int, _number("--periods", "How many periods (years).")] = 10,
    seeds: Annotated[int, _number("--seeds", "How many seeds.")] = 8,
    draws: Annotated[int, _number("--draws", "With how many draws of what people do each world is met.")] = 1,
    replans: Annotated[int, _number("--replans", "How often is planned in a period: 1, 2, 4, 12.")] = 1,
    horizon: Annotated[int, _number("--horizon", "How many periods ahead is announced.", 0)] = 0,
    reward: Annotated[
        str | None, typer.Option("--reward", "-r", help="What people are paid. Default: the mechanism's own.")
    ] = None,
    law: Annotated[
        list[str] | None,
        typer.Option("--law", "-l", help="What moves the world, see planlab list. Repeatable, or commas between."),
    ] = None,
    parts: Parts = None,
    settings: Dials = None,
    out: Out = "out",
    page: Page = True,
    force: Force = False,
) -> None:
    """Compare mechanisms on one world, told the truth and told lies; by default the US of 2021 in transition."""
    with asking():
        folder = _folder(out, page)
        from planlab.study.options import specified

        dials, names = parameters(settings), listed("--behaviour", [behaviour])
        with notes():
            named: Any = {"reward": reward, "laws": listed("--law", law), "parts": parts or (), "replans": replans}
            named |= {"horizon": horizon, "draws": draws}
            asked = specified(scenario, _asked(mechanism), names, periods, seeds, dials, **named)
            plan = asked.design()
    _carry_out(plan, folder, page, force)


@app.command()
def frontier(
    scenario: World = "three_sector",
    mechanism: Annotated[
        list[str] | None,
        typer.Option("--mechanism", "-m", help="Repeatable, or commas between; or all. Default: the usual few."),
    ] = None,
    factor: Annotated[
        str | None, typer.Option("--factor", help="What is capped, by name. Default: materials, or what there is.")
    ] = None,
    caps: Annotated[
        Any, typer.Option("--caps", parser=numbers, metavar="X,X,...", help="Shares of what there is of it.")
    ] = "1,0.95,0.9,0.85,0.8,0.75,0.7",
    periods: Annotated[int, _number("--periods -n", "How many periods (years).")] = 10,
    seeds: Annotated[int, _number("--seeds", "How many seeds.")] = 8,
    behaviour: Annotated[
        str, typer.Option("--behaviour", "-b", help="A name after planlab list; NAME@CHANNEL for a channel.")
    ] = "honest",
    parts: Parts = None,
    settings: Settings = None,
    out: Out = "out-frontier",
    page: Page = True,
    force: Force = False,
) -> None:
    """Find out what needs are met when there is less and less of something, for mechanisms and with the bound."""
    with asking():
        folder = _folder(out, page)
        from planlab.presentation.frontier_page import frontier_remarks
        from planlab.presentation.tables import frontier_table
        from planlab.study.frontier import frontier as along
        from planlab.study.own_parts import load_parts
        from planlab.study.reporting import named_behaviour
        from planlab.study.specification import world_with

        with notes():
            load_parts(parts or ())
            world, people = world_with(scenario, parameters(settings)), named_behaviour(behaviour)
        asked: Any = {"caps": caps, "factor": factor, "periods": periods, "seeds": seeds}
        asked["setting"] = None if behaviour == "honest" else people
        named = _asked(mechanism)
        found, trouble = kept(lambda: along(named, world, **asked, out=folder, force=force, draw=_drawn(page)))
    screen = console()
    screen.print(frontier_table(found))
    failed = found.table[found.table["status"].str.startswith("error: ")]
    for name, group in failed.groupby("mechanism", sort=False):
        runs = (found.table["mechanism"] == name).sum()
        typer.echo(f"{name} raised in {len(group)} of {runs} runs: {group['status'].iloc[0][7:]}", err=True)
    nothing = len(failed) == len(found.table)
    for sentence in frontier_remarks(found):
        screen.print(sentence, markup=False)
    _where(screen, folder, "frontier", page and not nothing, trouble)
    if nothing:
        raise typer.Exit(1)


@app.command()
def incentives(
    scenario: World = "three_sector",
    mechanism: Annotated[
        list[str] | None,
        typer.Option("--mechanism", "-m", help="Repeatable, or commas between. Default: command and linear_program."),
    ] = None,
    reward: Annotated[
        list[str] | None,
        typer.Option("--reward", "-r", help="Repeatable, or commas between, see planlab list. Default: four of them."),
    ] = None,
    lies: Annotated[
        str, typer.Option("--lies", help="What may be misreported: of capacity, inputs, results, stores, needs.")
    ] = "capacity,inputs,needs",
    periods: Annotated[int, _number("--periods", "How many periods (years) count.")] = 1,
    discount: Annotated[float, _share("--discount", "What next year counts for over this one.")] = 1.0,
    rounds: Annotated[int, _number("--rounds", "Rounds of best replies.")] = 12,
    seed: Annotated[int, _number("--seed", "Of all that is drawn.", 0, 2**63 - 1)] = 0,
    parts: Parts = None,
    settings: Settings = None,
    out: Out = "out-incentives",
    page: Page = True,
    force: Force = False,
) -> None:
    """Find out what lying pays, to whom and where it leads, for mechanisms and rewards in one world."""
    with asking():
        folder = _folder(out, page)
        from planlab.base.checks import check_once
        from planlab.pay.account import Reward
        from planlab.presentation.incentive_page import remarks
        from planlab.presentation.tables import incentive_table
        from planlab.study.incentive_profile import incentive_profile
        from planlab.study.own_parts import load_parts
        from planlab.study.parts import build
        from planlab.study.specification import world_with

        paying = listed("--reward", reward) or list(REWARDS)
        check_once("--reward", paying)
        with notes():
            load_parts(parts or ())
            paid = {name: build(Reward, name, {}, "reward") for name in paying}
            world = world_with(scenario, parameters(settings))
            world = world(seed) if callable(world) else world
        told = tuple(listed("--lies", [lies]))
        of = listed("--mechanism", mechanism) or ["command", "linear_program"]
        horizon: Any = {"periods": periods, "discount": discount, "rounds": rounds, "seed": seed}
        profile, trouble = kept(
            lambda: incentive_profile(of, world, paid, told, **horizon, out=folder, force=force, draw=_drawn(page))
        )
    screen = console()
    screen.print(incentive_table(profile))
    for sentence in remarks(profile):
        screen.print(sentence, markup=False)
    _where(screen, folder, "pairs", page, trouble)


@app.command()
def run(
    specification: Annotated[
        Path, typer.Argument(metavar="SPEC.toml", help="A TOML file that describes a comparison.")
    ],
    out: Annotated[
        str | None, typer.Option("--out", "-o", help="Where results go, instead of the file's `out`.")
    ] = None,
    page: Annotated[bool | None, typer.Option("--page/--no-page", help="Instead of the file's `page`.")] = None,
    force: Force = False,
) -> None:
    """Run the comparison that a TOML file describes."""
    with asking():
        from planlab.study.specification import read_specification

        asked = read_specification(specification)
        with_page = asked.page if page is None else page
        folder = _folder(asked.out if out is None else out, with_page)
        with notes():
            plan = asked.design()
    _carry_out(plan, folder, with_page, force)


for _command in (papers, explain, cite):
    app.command()(_command)
app.command("list")(list_)


def _asked(mechanism: list[str] | None) -> list[str]:
    """Return the mechanisms that are compared: those named, all that come with planlab, or the usual few of them."""
    from planlab.mechanisms.registry import load_mechanism

    named = listed("--mechanism", mechanism)
    if named == ["all"]:
        return usable()
    return named or [name for name in usable() if load_mechanism(name).usual]


def _folder(out: str, page: bool) -> Path:
    """Return the folder for results if it can hold any, before anything takes time."""
    from importlib.util import find_spec

    if not out.strip():
        raise ValueError("out is empty; give a folder.")
    for part, extra in (("pyarrow", "data"), *((("matplotlib", "report"), ("vl_convert", "report")) if page else ())):
        if find_spec(part) is None:
            skip = " or pass --no-page" if extra == "report" else ""
            raise ModuleNotFoundError(f"{part} is not installed: pip install 'planlab[{extra}]'{skip}.")
    from planlab.study.manifest import typed

    typed(_typed)
    folder = Path(out)
    blocked = next((part for part in (folder, *folder.parents) if _exists(part)), folder)
    if blocked.exists() and not blocked.is_dir():
        raise NotADirectoryError(f"--out {folder}: {blocked} is a file; give a folder.")
    if not os.access(blocked, os.W_OK):
        raise PermissionError(f"--out {folder}: {blocked} cannot be written to; give another folder.")
    return folder


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError) as error:
        raise OSError(f"--out {path}: {getattr(error, 'strerror', error)}; give another folder.") from error


def _where(screen: "Console", folder: Path, first: str, page: bool, trouble: OSError | None) -> None:
    """Say where results are, or what could not be written."""
    if trouble is not None:
        raise Refused(f"not all of the results above are saved. {trouble}") from trouble
    if page:
        screen.print(f"Page: {folder / 'index.html'}\nFigures: {folder / 'figures'}", markup=False, soft_wrap=True)
    table, manifest = folder / f"{first}.parquet", folder / "manifest.json"
    screen.print(f"Results: {table} and others, with {manifest}", markup=False, soft_wrap=True)


def _carry_out(plan: "Design", folder: Path, page: bool, force: bool) -> None:
    """Run, save, and say what came out."""
    from planlab.presentation.digest import digest
    from planlab.presentation.findings import headline, same_plans, settled
    from planlab.presentation.scarcity import limits_told
    from planlab.presentation.tables import summary_table
    from planlab.study.comparison import opened, run_design
    from planlab.study.conflicts import conflicts

    with ExitStack() as held:
        with asking():
            results, cells = held.enter_context(opened(plan, folder, page, force))
        held.enter_context(notes(quiet=False))
        result, trouble = kept(lambda: run_design(plan, results, cells, draw=_drawn(page)))
    screen, said = console(), digest(result)
    screen.print(summary_table(said))
    for sentence in filter(None, (headline(said), *same_plans(said), settled(said), *limits_told(said))):
        screen.print(sentence, markup=False)
    for stuck, sentence in conflicts(plan, result.table).items():
        screen.print(f"{stuck}: {sentence}", markup=False)
    failed = result.table[result.table["status"].str.startswith("error: ")]
    for (name, behaviour), group in failed.groupby(["mechanism", "behaviour"], sort=False):
        typer.echo(
            f"{name} ({behaviour}) raised in {len(group)} of {len(plan.seeds)} runs: {group['status'].iloc[0][7:]}",
            err=True,
        )
    nothing = len(failed) == len(result.table)
    _where(screen, folder, "table", page and not nothing, trouble)
    if nothing:
        raise typer.Exit(1)


def _drawn(page: bool) -> "Draw | None":
    """Return what draws page and figures, if they are wanted."""
    if not page:
        return None
    from planlab.presentation.writing import draw

    return draw


_typed: list[str] = []
"""The arguments of this run, for its manifest."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line.

    Ends with status 0, or 2 and one plain sentence for bad input, 1 for a bug or when every run raised, 130 when
    interrupted.

    Parameters
    ----------
    arguments
        ``None``: those the process was started with.
    """
    _typed[:] = sys.argv[1:] if arguments is None else arguments
    sys.exit(ended(app, _typed))


if __name__ == "__main__":
    main()
