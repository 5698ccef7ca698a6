"""Hypothesis strategies that draw economies of one shape."""

from typing import TYPE_CHECKING, Any

from planlab.testing.worlds import drawn_scenario

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["economies", "scenarios"]


def scenarios(**settings: Any) -> "SearchStrategy":
    """Return a strategy that draws scenarios of one shape.

    Parameters
    ----------
    **settings
        As in `planlab.testing.drawn_scenario`, without ``seed``.

    Raises
    ------
    ModuleNotFoundError
        Without Hypothesis.
    """
    try:
        from hypothesis import strategies as st
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Drawing scenarios needs Hypothesis; pip install 'planlab[test]'.") from error
    return st.integers(0, 2**32 - 1).map(lambda seed: drawn_scenario(seed, **settings))


def economies(**settings: Any) -> "SearchStrategy":
    """Return a strategy that draws the economies of `scenarios`."""
    return scenarios(**settings).map(lambda scenario: scenario.economy)
