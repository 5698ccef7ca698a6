"""Bring any networkx graph, take any economy to networkx."""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Economy, Scenario
from planlab.scenarios.calibration import Setting, draw_world

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["from_networkx", "to_networkx"]


def to_networkx(economy: Economy | Scenario) -> "nx.DiGraph":
    """Return who supplies whom as a directed graph of products.

    Parameters
    ----------
    economy
        Or a scenario, whose economy is taken.

    Returns
    -------
    networkx.DiGraph
        A node per product (by name); an edge from an input to what is made with it, ``weight`` the coefficient. Where
        a product has several techniques the edge carries their mean.
    """
    import networkx as nx

    economy = economy.economy if isinstance(economy, Scenario) else economy
    names = economy.labels.of("products", economy.products)
    made = np.asarray(economy.main_product)
    to_product = sp.csr_array(
        (1 / np.bincount(made)[made], (np.arange(made.size), made)), (made.size, economy.products)
    )
    flows = sp.coo_array(economy.inputs.to_scipy() @ to_product)
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_weighted_edges_from(
        (names[i], names[j], float(a)) for i, j, a in zip(flows.row, flows.col, flows.data, strict=True)
    )
    return graph


def from_networkx(graph: "nx.DiGraph", **common: Any) -> Scenario:
    """Return a calibrated scenario on any directed graph.

    Parameters
    ----------
    graph
        A node per product; an edge from an input to what is made with it. Node attributes ``sector`` and ``region``
        are kept. Coefficients are drawn and scaled to the spectral radius asked for; edges with a ``weight`` keep
        their proportions within each recipe.
    **common
        As in `planlab.scenarios.calibration.Setting`, without ``products`` and ``inputs``, which the graph says.

    Returns
    -------
    Scenario
        Whose one-period optimum meets ``tightness`` of needs.

    Raises
    ------
    TypeError, ValueError
        If the graph is not directed, too small, or has negative weights.

    Examples
    --------
    >>> import networkx as nx
    >>> scenario = from_networkx(nx.gnp_random_graph(30, 0.2, seed=1, directed=True), communities=2)
    >>> scenario.economy.inputs.nonzeros == nx.gnp_random_graph(30, 0.2, seed=1, directed=True).number_of_edges()
    True
    """
    if not hasattr(graph, "is_directed") or not graph.is_directed():
        raise TypeError("graph is not a directed networkx graph; who supplies whom has a direction. Use nx.DiGraph.")
    if said := sorted({"products", "inputs", "techniques"} & set(common)):
        raise TypeError(f"{said[0]} is given by the graph; leave it out.")
    nodes = list(graph.nodes)
    setting = Setting.read(common | {"products": len(nodes), "inputs": 1})
    import networkx as nx

    weights = sp.csc_array(nx.to_scipy_sparse_array(graph, nodelist=nodes, weight="weight", dtype=float))
    if (weights.data < 0).any() or not np.isfinite(weights.data).all():
        raise ValueError("graph has edges with negative or infinite weight; a weight is an amount of input.")
    names = [str(node) for node in nodes]
    if len(set(names)) < len(names):
        raise ValueError("graph has nodes whose names read the same; rename them with nx.relabel_nodes.")
    return draw_world(
        "from_networkx",
        setting,
        weights,
        sector=np.array([str(graph.nodes[node].get("sector", node)) for node in nodes]),
        region=np.array([str(graph.nodes[node].get("region", "everywhere")) for node in nodes]),
        needed=np.full(len(nodes), 0.7),
        heavy=np.ones(len(nodes)),
        products=names,
    )
