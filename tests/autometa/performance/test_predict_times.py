"""How long setups take to predict: what is expected, and limits that are kept to."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from histories import history, setups

from autometa import KnowledgeBase
from autometa.algorithms import TableCleaner
from autometa.evaluation import STANDARD_SECONDS, reference_seconds
from autometa.exceptions import KnowledgeBaseMismatchError, KnowledgeBaseWarning, ParameterError
from autometa.meta_models import MetaModel
from autometa.performance import cleaning_ms

ROW = pd.Series({"f": 3.0})
SECONDS = np.array([0.5, 0.05, 0.005])  # for the 100 rows of a fold: 5, 0.5 and 0.05 ms a row


def timed(n_folds=None):
    """Better setups take longer to predict."""
    kb = history(np.tile([0.95, 0.90, 0.50], (20, 1)), {"f": np.arange(20.0)})
    tasks = kb.tasks.assign(n_rows=300.0 if n_folds is None else 100.0 * n_folds)
    runs = kb.runs.assign(predict_seconds=np.tile(SECONDS, 20))
    if n_folds:
        runs = runs.assign(n_folds=n_folds)
    return KnowledgeBase.from_frames(tasks, kb.metafeatures, runs)


@pytest.fixture(scope="module")
def model():
    return MetaModel().fit(timed())


@pytest.mark.parametrize("n_folds", [None, 3, 10])
def test_what_is_expected_is_that_of_one_row(n_folds):
    found = MetaModel().fit(timed(n_folds)).recommend(ROW)
    assert [one.expected_predict_ms for one in found] == pytest.approx([5.0, 0.5, 0.05], rel=0.05)
    assert json.loads(json.dumps(found[0].to_dict()))["expected_predict_ms"] > 0


@pytest.mark.parametrize(("limit", "left"), [(10, [0, 1, 2]), (1, [1, 2]), (0.1, [2])])
def test_what_predicts_too_slowly_is_not_recommended(model, limit, left):
    assert setups(model.recommend(ROW, max_predict_ms=limit)) == left


def test_a_limit_that_nothing_keeps_names_the_quickest(model):
    with pytest.raises(KnowledgeBaseMismatchError, match=r"0\.001 ms; the quickest needs 0\.0"):
        model.recommend(ROW, max_predict_ms=0.001)


def test_the_limit_holds_with_a_time_budget_and_for_an_explanation():
    kb = timed()
    kb = KnowledgeBase(kb.tasks, kb.metafeatures, kb.runs.assign(fit_seconds=0.1))
    found = MetaModel().fit(kb).recommend(ROW, time_budget=10.0, max_predict_ms=1.0)
    assert setups(found)[0] == 1
    assert [one.algorithm for one in found[0].explain().runners_up] == ["algorithm2"]


def test_without_times_the_limit_is_ignored_with_a_warning():
    model = MetaModel().fit(history([[0.9, 0.8]] * 5))
    with pytest.warns(KnowledgeBaseWarning, match="'max_predict_ms'"):
        found = model.recommend(None, max_predict_ms=1.0)
    assert np.isnan(found[0].expected_predict_ms)
    assert found[0].to_dict()["expected_predict_ms"] is None


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_limit_must_be_positive(model, limit):
    with pytest.raises(ParameterError, match="'max_predict_ms' must be a number of milliseconds"):
        model.recommend(ROW, max_predict_ms=limit)


def test_cleaning_is_part_of_what_is_expected(model):
    kb = timed()
    described = kb.metafeatures.assign(n_rows=300.0, n_numeric=4.0, n_categorical=10.0)
    wide = MetaModel().fit(KnowledgeBase(kb.tasks, described, kb.runs))
    row = pd.Series({"f": 3.0, "n_rows": 300.0, "n_numeric": 4.0, "n_categorical": 10.0})
    with_cleaning = [one.expected_predict_ms for one in wide.recommend(row)]
    assert with_cleaning == pytest.approx([5.0 + 0.0974, 0.5 + 0.0974, 0.05 + 0.0974], rel=0.05)
    with pytest.raises(KnowledgeBaseMismatchError, match=r"within 0\.1 ms"):
        wide.recommend(row, max_predict_ms=0.1)


@pytest.mark.parametrize("n_rows", [900, 3_000])
def test_what_is_expected_of_cleaning_is_near_to_what_it_takes(n_rows):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n_rows // 3, 20))).add_prefix("n")
    for i in range(10):
        X[f"c{i}"] = rng.choice([f"level {j}" for j in range(2 + 4 * i)], len(X))
    cleaner = TableCleaner().fit(X)
    cleaner.transform(X)
    taken = []
    for _ in range(5):
        start = time.process_time()
        cleaner.transform(X)
        taken.append(1e3 * (time.process_time() - start))
    slowness = reference_seconds() / STANDARD_SECONDS
    described = pd.Series({"n_rows": n_rows, "n_numeric": 20, "n_categorical": 10}, dtype=float)
    ratio = slowness * cleaning_ms(described) / (np.median(taken) / len(X))
    assert 1 / 4 < ratio < 4  # other machines, and cores that others use, are not as this one


def test_cleaning_counts_nothing_where_the_table_is_not_described():
    assert cleaning_ms(None) == cleaning_ms(pd.Series({"f": 1.0})) == 0.0
    assert cleaning_ms(pd.Series({"n_rows": 30.0, "n_numeric": np.nan})) == 0.0
