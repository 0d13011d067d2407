"""Datasets by name: files of every kind, and errors that help."""

from __future__ import annotations

import gzip
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from autometa.datasets import load_dataset
from autometa.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning

TABLE = pd.DataFrame(
    {"height": np.arange(20) / 4, "colour": ["red", "green"] * 10, "kind": ["a", "b"] * 10}
)
ARFF = (
    "@relation t\n@attribute height numeric\n@attribute colour {red,green}\n@attribute kind {a,b}\n"
    "@data\n" + "".join(f"{h},{c},{k}\n" for h, c, k in TABLE.itertuples(index=False))
)


def write(path, kind):
    if kind in ("csv", "csv.gz"):
        TABLE.to_csv(path, index=False)
    elif kind == "tsv":
        TABLE.to_csv(path, index=False, sep="\t")
    elif kind == "semicolon.csv":
        TABLE.to_csv(path, index=False, sep=";")
    elif kind == "parquet":
        TABLE.to_parquet(path)
    elif kind == "feather":
        TABLE.to_feather(path)
    elif kind == "arff":
        path.write_text(ARFF)
    else:
        path.write_bytes(gzip.compress(ARFF.encode()))


@pytest.mark.parametrize(
    "kind",
    ["csv", "csv.gz", "tsv", "semicolon.csv", "parquet", "feather", "arff", "arff.gz"],
)
def test_every_kind_of_file_reads_alike(tmp_path, kind):
    path = tmp_path / f"things.{kind}"
    write(path, kind)
    is_plain = kind != "semicolon.csv"
    with nullcontext() if is_plain else pytest.warns(DatasetWarning, match="delimiter ';'"):
        table = load_dataset(str(path), "kind")
    name = "things" if is_plain else "things.semicolon"  # no known ending: part of the name
    assert (table.name, table.target, table.task_type) == (name, "kind", "binary")
    assert table.X["height"].tolist() == TABLE["height"].tolist()
    assert table.X["colour"].astype(str).tolist() == TABLE["colour"].tolist()


def test_a_dataset_of_scikit_learn_has_a_target():
    table = load_dataset("sklearn:diabetes")
    assert (table.task_type, table.X.shape) == ("regression", (442, 10))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DatasetNotFoundError, match="There is no file"):
        load_dataset(str(tmp_path / "no.csv"), "kind")


def test_an_unknown_dataset_of_scikit_learn_is_told():
    with pytest.raises(DatasetNotFoundError, match="must name one of scikit-learn's datasets"):
        load_dataset("sklearn:titanic")


@pytest.mark.parametrize(
    ("name", "content", "target", "message"),
    [
        ("t.csv", "", "y", "is empty"),
        ("t.csv", "a,y\n", "y", "holds no rows"),
        ("t.xls", "a,y\n1,2\n", "y", r"known kind: .*Got the ending '.xls'"),
        ("t.csv", "height,y\n1,2\n", "heihgt", "no column 'heihgt'. Did you mean 'height'"),
        ("t.csv", "a,b\n1,2\n", None, r"needs a target: name one of its columns \['a', 'b'\]"),
        ("t.csv", "a,a,y\n1,2,3\n", "y", r"Repeated in .*\['a'\]"),
        ("t.parquet", "not parquet", "y", "does not read as parquet"),
        ("t.arff", "nonsense", "y", "does not read as arff"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, name, content, target, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(DatasetError, match=message) as error:
        load_dataset(str(tmp_path / name), target)
    assert "\n" not in str(error.value)
