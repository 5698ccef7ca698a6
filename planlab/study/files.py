"""Files that are there whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["place", "write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at every moment either the old one or the new one is there, never half of it.

    Raises
    ------
    OSError
        Naming the file, for instance on a full disk; then the old one is still there.
    """
    try:
        _replaced(path, content)
    except OSError as error:
        if error.errno is None:
            raise type(error)(f"{path}: {error}") from error
        raise OSError(error.errno, error.strerror, str(path)) from error


def place(folder: Path, draw: Callable[[Path], Any]) -> list[Path]:
    """Have files drawn aside, and move them into a folder once all of them are whole.

    Parameters
    ----------
    folder
        Made if it is not there.
    draw
        Writes files into the empty folder it is given.

    Returns
    -------
    list of pathlib.Path
        The files in their place.

    Raises
    ------
    OSError
        Naming the file; then everything is as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".drawing.") as aside:
        try:
            draw(Path(aside))
            drawn = sorted(path for path in Path(aside).rglob("*") if path.is_file())
            for path in drawn:
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        except OSError as error:
            written = sorted(Path(aside).rglob("*"), key=lambda path: path.stat().st_mtime_ns)
            name = error.filename or (written[-1] if written else aside)
            where = str(folder / Path(name).relative_to(aside)) if Path(name).is_relative_to(aside) else str(name)
            raise OSError(error.errno, error.strerror or str(error), where) from error
        placed = [folder / path.relative_to(aside) for path in drawn]
        for path, final in zip(drawn, placed, strict=True):
            final.parent.mkdir(exist_ok=True)
            os.replace(path, final)
    return placed


def _replaced(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if os.name == "posix":
        parent = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
