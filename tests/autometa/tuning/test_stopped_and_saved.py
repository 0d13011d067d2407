"""Boosting that stopped early, or never did, predicts the same when it is saved and read again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import tune
from autometa.algorithms import TableCleaner
from autometa.tables import check_table
from autometa.tuning import load_model
from autometa.tuning.workers._worker_side import EvaluationRequest, WorkerTable, evaluate

N_ROWS = 160
BOOSTERS = {
    "lightgbm": "n_estimators",
    "xgboost": "n_estimators",
    "catboost": "iterations",
    "hist_gradient_boosting": "max_iter",
}


def rows():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N_ROWS, 3)), columns=list("abc"))
    return X, (X["a"] + rng.normal(size=N_ROWS) > 0).astype(int)


@pytest.fixture(scope="module")
def state():
    table = check_table(*rows())
    cleaner = TableCleaner()
    return WorkerTable(table=table, X=cleaner.fit_transform(table.X), threads=1, cleaner=cleaner)


@pytest.mark.parametrize("algorithm", BOOSTERS)
def test_the_trees_are_a_number_also_where_boosting_never_stops(state, algorithm):
    from autometa.algorithms import get_algorithm

    own = get_algorithm(algorithm)
    trees = own.rounds
    usual = next(iter(own.setups("binary").values()))
    numbers = {}
    for most in (5, 300):
        result = evaluate(
            state,
            EvaluationRequest(
                algorithm=algorithm, config=usual | {trees: most}, seed=0,
                metric="neg_log_loss", n_splits=3, n_used=3, fold_seed=0, stops_early=True,
            ),
        )  # fmt: skip
        best = [one.best for one in result.rounds]
        assert all(isinstance(one, int) and 1 <= one <= most for one in best)
        assert result.n_rounds is None or 1 <= result.n_rounds <= most
        numbers[most] = best
    assert numbers[300][0] < 300  # it did stop, on 160 rows


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", BOOSTERS)
def test_what_stopped_predicts_the_same_once_it_is_saved(algorithm, tmp_path):
    X, y = rows()
    result = tune(
        X, y, metric="roc_auc", time_budget=None, n_trials=1, random_state=0,
        algorithms=[algorithm], knowledge_base=False, ensemble=False, isolate=False,
    )  # fmt: skip
    path = tmp_path / "model"
    result.save(path)
    before = result.best_pipeline.predict_proba(X)
    np.testing.assert_array_equal(load_model(path).predict_proba(X), before)
    (config,) = {json.loads(config)[BOOSTERS[algorithm]] for config in result.runs()["config"]}
    assert config == result.leaderboard()["config"][0][BOOSTERS[algorithm]]
    assert isinstance(config, int)
