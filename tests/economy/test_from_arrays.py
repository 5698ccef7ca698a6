"""What `Scenario.from_arrays` accepts, and the fifty ways in which it says no."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import planlab as pl

A = np.array([[0.1, 0.2], [0.3, 0.1]])
FRAME = pd.DataFrame(A, index=["corn", "iron"], columns=["corn", "iron"])
ONE = {"inputs": A, "needs": [1.0, 2.0]}

MALFORMED = [
    ({"inputs": -A}, ValueError, "inputs has 4 negative"),
    ({"inputs": A * np.nan}, ValueError, "inputs has 4 NaN"),
    ({"inputs": np.array([[np.inf, 0.0], [0.0, 0.1]])}, ValueError, "inputs has 1 infinite"),
    ({"inputs": sp.csc_array(-A)}, ValueError, "inputs has 4 negative"),
    ({"inputs": A * 3}, ValueError, "spectral radius 1.03"),
    ({"inputs": [[0.1, 0.2], [0.1]]}, ValueError, "inputs is ragged"),
    ({"inputs": np.zeros((0, 0)), "needs": []}, ValueError, "inputs is empty"),
    ({"inputs": A[0]}, ValueError, "inputs has 1 dimensions"),
    ({"inputs": "coefficients"}, TypeError, "inputs has dtype <U"),
    ({"inputs": None}, TypeError, "inputs is None"),
    ({"inputs": A.astype(object)}, TypeError, "inputs has dtype object"),
    ({"inputs": np.zeros((2, 2), int)}, TypeError, "inputs has an integer dtype"),
    ({"inputs": sp.csc_array(np.eye(2, dtype=int))}, TypeError, "inputs has an integer dtype"),
    ({"inputs": A > 0.1}, TypeError, "inputs has dtype bool"),
    ({"inputs": A.astype(complex)}, TypeError, "inputs has dtype complex"),
    ({"inputs": np.zeros((2, 3))}, ValueError, "say who makes what in outputs"),
    ({"outputs": np.eye(3)}, ValueError, "outputs has shape"),
    ({"outputs": [[1.0, 0.0], [1.0, 0.0]]}, ValueError, "outputs has empty columns: process 1"),
    ({"outputs": [[1.0, 1.0], [0.0, 0.0]]}, ValueError, "no process for 1 products"),
    ({"needs": [1.0, 2.0, 3.0]}, ValueError, "needs has shape"),
    ({"needs": [1.0, -2.0]}, ValueError, "needs has 1 negative"),
    ({"needs": [1.0, np.nan]}, ValueError, "needs has 1 NaN"),
    ({"needs": [1.0, np.inf]}, ValueError, "needs has 1 infinite"),
    ({"needs": [0.0, 0.0]}, ValueError, "nothing is needed"),
    ({"needs": [[1.0, 0.0], [1.0, 0.0]]}, ValueError, "needs is empty for community 1"),
    ({"needs": ["a", "b"]}, TypeError, "needs has dtype"),
    ({"needs": sp.csc_array(np.ones((2, 1)))}, TypeError, "needs is a sparse matrix"),
    ({"needs": pd.Series([1.0, 2.0], index=["iron", "corn"]), "inputs": FRAME}, ValueError, "disagree on products"),
    ({"factors": [[1.0, 2.0, 3.0]]}, ValueError, "factors has shape"),
    ({"factors": [[1.0, -2.0]]}, ValueError, "factors has 1 negative"),
    ({"limits": [1.0]}, ValueError, "limits has shape"),
    ({"factors": [[1.0, 1.0]], "limits": [np.nan]}, ValueError, "limits has 1 NaN"),
    ({"factors": [[1.0, 1.0]], "limits": [-1.0]}, ValueError, "limits has 1 negative"),
    ({"factors": [[1.0, 1.0]], "factor_kinds": ["labor"]}, ValueError, "unknown kinds"),
    ({"factors": [[1.0, 1.0]], "factor_kinds": []}, ValueError, "factor_kinds has 0 entries"),
    ({"capacity": [0.0, 1.0]}, ValueError, "nobody could make"),
    ({"capacity": [1.0]}, ValueError, "capacity has shape"),
    ({"capacity": [1.0, np.nan]}, ValueError, "capacity has 1 NaN"),
    ({"stock": [1.0, -1.0]}, ValueError, "stock has 1 negative"),
    ({"depreciation": 2.0}, ValueError, "depreciation has entries above 1"),
    ({"capital": np.eye(3)}, ValueError, "capital has shape"),
    ({"population": [0.0]}, ValueError, "population has entries that are zero"),
    ({"urgency": [1.0, -1.0]}, ValueError, "urgency has 1 negative"),
    ({"activity": [1.0]}, ValueError, "activity has shape"),
    ({"sector": ["a"]}, ValueError, "sector has shape"),
    ({"labels": pl.Labels(products=("x", "x"))}, ValueError, "labels.products has duplicates: x"),
    ({"labels": pl.Labels(communities=("a", "b"))}, ValueError, "labels.communities has 2 names for 1"),
    ({"labels": pl.Labels(factors=("a",))}, ValueError, "labels.factors has 1 names for 0"),
    ({"shocks": pl.Shocks.none(3, 2, 0)}, ValueError, "shocks.capacity has shape"),
]


@pytest.mark.parametrize(("change", "kind", "said"), MALFORMED, ids=[said for _, _, said in MALFORMED])
def test_malformed_arrays_give_a_named_error(change, kind, said):
    with pytest.raises(kind, match=said) as error:
        pl.Scenario.from_arrays(**(ONE | change))
    assert str(error.value).rstrip().endswith("."), "an error ends with a sentence that says what to do"


def test_pandas_labels_become_names():
    scenario = pl.Scenario.from_arrays(FRAME, pd.DataFrame({"north": [1.0, 2.0]}, index=["corn", "iron"]))
    labels = scenario.economy.labels
    assert (labels.products, labels.processes, labels.communities) == (("corn", "iron"), ("corn", "iron"), ("north",))


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array, sp.coo_matrix, pd.DataFrame, list])
def test_every_kind_of_matrix_gives_the_same_economy(form):
    matrix = A.tolist() if form is list else form(A)
    assert np.array_equal(pl.Scenario.from_arrays(matrix, [1, 2]).economy.inputs.to_scipy().toarray(), A)


def test_several_techniques_and_joint_products_are_allowed():
    inputs = np.array([[0.0, 0.2, 0.1], [0.1, 0.0, 0.1]])
    outputs = np.array([[1.0, 1.0, 0.5], [0.0, 0.0, 0.5]])
    scenario = pl.Scenario.from_arrays(inputs, [1.0, 1.0], outputs=outputs, factors=[[1.0, 0.5, 1.0]], limits=[10.0])
    assert scenario.economy.main_product.tolist() == [0, 0, 0]
    assert str(pl.plan("linear_program", scenario).status) == "optimal"


def test_an_unproductive_joint_economy_is_refused():
    with pytest.raises(ValueError, match="unproductive"):
        pl.Scenario.from_arrays([[2.0, 0.0], [0.0, 2.0]], [1.0, 1.0], outputs=[[1.0, 0.5], [0.5, 1.0]])


def test_the_default_opening_activity_is_the_largest_balanced_one():
    scenario = pl.Scenario.from_arrays(A, [1.0, 2.0], factors=[[1.0, 1.0]], limits=[2.0])
    full = np.linalg.solve(np.eye(2) - A, [1.0, 2.0])
    assert np.allclose(scenario.activity, full * 2.0 / full.sum(), rtol=1e-12)
