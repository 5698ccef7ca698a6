import re
import time

from planlab.base import progress


def test_without_a_terminal_long_work_writes_plain_lines_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(progress, "FIRST", 0.05)
    with progress.progress_bar(None, 4) as advance:
        advance("linear_program, honest", 1)
        time.sleep(0.2)  # nothing is finished meanwhile
        advance("command, honest", 2)
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 7
    assert re.fullmatch(r"1 of 4 done after \d+ s: linear program, honest", lines[0])
    assert re.fullmatch(r"3 of 4 done after \d+ s: command, honest", lines[-1])


def test_short_work_says_nothing(capsys):
    with progress.progress_bar(None, 4) as advance:
        advance("short", 4)
    assert capsys.readouterr() == ("", "")


def test_nothing_is_said_where_nobody_wants_to_know(capsys, monkeypatch):
    monkeypatch.setattr(progress, "FIRST", 0.01)
    with progress.progress_bar(False, 4) as advance:
        advance("quiet", 1)
        time.sleep(0.1)
    assert capsys.readouterr() == ("", "")


def test_at_a_terminal_there_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with progress.progress_bar(None, 4) as advance:
        advance("mdp, honest", 3)
    assert "3/4" in capsys.readouterr().err
