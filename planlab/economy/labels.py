"""What products, processes, factors and communities are called, and in which units they are counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import wadler_lindig

__all__ = ["Labels"]

UNITS = {"products": "product_units", "processes": "process_units", "factors": "factor_units"}
"""Where the units along an axis stand."""


@dataclass(frozen=True)
class Labels:
    """Names for people to read; mechanisms never see them. ``None`` means numbered.

    Parameters
    ----------
    products, processes, factors, communities
        Names along each axis.
    sectors, regions
        What the codes of `planlab.Economy` stand for.
    product_units, process_units, factor_units
        In what each product, each process's activity and each factor is counted; one text where all are alike.

    Raises
    ------
    TypeError
        For a single text where names are meant.

    Examples
    --------
    >>> Labels(products=["iron", "corn"], product_units="t")
    Labels(products: 'iron', 'corn'; product_units: 't')
    """

    products: tuple[str, ...] | None = None
    processes: tuple[str, ...] | None = None
    factors: tuple[str, ...] | None = None
    communities: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    product_units: str | tuple[str, ...] | None = None
    process_units: str | tuple[str, ...] | None = None
    factor_units: str | tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Make every sequence of names a tuple of texts."""
        for field in fields(self):
            names = getattr(self, field.name)
            if names is None or (isinstance(names, str) and field.name.endswith("_units")):
                continue
            if isinstance(names, str) or not isinstance(names, Iterable):
                raise TypeError(f"labels.{field.name} is {names!r}; give several names, such as ['iron', 'corn'].")
            object.__setattr__(self, field.name, tuple(map(str, names)))

    def __repr__(self) -> str:
        """Name the first few along each axis."""
        parts = []
        for field in fields(self):
            names = getattr(self, field.name)
            if names is not None:
                few = [names] if isinstance(names, str) else names[:3]
                more = "" if isinstance(names, str) or len(names) <= 3 else f", ... ({len(names)})"
                parts.append(f"{field.name}: {', '.join(map(repr, few))}{more}")
        return f"Labels({'; '.join(parts)})"

    def __pdoc__(self, **_: Any) -> wadler_lindig.AbstractDoc:
        return wadler_lindig.TextDoc(repr(self))

    def of(self, axis: str, size: int) -> tuple[str, ...]:
        """Return the names along `axis`, numbered from 0 where none were given.

        Examples
        --------
        >>> Labels(products=("iron", "corn")).of("products", 2)
        ('iron', 'corn')
        >>> Labels().of("products", 2)
        ('product 0', 'product 1')
        """
        return getattr(self, axis) or tuple(f"{singular(axis)} {i}" for i in range(size))

    def units(self, axis: str, size: int) -> tuple[str, ...] | None:
        """Return the unit of each along `axis`, ``None`` where they are not known.

        Examples
        --------
        >>> Labels(product_units="t").units("products", 2)
        ('t', 't')
        """
        units = getattr(self, UNITS[axis]) if axis in UNITS else None
        return (units,) * size if isinstance(units, str) else units

    def unit(self, axis: str) -> str | None:
        """Return the unit that everything along `axis` has in common, ``None`` where there is none or it is not known.

        Examples
        --------
        >>> Labels(factor_units=("h", "h")).unit("factors"), Labels(factor_units=("h", "J")).unit("factors")
        ('h', None)
        """
        units = getattr(self, UNITS[axis]) if axis in UNITS else None
        if units is None or isinstance(units, str):
            return units
        return units[0] if len(set(units)) == 1 else None

    def check(self, **sizes: int) -> None:
        """Check that names are unique, and names and units as many as what they name.

        Raises
        ------
        ValueError
            With the axis, and what is wrong along it.
        """
        for axis, size in sizes.items():
            for what in (axis, UNITS.get(axis, axis)):
                names = getattr(self, what)
                if names is not None and not isinstance(names, str) and len(names) != size:
                    raise ValueError(f"labels.{what} has {len(names)} names for {size} {axis}; give one each.")
            if twice := [name for name, count in Counter(getattr(self, axis) or ()).items() if count > 1]:
                raise ValueError(f"labels.{axis} has duplicates: {', '.join(twice[:5])}. Make every name unique.")


def singular(axis: str) -> str:
    """Return what one of an axis is called.

    Examples
    --------
    >>> singular("communities"), singular("factors")
    ('community', 'factor')
    """
    return {"processes": "process", "communities": "community"}.get(axis, axis.removesuffix("s"))
