"""Hypothesis strategies that draw economies of one shape, what is private in them, and lies about it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from planlab.base.checks import ABOVE_1, check_choice, check_float
from planlab.economy.scenario import Scenario, with_parts
from planlab.people.behaviours.misreport import Misreport
from planlab.testing.worlds import drawn_scenario

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["economies", "lies", "scenarios", "types"]

LIARS = ("producers", "communities", "all")
PRIVATE = ("capacity", "recipes", "needs")


def _hypothesis() -> Any:
    try:
        from hypothesis import strategies
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Drawing scenarios needs Hypothesis: pip install 'planlab[test]'.") from error
    return strategies


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
    st = _hypothesis()
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


def _factors(shape: tuple[int, ...], widest: float) -> "SearchStrategy":
    """Return a strategy that draws factors from 1/widest to widest, even in logarithms; it shrinks to ones."""
    check_float("widest", widest, ABOVE_1)
    size, most = int(np.prod(shape)), float(np.log(widest))
    numbers = _hypothesis().lists(_hypothesis().floats(-most, most), min_size=size, max_size=size)
    return numbers.map(lambda logs: jnp.asarray(np.exp(logs).reshape(shape)))


def lies(
    agents: str = "all", agent: int | None = None, scenario: Scenario | None = None, widest: float = 3.0
) -> "SearchStrategy":
    """Return a strategy that draws lies: what is said over the truth, of everything that can be misreported.

    All draws for one scenario have one shape, so that what runs them is compiled once. They shrink to the truth.

    Parameters
    ----------
    agents
        Who may lie: ``"producers"``, ``"communities"`` or ``"all"``.
    agent
        The position of the only one of them who lies; ``None``: every one.
    scenario
        Whose agents they are; ``None``: those of `planlab.testing.drawn_scenario`.
    widest
        No lie is larger than this factor, up or down.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of `planlab.Misreport`.

    Raises
    ------
    ModuleNotFoundError
        Without Hypothesis.
    ValueError
        For agents that do not exist.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(lies("communities", agent=1))
    ... def only_one_community_lies(behaviour):
    ...     assert (behaviour.needs[0], behaviour.needs[2]) == (1, 1)
    ...     assert (behaviour.capacity == 1).all()
    >>> only_one_community_lies()
    """
    check_choice("agents", agents, LIARS)
    world = drawn_scenario() if scenario is None else scenario
    sizes = {"producers": world.economy.processes, "communities": world.communities}
    if agent is not None and not (agents in sizes and 0 <= agent < sizes[agents]):
        raise ValueError(f"agent is {agent!r} of agents {agents!r}; give a position among producers or communities.")
    st = _hypothesis()

    def of(kind: str) -> Any:
        if agents not in (kind, "all"):
            return st.just(jnp.ones(sizes[kind]))
        if agent is None:
            return _factors((sizes[kind],), widest)
        return _factors((), widest).map(lambda factor: jnp.ones(sizes[kind]).at[agent].set(factor))

    made = {name: of("producers") for name in ("capacity", "inputs", "results")}
    return st.builds(Misreport, **made, needs=of("communities"))


def types(private: str, scenario: Scenario | None = None, widest: float = 1.5) -> "SearchStrategy":
    """Return a strategy that draws scenarios which differ in one kind of private knowledge only, and have one shape.

    Parameters
    ----------
    private
        ``"capacity"``: of each process; ``"recipes"``: how much of all its inputs each process takes;
        ``"needs"``: each need of each community. What is nothing or without limit stays so.
    scenario
        Around which they are drawn, and to which they shrink; ``None``: `planlab.testing.drawn_scenario`, in which
        nothing wears out and nothing strikes.
    widest
        Nothing is larger or smaller than there by more than this factor. Where recipes grow by it, the economy must
        still feed itself; the drawn one does.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of `planlab.Scenario`.

    Raises
    ------
    ModuleNotFoundError
        Without Hypothesis.
    ValueError
        For knowledge that is not private.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(types("needs"))
    ... def capacity_is_known(scenario):
    ...     assert (scenario.capacity == drawn_scenario(wear=0.0, struck=False).capacity).all()
    >>> capacity_is_known()
    """
    check_choice("private", private, PRIVATE)
    world = drawn_scenario(wear=0.0, struck=False) if scenario is None else scenario
    if private != "recipes":
        known = getattr(world, private)
        return _factors(known.shape, widest).map(lambda factors: with_parts(world, **{private: known * factors}))
    economy, inputs = world.economy, world.economy.inputs

    def with_recipes(factors: Any) -> Scenario:
        taken = inputs.with_values(inputs.values * factors[inputs.columns])
        return with_parts(world, economy=replace(economy, inputs=taken))

    return _factors((economy.processes,), widest).map(with_recipes)
