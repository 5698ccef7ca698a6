import re

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from planlab.presentation.tables import incentive_table, summary_table


def printed(table, width: int = 100) -> list[str]:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [60, 80, 100, 110, 200])
def test_what_is_shown_fits_and_is_whole(comparison, width):
    lines = printed(summary_table(comparison), width)
    text = "\n".join(lines)
    assert max(map(cell_len, lines)) <= width
    assert "…" not in text
    assert sum("honest" in line for line in lines) == sum("misreporting" in line for line in lines) == 5
    assert re.search(r"linear program +honest +93\.1 +9\d\.\d–93\.\d", text)
    assert re.search(r"gradient +honest +93\.0 +9\d\.\d–93\.\d .*rounds spent", text)


@pytest.mark.parametrize(
    ("width", "missing"),
    [
        (60, "floor met, worst community, material growth a year, plan kept, avoidable shortfall and messages"),
        (80, "worst community, plan kept, avoidable shortfall and messages"),
        (110, None),
    ],
)
def test_columns_that_do_not_fit_are_named(comparison, width, missing):
    text = " ".join(" ".join(printed(summary_table(comparison), width)).split())
    assert ("with a wider terminal" in text) == (missing is not None)
    assert missing is None or f"Also, with a wider terminal or in table.parquet: {missing}." in text


def test_the_bound_comes_last_and_one_world_is_called_so(comparison):
    rows = [line.split() for line in printed(summary_table(comparison)) if line.strip()]
    assert ["bound", "clairvoyant", "96.2", "one", "world"] in rows
    assert "One world: all seeds gave the same." not in " ".join(map(" ".join, rows))


def test_from_eight_seeds_on_ranges_are_intervals(made_up):
    few, many = (" ".join(printed(summary_table(made_up(seeds=n)), 110)) for n in (7, 8))
    assert "7 runs" in few
    assert "95 %" not in few
    assert "95 %" in many
    assert "±" not in few + many


def test_runs_without_a_score_are_counted(made_up):
    frames = made_up(mechanisms=("command",), behaviours=("honest",), seeds=4)
    frames.table.loc[:1, "needs_met"] = np.nan
    assert re.search(
        r"command +honest +\d\d\.\d \d\d\.\d–\d\d\.\d of 2 runs", "\n".join(printed(summary_table(frames)))
    )


def test_long_names_fold_and_markup_in_them_is_text(made_up):
    lines = printed(summary_table(made_up(mechanisms=("[red]a_mechanism_with_a_very_long_name" + "g" * 40, "b"))), 60)
    assert "[red]a" in "\n".join(lines)
    assert "…" not in "\n".join(lines)
    assert max(map(cell_len, lines)) <= 60


def test_without_bound_or_seeds_the_table_says_so(made_up):
    text = "\n".join(printed(summary_table(made_up(seeds=1, bound=float("nan")))))
    assert "none" in text
    assert "range" not in text
    assert "one seed" in text


@pytest.mark.parametrize("width", [60, 80, 110])
def test_an_incentive_table_is_whole_as_well(profile, width):
    lines = printed(incentive_table(profile), width)
    assert max(map(cell_len, lines)) <= width
    assert "…" not in "\n".join(lines)
    assert sum("weitzman" in line for line in lines) == 2
    assert ("paid in equilibrium" in " ".join(lines[-3:])) == (width < 110)
