"""Products of real tables are in the categories that a person would look for them in."""

import pytest

import planlab as pl
from planlab.tables.categories import CATEGORIES, WORDS, category_of

EXPECTED = {
    "us-2021-71": {
        "Farms": "food",
        "Food services and drinking places": "food",
        "Housing": "housing and energy",
        "Utilities": "housing and energy",
        "Hospitals": "health",
        "Social assistance": "health",
        "Educational services": "education",
        "Water transportation": "mobility",
        "Motor vehicle and parts dealers": "mobility",
        "Funds, trusts, and other financial vehicles": "rest",
        "Mining, except oil and gas": "rest",
        "Electrical equipment, appliances, and components": "rest",
        "State and local general government": "rest",
    },
    "us-2021-15": {
        "Educational services, health care, and social assistance": "health",
        "Finance, insurance, real estate, rental, and leasing": "housing and energy",
        "Arts, entertainment, recreation, accommodation, and food services": "rest",
        "Transportation and warehousing": "mobility",
    },
    "pymrio-test": {"reg3 / food": "food", "reg1 / electricity": "housing and energy", "reg6 / transport": "mobility"},
    "australia-2020-114": {
        "1102": "food",
        "8401": "health",
        "6701": "housing and energy",
        "6702": "rest",
        "8110": "education",
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_table_has_categories(name):
    scenario = pl.load_table(name)
    products = scenario.economy.labels.products
    found = dict(zip(products, scenario.category_names, strict=True))
    assert {product: found[product] for product in EXPECTED[name]} == EXPECTED[name]
    assert set(found.values()) <= set(CATEGORIES)


def test_words_speak_of_known_categories_and_what_they_do_not_know_is_the_rest():
    assert {category for category, _ in WORDS} <= set(CATEGORIES)
    assert category_of("Legal services") == "rest"
