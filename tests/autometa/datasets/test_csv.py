"""CSV as it is published: every spelling of one table, and what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from autometa.datasets import read_file
from autometa.exceptions import DatasetError, DatasetWarning, ParameterError

PLAIN = "age,job,pay\n39,State gov,1.5\n50,,2.25\n41,Private,3.0\n"
FRAME = pd.DataFrame(
    {"age": [39, 50, 41], "job": ["State gov", None, "Private"], "pay": [1.5, 2.25, 3.0]}
)
SPELLINGS = {
    "semicolons": (PLAIN.replace(",", ";"), "delimiter ';'"),
    "pipes": (PLAIN.replace(",", "|"), r"delimiter '\|'"),
    "tabs": (PLAIN.replace(",", "\t"), r"delimiter '\\t'"),
    "decimal commas": (PLAIN.replace(",", ";").replace(".", ","), r"decimal commas in \['pay'\]"),
    "decimal commas in quotes": (
        'age,job,pay\n39,State gov,"1,5"\n50,,"2,25"\n41,Private,"3,0"\n',
        r"decimal commas in \['pay'\]",
    ),
    "blanks after commas": (
        "age, job, pay\n39, State gov, 1.5\n50, ?, 2.25\n41, Private, 3.0\n",
        r"blanks around the values of \['job'\] left out",
    ),
    "blanks before quotes": (
        'age, job, pay\n39, "State gov", 1.5\n50, "", 2.25\n41, "Private", 3.0\n',
        None,
    ),
    "a question mark": (PLAIN.replace("50,,", "50,?,"), None),
    "sep=;": ("sep=;\r\n" + PLAIN.replace(",", ";"), "delimiter ';'; 1 line"),
    "a preamble of comments": ("# of 2020, by x, y\n#\n\n" + PLAIN, "3 line"),
    "a title": ("Pay by job\n\n" + PLAIN, "2 line"),
    "a header behind a mark": ("# " + PLAIN, None),
    "blank lines": ("\n" + PLAIN.replace("\n", "\n\n   \n"), None),
    "quotes everywhere": (
        '"age","job","pay"\n"39","State gov","1.5"\n"50","","2.25"\n"41","Private","3.0"\n',
        None,
    ),
    "a delimiter behind each row": (
        "age,job,pay\n39,State gov,1.5,\n50,,2.25,\n41,Private,3.0,\n",
        "a delimiter at the end of each row left out",
    ),
    "a delimiter behind each line": (PLAIN.replace("\n", ",\n"), None),
    "row names of R": (
        "age,job,pay\n1,39,State gov,1.5\n2,50,,2.25\n3,41,Private,3.0\n",
        "left out as row names",
    ),
    "an index of pandas": (
        ",age,job,pay\n0,39,State gov,1.5\n1,50,,2.25\n2,41,Private,3.0\n",
        "counts the rows, left out",
    ),
    "blanks": ('age job pay\n39 "State gov" 1.5\n50 ? 2.25\n41 Private 3.0\n', "delimiter ' '"),
    "blanks that align": (
        '  age        job   pay\n   39 "State gov"  1.5\n   50      ?  2.25\n   41 Private 3.0 \n',
        "delimiter ' '",
    ),
    "blanks, as R writes": (
        '"age" "job" "pay"\n"1" 39 "State gov" 1.5\n"2" 50 "?" 2.25\n"3" 41 "Private" 3\n',
        "left out as row names",
    ),
    "lines of Windows": (PLAIN.replace("\n", "\r\n"), None),
    "lines of old Macs": (PLAIN.replace("\n", "\r"), None),
    "no last line end": (PLAIN[:-1], None),
    "blanks around numbers": (PLAIN.replace("39,", " 39 ,").replace(",2.25", ", 2.25"), None),
}


def read(path, content, note=None):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if note is None:
        return read_file(path)  # a warning would be an error
    with pytest.warns(DatasetWarning, match=note):
        return read_file(path)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_table_reads_alike_however_it_is_spelt(tmp_path, spelling):
    content, note = SPELLINGS[spelling]
    frame = read(tmp_path / "t.csv", content, note)
    pd.testing.assert_frame_equal(frame, FRAME)


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "encoding utf-16"),
        ("utf-16-le", "encoding utf-16-le"),
        ("utf-16-be", "encoding utf-16-be"),
        ("utf-32", "encoding utf-32"),
        ("cp1252", r"encoding cp1252 \(it is no UTF-8; if 'größe' is not"),
        ("latin-1", "it is no UTF-8"),
    ],
)
def test_encodings_are_recognised_and_said(tmp_path, encoding, note):
    frame = pd.DataFrame({"größe": [1, 2], "Ort": ["Köln", "Århus"]})
    content = frame.to_csv(index=False).encode(encoding)
    pd.testing.assert_frame_equal(read(tmp_path / "t.csv", content, note), frame)


@pytest.mark.parametrize(
    "header", ['"Income (USD, year)";"Age, years";"kind"', "Income (USD, year);Age, years;kind"]
)
def test_commas_in_names_part_no_fields(tmp_path, header):
    frame = read(tmp_path / "t.csv", f"{header}\n1,5;2;a\n3,5;4;b\n", "delimiter ';'; decimal")
    assert list(frame.columns) == ["Income (USD, year)", "Age, years", "kind"]
    assert frame["Income (USD, year)"].tolist() == [1.5, 3.5]


def test_a_column_named_by_a_comment_mark_is_a_column(tmp_path):
    frame = read(tmp_path / "t.csv", "#,name\n1,Bulbasaur\n2,Ivysaur\n")
    assert list(frame.columns) == ["#", "name"]


@pytest.mark.parametrize(
    ("header", "row", "note"),
    [
        ("5.1,3.5", "4.9,3.0", "first line was taken as the header"),
        ("5.1,3.5,setosa", "4.9,3.0,setosa", "first line was taken as the header"),
        ("country,2019,2020", "DE,1,2", None),
        ("0,1,2,target", "5,6,7,a", None),
    ],
)
def test_numbers_as_header_are_doubted(tmp_path, header, row, note):
    read(tmp_path / "t.csv", f"{header}\n{row}\n", note)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["1", "2", "-3"], "int64"),
        (["1", "", "2"], "float64"),
        (["1", "NA", "null", "n/a", "-", "?", "None"], "float64"),
        (["1.50", "2.5", ".5", "1e-3", "2E+10", "", "inf", "-Infinity"], "float64"),
        (["1.0", "2.53", "10.0", "1e-05", "-0.0", "0.0"], "float64"),
        (["0.00001", "1e-05", "2.0"], "str"),
        (["1.50", "1.75", "2.00"], "float64"),
        (["1.1", "1.10", "1.2"], "str"),
        (["1", "1.0", "2.5"], "str"),
        (["+5", "5", "6"], "str"),
        (["+5", "-5", "0"], "int64"),
        (["True", "False"], "bool"),
        (["true", "false", "true"], "bool"),
        (["TRUE", "NA", "FALSE"], "object"),
        (["", "?"], "float64"),
        (["02134", "2134", "00501"], "str"),
        (["1E5", "10E4", "7E400"], "str"),
        (["0x10", "1"], "str"),
        (["1_000", "2"], "str"),
        (["12345678901234567890", "1"], "str"),
        (["9007199254740993", "9007199254740992"], "int64"),
        (["9007199254740993", ""], "str"),
        (["2020-01-01", "2020-01-02"], "str"),
        (["1,234", "5"], "str"),
        (["a", "1"], "str"),
    ],
)
def test_a_column_is_numeric_only_where_its_text_comes_back(tmp_path, values, dtype):
    rows = [f'{place},"{value}"' for place, value in enumerate(values)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["n,v", *rows]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        column = read_file(path)["v"]
    assert column.dtype == pd.Series(["a"]).dtype if dtype == "str" else column.dtype == dtype
    if dtype == "str":
        assert column.dropna().tolist() == [value for value in values if value]


def test_words_for_missing_stay_values_of_text_and_are_said(tmp_path):
    content = "alley,answer\nNA,None\nGrvl,null\n,Yes\n?,No\n"
    frame = read(tmp_path / "t.csv", content, "kept as a value of text columns: 'NA' in 'alley'")
    assert frame["alley"].tolist()[:2] == ["NA", "Grvl"]
    assert frame["alley"].isna().tolist() == [False, False, True, True]
    assert frame["answer"].tolist() == ["None", "null", "Yes", "No"]


@pytest.mark.parametrize(
    ("content", "note", "columns"),
    [
        ('a,b\n1,"1,234"\n2,"5,678"\n', r"text in \['b'\], where commas may", ["1,234", "5,678"]),
        ('a,b\n1.5,"1,234"\n2,"5,678"\n', "commas between thousands left out", [1234, 5678]),
        ('a,b\nx,"1,234.5"\ny,"678"\n', "commas between thousands left out", [1234.5, 678.0]),
        ('a,b\n"1,5","1,234"\n"2,5",NA\n', "decimal commas", [1.234, None]),
        ("a;b\nx;1,234\ny;5,678\n", "decimal commas", [1.234, 5.678]),
        ("a;b\nx;1.234,5\ny;5,6\n", "decimal commas", [1234.5, 5.6]),
        ("a;b\n1,5;2.500\n2,5;1.250\n", r"decimal commas in \['a', 'b'\]", [2500, 1250]),
        ("a;b\n1.5;2,5\n2.5;1,25\n", r"text in \['b'\], where commas may", ["2,5", "1,25"]),
        ("a;b\n10:30;1,5\n11:30;2,5\n", "decimal commas", [1.5, 2.5]),
    ],
)
def test_a_file_has_one_decimal_mark(tmp_path, content, note, columns):
    column = read(tmp_path / "t.csv", content, note)["b"].astype(object)
    assert column.where(column.notna(), None).tolist() == columns


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("#name,y\nx,a\nz,b\n", ["name", "y"]),
        ("#id,v\n1,a\n2,b\n", ["id", "v"]),
        ("id,#views\n1,5\n2,6\n", ["id", "#views"]),
    ],
)
def test_a_header_behind_a_comment_mark_is_one(tmp_path, content, names):
    assert list(read(tmp_path / "t.csv", content).columns) == names


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b,y\n1,2,x\n0,3,4,y\n1,2\n", "must have 3 fields .* Got 4 in line 3, 2 in line 4;"),
        ("# x\n\na,b\n1,2\n\n3\n", "must have 2 fields .* Got 1 in line 6;"),
        ("a,b\n1,2\n" + "1,2,3\n" * 9, r"3 in line 3, 3 in line 4, 3 in line 5 \(9 lines in all\)"),
        ("a,b\n7,1,2\n7,3,4\n", "Got 3 in line 2, 3 in line 3;"),
        ('a,b\n"1\n2",2\n3\n', "Got 1 in line 4;"),
        ('a,b\n1,"x\n2,y\n3,z\n', "must close each quote it opens. One opened in line 2"),
        ('a, b\n1, "x"\n2\n', "must have 2 fields .* Got 1 in line 3"),
        ("a,b\n1,\0\n", "must be text. It holds a NUL byte at 6"),
        ("a,b\n", "holds no rows"),
        ('{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', "begins as JSON or a page of the web"),
        ("<!DOCTYPE html>\n<p>404, not found</p>\n", "begins as JSON or a page of the web"),
        ("\n\n", "holds no rows"),
        ("a,a\n1,2\n", r"names must differ. Repeated in .*\['a'\]"),
        ("," * 300_000 + "\n1,2\n", "1 rows and 300,001 columns, and 200,000 columns"),
    ],
)
def test_what_is_no_table_is_refused_with_its_lines(tmp_path, content, message):
    with pytest.raises(DatasetError, match=message) as error:
        read(tmp_path / "t.csv", content)
    assert "\n" not in str(error.value)


def test_long_headers_and_many_columns_are_read(tmp_path):
    name = "b" * 300_000
    assert list(read(tmp_path / "t.csv", f"a,{name}\n1,2\n").columns) == ["a", name]
    wide = pd.DataFrame(np.arange(6_000).reshape(2, -1)).add_prefix("c")
    pd.testing.assert_frame_equal(
        read(tmp_path / "wide.csv", wide.to_csv(index=False)), wide, check_dtype=False
    )


def test_records_longer_than_a_block_of_the_parser_are_read(tmp_path):
    text = "x" * (20 * 2**20)
    frame = read(tmp_path / "t.csv", f"a,b\n1,{text}\n2,y\n")
    assert frame["b"].str.len().tolist() == [len(text), 1]


def test_words_in_one_column_are_not_parted_by_blanks(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("full name\nJohn Smith\nAnn Lee\n")
    assert read_file(path).to_dict("list") == {"full name": ["John Smith", "Ann Lee"]}


def test_rows_of_unlike_numbers_of_blanks_are_refused_by_line(tmp_path):
    path = tmp_path / "ragged.txt"
    path.write_text("a b c\n" + "1 2 3\n" * 99 + "4   5\n")
    with pytest.raises(DatasetError, match=r"must have 3 fields in each row.*2 in line 101"):
        read_file(path)


CHINESE = "城市,y\n" + "北京,1\n上海,2\n" * 5
CYRILLIC = "имя,y\n" + "Юлия,1\nИлья,2\n" * 5


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "gbk"), (CHINESE, "utf-8"), (CHINESE, "utf-16"), (CYRILLIC, "cp1251")],
)
def test_a_file_is_read_in_the_encoding_that_is_asked_for(tmp_path, text, encoding):
    path = tmp_path / "asked.csv"
    path.write_bytes(text.encode(encoding))
    plain = tmp_path / "plain.csv"
    plain.write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        pd.testing.assert_frame_equal(read_file(path, encoding), read_file(plain))


def test_a_guessed_encoding_shows_what_it_makes_of_the_bytes(tmp_path):
    path = tmp_path / "guessed.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    with pytest.warns(DatasetWarning, match="encoding cp1252 .*if '³ÇÊÐ' is not as it was"):
        read_file(path)


@pytest.mark.parametrize(
    ("encoding", "error", "said"),
    [
        ("utf-8", DatasetError, "in the encoding 'utf-8' that was asked for.*at byte 0"),
        ("hex", ParameterError, "'encoding' must be one of.*Got 'hex'"),
        ("nope", ParameterError, "'encoding' must be one of.*Got 'nope'"),
    ],
)
def test_an_encoding_that_a_file_has_not_is_an_error(tmp_path, encoding, error, said):
    path = tmp_path / "other.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    with pytest.raises(error, match=said):
        read_file(path, encoding)


def test_a_file_that_is_no_text_has_no_encoding(tmp_path):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(ParameterError, match="'encoding' is of files of text"):
        read_file(path, "utf-8")
