"""What the reference adds to docstrings: types as they are written, and examples that run."""

import doctest
import inspect
import sys
from pathlib import Path

import pytest

import planlab as pl

sys.path.append(str(Path(__file__).parents[2] / "docs" / "_extensions"))

from planlab_docstrings import KINDS, example_of, type_of, with_types  # noqa: E402 - found by the path above


def test_every_parameter_is_given_its_type():
    lines = (inspect.getdoc(pl.LinearProgram) or "").splitlines()
    typed = with_types(lines, pl.LinearProgram.__annotations__)
    assert {"objective : Objective", "reserve : float", "solver : str"} <= set(typed)
    assert with_types(typed, pl.LinearProgram.__annotations__) == typed


def test_types_are_told_without_their_modules():
    assert type_of(pl.Plan.__annotations__["delivery"]) == "Float[Array, 'products communities']"
    assert type_of(pl.Plan.__annotations__["prices"]) == "Float[Array, 'products'] | None"


@pytest.mark.parametrize("name", ["Pivot", "Reward", "compare", "PrioritySectors", "nothing"])
def test_what_is_no_such_part_or_needs_arguments_has_no_example(name):
    assert example_of(name) == []


def test_every_kind_of_part_has_examples_and_the_first_of_each_runs():
    first = {}
    for name in dir(pl):
        if example := example_of(name):
            kind = next(kind for kind, base in KINDS.items() if issubclass(getattr(pl, name), base))
            first.setdefault(kind, "\n".join(example))
    assert set(first) == set(KINDS)
    for kind, text in first.items():
        example = doctest.DocTestParser().get_doctest(text, {}, kind, None, None)
        assert doctest.DocTestRunner(verbose=False).run(example).failed == 0, kind
