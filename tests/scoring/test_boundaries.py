"""Planetary boundaries: the published numbers, and how far the Earth has gone."""

import numpy as np
import pytest

from planlab.scoring.boundaries import BOUNDARIES, planetary_boundaries, planetary_boundary

PUBLISHED = {
    "carbon dioxide": (350, 417),
    "radiative forcing": (1, 2.91),
    "extinctions": (10, 100),
    "primary production": (10, 30),
    "forest": (75, 60),
    "green water": (11.1, 15.8),
    "blue water": (10.2, 18.2),
    "nitrogen": (62, 190),
    "aragonite": (2.75, 2.8),
    "aerosols": (0.1, 0.076),
    "ozone": (276, 284.6),
}
"""Richardson et al. (2023), table 1."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_boundary_and_current_value_are_those_of_table_1(name):
    found = planetary_boundary(name)
    assert (found.boundary, found.current) == PUBLISHED[name]


def test_six_of_nine_processes_are_transgressed():
    beyond = {each.process for each in BOUNDARIES if each.is_transgressed}
    assert beyond == {
        "climate change",
        "biosphere integrity",
        "land-system change",
        "freshwater change",
        "biogeochemical flows",
        "novel entities",
    }
    assert {each.process for each in BOUNDARIES} - beyond == {
        "ocean acidification",
        "aerosol loading",
        "ozone depletion",
    }


def test_overshoot_is_counted_from_the_holocene_and_not_from_nothing():
    assert planetary_boundary("carbon dioxide").overshoot == pytest.approx((417 - 280) / (350 - 280))
    assert planetary_boundary("carbon dioxide").overshoot == pytest.approx(1.957, abs=5e-4)


def test_some_boundaries_fall():
    falling = {each.name for each in BOUNDARIES if each.falls}
    assert falling == {"forest", "aragonite", "ozone"}
    assert planetary_boundary("forest").overshoot == pytest.approx(40 / 25)


def test_what_is_not_known_or_a_judgement_has_no_overshoot():
    assert np.isnan(planetary_boundary("primary production").overshoot)
    assert np.isnan(planetary_boundary("novel entities").overshoot)
    assert planetary_boundary("primary production").is_transgressed is None


def test_shares_of_a_head_are_those_of_oneill():
    assert 1e9 * planetary_boundary("nitrogen").per_head(6.97e9) == pytest.approx(8.9, abs=0.05)
    assert 1e9 * planetary_boundary("phosphorus").per_head(6.97e9) == pytest.approx(0.89, abs=0.005)
    table = planetary_boundaries(heads=8e9)
    assert set(table.index[table["per_head"].notna()]) == {"nitrogen", "phosphorus"}


def test_a_concentration_cannot_be_shared():
    with pytest.raises(ValueError, match="ozone is no amount per year and cannot be shared; these can: nitrogen"):
        planetary_boundary("ozone").per_head(8e9)
    with pytest.raises(ValueError, match=r"No boundary 'ozon'\. Did you mean 'ozone'"):
        planetary_boundary("ozon")
