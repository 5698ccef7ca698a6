"""Hypothesis strategies that draw economies of one shape."""

from typing import TYPE_CHECKING, Any

from planlab.testing.worlds import drawn_scenario

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["economies", "scenarios"]


def scenarios(**settings: Any) -> "SearchStrategy":
    """Return a strategy that draws scenarios of one shape: worn or not, struck or not, limited or not.

    Parameters
    ----------
    **settings
        What is not left to chance, as in `planlab.testing.drawn_scenario`.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of `planlab.Scenario`.

    Raises
    ------
    ModuleNotFoundError
        Without Hypothesis.
    """
    try:
        from hypothesis import strategies as st
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Drawing scenarios needs Hypothesis: pip install 'planlab[test]'.") from error
    chance = {
        "seed": st.integers(0, 2**32 - 1),
        "wear": st.sampled_from([0.05, 0.0, 0.3, 1.0]),
        "struck": st.booleans(),
        "unlimited": st.booleans(),
    }
    return st.builds(drawn_scenario, **(chance | {name: st.just(value) for name, value in settings.items()}))


def economies(**settings: Any) -> "SearchStrategy":
    """Return a strategy that draws the economies of `scenarios`."""
    return scenarios(**settings).map(lambda scenario: scenario.economy)
