"""A column of one value and gaps says where it has the value, at every door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import load_model, tune
from autometa.algorithms import TableCleaner
from autometa.exceptions import DatasetWarning
from autometa.tables import check_table
from metafeatures import MetaFeatureExtractor

N = 120
RNG = np.random.default_rng(0)
GONE = RNG.random(N) < 0.4
OTHER = RNG.normal(size=N)
VALUES = {
    "number": 1.0,
    "text": "yes",
    "truth": True,
    "date": pd.Timestamp("2024-02-03"),
    "zero": 0,
}


def flagged(value, dtype=None):
    cells = pd.Series([value if gone else None for gone in GONE], dtype=dtype or object)
    return pd.DataFrame({"flag": cells, "other": OTHER})


@pytest.mark.parametrize("name", VALUES)
def test_one_value_and_gaps_become_one_and_zero(name):
    X = flagged(VALUES[name])
    cleaned = TableCleaner().fit_transform(X)
    assert cleaned.columns.tolist() == ["flag_presence", "other"]
    assert (cleaned["flag_presence"] == GONE).all()


@pytest.mark.parametrize("dtype", ["Int64", "float64", "boolean", "string", "category"])
def test_every_type_of_column_has_gaps(dtype):
    value = {"string": "x", "category": "x", "boolean": True}.get(dtype, 1)
    cleaned = TableCleaner().fit_transform(flagged(value, dtype))
    assert (cleaned["flag_presence"] == GONE).all()


def test_another_value_and_infinities_at_predict():
    cleaner = TableCleaner().fit(flagged(1.0, "float64"))
    new = pd.DataFrame({"flag": [1.0, 7.0, np.nan, np.inf], "other": 0.0})
    assert cleaner.transform(new)["flag_presence"].tolist() == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("cells", [[1.0] * N, [None] * N, [np.inf] * N])
def test_columns_that_are_constant_or_empty_are_left_out(cells):
    cleaned = TableCleaner().fit_transform(pd.DataFrame({"flag": cells, "other": OTHER}))
    assert cleaned.columns.tolist() == ["other"]


@pytest.mark.filterwarnings("ignore:Columns that alone predict")
def test_gaps_that_tell_the_target_are_learnt_from_saved_and_said(tmp_path):
    with pytest.warns(DatasetWarning, match="one value and gaps .* a cell has it: .'flag'"):
        result = tune(flagged("closed"), GONE, n_trials=2, time_budget=None, random_state=0,
                      isolate=False, knowledge_base=False,
                      algorithms=["logistic_regression", "decision_tree"])  # fmt: skip
    assert result.score > 0.99
    result.save(tmp_path / "model")
    again = load_model(tmp_path / "model").predict(flagged("closed"))
    assert (again == GONE).all()


@pytest.mark.filterwarnings("ignore:Columns")
def test_the_table_is_described_as_pipelines_see_it():
    extractor = MetaFeatureExtractor(random_state=0)
    by_gaps = check_table(flagged(1.0), OTHER > 0).describe(extractor)
    as_flag = check_table(flagged(1.0).assign(flag=GONE), OTHER > 0).describe(extractor)
    pd.testing.assert_series_equal(by_gaps, as_flag)
