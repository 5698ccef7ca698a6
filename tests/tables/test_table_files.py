"""A user's own tables: what is read from folders, and folders that cannot be read."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planlab as pl
from planlab.tables.cells import as_numbers, read_csv


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
        ("final", lambda final: final.rename({"a": "c"}), "final and flows name different rows; missing: 'a'; unknown"),
        ("factors", lambda factors: factors.iloc[:, :1], "factors and flows name different columns; missing: 'b'"),
        ("output", lambda output: output * 0, "no sector has output"),
    ],
)
def test_tables_check_that_their_parts_fit(folder, part, change, said):
    table = pl.read_table(folder)
    with pytest.raises(ValueError, match=said):
        replace(table, **{part: change(getattr(table, part))}).scenario()


def test_parts_of_a_table_are_aligned_by_label(folder):
    table = pl.read_table(folder)
    for part in ("final", "output", "factors"):
        given = getattr(table, part)
        moved = replace(table, **{part: given.iloc[::-1] if part != "factors" else given.iloc[:, ::-1]})
        pd.testing.assert_index_equal(getattr(moved, part).axes[-1 if part == "factors" else 0], table.flows.index)
        assert np.array_equal(moved.scenario().needs, table.scenario().needs)
        assert np.array_equal(moved.scenario().limits, table.scenario().limits)


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
        (
            "use.csv",
            "steel,2",
            "iron,2",
            "use .its rows. and make .* products; missing: 'steel'",
        ),
        (
            "use.csv",
            "mines,mills",
            "mines,Mills",
            "use .its columns. and make .* industries; missing: 'mills'",
        ),
        ("use.csv", "homes,F05000 imports", "T002,T003", "use has the column 'T002', which does not add up"),
        ("use.csv", "Total,7", "Total,8", "use has the row 'Total', which does not add up the others; leave it out"),
        ("make.csv", "22\n", "23\n", "make has the column 'T007', which does not add up the others"),
        ("make.csv", "10,0,10", "10,n.p.,10", "make.csv has the text 'n.p.' in column 'steel', row 'mines'"),
    ],
)
def test_malformed_pairs_are_named(pair, file, old, new, said):
    (pair / file).write_text((pair / file).read_text().replace(old, new))
    with pytest.raises(ValueError, match=said):
        pl.load_table(pair)


def test_a_pair_in_another_order_is_the_same_table(pair):
    expected = pl.read_table(pair)
    use = "product,F05000 imports,mills,homes,mines,T001\nwages,0,5,0,4,9\nsteel,0,3,15,2,20\nore,-2,12,1,1,12\n"
    (pair / "use.csv").write_text(use)
    (pair / "make.csv").write_text("industry,steel,ore\nmills,20,2\nmines,0,10\n")
    found = pl.read_table(pair)
    assert found.flows.loc[expected.flows.index, expected.flows.columns].equals(expected.flows)
    assert found.make.loc[expected.make.index, expected.make.columns].equals(expected.make)
    assert found.final["homes"][expected.final.index].equals(expected.final["homes"])
    assert found.imports[expected.imports.index].equals(expected.imports)


def test_a_pair_needs_final_uses(pair):
    (pair / "use.csv").write_text("product,mines,mills\nore,1,12\nsteel,2,3\n")
    with pytest.raises(ValueError, match="use has no final uses"):
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
    "empty": (write("flows.csv", ""), ValueError, "is empty"),
    "only a header": (write("output.csv", "product,output\n"), ValueError, "is empty"),
    "text": (write("output.csv", "product,output\na,ten\nb,12\n"), ValueError, "has the text 'ten' in column 'output'"),
    "gap": (write("output.csv", "product,output\na,\nb,12\n"), ValueError, "missing or infinite"),
    "infinite": (write("output.csv", "product,output\na,inf\nb,12\n"), ValueError, "missing or infinite"),
    "twice": (write("output.csv", "product,output\na,10\na,12\n"), ValueError, "label 'a' twice"),
    "other labels": (write("output.csv", "product,output\na,10\nc,12\n"), ValueError, "missing: 'b'; unknown: 'c'"),
    "total that is none": (write("output.csv", "p,output\na,10\nb,12\nTotal,9\n"), ValueError, "does not add up"),
    "not square": (write("flows.csv", "p,a\na,1\nb,2\n"), ValueError, "columns of flows and its rows name"),
    "factors": (write("factors.csv", "f,a,c\nlabour,1,2\n"), ValueError, "factors and flows name different"),
    "transposed": (write("flows.csv", "p,a,b\na,1,3\nb,2,1\n"), ValueError, "rows sell, columns buy"),
    "negative output": (write("output.csv", "p,output\na,-10\nb,12\n"), ValueError, "output is negative"),
    "two outputs": (write("output.csv", "p,2020,2021\na,9,10\nb,9,12\n"), ValueError, "output has 2 columns"),
    "both": (lambda f: shutil.copy(f / "flows.csv", f / "flows.parquet"), ValueError, "both flows.csv and flows.parq"),
    "column twice": (write("flows.csv", "p,a,a\na,1,2\nb,3,1\n"), ValueError, "column label 'a' twice"),
    "no label": (write("output.csv", "p,output\n,10\nb,12\n"), ValueError, "a row without a label"),
    "one column": (write("flows.csv", "p\na\nb\n"), ValueError, "separated neither by commas nor by semicolons"),
    "two separators": (write("flows.csv", "p;q,a;b\na;x,2;n.p.\nb;1,2;3\n"), ValueError, "more than one of them"),
    "ambiguous": (write("flows.csv", "p;a;b\na;1;2\nb;3.000;1\n"), ValueError, "'3.000' in column 'a', row 'b', "),
    "two ways": (write("flows.csv", "p;a;b\na;1,5;2\nb;3.5;1\n"), ValueError, "has both '3.5' in .* and '1,5'"),
    "odd groups": (write("flows.csv", "p;a;b\na;1.00.000;2\nb;3;1\n"), ValueError, "has the text '1.00.000' in"),
    "Latin-1": (lambda f: (f / "flows.csv").write_bytes(b"p,a,b\na,1,2\n\xe4,3,1\n"), ValueError, "UTF-8"),
    "uneven": (write("flows.csv", "p,a,b\na,1,2,5\nb,3,1\n"), ValueError, "cannot be read"),
    "short row": (write("flows.csv", "p,a,b\na,1\nb,3,1\n"), ValueError, "missing .* column 'b', row 'a'"),
    "dashes": (write("flows.csv", "p,a,b\na,1,---\nb,3,1\n"), ValueError, "has the text '---' in column 'b', row 'a'"),
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
        ("/nowhere/at/all", FileNotFoundError, "neither a folder nor a workbook"),
        (Path(__file__), NotADirectoryError, "is a file; give the folder that holds it"),
        ("", ValueError, "name of the table is empty"),
        (None, TypeError, "source is None; give one of"),
        (np.eye(2), TypeError, "source is of type ndarray; give"),
        (
            pd.DataFrame(np.eye(2)),
            TypeError,
            "source is of type DataFrame; give .*labelled frames by name, {'flows': ..., ",
        ),
        (3, TypeError, "source is 3; give one of"),
    ],
)
def test_unknown_tables_are_named(name, kind, said):
    with pytest.raises(kind, match=said):
        pl.load_table(name)


FRAMES = {
    "flows": pd.DataFrame({"b": [2.0, 1.0], "a": [1.0, 3.0]}, ["a", "b"]),
    "output": {"b": 12.0, "a": 10.0},
    "final_demand": pd.Series({"b": 8.0, "a": 7.0}, name="homes"),
    "factors": pd.DataFrame({"b": [6.0], "a": [5.0]}, ["labour"]),
}


def test_labelled_frames_are_a_table(folder):
    expected, found = pl.read_table(folder), pl.read_table(FRAMES, name="mine", unit="t")
    assert found.flows.equals(expected.flows)
    assert found.output.tolist() == expected.output.tolist()
    assert found.factors.equals(expected.factors)
    scenario = pl.load_table(FRAMES, name="mine", unit="t", ambition=1.0)
    assert scenario.name == "mine"
    assert scenario.economy.labels.product_units == "t"
    assert scenario.economy.labels.communities == ("homes",)
    assert np.array_equal(scenario.needs, [[7.0], [8.0]])
    single = pl.load_table(FRAMES | {"factors": pd.Series({"b": 6.0, "a": 5.0}, name="labour")}, ambition=1.0)
    assert np.array_equal(single.economy.factors, scenario.economy.factors)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"flow": 1.0}, TypeError, "A table has no part 'flow'. Did you mean 'flows'"),
        ({"output": np.array([1.0, 2.0])}, TypeError, "output is of type ndarray; give a pandas table"),
        (
            {"output": pd.Series({"a": 1.0, "c": 2.0})},
            ValueError,
            "output and flows name .*; missing: 'b'; unknown: 'c'",
        ),
        (
            {"output": pd.Series({"a": 10.0, "b": pd.NA}, dtype="Float64")},
            ValueError,
            "output has 1 missing or infinite",
        ),
        (
            {"factors": pd.DataFrame({"b": ["x"], "a": [5.0]}, ["labour"])},
            ValueError,
            "factors has the text 'x' in col",
        ),
        ({"factors": pd.DataFrame({"b": [True], "a": [5.0]}, ["labour"])}, ValueError, "factors has the text 'True'"),
    ],
)
def test_malformed_frames_are_named(change, kind, said):
    with pytest.raises(kind, match=said):
        pl.load_table(FRAMES | change)


def test_a_table_needs_its_parts():
    with pytest.raises(ValueError, match="The table has no output; a table needs flows, output and final_demand"):
        pl.load_table({"flows": FRAMES["flows"]})


WRITTEN = {
    "semicolons": "p;a;b\na;1;2\nb;3;1\n",
    "tabs": "p\ta\tb\na\t1\t2\nb\t3\t1\n",
    "decimal commas": "p;a;b\na;1,0;2,00\nb;3,0;1\n",
    "quoted": 'p,a,b\na,"1",2\nb,"3","1,0"\n',
    "a byte-order mark": "\ufeffp,a,b\na,1,2\nb,3,1\n",
    "Windows": "\ufeffp;a;b\r\na;1,0;2\r\nb;3;1\r\n\r\n",
    "totals": "p,a,b,Total\na,1,2,3\nb,3,1,4\nTOTAL,4,3,7\n",
    "UTF-16": "p\ta\tb\na\t1\t2\nb\t3\t1\n",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_text_files_are_read_however_they_are_written(folder, way):
    expected = pl.read_table(folder)
    encoding = "utf-16" if way == "UTF-16" else "utf-8"
    (folder / "flows.csv").write_bytes(WRITTEN[way].encode(encoding))
    found = pl.read_table(folder)
    assert found.flows.loc[["a", "b"]].equals(expected.flows)
    assert np.array_equal(found.scenario().needs, expected.scenario().needs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('p,a,b\na,"1,000",2\nb,3,"1,234,567"\n', [[1000.0, 2.0], [3.0, 1234567.0]]),
        ('p,a,b\na,"1,000.5",2.125\nb,3,1\n', [[1000.5, 2.125], [3.0, 1.0]]),
        ('p,a,b\na,"1000,0",2\nb,3,1\n', [[1000.0, 2.0], [3.0, 1.0]]),
        ("p,a,b\na,1.500,2.250\nb,3.000,1.125\n", [[1.5, 2.25], [3.0, 1.125]]),
        ("p;a;b\na;1.000,5;2\nb;3;1.000\n", [[1000.5, 2.0], [3.0, 1000.0]]),
        ("p;a;b\na;1.000.000;2\nb;3;1.000\n", [[1e6, 2.0], [3.0, 1000.0]]),
        ("p;a;b\na;0.125;2\nb;3;1.000\n", [[0.125, 2.0], [3.0, 1.0]]),
        ("p;a;b\na;1 000,5;2\nb;3;1\u202f000\u00a0000\n", [[1000.5, 2.0], [3.0, 1e6]]),
        ("p;a;b\na;1'000.5;2\nb;1e3;\u22121\n", [[1000.5, 2.0], [1000.0, -1.0]]),
    ],
)
def test_marks_for_decimals_and_thousands_are_told_apart(tmp_path, text, expected):
    (tmp_path / "flows.csv").write_text(text)
    frame = as_numbers("flows", *read_csv(tmp_path / "flows.csv"))
    assert frame.to_numpy().tolist() == expected
    assert (list(frame.index), list(frame.columns)) == (["a", "b"], ["a", "b"])


def test_totals_are_left_out_of_square_tables_with_a_remark(folder):
    expected = pl.load_table(folder)
    (folder / "flows.csv").write_text("p,a,b,Total\na,1,2,3\nb,3,1,4\nTotal,4,3,7\n")
    (folder / "output.csv").write_text("p,Total output\na,10\nb,12\nTotal,22\n")
    (folder / "final_demand.csv").write_text("p,homes,state,Total final demand\na,4,3,7\nb,8,0,8\nTotal,12,3,15\n")
    (folder / "factors.csv").write_text("f,a,b,Total\nlabour,5,6,11\n")
    with pytest.warns(pl.TableWarning, match=r"2 × row or column of totals in flows \(Total, Total\): left out"):
        scenario = pl.load_table(folder)
    assert np.array_equal(scenario.economy.inputs.to_scipy().toarray(), expected.economy.inputs.to_scipy().toarray())
    assert scenario.economy.labels.communities == ("homes", "state")
    assert scenario.limits.tolist() == expected.limits.tolist()
    assert len(pl.read_table(folder).blemishes) == 4


def workbook(path, sheets):
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `data` is not installed")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


BOOK = {
    "Read me": [["Published by the office of statistics"]],
    "Flows": [["product", "a", "b"], ["a", 1, 2.0], ["b", "3,0", 1]],
    "output": [["product", "output"], ["b", 12], ["a", 10]],
    "Final demand": [[None, "homes", None], ["a", 7, None], ["b", 8, None], [None, None, None]],
    "factors": [["factor", "a", "b"], ["labour", 5, 6]],
}


def test_a_workbook_with_sheets_named_like_files_is_a_table(folder, tmp_path):
    expected, found = pl.read_table(folder), pl.read_table(workbook(tmp_path / "chile.xlsx", BOOK))
    assert found.name == "chile"
    assert found.flows.equals(expected.flows)
    assert found.output.tolist() == expected.output.tolist()
    assert found.final["homes"].tolist() == [7.0, 8.0]
    assert found.factors.equals(expected.factors)


def test_a_workbook_can_hold_a_pair_with_numbers_for_labels(tmp_path):
    sheets = {
        "make": [["industry", 11, 12], [1, 10, 0], [2, 2, 20]],
        "use": [["product", 1, 2, "homes"], [11, 1, 10, 1], [12, 2, 3, 15], ["wages", 4, 5, 0]],
    }
    table = pl.read_table(workbook(tmp_path / "pair.xlsx", sheets))
    assert list(table.flows.index) == ["11", "12"]
    assert list(table.flows.columns) == ["1", "2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Flows": None}, "has no sheet flows among Read me, output"),
        ({"flows": BOOK["Flows"]}, "has two sheets for flows"),
        ({"Flows": [["p", "a"]]}, "sheet Flows is empty"),
        ({"Flows": [["p", "a", "b"], ["a", 1, "1.000"], ["b", 3, 1]]}, "has the text '1.000' in"),
        ({"Flows": [["p", "a", "b"], ["a", 1, None], ["b", 3, 1]]}, "1 missing or infinite .* column 'b', row 'a'"),
        ({"Flows": [["p", "a", "a"], ["a", 1, 2], ["b", 3, 1]]}, "column label 'a' twice"),
    ],
)  # fmt: skip
def test_malformed_workbooks_are_named(tmp_path, change, said):
    sheets = {title: rows for title, rows in (BOOK | change).items() if rows is not None}
    titles = [title + ("" if title != "flows" else " ") for title in sheets]
    path = workbook(tmp_path / "mine.xlsx", dict(zip(titles, sheets.values(), strict=True)))
    with pytest.raises(ValueError, match=said):
        pl.load_table(path)


def test_workbooks_that_cannot_be_read_say_so(tmp_path, monkeypatch):
    (tmp_path / "no.xlsx").write_text("p,a")
    with pytest.raises(ValueError, match="no.xlsx cannot be read"):
        pl.load_table(tmp_path / "no.xlsx")
    (tmp_path / "old.xls").write_text("p,a")
    with pytest.raises(ValueError, match="save it as .xlsx"):
        pl.load_table(tmp_path / "old.xls")

    def without(*_, **__):
        raise ImportError

    monkeypatch.setattr(pd, "read_excel", without)
    with pytest.raises(ModuleNotFoundError, match=r"openpyxl; install it with pip install 'planlab\[data\]'"):
        pl.load_table(workbook(tmp_path / "mine.xlsx", BOOK))
