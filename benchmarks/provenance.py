"""What made a result: printed above every table and kept beside every file."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path


def provenance() -> str:
    """Return one line: command, machine, versions."""
    import jax

    words = [Path(word).name if "/" in word else word for word in sys.argv[1:]]
    command = " ".join(["python -m benchmarks." + Path(sys.argv[0]).stem, *words])
    device = jax.devices()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("jax", "numpy", "scipy"))
    where = f"{platform.machine()}, {os.cpu_count()} cores, {device.device_kind} ({device.platform})"
    return f"{command} | {where} | Python {platform.python_version()}, {packages}"
