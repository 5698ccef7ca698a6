"""Planetary boundaries: what they measure, where the Holocene was, where they are and where the Earth is."""

from typing import TYPE_CHECKING, NamedTuple

from planlab.base.checks import POSITIVE, check_float, near

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BOUNDARIES", "Boundary", "planetary_boundaries", "planetary_boundary"]

TABLE, QUOTED, DEFINED = "richardson:23, table 1", "richardson:23, as quoted by others", "by definition"
"""Where numbers are from; of those that are quoted the table itself was not read."""


class Boundary(NamedTuple):
    r"""One control variable of a planetary boundary :cite:`richardson:23`.

    Parameters
    ----------
    name
        What it is called here.
    process
        The process of the Earth system that it stands for; several variables can stand for one.
    variable, unit
        What is measured, and in what.
    holocene
        Its value before industry; ``None`` where no value was found in a source that could be read.
    boundary, current
        What is taken to be safe, and what is.
    at_least
        Whether `current` is a lower bound of what is, as published.
    flow
        Whether it is an amount per year, which can be shared among heads.
    ordinal
        Whether it is a judgement and no measurement: there is no overshoot of it.
    source, holocene_source
        Where `boundary` and `current` are from, and `holocene`.
    """

    name: str
    process: str
    variable: str
    unit: str
    holocene: float | None
    boundary: float
    current: float
    at_least: bool = False
    flow: bool = False
    ordinal: bool = False
    source: str = TABLE
    holocene_source: str = QUOTED

    @property
    def falls(self) -> bool:
        """Whether less is worse, as of ozone, aragonite and forest; known where the Holocene is."""
        return self.holocene is not None and self.boundary < self.holocene

    @property
    def is_transgressed(self) -> bool | None:
        """Whether the current value lies beyond the boundary; ``None`` where the side is not known."""
        if self.ordinal:
            return self.current > self.boundary
        return None if self.holocene is None else self.overshoot > 1

    @property
    def overshoot(self) -> float:
        r"""How far the Earth has gone, the way from the Holocene to the boundary being 1.

        .. math:: \frac{\text{current} - \text{Holocene}}{\text{boundary} - \text{Holocene}},

        above 1 beyond the boundary, whichever side that is. NaN of what is ordinal, or where the Holocene is not known.
        Each stands for itself: there is no mean.

        Examples
        --------
        >>> round(planetary_boundary("carbon dioxide").overshoot, 2), round(planetary_boundary("ozone").overshoot, 2)
        (1.96, 0.39)
        """
        if self.ordinal or self.holocene is None:
            return float("nan")
        return (self.current - self.holocene) / (self.boundary - self.holocene)

    def per_head(self, heads: float) -> float:
        """Return the boundary's equal share of each head a year, in the unit by head.

        Parameters
        ----------
        heads
            How many people share it; boundaries are global.

        Raises
        ------
        ValueError
            For what is no amount per year, such as a concentration.

        Examples
        --------
        Kilogrammes of nitrogen a head, as O'Neill et al. (2018) :cite:`oneill:18` divided by 6.97 thousand millions:

        >>> round(1e9 * planetary_boundary("nitrogen").per_head(6.97e9), 1)
        8.9
        """
        check_float("heads", heads, POSITIVE)
        if not self.flow:
            shared = ", ".join(each.name for each in BOUNDARIES if each.flow)
            raise ValueError(f"{self.name} is no amount per year and cannot be shared; these can: {shared}.")
        return self.boundary / heads


BOUNDARIES = (
    Boundary("carbon dioxide", "climate change", "concentration of CO2 in the atmosphere", "ppm", 280, 350, 417),
    Boundary(
        "radiative forcing",
        "climate change",
        "forcing since before industry",
        "W/m2",
        0,
        1,
        2.91,
        holocene_source=DEFINED,
    ),
    Boundary(
        "extinctions", "biosphere integrity", "extinction rate", "per million species-years", 1, 10, 100, at_least=True
    ),
    Boundary(
        "primary production",
        "biosphere integrity",
        "share taken by people",
        "%",
        None,
        10,
        30,
        holocene_source="unknown",
    ),
    Boundary(
        "forest", "land-system change", "share of original forest cover", "%", 100, 75, 60, holocene_source=DEFINED
    ),
    Boundary("green water", "freshwater change", "land area with deviating soil moisture", "%", 9.8, 11.1, 15.8),
    Boundary("blue water", "freshwater change", "land area with deviating streamflow", "%", 9.4, 10.2, 18.2),
    Boundary(
        "nitrogen",
        "biogeochemical flows",
        "fixed by people",
        "Tg/year",
        0,
        62,
        190,
        flow=True,
        holocene_source=DEFINED,
    ),
    Boundary(
        "phosphorus",
        "biogeochemical flows",
        "put on soils as fertiliser",
        "Tg/year",
        0,
        6.2,
        17.5,
        at_least=True,
        flow=True,
        source=QUOTED,
        holocene_source=DEFINED,
    ),
    Boundary("aragonite", "ocean acidification", "saturation at the surface", "1", 3.44, 2.75, 2.8),
    Boundary("aerosols", "aerosol loading", "difference of optical depth between hemispheres", "1", 0.03, 0.1, 0.076),
    Boundary("ozone", "ozone depletion", "thickness in the stratosphere", "DU", 290, 276, 284.6),
    Boundary(
        "novel entities",
        "novel entities",
        "share released untested",
        "judgement",
        0,
        0,
        1,
        ordinal=True,
        holocene_source=DEFINED,
    ),
)
"""All of them; of novel entities it is only known that the boundary is transgressed, 1."""


def planetary_boundary(name: str) -> Boundary:
    """Return one by its name.

    Raises
    ------
    ValueError
        For another name.
    """
    known = {each.name: each for each in BOUNDARIES}
    if name not in known:
        raise ValueError(f"No boundary {name!r}.{near(str(name), known)} There are: {', '.join(known)}.")
    return known[name]


def planetary_boundaries(heads: float | None = None) -> "pd.DataFrame":
    """Return all boundaries as a table, each with its overshoot; there is no total.

    Parameters
    ----------
    heads
        How many people share what can be shared, in a column ``per_head``; ``None``: no such column.

    Examples
    --------
    >>> table = planetary_boundaries()
    >>> table.loc[["carbon dioxide", "forest", "aragonite"], "overshoot"].round(2).to_dict()
    {'carbon dioxide': 1.96, 'forest': 1.6, 'aragonite': 0.93}
    """
    import pandas as pd

    columns = (
        "process",
        "variable",
        "unit",
        "holocene",
        "boundary",
        "current",
        "at_least",
        "source",
        "holocene_source",
    )
    rows = [{name: getattr(each, name) for name in columns} | {"overshoot": each.overshoot} for each in BOUNDARIES]
    found = pd.DataFrame(rows, index=pd.Index([each.name for each in BOUNDARIES], name="name"))
    if heads is not None:
        found["per_head"] = [each.per_head(heads) if each.flow else float("nan") for each in BOUNDARIES]
    return found
