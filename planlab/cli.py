"""The command line: compare, run, list, cite."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer
from rich.console import Console

__all__ = ["app", "main"]

app = typer.Typer(
    help="Put planning mechanisms on the same economy and see what happens.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
BAD_INPUT = (ValueError, TypeError, FileNotFoundError, ModuleNotFoundError, PermissionError, NotADirectoryError)


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        import planlab

        out.print(f"planlab {planlab.__version__}")
        raise typer.Exit


@app.command()
def compare(
    scenario: Annotated[
        str, typer.Option("--scenario", "-s", help="A table, a generator (see planlab list), or a folder with a table.")
    ] = "us-2021-71",
    mechanism: Annotated[
        list[str] | None, typer.Option("--mechanism", "-m", help="Repeatable. Default: every mechanism there is.")
    ] = None,
    behaviour: Annotated[
        list[str] | None, typer.Option("--behaviour", "-b", help="honest or misreporting. Repeatable. Default: both.")
    ] = None,
    periods: Annotated[int, typer.Option(help="How many periods (years).")] = 10,
    seeds: Annotated[int, typer.Option(help="How many seeds.")] = 5,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of the scenario as name=value. Repeatable.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", "-o", help="Where results, figures and the page go.")] = Path("out"),
    page: Annotated[bool, typer.Option("--page/--no-page", help="Write figures and the page.")] = True,
) -> None:
    """Compare mechanisms on one world, told the truth and told lies; by default on the real US economy of 2021."""
    from planlab.comparison.design import BEHAVIOURS as known
    from planlab.comparison.design import world_of
    from planlab.mechanisms.registry import mechanism_names

    if unknown := [name for name in behaviour or [] if name not in known]:
        raise ValueError(f"No behaviour {unknown[0]!r}. Known: {', '.join(known)}. For others write a file for planlab run.")
    chosen = {name: known[name] for name in behaviour or known}
    world = world_of(scenario, **dict(_pair(setting) for setting in settings or []))
    _study(mechanism or mechanism_names(), world, periods, _seeds(seeds), chosen, None, folder, page)


@app.command()
def run(
    spec: Annotated[Path, typer.Argument(help="A TOML file that describes a study.")],
    folder: Annotated[Path | None, typer.Option("--out", "-o", help="Where results go, instead of the file's out.")] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Write figures and the page.")] = True,
) -> None:
    """Run the study that a TOML file describes."""
    from planlab.comparison.design import world_of
    from planlab.comparison.study import read_study

    study = read_study(spec)
    world = world_of(study.scenario, **study.parameters)
    _study(
        study.planners(), world, study.periods, _seeds(study.seeds), study.regimes_by_name(), study.physics(),
        folder or Path(study.out), page,
    )  # fmt: skip


@app.command("list")
def list_() -> None:
    """List mechanisms, scenarios, tables, behaviours and channels."""
    import inspect

    from rich.table import Table

    from planlab.economy.tables import table_names
    from planlab.information import behaviours, channels
    from planlab.mechanisms.registry import load_mechanism, mechanism_names
    from planlab.scenarios import find_generator, scenario_names
    from planlab.world import rationing

    def first(thing: Any) -> str:
        return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")

    sections = {
        "mechanisms": {name: first(load_mechanism(name)) for name in mechanism_names()},
        "scenarios": {name: first(find_generator(name)) for name in scenario_names()},
        "tables": dict.fromkeys(table_names(), "a real table that comes with a Python package"),
        "behaviours": {name: first(getattr(behaviours, name)) for name in behaviours.__all__ if name != "Behaviour"},
        "channels": {name: first(getattr(channels, name)) for name in channels.__all__ if name != "Channel"},
        "rationing": {c.__name__: first(c) for c in rationing.Rationing.__subclasses__()},
    }
    for title, rows in sections.items():
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        for name, said in rows.items():
            table.add_row(name, said)
        out.print(table)


@app.command()
def cite(
    mechanism: Annotated[list[str] | None, typer.Argument(help="Mechanisms; default: all of them.")] = None,
) -> None:
    """Print the BibTeX of planlab and of what mechanisms rest on."""
    from planlab.comparison.citation import bibtex
    from planlab.mechanisms.registry import load_mechanism, mechanism_names

    keys = ["planlab"]
    for name in mechanism or mechanism_names():
        keys += [key for key in load_mechanism(name).references if key not in keys]
    typer.echo("\n\n".join(bibtex(key) for key in keys))


def _study(
    mechanisms: Any, world: Any, periods: int, seeds: range, regimes: Any, physics: Any, folder: Path, page: bool
) -> None:
    from planlab.comparison.comparison import compare as run_comparison
    from planlab.presentation.digest import digest
    from planlab.presentation.findings import headline
    from planlab.presentation.tables import summary_table
    from planlab.world.execution import Execution

    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"--out {folder} is a file; give a folder.")
    result = run_comparison(
        mechanisms, world, periods, seeds, regimes, physics or Execution()
    )
    result.manifest["command"] = " ".join(["planlab", *sys.argv[1:]])
    result.save(folder)
    said = digest(result)
    out.print(summary_table(said))
    out.print(headline(said))
    if page:
        result.figures(folder / "figures")
        out.print(f"Page: {result.page(folder / 'index.html')}   Figures: {folder / 'figures'}   Data: {folder}/*.parquet")
    else:
        out.print(f"Data: {folder}/*.parquet")


def _seeds(count: int) -> range:
    if count < 1:
        raise ValueError(f"seeds is {count}; give at least 1.")
    return range(count)


def _pair(setting: str) -> tuple[str, Any]:
    import tomllib

    name, equals, value = setting.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"--set {setting!r} is not of the form name=value, for instance --set products=300.")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value


def main() -> None:
    """Run the command line; wrong input ends with one plain sentence and status 2."""
    import warnings

    warnings.showwarning = lambda message, *_: typer.echo(f"Note: {message}", err=True)
    debug = "--debug" in sys.argv
    try:
        app()
    except BAD_INPUT as error:
        if debug:
            raise
        text = str(error).strip() or type(error).__name__
        typer.echo(f"planlab: {text}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("planlab: stopped; nothing half-written was left behind.", err=True)
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        typer.echo(f"planlab: {type(error).__name__}: {error}. This is a bug in planlab; --debug shows the traceback.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
