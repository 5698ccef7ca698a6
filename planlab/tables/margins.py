"""What a table leaves open of needs, capacity and limits: margins over what was observed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from planlab.economy.provenance import Origin
from planlab.tables.assumptions import by_label, in_words

if TYPE_CHECKING:
    from planlab.tables.assumptions import Assumptions
    from planlab.tables.recipes import Processes

__all__ = ["AMBITION", "CAPACITY_MARGIN", "LIMIT_MARGIN", "capacities", "limits_of", "needs_of"]

AMBITION, CAPACITY_MARGIN, LIMIT_MARGIN = 1.25, 1.25, 1.0
"""What holds where nothing is said, and for whatever a mapping does not name."""


def needs_of(
    Y: Float[np.ndarray, "products uses"], uses: Sequence[str], source: str, assumed: "Assumptions"
) -> tuple[Float[np.ndarray, "products communities"], list[str], Origin]:
    """Return needs, whose they are, and what is said of them."""
    together = assumed.final_uses == "together"
    communities = ["final uses"] if together else list(uses)
    ambition = by_label("ambition", assumed.ambition, AMBITION, communities)
    observed = "observed final uses, " + ("all one community" if together else "each a community")
    return (
        (Y.sum(axis=1, keepdims=True) if together else Y) * ambition,
        communities,
        Origin(
            "needs",
            in_words(assumed.ambition, AMBITION, observed),
            f"{source}; the multiple is assumed: with what was observed there would be nothing to plan",
            assumed.told("ambition", "final_uses"),
        ),
    )


def capacities(blocks: Sequence["Processes"], assumed: "Assumptions") -> tuple[Float[np.ndarray, "processes"], Origin]:
    r"""Return the capacity of all processes, and what is said of it.

    Where utilisation :math:`u_j` is stated it is :math:`c_j = x^0_j / u_j`, elsewhere :math:`x^0_j` times
    `capacity_margin`. Utilisation that is one number is that of processes at home. What can be borrowed abroad is the
    deficit and no more.
    """
    names = [label for block in blocks for label in block.names]
    sectors = [label for block in blocks for label in block.sectors]
    regions = [label for block in blocks for label in block.regions or ()]
    groups = [names, sectors, *([regions] if regions else [])]
    x = np.concatenate([block.activity for block in blocks])
    margin = np.array(by_label("capacity_margin", assumed.capacity_margin, CAPACITY_MARGIN, *groups), float)
    used = by_label("utilisation", assumed.utilisation, None, *groups)
    if not isinstance(assumed.utilisation, Mapping):
        used[len(blocks[0].names) :] = [None] * (len(names) - len(blocks[0].names))
    margin = np.array([given if share is None else 1 / share for given, share in zip(margin, used, strict=True)])
    what = in_words(assumed.capacity_margin, CAPACITY_MARGIN, "observed output")
    if assumed.utilisation is not None:
        stated = sum(share is not None for share in used)
        what += f"; of {stated} of {len(names)} processes it is observed output over utilisation as stated"
    capacity, start = margin * x, 0
    for block in blocks:
        end = start + len(block.names)
        if block.capacity is not None:
            capacity[start:end] = block.capacity
            what += f"; that of {', '.join(block.names)} is {block.capacity.sum():g}"
        start = end
    source = "the table's output; the margin is assumed"
    return capacity, Origin("capacity", what, source, assumed.told("capacity_margin", "utilisation"))


def limits_of(
    used: Float[np.ndarray, "factors"], names: Sequence[str], kinds: Sequence[str], assumed: "Assumptions"
) -> tuple[Float[np.ndarray, "factors"], Origin]:
    """Return how much there is of every factor, and what is said of it."""
    margin = np.array(by_label("limit_margin", assumed.limit_margin, LIMIT_MARGIN, names, kinds), float)
    what = in_words(assumed.limit_margin, LIMIT_MARGIN, "observed use")
    source = "assumed: there is as much as was used, so nobody was out of work and nothing was left"
    return margin * used, Origin("limits", what, source, assumed.told("limit_margin"))
