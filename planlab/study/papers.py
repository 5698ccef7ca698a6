"""Published numbers beside what planlab finds: one folder per paper, its claims checked and never only asserted.

A folder holds ``claims.toml``, what the paper prints and where, and ``reproduce.py``, which works the same numbers out.
The folders lie in a checkout of planlab, not in the package.
"""

import importlib.util
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from planlab.base.checks import check_once, check_text, unknown
from planlab.base.progress import progress_bar
from planlab.study.citation import bibtex
from planlab.study.claim import Claim

__all__ = ["Finding", "Paper", "check_papers", "find_papers", "read_paper"]


@dataclass(frozen=True)
class Paper:
    """A paper and what it claims.

    Parameters
    ----------
    folder
        Where it is.
    title, source
        What it is about in a line, and its key in the bibliography.
    came_out
        What came out, in a sentence or two.
    claims
        Its numbers.
    """

    folder: Path
    title: str
    source: str
    came_out: str
    claims: tuple[Claim, ...]

    @property
    def name(self) -> str:
        """How it is called: like its folder."""
        return self.folder.name

    @cached_property
    def script(self) -> Any:
        """`reproduce.py` as a module, with ``numbers()`` and ``figure()``."""
        name, path = f"papers.{self.name}", self.folder / "reproduce.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None  # a file that ends in .py has one
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def found(self, quick: bool = False) -> dict[str, float]:
        """Return what is found for the claims, or for those that are quick.

        Raises
        ------
        ValueError
            If a number is found of which nothing is claimed; and whatever `reproduce.py` raises.
        """
        numbers: Mapping[str, float | Callable[[], float]] = self.script.numbers()
        known = {claim.name: claim for claim in self.claims}
        for name in numbers:
            if name not in known:
                unknown("claim", name, known)
        wanted = {name: n for name, n in numbers.items() if known[name].quick or not quick}
        return {name: float(number() if callable(number) else number) for name, number in wanted.items()}


@dataclass(frozen=True)
class Finding:
    """What was found for a claim.

    Parameters
    ----------
    paper, claim
        Whose, and which.
    found
        The number; ``None`` where none was worked out.
    error
        What `reproduce.py` raised.
    """

    paper: Paper
    claim: Claim
    found: float | None
    error: str = ""

    @property
    def status(self) -> str:
        """What came out."""
        return f"error: {self.error}" if self.error else self.claim.verdict(self.found)

    @property
    def agrees(self) -> bool:
        """Whether that is what ``claims.toml`` says."""
        return self.status == self.claim.status


def find_papers(folder: str | Path, names: Sequence[str] = ()) -> list[Paper]:
    """Return the papers of a folder, or those that are named.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError
        If there is no such folder, none in it is a paper or is called so, or one of them is not written as it must be.
    """
    place = Path(folder)
    if not place.is_dir():
        raise FileNotFoundError(
            f"No folder {str(folder)!r}. Papers come with a checkout of planlab and not with the installed package: "
            "start there, or name the folder with --folder."
        )
    there = {path.parent.name: path.parent for path in sorted(place.glob("*/claims.toml"))}
    if not there:
        raise FileNotFoundError(f"{place} holds no paper; give the folder in which every paper has one of its own.")
    check_once("NAMES", names)
    for name in names:
        if name not in there:
            unknown("paper", name, there)
    return [read_paper(there[name]) for name in names or there]


def read_paper(folder: str | Path) -> Paper:
    """Read what a paper claims.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError
        Naming the file, the claim, the key, and what to do.
    """
    folder = Path(folder).resolve()
    path = folder / "claims.toml"
    for file in (path, folder / "reproduce.py"):
        if not file.is_file():
            raise FileNotFoundError(f"No file {str(file)!r}; a paper needs one.")
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}. Mend that line.") from error
    try:
        written = said.pop("claim", [])
        if not isinstance(written, list) or not written:
            raise ValueError("there is no [[claim]]; give at least one.")
        claims = tuple(_read(Claim, f"claim {k + 1}", each) for k, each in enumerate(written))
        check_once("claims", [claim.name for claim in claims])
        paper = _read(Paper, "the paper", said | {"folder": folder, "claims": claims})
        for key in ("title", "source", "came_out"):
            check_text(key, getattr(paper, key))
        bibtex(paper.source)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{path}: {error}") from error
    return paper


def check_papers(papers: Iterable[Paper], quick: bool = False, progress: bool | None = None) -> list[Finding]:
    """Work out what papers claim and say what came out, in their order.

    Parameters
    ----------
    papers
        From `find_papers`.
    quick
        Whether to leave out claims that take longer than seconds.
    progress
        As in `planlab.compare`.
    """
    papers, findings = list(papers), list[Finding]()
    with progress_bar(progress, len(papers)) as advance:
        for paper in papers:
            advance(paper.name, 0)
            findings += _check(paper, quick)
            advance(paper.name, 1)
    return findings


def _check(paper: Paper, quick: bool) -> list[Finding]:
    found, error = dict[str, float](), ""
    try:
        found = paper.found(quick)
    except Exception as raised:  # noqa: BLE001 - what one paper raises hides no other
        error = f"{type(raised).__name__}: {raised}"
    asked = [claim for claim in paper.claims if claim.quick or not quick]
    return [Finding(paper, claim, found.get(claim.name), error) for claim in asked]


def _read(kind: type, what: str, said: Any) -> Any:
    """Return a claim or a paper from a table, and say which key is wrong."""
    if not isinstance(said, Mapping):
        raise TypeError(f"{what} is {said!r}; give a table.")
    known = {field.name: field for field in fields(kind)}
    where = f"{what} ({said['name']})" if "name" in said else what
    try:
        for key in said:
            if key not in known:
                unknown("key", key, known)
        for key, field in known.items():
            if key not in said and field.default is MISSING:
                raise ValueError(f"{key} is missing; add it.")
        return kind(**said)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{where}: {error}") from error
