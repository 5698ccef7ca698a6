"""A capacity report crosses at most eight files under three names, from who reports it to the programme and to pay."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import planlab as pl
from benchmarks.crossings import capacity_report

PAGE = Path(__file__).parents[1] / "docs" / "theory" / "information.rst"

MOST_FILES, MOST_NAMES = 8, 3


class Renaming(pl.LinearProgram):
    """Calls what was reported by a word of its own."""

    def plan(self, state, seen, key):
        admitted = seen.capacity
        return super().plan(state, replace(seen, capacity=admitted), key)


@cache
def crossed():
    return capacity_report()


def test_a_capacity_report_crosses_few_files_under_few_names():
    assert len(crossed().files) <= MOST_FILES, crossed().files
    assert len(crossed().names) <= MOST_NAMES, crossed().names


def test_it_is_followed_all_the_way():
    way = {"people/behaviours/_saying.py", "people/channels/hierarchy.py", "optimisation/linear_problem.py"}
    assert way < set(crossed().files)
    assert set(crossed().names) == {"capacity", "reported_capacity", "upper"}


def test_one_more_file_with_one_more_name_is_noticed():
    found = capacity_report(Renaming(), Path(__file__))
    assert set(found.files) - set(crossed().files) == {Path(__file__).name}
    assert set(found.names) - set(crossed().names) == {"admitted"}


def test_the_documentation_names_the_same():
    row = re.search(r"\* - a capacity report, now\n(.+?)(?=\n   \* -|\n\n)", PAGE.read_text(), re.DOTALL)[1]
    assert set(re.findall(r"``([\w/]+\.py)``", row)) == set(crossed().files)
    assert set(re.findall(r"``(\w+)``", row)) == set(crossed().names)
