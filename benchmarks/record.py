"""Measured numbers kept for figures, beside what is printed for people."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["may_be_kept", "save"]


def may_be_kept(parser: argparse.ArgumentParser) -> None:
    """Add the option of a CSV file for all rows."""
    parser.add_argument("--out", type=Path, help="a CSV file for all rows; benchmarks.figures draws from these")


def save(rows: Iterable[Any], path: Path | None) -> pd.DataFrame:
    """Return rows as a table, after writing it to `path` if there is one; called after every row, so none is lost."""
    table = pd.DataFrame(rows)
    if path:
        table.to_csv(path, index=False, float_format="%.4g")
    return table
