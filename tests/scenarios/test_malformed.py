"""Wrong parameters: each is named, with what to do next."""

import numpy as np
import pytest

import planlab as pl


@pytest.mark.parametrize(
    ("name", "parameters", "error", "says"),
    [
        ("layerd", {}, ValueError, "Did you mean 'layered'"),
        ("calibration", {}, ValueError, "Known: at_rest, decent_living"),
        (None, {}, ValueError, "No scenario None"),
        ("layered", {"product": 100}, TypeError, "Did you mean 'products'"),
        ("three_sector", {"products": 3}, TypeError, "It takes: labour"),
        ("layered", {"products": 10.0}, TypeError, "products is 10.0; give a whole number"),
        ("layered", {"products": 4, "inputs": 2}, ValueError, "at least 5"),
        ("scale_free", {"products": 2, "inputs": 1}, ValueError, "at least 3"),
        ("layered", {"products": 0}, ValueError, "products is 0"),
        ("layered", {"products": True}, TypeError, "products is True"),
        ("layered", {"inputs": 100}, ValueError, "fewer inputs or more products"),
        ("layered", {"inputs": 0}, ValueError, "inputs is 0"),
        ("layered", {"techniques": 0}, ValueError, "techniques is 0"),
        ("layered", {"spectral_radius": 1.0}, ValueError, "above 0 and below 1"),
        ("layered", {"spectral_radius": 0}, ValueError, "above 0"),
        ("layered", {"spectral_radius": "half"}, TypeError, "give a number"),
        ("layered", {"tightness": 0.0}, ValueError, "tightness is 0.0; give a number above 0"),
        ("layered", {"tightness": 1.1}, ValueError, "at most 1"),
        ("layered", {"tightness": np.nan}, ValueError, "tightness is nan"),
        ("scale_free", {"tightness": 0.001, "depreciation": 0.05}, ValueError, "Raise tightness"),
        ("layered", {"capacity_margin": 0.9}, ValueError, "of at least 1"),
        ("layered", {"bottlenecks": 0.9}, ValueError, "at most 0.5"),
        ("layered", {"depreciation": -0.1}, ValueError, "depreciation is -0.1"),
        ("layered", {"communities": 0}, ValueError, "communities is 0"),
        ("layered", {"factors": ["labour"]}, TypeError, "mapping from kind to count"),
        ("layered", {"factors": {"hope": 1}}, ValueError, "Known kinds: labour"),
        ("layered", {"factors": {"labour": -1}}, ValueError, r"factors\['labour'\] is -1"),
        ("layered", {"factors": {"labour": 0}}, ValueError, "factors is empty"),
        ("layered", {"scarce": ["land"]}, ValueError, "scarce is .*one or more of labour"),
        ("layered", {"scarce": []}, ValueError, "scarce is"),
        ("layered", {"scarce": "labour"}, ValueError, "give a list"),
        ("layered", {"feedback": 2}, ValueError, "feedback is 2"),
        ("layered", {"seed": -1}, ValueError, "seed is -1"),
        ("layered", {"seed": "today"}, TypeError, "seed is 'today'"),
        ("scale_free", {"skew": 4}, ValueError, "skew is 4"),
        ("modular", {"regions": 60}, ValueError, "at most half as many regions"),
        ("modular", {"inside": -0.5}, ValueError, "inside is -0.5"),
        ("drought", {"severity": 2}, ValueError, "severity is 2"),
        ("drought", {"length": 0}, ValueError, "length is 0"),
        ("drought", {"base": "drizzle"}, ValueError, "No scenario 'drizzle'"),
        ("drought", {"base": 3}, TypeError, "give a scenario, or the name of one"),
        ("drought", {"severty": 0.5}, TypeError, "severty"),
        ("drought", {"seed": 1.5}, TypeError, "seed is 1.5"),
        ("shifting_needs", {"drift": -1}, ValueError, "drift is -1"),
        ("shifting_needs", {"periods": 0}, ValueError, "periods is 0"),
        ("transition", {"years": 1}, ValueError, "years is 1"),
        ("transition", {"sigma": -1}, ValueError, "sigma is -1"),
        ("transition", {"hit": 2}, ValueError, "hit is 2"),
        ("transition", {"depreciation": 1}, ValueError, "depreciation is 1"),
        ("transition", {"base": "us-2021-71", "products": 60}, TypeError, "products"),
        ("transition", {"base": "transition"}, ValueError, "base is in transition already"),
    ],
)
def test_wrong_parameters_are_named(name, parameters, error, says):
    with pytest.raises(error, match=says):
        pl.make_scenario(name, **parameters)


def test_a_scenario_takes_no_parameters_of_a_generator():
    with pytest.raises(TypeError, match="leave out products"):
        pl.make_scenario("drought", base=pl.make_scenario("three_sector"), products=10)


def test_a_drought_needs_capacity_to_strike():
    with pytest.raises(ValueError, match="no limited capacity"):
        pl.make_scenario("drought", base=pl.Scenario.from_arrays(inputs=np.array([[0.2]]), needs=[1.0]))
