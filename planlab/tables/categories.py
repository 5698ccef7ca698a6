"""Which category of needs a product belongs to, by the words of its name; after COICOP, the needs of households."""

import re
from typing import TYPE_CHECKING

from planlab.economy.provenance import Origin

if TYPE_CHECKING:
    from planlab.tables.table import Table

__all__ = ["CATEGORIES", "categories_of", "category_of"]

CATEGORIES = ("food", "housing and energy", "health", "education", "mobility", "rest")
"""Food with drink and eating out; housing with energy, water and waste; health with care; what is left is the rest."""

WORDS = (
    ("rest", r"\barts?\b|\brecreation|\bmachinery\b|\bmining\b|\bfinancial\b"),
    ("mobility", r"\btransport|\bmotor vehicles?\b|\bvehicles\b|\brail"),
    ("health", r"\bhealth|\bhospital|\bnursing\b|\bmedical\b|\bpharma|\bsocial assistance\b|\bresidential care\b"),
    ("education", r"\beducation"),
    ("food", r"\bfood|\bbeverages?\b|\bfarm|\bagricult|\bfishing\b|\bcrops?\b|\banimals?\b|\bmeat\b"),
    (
        "housing and energy",
        r"\bhousing\b|\bdwellings?\b|\breal estate\b|\bconstruction\b|\butilities\b|\belectricity\b|\bgas\b|\bwater\b|"
        r"\bwaste\b|\bpetroleum\b|\bcoal\b|\benergy\b",
    ),
)
"""By which words each is known, the first that fits; a sector of several goes where households spend most."""


def category_of(product: str) -> str:
    """Return the category of needs that a product's name speaks of, ``"rest"`` where it speaks of none.

    Examples
    --------
    >>> category_of("Water transportation"), category_of("Hospitals"), category_of("Real estate"), category_of("Legal")
    ('mobility', 'health', 'housing and energy', 'rest')
    """
    return next((category for category, pattern in WORDS if re.search(pattern, product.lower())), "rest")


def categories_of(table: "Table") -> tuple[list[str], Origin]:
    """Return the category of needs of each product, and where it comes from."""
    named = list(table.categories or [category_of(str(product)) for product in table.flows.index])
    source = "the table's classification" if table.categories else "the words of their names, after COICOP"
    listed = ", ".join(dict.fromkeys(named))
    return named, Origin("categories", f"{listed}: needs of one make up for none of another", source, _CHANGE)


_CHANGE = "categories=... of Table, or Scenario.replace(categories={product: category})"
