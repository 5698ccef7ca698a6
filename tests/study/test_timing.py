import threading
import time

import jax
import jax.numpy as jnp
import pytest

from planlab.study.timing import _covered, timed


def test_spans_within_others_count_once():
    assert _covered([]) == 0
    assert _covered([(0, 4), (1, 2), (3, 5), (7, 8)]) == 6


def test_compiling_is_told_apart_from_running():
    def traced(x):
        time.sleep(0.3)  # while it is traced
        return 2 * x

    compiled = jax.jit(traced)
    made, took = timed(lambda: compiled(jnp.ones(3)))
    assert made.tolist() == [2.0, 2.0, 2.0]
    assert took.compile_seconds > 0.3
    assert took.seconds < 0.1
    assert timed(lambda: compiled(jnp.ones(3)))[1].compile_seconds == 0


def test_what_takes_long_is_not_done_twice():
    calls = []

    def work():
        calls.append(1)
        time.sleep(0.2)
        return jax.jit(lambda x: x + len(calls))(jnp.ones(3))

    _, took = timed(work, again_below=0.1)
    assert len(calls) == 1
    assert took.seconds == pytest.approx(0.2, abs=0.15)
    timed(work, again_below=10.0)
    assert len(calls) == 3


def test_what_others_compile_meanwhile_does_not_count():
    def elsewhere():
        jax.jit(lambda x: x - 3)(jnp.ones(5))

    def work():
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        return 1

    assert timed(work)[1].compile_seconds == 0
