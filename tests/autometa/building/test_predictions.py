"""kb build --keep-predictions: predictions of held-out rows, and what follows from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from autometa import KnowledgeBase
from autometa.building import (
    KeptPredictions,
    _build,
    _worker_side,
    build_knowledge_base,
    read_predictions,
)
from autometa.building._predictions import keep_predictions
from autometa.evaluation import Outcome
from autometa.exceptions import KnowledgeBaseCorruptError
from autometa.metrics import Predictions, score


class HereCallExecutor:
    """Makes each call at once, in this process: a build without the start of workers."""

    n_idle = 1
    outcome = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def give(self, call):
        value = call.function(None, *call.arguments)
        self.outcome, self.n_idle = Outcome(key=call.key, status="ok", value=value), 0

    def wait(self):
        outcome, self.outcome, self.n_idle = self.outcome, None, 1
        return outcome


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(_build, "make_call_executor", lambda *_: HereCallExecutor())
    yield
    _worker_side._load.cache_clear()


def write(folder, frame, task_type):
    folder.mkdir()
    frame.to_parquet(folder / "t.parquet")
    row = {"name": ["t"], "task_type": [task_type], "target": ["target"]}
    pd.DataFrame(row).to_csv(folder / "manifest.csv", index=False)


@pytest.mark.parametrize(
    ("load", "task_type", "algorithm", "metric"),
    [
        (load_breast_cancer, "binary", "naive_bayes", "roc_auc"),
        (load_diabetes, "regression", "ridge", "neg_root_mean_squared_error"),
    ],
)
def test_kept_predictions_give_the_scores_of_their_runs(
    tmp_path, here, load, task_type, algorithm, metric
):
    frame = load(as_frame=True).frame.iloc[:200]
    frame["target"] = frame["target"].map("{:g}".format) if task_type == "binary" else frame.target
    write(tmp_path / "data", frame, task_type)
    out = tmp_path / "kb"
    build_knowledge_base(tmp_path / "data", out, algorithms=[algorithm], keeps_predictions=True)
    runs = KnowledgeBase.load(out).runs.query("metric == @metric and fidelity == 1")
    kept = dict(read_predictions(out, "t"))
    assert set(kept) == set(zip(runs["algorithm"], runs["config"], strict=True))
    for run in runs.itertuples():
        one = kept[run.algorithm, run.config]
        folds = [np.flatnonzero(one.folds == number) for number in range(3)]
        again = [
            score(metric, Predictions(y=one.y[f], values=one.values[f], n_classes=one.n_classes))
            for f in folds
        ]
        assert again == pytest.approx(list(run.fold_scores), rel=2e-3)


def test_a_build_keeps_no_predictions_unasked(tmp_path, here):
    frame = load_diabetes(as_frame=True).frame.iloc[:80]
    write(tmp_path / "data", frame, "regression")
    build_knowledge_base(tmp_path / "data", tmp_path / "kb", algorithms=["ridge"])
    assert not (tmp_path / "kb" / "predictions").exists()


def test_probabilities_near_one_and_near_zero_keep_their_order(tmp_path):
    p = np.array([1e-20, 2e-5, 1 - 1e-5, 1 - 2e-5])
    values = np.column_stack([1 - p, p])
    kept = KeptPredictions(
        y=np.array([0, 0, 1, 1]), folds=np.zeros(4, dtype=np.int16), values=values, n_classes=2
    )
    keep_predictions(tmp_path, "t", ("svm", "{}"), kept)
    ((setup, read),) = read_predictions(tmp_path, "t")
    assert setup == ("svm", "{}")
    np.testing.assert_allclose(read.values[:, 1], p, rtol=2e-2)
    assert np.argsort(read.values[:, 1]).tolist() == [0, 1, 3, 2]


def test_numbers_far_from_zero_keep_their_digits_and_rows_not_held_out_stay_undefined(tmp_path):
    y = 1e6 + np.array([0.0, 1.0, 2.0, 3.0])
    values = np.array([1e6 + 0.25, np.nan, 1e6 + 2.25, 1e12])
    kept = KeptPredictions(
        y=y, folds=np.array([0, -1, 1, 2], dtype=np.int16), values=values, n_classes=0
    )
    keep_predictions(tmp_path, "t", ("ridge", "{}"), kept)
    ((_, read),) = read_predictions(tmp_path, "t")
    np.testing.assert_allclose(read.values[[0, 2]], values[[0, 2]], atol=2e-3)
    assert np.isnan(read.values[1])
    assert np.isfinite(read.values[3])  # as far off as half precision reaches


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "predictions" / "t").mkdir(parents=True)
    (tmp_path / "predictions" / "t" / "x.npz").write_bytes(b"no archive")
    with pytest.raises(KnowledgeBaseCorruptError, match=r"x\.npz' cannot be read.*Remove it"):
        list(read_predictions(tmp_path, "t"))
