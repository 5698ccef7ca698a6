"""What figures and tables of the documentation are drawn from can be read, and is measured as it says."""

import numpy as np
import pytest

import planlab as pl
from benchmarks.economies import case
from benchmarks.figures import CELLS, four_cells
from benchmarks.planning import OURS, ours, relative_kkt
from planlab.optimisation import highs


@pytest.mark.parametrize(("name", "economies", "versions"), [("hypotheses", 8, 1), ("hypotheses_varied", 4, 16)])
def test_every_cell_of_a_table_is_drawn_with_what_is_around_it(name, economies, versions):
    rows = four_cells(name)
    assert rows.groupby("economy").version.nunique().tolist() == [versions] * economies
    assert rows.groupby(["economy", "version"]).cell.apply(list).map(lambda cells: cells == list(CELLS)).all()
    assert ((rows.low >= 0) & (rows.low <= rows["mean"]) & (rows["mean"] <= rows.high) & (rows.high <= 100)).all()


def test_an_interval_is_read_as_it_is_printed():
    rows = four_cells("hypotheses").set_index(["economy", "cell"])
    assert rows.loc[("three_sector", "honest LP"), ["low", "mean", "high"]].tolist() == [100.0] * 3
    assert rows.loc[("layered", "LP on lies"), "low"] < rows.loc[("layered", "LP on lies"), "high"]


def test_answers_of_all_solvers_are_judged_by_one_measure():
    problem = case(0, objective=pl.CappedNeeds()).problem
    row = ours(problem, ("small", problem.products, 1, 1.0, 0, 1e-6))
    assert (row.solver, row.verdict) == (f"{OURS} (simplex)", "certified")
    right = highs.solve(problem.linear)
    assert relative_kkt(problem.linear, right.z, right.y) < 1e-9
    assert relative_kkt(problem.linear, 0.9 * right.z, right.y) > 1e-3
    assert np.isnan(relative_kkt(problem.linear, right.z + np.nan, right.y))
