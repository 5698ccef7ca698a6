from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from planlab.presentation import incentive_plots
from planlab.presentation.digest import digest
from planlab.presentation.figure import FIGURES, printed, save_figures
from planlab.presentation.figures.shortfalls import PRINTED

NAMES = FIGURES.planlabs()


def drawn(name, comparison):
    return printed(comparison, name)[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"seeds": 1, "bound": float("nan")},
        {"behaviours": ("honest",), "communities": 1},
        {"mechanisms": ("$a$", "b_{"), "names": ["$x", "\\frac", "a long name " * 9] * 3},
        {"behaviours": ("honest", "understate", "embellish"), "periods": 1, "seeds": 2},
    ],
)
def test_figures_draw_whatever_is_compared(name, setting, made_up):
    figure = drawn(name, made_up(**setting))
    assert isinstance(figure, Figure)
    FigureCanvasAgg(figure).draw()


@pytest.fixture
def texts_of(monkeypatch):
    """The function that draws a figure and returns all that was written in it, and where."""
    write, found = Text.draw, []

    def noted(text, renderer, *arguments, **more):
        if text.get_visible() and text.get_text().strip():
            found.append((text, text.get_window_extent(renderer)))
        return write(text, renderer, *arguments, **more)

    def drawn(figure):
        FigureCanvasAgg(figure).draw()
        found.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Text, "draw", noted)
            figure.canvas.draw()
        assert found
        return list(found)

    return drawn


def overprinted(texts) -> list[tuple[str, str]]:
    boxes = [(text.get_text(), box.padded(-1.5)) for text, box in texts]
    return [(a, b) for k, (a, one) in enumerate(boxes) for b, other in boxes[:k] if one.overlaps(other)]


SETTINGS = {
    "usual": {},
    "intervals": {"seeds": 9},
    "one": {"mechanisms": ("command",), "behaviours": ("honest",), "seeds": 1, "bound": float("nan")},
    "long names": {
        "mechanisms": ("m" * 60, "words " * 12),
        "behaviours": ("h" * 60, "b" * 60),
        "names": [letter * 60 for letter in "opqrstuvwxyzabcdefghi"],
    },
    "narrow": {"mechanisms": ("a_long_name_of_a_mechanism", "another_one"), "communities": 1},
    "twelve": {"mechanisms": tuple(f"mechanism_{k}" for k in range(12)), "seeds": 2, "periods": 40},
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_nothing_is_printed_over_anything_else(name, setting, made_up, texts_of):
    assert overprinted(texts_of(drawn(name, made_up(**setting)))) == []


@pytest.mark.parametrize("name", ["frontier", "trajectories", "promises"])
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_everything_drawn_is_within_its_axes_and_these_within_the_possible(name, setting, made_up):
    figure = drawn(name, made_up(**setting))
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        shares = [axes.get_xlim()] if name == "promises" else [axes.get_ylim()] if axes.axison else []
        assert all(0 <= low < high <= 1 for low, high in shares)
        (left, right), (low, high) = (np.sort(ends) + [-1e-9, 1e-9] for ends in (axes.get_xlim(), axes.get_ylim()))
        for line in axes.lines:
            if line.get_transform() == axes.transData:
                x, y = (np.asarray(values, float) for values in line.get_data())
                assert np.all(np.isnan(x) | (left <= x) & (x <= right) | np.isnan(y))
                assert np.all(np.isnan(y) | (low <= y) & (y <= high) | np.isnan(x))


def test_honest_reports_have_a_scale_of_their_own(made_up):
    frames = made_up(seeds=9)
    lying = frames.table["behaviour"] == "misreporting"
    ruined = frames.table.assign(throughput_growth_material=np.where(lying, -3.0, 0.01))
    honest, others = drawn("frontier", replace(frames, table=ruined)).axes
    assert honest.get_xlim()[0] > -0.02
    assert others.get_xlim()[0] < -0.9


def test_few_runs_are_dots_and_many_an_interval(made_up):
    def dots(seeds):
        lines = drawn("frontier", made_up(mechanisms=("command",), seeds=seeds)).axes[0].lines
        return [len(line.get_xdata()) for line in lines if line.get_markersize() == 2.5]

    assert dots(5) == [5]
    assert dots(8) == []


@pytest.mark.parametrize("columns", [{}, {"columns": 3}, {"columns": 2}, {"columns": 1}])
@pytest.mark.parametrize("draw", incentive_plots.PLOTS)
@pytest.mark.parametrize("size", ["usual", "large"])
def test_incentive_figures_fit_their_page_and_are_legible(draw, columns, size, incentive_profile, texts_of):
    large = {
        "mechanisms": ("command", "a_name_of_a_mechanism_" * 3, "vcg", "malinvaud_dreze_poussin", "gradient"),
        "rewards": ("w" * 60, *"abcd"),
    }
    figure = draw(incentive_profile(**(large if size == "large" else {})), **columns)
    most = {None: 10.2, 3: 6.65, 2: 6.65 if draw is incentive_plots.society else 3.4, 1: 3.4}
    assert figure.get_figwidth() <= most[columns.get("columns")]
    texts = texts_of(figure)
    assert overprinted(texts) == []
    for text, box in texts:
        assert text.get_fontsize() >= 8.3, text
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text


@pytest.mark.parametrize("draw", [incentive_plots.regret_curves, incentive_plots.places])
def test_the_lowest_panel_of_every_column_has_its_ticks_named(draw, incentive_profile, texts_of):
    figure = draw(incentive_profile(tuple("abcde"), ("flat",)), columns=3)
    shown = [text for text, _ in texts_of(figure)]
    lowest = {axes.get_subplotspec().colspan.start: axes for axes in figure.axes if axes.axison}
    assert len(lowest) == 3
    for axes in lowest.values():
        assert sum(label in shown for label in axes.get_xticklabels()) >= 3


def test_losses_beyond_the_panel_are_marked_at_its_edge(profile):
    for axes in incentive_plots.regret_curves(profile).axes:
        low, high = axes.get_ylim()
        heads = [line for line in axes.lines if line.get_marker() == "v" and line.get_linestyle() == "None"]
        assert sum(len(line.get_xdata()) for line in heads) == 3
        assert all((line.get_ydata() == low).all() for line in heads)
        assert all(low <= y <= high for line in axes.lines for y in line.get_ydata() if line.get_label()[0] != "_")


def test_incentive_figures_are_saved_in_both_forms(profile, tmp_path):
    paths = incentive_plots.save_incentive_figures(profile, tmp_path / "new")
    names = ("society", "regret_curves", "places")
    assert {path.name for path in paths} == {f"{name}.{form}" for name in names for form in ("svg", "png")}
    assert all(path.stat().st_size > 5_000 for path in paths)


def test_figures_are_saved_in_both_forms_and_the_same_every_time(comparison, tmp_path):
    paths = save_figures(comparison, tmp_path / "a" / "b")
    again = save_figures(comparison, tmp_path / "c")
    assert {path.name for path in paths} == {f"{name}.{form}" for name in NAMES for form in ("svg", "png")}
    for one, other in zip(paths, again, strict=True):
        assert one.stat().st_size > 5_000
        assert one.read_bytes() == other.read_bytes()


def test_the_users_style_is_left_alone_and_has_no_say(comparison):
    with mpl.rc_context({"font.size": 23, "axes.facecolor": "black"}):
        figure = drawn("promises", comparison)
        assert mpl.rcParams["font.size"] == 23
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)


def test_the_neediest_products_lead_the_heat_map(comparison):
    axes = drawn("shortfalls", comparison).axes[0]
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert shown[0] == digest(comparison).shortest(1)[0]
    assert len(shown) == PRINTED
    assert np.isfinite(axes.images[0].get_array()).all()
