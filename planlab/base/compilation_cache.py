"""What JAX has compiled is kept on disk, so that the next process need not compile it again.

The folder belongs to one user and one kind of processor, and keeps up to a gigabyte. ``JAX_COMPILATION_CACHE_DIR``
names another folder, ``JAX_ENABLE_COMPILATION_CACHE=0`` turns it off.
"""

import os
import platform
import sys
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import Any

import jax

__all__ = ["keep_compiled", "user_cache"]

MOST = 2**30
"""Bytes beyond which the oldest entries are deleted."""


def keep_compiled() -> Path | None:
    """Let JAX keep what it compiles in the user's cache folder, unless the user has said otherwise.

    Returns
    -------
    pathlib.Path
        Where; ``None`` if the user has chosen a folder, has turned the cache off or has no folder that can be written.
    """
    said: Any = jax.config
    if not said.jax_enable_compilation_cache or said.jax_compilation_cache_dir is not None:
        return None
    try:
        folder = user_cache() / "planlab" / "compiled" / _processor()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            _forget_oldest(folder)
    except (OSError, RuntimeError):  # no home, or none to write in
        return None
    jax.config.update("jax_compilation_cache_dir", str(folder))
    if "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS" not in os.environ:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    # an entry that is being written by another process, or a full disk: it is compiled, as if there were no cache
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache", UserWarning)
    return folder


def user_cache() -> Path:
    """Return the folder for what the user's programmes can do without, as the system names it.

    Raises
    ------
    RuntimeError
        If the user has no home.
    """
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".cache"


def _processor() -> str:
    """Return a name for the kind of processor: what is compiled for one may not run on another with the same home."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    can = next((line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor())
    return f"{platform.machine()}-{zlib.crc32(can.encode()):08x}"


def _forget_oldest(folder: Path) -> None:
    """Delete the oldest entries until half of what may be kept is left, if there is more than that."""
    entries = sorted(((e.stat().st_mtime, e.stat().st_size, e.path) for e in os.scandir(folder)), reverse=True)
    if sum(size for _, size, _ in entries) <= MOST:
        return
    kept = 0
    for _, size, path in entries:
        kept += size
        if kept > MOST / 2:
            Path(path).unlink(missing_ok=True)
