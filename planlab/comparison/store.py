"""Results on disk: Parquet beside a manifest of what made them, each file whole or not at all."""

import dataclasses
import hashlib
import io
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import planlab

if TYPE_CHECKING:
    from planlab.comparison.design import Design
    from planlab.comparison.runner import Frames
    from planlab.economy.economy import Scenario

__all__ = ["FRAMES", "load", "manifest", "save", "scenario_hash", "write_whole"]

FRAMES = ("table", "periods", "shortfalls", "bounds")
MANIFEST = "manifest.json"
_PACKAGES = ("jax", "jaxlib", "equinox", "numpy", "scipy", "pandas", "networkx", "highspy")


def save(folder: str | os.PathLike[str], frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> Path:
    """Save frames and manifest into a folder.

    Every file is written beside its place, flushed to disk and renamed; the manifest comes last and names the hash of
    every other file, so that `load` notices when they do not belong together.

    Parameters
    ----------
    folder
        Made if it is not there; earlier results in it are replaced.
    frames
        By name, see `FRAMES`.
    manifest
        What made them.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ModuleNotFoundError
        Without the ``data`` extra.
    """
    try:
        import pyarrow  # noqa: F401 - its absence is told here
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Parquet needs pyarrow: pip install 'planlab[data]'.") from error
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name in FRAMES:
        buffer = io.BytesIO()
        frames[name].to_parquet(buffer, index=False)
        content = buffer.getvalue()
        write_whole(folder / f"{name}.parquet", content)
        files[f"{name}.parquet"] = hashlib.sha256(content).hexdigest()
    text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(folder / MANIFEST, text.encode())
    return folder


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at every moment either the old one or the new one is there, never half of it."""
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


def load(folder: str | os.PathLike[str]) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return frames and manifest that `save` wrote.

    Raises
    ------
    FileNotFoundError
        If the folder holds no results.
    ValueError
        If files are damaged or come from different runs.
    """
    folder = Path(folder)
    place = folder / MANIFEST
    if not place.is_file():
        raise FileNotFoundError(f"{folder} holds no results: no {MANIFEST}. Give the folder that `save` wrote to.")
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
        files = manifest.pop("files")
        listed = {name: files[f"{name}.parquet"] for name in FRAMES}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{place} is not a manifest of planlab ({error}); run the comparison again.") from error
    frames = {}
    for name, expected in listed.items():
        path = folder / f"{name}.parquet"
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(f"{path} is not the file its manifest names; run the comparison again to replace both.")
        frames[name] = pd.read_parquet(io.BytesIO(content))
    return frames, manifest


def manifest(design: "Design", frames: "Frames") -> dict[str, Any]:
    """Return what made the numbers: versions, seeds, parameters, scenario, commit, date.

    Parameters
    ----------
    design
        What was compared.
    frames
        What came out; of the table everything but seconds is hashed as ``results_sha256``.

    Returns
    -------
    dict
        Fit for JSON.
    """
    first = design.scenarios[0]
    hashes = [scenario_hash(s) for s in design.scenarios]
    sizes = {"products": first.economy.products, "processes": first.economy.processes, "communities": first.communities}
    return {
        "planlab": planlab.__version__,
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "packages": _versions(),
        "scenario": {"name": first.name, **sizes, "sha256": hashes[0] if len(hashes) == 1 else hashes},
        "seeds": list(design.seeds),
        "periods": design.periods,
        "mechanisms": {name: _spelled(part) for name, part in design.mechanisms.items()},
        "behaviours": {
            name: {"behaviour": _spelled(b), "channel": _spelled(c)} for name, (b, c) in design.behaviours.items()
        },
        "execution": _spelled(design.execution),
        "results_sha256": results_hash(frames.table),
    }


def results_hash(table: pd.DataFrame) -> str:
    """Return the hash of a table's bits, seconds left out: equal for equal seeds on one machine."""
    digest = hashlib.sha256()
    for name in table.columns.drop("seconds", errors="ignore"):
        column = table[name]
        values = (
            column.to_numpy(float).tobytes() if pd.api.types.is_numeric_dtype(column) else repr(list(column)).encode()
        )
        digest.update(name.encode() + b"\0" + values)
    return digest.hexdigest()


def scenario_hash(scenario: "Scenario") -> str:
    """Return the SHA-256 of a scenario's arrays, with their shapes and types."""
    import jax
    import numpy as np

    digest = hashlib.sha256(",".join(scenario.economy.factor_kinds).encode())
    for leaf in jax.tree.leaves(scenario):
        array = np.ascontiguousarray(leaf)
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def _spelled(part: Any) -> str:
    """Return a part with all its parameters, defaults included, on one line."""
    if dataclasses.is_dataclass(part):
        inside = (f"{field.name}={_spelled(getattr(part, field.name))}" for field in dataclasses.fields(part))
        return f"{type(part).__name__}({', '.join(inside)})"
    if isinstance(part, tuple):
        return f"({', '.join(map(_spelled, part))})"
    return repr(part.tolist()) if hasattr(part, "tolist") else repr(part)


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _commit() -> str | None:
    """Return the commit of planlab's own source, marked where it was changed since; ``None`` outside a repository."""
    here = Path(planlab.__file__).parent

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(here), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", "__init__.py")
        changed = " with changes" if git("status", "--porcelain", "--", ".") else ""
        return git("rev-parse", "HEAD") + changed
    except (OSError, subprocess.SubprocessError):
        return None
