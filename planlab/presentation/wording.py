"""How numbers and names are written, in every table, figure and sentence alike."""

import math

from planlab.study.intervals import Interval

__all__ = ["capital", "compact", "drawn_as", "listed", "percent", "points", "ranged", "reach", "title_of"]

ROUNDING = 1e-9
"""A share this near to none or all is none or all."""


def title_of(name: str) -> str:
    """Return a name as people write it.

    Examples
    --------
    >>> title_of("linear_program")
    'linear program'
    """
    return name.replace("_", " ")


def capital(text: str) -> str:
    """Return a text with a capital first letter, the others as they are.

    Examples
    --------
    >>> capital("vcg with Weitzman's bonus")
    "Vcg with Weitzman's bonus"
    """
    return text[:1].upper() + text[1:]


def listed(parts: list[str]) -> str:
    """Return parts as an enumeration.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def percent(value: float, digits: int = 1, sign: bool = False) -> str:
    r"""Return a share as per cent, with a true minus sign, or a dash where it is unknown.

    Examples
    --------
    >>> percent(0.9312), percent(-0.021, sign=True), percent(float("nan"))
    ('93.1\xa0%', '−2.1\xa0%', '–')
    """
    return _number(100 * value, digits, sign, "\xa0%")


def points(value: float, digits: int = 1, sign: bool = False) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.182), points(-0.182, sign=True)
    ('18.2', '−18.2')
    """
    return _number(100 * value, digits, sign, "")


def reach(found: Interval, digits: int = 1, sign: bool = False) -> str:
    """Return how far runs leave a share open: its 95 % interval, of few runs the lowest and the highest, in per cent.

    Examples
    --------
    >>> reach(Interval((0.66, 0.87))), reach(Interval((-0.02, 0.01)), sign=True)
    ('66.0–87.0', '−2.0 to +1.0')
    >>> reach(Interval((0.66, 0.66))), reach(Interval((0.66, 0.66001))), reach(Interval((0.66,)))
    ('one world', 'within 0.1', '')
    >>> reach(Interval((1.0, 1.0))), reach(Interval((1 - 1e-12, 1 - 1e-12)))
    ('always', 'always')
    >>> reach(Interval((0.66, 0.87), missing=3)), reach(Interval((0.66,), missing=4))
    ('66.0–87.0 of 2 runs', '1 run')
    """
    if found.seeds < 2:
        return "1 run" if found.seeds and found.missing else ""
    if found.is_one_world:
        extreme = min(abs(found.mean), abs(1 - found.mean)) < ROUNDING  # different worlds, too, give all or nothing
        return "always" if extreme else "one world"
    low, high = (points(end, digits, sign) for end in found.ends)
    span = f"{low} to {high}" if sign or found.ends[0] < 0 else f"{low}–{high}"
    text = f"within {10.0**-digits:g}" if low == high else span
    return f"{text} of {found.seeds} runs" if found.missing else text


def ranged(found: Interval, digits: int = 1, sign: bool = False) -> str:
    """Return a mean share in per cent and, in brackets, how far runs leave it open.

    Examples
    --------
    >>> ranged(Interval((0.66, 0.87))), ranged(Interval((0.66,))), ranged(Interval())
    ('76.5 (66.0–87.0)', '66.0', '–')
    """
    mean, open_ = points(found.mean, digits, sign), reach(found, digits, sign)
    return f"{mean} ({open_})" if open_ else mean


def drawn_as(varies: bool, has_intervals: bool) -> str:
    """Return how charts show what runs leave open."""
    if not varies:
        return ""
    return "Bars and bands are 95\xa0% intervals." if has_intervals else "Small dots are single runs."


def compact(value: float) -> str:
    """Return a count in at most five characters.

    Examples
    --------
    >>> [compact(x) for x in (7, 12_345, 999_999, 2.5e9, float("nan"))]
    ['7', '12.3k', '1.0M', '2.5G', '–']
    """
    if not math.isfinite(value):
        return "–"
    for unit in ("", "k", "M", "G"):
        if abs(value) < (1000 if not unit else 999.95):
            return f"{value:.1f}{unit}" if unit else f"{value:.0f}"
        value /= 1000
    return f"{value:.1f}T"


def _number(value: float, digits: int, sign: bool, unit: str) -> str:
    if not math.isfinite(value):
        return "–"
    text = f"{round(value, digits) + 0.0:{'+' if sign else ''}.{digits}f}"
    return text.replace("-", "−") + unit
