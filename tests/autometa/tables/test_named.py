"""Tables and targets by name: a column, a file, a dataset of scikit-learn, at every door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.datasets import load_iris

import autometa
from autometa.datasets import named_table
from autometa.exceptions import DatasetError, DatasetNotFoundError

RNG = np.random.default_rng(0)
N = 60
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(size=N),
        "colour": RNG.choice(["red", "blue"], N),
        "kind": RNG.choice(["p", "q"], N),
    }
)
X, Y = FRAME.drop(columns="kind"), FRAME["kind"]


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "shapes.v2.csv"
    FRAME.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("make", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas])
def test_a_column_of_any_table_is_the_target_and_no_longer_a_column(make):
    table = make(FRAME)
    named = named_table(table, "kind")
    assert list(getattr(named.X, "column_names", named.X.columns)) == ["size", "colour"]
    assert list(getattr(named.y, "to_pylist", lambda: named.y)()) == Y.tolist()
    assert (named.name, named.target) == ("table", "kind")
    assert type(named.X) is type(table)


def test_the_table_itself_keeps_its_columns():
    before = FRAME.copy(deep=True)
    named_table(FRAME, "kind")
    pd.testing.assert_frame_equal(FRAME, before)


@pytest.mark.parametrize(
    ("table", "y", "target"),
    [
        (X, Y, "kind"),
        (X, Y.rename(7), "7"),
        (X, Y.rename(None), "target"),
        (X, Y.to_frame(), "kind"),
        (X, pl.Series("sort", Y.tolist()), "sort"),
        (X, Y.to_numpy(), "target"),
        (X, Y.rename("size"), "target"),  # X has a column of that name
        (pa.Table.from_pandas(X), Y.rename("size"), "target"),
        (X.to_numpy(), Y, "kind"),
    ],
)
def test_values_keep_their_name_where_it_is_their_own(table, y, target):
    assert named_table(table, y).target == target


def test_what_the_caller_says_goes_before_what_the_data_say(csv):
    named = named_table(csv, "kind", name="mine", target="label")
    assert (named.name, named.target) == ("mine", "label")
    assert named_table(csv, "kind")[2:] == ("shapes.v2", "kind")


@pytest.mark.parametrize(
    ("table", "y", "message"),
    [
        (FRAME, "kid", r"X has no column 'kid'. Did you mean 'kind'\? It has \['size', 'colour'"),
        (pl.from_pandas(FRAME), "kid", r"X has no column 'kid'. Did you mean 'kind'\?"),
        (FRAME.to_numpy(), "kind", r"X of type ndarray; give the values of y"),
        (FRAME.set_axis(["a", "kind", "kind"], axis=1), "kind", "several columns 'kind'"),
        ("sklearn:iris", np.zeros(150), "must be named too. Got X='sklearn:iris' and y of type"),
    ],
)
def test_a_target_that_cannot_be_there_is_refused(table, y, message):
    with pytest.raises(DatasetError, match=message):
        named_table(table, y)


def test_advice_for_a_file_is_that_for_its_table(csv):
    by_values = autometa.recommend(X, Y, n=3)
    by_column = autometa.recommend(FRAME, "kind", n=3)
    by_path = autometa.recommend(csv, "kind", n=3)
    assert by_values == by_column == by_path
    assert by_path.task.name == "shapes.v2"
    assert {one.task.target for one in (by_values, by_column, by_path)} == {"kind"}


def test_a_dataset_of_scikit_learn_has_a_default_target():
    X, y = load_iris(return_X_y=True, as_frame=True)
    assert autometa.recommend("sklearn:iris", n=2) == autometa.recommend(X, y, n=2)
    with pytest.raises(DatasetNotFoundError):
        autometa.recommend("sklearn:titanic")


def test_tune_names_the_column_that_its_script_reads(csv):
    asked = {"time_budget": None, "n_trials": 1, "isolate": False, "knowledge_base": False}
    result = autometa.tune(csv, "kind", random_state=0, **asked)
    assert "'kind'" in result.code() or '"kind"' in result.code()
    by_values = autometa.tune(X, Y, random_state=0, **asked)
    np.testing.assert_array_equal(
        result.best_pipeline.predict(X), by_values.best_pipeline.predict(X)
    )
    assert by_values.code() == result.code()


def test_an_estimator_takes_a_column_by_name_and_predicts_without_it():
    model = autometa.AutoMetaClassifier(
        time_budget=None, n_trials=1, isolate=False, knowledge_base=False, random_state=0
    ).fit(FRAME, "kind")
    assert model.feature_names_in_.tolist() == ["size", "colour"]
    assert model.n_features_in_ == 2
    assert set(model.predict(X)) <= {"p", "q"}
    assert model.classes_.tolist() == ["p", "q"]


def test_describe_leaves_out_what_pipelines_leave_out():
    constant = FRAME.assign(one=1.0)
    with pytest.warns(autometa.DatasetWarning, match="constant"):
        described = autometa.describe(constant, "kind", names=["n_columns", "n_rows"])
    assert described.to_dict() == {"n_rows": N, "n_columns": 2}


def test_describe_says_why_a_value_is_nan():
    y = np.r_[0, np.ones(N - 1)]
    with pytest.warns(match="Landmarkers skipped"):
        values, report = autometa.describe(X, y, families=["landmarking"], return_report=True)
    assert report.index.equals(values.index)
    reasons = report["reason"][values.isna()]
    assert len(reasons) > 0
    assert reasons.str.startswith("undefined").all()
