"""A user's own tables: what is read from folders, and folders that cannot be read."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planlab as pl


@pytest.fixture
def folder(tmp_path):
    names = ["a", "b"]
    pd.DataFrame([[1.0, 2.0], [3.0, 1.0]], names, names).to_csv(tmp_path / "flows.csv")
    pd.DataFrame({"output": [10.0, 12.0]}, names).to_csv(tmp_path / "output.csv")
    pd.DataFrame({"final_demand": [7.0, 8.0]}, names).to_csv(tmp_path / "final_demand.csv")
    pd.DataFrame([[5.0, 6.0]], ["labour"], names).to_csv(tmp_path / "factors.csv")
    return tmp_path


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("output", lambda output: output * np.nan, "output has 2 missing or infinite cells"),
        ("final", lambda final: final.iloc[::-1], "rows of final are labelled differently"),
        ("factors", lambda factors: factors.iloc[:, :1], "columns of factors are labelled differently"),
        ("output", lambda output: output * 0, "no sector has output"),
    ],
)
def test_tables_check_that_their_parts_fit(folder, part, change, said):
    table = pl.read_table(folder)
    with pytest.raises(ValueError, match=said):
        replace(table, **{part: change(getattr(table, part))}).scenario()


def test_a_folder_of_csv_or_parquet_is_a_table(folder):
    scenario = pl.load_table(folder, ambition=1.0)
    assert np.allclose(scenario.activity, [10.0, 12.0])
    assert scenario.economy.factor_kinds == ("labour",)
    for file in list(folder.glob("*.csv")):
        pd.read_csv(file, index_col=0).to_parquet(file.with_suffix(".parquet"))
        file.unlink()
    again = pl.load_table(folder, ambition=1.0)
    assert np.array_equal(again.economy.inputs.values, scenario.economy.inputs.values)


def test_labels_stay_as_they_are_written(tmp_path):
    (tmp_path / "flows.csv").write_text("p,01,NA\n01,1,2\nNA,3,1\n")
    (tmp_path / "output.csv").write_text("p,output\n01,10\nNA,12\n")
    (tmp_path / "final_demand.csv").write_text("p,final_demand\n01,7\nNA,8\n")
    (tmp_path / "factors.csv").write_text("p,01,NA\nlabour,1,2\n")
    assert pl.load_table(tmp_path).economy.labels.products == ("01", "NA")


def test_coefficients_stand_for_flows(folder):
    expected = pl.load_table(folder)
    flows = pd.read_csv(folder / "flows.csv", index_col=0)
    (flows / [10.0, 12.0]).to_csv(folder / "coefficients.csv")
    with pytest.raises(ValueError, match="has both flows and coefficients"):
        pl.load_table(folder)
    (folder / "flows.csv").unlink()
    assert np.allclose(pl.load_table(folder).economy.inputs.values, expected.economy.inputs.values)


def test_a_table_without_factors_says_what_stands_for_them(folder):
    (folder / "factors.csv").unlink()
    with pytest.warns(pl.TableWarning, match="1 × table without factors .*its one factor"):
        scenario = pl.load_table(folder)
    assert np.allclose(scenario.limits, [6.0 + 9.0])


PAIR = {
    "make.csv": "industry,ore,steel,T007\nmines,10,0,10\nmills,2,20,22\n",
    "use.csv": (
        "product,mines,mills,homes,F05000 imports,T001\nore,1,12,1,-2,12\nsteel,2,3,15,0,20\nwages,4,5,0,0,9\n"
        "Total,7,20,16,-2,41\n"
    ),
}


@pytest.fixture
def pair(tmp_path):
    for name, text in PAIR.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_make_and_use_pair_is_a_table(pair):
    with pytest.warns(pl.TableWarning, match="row or column of totals") as told:
        scenario = pl.load_table(pair, technology="supply-use", ambition=1.0)
    assert "1 × final use that is imports" in str(told[0].message)
    e = scenario.economy
    assert e.labels.processes == ("mines", "mills", "import of ore")
    assert np.allclose(e.outputs.to_scipy().toarray(), [[1, 2 / 22, 1], [0, 20 / 22, 0]])
    assert np.allclose(e.inputs.to_scipy().toarray(), [[1 / 10, 12 / 22, 0], [2 / 10, 3 / 22, 0]])
    assert np.allclose(scenario.needs, [[1.0], [15.0]])
    assert e.factor_kinds == ("labour", "other")
    assert np.allclose(scenario.limits, [9.0, 2.0])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("use.csv", "steel,2", "iron,2", "labels of use .its first rows. differ from those of make, first at 'iron'"),
        ("use.csv", "mines,mills", "mills,mines", "labels of use .its first columns. differ"),
        ("use.csv", "homes,F05000 imports", "T002,T003", "use has no final uses"),
        ("make.csv", "10,0,10", "10,n.p.,10", "make.csv has text in column 'steel', row 'mines'"),
    ],
)
def test_malformed_pairs_are_named(pair, file, old, new, said):
    (pair / file).write_text((pair / file).read_text().replace(old, new))
    with pytest.raises(ValueError, match=said):
        pl.load_table(pair)


def test_half_a_pair_says_what_is_missing(pair):
    (pair / "use.csv").unlink()
    with pytest.raises(FileNotFoundError, match="no use.csv or use.parquet"):
        pl.load_table(pair)


def test_missing_packages_say_what_to_install(folder, monkeypatch):
    def without(*_, **__):
        raise ImportError

    pd.read_csv(folder / "flows.csv", index_col=0).to_parquet(folder / "flows.parquet")
    (folder / "flows.csv").unlink()
    monkeypatch.setattr(pd, "read_parquet", without)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'planlab\[data\]'"):
        pl.load_table(folder)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"quantecon-book-networks; install it with .*planlab\[data\]"):
        pl.load_table("us-2021-71")
    monkeypatch.setitem(sys.modules, "pymrio", None)
    with pytest.raises(ModuleNotFoundError, match=r"pymrio; install it with .*planlab\[data\]"):
        pl.load_table("pymrio-test")


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


SPOILED = {
    "no output": (lambda f: (f / "output.csv").unlink(), FileNotFoundError, "no output.csv"),
    "no flows": (lambda f: (f / "flows.csv").unlink(), FileNotFoundError, "no flows.csv"),
    "no final demand": (lambda f: (f / "final_demand.csv").unlink(), FileNotFoundError, "no final_demand.csv"),
    "empty": (write("flows.csv", ""), ValueError, "cannot be read"),
    "only a header": (write("output.csv", "product,output\n"), ValueError, "is empty"),
    "text": (write("output.csv", "product,output\na,ten\nb,12\n"), ValueError, "has text in column 'output', row 'a'"),
    "gap": (write("output.csv", "product,output\na,\nb,12\n"), ValueError, "missing or infinite"),
    "infinite": (write("output.csv", "product,output\na,inf\nb,12\n"), ValueError, "missing or infinite"),
    "twice": (write("output.csv", "product,output\na,10\na,12\n"), ValueError, "label 'a' twice"),
    "other labels": (write("output.csv", "product,output\na,10\nc,12\n"), ValueError, "labels of output differ"),
    "other order": (write("final_demand.csv", "p,final_demand\nb,8\na,7\n"), ValueError, "labels of final_demand diff"),
    "not square": (write("flows.csv", "p,a\na,1\nb,2\n"), ValueError, "must be square"),
    "factors": (write("factors.csv", "f,a,c\nlabour,1,2\n"), ValueError, "labels of factors differ"),
    "transposed": (write("flows.csv", "p,a,b\na,1,3\nb,2,1\n"), ValueError, "rows sell, columns buy"),
    "negative output": (write("output.csv", "p,output\na,-10\nb,12\n"), ValueError, "output is negative"),
    "two outputs": (write("output.csv", "p,2020,2021\na,9,10\nb,9,12\n"), ValueError, "output has 2 columns"),
    "both": (lambda f: shutil.copy(f / "flows.csv", f / "flows.parquet"), ValueError, "both flows.csv and flows.parq"),
    "column twice": (write("flows.csv", "p,a,a\na,1,2\nb,3,1\n"), ValueError, "column label 'a' twice"),
    "no label": (write("output.csv", "p,output\n,10\nb,12\n"), ValueError, "a row without a label"),
    "semicolons": (write("flows.csv", "p;a;b\na;1;2\nb;3;1\n"), ValueError, "separated by commas"),
    "uneven": (write("flows.csv", "p,a,b\na,1,2,5\nb,3,1\n"), ValueError, "cannot be read"),
    "short row": (write("flows.csv", "p,a,b\na,1\nb,3,1\n"), ValueError, "missing .* column 'b', row 'a'"),
    "dashes": (write("flows.csv", "p,a,b\na,1,---\nb,3,1\n"), ValueError, "has text in column 'b', row 'a'"),
    "binary": (lambda f: (f / "flows.csv").write_bytes(b"\xff\xfe\x00"), ValueError, "cannot be read"),
    "spreadsheet": (
        lambda f: (f / "flows.csv").rename(f / "flows.xlsx"), FileNotFoundError, "but flows.xlsx; save that as CSV",
    ),
    "not parquet": (
        lambda f: (shutil.move(f / "flows.csv", f / "flows.parquet")), ValueError, "cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILED)
def test_malformed_tables_give_a_named_error(folder, case):
    spoil, kind, said = SPOILED[case]
    spoil(folder)
    with pytest.raises(kind, match=said):
        pl.load_table(folder)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("us-2021-17", FileNotFoundError, "Did you mean 'us-2021-71'"),
        ("/nowhere/at/all", FileNotFoundError, "not a folder"),
        (Path(__file__), NotADirectoryError, "is a file; give the folder that holds it"),
        ("", ValueError, "name of the table is empty"),
        (None, TypeError, "name is None; give one of"),
        (3, TypeError, "name is 3; give one of"),
    ],
)
def test_unknown_tables_are_named(name, kind, said):
    with pytest.raises(kind, match=said):
        pl.load_table(name)
