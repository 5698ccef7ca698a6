"""Categories of needs: kept in the scenario, whatever is done to it, and shown."""

import numpy as np
import pytest

import planlab as pl

ARRAYS = {"inputs": np.array([[0.1, 0.2], [0.3, 0.1]]), "needs": [1.0, 2.0], "labels": pl.Labels(["corn", "beds"])}


def test_names_stand_for_codes_and_come_back_from_tables():
    scenario = pl.Scenario.from_arrays(**ARRAYS, categories={"beds": "health", "corn": "food"})
    assert scenario.categories == ("food", "health")
    assert scenario.category.tolist() == [0, 1]
    again = pl.Scenario.from_arrays(**scenario.to_pandas())
    assert again.category_names.tolist() == ["food", "health"]
    assert scenario.to_xarray().category.values.tolist() == ["food", "health"]
    assert "2 categories of needs: food; health" in repr(scenario)
    assert "<th>category</th>" in scenario._repr_html_()


def test_they_stay_when_something_else_is_replaced_and_change_by_label():
    scenario = pl.Scenario.from_arrays(**ARRAYS, categories=["food", "health"])
    assert scenario.replace(needs=[3.0, 1.0]).categories == ("food", "health")
    assert scenario.replace(categories={"corn": "energy"}).category_names.tolist() == ["energy", "health"]
    assert scenario.replace(categories=None).categories == ()


def test_where_nothing_is_said_all_are_of_one():
    scenario = pl.Scenario.from_arrays(**ARRAYS)
    assert (scenario.category, scenario.categories) == (None, ())
    assert scenario.category_names.tolist() == ["needs", "needs"]
    assert "categor" not in repr(scenario)
    assert scenario.replace(categories={"beds": "health"}).categories == ("health", "needs")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["food"], r"^categories has shape \(1,\) but there are 2 products"),
        (["food", 3], "^categories is 3 for product 1; give a name"),
        (["", "food"], "^categories is '' for product 0"),
        ({"corn": "food", "bed": "health"}, "categories and labels name different products; missing: 'beds'"),
    ],
)
def test_what_is_no_category_is_refused_by_name(given, said):
    with pytest.raises(ValueError, match=said):
        pl.Scenario.from_arrays(**ARRAYS, categories=given)
