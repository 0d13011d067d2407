"""CSV read row by row: the rules of tables, odd rows counted by line."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa.datasets import load_dataset, read_csv_lines, read_file
from autometa.exceptions import DatasetError
from autometa.importers import import_history

HEADER = ["task", "model", "accuracy"]
ROWS = [["a", "x", "0.9"], ["a", "y", "0.8"]]


def written(tmp_path, text, encoding="utf-8", name="runs.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "lines"),
    [
        ("task,model,accuracy\na,x,0.9\na,y,0.8\n", "utf-8", [2, 3]),
        ("task,model,accuracy\r\na,x,0.9\r\na,y,0.8\r\n", "utf-8", [2, 3]),
        ("sep=;\ntask;model;accuracy\na;x;0.9\na;y;0.8\n", "utf-8", [3, 4]),
        ("# of us\n# 2020\ntask,model,accuracy\na,x,0.9\na,y,0.8\n", "utf-8", [4, 5]),
        ("task\tmodel\taccuracy\na\tx\t0,9\na\ty\t0,8\n", "utf-16", [2, 3]),
        ("task;model;accuracy\na;x;0,9\n\na;y;0,8\n", "latin-1", [2, 4]),
        ("task   model  accuracy\na  x    0.9\na y\t0.8\n", "utf-8", [2, 3]),
        ("task,model,accuracy\n1,a,x,0.9\n2,a,y,0.8\n", "utf-8", [2, 3]),
        ("task,model,accuracy\na,x,0.9,\na,y,0.8,\n", "utf-8", [2, 3]),
        ('task, model, accuracy\n"a", "x", "0.9"\n"a", "y", "0.8"\n', "utf-8", [2, 3]),
    ],
)
def test_a_file_is_read_as_it_is_published(tmp_path, text, encoding, lines):
    found = read_csv_lines(written(tmp_path, text, encoding))
    assert (found.names, found.rows, found.lines, found.bad) == (HEADER, ROWS, lines, [])


@pytest.mark.filterwarnings("ignore::autometa.exceptions.DatasetWarning")
@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nt;n;v\na;1.500;0,9\nb;2.500;0,8\n",
        "# of us\nt,n,v\na,1500,0.9\nb,2500,0.8\n",
        't|n|v\na|"1,500"|0.9\nb|"2,500"|0.8\n',
        '"a;t";n;v\na;1500;0.9\nb;2500;0.8\n',
    ],
)
def test_tables_and_histories_are_read_alike(tmp_path, text):
    path = written(tmp_path, text)
    found, table = read_csv_lines(path), read_file(path)
    assert found.names == list(table.columns)
    rows = pd.DataFrame(found.rows, columns=found.names)
    for name in found.names[1:]:
        assert pd.to_numeric(rows[name]).tolist() == table[name].tolist()


def test_odd_rows_are_counted_and_a_word_beside_decimal_commas_stays(tmp_path):
    text = "task;model;accuracy\na;x;0,9\na;y;failed\nb;x;0,7;oops\nb;y;0,75\n"
    found = read_csv_lines(written(tmp_path, text))
    assert [row[2] for row in found.rows] == ["0.9", "failed", "0.75"]
    assert (found.lines, found.bad, found.n_commas) == ([2, 3, 5], [4], 2)


def test_one_odd_row_does_not_make_decimal_commas_delimiters(tmp_path):
    found = read_csv_lines(
        written(tmp_path, "task;model;accuracy\na;x;0,9\na;y;0,8;oops\na;z;0,7\n")
    )
    assert (found.names, found.rows, found.bad) == (HEADER, [ROWS[0], ["a", "z", "0.7"]], [3])


def test_a_quote_that_is_never_closed_is_refused_by_line(tmp_path):
    text = 'task,model,accuracy,note\na,x,0.9,"open\na,y,0.8,z\n'
    with pytest.raises(DatasetError, match="opened in line 2 is never closed"):
        read_csv_lines(written(tmp_path, text))


@pytest.mark.parametrize("preamble", ["sep=,\n", "# from our bench\n"])
def test_lines_of_a_history_count_what_stands_before_the_header(tmp_path, preamble):
    path = written(tmp_path, f"{preamble}task,model,accuracy\na,x,0.9\na,y,nought\na,z,0.8\n")
    (dropped,) = import_history(str(path)).dropped
    assert (dropped.count, dropped.why) == (1, "whose 'accuracy' is no number: line 4")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("x.v1.csv", "x.v1"),
        ("x.v2.csv.gz", "x.v2"),
        ("2020.01.parquet", "2020.01"),
        ("data:1.csv", "data:1"),
        ("plain.csv", "plain"),
    ],
)
def test_versions_of_a_file_have_names_of_their_own(tmp_path, file, name):
    frame = pd.DataFrame({"a": range(20), "y": ["p", "q"] * 10})
    path = tmp_path / file
    frame.to_parquet(path) if file.endswith("parquet") else frame.to_csv(path, index=False)
    assert load_dataset(str(path), "y").name == name
