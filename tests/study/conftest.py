"""One small comparison for all tests: two planners that work, one that raises, one that makes no sense."""

import jax.numpy as jnp
import pytest

import planlab as pl
from planlab.study.comparison import compare


class Raises(pl.Mechanism):
    """Never come up with a plan."""

    traceable = False
    sees = frozenset({"last"})

    def plan(self, state, seen, key):
        raise RuntimeError("the planners are on strike\nand nobody knows for how long")


class Nonsense(pl.Mechanism):
    """Promise NaN of everything."""

    sees = frozenset({"last", "needs"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=jnp.nan * seen.last.activity, delivery=seen.needs)


BEHAVIOURS = {"honest": pl.Truthful(), "lying": pl.IdiosyncraticBias(capacity=0.3)}


def run(mechanisms=None, **arguments):
    mechanisms = mechanisms or ["standstill", "proportional", Raises(), Nonsense()]
    scenario = pl.make_scenario("three_sector", labour=75)
    return compare(mechanisms, scenario, **{"periods": 2, "seeds": [3, 0, 5], "behaviours": BEHAVIOURS} | arguments)


@pytest.fixture(scope="session")
def small():
    """Two periods, three seeds, honest and lying."""
    return run()


@pytest.fixture(scope="session")
def again():
    """The function that runs it."""
    return run


@pytest.fixture(scope="session")
def raises():
    """A mechanism that raises."""
    return Raises()
