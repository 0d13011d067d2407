"""Sparse tables too large to be made dense stay sparse from the door to the prediction."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.metrics import roc_auc_score

from autometa.algorithms import SparseCleaner, algorithms_for, every_algorithm
from autometa.exceptions import DatasetError, DatasetWarning, ParameterError
from autometa.tables import check_table, stays_sparse, take_rows
from autometa.tuning import load_model, tune
from autometa.tuning.final_model._assemble import fit_fallback
from autometa.tuning.study._content_hash import content_hash

pytestmark = pytest.mark.filterwarnings("ignore:Columns that are constant or empty")


@pytest.fixture(autouse=True)
def never_dense(monkeypatch):
    """Fail when a whole sparse table is made dense."""
    dense = sp.csr_matrix.toarray

    def guarded(matrix, *args, **kwargs):
        assert np.prod(matrix.shape) < 10_000_000
        return dense(matrix, *args, **kwargs)

    monkeypatch.setattr(sp.csr_matrix, "toarray", guarded)


def counts(n_rows, n_columns, per_row=20, seed=0):
    rng = np.random.default_rng(seed)
    places = (np.repeat(np.arange(n_rows), per_row), rng.integers(0, n_columns, n_rows * per_row))
    X = sp.csr_matrix((np.ones(n_rows * per_row), places), shape=(n_rows, n_columns))
    left = np.asarray(X[:, : n_columns // 10].sum(axis=1)).ravel()
    return X, (left > np.median(left)).astype(int)


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (sp.random(100, 50, 0.1, "csr"), False),  # small: read as any table
        (sp.random(3_000, 1_000, 0.01, "csc"), True),
        (sp.coo_array((3_000, 1_000)), True),
        (sp.random(3_000, 1_000, 0.5, "csr"), False),  # not sparse at all
        (np.zeros((3_000, 1_000)), False),
        (pd.DataFrame(np.zeros((3, 2))), False),
    ],
)
def test_only_large_and_truly_sparse_tables_stay_sparse(X, expected):
    assert stays_sparse(X) is expected


def test_the_door_takes_a_hundred_thousand_columns_in_linear_time():
    X, y = counts(100_000, 100_000, per_row=10)
    start = time.process_time()
    table = check_table(X, y)
    content_hash(table)
    pipeline, n_rows = fit_fallback(table, 0)
    assert time.process_time() - start < 10
    assert table.is_sparse
    assert n_rows <= 2_000
    assert pipeline.predict_proba(X[:5]).shape == (5, 2)


def test_gaps_in_a_large_sparse_table_are_refused_by_count():
    X, y = counts(3_000, 1_000)
    X.data[:3] = [np.nan, np.inf, -np.inf]
    with pytest.raises(DatasetError, match="NaN or infinity in 3 cells"):
        check_table(X, y)


def test_a_sparse_table_of_constants_is_refused():
    with pytest.raises(DatasetError, match="two distinct values"):
        check_table(sp.csr_matrix((3_000, 1_000)), [0, 1] * 1_500)


def test_columns_without_values_are_left_out_and_said():
    X, y = counts(3_000, 1_000)
    with pytest.warns(DatasetWarning, match="1 of 1001"):
        table = check_table(sp.hstack([X, sp.csr_matrix((3_000, 1))]).tocsr(), y)
    assert SparseCleaner().fit_transform(table.X).shape == (3_000, 1_000)


@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csc_array, sp.coo_matrix, "frame", "dense"])
def test_the_cleaner_reads_the_same_from_any_container(make):
    X, _ = counts(60, 40)
    cleaner = SparseCleaner().fit(X)
    if make == "frame":
        other = pd.DataFrame.sparse.from_spmatrix(X)
    else:
        other = X.toarray() if make == "dense" else make(X)
    assert (cleaner.transform(other) != cleaner.transform(X)).nnz == 0
    with pytest.raises(DatasetError, match="40 features"):
        cleaner.transform(X[:, :39])


SPARSE = [a.name for a in every_algorithm() if a.takes_sparse and a.is_installed]


@pytest.mark.parametrize("task_type", ["binary", "regression"])
def test_every_algorithm_that_takes_sparse_tables_fits_and_predicts(task_type):
    X, y = counts(400, 300)
    names = [a.name for a in algorithms_for(task_type, 400, 2, is_sparse=True)]
    assert set(names) <= set(SPARSE)
    for algorithm in algorithms_for(task_type, 400, 2, is_sparse=True):
        for config in algorithm.setups(task_type).values():
            model = algorithm.build(config, task_type, is_sparse=True).fit(X[:300], y[:300])
            assert np.isfinite(model.predict(X[300:])).all()
            break


def test_algorithms_that_would_make_it_dense_are_refused():
    X, y = counts(3_000, 1_000)
    with pytest.raises(ParameterError, match="for sparse binary tasks"):
        tune(X, y, time_budget=5, algorithms=["hist_gradient_boosting"])


@pytest.mark.slow
def test_a_sparse_table_is_tuned_saved_and_predicted(tmp_path):
    X, y = counts(4_000, 1_000)
    train, test = np.arange(3_000), np.arange(3_000, 4_000)
    result = tune(
        take_rows(X, train),
        y[train],
        time_budget=None,
        n_trials=1,
        random_state=0,
        algorithms=["logistic_regression"],
        knowledge_base=False,
    )
    assert set(result.leaderboard()["status"]) == {"ok"}
    said = result.best_pipeline.predict_proba(X[test])
    assert roc_auc_score(y[test], said[:, 1]) > 0.7
    result.save(tmp_path / "model")
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict_proba(X[test]), said)
    with pytest.raises(ParameterError, match="sparse matrix"):
        result.code()
