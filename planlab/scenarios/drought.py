"""Another world, struck by a drought."""

from typing import Any

from planlab.base.checks import SHARE, check_float, check_whole
from planlab.economy.scenario import Scenario
from planlab.scenarios import base_world
from planlab.scenarios._calibration import with_shocks
from planlab.scenarios._draws import stream
from planlab.scenarios._strikes import struck

__all__ = ["drought"]

DRY = ("raw", "agriculture")


def drought(
    base: str | Scenario = "layered",
    severity: float = 0.6,
    share: float = 0.5,
    start: int = 3,
    length: int = 3,
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    """Wrap a scenario: for some periods, the makers of some products lose part of their capacity.

    Struck are products of the sector called "raw" or "agriculture" where the base has one, otherwise any. Nobody but
    the clairvoyant sees it coming; producers report what capacity they have left.

    Parameters
    ----------
    base
        A generator's name or a scenario whose capacities are limited.
    severity
        Share of capacity lost by those struck. Generators leave capacity beyond what is used, so that mild droughts
        pass unnoticed.
    share
        Share of the eligible products struck, at least one.
    start, length
        First period of the drought, counted from 0, and for how many it lasts.
    seed
        Of the drought and of the base.
    **parameters
        The base generator's.

    Returns
    -------
    Scenario
        The base with further `Scenario.shocks`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and where no capacity is limited.

    Examples
    --------
    >>> dry = drought(products=20, inputs=4, severity=0.5)
    >>> [round(float(dry.shocks.capacity_at(period).mean()), 2) for period in (2, 3, 5, 6)]
    [1.0, 0.95, 0.95, 1.0]
    """
    severity, share = check_float("severity", severity, SHARE), check_float("share", share, SHARE)
    start, length = check_whole("start", start, 0), check_whole("length", length, 1)
    world = base_world(base, seed, parameters)
    draw = stream(seed, "drought", "struck")
    capacity = struck(world, share, severity, start, length, draw, sectors=DRY)
    return with_shocks(world, f"drought-{world.name}", capacity=capacity)
