import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from rich.console import Console

import planlab as pl
from planlab.presentation.frontier_page import frontier_remarks
from planlab.presentation.frontier_plot import curves
from planlab.presentation.tables import frontier_table

SLOPES = {"command": 0.5, "linear_program": 0.3, "standstill": 0.3}


def made_up(slopes=SLOPES, caps=(1.0, 0.9, 0.8, 0.7), seeds=9, bound=0.2, noise=0.002):
    random = np.random.default_rng(0)
    rows = [
        {
            "mechanism": name,
            "cap": cap,
            "seed": seed,
            "needs_met": 1 - slope * (1 - cap) - noise * random.random() * (1 - cap),
        }
        | {"throughput": cap, "bound": 1 - bound * (1 - cap), "worth": np.nan, "status": "proposed"}
        for name, slope in slopes.items()
        for cap in caps
        for seed in range(seeds)
    ]
    return pl.Frontier(pd.DataFrame(rows), "a$ factor", {"scenario": {"name": "made up"}})


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(
    "setting", [{}, {"seeds": 1, "bound": np.nan}, {"caps": (0.9,)}, {"slopes": {f"m{k}": 0.05 * k for k in range(12)}}]
)
def test_figures_draw_whatever_was_run(setting, wide):
    FigureCanvasAgg(curves(made_up(**setting), wide)).draw()


def test_lines_are_the_means_and_the_bound_is_dashed():
    found = made_up()
    (axes,) = curves(found).axes
    line = {line.get_label().rpartition(" ")[0]: line for line in axes.lines}
    for name in SLOPES:
        assert np.allclose(line[name.replace("_", " ")].get_ydata(), found.means[name])
    assert np.allclose(line["clairvoyant bound"].get_ydata(), found.bounds)
    assert line["clairvoyant bound"].is_dashed()


def test_a_line_upon_another_is_broken():
    (axes,) = curves(made_up(noise=0.0)).axes
    dashed = {line.get_label().split("\xa0")[0]: line.is_dashed() for line in axes.lines if "9" in line.get_label()}
    assert [name for name, broken in dashed.items() if broken] == ["clairvoyant bound 94.0", "standstill 91.0"]


def test_labels_do_not_overprint_each_other():
    figure = curves(made_up({f"mechanism_{k}": 0.3 + 0.001 * k for k in range(6)}))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()).padded(-1.5) for text in figure.axes[0].texts]
    assert len(boxes) == 7
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_the_page_runs_nothing_and_escapes_names(tmp_path):
    found = made_up({"<b>bold</b>": 0.3})
    page = pl.write_page(found, tmp_path)
    text = page.read_text()
    assert "<script" not in text
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold" in text
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"frontier.png", "frontier.svg"}


def test_what_stands_out_is_said():
    flat = made_up({"command": 0.5, "standstill": 0.0}, noise=0.0)
    first, *others = frontier_remarks(flat)
    assert re.fullmatch(
        r"Under a cap of 70\s% on a\$ factor, standstill meets most: 100.0\s% of needs, of at most 94.0\s%\.", first
    )
    assert others[0].startswith("Down to 70")
    assert others[1].startswith("Command loses needs with the first cap below 100")


def test_the_table_fits_80_columns_whatever_is_run():
    many = made_up({f"a_mechanism_with_a_name_{k}": 0.3 for k in range(8)}, caps=tuple(1 - 0.02 * k for k in range(20)))
    screen = Console(width=80)
    with screen.capture() as said:
        screen.print(frontier_table(many))
    lines = said.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert "62%" in lines[1]
    assert "Also, with a wider terminal" in " ".join(lines)
