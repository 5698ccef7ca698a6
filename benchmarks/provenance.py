"""What made a result: printed above every table and kept beside every file."""

import os
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path


def provenance(*others: str) -> str:
    """Return one line: command, machine, versions, of other packages too."""
    import jax

    words = [",".join(map(_without_folder, word.split(","))) for word in sys.argv[1:]]
    command = f"python -m benchmarks.{Path(sys.argv[0]).stem} {shlex.join(words)}".rstrip()
    device = jax.devices()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("jax", "numpy", "scipy", *others))
    where = f"{platform.machine()}, {os.cpu_count()} cores, {device.device_kind} ({device.platform})"
    return f"{command} | {where} | Python {platform.python_version()}, {packages}"


def _without_folder(word: str) -> str:
    """Return a path's last part; labels such as "region / sector" are no paths."""
    return Path(word).name if "/" in word and " / " not in word else word
