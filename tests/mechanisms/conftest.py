import numpy as np
import pytest

import planlab as pl
from planlab.economy.technology import wear


@pytest.fixture
def links():
    """Return a maker of products that take nothing but links, `takes` of them ``(links, products)``."""

    def make(needs, takes, limits, **more):
        n = len(needs)
        return pl.Scenario.from_arrays(inputs=np.zeros((n, n)), needs=needs, factors=takes, limits=limits, **more)

    return make


@pytest.fixture
def routes():
    """Return what tells, by dense algebra, what products take of each bottleneck, its room, and what wears out."""

    def tell(scenario):
        e, c = scenario.economy, np.asarray(scenario.capacity)
        A, M = e.inputs.to_scipy().toarray(), e.outputs.to_scipy().toarray()
        G = (M * c).T / (M @ c)
        x = G @ np.linalg.inv(np.eye(len(A)) - A @ G)
        room = np.concatenate([c, scenario.limits])
        return np.vstack([x, np.asarray(e.factors) @ x]), room, np.asarray(e.capital @ wear(e, scenario.capacity))

    return tell
