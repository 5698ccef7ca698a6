"""Papers: what is printed comes out as stated, and nothing passes for reproduced that does not round to it."""

from pathlib import Path

import pytest

import planlab.cli
from planlab.study.claim import CANNOT, DIFFERS, REPRODUCED, Claim
from planlab.study.papers import check_papers, find_papers, read_paper

PAPERS = find_papers(Path(__file__).parents[2] / "papers")


def claim(printed="7.33645", status=REPRODUCED, **more):
    return Claim("x", "a number", status, printed, "on a page", "a reason", **more)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_what_a_paper_states_comes_out(paper):
    findings = check_papers([paper], quick=True, progress=False)
    assert findings
    assert [(each.claim.name, each.status) for each in findings if not each.agrees] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_paper_has_a_page_and_a_figure_that_is_still_drawn(paper):
    assert f"# {paper.title}\n" in (paper.folder / "README.md").read_text()
    assert (paper.folder / "figure.svg").stat().st_size > 1000
    assert all(axes.has_data() for axes in paper.script.figure().axes)


def test_some_numbers_differ_and_say_so():
    stated = [claim.status for paper in PAPERS for claim in paper.claims]
    assert {REPRODUCED, DIFFERS, CANNOT} == set(stated)
    assert len(PAPERS) >= 4


@pytest.mark.parametrize(
    ("printed", "found", "status"),
    [
        ("7.33645", 7.336453, REPRODUCED),
        ("7.33645", 7.336456, DIFFERS),
        ("7.336450", 7.336453, DIFFERS),
        ("381", 381.4, REPRODUCED),
        ("3e2", 349.0, REPRODUCED),
        ("-0.5", -0.56, DIFFERS),
        ("3/4", 0.75 + 1e-10, REPRODUCED),
        ("3/4", 0.7501, DIFFERS),
        ("1", float("nan"), DIFFERS),
        ("1", float("inf"), DIFFERS),
        ("1", None, CANNOT),
        ("", 1.0, CANNOT),
    ],
)
def test_a_number_is_reproduced_if_it_rounds_to_what_is_printed(printed, found, status):
    assert claim(printed, CANNOT).verdict(found) == status


def test_a_tolerance_may_only_be_narrower_than_the_rounding():
    assert claim("381", tolerance="0").verdict(381.4) == DIFFERS
    assert claim("7.3", tolerance="0.05").verdict(7.34) == REPRODUCED
    for printed, tolerance in (("7.3", "0.051"), ("381", "1"), ("3/4", "1e-3"), ("7.3", "-1")):
        with pytest.raises(ValueError, match="give no more than that"):
            claim(printed, tolerance=tolerance)


@pytest.fixture
def made(tmp_path):
    """Write a paper of one claim and return the folder that it is in."""

    def write(said="", numbers="{'x': 2.0}", status="reproduced", printed='"2.0"', top="", where="p. 1"):
        paper = tmp_path / "papers" / "1900-nobody"
        paper.mkdir(parents=True, exist_ok=True)
        (paper / "claims.toml").write_text(
            f'title = "t"\nsource = "kantorovich:39"\ncame_out = "c"\n{top}\n[[claim]]\nname = "x"\nsays = "it"\n'
            f'status = "{status}"\nprinted = {printed}\nwhere = "{where}"\n{said}\n'
        )
        (paper / "reproduce.py").write_text(f"def numbers():\n    return {numbers}\n")
        return tmp_path / "papers"

    return write


@pytest.fixture
def says(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            planlab.cli.main(["papers", *map(str, arguments)])
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def test_the_table_shows_what_is_printed_and_what_is_found(made, says):
    status, printed, error = says("--folder", made())
    assert (status, error) == (0, "")
    assert printed.split("\n")[3].split() == ["1900-nobody", "x", "2.0", "2", "0.05", "reproduced"]
    assert "reproduced: 1." in printed


@pytest.mark.parametrize(
    ("more", "came_out"),
    [
        ({"numbers": "{'x': 2.06}"}, "'differs'"),
        ({"status": "differs", "said": 'why = "-"'}, "'reproduced'"),
        ({"status": "cannot be checked", "said": 'why = "-"'}, "'reproduced'"),
        ({"numbers": "{}"}, "'cannot be checked'"),
        ({"numbers": "{'x': 1 / 0}"}, "'error: ZeroDivisionError: division by zero'"),
        ({"numbers": "{'x': 2, 'y': 3}"}, "No claim 'y'"),
    ],
)
def test_it_fails_if_anything_but_what_is_stated_comes_out(made, says, more, came_out):
    status, printed, error = says("--folder", made(**more))
    assert status == 1
    assert "not as stated: 1." in printed
    assert "1900-nobody: x is stated as" in error
    assert came_out in error


def test_what_takes_long_is_left_out_of_a_quick_run_and_not_begun(made, says):
    folder = made(said="quick = false", numbers="{'x': lambda: 1 / 0}")
    assert says("--folder", folder, "--quick")[0] == 0
    status, _, error = says("--folder", folder)
    assert status == 1
    assert "ZeroDivisionError" in error
    assert says("--folder", made(said="quick = false", numbers="{'x': lambda: 2}"))[0] == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"printed": "2.0"}, "claim 1 (x): printed is 2.0; write it as text, with the digits of the source"),
        ({"printed": '"two"'}, "printed is 'two'; give a number as text"),
        ({"status": "fine"}, "status is 'fine'; choose one of reproduced, differs, cannot be checked."),
        ({"status": "differs"}, "why is missing; a number with the status 'differs' needs a reason."),
        ({"where": ""}, "where is missing; say where the number is printed."),
        ({"said": 'tolerance = "0.1"'}, "tolerance is 0.1, and what rounds to 2.0 is within 0.05 of it"),
        ({"said": 'tolerence = "0"'}, "No key 'tolerence'. Did you mean 'tolerance'?"),
        ({"said": "quick = 1"}, "quick is 1; give true or false."),
        ({"said": "quick"}, "is not TOML"),
        ({"said": '[[claim]]\nname = "y"'}, "claim 2 (y): says is missing; add it."),
        ({"said": '[[claim]]\nname = "x"\nsays = "it"\nstatus = "reproduced"'}, "claims names one twice: x, x."),
        ({"top": "colour = 1"}, "No key 'colour'."),
    ],
)
def test_claims_that_are_not_written_as_they_must_be_are_refused(made, says, more, message):
    status, printed, error = says("--folder", made(**more))
    assert (status, printed) == (2, "")
    assert "claims.toml" in error
    assert message in error


def test_a_source_has_to_be_in_the_bibliography(made, says):
    claims = made() / "1900-nobody" / "claims.toml"
    claims.write_text(claims.read_text().replace("kantorovich:39", "nobody:00"))
    status, _, error = says("--folder", claims.parents[1])
    assert status == 2
    assert "No entry 'nobody:00' in planlab/references.bib" in error


def test_where_there_are_no_papers_it_says_what_to_do(made, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, error = says()
    assert status == 2
    assert "No folder 'papers'. Papers come with a checkout of planlab" in error
    (tmp_path / "papers").mkdir()
    assert "holds no paper; give the folder" in says()[2]
    made()
    assert says("1900-nobody")[0] == 0
    status, _, error = says("1900-nobdy")
    assert status == 2
    assert "No paper '1900-nobdy'. Did you mean '1900-nobody'? Known: 1900-nobody." in error
    assert "names one twice" in says("1900-nobody", "1900-nobody")[2]


def test_a_paper_without_its_script_is_refused(made):
    folder = made() / "1900-nobody"
    (folder / "reproduce.py").unlink()
    with pytest.raises(FileNotFoundError, match="reproduce.py"):
        read_paper(folder)
