"""The command line: compare, incentives, run, list, cite. Nothing heavy is imported before a command needs it."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402 - threads are pinned before numpy can be imported

if TYPE_CHECKING:
    from rich.console import Console

    from planlab.comparison.design import Design

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
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for results, figures and the page.")]
Page = Annotated[bool, typer.Option("--page/--no-page", help="Write figures and the page.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the scenario. Repeatable.")
]

REWARDS = ("step_bonus", "weitzman", "groves", "flat")
"""What `incentives` pays unless somebody asks for something else."""

INTERRUPTED = 130


class Refused(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


@contextmanager
def _asking() -> Iterator[None]:
    """Turn what is wrong with the input into a refusal; anything outside is not the user's fault."""
    try:
        yield
    except (ValueError, TypeError, OSError, ImportError) as error:
        raise Refused(str(error) or type(error).__name__) from error


@app.callback()
def _options(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks, those of mechanisms that raise too.")
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.", is_eager=True)] = False,
) -> None:
    context.obj = debug
    if version:
        import planlab

        typer.echo(f"planlab {planlab.__version__}")
        raise typer.Exit
    if debug:
        import logging

        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        logging.getLogger("planlab").setLevel(logging.INFO)


@app.command()
def compare(
    scenario: World = "us-2021-71",
    mechanism: Annotated[
        list[str] | None, typer.Option("--mechanism", "-m", help="Repeatable. Default: all that come with planlab.")
    ] = None,
    behaviour: Annotated[
        str,
        typer.Option(
            "--behaviour", "-b", help="Names after planlab list with commas between; NAME@CHANNEL for a channel."
        ),
    ] = "honest,misreporting",
    periods: Annotated[int, typer.Option("--periods", min=1, help="How many periods (years).")] = 10,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many seeds.")] = 5,
    settings: Settings = None,
    out: Out = Path("out"),
    page: Page = True,
) -> None:
    """Compare mechanisms on one world, told the truth and told lies; by default on the real US economy of 2021."""
    with _asking():
        _ready(out, page)
        from planlab.comparison.design import design
        from planlab.comparison.specification import named_behaviour, world_with

        parameters = _parameters(settings)
        names = behaviour.replace(" ", "").split(",")
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"--behaviour names {twice[0]!r} twice; name each once.")
        acting = {name: named_behaviour(name) for name in names}
        with _notes():
            plan = design(mechanism or _own(), world_with(scenario, parameters), periods, range(seeds), acting)
    _carry_out(plan, out, page)


@app.command()
def incentives(
    scenario: World = "three_sector",
    mechanism: Annotated[
        list[str] | None, typer.Option("--mechanism", "-m", help="Repeatable. Default: command and linear_program.")
    ] = None,
    reward: Annotated[
        list[str] | None, typer.Option("--reward", "-r", help="Repeatable, see planlab list. Default: four of them.")
    ] = None,
    lies: Annotated[
        str, typer.Option("--lies", help="What may be misreported: of capacity, inputs, results, needs.")
    ] = "capacity,inputs,needs",
    periods: Annotated[int, typer.Option("--periods", min=1, help="How many periods (years) count.")] = 1,
    discount: Annotated[float, typer.Option("--discount", help="What next year counts for over this one.")] = 1.0,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Rounds of best replies.")] = 12,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    settings: Settings = None,
    out: Out = Path("out"),
    page: Page = True,
) -> None:
    """Find out what lying pays, to whom and where it leads, for mechanisms and rewards in one world."""
    with _asking():
        _ready(out, page)
        from planlab.comparison.incentive_profile import incentive_profile
        from planlab.comparison.parts import build
        from planlab.comparison.specification import world_with
        from planlab.information.account import Reward
        from planlab.presentation.incentive_page import remarks
        from planlab.presentation.tables import incentive_table

        paid = {name: build(Reward, name, {}, "reward") for name in reward or REWARDS}
        with _notes():
            world = world_with(scenario, _parameters(settings))
            world = world(seed) if callable(world) else world
        told = tuple(lies.replace(" ", "").split(","))
        of = mechanism or ["command", "linear_program"]
        profile = incentive_profile(of, world, paid, told, periods=periods, discount=discount, rounds=rounds, seed=seed)
        profile.save(out)
        written = f"Results: {out / 'pairs.csv'}, curves.csv and agents.csv"
        if page:
            written = f"Page: {profile.page(out / 'index.html')}\n{written}"
    console = _console()
    console.print(incentive_table(profile))
    for sentence in remarks(profile):
        console.print(sentence, markup=False)
    console.print(written, markup=False, soft_wrap=True)


@app.command()
def run(
    specification: Annotated[
        Path, typer.Argument(metavar="SPEC.toml", help="A TOML file that describes a comparison.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where results go, instead of the file's `out`.")
    ] = None,
    page: Annotated[bool | None, typer.Option("--page/--no-page", help="Instead of the file's `page`.")] = None,
) -> None:
    """Run the comparison that a TOML file describes."""
    with _asking():
        from planlab.comparison.specification import read_specification

        asked = read_specification(specification)
        folder, with_page = out or Path(asked.out), asked.page if page is None else page
        _ready(folder, with_page)
        with _notes():
            plan = asked.design()
    _carry_out(plan, folder, with_page)


@app.command("list")
def list_() -> None:
    """List mechanisms, scenarios, tables, behaviours, channels, rewards and metrics."""
    import inspect
    import re

    from rich.table import Table

    from planlab.comparison.design import BEHAVIOURS
    from planlab.comparison.parts import kinds
    from planlab.economy.tables import table_names
    from planlab.information.account import Reward
    from planlab.information.behaviours import Behaviour
    from planlab.information.channels import Channel
    from planlab.mechanisms.registry import load_mechanism, mechanism_names
    from planlab.scenarios import find_generator, scenario_names
    from planlab.scoring import coordination, needs, throughput

    def first(thing: Any) -> str:
        said = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
        return re.sub(r":math:|`", "", re.sub(r" ?:cite:`[^`]*`", "", said))

    own, metrics = _own(), (needs, throughput, coordination)
    functions = [getattr(module, name) for module in metrics for name in module.__all__]
    plug_ins = {name: "a plug-in, loaded when it is named" for name in mechanism_names() if name not in own}
    sections: dict[str, dict[str, str]] = {
        "mechanisms": {name: first(load_mechanism(name)) for name in own} | plug_ins,
        "scenarios": {name: first(find_generator(name)) for name in scenario_names()},
        "tables": dict.fromkeys(table_names(), "A real table that comes with a Python package."),
        "behaviours": {name: f"{type(b).__name__} through {type(c).__name__}." for name, (b, c) in BEHAVIOURS.items()}
        | {name: first(kind) for name, kind in kinds(Behaviour).items()},
        "channels": {name: first(kind) for name, kind in kinds(Channel).items()},
        "rewards": {name: first(kind) for name, kind in kinds(Reward).items()},
        "metrics": {f.__name__: first(f).removeprefix("Return ") for f in functions if inspect.isfunction(f)},
    }
    console = _console()
    for title, rows in sections.items():
        table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None)
        for name, said in rows.items():
            table.add_row(name, said)
        console.print(table, markup=False)
        console.print()


@app.command()
def cite(
    mechanism: Annotated[list[str] | None, typer.Argument(help="Default: all that come with planlab.")] = None,
) -> None:
    """Print the BibTeX of planlab and of what mechanisms rest on."""
    with _asking():
        from planlab.comparison.citation import bibtex
        from planlab.mechanisms.registry import load_mechanism

        named = [load_mechanism(name) for name in mechanism or _own()]
        keys = ["planlab", *dict.fromkeys(key for kind in named for key in kind.references)]
        text = "\n\n".join(bibtex(key) for key in keys)
    typer.echo(text)


def _own() -> list[str]:
    """Return the mechanisms that come with planlab; a plug-in's code runs only when somebody names it."""
    from importlib.metadata import entry_points

    from planlab.mechanisms.registry import GROUP, mechanism_names

    return sorted(set(mechanism_names()) - {point.name for point in entry_points(group=GROUP)})


def _parameters(settings: list[str] | None) -> dict[str, Any]:
    """Return the parameters of a scenario as given by ``--set``."""
    found: dict[str, Any] = {}
    for key, value in map(_pair, settings or []):
        if key in found:
            raise ValueError(f"--set gives {key!r} twice; choose one.")
        found[key] = value
    return found


def _pair(setting: str) -> tuple[str, Any]:
    """Return the key and the value of ``key=value``; what is no number, truth value or list is text."""
    import tomllib

    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise ValueError(f"--set {setting!r} is not of the form KEY=VALUE; write for instance --set products=300.")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return key.strip(), value


def _ready(folder: Path, page: bool) -> None:
    """Check that results can be written before anything takes time."""
    from importlib.util import find_spec

    for part, extra in (("pyarrow", "data"), *((("matplotlib", "report"), ("vl_convert", "report")) if page else ())):
        if find_spec(part) is None:
            skip = " or pass --no-page" if extra == "report" else ""
            raise ModuleNotFoundError(f"{part} is not installed: pip install 'planlab[{extra}]'{skip}.")
    blocked = next((part for part in (folder, *folder.parents) if part.exists()), folder)
    if blocked.exists() and not blocked.is_dir():
        raise NotADirectoryError(f"--out {folder}: {blocked} is a file; give a folder.")
    if not os.access(blocked, os.W_OK):
        raise PermissionError(f"--out {folder}: {blocked} cannot be written to; give another folder.")


@contextmanager
def _notes() -> Iterator[None]:
    """Show what a table's reader warns about as plain notes."""
    import warnings

    from planlab.economy.tables import TableWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", TableWarning)
        yield
    for note in caught:
        typer.echo(f"Note: {note.message}", err=True)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def _carry_out(plan: "Design", folder: Path, page: bool) -> None:
    """Run, save, and say what came out."""
    import shlex

    from planlab.comparison.comparison import run_design
    from planlab.presentation.digest import digest
    from planlab.presentation.findings import headline, settled
    from planlab.presentation.tables import summary_table

    result = run_design(plan)
    result.manifest["command"] = shlex.join(["planlab", *_typed])
    failed = result.table[result.table["status"].str.startswith("error: ")]
    with _asking():
        result.save(folder)
        written = f"Results: {folder / 'table.parquet'} and others, with {folder / 'manifest.json'}"
        if page and len(failed) < len(result.table):
            result.figures(folder / "figures")
            written = f"Page: {result.page(folder / 'index.html')}\nFigures: {folder / 'figures'}\n{written}"
    console, said = _console(), digest(result)
    console.print(summary_table(said))
    for sentence in filter(None, (headline(said), settled(said))):
        console.print(sentence, markup=False)
    console.print(written, markup=False, soft_wrap=True)
    for (name, behaviour), group in failed.groupby(["mechanism", "behaviour"], sort=False):
        typer.echo(
            f"{name} ({behaviour}) raised in {len(group)} of {len(plan.seeds)} runs: {group['status'].iloc[0][7:]}",
            err=True,
        )
    if len(failed) == len(result.table):
        raise typer.Exit(1)


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
    sys.exit(_status(_typed))


def _status(arguments: list[str]) -> int:
    usage_error: Any = typer.BadParameter.__bases__[0]
    debug = "--debug" in arguments
    try:
        status = typer.main.get_command(app).main(arguments or ["--help"], "planlab", standalone_mode=False) or 0
        return _interrupted() if status == INTERRUPTED else status
    except usage_error as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "planlab")
        return _say(f"{error.format_message().rstrip('.')}. See {where} --help.", 2)
    except Refused as error:
        if debug:
            raise
        return _say(" ".join(str(error).split()), 2)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if debug:
            raise
        told = (str(error).splitlines() or [""])[0]
        return _say(
            f"{type(error).__name__}: {told}. This is a bug in planlab; `planlab --debug ...` shows where.",
            1,
        )


def _interrupted() -> int:
    return _say("stopped; no file was left half-written.", INTERRUPTED)


def _say(text: str, status: int) -> int:
    typer.echo(f"planlab: {text}", err=True)
    return status


if __name__ == "__main__":
    main()
