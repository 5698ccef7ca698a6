"""Compiled programmes are forgotten when there is no more room, and compiled again when needed."""

from pathlib import Path

import jax
import pytest

from planlab.economy.room import make_room


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not say how many maps there are")
def test_what_is_compiled_is_forgotten_and_compiled_again():
    double = jax.jit(lambda x: 2.0 * x)
    assert double(3.0) == 6.0
    assert not make_room(1.0)
    assert double._cache_size() == 1
    assert make_room(0.0)
    assert double._cache_size() == 0
    assert double(3.0) == 6.0
