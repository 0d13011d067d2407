"""Matrices from a knowledge base, losses and completion, on numbers one can check by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from histories import history

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import KnowledgeBase
from autometa.performance import _history
from autometa.performance._completion import complete
from autometa.performance._history import read_histories, read_history
from autometa.performance._losses import FAILURE, losses
from autometa.performance._question import QuestionResolver

NAN = float("nan")


def knowledge_base(runs, task_types=None):
    runs = pd.DataFrame({"metric": "accuracy", **runs}).assign(config="{}")
    names = sorted(set(runs["task_id"]))
    tasks = pd.DataFrame({"task_id": names, "task_type": task_types or "binary"})
    return KnowledgeBase.from_frames(tasks, None, runs)


def test_repeats_of_a_run_are_averaged():
    kb = knowledge_base(
        {
            "task_id": ["a", "a", "a"],
            "algorithm": ["knn", "knn", "tree"],
            "score": [0.6, 0.8, 0.5],
            "fit_seconds": [1.0, 3.0, NAN],
        }
    )
    history = read_history(kb, ["binary"], "accuracy")
    assert history.setups == [("knn", "{}"), ("tree", "{}")]
    assert history.scores == pytest.approx(np.array([[0.7, 0.5]]))
    assert history.seconds == pytest.approx(np.array([[2.0, NAN]]), nan_ok=True)


def test_only_runs_on_most_rows_count():
    kb = knowledge_base(
        {
            "task_id": ["a", "a", "b"],
            "algorithm": ["knn"] * 3,
            "score": [0.1, 0.9, 0.4],
            "fidelity": [0.1, 1.0, 0.3],
        }
    )
    assert read_history(kb, ["binary"], "accuracy").scores.tolist() == [[0.9], [0.4]]


def test_tasks_of_other_types_and_tasks_without_runs_are_left_out():
    kb = knowledge_base(
        {"task_id": ["a", "b"], "algorithm": ["knn"] * 2, "score": [0.1, 0.2]},
        ["binary", "regression"],
    )
    kb.add(kb.runs.iloc[:0], tasks=pd.DataFrame({"task_id": ["c"], "task_type": ["binary"]}))
    assert read_history(kb, ["binary"], "accuracy").tasks["task_id"].tolist() == ["a"]


def test_of_a_history_too_large_the_most_measured_is_kept(monkeypatch):
    """Setup and task of the fewest runs go: two of three each are left."""
    kb = knowledge_base(
        {
            "task_id": ["a", "a", "b", "b", "c"],
            "algorithm": ["x", "y", "x", "y", "z"],
            "score": [0.1, 0.2, 0.3, 0.4, 0.5],
        }
    )
    monkeypatch.setattr(_history, "MAX_SETUPS", 2)
    monkeypatch.setattr(_history, "MAX_CELLS", 4)
    with pytest.warns(KnowledgeBaseWarning, match=r"2 of 3 tasks and the 2 of 3 setups"):
        history = read_history(kb, ["binary"], "accuracy")
    assert history.setups == [("x", "{}"), ("y", "{}")]
    assert history.scores.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    monkeypatch.setattr(_history, "MAX_CELLS", 9)
    assert read_history(kb, ["binary"], "accuracy").scores.shape == (3, 3)


def test_losses_run_from_the_best_of_a_task_to_its_worst():
    kb = knowledge_base(
        {
            "task_id": ["a"] * 3,
            "algorithm": ["x", "y", "z"],
            "score": [0.9, 0.8, 0.5],
        }
    )
    assert losses(read_history(kb, ["binary"], "accuracy")) == pytest.approx(
        np.array([[0.0, 0.25, 1.0]])
    )


def test_a_failure_is_the_worst_and_takes_as_long_as_the_slowest():
    kb = knowledge_base(
        {
            "task_id": ["a"] * 3,
            "algorithm": ["x", "y", "z"],
            "score": [0.9, 0.8, NAN],
            "fit_seconds": [1.0, 7.0, NAN],
            "status": ["ok", "ok", "timeout"],
        }
    )
    history = read_history(kb, ["binary"], "accuracy")
    assert losses(history).tolist() == [[0.0, 1.0, FAILURE]]
    assert history.seconds.tolist() == [[1.0, 7.0, 7.0]]


def test_a_catastrophe_does_not_make_the_others_look_alike():
    scores = [-1.0, -2.0, -3.0, -1e9]
    kb = knowledge_base(
        {"task_id": ["a"] * 4, "algorithm": list("wxyz"), "score": scores, "metric": "r2"}
    )
    loss = losses(read_history(kb, ["binary"], "r2"))[0]
    assert loss[1] > 0.1  # by the range it would be 1e-9
    assert (np.diff(loss) > 0).all()


def test_equal_scores_lose_nothing():
    kb = knowledge_base({"task_id": ["a"] * 2, "algorithm": ["x", "y"], "score": [0.5, 0.5]})
    assert losses(read_history(kb, ["binary"], "accuracy")).tolist() == [[0.0, 0.0]]


def test_completion_keeps_what_was_measured_and_finds_an_additive_pattern():
    rows, columns = np.arange(12.0)[:, None], np.arange(10.0)
    truth = rows + 2 * columns
    holed = truth.copy()
    hidden = np.random.default_rng(0).random(truth.shape) < 0.2
    holed[hidden] = NAN
    filled = complete(holed)
    assert (filled[~hidden] == truth[~hidden]).all()
    # Effects are drawn to the mean by one pseudo-count in about ten.
    assert np.abs(filled[hidden] - truth[hidden]).max() < 4.0
    assert np.corrcoef(filled[hidden], truth[hidden])[0, 1] > 0.98


@pytest.mark.parametrize("n_rows", [200, 300])  # on either side of where the SVD is shortened
def test_completion_finds_interactions_of_rows_and_columns(n_rows):
    rng = np.random.default_rng(0)
    truth = np.sign(rng.normal(size=(n_rows, 1))) * np.sign(rng.normal(size=(1, 320)))
    hidden = rng.random(truth.shape) < 0.3
    filled = complete(np.where(hidden, NAN, truth))
    assert np.corrcoef(filled[hidden], truth[hidden])[0, 1] > 0.98
    assert (filled[~hidden] == truth[~hidden]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (8, 1), (6, 6)])
def test_completion_of_nothing_is_zero(shape):
    assert (complete(np.full(shape, NAN)) == 0.0).all()


def test_completion_survives_empty_rows_and_columns():
    values = np.random.default_rng(0).random((8, 7))
    values[3], values[:, 2] = NAN, NAN
    assert np.isfinite(complete(values)).all()


def kinds(binary_scores, multiclass_scores):
    """Binary tasks judged by ROC AUC and multiclass ones by its one-versus-rest mean."""
    left = history(binary_scores, metric="roc_auc")
    right = history(multiclass_scores, metric="roc_auc_ovr", task_type="multiclass")
    tasks = right.tasks.assign(task_id="m" + right.tasks["task_id"], family=lambda t: t["task_id"])
    return left.merge(
        KnowledgeBase.from_frames(
            tasks, None, right.runs.assign(task_id="m" + right.runs["task_id"].astype(str))
        )
    )


def test_tasks_of_the_other_type_come_in_with_the_closest_metric():
    kb = kinds([[0.9, 0.8]], [[0.7, 0.6, 0.5]])
    borrowed = read_histories(kb, QuestionResolver(kb).question("binary", "roc_auc"))
    assert borrowed.tasks["task_type"].tolist() == ["binary", "multiclass"]
    np.testing.assert_allclose(borrowed.scores, [[0.9, 0.8], [0.7, 0.6]])
    assert borrowed.comparable.tolist() == [True, True]
    assert len(borrowed.setups) == 2


def test_a_metric_on_few_tasks_borrows_the_closest_one_of_the_others():
    kb = history([[0.9, 0.8], [0.7, 0.6]])
    loss = history([[-0.2, -0.4]], metric="neg_log_loss").runs
    kb.add(loss)
    own = read_histories(kb, QuestionResolver(kb).question("binary", "neg_log_loss"))
    np.testing.assert_allclose(own.scores, [[-0.2, -0.4], [0.7, 0.6]])
    assert own.comparable.tolist() == [True, False]
    np.testing.assert_allclose(losses(own), [[0.0, 1.0], [0.0, 1.0]])


def test_tasks_without_a_common_setup_are_not_borrowed():
    kb = kinds([[np.nan, 0.8]], [[0.7, np.nan]])
    borrowed = read_histories(kb, QuestionResolver(kb).question("binary", "roc_auc"))
    assert borrowed.tasks["task_type"].tolist() == ["binary"]
