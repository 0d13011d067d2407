"""Scores by group and by time on real tables, against rows that `tune` never saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, r2_score

from autometa.tuning import tune

pytestmark = pytest.mark.slow
TRAIN_ROWS = 1_500  # a trial takes seconds then


@pytest.fixture(scope="module")
def large(shared):
    folder = shared / "large"
    if not (folder / "manifest.csv").exists():
        pytest.skip(f"no shared data at {folder}; set AUTOMETA_SHARED to its path")
    return folder


def table_of(large, name):
    manifest = pd.read_csv(large / "manifest.csv", keep_default_na=False).set_index("name")
    return pd.read_parquet(large / f"{name}.parquet"), manifest.loc[name]


def tuned(frame, target, metric, **asked):
    algorithms = ["decision_tree", "ridge" if metric == "r2" else "logistic_regression"]
    return tune(
        frame, target, metric=metric, algorithms=algorithms, n_trials=3, time_budget=None,
        isolate=False, knowledge_base=False, random_state=0, **asked,
    )  # fmt: skip


def score_of(result, frame, target):
    X, y = frame.drop(columns=target), frame[target]
    pipeline = result.best_pipeline
    if result.metric == "r2":
        return r2_score(y, pipeline.predict(X))
    return -log_loss(y, pipeline.predict_proba(X), labels=list(pipeline.classes_))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "metric"), [("nlme-remifentanil", "r2"), ("survival-pbcseq", "neg_log_loss")]
)
def test_the_score_on_new_groups_is_in_the_interval_and_shuffled_folds_miss_it(large, name, metric):
    frame, about = table_of(large, name)
    rng = np.random.default_rng(0)
    groups = rng.permutation(frame[about.groups].unique())
    is_new = frame[about.groups].isin(groups[: len(groups) // 3])
    train = frame[~is_new].sample(frac=1, random_state=0).head(TRAIN_ROWS)
    by_group = tuned(train, about.target, metric, groups=about.groups)
    outer = score_of(by_group, frame[is_new], about.target)
    low, high = by_group.score_interval
    assert low < outer < high
    shuffled = tuned(train.drop(columns=about.groups), about.target, metric)
    assert shuffled.score_interval[0] > outer


@pytest.mark.filterwarnings("ignore")
def test_later_days_show_no_less_than_the_interval_promises(large):
    frame, about = table_of(large, "modeldata-chicago")
    frame = frame.sort_values(about.time, kind="stable").tail(2_400)
    train, later = frame.head(1_800), frame.tail(600)
    result = tuned(train.sample(frac=1, random_state=0), about.target, "r2", timestamps=about.time)
    # what is fitted on all rows has learnt from more than the folds did, and may do better
    assert result.score_interval[0] < score_of(result, later, about.target)
