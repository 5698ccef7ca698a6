"""One run at a time: a lock on a folder that the system takes back when its holder dies."""

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]  # a module elsewhere

__all__ = ["locked"]

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for one run; a holder that was killed holds nothing.

    Raises
    ------
    BlockingIOError
        If another run holds it, with its process, machine and time.
    OSError
        If the folder cannot be written to.
    """
    path = folder / NAME
    with path.open("a+", encoding="utf-8") as file:
        if not _taken(file, path):
            raise BlockingIOError(f"{folder} is written to by {_holder(path)}. Wait for it, or give another folder.")
        me = {"process": os.getpid(), "machine": socket.gethostname(), "since": f"{datetime.now():%F %T}"}
        file.truncate(0)
        file.write(json.dumps(me))
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)


def _taken(file: IO[str], path: Path) -> bool:
    """Take the lock of an open file, which ends with the file or the process; return whether nobody else had it."""
    if fcntl is None:
        return _taken_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        return not _is_alive(path)  # a file system without locks: go by the process that is named
    return True


def _taken_on_windows(file: IO[str]) -> bool:
    import msvcrt

    file.seek(1 << 30)  # far behind what is written, which others may read
    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows only
    except OSError:
        return False
    return True


def _is_alive(path: Path) -> bool:
    """Return whether the process that a lock names may still run: one of another machine may."""
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        if named["machine"] != socket.gethostname():
            return True
        os.kill(named["process"], 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _holder(path: Path) -> str:
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        return f"process {named['process']} on {named['machine']}, since {named['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
