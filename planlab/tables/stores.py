"""What cannot lie in store, by the words of its name, and what nobody stops for."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from planlab.economy.provenance import Origin
from planlab.tables.assumptions import by_label

if TYPE_CHECKING:
    from planlab.tables.assumptions import Assumptions
    from planlab.tables.table import Table

__all__ = ["can_lie_in_store", "marks"]

WORDS = (
    (False, r"\brepair\b|\bemployment services\b"),
    (True, r"\bequipment\b|\bproducts?\b|\bmachinery\b|\bvehicles, bodies\b"),
    (
        False,
        r"\bservices?\b|\btrade\b|\bretail\b|\bwholesale\b|\bdealers\b|\bstores\b|\btransport|\bwarehousing\b|"
        r"\bbroadcasting\b|\btelecommunications?\b|\bpublishing\b|\bmotion picture\b|\binformation\b|\bbanks?\b|"
        r"\bcredit\b|\bfinanc|\bsecurities\b|\binsurance\b|\bfunds\b|\bhousing\b|\bdwellings?\b|\breal estate\b|"
        r"\brental\b|\bmanagement\b|\bprofessional\b|\beducation|\bhealth\b|\bhospitals?\b|\bnursing\b|"
        r"\bsocial assistance\b|\barts\b|\bamusements?\b|\brecreation\b|\baccommodation\b|\bfood services\b|"
        r"\bgovernment\b|\bpublic administration\b|\bdefen[cs]e\b|\butilities\b|\belectric(?:ity| power)\b",
    ),
)
"""By which words each is known, the first that fits: services are sections G to U of ISIC, with electricity."""


def can_lie_in_store(product: str) -> bool:
    """Return whether a product is a good, by the words of its name; what no word speaks of is.

    Examples
    --------
    >>> [can_lie_in_store(name) for name in ("Legal services", "Electricity", "Electrical equipment", "Farms")]
    [False, False, True, True]
    """
    return next((stored for stored, words in WORDS if re.search(words, product.lower())), True)


def marks(
    table: "Table", products: Sequence[str], categories: Sequence[str], assumed: "Assumptions"
) -> tuple[dict[str, Any], list[Origin]]:
    """Return what can lie in store and what is critical, ``None`` where all is, and what is said of it.

    By default everything can lie in store. With ``stored="goods"`` services are made and used at once; BoARIO, whose
    sectors without stores have inventories that never run out :cite:`juhel:24`, is laxer. What users name as not
    critical stops nobody :cite:`pichler_pangallo:22`.

    Raises
    ------
    ValueError
        Where no product's name speaks of a service, and for products that there are not.
    """
    stored = critical = None
    if assumed.stored == "goods":
        own = table.stored or [can_lie_in_store(name) for name in products]
        stored = np.array([*own, *[True] * (len(products) - len(own))], dtype=bool)
        if stored.all():
            raise ValueError(
                f"stored is 'goods', but no product of {table.name} has a name that speaks of a service; "
                "say which cannot lie in store: stored={name: False}."
            )
    elif isinstance(assumed.stored, Mapping):
        stored = np.array(by_label("stored", assumed.stored, True, products, categories), dtype=bool)
    if isinstance(assumed.critical, Mapping):
        critical = np.array(by_label("critical", assumed.critical, True, products, categories), dtype=bool)
    kept = "all products" if stored is None else f"{int(stored.sum())} of {len(products)} products"
    needed = "all products" if critical is None else f"{int(critical.sum())} of {len(products)} products"
    by_words = "the words of their names, by ISIC" if table.stored is None else "the table's classification"
    return {"stored": stored, "critical": critical}, [
        Origin(
            "stored",
            f"{kept} can lie in store" + ("" if stored is None else "; others are made and used at once"),
            by_words if assumed.stored == "goods" else "assumed",
            assumed.told("stored"),
        ),
        Origin("critical", f"{needed} stop production where they lack", "assumed", assumed.told("critical")),
    ]
