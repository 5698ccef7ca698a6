"""Results on disk: Parquet beside a manifest of what made them, never half new and half old."""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from planlab.study.cells import Cells
from planlab.study.files import place, write_whole
from planlab.study.lock import locked

__all__ = ["NotSaved", "Results", "load", "results_folder"]

MANIFEST = "manifest.json"
PAGE = "index.html"
FIGURES_FOLDER = "figures"
CELLS = "cells"


class NotSaved(OSError):
    """Results that were worked out and could not be written.

    Attributes
    ----------
    results
        What was worked out.
    """

    def __init__(self, message: str, results: Any = None) -> None:
        super().__init__(message)
        self.results = results


class Results:
    """A folder of results that one run holds, see `results_folder`.

    Parameters
    ----------
    folder
        Where.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cells = Cells(folder / CELLS)

    def publish(
        self,
        frames: Mapping[str, pd.DataFrame],
        manifest: Mapping[str, Any],
        draw: Callable[[Path], Any] | None = None,
    ) -> None:
        """Replace what the folder holds.

        While files are replaced the manifest says that they are unfinished; in the end it names the hash of every
        frame, so that `load` notices when they do not belong together. Page and figures of earlier results go.

        Parameters
        ----------
        frames
            By name.
        manifest
            What made them.
        draw
            Writes page and figures into the folder it is given, once the numbers are safe; ``None``: there are none.

        Raises
        ------
        OSError
            Naming the file that could not be written.
        """
        files = {f"{name}.parquet": _parquet(frame) for name, frame in frames.items()}
        had_page = (_read(self.folder) or {}).get("page", False)
        self._note({**manifest, "page": draw is not None or had_page, "unfinished": True})
        if had_page:
            _without_page(self.folder)
        for name, content in files.items():
            write_whole(self.folder / name, content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        self._note({**manifest, "page": draw is not None, "files": hashes})
        if draw is not None:
            place(self.folder, draw)

    @contextmanager
    def delivering(self, worked_out: Any) -> Iterator[None]:
        """Publish within; if something cannot be written, raise `NotSaved` with what was worked out."""
        try:
            yield
        except OSError as error:
            raise NotSaved(str(error), worked_out) from error
        if self.cells.failure is not None:
            raise NotSaved(f"Not every cell could be kept: {self.cells.failure}", worked_out) from self.cells.failure

    def _note(self, manifest: Mapping[str, Any]) -> None:
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
        write_whole(self.folder / MANIFEST, text.encode())


def note_page(folder: Path) -> None:
    """Note in a folder of results that it has a page, so that it goes with them."""
    if (held := _read(folder)) is not None and not held.get("page"):
        with locked(folder):
            Results(folder)._note({**held, "page": True})


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _without_page(folder: Path) -> None:
    """Remove the page and the figures of earlier results."""
    (folder / PAGE).unlink(missing_ok=True)
    for path in (folder / FIGURES_FOLDER).glob("*.*"):
        if path.suffix in (".svg", ".png"):
            path.unlink()


@contextmanager
def results_folder(
    folder: str | os.PathLike[str],
    question: Mapping[str, Any],
    names: Iterable[str],
    page: bool = False,
    force: bool = False,
) -> Iterator[Results]:
    """Hold a folder for the results of one question; nothing in it is changed before they are published.

    Parameters
    ----------
    folder
        Made if it is not there.
    question
        What is asked, as a manifest spells it, with its hash as ``study``.
    names
        Of the frames that will be written.
    page
        Whether a page and figures will be.
    force
        Whether results of another question, and files that planlab did not write, may be replaced.

    Raises
    ------
    ValueError
        If it has no name.
    FileExistsError
        If the folder holds something else.
    BlockingIOError
        If another run holds it.
    OSError
        If it cannot be written to.
    ModuleNotFoundError
        Without the ``data`` extra.
    """
    if find_spec("pyarrow") is None:
        raise ModuleNotFoundError("Parquet needs pyarrow: pip install 'planlab[data]'.")
    if not os.fspath(folder).strip():
        raise ValueError("out is empty; give a folder.")
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"out: {folder} cannot be made ({error.strerror}). Give another folder (--out, out=).") from error
    with locked(folder):
        if not force:
            _refuse_others(folder, question, [f"{name}.parquet" for name in names], page)
        _sweep(folder)
        _try(folder / CELLS)
        yield Results(folder)


def _sweep(folder: Path) -> None:
    """Remove halves that a run which was killed left behind."""
    for half in (*folder.glob(".*.parquet.*"), *folder.glob(f".{MANIFEST}.*"), *folder.glob(f"{CELLS}/.*.npz.*")):
        half.unlink()
    for half in folder.glob(".drawing.*"):
        shutil.rmtree(half)


def _try(cells: Path) -> None:
    """Require that the longest name a run will use can be written."""
    cells.mkdir(exist_ok=True)
    probe = cells / f"{'probe':-<64}.npz"
    write_whole(probe, b"")
    probe.unlink()


def _refuse_others(folder: Path, question: Mapping[str, Any], files: list[str], page: bool) -> None:
    """Raise if results would go where something else lies."""
    advice = "Give another folder (--out, out=) or replace it (--force, force=True)."
    held, own = _read(folder), [PAGE, FIGURES_FOLDER] if page else []
    foreign = [*files, MANIFEST, *own] if held is None else [] if held.get("page") else own
    for name in foreign:
        if _is_there(folder / name):
            raise FileExistsError(f"{folder / name} is there already, and not among results of planlab. {advice}")
    if held is None or held.get("study") == question["study"]:
        return
    if held.get("kind") != question["kind"]:
        raise FileExistsError(f"{folder} holds results of another kind, {held.get('kind')}. {advice}")
    told = json.loads(json.dumps(question))
    differ = [key for key in told if key != "study" and held.get(key) != told[key]]
    said = f" (other {', '.join(differ)})" if differ else ""
    raise FileExistsError(f"{folder} holds results of another study{said}. {advice}")


def _is_there(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _read(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder; ``None`` where it has none of planlab's."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "study" in found else None


def load(
    folder: str | os.PathLike[str], kind: str, names: Iterable[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return frames and the manifest that were published.

    Parameters
    ----------
    folder
        Where.
    kind
        What kind of results they have to be.
    names
        Of the frames.

    Raises
    ------
    FileNotFoundError
        If the folder holds no results.
    ValueError
        If files are damaged, of another kind or from different runs.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no results: no {MANIFEST}. Give the folder that they were saved to.")
    manifest = _read(folder)
    if manifest is None:
        raise ValueError(f"{path} is not a manifest of planlab; give the folder that results were saved to.")
    if manifest.get("kind") != kind:
        raise ValueError(f"{folder} holds results of another kind ({manifest.get('kind')}, not {kind}).")
    if "unfinished" in manifest:
        raise ValueError(f"{folder} was left while results were written; run the same again, which repeats nothing.")
    frames, files = {}, manifest.pop("files", {})
    manifest.pop("page")
    for name in names:
        place = folder / f"{name}.parquet"
        content = place.read_bytes() if place.is_file() else b""
        if hashlib.sha256(content).hexdigest() != files.get(place.name):
            raise ValueError(f"{place} is not the file its manifest names; run the same again to replace both.")
        frames[name] = pd.read_parquet(io.BytesIO(content))
    return frames, manifest
