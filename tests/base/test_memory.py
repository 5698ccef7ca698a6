"""Compiled programmes are forgotten when there is no more room, and compiled again when needed."""

from pathlib import Path

import jax

from planlab.base.memory import make_room


def test_what_is_compiled_is_forgotten_where_the_system_counts_and_compiled_again():
    counted = Path("/proc/self/maps").exists()
    double = jax.jit(lambda x: 2.0 * x)
    assert double(3.0) == 6.0
    assert not make_room(1.0)
    assert double._cache_size() == 1
    assert make_room(0.0) == counted
    assert double._cache_size() == (0 if counted else 1)
    assert double(3.0) == 6.0
