"""What a planner who keeps books finds out, from numbers of which the truth is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlab.mechanisms._books import Books, averaged

shares = st.floats(0.3, 3.0)


def books_of(nu, theta, used, grown, wrong=None):
    """Return the books of one input of one user, whose norm and stores are misreported, interval by interval."""
    books = Books.of(1)
    for t, (f, d) in enumerate(zip(used, grown, strict=True)):
        made = f * (1.0 if wrong is None else wrong[t])
        books = books.written(*(jnp.asarray([x]) for x in (nu * f + theta * d, d, made)), 1.0)
    return books


@given(nu=shares, theta=shares, seed=st.integers(0, 1000))
def test_no_lie_about_norms_and_stores_survives_four_intervals_of_books(nu, theta, seed):
    rng = np.random.default_rng(seed)
    used = rng.uniform(0.5, 2.0, 4)
    books = books_of(nu, theta, used, used * rng.uniform(-0.5, 0.5, 4))
    found = [float(part[0]) for part in books.found()]
    assert found == pytest.approx([nu, theta], rel=0.02)


@given(nu=shares, theta=shares)
def test_of_stores_that_never_change_nothing_is_found_out_and_norms_all_the_same(nu, theta):
    found = books_of(nu, theta, np.ones(6), np.zeros(6)).found()
    assert float(found[0][0]) == pytest.approx(nu, rel=0.01)
    assert float(found[1][0]) == 1.0


def test_books_that_are_off_a_line_leave_stores_as_they_were_reported():
    rng = np.random.default_rng(0)
    used, grown = np.ones(8), rng.normal(0, 0.02, 8)
    sure = books_of(1.0, 2.0, used, grown).found()
    doubtful = books_of(1.0, 2.0, used, grown, wrong=np.exp(rng.normal(0, 0.1, 8))).found()
    assert float(sure[1][0]) == pytest.approx(2.0, abs=0.01)
    assert abs(float(doubtful[1][0]) - 1.0) < 0.5


def test_two_intervals_say_little_of_stores():
    used, grown = np.ones(2), np.array([0.05, -0.05])
    assert float(books_of(1.0, 2.0, used, grown).found()[1][0]) < 1.5


def test_means_of_reports_drawn_anew_converge_with_the_root_of_their_number():
    draws = jnp.exp(0.2 * jax.random.normal(jax.random.key(0), (64, 4000)))
    mean, off = draws[0], {}
    for k in range(64):
        mean = averaged(mean, draws[k], jnp.asarray(k), 0.0)
        off[k + 1] = float(jnp.sqrt((jnp.log(mean) ** 2).mean()))
    assert [off[k] for k in (1, 4, 16, 64)] == pytest.approx([0.2, 0.1, 0.05, 0.025], rel=0.05)


def test_what_is_unlimited_or_nothing_is_taken_as_it_is_said():
    before, said = jnp.asarray([jnp.inf, 2.0, 0.0, 3.0]), jnp.asarray([1.0, jnp.inf, 5.0, 0.0])
    assert averaged(before, said, jnp.asarray(3), 0.1).tolist() == said.tolist()


def test_with_a_least_gain_of_one_the_newest_report_counts_alone():
    before, said = jnp.asarray([1.0, 8.0]), jnp.asarray([2.0, 4.0])
    assert averaged(before, said, jnp.asarray(9), 1.0).tolist() == pytest.approx([2.0, 4.0])
