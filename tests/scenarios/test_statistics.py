"""What networks look like, by hand and beside real tables.

Real tables of 50 to 402 sectors, untreated: Hungary, Spain and Belgium 2020-22, the United States 2017 and 2021,
Australia 2020, the United Kingdom 2015.
"""

import numpy as np
import pytest

import planlab as pl
from planlab.scenarios._statistics import NetworkStatistics, network_statistics

REAL = {
    "inputs": (6.0, 11.5),
    "spectral_radius": (0.3, 0.6),
    "column_sum": (0.27, 0.58),
    "top_hub": (0.57, 0.92),
    "gini": (0.55, 0.72),
    "upper_over_lower": (0.54, 1.21),
}
SEEDS = range(6)


def outside(found: NetworkStatistics) -> set[str]:
    """Return the statistics that lie outside the range of real tables."""
    return {name for name, (low, high) in REAL.items() if not low <= getattr(found, name) <= high}


def typical(name, products):
    """Return the mean over seeds, at default settings."""
    drawn = [network_statistics(pl.make_scenario(name, products=products, seed=seed)) for seed in SEEDS]
    return NetworkStatistics(*np.mean(drawn, axis=0))


def test_statistics_by_hand():
    A = np.array([[0.1, 0.2, 0.005], [0.3, 0.0, 0.0], [0.05, 0.0, 0.0]])
    found = network_statistics(pl.Economy.from_arrays(inputs=A))
    assert found.products == 3
    assert found.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(A)).max())
    assert found.column_sum == pytest.approx(0.655 / 3)
    assert found.inputs == pytest.approx(4 / 3)
    assert found.top_hub == pytest.approx(2 / 3)
    assert found.gini == pytest.approx((1 + 1 + 0) * 2 / (2 * 3 * 4))  # two, one and one buyers
    assert found.upper_over_lower == pytest.approx(0.205 / 0.35)
    assert network_statistics(pl.Economy.from_arrays(inputs=A), threshold=0.1).inputs == pytest.approx(2 / 3)


def test_a_triangular_table_has_no_lower_mass():
    assert (
        network_statistics(pl.Economy.from_arrays(inputs=np.triu(np.full((4, 4), 0.2), 1))).upper_over_lower == np.inf
    )


def test_techniques_are_averaged():
    A = np.array([[0.0, 0.0, 0.5], [0.2, 0.4, 0.0]])
    M = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert network_statistics(pl.Economy.from_arrays(inputs=A, outputs=M)).column_sum == pytest.approx((0.3 + 0.5) / 2)


def test_only_economies_and_scenarios_have_statistics():
    with pytest.raises(TypeError, match="give an Economy or a Scenario"):
        network_statistics(np.eye(2))


@pytest.mark.parametrize("name", ["us-2021-71", "australia-2020-114"])
def test_tables_as_loaded_lie_in_the_range_of_real_tables(name):
    assert outside(network_statistics(pl.load_table(name))) == set()


@pytest.mark.parametrize("products", [71, 402])
def test_scale_free_looks_like_real_tables(products):
    assert outside(typical("scale_free", products)) == set()


@pytest.mark.parametrize("products", [71, 402])
def test_layered_is_a_hierarchy_given_from_the_bottom_up_and_real_otherwise_but_for_its_hubs(products):
    found = typical("layered", products)
    assert outside(found) - {"top_hub"} == {"upper_over_lower"}
    assert 1.5 < found.upper_over_lower < 3.5


@pytest.mark.parametrize("products", [71, 402])
def test_modular_has_no_hubs_and_is_real_otherwise(products):
    assert outside(typical("modular", products)) == {"top_hub", "gini"}


@pytest.mark.parametrize("name", ["layered", "scale_free", "modular"])
def test_what_does_not_depend_on_the_number_of_products(name):
    small, large = (network_statistics(pl.make_scenario(name, products=n)) for n in (400, 10_000))
    assert large.inputs == pytest.approx(small.inputs, abs=0.3)
    assert large.column_sum == pytest.approx(small.column_sum, abs=0.05)
    assert large.spectral_radius == pytest.approx(small.spectral_radius, abs=1e-8)
