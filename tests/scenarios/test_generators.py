"""Every generator: what it draws, and what it looks like beside real tables."""

import jax
import networkx as nx
import numpy as np
import pytest

import planlab as pl
from planlab.scenarios import SCENARIOS, find_generator
from planlab.scenarios._draws import stream

DRAWN = ("layered", "scale_free", "modular")
WRAPPERS = (
    *("at_rest", "decent_living", "drought", "regional_trade", "shifting_needs", "sufficiency", "transition"),
    "working_time",
)


def coefficients(scenario):
    return scenario.economy.inputs.to_scipy()


def gini(values):
    x = np.sort(np.asarray(values, float))
    return float((2 * np.arange(1, x.size + 1) - x.size - 1) @ x / (x.size * x.sum()))


def test_the_folder_is_the_registry():
    assert SCENARIOS.planlabs() == sorted(["layered", "modular", "scale_free", "three_sector", *WRAPPERS])


@pytest.mark.parametrize("name", SCENARIOS.planlabs())
def test_every_name_makes_a_scenario_with_its_defaults(name):
    scenario = pl.make_scenario(name)
    assert find_generator(name).__name__ == name
    assert isinstance(scenario, pl.Scenario)
    assert scenario.name.startswith(name)
    assert (np.asarray(scenario.activity) > 0).any()


@pytest.mark.parametrize("name", SCENARIOS.planlabs())
def test_same_seed_same_bits_and_another_seed_another_world(name):
    first, again, other = (pl.make_scenario(name, seed=seed) for seed in (3, 3, 4))
    leaves = [jax.tree.leaves(scenario) for scenario in (first, again, other)]
    assert all(np.array_equal(a, b) for a, b in zip(leaves[0], leaves[1], strict=True))
    if name != "three_sector":
        assert not all(np.array_equal(a, b) for a, b in zip(leaves[0], leaves[2], strict=True))


@pytest.mark.parametrize("name", [*DRAWN, *WRAPPERS])
@pytest.mark.parametrize("setting", [{}, {"techniques": 2, "depreciation": 0.05}])
def test_every_seed_of_a_setting_has_the_same_shapes_and_nonzeros(name, setting):
    def signature(seed):
        scenario = pl.make_scenario(name, products=50, seed=seed, **setting)
        shapes = [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(scenario)]
        return shapes, scenario.economy.labels, int((np.asarray(scenario.needs) > 0).sum())

    assert all(signature(seed) == signature(0) for seed in range(1, 4))


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("products", [40, 700])
@pytest.mark.parametrize("radius", [0.1, 0.5, 0.9])
def test_the_spectral_radius_is_what_was_asked_for(name, products, radius):
    scenario = pl.make_scenario(name, products=products, spectral_radius=radius, techniques=2, seed=1)
    assert pl.spectral_radius(coefficients(scenario)[:, :products]) == pytest.approx(radius, abs=1e-8)


@pytest.mark.parametrize("name", DRAWN)
def test_every_process_has_its_inputs_and_none_is_its_own(name):
    A = coefficients(pl.make_scenario(name, products=30, inputs=5, techniques=2))
    assert set(np.diff(A.indptr)) == {5}
    assert not A[:, :30].diagonal().any()
    assert not A[:, 30:].diagonal().any()


def test_many_inputs_of_few_products_are_still_distinct():
    A = coefficients(pl.make_scenario("scale_free", products=12, inputs=11, skew=3.0))
    assert A.nnz == 12 * 11


@pytest.mark.parametrize("name", DRAWN)
def test_streams_are_independent(name):
    def world(**setting):
        return pl.make_scenario(name, products=40, **setting)

    plain = world(communities=2)
    A = np.asarray(plain.economy.inputs.values)
    for other in (world(communities=5), world(tightness=0.5), world(factors={"labour": 2}), world(capacity_margin=2.0)):
        assert np.array_equal(A, np.asarray(other.economy.inputs.values))
    assert np.array_equal(A, np.asarray(world(techniques=3).economy.inputs.values)[: A.size])
    more = world(communities=5)
    if name != "modular":
        assert np.array_equal(np.asarray(plain.needs), np.asarray(more.needs)[:, :2])
    assert np.array_equal(np.asarray(plain.population), np.asarray(more.population)[:2])


def test_streams_of_different_labels_differ():
    drawn = [stream(*args).random(4).tolist() for args in ((0, "a"), (1, "a"), (0, "b"), (0, "a", 1), (0, "ab"))]
    assert len({tuple(d) for d in drawn}) == len(drawn)


@pytest.mark.parametrize("name", DRAWN)
def test_no_technique_dominates_another(name):
    n = 40
    scenario = pl.make_scenario(name, products=n, techniques=2, seed=2)
    bill = np.vstack([coefficients(scenario).toarray(), np.asarray(scenario.economy.factors)])
    first, second = bill[:, :n], bill[:, n:]
    assert ((first < second).any(axis=0) & (first > second).any(axis=0)).all()
    v = np.ones(n) @ first[:n]
    assert np.ones(n) @ second[:n] == pytest.approx(v, rel=0.16)


def test_layered_is_mostly_one_way_and_its_needs_are_mostly_final():
    scenario = pl.make_scenario("layered", products=400, feedback=0.1)
    A, labels = coefficients(scenario).tocoo(), scenario.economy.labels
    height = np.array(
        [["raw", "intermediate", "final"].index(labels.sectors[s]) for s in np.asarray(scenario.economy.sector)]
    )
    back = height[A.row] > height[A.col]
    assert 0.05 < back.mean() < 0.1
    needed = np.asarray(scenario.needs).any(axis=1)
    assert needed[height == 2].mean() > 0.8
    assert needed[height == 0].mean() < 0.4


@pytest.mark.parametrize("inside", [0.5, 0.85, 1.0])
def test_modular_trades_inside_as_much_as_asked(inside):
    scenario = pl.make_scenario("modular", products=200, regions=4, inside=inside, communities=8)
    A, region = coefficients(scenario).tocoo(), np.asarray(scenario.economy.region)
    assert (region[A.row] == region[A.col]).mean() == pytest.approx(inside, abs=0.05)
    needs = np.asarray(scenario.needs)
    home = [needs[region == h % 4, h].sum() / needs[:, h].sum() for h in range(8)]
    assert np.mean(home) > min(inside, 0.7) - 0.1


@pytest.mark.parametrize(("products", "hub"), [(71, (0.65, 0.95)), (402, (0.5, 0.8))])
def test_scale_free_looks_like_real_tables(products, hub):
    """Columns of the real tables from 50 to 402 sectors: inputs above 1 %, top hub, Gini, upper over lower mass."""
    for seed in range(2):
        A = coefficients(pl.make_scenario("scale_free", products=products, inputs=10, seed=seed)).toarray()
        used = A > 0.01
        assert 6 <= used.sum(axis=0).mean() <= 11
        assert hub[0] < used.sum(axis=1).max() / products < hub[1]
        assert 0.45 < gini(used.sum(axis=1)) < 0.75
        assert 0.5 < np.triu(A, 1).sum() / np.tril(A, -1).sum() < 1.4
        assert 0.4 < A.sum(axis=0).mean() < 0.6


def test_scale_free_suppliers_are_at_least_as_uneven_as_in_networkx_and_far_more_than_at_random():
    ours = nx.DiGraph(pl.to_networkx(pl.make_scenario("scale_free", products=400)))
    random = nx.gnm_random_graph(400, ours.number_of_edges(), seed=0, directed=True)
    theirs = nx.DiGraph(nx.scale_free_graph(400, seed=0))
    uneven = [gini([degree for _, degree in graph.out_degree()]) for graph in (ours, theirs, random)]
    assert uneven[0] > 2 * uneven[2]
    assert uneven[0] >= uneven[1] > uneven[2]
    assert len(max(nx.strongly_connected_components(ours), key=len)) > 200


def test_three_sectors_by_hand():
    scenario = pl.make_scenario("three_sector", labour=75.0)
    A, F = coefficients(scenario), np.asarray(scenario.economy.factors)
    needs = np.asarray(scenario.needs).sum(axis=1)
    assert pl.gross_output(A, needs) == pytest.approx([890 / 27, 1720 / 27, 40])
    assert pl.embodied(A, F)[0] == pytest.approx([40 / 27, 25 / 27, 18.5 / 27])
    assert pl.embodied(A, F)[0] @ needs == pytest.approx(2290 / 27)
    hours = 2290 / 27 - 75
    plan = pl.plan("linear_program", scenario)
    satisfaction = np.asarray(plan.delivery).sum(axis=1) / needs
    assert satisfaction.mean() == pytest.approx(1 - hours / (20 * 40 / 27) / 3, abs=1e-5)
    assert satisfaction[1:] == pytest.approx([1.0, 1.0])


def test_a_hundred_thousand_products_are_generated():
    scenario = pl.make_scenario("modular", products=100_000, communities=2, regions=20)
    A = scenario.economy.inputs
    assert A.nonzeros == 800_000
    assert scenario.economy.labels.products is None
    balance = np.asarray(scenario.economy.outputs @ scenario.activity - A @ scenario.activity)
    assert balance.min() > -1e-6 * balance.max()
