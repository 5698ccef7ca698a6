"""Parts by name: all kinds of a part that were defined, under the names they have in files and on command lines."""

import inspect
import re
import sys
from typing import Any

__all__ = ["kinds", "spelled"]


def spelled(kind: type) -> str:
    """Return what a class is called in files and on command lines: in lower case, with underscores."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def kinds(base: type) -> dict[str, Any]:
    """Return the kinds of a part by the names they have in files and on command lines: all that users may make.

    Examples
    --------
    >>> import planlab
    >>> kinds(planlab.Channel)["hierarchy"].__name__
    'Hierarchy'
    """
    found: dict[str, Any] = {}
    below: list[Any] = base.__subclasses__()
    for kind in below:
        if inspect.isabstract(kind):
            found |= kinds(kind)
        elif not kind.__module__.startswith("planlab.") or _is_public(kind):
            found[spelled(kind)] = kind
    return found


def _is_public(kind: type) -> bool:
    """Return whether users may make a part of planlab's: its module says so, and is not for tests."""
    module = sys.modules[kind.__module__]
    return kind.__name__ in getattr(module, "__all__", ()) and not kind.__module__.startswith("planlab.testing.")
