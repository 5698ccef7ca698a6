"""What a docstring says at its head, for lists and pages."""

import inspect
import re
from typing import Any

__all__ = ["head_of", "plain_head_of"]


def head_of(thing: Any) -> str:
    """Return the first paragraph of a docstring on one line; nothing where there is none."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def plain_head_of(thing: Any) -> str:
    r"""Return the first paragraph of a docstring on one line, without markup and references.

    Examples
    --------
    >>> def ray():
    ...     "Return :math:`x` as in `Ray` (Kantorovich 1939 :cite:`kantorovich:39`)."
    >>> plain_head_of(ray)
    'Return x as in Ray (Kantorovich 1939).'
    """
    return re.sub(r":math:|`", "", re.sub(r" ?:cite:`[^`]*`", "", head_of(thing)))
