"""Networkx graphs in and out."""

import networkx as nx
import numpy as np
import pytest

import planlab as pl


def weighted(n=25, seed=0):
    graph = nx.gnp_random_graph(n, 0.2, seed=seed, directed=True)
    rng = np.random.default_rng(seed)
    for _, buyer, edge in graph.edges(data=True):
        edge["weight"] = rng.uniform(0.1, 1.0) * 0.8 / max(graph.in_degree(buyer), 1)
    return graph


@pytest.mark.parametrize("techniques", [1, 2])
def test_any_directed_graph_becomes_a_calibrated_world(techniques, optimum):
    for graph in (weighted(), nx.scale_free_graph(40, seed=1), nx.DiGraph([("ore", "steel"), ("steel", "ore")])):
        given = nx.get_edge_attributes(graph, "weight")
        scenario = pl.from_networkx(
            graph, techniques=techniques, tightness=0.75, spectral_radius=None if given else 0.4
        )
        assert optimum(scenario) == pytest.approx(0.75, abs=1e-9)


def test_weights_are_coefficients():
    graph = weighted()
    scenario = pl.from_networkx(graph)
    assert scenario.economy.inputs.to_scipy().toarray() == pytest.approx(nx.to_numpy_array(graph, nodelist=graph.nodes))


def test_weights_are_scaled_where_a_spectral_radius_is_given():
    scenario = pl.from_networkx(weighted(), spectral_radius=0.7)
    assert pl.spectral_radius(scenario.economy.inputs.to_scipy()) == pytest.approx(0.7, abs=1e-10)


@pytest.mark.parametrize("name", ["layered", "scale_free", "modular", "three_sector"])
def test_a_world_survives_the_round_trip(name):
    scenario = pl.make_scenario(name)
    again = pl.from_networkx(pl.to_networkx(scenario), communities=scenario.communities)
    assert again.economy.labels.products == scenario.economy.labels.products
    assert again.economy.labels.sectors == scenario.economy.labels.sectors
    assert np.array_equal(np.asarray(again.economy.sector), np.asarray(scenario.economy.sector))
    assert np.array_equal(np.asarray(again.economy.region), np.asarray(scenario.economy.region))
    assert again.economy.inputs.to_scipy().toarray() == pytest.approx(scenario.economy.inputs.to_scipy().toarray())
    assert np.asarray(again.needs).sum(axis=1) == pytest.approx(np.asarray(scenario.needs).sum(axis=1))


def test_techniques_are_averaged_by_capacity():
    scenario = pl.Scenario.from_arrays(
        inputs=np.array([[0.0, 0.0, 0.5], [0.2, 0.4, 0.0]]),
        outputs=np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        needs=[1.0, 1.0],
        capacity=[3.0, 1.0, 5.0],
    )
    graph = pl.to_networkx(scenario)
    assert graph.edges["product 1", "product 0"]["weight"] == pytest.approx(0.25)
    assert pl.to_networkx(scenario.economy).edges["product 1", "product 0"]["weight"] == pytest.approx(0.3)


def test_parallel_edges_add_up():
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", weight=0.1)
    graph.add_edge("a", "b", weight=0.2)
    graph.add_edge("b", "a", weight=0.3)
    assert pl.from_networkx(graph).economy.inputs.to_scipy().toarray() == pytest.approx(np.array([[0, 0.3], [0.3, 0]]))


def test_a_graph_without_cycles_keeps_its_own_coefficients(optimum):
    graph = nx.DiGraph([("wood", "table"), ("wood", "chair")])
    scenario = pl.from_networkx(graph, communities=1, depreciation=0.1, tightness=0.9)
    assert optimum(scenario) == pytest.approx(0.9, abs=1e-9)
    assert np.asarray(scenario.economy.depreciation)[0] == 0


@pytest.mark.parametrize(
    ("graph", "parameters", "error", "says"),
    [
        (nx.path_graph(4), {}, TypeError, "Use nx.DiGraph"),
        ([("a", "b")], {}, TypeError, "Use nx.DiGraph"),
        (nx.DiGraph(), {}, ValueError, "no nodes"),
        (nx.DiGraph([("a", "b")]), {"spectral_radius": 0.5}, ValueError, "no cycles"),
        (nx.DiGraph([("a", "b")]), {"products": 7}, TypeError, "products is given by the graph"),
        (nx.DiGraph([("a", "b", {"weight": -1.0})]), {}, ValueError, "negative"),
        (nx.DiGraph([("a", "b", {"weight": np.nan})]), {}, ValueError, "not finite"),
        (nx.DiGraph([("a", "b", {"weight": 0.1}), ("b", "a")]), {}, ValueError, "1 of 2 edges"),
        (nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 1.0})]), {}, ValueError, "below 1"),
        (nx.DiGraph([("1", 1)]), {}, ValueError, "relabel_nodes"),
        (nx.DiGraph([("a", "b")]), {"comunities": 7}, TypeError, "'communities'"),
    ],
)
def test_graphs_that_cannot_be_used_are_refused_by_name(graph, parameters, error, says):
    with pytest.raises(error, match=says):
        pl.from_networkx(graph, **parameters)


def test_only_economies_and_scenarios_become_graphs():
    with pytest.raises(TypeError, match="give an Economy or a Scenario"):
        pl.to_networkx(np.eye(2))
