"""What made some results: versions, parts, worlds, seeds, the commit."""

import dataclasses
import hashlib
import json
import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import planlab

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario
    from planlab.simulation.setting import Setting
    from planlab.study.design import Design

__all__ = ["asked", "made_by", "results_hash", "scenario_hash", "spelled", "study_hash", "typed", "world_of"]

_PACKAGES = ("jax", "jaxlib", "equinox", "numpy", "scipy", "pandas", "networkx", "highspy")

SPELLED = 50
"""Up to this many numbers of an array are written out; of a longer one its shape and hash."""


_typed: list[str] = []


def typed(arguments: Sequence[str]) -> None:
    """Note what this process was asked on the command line of planlab."""
    _typed[:] = arguments


def made_by() -> dict[str, Any]:
    """Return what computed: versions, commit, machine, the date, and the command line where it was planlab's."""
    return {
        **({"command": shlex.join(["planlab", *_typed])} if _typed else {}),
        "planlab": planlab.__version__,
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "packages": _versions(),
    }


def asked(design: "Design", brief: bool = False) -> dict[str, Any]:
    """Return what a comparison asks: worlds, seeds, parts with their parameters.

    Parameters
    ----------
    design
        What is compared.
    brief
        Whether parameters that have their defaults are left out.
    """
    question: dict[str, Any] = {
        "kind": "comparison",
        "scenario": world_of(*design.scenarios),
        "seeds": list(design.seeds),
        "periods": design.periods,
        "mechanisms": {name: spelled(part, brief) for name, part in design.mechanisms.items()},
        "behaviours": {
            name: {part: spelled(value, brief) for part, value in varied(each).items()}
            for name, each in design.behaviours.items()
        },
        "physics": spelled(design.physics, brief),
        "bound": design.bound,
        **often(design),
    }
    return question if brief else question | {"study": study_hash(asked(design, brief=True))}


def varied(setting: "Setting") -> dict[str, Any]:
    """Return the parts of a setting that a comparison varies."""
    pay = {} if setting.reward is None else {"reward": setting.reward}
    return {"behaviour": setting.behaviour, "channel": setting.channel} | pay


def often(design: "Design") -> dict[str, int]:
    """Return how often is planned, how far ahead is announced, and how often is drawn, where that is not as usual."""
    one = next(iter(design.behaviours.values()))
    dials = {"replans": (one.replans, 1), "horizon": (one.horizon, 0), "draws": (design.draws, 1)}
    return {name: value for name, (value, usual) in dials.items() if value != usual}


def study_hash(question: dict[str, Any]) -> str:
    """Return the hash of what is asked, by which a folder knows whose results it holds."""
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def world_of(*scenarios: "Scenario") -> dict[str, Any]:
    """Return the name, the size and the hash of one or more scenarios."""
    first, hashes = scenarios[0], [scenario_hash(scenario) for scenario in scenarios]
    sizes = {"products": first.economy.products, "processes": first.economy.processes, "communities": first.communities}
    return {"name": first.name, **sizes, "sha256": hashes[0] if len(hashes) == 1 else hashes}


def results_hash(table: pd.DataFrame) -> str:
    """Return the hash of a table's bits: equal for equal seeds on one machine."""
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        values = (
            column.to_numpy(float).tobytes() if pd.api.types.is_numeric_dtype(column) else repr(list(column)).encode()
        )
        digest.update(name.encode() + b"\0" + values)
    return digest.hexdigest()


def scenario_hash(scenario: "Scenario") -> str:
    """Return the SHA-256 of a scenario's arrays, with their shapes and types."""
    import jax

    digest = hashlib.sha256(",".join(scenario.economy.factor_kinds).encode())
    for leaf in jax.tree.leaves(scenario):
        array = np.ascontiguousarray(leaf)
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def spelled(part: Any, brief: bool = False) -> str:
    """Return a part with its parameters on one line, if `brief` without those that have their defaults.

    Examples
    --------
    >>> spelled(planlab.Hierarchy(levels=2), brief=True)
    'Hierarchy(levels=2)'
    """
    if dataclasses.is_dataclass(part):
        inside = []
        for field in dataclasses.fields(part):
            said = spelled(getattr(part, field.name), brief)
            if not (brief and said == spelled(field.default, brief)):
                inside.append(f"{field.name}={said}")
        return f"{type(part).__name__}({', '.join(inside)})"
    if isinstance(part, tuple):
        return f"({', '.join(spelled(each, brief) for each in part)})"
    if not hasattr(part, "tolist"):
        return repr(part)
    array = np.asarray(part)
    if array.size <= SPELLED:
        return repr(array.tolist())
    return f"{array.dtype}{list(array.shape)} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]}"


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
