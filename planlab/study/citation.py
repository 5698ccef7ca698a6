"""What to cite: entries of the bibliography that ships with the package."""

import re
from functools import cache
from importlib.resources import files

__all__ = ["bibtex"]


@cache
def _entries() -> dict[str, str]:
    text = files("planlab").joinpath("references.bib").read_text(encoding="utf-8")
    return {match[1]: match[0] for match in re.finditer(r"^@\w+\{([^,]+),.*?^\}", text, re.M | re.S)}


def bibtex(key: str) -> str:
    """Return the BibTeX entry of a key.

    Raises
    ------
    ValueError
        If the bibliography has no such entry.

    Examples
    --------
    >>> bibtex("kantorovich:39").splitlines()[0]
    '@book{kantorovich:39,'
    """
    if key not in _entries():
        raise ValueError(f"No entry {key!r} in planlab/references.bib; add it there.")
    return _entries()[key]
