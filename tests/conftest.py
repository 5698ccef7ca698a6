"""How tests run: JAX strict about types and ranks, Hypothesis by profile (``dev`` or ``ci``).

Nearly all programmes are small and run only a few times, so that the time would go into optimising them; they are
compiled as they stand, unless ``XLA_FLAGS`` says otherwise.
"""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")  # read when JAX first computes

import jax
import pytest
from hypothesis import HealthCheck, settings

from planlab.base.memory import make_room
from planlab.base.registry import registries

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

quiet = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("dev", max_examples=10, derandomize=True, **quiet)
settings.register_profile("ci", max_examples=100, **quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_collection_finish():
    """Leave tests with the parts of planlab's that have names, and none of those that files of tests define."""
    forget_parts()


def forget_parts():
    """Forget all parts that go by name and are not planlab's."""
    for registry in list(registries):
        for name in registry.own():
            registry.forget(name)


@pytest.fixture(autouse=True)
def _no_parts_of_other_tests():
    """Let no test find a part by name that another one defined."""
    yield
    forget_parts()


@pytest.fixture(autouse=True)
def _room_for_what_is_compiled():
    """Let no test end with so much compiled that a later one cannot compile any more."""
    yield
    make_room(0.4)
