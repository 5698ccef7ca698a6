"""What kind of factor a name speaks of."""

import re
from collections.abc import Sequence

from planlab.tables.treatment import Blemish

__all__ = ["kind_of", "kinds_of"]

WORDS = {
    "emissions": r"emission|\bco2|\bch4\b|\bn2o\b|\bghg\b|\bcarbon\b",
    "labour": r"\blabou?r|\bemploy|\bcompensation\b|\bhours\b|\bwages?\b|\bpersons?\b|^v001",
    "energy": r"\benergy\b|\belectric|joules?\b|\bfuels?\b",
    "land": r"\b(?:crop|grass|pasture)?land\b|\bhectares?\b|\b(?:forest|crop|pasture)s? area",
    "material": r"\bmaterials?\b|\bextraction\b|\bores?\b|\bbiomass\b|\bminerals?\b",
}
"""By which words each kind is known."""

VALUE_ADDED = r"\bvalue[ _-]?added\b"


def kind_of(name: str) -> str:
    """Return the kind of factor that a name or code (V001: compensation of employees, BEA) speaks of, or ``"other"``.

    Examples
    --------
    >>> kind_of("Compensation of employees"), kind_of("CO2 to air"), kind_of("Iron ore"), kind_of("foreign exchange")
    ('labour', 'emissions', 'material', 'other')
    """
    return next((kind for kind, pattern in WORDS.items() if re.search(pattern, name.lower())), "other")


def kinds_of(
    titles: Sequence[str], contexts: Sequence[str] | None = None
) -> tuple[tuple[str, ...], tuple[Blemish, ...]]:
    """Return the kind of every factor, and a remark where value added stands for labour.

    Value added is of kind ``"other"`` beside a factor of labour; where there is none, it is the nearest there is.

    Parameters
    ----------
    titles
        Names of the factors.
    contexts
        What stands before each name, such as the account it belongs to.

    Examples
    --------
    >>> kinds, remarks = kinds_of(["Value Added", "CO2"])
    >>> kinds, remarks[0].treatment
    (('labour', 'emissions'), 'counted as labour unless factor_kinds says otherwise')
    """
    said = [f"{context} {title}".strip() for context, title in zip(contexts or [""] * len(titles), titles, strict=True)]
    kinds = [kind_of(name) for name in said]
    whole = [i for i, name in enumerate(said) if kinds[i] == "other" and re.search(VALUE_ADDED, name.lower())]
    if "labour" in kinds or not whole:
        return tuple(kinds), ()
    for i in whole:
        kinds[i] = "labour"
    remark = Blemish(
        "value added without labour's part",
        tuple(titles[i] for i in whole),
        "counted as labour unless factor_kinds says otherwise",
    )
    return tuple(kinds), (remark,)
