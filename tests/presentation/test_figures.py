import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from planlab.presentation import plots
from planlab.presentation.digest import digest

FIGURES = (plots.frontier, plots.trajectories, plots.shortfalls, plots.promises)


@pytest.mark.parametrize("draw", FIGURES)
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
def test_figures_draw_whatever_is_compared(draw, setting, made_up):
    figure = draw(made_up(**setting))
    assert isinstance(figure, Figure)
    figure.canvas.draw()


def test_names_in_the_frontier_do_not_overlap(comparison):
    figure = plots.frontier(comparison)
    figure.canvas.draw()
    names = {"command", "linear program", "gradient", "standstill", "proportional"}
    texts = [t for t in figure.axes[0].texts if t.get_text().rsplit(" ", 1)[0] in names]
    boxes = [text.get_window_extent() for text in texts]
    assert len(boxes) == 5
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_figures_are_saved_in_both_forms_and_the_same_every_time(comparison, tmp_path):
    paths = plots.save_figures(comparison, tmp_path / "a" / "b")
    again = plots.save_figures(comparison, tmp_path / "c")
    assert {path.name for path in paths} == {f"{draw.__name__}.{form}" for draw in FIGURES for form in ("svg", "png")}
    for one, other in zip(paths, again, strict=True):
        assert one.stat().st_size > 5_000
        assert one.read_bytes() == other.read_bytes()


def test_the_users_style_is_left_alone_and_has_no_say(comparison):
    with mpl.rc_context({"font.size": 23, "axes.facecolor": "black"}):
        figure = plots.promises(comparison)
        assert mpl.rcParams["font.size"] == 23
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)


def test_the_neediest_products_lead_the_heat_map(comparison):
    axes = plots.shortfalls(comparison).axes[0]
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert shown[0] == digest(comparison).shortest(1)[0]
    assert len(shown) == plots.PRODUCTS_SHOWN
    assert np.isfinite(axes.images[0].get_array()).all()
