"""What readers of published tables share."""

import importlib.util
from pathlib import Path

import pandas as pd

__all__ = ["bundled_csv", "numbers_of"]


def bundled_csv(file: str) -> Path:
    """Return the path of a CSV that quantecon-book-networks carries, without running the package."""
    spec = importlib.util.find_spec("quantecon_book_networks")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "This table comes with quantecon-book-networks; install it with pip install 'planlab[data]'."
        )
    return Path(spec.submodule_search_locations[0]) / "data" / "csv_files" / file


def numbers_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a published sheet as numbers; the publishers' ``---`` is an empty cell, that is zero."""
    return frame.replace("---", "0").fillna("0").astype(float)
