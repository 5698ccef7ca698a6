"""Commands that the README and the documentation tell people to type exist, with the options named."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", *(p for p in (ROOT / "docs").rglob("*.rst") if not {"generated", "_build"} & set(p.parts))]
COMMANDS = sorted(
    {
        (line[1], option)
        for text in TEXTS
        for line in re.finditer(r"(?:``|\$ |bin/|\s{3})planlab ([a-z]+)\b([^`\n]*)", text.read_text())
        for option in re.findall(r"--[a-z-]+", line[2]) or [""]
    }
)


def test_some_commands_are_shown():
    assert ("compare", "") in COMMANDS


@pytest.mark.parametrize(("command", "option"), COMMANDS)
def test_commands_shown_exist(command, option):
    from planlab.cli import app

    shown = CliRunner().invoke(app, [command, "--help"], terminal_width=200)
    assert shown.exit_code == 0, shown.output
    assert option in shown.output
