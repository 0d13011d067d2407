"""What was measured is what comes back: through the store, through files, from other tools.

The right answer of each foreign file was worked out by hand from how its tool writes.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, tune
from autometa.importers import import_history
from autometa.knowledge_base import add_to, export

KEYS = ["task_id", "algorithm", "config", "metric", "fidelity", "status"]
COLUMNS = [*KEYS, "score", "fit_seconds", "reference_seconds", "message", "source"]


@pytest.fixture(scope="module")
def measured():
    """A short real run: scores of many metrics, some losses among them."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90)})
    return tune(
        X, X["a"] + rng.normal(size=90) > 0, time_budget=None, n_trials=4, random_state=0,
        algorithms=["logistic_regression", "decision_tree"], knowledge_base=False, isolate=False,
    )  # fmt: skip


def plain(runs):
    """Runs as a table that compares: in one order, folds as text in single precision."""
    folds = [
        str(np.float32(list(v)).tolist()) if hasattr(v, "__len__") else "" for v in runs.fold_scores
    ]
    table = runs[COLUMNS].astype(dict.fromkeys(("config", "metric", "message", "source"), str))
    return table.assign(folds=folds).sort_values([*KEYS, "score"], ignore_index=True)


@pytest.mark.parametrize("format", ["csv", "parquet", "frames"])
def test_a_tune_run_is_the_same_after_adding_exporting_and_importing(measured, tmp_path, format):
    first = import_history(measured).knowledge_base
    add_to(tmp_path / "kb", first, "test")
    kept = KnowledgeBase.load(tmp_path / "kb")
    export(kept, tmp_path / "out", format)
    back = import_history(tmp_path / "out").knowledge_base
    for found in (kept, back):
        pd.testing.assert_frame_equal(plain(found.runs), plain(first.runs), check_dtype=False)
        pd.testing.assert_frame_equal(found.tasks, first.tasks, check_dtype=False)
    assert len(first.merge(back).runs) == len(kept.runs)  # nothing of it is new


def test_matrices_keep_every_score_its_name_and_its_sign(measured, tmp_path):
    first = import_history(measured).knowledge_base
    export(first, tmp_path / "out", "matrix")
    back = import_history(tmp_path / "out").knowledge_base
    means = [
        kb.runs.dropna(subset="score").groupby(KEYS[:4])["score"].mean().sort_index()
        for kb in (first, back)
    ]
    pd.testing.assert_series_equal(means[1], means[0], check_index_type=False)
    assert (means[0].xs("neg_log_loss", level="metric") < 0).all()


AMLB = """id,task,framework,constraint,fold,type,result,metric,duration,training_duration,info
openml.org/t/1,boston,good,1h8c,0,regression,-2.0,neg_rmse,60,50,
openml.org/t/1,boston,good,1h8c,1,regression,-4.0,neg_rmse,60,70,
openml.org/t/1,boston,bad,1h8c,0,regression,-9.0,neg_rmse,60,10,
openml.org/t/1,boston,bad,1h8c,1,regression,-9.0,neg_rmse,60,10,
openml.org/t/2,kr-vs-kp,good,1h8c,0,binary,0.9,auc,60,5,
openml.org/t/2,kr-vs-kp,good,1h8c,1,binary,0.8,auc,60,5,
openml.org/t/3,car,good,1h8c,0,multiclass,-0.25,neg_logloss,60,5,
openml.org/t/3,car,good,1h8c,1,multiclass,-0.75,neg_logloss,60,5,
"""
# As AMLB's own page on its results shows them: losses as they are, metrics beside the result, no
# status, and an error in place of the result of a job that failed.
FIRST_AMLB = """\
id,task,framework,constraint,fold,result,metric,params,duration,info,acc,auc,logloss,rmse
t/3913,kc2,forest,test,0,0.875,auc,{'n_estimators': 2000},3.2,,0.79,0.875,0.35,
t/3913,kc2,forest,test,1,0.625,auc,{'n_estimators': 2000},3.0,,0.90,0.625,0.40,
t/59,iris,forest,test,0,0.125,logloss,{'n_estimators': 2000},2.9,,0.93,,0.125,
t/59,iris,forest,test,1,0.375,logloss,{'n_estimators': 2000},2.9,,1.0,,0.375,
t/59,iris,slow,test,0,0.5,logloss,,9,,0.93,,0.5,
t/59,iris,slow,test,1,,logloss,,,TimeoutError: no result after 7200 s,,,,
t/2295,cholesterol,forest,test,0,44.0,rmse,{'n_estimators': 2000},3.0,,,,,44.0
t/2295,cholesterol,forest,test,1,,rmse,{'n_estimators': 2000},,NoResultError: no file,,,,
"""
MLFLOW = """run_id,status,metrics.rmse,metrics.r2,params.alpha,params.model,tags.data
1,FINISHED,1.5,0.75,0.5,lasso,boston
2,FINISHED,2.5,0.25,2,lasso,boston
3,FAILED,,,3,lasso,boston
"""
LONG = """dataset,model,params,metric,score,loss_in_percent
iris,knn,"{""k"": 5}",log_loss,0.25,
iris,knn,"{""k"": 5.0}",log_loss,0.75,
iris,svc,{},mae,3,
"""
LONG_SCORES = """task,estimator,scoring,value
iris,knn,accuracy,0.75
iris,knn,neg_log_loss,-0.5
iris,svc,AUC,0.875
"""
SCORES_WIDE = "dataset,knn(k=5),tree\niris,0.75,0.5\nwine,,1\n"
WIDE = "dataset,knn(k=5),tree\niris,12.5,25\nwine,2,timeout\n"
HAND_WORKED = {
    "amlb": (AMLB, {}, [
        ("boston", "bad", "{}", "neg_root_mean_squared_error", -9.0, "ok"),
        ("boston", "good", "{}", "neg_root_mean_squared_error", -3.0, "ok"),
        ("car", "good", "{}", "neg_log_loss", -0.5, "ok"),
        ("kr-vs-kp", "good", "{}", "roc_auc", 0.85, "ok"),
    ], {"boston": "regression", "car": "multiclass", "kr-vs-kp": "binary"}),
    "first amlb": (FIRST_AMLB, {}, [
        ("cholesterol", "forest", '{"n_estimators": 2000}', "neg_root_mean_squared_error", None,
         "error"),
        ("iris", "forest", '{"n_estimators": 2000}', "neg_log_loss", -0.25, "ok"),
        ("iris", "slow", "{}", "neg_log_loss", None, "timeout"),
        ("kc2", "forest", '{"n_estimators": 2000}', "roc_auc", 0.75, "ok"),
    ], {"cholesterol": "regression", "iris": "classification", "kc2": "classification"}),
    "mlflow": (MLFLOW, {"columns": {"task_id": "tags.data"}}, [
        ("boston", "lasso", '{"alpha": 0.5}', "neg_root_mean_squared_error", -1.5, "ok"),
        ("boston", "lasso", '{"alpha": 0.5}', "r2", 0.75, "ok"),
        ("boston", "lasso", '{"alpha": 2}', "neg_root_mean_squared_error", -2.5, "ok"),
        ("boston", "lasso", '{"alpha": 2}', "r2", 0.25, "ok"),
        ("boston", "lasso", '{"alpha": 3}', "neg_root_mean_squared_error", None, "error"),
        ("boston", "lasso", '{"alpha": 3}', "r2", None, "error"),
    ], {"boston": "regression"}),
    "long": (LONG, {}, [
        ("iris", "knn", '{"k": 5}', "neg_log_loss", -0.75, "ok"),
        ("iris", "knn", '{"k": 5}', "neg_log_loss", -0.25, "ok"),
        ("iris", "svc", "{}", "neg_mean_absolute_error", -3.0, "ok"),
    ], {"iris": "regression"}),
    "long, scores": (LONG_SCORES, {}, [
        ("iris", "knn", "{}", "accuracy", 0.75, "ok"),
        ("iris", "knn", "{}", "neg_log_loss", -0.5, "ok"),
        ("iris", "svc", "{}", "roc_auc", 0.875, "ok"),
    ], {"iris": "classification"}),
    "wide, scores": (SCORES_WIDE, {"format": "matrix", "metric": "accuracy"}, [
        ("iris", "knn", '{"k": 5}', "accuracy", 0.75, "ok"),
        ("iris", "tree", "{}", "accuracy", 0.5, "ok"),
        ("wine", "tree", "{}", "accuracy", 1.0, "ok"),
    ], {"iris": "classification", "wine": "classification"}),
    "wide": (WIDE, {"format": "matrix", "metric": "error_rate"}, [
        ("iris", "knn", '{"k": 5}', "accuracy", 0.875, "ok"),
        ("iris", "tree", "{}", "accuracy", 0.75, "ok"),
        ("wine", "knn", '{"k": 5}', "accuracy", 0.98, "ok"),
        ("wine", "tree", "{}", "accuracy", None, "timeout"),
    ], {"iris": "classification", "wine": "classification"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HAND_WORKED)
def test_a_file_of_another_tool_says_what_its_author_meant(tmp_path, name):
    text, options, expected, types = HAND_WORKED[name]
    path = tmp_path / "results.csv"
    path.write_text(text)
    kb = import_history(path, **options).knowledge_base
    runs = kb.runs.sort_values(["task_id", "algorithm", "config", "metric", "score"])
    columns = runs[["task_id", "algorithm", "config", "metric", "score", "status"]]
    found = [tuple(None if pd.isna(v) else v for v in row) for row in columns.values.tolist()]
    assert [row[:4] + row[5:] for row in found] == [row[:4] + row[5:] for row in expected]
    scores = [[np.nan if row[4] is None else row[4] for row in rows] for rows in (found, expected)]
    np.testing.assert_allclose(scores[0], scores[1])
    assert dict(zip(kb.tasks["task_id"], kb.tasks["task_type"], strict=True)) == types


@pytest.mark.parametrize("doubled", ["merged with itself", "written twice", "another format"])
def test_the_same_history_again_changes_nothing(measured, tmp_path, doubled):
    kb = import_history(measured).knowledge_base
    before = plain(kb.runs)
    if doubled == "written twice":
        kb.save(tmp_path / "kb")
        kb.save(tmp_path / "kb", if_exists="append")
        kb = KnowledgeBase.load(tmp_path / "kb")
    elif doubled == "another format":
        export(kb, tmp_path / "out", "csv")
        kb.merge(import_history(tmp_path / "out").knowledge_base)
    else:
        kb.merge(import_history(measured).knowledge_base)
    pd.testing.assert_frame_equal(plain(kb.runs), before, check_dtype=False)
    assert all(json.loads(config) for config in kb.setups["config"])
