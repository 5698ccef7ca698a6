"""What has been worked out already: one file per finished cell, by its address."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from planlab.study.files import write_whole

__all__ = ["Cells"]


_SAID = "said"


class Cells:
    """A folder of cells, each on disk as soon as it is finished and found again by what determines it.

    Parameters
    ----------
    folder
        Made when the first cell is kept.

    Attributes
    ----------
    failure
        The first error that kept a cell from being written, for instance a full disk; ``None``: there was none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failure: OSError | None = None

    def find(self, address: str) -> dict[str, Any] | None:
        """Return the cell of an address; ``None`` where there is none, or what is there is damaged."""
        try:
            with np.load(io.BytesIO(self._path(address).read_bytes()), allow_pickle=False) as held:
                arrays = {name: held[name] for name in held.files}
            return json.loads(arrays.pop(_SAID).tobytes()) | arrays
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def keep(self, address: str, cell: Mapping[str, Any]) -> None:
        """Write a cell: arrays as they are, all else as JSON."""
        arrays = {name: value for name, value in cell.items() if isinstance(value, np.ndarray)}
        said = json.dumps({name: value for name, value in cell.items() if name not in arrays})
        arrays[_SAID] = np.frombuffer(said.encode(), np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(address), buffer.getvalue())
        except OSError as error:
            self.failure = self.failure or error

    def _path(self, address: str) -> Path:
        return self.folder / f"{address}.npz"
