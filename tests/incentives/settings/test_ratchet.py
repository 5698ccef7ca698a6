import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planlab.incentives.settings.ratchet import RatchetedFirm, best_path, present_value

FIRMS = 20


def drawn(low, high):
    return arrays(float, FIRMS, elements=st.floats(low, high)).map(jnp.asarray)


made = eqx.filter_vmap(RatchetedFirm)
many = st.builds(made, drawn(0.2, 5.0), drawn(0.0, 1.0), drawn(0.04, 0.5), drawn(0.2, 5.0), drawn(1.3, 4.0))
each_path = eqx.filter_jit(eqx.filter_vmap(best_path))
each_optimum = eqx.filter_vmap(RatchetedFirm.optimum)
each_first_best = eqx.filter_vmap(RatchetedFirm.first_best)


@given(many)
def test_ascent_over_paths_finds_the_exact_restraint(firms):
    found = each_path(firms)
    exact = np.asarray(each_optimum(firms))
    for period in (0, 50, 100):
        np.testing.assert_allclose(found[:, period], exact, rtol=0.01)


@given(many)
def test_without_a_ratchet_effort_is_first_best(firms):
    free = eqx.tree_at(lambda firm: firm.ratchet, firms, jnp.zeros(FIRMS))
    np.testing.assert_allclose(each_path(free)[:, 0], each_first_best(free), rtol=1e-6)
    marginal = free.cost * each_optimum(free) ** (free.power - 1)
    np.testing.assert_allclose(marginal, free.bonus, rtol=1e-9)


@given(many)
def test_restraint_grows_with_the_ratchet(firms):
    rising = eqx.tree_at(lambda firm: firm.ratchet, firms, jnp.linspace(0.0, 1.0, FIRMS))
    same = jax.tree.map(lambda field: jnp.broadcast_to(field[0], (FIRMS,)), firms)
    alike = eqx.tree_at(lambda firm: firm.ratchet, same, rising.ratchet)
    assert np.all(np.diff(each_path(alike)[:, 0]) < 0)


def test_one_step_of_bellmans_equation_by_hand():
    # a unit more now costs b lam / (r + lam) later: with lam = 1 it is repaid once, a period later
    firm = RatchetedFirm(bonus=2.0, ratchet=1.0, interest=0.25)
    assert float(firm.optimum()) == pytest.approx(2.0 - 2.0 / 1.25)


@eqx.filter_jit
def values(firm, paths):
    return jax.vmap(lambda path: present_value(firm, path, 0.7))(paths)


def test_no_departure_from_the_constant_path_pays():
    firm = RatchetedFirm()
    stay = np.full((1, 400), float(firm.optimum()))
    change = np.linspace(-0.3, 0.3, 101)[:, None] * np.eye(400)[np.arange(101) * 3]
    paid = np.asarray(values(firm, jnp.asarray(stay * (1 + np.concatenate([np.zeros((1, 400)), change])))))
    assert paid[1:].max() <= paid[0] + 1e-12


def test_a_firm_that_thinks_one_period_ahead_shows_no_restraint():
    firm = RatchetedFirm()
    assert float(best_path(firm, periods=1)[0]) == pytest.approx(float(firm.first_best()))
    assert float(best_path(firm)[-1]) == pytest.approx(float(firm.first_best()))
