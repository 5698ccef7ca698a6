"""A world with some numbers changed, by label and checked."""

from dataclasses import fields

import jax
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import planlab as pl

A = pd.DataFrame([[0.1, 0.2], [0.3, 0.1]], ["corn", "iron"], ["farm", "mill"])
WORLD = pl.Scenario.from_arrays(
    A,
    pd.DataFrame({"town": [1.0, 2.0], "village": [3.0, 4.0]}, ["corn", "iron"]),
    factors=pd.DataFrame({"farm": [1.0, 2.0], "mill": [3.0, 4.0]}, ["hours", "coal"]),
    limits={"hours": 40.0, "coal": 50.0},
    factor_kinds=["labour", "energy"],
    sector={"farm": "farming", "mill": "industry"},
    name="before",
)
NAMELESS = pl.Scenario.from_arrays(A.to_numpy(), [1.0, 2.0])


def others_equal(one, other, *changed):
    names = [field.name for part in (one, one.opening) for field in fields(part)]
    names = [name for name in names if name not in ("name", "opening", *changed)]
    leaves = [
        jax.tree.leaves([getattr(world if hasattr(world, name) else world.opening, name) for name in names])
        for world in (one, other)
    ]
    return all(np.array_equal(a, b) for a, b in zip(*leaves, strict=True))


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        ({"limits": {"coal": 55.0}}, "limits", [40.0, 55.0]),
        ({"limits": pd.Series({"coal": 55.0, "hours": 44.0})}, "limits", [44.0, 55.0]),
        ({"limits": [44.0, 55.0]}, "limits", [44.0, 55.0]),
        ({"limits": 1.05 * WORLD.limits}, "limits", [42.0, 52.5]),
        ({"limits": np.inf}, "limits", [np.inf, np.inf]),
        ({"limits": None}, "limits", [np.inf, np.inf]),
        ({"capacity": {"mill": 9.0}}, "capacity", [np.inf, 9.0]),
        ({"stock": {"iron": 2.0}}, "stock", [0.0, 2.0]),
        ({"activity": {"farm": 2.5}}, "activity", [2.5, float(WORLD.activity[1])]),
        ({"population": {"village": 7.0}}, "population", [1.0, 7.0]),
        ({"needs": {"iron": {"village": 9.0}}}, "needs", [[1.0, 3.0], [2.0, 9.0]]),
        ({"needs": {"iron": [8.0, 9.0]}}, "needs", [[1.0, 3.0], [8.0, 9.0]]),
        ({"needs": {"iron": pd.Series({"village": 9.0})}}, "needs", [[1.0, 3.0], [2.0, 9.0]]),
        ({"needs": pd.DataFrame({"village": [4.0, 3.0], "town": [2.0, 1.0]}, ["iron", "corn"])}, "needs",
         [[1.0, 3.0], [2.0, 4.0]]),
        ({"urgency": {"corn": 2.0}}, "urgency", [[2.0, 2.0], [1.0, 1.0]]),
        ({"urgency": {"corn": {"town": 3.0}}}, "urgency", [[3.0, 1.0], [1.0, 1.0]]),
    ],
)  # fmt: skip
def test_what_is_named_changes_and_everything_else_stays(change, name, expected):
    found = WORLD.replace(**change)
    assert getattr(found, name).tolist() == expected
    assert others_equal(found, WORLD, name)
    assert found.economy is WORLD.economy
    assert found.name == "before"


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        ({"inputs": {"iron": {"farm": 0.4}}}, "inputs", [[0.1, 0.2], [0.4, 0.1]]),
        ({"inputs": {"iron": {"farm": 0.0}}}, "inputs", [[0.1, 0.2], [0.0, 0.1]]),
        ({"inputs": 0.5 * A[["mill", "farm"]]}, "inputs", [[0.05, 0.1], [0.15, 0.05]]),
        ({"outputs": {"corn": {"farm": 2.0}}}, "outputs", [[2.0, 0.0], [0.0, 1.0]]),
        ({"capital": {"iron": {"mill": 5.0}}}, "capital", [[0.0, 0.0], [0.0, 5.0]]),
        ({"factors": {"coal": {"mill": 0.5}}}, "factors", [[1.0, 3.0], [2.0, 0.5]]),
        ({"depreciation": {"mill": 0.5}}, "depreciation", [0.0, 0.5]),
        ({"factor_kinds": {"coal": "emissions"}}, "factor_kinds", ("labour", "emissions")),
    ],
)
def test_technology_changes_by_label(change, name, expected):
    found = WORLD.replace(**change)
    part = getattr(found.economy, name)
    part = part.to_scipy().toarray() if hasattr(part, "to_scipy") else part
    assert np.array_equal(part, expected) or part == expected
    assert found.economy.labels == WORLD.economy.labels
    assert found.economy.sector.tolist() == WORLD.economy.sector.tolist()
    assert others_equal(found, WORLD, "economy")


def test_sectors_regions_shocks_and_names_change():
    found = WORLD.replace(sector={"mill": "heavy industry"}, region=["here", "there"], name="after")
    names = found.economy.labels
    assert [names.sectors[code] for code in found.economy.sector] == ["farming", "heavy industry"]
    assert [names.regions[code] for code in found.economy.region] == ["here", "there"]
    assert found.name == "after"
    assert others_equal(found, WORLD, "economy")
    ones = pd.DataFrame([[1.0, 1.0]], columns=["iron", "corn"])
    shocks = pl.Shocks(np.ones((1, 2)), ones.assign(iron=0.5), np.ones((1, 2)))
    assert WORLD.replace(shocks=shocks).shocks.needs.tolist() == [[1.0, 0.5]]
    assert WORLD.replace(shocks=shocks).replace(shocks=None).shocks.needs.tolist() == [[1.0, 1.0]]


def test_the_opening_activity_stays_unless_it_is_given():
    more = WORLD.replace(needs=2 * WORLD.needs)
    assert np.array_equal(more.activity, WORLD.activity)
    balanced = pl.Scenario.from_arrays(
        A.to_numpy(), 2 * WORLD.needs, factors=WORLD.economy.factors, limits=WORLD.limits
    )
    assert np.allclose(more.replace(activity=None).activity, balanced.activity)


def test_numbers_name_what_has_no_names():
    assert NAMELESS.replace(stock={1: 5.0}).stock.tolist() == [0.0, 5.0]
    assert NAMELESS.replace(stock={"product 1": 5.0}).stock.tolist() == [0.0, 5.0]
    assert NAMELESS.replace(needs={1: 5.0}).needs.tolist() == [[1.0], [5.0]]
    assert NAMELESS.replace(needs=[3.0, 4.0]).needs.tolist() == [[3.0], [4.0]]


@pytest.mark.parametrize(
    ("world", "change", "kind", "said"),
    [
        (WORLD, {"need": [1.0]}, TypeError, "A scenario has no 'need' to replace. Did you mean 'needs'"),
        (WORLD, {"labels": pl.Labels()}, TypeError, "no 'labels' to replace"),
        (WORLD, {"limits": {"labour": 1.0}}, ValueError, "limits and the scenario .*; unknown: 'labour'"),
        (WORLD, {"limits": pd.Series({"coal": 1.0})}, ValueError, "limits and the scenario .*; missing: 'hours'"),
        (WORLD, {"needs": {"iron": {"city": 1.0}}}, ValueError, "needs.'iron'. and .* communities; unknown: 'city'"),
        (WORLD, {"needs": {"iron": 5.0}}, ValueError, "needs.'iron'. is 5.0; say for which of the 2 communities"),
        (WORLD, {"inputs": {"iron": 5.0}}, ValueError, "inputs.'iron'. is 5.0; say for which of the 2 processes"),
        (WORLD, {"needs": [1.0, 2.0]}, ValueError, r"needs has shape \(2,\) but should have \(2, 2\)"),
        (WORLD, {"needs": np.ones((2, 3))}, ValueError, r"needs has shape \(2, 3\) but should have \(2, 2\)"),
        (WORLD, {"needs": np.full((2, 2), np.nan)}, ValueError, "needs has 4 missing entries"),
        (WORLD, {"needs": -WORLD.needs}, ValueError, "needs has 4 negative entries"),
        (WORLD, {"needs": None}, TypeError, "needs is None"),
        (WORLD, {"limits": {"coal": None}}, ValueError, "limits has 1 missing entries"),
        (WORLD, {"limits": {"coal": "much"}}, TypeError, "limits .*dtype|limits holds"),
        (WORLD, {"capacity": {"farm": 0.0}}, ValueError, "nobody could make: corn"),
        (WORLD, {"inputs": {"corn": {"farm": 1.5}}}, ValueError, "spectral radius 1"),
        (WORLD, {"factor_kinds": {"coal": "dirt"}}, ValueError, "unknown kinds"),
        (WORLD, {"shocks": {}}, TypeError, "shocks is of type dict"),
        (WORLD, {"name": None}, TypeError, "name is None"),
        (NAMELESS, {"stock": {2: 1.0}}, ValueError, "stock and the scenario name different products; unknown: '2'"),
        (NAMELESS, {"capacity": pd.Series({"a": 1.0, "b": 2.0})}, ValueError, "missing: .process 0., .process 1."),
    ],
)  # fmt: skip
def test_changes_are_checked_as_new_worlds_are(world, change, kind, said):
    with pytest.raises(kind, match=said):
        world.replace(**change)


def test_a_sparse_matrix_stands_for_the_whole():
    found = WORLD.replace(inputs=sp.csr_array(0.5 * A.to_numpy()))
    assert np.array_equal(found.economy.inputs.to_scipy().toarray(), 0.5 * A.to_numpy())


def test_services_and_inputs_that_are_not_critical_are_named_and_stay():
    services = WORLD.replace(stored={"iron": False}, critical={"corn": False})
    assert services.economy.stored.tolist() == [True, False]
    again = services.replace(limits={"coal": 55.0})
    assert (again.economy.stored.tolist(), again.economy.critical.tolist()) == ([True, False], [False, True])
    tables = services.to_pandas()
    assert pl.Scenario.from_arrays(**tables).economy.stored.tolist() == [True, False]
    assert services.replace(stored={"iron": True}).economy.stored is None
    assert services.replace(critical=None).economy.critical is None
    assert "stored" not in WORLD.to_pandas()
