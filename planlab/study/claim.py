"""Numbers that papers print, and what it takes to reproduce one."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from planlab.base.checks import check_choice, check_text

__all__ = ["CANNOT", "DIFFERS", "REPRODUCED", "Claim"]

REPRODUCED, DIFFERS, CANNOT = "reproduced", "differs", "cannot be checked"
STATUSES = (REPRODUCED, DIFFERS, CANNOT)

ARITHMETIC = Fraction(1, 10**9)
"""How far 64-bit arithmetic may be from a fraction, which is printed without rounding."""


@dataclass(frozen=True)
class Claim:
    r"""A number that a paper prints.

    The printed number stands for everything that rounds to it: what is found, :math:`y`, reproduces the printed number
    :math:`p` if

    .. math:: |y - p| \le \varepsilon, \qquad \varepsilon \le \tfrac12 10^{-d},

    with :math:`d` the decimals that are printed, and :math:`\varepsilon \le 10^{-9}` for a fraction, which is exact.

    Parameters
    ----------
    name
        What `reproduce.py` calls it.
    says
        The number in words.
    status
        ``reproduced``, ``differs``, or ``cannot be checked``: what is said to come out.
    printed
        The number as text, with the digits that the source prints, ``381``, ``7.33645`` or ``3/4``; empty if no source
        with it was read.
    where
        Where it is printed.
    why
        Why it does not come out, or cannot be checked.
    tolerance
        As text, narrower than the rounding; empty: half a unit in the last place.
    quick
        Whether it takes seconds.

    Raises
    ------
    TypeError, ValueError
        For a number that is no text, a tolerance wider than the rounding, an unknown status, and what is missing.
    """

    name: str
    says: str
    status: str
    printed: str = ""
    where: str = ""
    why: str = ""
    tolerance: str = ""
    quick: bool = True

    def __post_init__(self) -> None:
        check_choice("status", self.status, STATUSES)
        for field in ("printed", "tolerance"):
            if not isinstance(getattr(self, field), str):
                raise TypeError(
                    f"{field} is {getattr(self, field)!r}; write it as text, with the digits of the source: how it is "
                    "rounded says how near a number has to come."
                )
            if getattr(self, field):
                _exact(field, getattr(self, field))
        for field in ("name", "says", "where", "why"):
            check_text(field, getattr(self, field))
        if not isinstance(self.quick, bool):
            raise TypeError(f"quick is {self.quick!r}; give true or false.")
        if self.printed and not self.where:
            raise ValueError("where is missing; say where the number is printed.")
        if self.status != REPRODUCED and not self.why:
            raise ValueError(f"why is missing; a number with the status {self.status!r} needs a reason.")
        if self.printed and not 0 <= self.allowed <= self.rounding:
            raise ValueError(
                f"tolerance is {self.tolerance}, and what rounds to {self.printed} is within {float(self.rounding):g} "
                "of it; give no more than that, or leave it out."
            )

    @property
    def value(self) -> Fraction:
        """What is printed, as an exact number."""
        return _exact("printed", self.printed)

    @property
    def rounding(self) -> Fraction:
        """How far what is printed may be from what was rounded."""
        if "/" in self.printed:
            return ARITHMETIC
        exponent = Decimal(self.printed).as_tuple().exponent
        assert isinstance(exponent, int)  # only what is not finite has letters here
        return Fraction(1, 2) * Fraction(10) ** exponent

    @property
    def allowed(self) -> Fraction:
        """How far what is found may be from what is printed."""
        return _exact("tolerance", self.tolerance) if self.tolerance else self.rounding

    def verdict(self, found: float | None) -> str:
        """Return the status that follows from what was found."""
        if not self.printed or found is None:
            return CANNOT
        near = math.isfinite(found) and abs(Fraction(found) - self.value) <= self.allowed
        return REPRODUCED if near else DIFFERS


def _exact(name: str, text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} is {text!r}; give a number as text, such as '381', '7.33645' or '3/4'.") from None
