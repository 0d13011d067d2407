"""Groups and timestamps come with tables of every kind, by name or by value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.datasets import load_dataset
from autometa.exceptions import DatasetError
from autometa.tables import check_table
from autometa.validation import ValidationRequest

N = 60
WHO = np.array([f"p{i // 5}" for i in range(N)])
DAY = pd.date_range("2024-01-01", periods=N).to_series(index=range(N))


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame({"a": np.arange(N) * 1.5, "who": WHO, "day": DAY})


def folds_of(table):
    return [test.tolist() for _, test in table.validation.folds(table.y, table.task_type, 4)]


@pytest.fixture(scope="module")
def expected(frame):
    asked = ValidationRequest(groups=WHO)
    return folds_of(check_table(frame[["a"]], np.arange(N) * 0.5, validation=asked))


def tables(frame):
    import polars as pl
    import pyarrow as pa

    yield "pandas", frame
    yield "polars", pl.from_pandas(frame)
    yield "pyarrow", pa.Table.from_pandas(frame, preserve_index=False)


def test_a_column_may_be_named_in_frames_of_any_library(frame, expected):
    for library, X in tables(frame):
        table = check_table(X, np.arange(N) * 0.5, validation=ValidationRequest(groups="who"))
        assert folds_of(table) == expected, library
        assert "who" not in table.X, library
        assert table.validation.columns == {"groups": "who"}, library


@pytest.mark.parametrize("levels", [["who"], ["who", "day"]])
def test_a_level_of_the_index_may_be_named(frame, expected, levels):
    """Labels that repeat, one level or two: frames have patients and days there as often."""
    X = frame.set_index(levels)[["a"]]
    table = check_table(X, np.arange(N) * 0.5, validation=ValidationRequest(groups="who"))
    assert folds_of(table) == expected
    assert list(table.X) == ["a"]
    assert table.validation.columns == {"groups": "who"}


def test_days_of_the_index_may_be_named_and_a_column_of_the_name_comes_first(frame):
    asked = ValidationRequest(timestamps="day")
    by_column = check_table(frame[["a", "day"]], np.arange(N) * 0.5, validation=asked)
    X = frame.set_index("day")[["a"]]
    assert folds_of(check_table(X, np.arange(N) * 0.5, validation=asked)) == folds_of(by_column)
    reverse = frame[["a", "day"]].set_axis(pd.Index(DAY[::-1], name="day"))
    assert folds_of(check_table(reverse, np.arange(N) * 0.5, validation=asked)) == folds_of(
        by_column
    )


def test_a_column_of_a_file_may_be_named(frame, expected, tmp_path):
    frame.assign(y=np.arange(N) * 0.5).to_csv(tmp_path / "t.csv", index=False)
    asked = ValidationRequest(groups="who")
    assert folds_of(load_dataset(tmp_path / "t.csv", "y", validation=asked)) == expected


@pytest.mark.parametrize("groups", [WHO, WHO.tolist(), pd.Categorical(WHO), pd.Series(WHO)])
def test_values_may_be_of_any_kind(frame, expected, groups):
    asked = ValidationRequest(groups=groups)
    X = frame[["a"]].to_numpy()
    assert folds_of(check_table(X, np.arange(N) * 0.5, validation=asked)) == expected


@pytest.mark.slow
def test_a_sparse_matrix_takes_values(expected):
    from scipy.sparse import random as random_matrix

    X = random_matrix(N, 3_000, density=0.01, format="csr", random_state=0)
    table = check_table(X, np.arange(N) * 0.5, validation=ValidationRequest(groups=WHO))
    assert folds_of(table) == expected
    part = table.take(np.arange(30))
    assert part.validation.n_groups == 6


def test_a_table_without_names_says_so():
    X = np.arange(N * 2.0).reshape(N, 2)
    with pytest.raises(DatasetError, match="Got groups='who' and X of type ndarray"):
        check_table(X, np.arange(N) * 0.5, validation=ValidationRequest(groups="who"))


def test_both_may_be_named_at_once(frame):
    asked = ValidationRequest(groups="who", timestamps="day", gap="1 day")
    table = check_table(frame, np.arange(N) * 0.5, validation=asked)
    assert table.X.columns.tolist() == ["a", "day"]
    assert table.validation.columns == {"groups": "who", "timestamps": "day"}
