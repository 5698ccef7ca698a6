from rich.console import Console

from planlab.presentation.tables import summary_table


def printed(frames) -> list[str]:
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        console.print(summary_table(frames))
    return capture.get().splitlines()


def test_every_row_and_the_bound_fit_a_hundred_columns(comparison):
    lines = [line for line in printed(comparison) if line.strip()]
    assert max(map(len, lines)) <= 100
    assert sum("honest" in line for line in lines) == sum("misreporting" in line for line in lines) == 5
    assert "93.1 ± 0.5" in "\n".join(lines)
    assert lines[-2].split() == ["bound", "clairvoyant", "96.2", "±", "0.0"]


def test_long_names_fold_and_markup_in_them_is_text(made_up):
    text = "\n".join(printed(made_up(mechanisms=("[red]a_mechanism_with_a_very_long_name", "b"))))
    assert "[red]a" in text
    assert "proposed" in text


def test_without_bound_or_seeds_the_table_says_so(made_up):
    text = "\n".join(printed(made_up(seeds=1, bound=float("nan"))))
    assert "none" in text
    assert "±" not in text
    assert "one seed" in text
