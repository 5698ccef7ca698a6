"""Bring any networkx graph, take any economy to networkx."""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Economy
from planlab.economy.intact import economy_of
from planlab.economy.scenario import Scenario
from planlab.economy.technology import market_shares
from planlab.scenarios._calibration import Setting
from planlab.scenarios._technology import Network, draw_world

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["from_networkx", "to_networkx"]


def to_networkx(economy: Economy | Scenario) -> "nx.DiGraph":
    """Return who supplies whom as a directed graph of products.

    Parameters
    ----------
    economy
        Or a scenario.

    Returns
    -------
    networkx.DiGraph
        A node per product (by name) with ``sector`` and ``region`` of the first process that makes it and, for a
        scenario, ``need``, all communities taken together; an edge from an input to what is made with it, ``weight``
        the technical coefficient. Where a product has several processes, their mean by capacity (for an economy: the
        plain mean), by the industry-technology assumption.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> graph = to_networkx(pl.make_scenario("three_sector"))
    >>> graph.edges["industry", "services"]["weight"], graph.nodes["services"]["need"]
    (0.2, 40.0)
    """
    import networkx as nx

    e = economy_of(economy)
    weight = economy.capacity if isinstance(economy, Scenario) else jnp.full(e.processes, jnp.inf)
    flows = sp.coo_array(e.inputs.to_scipy() @ market_shares(e.outputs, weight).to_scipy())
    names = e.labels.of("products", e.products)
    graph = nx.DiGraph(name=economy.name) if isinstance(economy, Scenario) else nx.DiGraph()
    first = np.full(e.products, -1)
    main = np.asarray(e.main_product)
    first[main[::-1]] = np.arange(e.processes)[::-1]
    for axis, codes in (("sector", np.asarray(e.sector)), ("region", np.asarray(e.region))):
        called = e.labels.of(f"{axis}s", int(codes.max()) + 1)
        graph.add_nodes_from(
            (name, {axis: called[codes[j]]} if j >= 0 else {}) for name, j in zip(names, first, strict=True)
        )
    if isinstance(economy, Scenario):
        needs = np.asarray(economy.needs).sum(axis=1).tolist()
        graph.add_nodes_from((name, {"need": need}) for name, need in zip(names, needs, strict=True))
    graph.add_weighted_edges_from(
        (names[i], names[j], a)
        for i, j, a in zip(flows.row.tolist(), flows.col.tolist(), flows.data.tolist(), strict=True)
    )
    return graph


def from_networkx(graph: "nx.DiGraph", **common: Any) -> Scenario:
    """Return a calibrated scenario on any directed graph.

    Parameters
    ----------
    graph
        A node per product; an edge from an input to what is made with it, whose ``weight`` is the technical
        coefficient; without weights coefficients are drawn. Node attributes ``sector`` and ``region`` are kept, and
        ``need``, all communities taken together, where any node has one. The weights of parallel edges add up.
    **common
        As in `planlab.scenarios._calibration.Setting`, without ``products`` and ``inputs``, which the graph says.
        Further ``techniques`` use the same inputs in other proportions. Coefficients are scaled to ``spectral_radius``
        only where it is given.

    Returns
    -------
    Scenario
        Whose one-period optimum meets exactly ``tightness`` of needs.

    Raises
    ------
    TypeError, ValueError
        If the graph is not directed, is empty, has weights on some edges only, or weights or needs that are no
        amounts; if it has no cycle, so that no spectral radius can be given to it; if it is unproductive.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.gnp_random_graph(30, 0.2, seed=1, directed=True)
    >>> scenario = from_networkx(graph, communities=2, spectral_radius=0.6)
    >>> scenario.economy.inputs.nonzeros == graph.number_of_edges()
    True
    """
    import networkx as nx

    if not isinstance(graph, nx.Graph) or not graph.is_directed():
        raise TypeError("graph is not a directed networkx graph; who supplies whom has a direction. Use nx.DiGraph.")
    if said := sorted({"products", "inputs"} & set(common)):
        raise TypeError(f"{said[0]} is given by the graph; leave it out.")
    nodes, n = list(graph.nodes), graph.number_of_nodes()
    if not n:
        raise ValueError("graph has no nodes; give one per product.")
    setting = Setting.read({"spectral_radius": None} | common | {"products": n, "inputs": 1})
    names = [str(node) for node in nodes]
    if len(set(names)) < n:
        raise ValueError("graph has nodes whose names read the same; rename them with nx.relabel_nodes.")
    weighted = [weight is not None for _, _, weight in graph.edges(data="weight")]
    if any(weighted) and not all(weighted):
        raise ValueError(
            f"graph has a weight on {sum(weighted)} of {len(weighted)} edges; give every edge a weight, or none."
        )
    A = _amounts("weight on its edges", nx.to_scipy_sparse_array(graph, nodelist=nodes, weight="weight", dtype=float))
    given = [need for _, need in graph.nodes(data="need") if need is not None]
    need = np.array([need or 0.0 for _, need in graph.nodes(data="need")], dtype=float)
    _amounts("need on its nodes", need[None])
    if given and not need.any():
        raise ValueError(
            "graph has only zero needs on its nodes; give at least one a need, or leave the attribute out."
        )
    return draw_world(
        "from_networkx",
        setting,
        Network(
            patterns=[A] * setting.techniques,
            sector=np.array(
                [str(graph.nodes[node].get("sector", name)) for node, name in zip(nodes, names, strict=True)]
            ),
            region=np.array([str(graph.nodes[node].get("region", "everywhere")) for node in nodes]),
            needed=np.ones(n),
            variety=0.6,
            heavy=np.ones(n),
            products=names,
            coefficients=A if any(weighted) else None,
            needs=need if given else None,
        ),
    )


def _amounts(what: str, matrix: Any) -> sp.csc_array:
    amounts = sp.csc_array(matrix)
    if not np.isfinite(amounts.data).all() or (amounts.data < 0).any():
        raise ValueError(f"graph has a {what} that is negative or not finite; it is an amount of a product.")
    amounts.sum_duplicates()
    amounts.eliminate_zeros()
    amounts.sort_indices()
    return amounts
