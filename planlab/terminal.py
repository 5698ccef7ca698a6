"""How the command line talks: what it refuses in a sentence, what it notes, how wide it writes, and how it ends."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    *("Refused", "asking", "console", "ended", "kept", "listed", "notes", "number", "numbers", "parameters"),
    "whole_between",
]

T = TypeVar("T")

INTERRUPTED = 130


class Refused(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


def whole_between(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds, or says what is wrong with it."""

    def read(text: str) -> int:
        found = int(text) if re.fullmatch(r"[+-]?[0-9]{1,19}", str(text)) else least - 1
        if not least <= found <= most:
            raise typer.BadParameter(f"{str(text)!r}; give a whole number from {least} to {most}")
        return found

    return read


def number(text: str) -> float:
    """Return a number, or say that it is none."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}; give a number") from None


def numbers(text: str) -> tuple[float, ...]:
    """Return numbers that stand with commas between, or say what is none."""
    return tuple(number(part.strip()) for part in str(text).split(","))


def listed(option: str, given: Sequence[str] | None) -> list[str]:
    """Return names that were given one by one or with commas between; none where nothing was given."""
    found = [name.strip() for text in given or () for name in text.split(",") if name.strip()]
    if given and not found:
        raise ValueError(f"{option} is empty; give a name, or several with commas between.")
    return found


def parameters(settings: list[str] | None) -> dict[str, Any]:
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
        said = tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return key.strip(), value
    return key.strip(), said["value"] if len(said) == 1 else value


@contextmanager
def asking() -> Iterator[None]:
    """Turn what is wrong with the input into a refusal; anything outside is not the user's fault."""
    try:
        yield
    except MemoryError as error:
        raise Refused(f"there is not enough memory for this; take a smaller world. {error}") from error
    except (ValueError, TypeError, OSError, ImportError) as error:
        raise Refused(str(error) or type(error).__name__) from error


def kept(work: Callable[[], T]) -> tuple[T, OSError | None]:
    """Return what was worked out, also if not all of it could be written, with what stood in the way."""
    from planlab.study.store import NotSaved

    try:
        return work(), None
    except NotSaved as error:
        return error.results, error


@contextmanager
def notes(quiet: bool = True) -> Iterator[None]:
    """Show what a table's reader and parts that cannot be used warn about as plain notes, each once.

    Parameters
    ----------
    quiet
        Whether all other warnings are passed over.
    """
    import warnings

    from planlab.base.registry import PartWarning
    from planlab.tables.treatment import TableWarning

    told, ours = set[str](), (TableWarning, PartWarning)
    with warnings.catch_warnings():
        if quiet:
            warnings.simplefilter("ignore")
        for kind in ours:
            warnings.simplefilter("always", kind)
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any) -> None:
            if not issubclass(category, ours):
                shown(message, category, *where)
            elif str(message) not in told:
                told.add(str(message))
                typer.echo(f"Note: {message}", err=True)

        warnings.showwarning = show  # type: ignore[assignment] # what follows the category is passed on
        yield


def console() -> "Console":
    """Return a console as wide as the terminal, or as COLUMNS says; without either 110 columns."""
    from rich.console import Console

    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(highlight=False, width=None if known else 110)


def ended(app: typer.Typer, arguments: list[str]) -> int:
    """Run a command line, say in one sentence what went wrong, and return the status to exit with.

    Parameters
    ----------
    app
        Its commands.
    arguments
        What was typed.

    Returns
    -------
    int
        0; 2 for input that is refused, 1 for a bug or when every run raised, 130 when interrupted.
    """
    usage_error: Any = typer.BadParameter.__bases__[0]
    debug = "--debug" in arguments
    try:
        status = typer.main.get_command(app).main(arguments or ["--help"], "planlab", standalone_mode=False) or 0
        return _interrupted() if status == INTERRUPTED else status
    except usage_error as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "planlab")
        said = error.format_message().rstrip(".")
        return _say(f"{said}{'' if said.endswith('?') else '.'} See {where} --help.", 2)
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
        return _say(f"{type(error).__name__}: {told}. This is a bug in planlab; `planlab --debug ...` shows where.", 1)


def _interrupted() -> int:
    return _say("stopped; what had finished is kept, and the same command goes on from there.", INTERRUPTED)


def _say(text: str, status: int) -> int:
    typer.echo(f"planlab: {text}", err=True)
    return status
