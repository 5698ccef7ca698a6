"""The one place where what users hand over is checked: every error names the argument and says what to give instead.

Here is what does not depend on where it is asked: numbers, whole numbers, choices, kinds, names. What an array of an
economy must be is checked where its labels are aligned, in `planlab.economy.arrays` and `planlab.economy.checks`.
JAX is imported where it is needed, so that a command line that only lists names does not wait for it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from inspect import isabstract
from typing import Any, NamedTuple, NoReturn

import numpy as np

__all__: list[str] = []


class Limit(NamedTuple):
    """Which finite numbers make sense: in words, and as a test of each."""

    words: str
    met: Callable[[np.ndarray], np.ndarray]


FINITE = Limit("a finite number", np.isfinite)
POSITIVE = Limit("a number above 0", lambda x: x > 0)
AT_LEAST_0 = Limit("a number of at least 0", lambda x: x >= 0)
AT_LEAST_1 = Limit("a number of at least 1", lambda x: x >= 1)
ABOVE_1 = Limit("a number above 1", lambda x: x > 1)
SHARE = Limit("a number from 0 to 1", lambda x: (x >= 0) & (x <= 1))
ABOVE_0_TO_1 = Limit("a number above 0 and at most 1", lambda x: (x > 0) & (x <= 1))
ABOVE_MINUS_1 = Limit("a number above -1", lambda x: x > -1)
UNDER_1 = Limit("a number below 1", lambda x: x < 1)
BELOW_1 = Limit("a number from 0 to below 1", lambda x: (x >= 0) & (x < 1))
INSIDE_0_1 = Limit("a number between 0 and 1", lambda x: (x > 0) & (x < 1))


def between(low: float, high: float, above: bool = False, below: bool = False) -> Limit:
    """Return the limit of numbers from `low` to `high`, above the one or below the other if asked.

    Examples
    --------
    >>> between(0, 1, above=True).words
    'a number above 0 and at most 1'
    """
    words = f"a number {'above' if above else 'of at least'} {low:g} and {'below' if below else 'at most'} {high:g}"
    return Limit(words, lambda x: (x > low if above else x >= low) & (x < high if below else x <= high))


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


def check_float(name: str, value: Any, limit: Limit) -> float:
    """Return one number within a limit.

    Raises
    ------
    TypeError, ValueError
        As `check_number`, and for what JAX traces: it has to be known.
    """
    if not is_number(value) or hidden(value):
        raise TypeError(f"{name} is {value!r}; give a number.")
    check_number(name, value, limit)
    return float(value)


def check_positive(name: str, values: Any, wanted: str) -> tuple[float, ...]:
    """Return numbers above 0, one or several.

    Raises
    ------
    ValueError
        For anything else; it asks for what is wanted.
    """
    try:
        numbers = np.atleast_1d(np.asarray(values, float))
    except (TypeError, ValueError):
        numbers = np.zeros(1)
    if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all() or numbers.min() <= 0:
        raise ValueError(f"{name} is {values!r}; give {wanted}.")
    return tuple(numbers.tolist())


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
    import jax

    if isinstance(value, jax.core.Tracer | jax.ShapeDtypeStruct):
        return True
    return isinstance(value, jax.Array) and (value.is_deleted() or not value.is_fully_addressable)


def is_number(value: Any) -> bool:
    """Return whether a value is a real number, or an array of them; a truth value is none."""
    if isinstance(value, int | float):
        return not isinstance(value, bool)
    import jax

    kinds = (np.floating, np.integer)
    return isinstance(value, np.generic | np.ndarray | jax.Array) and any(
        jax.dtypes.issubdtype(value.dtype, kind) for kind in kinds
    )


def entries(value: Any) -> np.ndarray | None:
    """Return nested numbers as an array: an empty one if they are none, nothing if they cannot be looked at."""
    import jax

    if any(hidden(leaf) for leaf in jax.tree.leaves(value)):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return np.empty(0)
    return array if array.dtype.kind in "fiu" else np.empty(0)


def is_finite(value: Any) -> bool:
    """Return whether a value is one real and finite number."""
    return is_number(value) and np.ndim(value) == 0 and bool(np.isfinite(value))


def of_kind(name: str, value: Any, kind: type) -> None:
    """Require a part of a kind.

    Parameters
    ----------
    name
        What errors call it.
    value
        What was given.
    kind
        For instance `Reward`.

    Raises
    ------
    TypeError
        For anything else, with an example.
    """
    if not isinstance(value, kind):
        concrete = [found for found in (kind, *kind.__subclasses__()) if not isabstract(found)]
        example = (concrete or [kind])[0].__name__
        raise TypeError(f"{name} is {value!r}, which is not of kind {kind.__name__}; give for instance pl.{example}().")


def check_choice(name: str, value: Any, known: Collection[str]) -> None:
    """Require one of some names.

    Raises
    ------
    ValueError
        For anything else, with all of them.
    """
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} is {value!r}; choose one of {', '.join(known)}.")


def check_text(name: str, value: Any) -> str:
    """Return a text; raise TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}; give a text.")
    return value


def check_key(name: str, key: Any) -> str:
    """Return a key of a mapping that is a name; raise TypeError for anything else."""
    if not isinstance(key, str) or not key:
        raise TypeError(f"{name} is keyed by {in_short(key)}; give names as text.")
    return key


def check_once(name: str, names: Sequence[str]) -> None:
    """Require that nothing is named twice; raise ValueError otherwise."""
    if len(set(names)) < len(names):
        raise ValueError(f"{name} names one twice: {', '.join(names)}. Name each once.")


def check_some(name: str, values: Collection[Any], example: str) -> None:
    """Require that there is at least one; raise ValueError with an example otherwise."""
    if not len(values):
        raise ValueError(f"{name} is empty; give at least one, for instance {example}.")


def near(name: Any, known: Iterable[str]) -> str:
    """Return a question after the known name that is nearest, "" where none is near.

    Examples
    --------
    >>> near("honset", ["honest", "learning"]), near("lieing", ["honest", "learning"])
    (" Did you mean 'honest'?", '')
    """
    found = get_close_matches(str(name), list(known), n=1, cutoff=0.75)
    return f" Did you mean {found[0]!r}?" if found else ""


def unknown(what: str, name: Any, known: Collection[str], lost: Iterable[str] = ()) -> NoReturn:
    """Raise ValueError with the nearest name, all that there are, and why others are not known."""
    listed = f" Known: {', '.join(known)}." if known else " It has none."
    raise ValueError(" ".join([f"No {what} {name!r}.{near(name, known)}{listed}", *lost]))


def in_short(value: Any, most: int = 60) -> str:
    """Return a value as errors show it: as it is written where that is short, else its kind."""
    written = repr(value) if isinstance(value, str | int | float | bool | list | tuple | dict | type(None)) else ""
    if isinstance(value, list | tuple) and (len(written) > most or not all(map(_is_plain, value))):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict) and (len(written) > most or not all(map(_is_plain, value.values()))):
        return f"a dict with {', '.join(map(str, value))}"
    return written if written and len(written) <= most else f"a {type(value).__name__}"


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | list | dict | type(None))
