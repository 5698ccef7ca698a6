"""A figure of a user's own is drawn from one set of rows for the page and for print, and breaks only itself."""

import json
import re
from itertools import product

import altair as alt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import planlab as pl
from planlab.base.registry import PartWarning
from planlab.presentation.digest import digest
from planlab.presentation.figure import FIGURES, Figure, Section, printed, save_figures, sections
from planlab.presentation.page import render_page

EVIL = "<img src=x onerror=alert(1)>"


def by_mechanism(summary, mark, named, panel=""):
    rows = [
        {
            "mechanism": row.mechanism,
            "behaviour": row.behaviour,
            "a.b[0]": row["needs_met"].mean,
            "low": row["needs_met"].low,
            "high": row["needs_met"].high,
            "sent": row["messages"].mean + 1000 * row.honest,
        }
        for row in summary.rows
    ]
    x = "mechanism" if named else "sent"
    ends = {"low": "low", "high": "high"} if summary.has_intervals else {}
    return pl.Chart(rows, x=x, y="a.b[0]", mark=mark, panel=panel, percent="y", y_title="needs met", **ends)


@pytest.mark.parametrize(("mark", "named"), list(product(("bar", "line", "point"), (True, False))))
@pytest.mark.parametrize(("seeds", "panel"), [(3, ""), (9, ""), (9, "behaviour")])
def test_every_mark_is_drawn_for_the_page_and_for_print(made_up, mark, named, seeds, panel):
    summary = digest(made_up(seeds=seeds))
    drawn = by_mechanism(summary, mark, named, panel)
    section = drawn.page(summary, "mine")
    assert len(section.charts) == (2 if panel else 1)
    for name, spec in section.charts.items():
        alt.LayerChart.from_dict(spec)
        json.dumps(spec, allow_nan=False)
        assert f'data-chart="{name}"' in section.html
        assert "a.b[0]" not in json.dumps(spec)
    figure = drawn.printed(summary)
    FigureCanvasAgg(figure).draw()
    assert len([axes for axes in figure.axes if axes.axison]) == len(section.charts)


def test_both_drawings_show_the_numbers_of_the_rows(made_up):
    summary = digest(made_up(seeds=9))
    drawn = by_mechanism(summary, "bar", named=True)
    asked = {round(point["y"], 9) for point in drawn.points}
    (spec,) = drawn.page(summary, "mine").charts.values()
    bars = [layer for layer in spec["layer"] if layer["mark"]["type"] == "bar"]
    assert {round(row["y"], 9) for layer in bars for row in layer["data"]["values"]} == asked
    widths = [patch.get_width() for patch in drawn.printed(summary).axes[0].patches]
    assert {round(width, 9) for width in widths} == asked


@pytest.mark.parametrize("mark", ["bar", "line", "point"])
@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ((0.0, 0.0), 0.0, 0.0),
        ((-0.0, 0.0), 0.0, 0.0),
        ((float("nan"), float("nan")), 0.0, 0.0),
        ((float("nan"), 0.0), 0.0, 0.0),
        ((2.0, 0.0), 0.0, 2.0),
        ((float("nan"), -2.0), -2.0, 0.0),
        ((3.0, -2.0), -2.0, 3.0),
    ],
)
@pytest.mark.parametrize("xs", [("a", "b"), (0.0, 0.0)])
def test_whatever_numbers_are_drawn_there_is_an_axis_for_them(made_up, mark, values, low, high, xs):
    summary = digest(made_up())
    drawn = pl.Chart([{"x": x, "y": y} for x, y in zip(xs, values, strict=True)], "x", "y", mark=mark)
    FigureCanvasAgg(drawn.printed(summary)).draw()
    assert drawn.page(summary, "mine").charts
    ends = drawn.ends["y"]
    assert ends[0] < ends[1]
    assert all(ends[0] <= value <= ends[1] for value in values if value == value)
    if mark == "bar":
        assert ends[0] <= low <= high <= ends[1]
        assert (ends[0] == 0.0) == (low == 0.0)
        assert (ends[1] == 0.0) == (low < 0.0 and high == 0.0)


@pytest.mark.parametrize("xs", [(2.0, 0.0, float("nan"), 1.0), ("c", "a", "b", "d")])
def test_lines_run_along_the_axis_in_print_as_on_the_page(made_up, xs):
    rows = [{"mechanism": "command", "x": x, "y": k} for k, x in enumerate(xs)]
    figure = pl.Chart(rows, "x", "y", mark="line").printed(digest(made_up()))
    (line,) = figure.axes[0].lines
    expected = [[0, 1], [1, 3], [2, 0]] if xs[0] == 2.0 else [[0, 0], [1, 1], [2, 2], [3, 3]]
    assert line.get_xydata().tolist() == expected


def test_names_stand_in_one_order_in_every_panel_on_the_page_and_in_print(made_up):
    told = [("a", "command", "one"), ("b", "gradient", "one"), ("c", "command", "two"), ("a", "gradient", "two")]
    rows = [{"x": x, "mechanism": mechanism, "part": part, "y": 1.0} for x, mechanism, part in told]
    chart = pl.Chart(rows, "x", "y", panel="part")
    assert [label.get_text() for label in chart.printed(digest(made_up())).axes[0].get_yticklabels()] == ["a", "b", "c"]
    for spec in chart.page(digest(made_up()), "mine").charts.values():
        domains = [layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"]]
        assert domains == [["a", "b", "c"]] * len(domains)


def test_two_behaviours_whose_titles_are_the_same_are_two_lines(made_up):
    summary, told = digest(made_up()), ("best_reply", "best reply")
    rows = [{"mechanism": "command", "behaviour": b, "x": t, "y": t + k} for k, b in enumerate(told) for t in (0, 1)]
    chart = pl.Chart(rows, "x", "y", mark="line")
    assert len(chart.printed(summary).axes[0].lines) == 2
    (spec,) = chart.page(summary, "mine").charts.values()
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert [[(row["x"], row["y"]) for row in line["data"]["values"]] for line in lines] == [
        [(0.0, 0.0), (1.0, 1.0)],
        [(0.0, 1.0), (1.0, 2.0)],
    ]
    assert [line["mark"].get("strokeDash") for line in lines] == [None, [5, 3]]


def test_a_figure_of_ones_own_stands_on_the_page_and_among_the_printed(comparison, tmp_path):
    @pl.figure(title=EVIL)
    def mine(summary):
        """What <b>I</b> look at, as `saros:14` :cite:`saros:14` has it."""
        return by_mechanism(summary, "bar", named=True)

    page = render_page(comparison)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert EVIL not in page
    assert "What &lt;b&gt;I&lt;/b&gt; look at, as saros:14 has it." in page
    assert page.index('id="figure-promises"') < page.index('data-chart="mine-0"') < page.index('id="table"')
    names = {path.name for path in save_figures(comparison, tmp_path)}
    assert {"mine.svg", "mine.png", "frontier.svg"} <= names


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda summary: summary.nothing, "AttributeError"),
        (lambda summary: 3, "TypeError: the figure .* is 3; let its function return a pl.Chart"),
        (lambda summary: pl.Chart([], "x", "y"), "ValueError: rows has nothing to draw"),
        (lambda summary: pl.Chart([{"x": 1, "z": 2}], "x", "y"), "ValueError: rows have no 'y'; they have x, z"),
        (lambda summary: pl.Chart([{"x": 1, "y": "a"}], "x", "y"), "TypeError: y is 'a' in a row; give numbers"),
        (lambda summary: pl.Chart([{"x": 1, "y": 2}], "x", "y", mark="pie"), "mark is 'pie'; give one of bar, line"),
        (lambda summary: pl.Chart([{"x": 1, "y": 2}, {"x": "a", "y": 2}], "x", "y"), "x is text in some rows"),
    ],
)
def test_a_figure_that_cannot_be_drawn_says_why_and_breaks_no_other(comparison, draw, said):
    draw.__name__ = "mine"
    pl.figure()(draw)
    found = {figure.name: section for figure, section in sections(digest(comparison))}
    assert list(found) == [*FIGURES.planlabs(), "mine"]
    assert "This figure cannot be drawn (" in found["mine"].html
    with pytest.warns(PartWarning, match=f"The figure 'mine' cannot be drawn .*{said}"):
        assert list(printed(comparison)) == FIGURES.planlabs()


def test_planlabs_figures_may_be_drawn_again_beside_themselves(comparison):
    for name, again in {f"{each}_again": FIGURES.find(each).draw for each in FIGURES.planlabs()}.items():
        FIGURES.add(name, Figure(name, name, again), __name__)
    found = [section for _, section in sections(digest(comparison))]
    assert len(found) == 2 * len(FIGURES.planlabs())
    charts = [name for section in found for name in section.charts]
    assert len(set(charts)) == len(charts)
    for section in found:
        places = re.findall(r'data-chart="([^"]+)"(?: data-kind="([^"]+)")?', section.html)
        assert {f"{place}-{kind}" if kind else place for place, kind in places} <= set(section.charts)
        assert bool(places) == bool(section.charts)


@pytest.mark.parametrize("name", ["charts", "table", "reading", "making", "kind"])
def test_a_figure_may_be_called_like_anything_on_the_page(comparison, name):
    draw = lambda summary: by_mechanism(summary, "bar", named=True)  # noqa: E731 - it is named below
    draw.__name__ = name
    pl.figure()(draw)
    page = render_page(comparison)
    places = re.findall(r' id="([^"]+)"', page)
    assert len(set(places)) == len(places)
    assert f"figure-{name}" in places


def test_a_chart_that_another_figure_might_have_is_refused(comparison):
    class Borrowing:
        def page(self, summary, name):
            return Section("", {"mine-0": {}, "trajectories-0": {}})

        def printed(self, summary):
            raise NotImplementedError

    @pl.figure()
    def mine(summary):
        return Borrowing()

    found = {figure.name: section for figure, section in sections(digest(comparison))}
    assert "its chart &#39;trajectories-0&#39; is not called &#39;mine&#39; or &#39;mine-...&#39;" in found["mine"].html
    assert not found["mine"].charts


def test_a_figure_that_is_called_like_one_of_planlabs_is_refused():
    with pytest.raises(ValueError, match="planlab has a figure 'frontier' already"):

        @pl.figure()
        def frontier(summary):
            return None
