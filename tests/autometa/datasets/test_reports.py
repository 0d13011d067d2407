"""Files that users of other readers have reported, with what should be read."""

from __future__ import annotations

import warnings

import pytest

from autometa.datasets import read_file
from autometa.exceptions import DatasetError, DatasetWarning

HEAD = "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n"
# report: (ending, content, columns as read)
READ = {
    "pandas#14124, a delimiter behind each row": (
        "csv", "A,B,C\n1,4,7,\n2,5,8,\n", {"A": [1, 2], "B": [4, 5], "C": [7, 8]},
    ),
    "pandas#15203, the same and quotes": (
        "csv", 'ID,X,T \n100636,"R",0,\n', {"ID": [100636], "X": ["R"], "T ": [0]},
    ),
    "pandas#41304, cells of blanks": (
        "csv", '"T";"DD";"N"\n"9.8";" ";"W"\n" ";"a";"E"\n',
        {"T": [9.8, None], "DD": [None, "a"], "N": ["W", "E"]},
    ),
    "pandas#43074, one code in two types": (
        "csv", "Id,v\n" + "651,1\n" * 3000 + "000651,2\n", {"Id": ["651"] * 3000 + ["000651"]},
    ),
    "pandas#60082, long numbers": (
        "csv", f"v,w\n{'1' * 21}.5,1\n2.5,2\n", {"v": [1.1111111111111111e20, 2.5]},
    ),
    "pandas#68706, unsigned integers": (
        "csv", f"a,b\n{2**64 - 1},1\n{2**64 - 2},2\n", {"a": [str(2**64 - 1), str(2**64 - 2)]},
    ),
    "countrycode#261, Namibia": (
        "csv", 'x,c\n"1","NA"\n"NA","DE"\n', {"x": [1, None], "c": ["NA", "DE"]},
    ),
    "dify#42354, semicolons of Excel": (
        "csv", "name;region\nwidget, big;EU\ngadget;US\n",
        {"name": ["widget, big", "gadget"], "region": ["EU", "US"]},
    ),
    "aem-dictionary-translator#118, a semicolon in a value": (
        "csv", 'a,b\n"x;y",1\nz,2\n', {"a": ["x;y", "z"], "b": [1, 2]},
    ),
    "CSV.jl#1185, decimal commas as often as semicolons": (
        "csv", "x;y;z\n1,5;2,5;3,5\n4,5;5,5;6,5\n", {"x": [1.5, 4.5], "z": [3.5, 6.5]},
    ),
    "kaggle/adult, blanks after commas": (
        "csv", "age, income\n39, <=50K\n50, >50K\n", {"age": [39, 50], "income": ["<=50K", ">50K"]},
    ),
    "dataretrieval-python#311, parameter codes": (
        "csv", "HUC,v\n07090002,1.5\n10090003,2.5\n", {"HUC": ["07090002", "10090003"]},
    ),
    "openml-python#287, a comment with braces": (
        "arff", "@attribute label {-1,1} %{<=50K, >50K}\n@data\n-1\n1\n", {"label": ["-1", "1"]},
    ),
    "OpenML#216, quotes within quotes": (
        "arff", "@attribute c {'\\'B1of3\\'','\\'B2of3\\''}\n@data\n'\\'B2of3\\''\n",
        {"c": ["'B2of3'"]},
    ),
    "OpenML#103, blanks as separators": (
        "arff", HEAD + "1 x\n2   y\n", {"a": [1, 2], "b": ["x", "y"]},
    ),
    "OpenML#176, tabs behind rows": (
        "arff", HEAD + "1,x\t\t\t\n2,y\n", {"a": [1, 2], "b": ["x", "y"]},
    ),
    "farff#25, a question mark between blanks": (
        "arff", HEAD + '? "x"\n2 "y"\n', {"a": [None, 2], "b": ["x", "y"]},
    ),
    "liac-arff#24, names that begin with numbers": (
        "arff", "@attribute 1st numeric\n@data\n5\n", {"1st": [5]},
    ),
    "liac-arff#52, what sparse rows leave out": (
        "arff", HEAD + "{0 5}\n{1 y}\n{ }\n", {"a": [5, 0, 0], "b": ["x", "y", "x"]},
    ),
    "liac-arff#58, an attribute of an unknown kind": (
        "arff", "@attribute emotion unknown\n@attribute a numeric\n@data\nsad,1\n",
        {"emotion": ["sad"], "a": [1]},
    ),
    "liac-arff#77, quotes in sparse rows": (
        "arff", '@attribute a real\n@attribute cls {"class A", "class B"}\n@data\n{1 "class B"}\n',
        {"a": [0], "cls": ["class B"]},
    ),
    "liac-arff#87, other blanks in values": (
        "arff", "@attribute s string\n@attribute a numeric\n@data\n日本\u3000語,1\n",
        {"s": ["日本\u3000語"], "a": [1]},
    ),
    "liac-arff#89, line ends in values": (
        "arff", "@attribute s string\n@attribute b {'A','B'}\n@data\n'A\\nB','A'\n",
        {"s": ["A\nB"], "b": ["A"]},
    ),
    "liac-arff#101, a comma behind each row": (
        "arff", HEAD + "1,x,\n2,y,\n", {"a": [1, 2], "b": ["x", "y"]},
    ),
    "liac-arff#15, commas in quotes": (
        "arff", "@attribute t string\n@attribute s {N,Y}\n@data\n'certified, plastic',Y\n",
        {"t": ["certified, plastic"], "s": ["Y"]},
    ),
}  # fmt: skip
REFUSED = {
    "pandas#9295, a delimiter behind the first row": (
        "csv", "a,b\n0,5,\n0,6\n0,7\n", "Got 3 in line 2;",
    ),
    "csv-parser#283, more names than values": ("csv", "a;b;c;d\n1;2;3\n4;5;6\n", "Got 3 in line 2"),
    "datatable#939, no header": ("csv", "1,9ff4,1\n2,ac1e,1\n", "put a line of names first"),
    "OpenML#176, a comma too many inside": ("arff", HEAD + "1,x\n2,,y\n", "Line 6 .* has not"),
    "scikit-learn#19944, a date that is none": (
        "arff", '@attribute d date "dd.MM.yyyy"\n@data\n01.02.2020\n2020-02-01\n',
        "line 4 must have a date in the form 'dd.MM.yyyy' as 'd'. Got '2020-02-01'",
    ),
}  # fmt: skip


def read(path, content):
    path.write_text(content, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        return read_file(path)


@pytest.mark.parametrize("report", READ)
def test_files_of_reports_are_read(tmp_path, report):
    ending, content, columns = READ[report]
    frame = read(tmp_path / f"t.{ending}", content)
    for name, values in columns.items():
        column = frame[name].astype(object).where(frame[name].notna(), None)
        assert column.tolist() == values


@pytest.mark.parametrize("report", REFUSED)
def test_files_of_reports_that_say_nothing_sure_are_refused(tmp_path, report):
    ending, content, message = REFUSED[report]
    with pytest.raises(DatasetError, match=message):
        read(tmp_path / f"t.{ending}", content)
