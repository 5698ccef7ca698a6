"""A world as labelled tables with units, and in a few lines for people."""

import re

import jax
import numpy as np
import pytest

import planlab as pl
from planlab.economy import exports
from planlab.testing import drawn_scenario

TONNES = pl.Scenario.from_arrays(
    np.array([[0.1, 0.2], [0.3, 0.1]]),
    [1.0, 2.0],
    factors=[[1.0, 2.0], [3.0, 4.0]],
    limits=[9.0, np.inf],
    factor_kinds=["labour", "energy"],
    sector=["trade", "farming"],
    labels=pl.Labels(["corn", "<b>iron</b>"], ["farm", "mill"], ["hours", "coal"], ["all"], product_units="t",
                     process_units=("ha", "shifts"), factor_units=("h", "GJ")),
    name="<tonnes>",
)  # fmt: skip
NAMELESS = drawn_scenario(5)


def equal(one, other):
    """Return whether two worlds or economies are equal in every number and name."""
    ones, others = jax.tree.leaves(one), jax.tree.leaves(other)
    numbers = all(np.array_equal(a, b) for a, b in zip(ones, others, strict=True))
    a, b = (getattr(world, "economy", world) for world in (one, other))
    return numbers and a.labels == b.labels and a.factor_kinds == b.factor_kinds


@pytest.mark.parametrize("world", [TONNES, NAMELESS, pl.make_scenario("three_sector")], ids=lambda s: s.name)
def test_tables_are_the_arguments_that_give_back_the_same_world(world):
    again = pl.Scenario.from_arrays(**world.to_pandas())
    assert equal(again, world)
    economy = pl.Economy.from_arrays(**world.economy.to_pandas())
    assert equal(economy, world.economy)


def test_tables_carry_labels_and_units():
    tables = TONNES.to_pandas()
    assert tables["inputs"].loc["<b>iron</b>", "farm"] == 0.3
    assert tables["sector"].tolist() == ["trade", "farming"]
    assert tables["needs"].attrs["units"] == "t per period"
    assert tables["limits"].attrs["units"] == "units of factor per period"
    assert TONNES.to_xarray()["factor_unit"].values.tolist() == ["h", "GJ"]


def test_every_variable_of_a_dataset_has_units():
    data = TONNES.to_xarray()
    units = {name: variable.attrs["units"] for name, variable in data.items()}
    assert units == units | {"needs": "t per period", "stock": "t", "population": "1", "depreciation": "1 per period"}
    assert units["inputs"] == "t per units of process"
    assert data["inputs"].sel(product="corn", process="mill") == 0.2
    assert data["product_unit"].values.tolist() == ["t", "t"]
    assert data["process_unit"].values.tolist() == ["ha", "shifts"]
    assert data["factor_kind"].values.tolist() == ["labour", "energy"]
    assert data["sector"].values.tolist() == ["trade", "farming"]
    assert data.attrs["name"] == "<tonnes>"
    assert set(TONNES.economy.to_xarray()) == {"inputs", "outputs", "factors", "capital", "depreciation"}


def test_units_of_a_loaded_table_come_through():
    data = pl.load_table("pymrio-test").to_xarray()
    assert data["needs"].attrs["units"] == "Mill USD per period"
    assert data["factor_unit"].values.tolist() == ["Mill USD", "kg", "kg"]


def test_large_matrices_are_given_as_their_non_zeros(monkeypatch):
    monkeypatch.setattr(exports, "DENSE_UP_TO", 3)
    inputs = TONNES.to_pandas()["inputs"]
    assert inputs.loc["<b>iron</b>", "farm"] == 0.3
    assert inputs.index.names == ["product", "process"]
    data = TONNES.to_xarray()
    assert data["inputs"].sizes == {"inputs_entry": 4}
    chosen = (data["inputs_product"] == "corn") & (data["inputs_process"] == "mill")
    assert data["inputs"].where(chosen, drop=True).values.tolist() == [0.2]


def test_without_xarray_one_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "xarray", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'planlab\[data\]'"):
        TONNES.to_xarray()


def test_worlds_describe_themselves_in_a_few_lines():
    scenario = pl.load_table("us-2021-71")
    for part in (scenario, scenario.economy, scenario.economy.labels, scenario.economy.inputs):
        lines = repr(part).splitlines()
        assert len(lines) <= 8
        assert max(map(len, lines)) < 1200
    assert repr(TONNES).splitlines() == [
        "Scenario '<tonnes>'",
        "  2 products: corn; <b>iron</b>",
        "  2 processes: farm; mill",
        "  4 inputs",
        "  2 factors: hours (labour); coal (energy)",
        "  1 community: all",
        "  2 needs; 1 factor and 0 processes limited; nothing strikes",
    ]
    assert repr(TONNES.economy.inputs) == "Sparse(2 × 2, 4 non-zeros)"
    assert len(repr(pl.simulate("command", scenario, periods=1)).splitlines()) < 40


def test_worlds_describe_themselves_while_traced():
    said = []
    jax.jit(lambda s: said.append((repr(s), s._repr_html_(), repr(s.economy.inputs))))(NAMELESS)
    assert said[0][0].startswith("Scenario 'drawn'")
    assert said[0][1].startswith("<pre>")


def test_html_shows_factors_communities_and_products_and_escapes_their_names():
    page = TONNES._repr_html_()
    for text in (
        "&lt;b&gt;iron&lt;/b&gt;",
        "&lt;tonnes&gt;",
        "unlimited",
        "<td>GJ</td>",
        "<td>hours</td>",
        "<td>all</td>",
    ):
        assert text in page
    assert "<b>" not in page
    assert "<tonnes>" not in page
    many = pl.load_table("us-2021-15")._repr_html_()
    assert "7 more" in many
    assert not re.search(r">nan<|None", many)


def test_codes_of_sectors_go_by_the_names_that_are_given():
    labels = pl.Labels(sectors=("trade", "farming", "mining"))
    scenario = pl.Scenario.from_arrays(np.full((2, 2), 0.1), [1.0, 1.0], sector=["farming", "trade"], labels=labels)
    assert scenario.economy.sector.tolist() == [1, 0]
    by_code = pl.Scenario.from_arrays(np.full((2, 2), 0.1), [1.0, 1.0], sector=[2, 0], labels=labels)
    assert by_code.economy.sector.tolist() == [2, 0]
    assert by_code.economy.labels.sectors == ("trade", "farming", "mining")
    with pytest.raises(ValueError, match="sector has 'fishing', which labels.sectors lacks"):
        pl.Scenario.from_arrays(np.full((2, 2), 0.1), [1.0, 1.0], sector=["farming", "fishing"], labels=labels)
