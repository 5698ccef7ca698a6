"""Compiled programmes are forgotten when there is no more room, and compiled again when needed."""

from pathlib import Path

import jax

import planlab as pl
from planlab.base.memory import make_room
from planlab.simulation import simulate as simulation


def test_what_is_compiled_is_forgotten_where_the_system_counts_and_compiled_again():
    counted = Path("/proc/self/maps").exists()
    double = jax.jit(lambda x: 2.0 * x)
    assert double(3.0) == 6.0
    assert not make_room(1.0, after=0)
    assert double._cache_size() == 1
    assert make_room(0.0, after=0) == counted
    assert double._cache_size() == (0 if counted else 1)
    assert double(3.0) == 6.0


def test_nothing_is_looked_at_until_enough_was_compiled():
    make_room(1.0, after=0)
    assert not make_room(0.0, after=1)
    assert jax.jit(lambda x: 3.0 * x)(2.0) == 6.0
    assert make_room(0.0, after=1) == Path("/proc/self/maps").exists()
    assert not make_room(0.0, after=1)


def test_every_simulation_makes_room_first(monkeypatch):
    asked = []
    monkeypatch.setattr(simulation, "make_room", lambda: asked.append(True))
    pl.simulate("standstill", pl.make_scenario("three_sector"), 1)
    assert asked == [True]
