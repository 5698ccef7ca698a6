"""What `Scenario.from_arrays` accepts, and the hundred ways in which it says no."""

from decimal import Decimal
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import planlab as pl

A = np.array([[0.1, 0.2], [0.3, 0.1]])
FRAME = pd.DataFrame(A, index=["corn", "iron"], columns=["corn", "iron"])
ONE = {"inputs": A, "needs": [1.0, 2.0]}


def broken(form, part, entry):
    """Return a sparse matrix that would end the process if SciPy's kernels trusted it."""
    matrix = sp.csr_array(A).asformat(form)
    getattr(matrix, part)[-1] = entry
    return matrix


def masked(entries, mask):
    return np.ma.masked_array(entries, mask)


def missing(entries, dtype="Float64"):
    return pd.Series(entries, dtype=dtype)


MALFORMED = [
    ({"inputs": -A}, ValueError, "inputs has 4 negative"),
    ({"inputs": A * np.nan}, ValueError, "inputs has 4 missing entries .*, first in row 0, column 0"),
    ({"inputs": np.array([[np.inf, 0.0], [0.0, 0.1]])}, ValueError, "inputs has 1 infinite"),
    ({"inputs": sp.csc_array(-A)}, ValueError, "inputs has 4 negative"),
    ({"inputs": A * 3}, ValueError, "spectral radius 1.03"),
    ({"inputs": [[0.1, 0.2], [0.1]]}, ValueError, "inputs is ragged"),
    ({"inputs": np.zeros((0, 0)), "needs": []}, ValueError, "inputs is empty"),
    ({"inputs": A[0]}, ValueError, "inputs has 1 dimensions"),
    ({"inputs": "coefficients"}, TypeError, "inputs has dtype <U"),
    ({"inputs": None}, TypeError, "inputs is None"),
    (
        {"inputs": np.array([[0.1, "0.2"], [0.3, 0.1]], dtype=object)},
        TypeError,
        "inputs holds '0.2' in row 0, column 1",
    ),
    ({"inputs": np.array([[0.1, True], [0.3, 0.1]], dtype=object)}, TypeError, "inputs holds True in row 0, column 1"),
    ({"inputs": pd.DataFrame({0: [0.1, 0.3], 1: ["x", 0.1]})}, TypeError, "inputs holds 'x' in row 0, column 1"),
    ({"inputs": np.array([[0.1, None], [0.3, 0.1]], dtype=object)}, ValueError, "inputs has 1 missing entries"),
    ({"inputs": np.zeros((2, 2), int)}, TypeError, "inputs has an integer dtype and nothing but zeros"),
    ({"inputs": sp.csc_array((2, 2), dtype=int)}, TypeError, "inputs has an integer dtype and nothing but zeros"),
    ({"inputs": pd.DataFrame(np.zeros((2, 2), int))}, TypeError, "inputs has an integer dtype and nothing but zeros"),
    ({"factors": np.zeros((1, 2), int)}, TypeError, "factors has an integer dtype and nothing but zeros"),
    ({"inputs": masked(A, [[0, 0], [1, 0]])}, ValueError, "inputs has 1 missing entries .*, first in row 1, column 0"),
    ({"needs": masked([1.0, 2.0], [0, 1])}, ValueError, "needs has 1 missing entries .*, first in row 1"),
    ({"needs": masked([1, 2], [0, 1])}, ValueError, "needs has 1 missing entries"),
    ({"needs": missing([1.0, None])}, ValueError, "needs has 1 missing entries"),
    ({"stock": missing([1, None], "Int64")}, ValueError, "stock has 1 missing entries"),
    ({"stock": [1.0, None]}, ValueError, "stock has 1 missing entries"),
    ({"needs": pd.Series([True, False])}, TypeError, "needs has dtype bool"),
    ({"needs": missing([True, False], "boolean")}, TypeError, "needs has dtype boolean"),
    ({"inputs": broken("csr", "indices", 7)}, ValueError, "inputs is a broken sparse matrix: indices must be < 2"),
    ({"inputs": broken("csr", "indices", -1)}, ValueError, "inputs is a broken sparse matrix"),
    ({"inputs": broken("csr", "indptr", 9)}, ValueError, "inputs is a broken sparse matrix"),
    ({"inputs": broken("csr", "indptr", 1)}, ValueError, "inputs is a broken sparse matrix"),
    ({"inputs": broken("csc", "indices", 7)}, ValueError, "inputs is a broken sparse matrix"),
    ({"inputs": broken("coo", "row", 7)}, ValueError, "inputs is a broken sparse matrix: indices must be >= 0 and < 2"),
    ({"inputs": broken("coo", "col", -1)}, ValueError, "inputs is a broken sparse matrix"),
    ({"inputs": broken("bsr", "indices", 7)}, ValueError, "inputs is a broken sparse matrix"),
    ({"outputs": broken("csr", "indices", 7)}, ValueError, "outputs is a broken sparse matrix"),
    ({"inputs": sp.coo_array(np.array([0.1, 0.2]))}, ValueError, "inputs has 1 dimensions"),
    ({"needs": [1e308, 1.0]}, ValueError, "needs has 1 entries beyond 1e-50 to 1e.50, first 1e.308"),
    ({"needs": [1e-310, 1.0]}, ValueError, "needs has 1 entries beyond 1e-50"),
    ({"inputs": [[1e-310, 0.1], [0.1, 0.1]]}, ValueError, "inputs has 1 entries beyond 1e-50"),
    ({"capacity": [1e308, 1.0]}, ValueError, "capacity has 1 entries .* write infinity for what is unlimited"),
    ({"labels": {}}, TypeError, "labels is of type dict; give planlab.Labels"),
    ({"shocks": {}}, TypeError, "shocks is of type dict; give planlab.Shocks"),
    ({"stored": [1, 0]}, ValueError, r"stored is \[1, 0\]; give true or false for every product"),
    ({"critical": [True]}, ValueError, r"critical has shape \(1,\) but there are 2 products"),
    ({"name": 3}, TypeError, "name is 3"),
    ({"sector": ["a", None]}, ValueError, "sector has 1 missing entries, first for process 1"),
    ({"region": [np.nan, "b"]}, ValueError, "region has 1 missing entries, first for process 0"),
    ({"factors": [[1.0, 1.0]], "factor_kinds": "labour"}, ValueError, "factor_kinds is 'labour'; give one kind"),
    (
        {"capacity": {"corn": 1.0}, "inputs": FRAME},
        ValueError,
        "capacity and inputs name different processes; missing: 'iron'",
    ),
    ({"capacity": {}}, ValueError, "capacity has shape"),
    ({"needs": {"corn": {"a": 1.0}, "iron": {"b": 1.0}}, "inputs": FRAME}, ValueError, "needs has 2 missing entries"),
    ({"capacity": pd.Series([1.0, 2.0], ["corn", None])}, ValueError, "capacity has no label for row 1"),
    ({"capacity": pd.Series([1.0, 2.0], ["corn", "corn"]), "inputs": FRAME}, ValueError, "the process 'corn' twice"),
    ({"inputs": FRAME[["iron", "corn"]], "capacity": [1.0, 2.0]}, ValueError, "capacity carries no labels, and inputs"),
    ({"inputs": A > 0.1}, TypeError, "inputs has dtype bool"),
    ({"inputs": A.astype(complex)}, TypeError, "inputs has dtype complex"),
    ({"inputs": np.zeros((2, 3))}, ValueError, "say who makes what in outputs"),
    ({"outputs": np.eye(3)}, ValueError, "outputs has shape"),
    ({"outputs": [[1.0, 0.0], [1.0, 0.0]]}, ValueError, "outputs has empty columns: process 1"),
    ({"outputs": [[1.0, 1.0], [0.0, 0.0]]}, ValueError, "no process for 1 products"),
    ({"needs": [1.0, 2.0, 3.0]}, ValueError, "needs has shape"),
    ({"needs": [1.0, -2.0]}, ValueError, "needs has 1 negative"),
    ({"needs": [1.0, np.nan]}, ValueError, "needs has 1 missing entries"),
    ({"needs": [1.0, np.inf]}, ValueError, "needs has 1 infinite"),
    ({"needs": [0.0, 0.0]}, ValueError, "nobody needs anything"),
    ({"needs": [1.0, 0.0], "urgency": [0.0, 1.0]}, ValueError, "nobody needs anything"),
    ({"needs": ["a", "b"]}, TypeError, "needs has dtype"),
    ({"needs": sp.csc_array(np.ones((2, 1)))}, TypeError, "needs is a sparse matrix"),
    (
        {"needs": pd.Series([1.0, 2.0], ["Iron", "corn"]), "inputs": FRAME},
        ValueError,
        "needs and inputs name different products; missing: 'iron'; unknown: 'Iron'. Use",
    ),
    ({"factors": [[1.0, 2.0, 3.0]]}, ValueError, "factors has shape"),
    ({"factors": [[1.0, -2.0]]}, ValueError, "factors has 1 negative"),
    ({"limits": [1.0]}, ValueError, "limits has shape"),
    ({"factors": [[1.0, 1.0]], "limits": [np.nan]}, ValueError, "limits has 1 missing entries"),
    ({"factors": [[1.0, 1.0]], "limits": [-1.0]}, ValueError, "limits has 1 negative"),
    ({"factors": [[1.0, 1.0]], "factor_kinds": ["labor"]}, ValueError, "unknown kinds"),
    ({"factors": [[1.0, 1.0]], "factor_kinds": []}, ValueError, "factor_kinds has 0 entries"),
    ({"capacity": [0.0, 1.0]}, ValueError, "nobody could make"),
    ({"capacity": [1.0]}, ValueError, "capacity has shape"),
    ({"capacity": [1.0, np.nan]}, ValueError, "capacity has 1 missing entries"),
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


FORMS = {
    "list": A.tolist(),
    "NumPy": A,
    "masked, nothing hidden": np.ma.masked_array(A, False),
    "JAX": jnp.asarray(A),
    "objects": A.astype(object),
    "decimals": np.array([[Decimal("0.1"), Decimal("0.2")], [Fraction(3, 10), 0.1]], dtype=object),
    "pandas": pd.DataFrame(A),
    "nullable": pd.DataFrame(A).astype("Float64"),
    "pandas, of objects": pd.DataFrame(A).astype(object),
    "pandas, sparse": pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(A)),
    "a mapping of mappings": {0: {0: 0.1, 1: 0.2}, 1: {1: 0.1, 0: 0.3}},
    "planlab": pl.Sparse.from_any(A),
} | {form: sp.csr_array(A).asformat(form) for form in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia")}


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_matrix_gives_the_same_economy(form):
    scenario = pl.Scenario.from_arrays(FORMS[form], [1, 2])
    assert np.array_equal(scenario.economy.inputs.to_scipy().toarray(), A)


def test_entries_of_one_place_in_a_sparse_matrix_add_up():
    twice = sp.coo_array(([0.05, 0.05, 0.2], ([0, 0, 1], [0, 0, 0])), shape=(2, 2))
    scenario = pl.Scenario.from_arrays(twice, [1.0, 2.0])
    assert np.allclose(scenario.economy.inputs.to_scipy().toarray(), [[0.1, 0.0], [0.2, 0.0]], rtol=1e-15)
    assert twice.nnz == 3


@pytest.mark.parametrize("form", ["NumPy", "csc", "csr", "pandas"])
def test_what_is_handed_over_stays_the_users(form):
    given = FORMS[form].copy()
    scenario = pl.Scenario.from_arrays(given, [1.0, 2.0])
    entries = given.to_numpy(copy=False) if form == "pandas" else given if form == "NumPy" else given.data
    if entries.flags.writeable:
        entries *= 2
    assert np.array_equal(scenario.economy.inputs.to_scipy().toarray(), A)


@pytest.mark.parametrize("whole", [np.array([[0, 2], [0, 0]]), sp.csr_array(np.array([[0, 2], [0, 0]]))])
def test_whole_numbers_are_taken_as_they_are(whole):
    scenario = pl.Scenario.from_arrays(whole, [1, 2], factors=np.array([[3, 4]]), stock=np.array([0, 1]))
    assert scenario.economy.inputs.to_scipy().toarray().tolist() == [[0.0, 2.0], [0.0, 0.0]]
    assert scenario.economy.factors.tolist() == [[3.0, 4.0]]


def test_nullable_columns_are_numbers():
    frame = pd.DataFrame({"town": [1, 2], "village": [0.5, 0.25]}).astype({"town": "Int64", "village": "Float64"})
    scenario = pl.Scenario.from_arrays(A, frame, stock=pd.Series([1, 2], dtype="Int64"))
    assert scenario.needs.tolist() == [[1.0, 0.5], [2.0, 0.25]]
    assert scenario.stock.tolist() == [1.0, 2.0]


def test_infinity_is_for_what_is_unlimited():
    scenario = pl.Scenario.from_arrays(A, [1.0, 2.0], factors=[[1.0, 1.0]], limits=np.inf, capacity=[np.inf, 1e49])
    assert scenario.capacity.tolist() == [np.inf, 1e49]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((np.ones(2), np.ones((1, 2)), np.ones((1, 0))), r"shocks.capacity has shape \(2,\); give one row per period"),
        ((np.ones((1, 2)), np.ones((1, 2, 1)), np.ones((1, 0))), "shocks.needs has shape"),
        ((np.ones((1, 2)), np.ones((1, 3)), np.ones((1, 0))), r"shocks.needs has shape \(1, 3\) but should have"),
        ((np.ones((1, 2)), np.ones((0, 2)), np.ones((1, 0))), "shocks has no periods"),
        ((np.ones((1, 2)), -np.ones((1, 2)), np.ones((1, 0))), "shocks.needs has 2 negative"),
    ],
)
def test_shocks_of_wrong_shape_are_named(parts, said):
    with pytest.raises(ValueError, match=said):
        pl.Scenario.from_arrays(A, [1.0, 2.0], shocks=pl.Shocks(*parts))


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
