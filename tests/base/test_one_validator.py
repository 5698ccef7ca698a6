"""What users hand over is checked in one place: nobody else says what a number, a choice or a near name is."""

import ast
from pathlib import Path

import pytest

import planlab

ROOT = Path(planlab.__file__).parent

OWN = {
    "get_close_matches": "near names: planlab.base.checks.near",
    "give a whole number": "whole numbers: planlab.base.checks.check_whole",
    "which is not of kind": "parts of a kind: planlab.base.checks.of_kind",
    "; choose one of ": "choices: planlab.base.checks.check_choice",
    "names one twice": "names given once: planlab.base.checks.check_once",
    "Did you mean": "near names: planlab.base.checks.near",
    "; give at least one, for instance": "at least one: planlab.base.checks.check_some",
    "; give names as text": "keys: planlab.base.checks.check_key",
    "; give a text": "texts: planlab.base.checks.check_text",
}
"""What only the checks may say or call, and which one says it."""

ELSEWHERE = {
    ("terminal.py", "give a whole number"): "reads a text that somebody typed, before numpy may be imported",
    ("study/specification.py", "give a whole number"): "says what pydantic found wrong with a key of a file",
}


def spoken(text: str) -> str:
    """Return the code of a file without its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def repeated(files: dict[str, str]) -> list[str]:
    """Return which files check for themselves what planlab.base.checks checks."""
    code = {file: spoken(text) for file, text in files.items()}
    return [
        f"{file} says {sign!r}; {whose}"
        for file, said in code.items()
        for sign, whose in OWN.items()
        if sign in said and (file, sign) not in ELSEWHERE
    ]


FILES = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.rglob("*.py")}


def test_no_file_checks_for_itself_what_the_checks_check():
    assert repeated({file: text for file, text in FILES.items() if file != "base/checks.py"}) == []


def test_the_exceptions_are_there():
    assert [pair for pair in ELSEWHERE if pair[1] not in FILES[pair[0]]] == []


@pytest.mark.parametrize(
    "line",
    [
        'raise ValueError(f"periods is {x}; give a whole number of at least 1.")',
        "from difflib import get_close_matches",
        'raise TypeError(f"rule is {x!r}; choose one of {known}.")',
    ],
)
def test_a_second_validator_is_noticed(line):
    assert len(repeated({"world/physics.py": line})) == 1
