"""Labels and not places say what is meant: permuting what carries labels changes nothing."""

import jax
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.alignment import AXES, places
from planlab.testing import drawn_scenario

A = pd.DataFrame([[0.15, 0.25], [0.2, 0.05]], ["farms", "works"], ["farms", "works"])
NEEDS = pd.Series({"farms": 600.0, "works": 1500.0})


def same(one, other) -> bool:
    """Return whether two worlds are equal, to the bit and by name."""
    ones, others = jax.tree.leaves(one), jax.tree.leaves(other)
    equal = all(np.array_equal(a, b) for a, b in zip(ones, others, strict=True))
    return equal and one.economy.labels == other.economy.labels and jax.tree.structure(one) == jax.tree.structure(other)


def table(scenario) -> dict:
    """Return all arguments of `from_arrays` as labelled tables."""
    e, sizes = scenario.economy, {}
    sizes = {"products": e.products, "processes": e.processes, "factors": 2, "communities": scenario.communities}
    names = {axis: e.labels.of(axis, size) for axis, size in sizes.items()}
    parts = {
        name: getattr(e if hasattr(e, name) else scenario, name)
        for name in AXES
        if name.count(".") == 0 and name != "demand"
    }
    parts |= {"sector": [f"s{code}" for code in e.sector], "region": [f"r{code}" for code in e.region]}
    parts |= {"stored": [i % 2 > 0 for i in range(e.products)], "critical": [i % 3 > 0 for i in range(e.products)]}
    parts |= {"categories": scenario.category_names}
    tables = {}
    for name, value in parts.items():
        axes = [names[axis] for axis in AXES[name]]
        if hasattr(value, "to_scipy"):
            value = value.to_scipy().toarray()
        tables[name] = pd.Series(value, *axes) if len(axes) == 1 else pd.DataFrame(np.asarray(value), *axes)
    shocks = scenario.shocks
    tables["shocks"] = pl.Shocks(
        pd.DataFrame(np.asarray(shocks.capacity), columns=names["processes"]),
        pd.DataFrame(np.asarray(shocks.needs), columns=names["products"]),
        pd.DataFrame(np.asarray(shocks.limits), columns=names["factors"]),
    )
    return tables


def shuffled(value, rng):
    """Return a table with rows and columns in another order; periods stay."""
    if isinstance(value, pl.Shocks):
        return pl.Shocks(*(part[rng.permutation(part.columns)] for part in (value.capacity, value.needs, value.limits)))
    value = value.iloc[rng.permutation(value.shape[0])]
    return value if value.ndim == 1 else value.iloc[:, rng.permutation(value.shape[1])]


WORLD = table(drawn_scenario(3))
NAMES = pl.Labels(
    products=WORLD["inputs"].index, processes=WORLD["inputs"].columns, factors=WORLD["factors"].index,
    communities=WORLD["needs"].columns,
)  # fmt: skip


@given(st.integers(0, 2**32 - 1), st.sets(st.sampled_from(sorted(WORLD))))
def test_the_order_of_no_argument_matters(seed, moved):
    rng = np.random.default_rng(seed)
    world = {name: shuffled(value, rng) if name in moved else value for name, value in WORLD.items()}
    expected = pl.Scenario.from_arrays(**WORLD, labels=NAMES)
    assert same(pl.Scenario.from_arrays(**world, labels=NAMES), expected)
    if not moved & {"inputs", "factors", "needs"}:
        assert same(pl.Scenario.from_arrays(**world), expected)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["inputs", "needs", "factors"]))
def test_where_the_first_argument_has_another_order_it_is_the_same_world_in_that_order(seed, moved):
    world = WORLD | {moved: shuffled(WORLD[moved], np.random.default_rng(seed))}
    expected, found = pl.Scenario.from_arrays(**WORLD), pl.Scenario.from_arrays(**world)
    there, here = expected.economy.labels, found.economy.labels
    products = [there.products.index(name) for name in here.products]
    processes = [there.processes.index(name) for name in here.processes]
    communities = [there.communities.index(name) for name in here.communities]
    factors = [there.factors.index(name) for name in here.factors]
    for name in ("inputs", "outputs", "capital"):
        matrix = getattr(expected.economy, name).to_scipy()[products][:, processes]
        assert (getattr(found.economy, name).to_scipy() != matrix).nnz == 0
    assert np.array_equal(found.economy.factors, expected.economy.factors[np.array(factors)][:, np.array(processes)])
    assert np.array_equal(found.needs, expected.needs[np.array(products)][:, np.array(communities)])
    assert np.array_equal(found.capacity, expected.capacity[np.array(processes)])
    assert np.array_equal(found.limits, expected.limits[np.array(factors)])


@pytest.mark.parametrize("name", ["capacity", "activity", "depreciation"])
@pytest.mark.parametrize("form", [pd.Series, dict])
def test_vectors_over_processes_are_taken_by_label(name, form):
    scenario = pl.Scenario.from_arrays(A, NEEDS, **{name: form({"works": 0.5, "farms": 0.25})})
    assert getattr(scenario.economy if name == "depreciation" else scenario, name).tolist() == [0.25, 0.5]


def test_vectors_over_products_factors_and_communities_are_taken_by_label():
    scenario = pl.Scenario.from_arrays(
        A,
        pd.DataFrame({"town": [1.0, 2.0], "village": [3.0, 4.0]}, ["works", "farms"]),
        factors=pd.DataFrame({"works": [1.0, 2.0], "farms": [3.0, 4.0]}, ["hours", "coal"]),
        limits=pd.Series({"coal": 5.0, "hours": 9.0}),
        factor_kinds={"coal": "energy", "hours": "labour"},
        stock={"works": 7.0, "farms": 8.0},
        population={"village": 30.0, "town": 20.0},
        urgency={"works": {"village": 3.0, "town": 1.0}, "farms": {"town": 2.0, "village": 4.0}},
        sector={"works": "industry", "farms": "farming"},
    )
    assert scenario.economy.labels == pl.Labels(
        ("farms", "works"), ("farms", "works"), ("hours", "coal"), ("town", "village"), ("farming", "industry")
    )
    assert scenario.needs.tolist() == [[2.0, 4.0], [1.0, 3.0]]
    assert scenario.economy.factors.tolist() == [[3.0, 1.0], [4.0, 2.0]]
    assert scenario.limits.tolist() == [9.0, 5.0]
    assert scenario.economy.factor_kinds == ("labour", "energy")
    assert scenario.stock.tolist() == [8.0, 7.0]
    assert scenario.population.tolist() == [20.0, 30.0]
    assert scenario.urgency.tolist() == [[2.0, 4.0], [1.0, 3.0]]
    assert scenario.economy.sector.tolist() == [0, 1]


def test_a_process_makes_the_product_of_its_name():
    expected = pl.Scenario.from_arrays(A, NEEDS)
    assert same(pl.Scenario.from_arrays(A[["works", "farms"]], NEEDS), expected)
    named = pl.Labels(products=("farms", "works"), processes=("works", "farms"))
    other = pl.Scenario.from_arrays(A.to_numpy()[:, ::-1], NEEDS.to_numpy(), labels=named)
    assert np.array_equal(other.economy.outputs.to_scipy().toarray(), [[0.0, 1.0], [1.0, 0.0]])
    assert np.allclose(other.activity[::-1], expected.activity)


def test_rows_with_names_and_columns_without_are_in_one_order():
    rows = pd.DataFrame(A.to_numpy(), A.index)
    scenario = pl.Scenario.from_arrays(rows, NEEDS, capacity={"works": 2000.0, "farms": 1000.0})
    assert scenario.capacity.tolist() == [1000.0, 2000.0]
    assert scenario.economy.labels.processes == ("farms", "works")


def test_processes_of_other_names_than_products_are_in_the_order_of_their_columns():
    named = A.set_axis(["farming", "metalwork"], axis=1)
    scenario = pl.Scenario.from_arrays(named, NEEDS, capacity={"metalwork": 2000.0, "farming": 1000.0})
    assert scenario.capacity.tolist() == [1000.0, 2000.0]
    assert np.array_equal(scenario.economy.outputs.to_scipy().toarray(), np.eye(2))


def test_numbers_by_which_pandas_counts_are_places():
    scenario = pl.Scenario.from_arrays(A, pd.Series([600.0, 1500.0]), capacity=pd.Series([2.0, 1.0], index=[1, 0]))
    assert scenario.needs.ravel().tolist() == [600.0, 1500.0]
    assert scenario.capacity.tolist() == [1.0, 2.0]
    assert scenario.economy.labels.products == ("farms", "works")
    unnamed = pl.Scenario.from_arrays(A.to_numpy(), pd.Series([1500.0, 600.0], index=[1, 0]))
    assert unnamed.needs.ravel().tolist() == [600.0, 1500.0]
    assert unnamed.economy.labels.products is None


def test_numbers_can_be_names():
    codes = A.set_axis([2020, 11], axis=0).set_axis([2020, 11], axis=1)
    scenario = pl.Scenario.from_arrays(codes, pd.Series({11: 1500.0, 2020: 600.0}), capacity={"11": 9e3, "2020": 1e3})
    assert scenario.economy.labels.products == ("2020", "11")
    assert scenario.needs.ravel().tolist() == [600.0, 1500.0]
    assert scenario.capacity.tolist() == [1e3, 9e3]


def test_names_of_several_levels_are_joined():
    levels = pd.MultiIndex.from_tuples([("north", "farms"), ("south", "works")])
    by_level = A.set_axis(levels, axis=0).set_axis(levels, axis=1)
    needs = pd.Series({"south / works": 1500.0, "north / farms": 600.0})
    scenario = pl.Scenario.from_arrays(by_level, needs, stock=pd.Series([2.0, 1.0], levels[::-1]))
    assert scenario.needs.ravel().tolist() == [600.0, 1500.0]
    assert scenario.stock.tolist() == [1.0, 2.0]


def test_xarray_is_aligned_by_its_coordinates_and_dimensions():
    xarray = pytest.importorskip("xarray", reason="the extra `data` is not installed")
    inputs = xarray.DataArray(
        A.to_numpy().T[::-1], dims=("process", "product"),
        coords={"process": ["works", "farms"], "product": ["farms", "works"]},
    )  # fmt: skip
    needs = xarray.DataArray([1500.0, 600.0], dims="product", coords={"product": ["works", "farms"]})
    assert same(pl.Scenario.from_arrays(inputs, needs), pl.Scenario.from_arrays(A, NEEDS))


def test_an_economy_is_aligned_like_a_scenario():
    expected = pl.Economy.from_arrays(A, depreciation=[0.1, 0.2], capital=A)
    found = pl.Economy.from_arrays(
        A[["works", "farms"]], depreciation={"works": 0.2, "farms": 0.1}, capital=A.loc[["works", "farms"]]
    )
    assert all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"capacity": {"farms": 1.0, "work": 2.0}}, "capacity and inputs .* missing: 'works'; unknown: 'work'"),
        ({"capacity": {"farms": 1.0}}, "capacity and inputs name different processes; missing: 'works'. Use the same"),
        ({"stock": {"farms": 1.0, "works": 1.0, "x": 1.0}}, "stock and inputs .*; unknown: 'x'. Use"),
        ({"limits": {"hours": 1.0}, "factors": pd.DataFrame(A[:1].to_numpy(), ["labour"])},
         "limits and factors name different factors; missing: 'labour'; unknown: 'hours'"),
        ({"labels": pl.Labels(products=("farms", "mills"))}, "inputs and labels .*; missing: 'mills'"),
        ({"population": {"town": 2.0}, "labels": pl.Labels(communities=["village"])}, "different communities; missing"),
        ({"shocks": pl.Shocks(A.set_axis(["a", "b"], axis=1), A, np.ones((1, 0)))},
         "shocks.capacity and inputs name different processes; missing: 'farms', 'works'; unknown: 'a', 'b'"),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit_are_listed(change, said):
    with pytest.raises(ValueError, match=said):
        pl.Scenario.from_arrays(**({"inputs": A, "needs": NEEDS} | change))


def test_of_many_missing_labels_the_first_are_listed_and_all_are_counted():
    with pytest.raises(ValueError, match=r"missing: '0', '1', '2', '3', '4', ... \(20 in all\); unknown: 'x'"):
        places("capacity", ["x"], list(map(str, range(20))), "processes", "inputs")
