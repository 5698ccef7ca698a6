"""Checks of what parts are made with: every error names the field and says what to give instead."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

__all__: list[str] = []


class Limit(NamedTuple):
    """Which finite numbers make sense: in words, and as a test of each."""

    words: str
    met: Callable[[np.ndarray], np.ndarray]


FINITE = Limit("a finite number", np.isfinite)
POSITIVE = Limit("a number above 0", lambda x: x > 0)
AT_LEAST_0 = Limit("a number of at least 0", lambda x: x >= 0)
ABOVE_1 = Limit("a number above 1", lambda x: x > 1)
SHARE = Limit("a number from 0 to 1", lambda x: (x >= 0) & (x <= 1))
ABOVE_0_TO_1 = Limit("a number above 0, up to 1", lambda x: (x > 0) & (x <= 1))
ABOVE_MINUS_1 = Limit("a number above -1", lambda x: x > -1)
UNDER_1 = Limit("a number below 1", lambda x: x < 1)
BELOW_1 = Limit("a number from 0 to below 1", lambda x: (x >= 0) & (x < 1))


def check_number(name: str, value: Any, limit: Limit, arrays: bool = False) -> None:
    """Require a finite number within a limit; what cannot be looked at is let through.

    Parameters
    ----------
    name
        What errors call it.
    value
        What was given.
    limit
        Which numbers make sense.
    arrays
        Whether an array of one dimension may stand for a number.

    Raises
    ------
    TypeError
        For what is no number.
    ValueError
        For arrays where they make no sense, and for numbers outside their limit.
    """
    if hidden(value):
        return
    if not is_number(value):
        raise TypeError(f"{name} is {value!r}; give {limit.words}.")
    x = np.asarray(value, float)
    if x.ndim > arrays:
        asked = "give one number, or a row of them" if arrays else "give one number"
        raise ValueError(f"{name} has shape {x.shape}; {asked}.")
    fits = np.isfinite(x) & limit.met(x)
    if not fits.all():
        first = np.asarray(value)[~fits].flat[0].item()
        asked = "let each entry be" if x.ndim else "give"
        raise ValueError(f"{name} {'holds' if x.ndim else 'is'} {first!r}; {asked} {limit.words}.")


def check_whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number within bounds.

    Raises
    ------
    TypeError, ValueError
        For anything else, by name.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; give a whole number.")
    if value < least or (most is not None and value > most):
        between = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} is {value}; give a whole number {between}.")
    return int(value)


def hidden(value: Any) -> bool:
    """Return whether a value cannot be looked at: JAX traces it, or it is elsewhere."""
    if isinstance(value, jax.core.Tracer | jax.ShapeDtypeStruct):
        return True
    return isinstance(value, jax.Array) and (value.is_deleted() or not value.is_fully_addressable)


def is_number(value: Any) -> bool:
    """Return whether a value is a real number, or an array of them; a truth value is none."""
    if isinstance(value, int | float):
        return not isinstance(value, bool)
    kinds = (np.floating, np.integer)
    return isinstance(value, np.generic | np.ndarray | jax.Array) and any(
        jax.dtypes.issubdtype(value.dtype, kind) for kind in kinds
    )


def entries(value: Any) -> np.ndarray | None:
    """Return nested numbers as an array: an empty one if they are none, nothing if they cannot be looked at."""
    if any(hidden(leaf) for leaf in jax.tree.leaves(value)):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return np.empty(0)
    return array if array.dtype.kind in "fiu" else np.empty(0)


def of_kind(part: Any, name: str, kind: type, example: str) -> None:
    """Require that a field holds a part of a kind.

    Parameters
    ----------
    part
        What is being made.
    name
        Its field.
    kind
        For instance `Reward`.
    example
        One of them.

    Raises
    ------
    TypeError
        For anything else.
    """
    value = getattr(part, name)
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {value!r}, which is not of kind {kind.__name__}; give for instance {example}.")
