"""Setups on parts of the rows: parts lie in each other, and limits bound to rows are lowered."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for
from autometa.tables import check_table
from autometa.tuning.workers._worker_side import EvaluationRequest, WorkerTable, evaluate
from autometa.validation import ValidationRequest

N_ROWS = 240
SMALL = {"n_estimators": 3, "iterations": 3, "max_iter": 5, "width": 16}


def worker_table(y=None, **validation):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N_ROWS, 3)), columns=list("abc"))
    y = X["a"] + rng.normal(size=N_ROWS) > 0 if y is None else y
    table = check_table(X, y, validation=ValidationRequest(**validation))
    cleaner = TableCleaner()
    return WorkerTable(table=table, X=cleaner.fit_transform(table.X), threads=1, cleaner=cleaner)


@pytest.fixture(scope="module")
def state():
    return worker_table()


WAYS = {
    "shuffled": {},
    "regression": {"y": np.linspace(0, 1, N_ROWS)},
    "groups": {"groups": pd.Series(np.arange(N_ROWS) // 8)},
    "in time": {"timestamps": pd.Series(pd.date_range("2020-01-01", periods=N_ROWS))},
}


@pytest.mark.parametrize("way", WAYS)
def test_the_smaller_part_lies_in_the_larger_and_all_are_scored_on_the_same_rows(way):
    state = worker_table(**WAYS[way])
    for number in range(3):
        rungs = [state.folds(3, 3, 0, share)[number] for share in (0.1, 0.3, 0.6, 1.0)]
        trained = [set(train.tolist()) for train, _ in rungs]
        assert all(small < large for small, large in itertools.pairwise(trained))
        assert all((test == rungs[0][1]).all() for _, test in rungs)
        assert not trained[-1] & set(rungs[0][1].tolist())


@pytest.mark.parametrize(
    ("algorithm", "config"),
    [
        ("nearest_neighbors", {"n_neighbors": 75}),
        ("lightgbm", {"min_child_samples": 100, "n_estimators": 3}),
        ("random_forest", {"min_samples_leaf": 20, "n_estimators": 3}),
        ("decision_tree", {"min_samples_leaf": 40}),
    ],
)
def test_a_limit_beyond_the_rows_of_a_part_is_no_failure(state, algorithm, config):
    (own,) = [one for one in algorithms_for("binary") if one.name == algorithm]
    usual = next(iter(own.setups("binary").values()))
    assert set(config) <= set(usual)
    result = evaluate(
        state,
        EvaluationRequest(
            algorithm=algorithm, config=usual | config, seed=0, metric="roc_auc", n_splits=3,
            n_used=3, fold_seed=0, fidelity=0.15,
        ),
    )  # fmt: skip
    assert all(len(train) < 40 for train, _ in state.folds(3, 3, 0, 0.15))
    assert 0 <= result.score <= 1
    assert result.fidelity == 0.15


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("algorithm", [one.name for one in algorithms_for("binary")])
def test_setups_drawn_from_the_space_of_every_algorithm_can_be_tried_on_a_part(state, algorithm):
    (own,) = [one for one in algorithms_for("binary") if one.name == algorithm]
    for config in own.sample(5, "binary"):
        quick = {name: SMALL.get(name, value) for name, value in config.items()}
        result = evaluate(
            state,
            EvaluationRequest(
                algorithm=algorithm, config=quick, seed=0, metric="roc_auc", n_splits=3,
                n_used=1, fold_seed=0, fidelity=0.2,
            ),
        )  # fmt: skip
        assert 0 <= result.score <= 1
