"""What made a result: printed above every table and kept beside every file."""

import os
import platform
from importlib.metadata import version


def provenance(command: str) -> str:
    """Return one line: command, machine, versions."""
    import jax

    device = jax.devices()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("jax", "numpy", "scipy"))
    where = f"{platform.machine()}, {os.cpu_count()} cores, {device.device_kind} ({device.platform})"
    return f"{command} | {where} | Python {platform.python_version()}, {packages}"
