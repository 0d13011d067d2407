"""Rows that setups are scored on: their words were not read before."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, word_rows
from autometa.tables import Table
from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.final_model._splits import MAX_FOLD_TEXT_ROWS, has_shared_words, make_splits
from autometa.tuning.workers import _worker_side
from autometa.tuning.workers._worker_side import EvaluationRequest, WorkerTable, evaluate, refit

LARGE = MAX_FOLD_TEXT_ROWS + 2_000


def text_table(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    words = np.array([f"w{i}" for i in range(300)])
    texts = [" ".join(row) for row in words[rng.integers(0, 300, (n_rows, 4))]]
    X = pd.DataFrame({"t": texts, "n": rng.normal(size=n_rows)})
    y = (X["n"] > 1).astype("int64").to_numpy().copy()
    y[:3] = 2
    return Table(X=X, y=y, classes=np.arange(3), task_type="multiclass")


def worker(table):
    cleaner = TableCleaner()
    return WorkerTable(table=table, X=cleaner.fit_transform(table.X), threads=1, cleaner=cleaner)


@pytest.mark.parametrize(("n_splits", "n_rows"), [(5, LARGE), (10, 30_000)])
def test_no_word_of_a_large_table_was_learnt_from_a_row_that_is_held_out(n_splits, n_rows):
    table = text_table(n_rows)
    ((train, test),) = make_splits(table, n_splits, 1, 7, shared_words=True)
    assert not set(test) & set(word_rows(n_rows))
    assert sorted([*train, *test]) == list(range(n_rows))
    assert len(test) == pytest.approx(n_rows / n_splits, rel=0.1)
    assert set(table.y[train]) == {0, 1, 2}
    shares = [np.mean(table.y[rows] == 1) for rows in (train, test)]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_what_is_written_in_held_out_rows_changes_neither_words_nor_their_components():
    table = text_table(LARGE)
    ((_, test),) = make_splits(table, 5, 1, 7, shared_words=True)
    other = table.X.copy()
    other.loc[test, "t"] = [f"unheard of in row {i}" for i in test]
    words, components = TableCleaner().fit(table.X).text_["t"]
    again, components_again = TableCleaner().fit(other).text_["t"]
    assert words.vocabulary_ == again.vocabulary_
    np.testing.assert_array_equal(components.components_, components_again.components_)


@pytest.mark.parametrize(
    ("n_rows", "n_used", "is_shared"), [(600, 1, False), (600, 3, False), (LARGE, 1, True)]
)
def test_a_fold_sees_words_of_its_training_rows_alone(n_rows, n_used, is_shared):
    state = worker(text_table(n_rows))
    assert has_shared_words(state.cleaner, n_rows) == is_shared
    seen = state.fold_table(5, n_used, 7, 1.0, 0)
    assert (seen is state.X) == is_shared
    train, _ = state.folds(5, n_used, 7)[0]
    if not is_shared:
        own = state.cleaner.relearn_text(state.table.X, state.X, train)
        pd.testing.assert_frame_equal(seen, own)
        assert not np.allclose(seen["t_0"], state.X["t_0"])


def test_a_large_table_with_text_sends_the_models_of_its_fold_back():
    state = worker(text_table(LARGE))
    request = EvaluationRequest(
        algorithm="naive_bayes", config={}, seed=0, metric="neg_log_loss", n_splits=5, n_used=1,
        fold_seed=7, keep_above=-np.inf,
    )  # fmt: skip
    verdict = evaluate(state, request)
    held_out = HeldOut.of_table(state.table, "neg_log_loss", 5, 1, 7, 1, shared_words=True)
    assert verdict.models
    assert held_out.score(verdict.values) == pytest.approx(verdict.score, abs=1e-12)


def test_a_small_table_with_text_sends_one_model_of_all_rows_that_the_final_pipeline_can_use():
    state = worker(text_table(600))
    request = EvaluationRequest(
        algorithm="naive_bayes", config={}, seed=0, metric="neg_log_loss", n_splits=5, n_used=5,
        fold_seed=7, keep_above=-np.inf,
    )  # fmt: skip
    (model,) = pickle.loads(evaluate(state, request).models)
    expected = refit(state, "naive_bayes", {}, 0)
    np.testing.assert_allclose(model.predict_proba(state.X), expected.predict_proba(state.X))
    assert not evaluate(state, replace(request, keep_above=np.inf)).models
    assert not evaluate(state, replace(request, keep_above=0.0)).models  # a loss is below 0


def test_a_worker_makes_its_folds_once_for_all_parts_of_the_rows(monkeypatch):
    made = []

    def counted(*args):
        made.append(args)
        return make_splits(*args)

    monkeypatch.setattr(_worker_side, "make_splits", counted)
    X = pd.DataFrame({"n": np.random.default_rng(0).normal(size=4_000)})
    table = Table(
        X=X, y=(X["n"] > 0).to_numpy().astype(int), classes=np.arange(2), task_type="binary"
    )
    state = worker(table)
    wanted = {"algorithm": "naive_bayes", "config": {}, "seed": 0, "metric": "roc_auc"}
    split = {"n_splits": 10, "n_used": 1, "fold_seed": 7}
    results = [
        evaluate(state, EvaluationRequest(**wanted, **split, fidelity=part))
        for part in (1.0, 0.5, 0.25, 0.5)
    ]
    assert len(made) == 1
    assert {len(result.values) for result in results} == {400}  # all held-out rows, of any part
