"""Commands that look things up: papers, list, explain, cite."""

from typing import Annotated

import typer

from planlab.terminal import asking, console, notes, parameters

__all__ = ["Parts", "Settings", "cite", "explain", "list_", "papers", "usable"]

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the scenario. Repeatable.")
]
Parts = Annotated[
    list[str] | None,
    typer.Option("--parts", help="A Python file or module with parts of your own, to be named. Repeatable."),
]


def papers(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAMES]", help="Called like their folders. Default: all.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only what takes seconds.")] = False,
    folder: Annotated[str, typer.Option("--folder", help="Where they are: in a checkout of planlab.")] = "papers",
) -> None:
    """Work out what published papers print; ends with status 1 if anything but what they state comes out."""
    with asking():
        from planlab.presentation.tables import paper_table
        from planlab.study.papers import check_papers, find_papers

        asked = find_papers(folder, names or ())
    findings = check_papers(asked, quick)
    console().print(paper_table(findings))
    astray = [finding for finding in findings if not finding.agrees]
    for finding in astray:
        said = f"{finding.paper.name}: {finding.claim.name} is stated as {finding.claim.status!r}"
        typer.echo(f"{said}, and what came out is {finding.status!r}.", err=True)
    if astray:
        raise typer.Exit(1)


def list_(parts: Parts = None) -> None:
    """List mechanisms, scenarios, tables, behaviours, channels, rewards, laws, metrics and figures."""
    from rich.table import Table

    from planlab.base.registry import left_out
    from planlab.presentation.figure import FIGURES
    from planlab.study.listing import broken, listing, told
    from planlab.study.own_parts import load_parts

    with asking(), notes():
        load_parts(parts or ())
    screen = console()
    for title, rows in (listing() | {"figures": told(FIGURES)}).items():
        table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None)
        for name, said in rows.items():
            table.add_row(name, said)
        screen.print(table, markup=False)
        screen.print()
    for reason in broken():
        typer.echo(f"Note: {left_out(reason)}", err=True)


def explain(
    scenario: Annotated[str, typer.Argument(help="A table or a generator (see planlab list), or a folder.")],
    parts: Parts = None,
    settings: Settings = None,
) -> None:
    """Say of each number of a world where it comes from, what was assumed, and how to change it."""
    with asking(), notes():
        from planlab.economy.provenance import explanation
        from planlab.study.own_parts import load_parts
        from planlab.study.specification import world_with

        load_parts(parts or ())
        world = world_with(scenario, parameters(settings))
        text = explanation(world(0) if callable(world) else world)
    typer.echo(text)


def cite(
    mechanism: Annotated[list[str] | None, typer.Argument(help="Default: all that come with planlab.")] = None,
) -> None:
    """Print the BibTeX of planlab and of what mechanisms rest on."""
    with asking():
        from planlab.mechanisms.registry import load_mechanism
        from planlab.study.citation import bibtex

        named = [load_mechanism(name) for name in mechanism or usable()]
        keys = ["planlab", *dict.fromkeys(key for kind in named for key in kind.references)]
        text = "\n\n".join(bibtex(key) for key in keys)
    typer.echo(text)


def usable() -> list[str]:
    """Return the mechanisms that come with planlab and can be made; of those that cannot, say why."""
    from planlab.base.registry import left_out
    from planlab.mechanisms.registry import MECHANISMS

    for reason in MECHANISMS.broken().values():
        typer.echo(f"Note: {left_out(reason)}", err=True)
    usable = MECHANISMS.all()
    return [name for name in MECHANISMS.planlabs() if name in usable]
