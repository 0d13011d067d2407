"""One row is predicted without detours, and gets the numbers that it gets among many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for
from autometa.tables import check_table
from autometa.tuning.final_model import _vote
from autometa.tuning.final_model._assemble import Member, assemble

SMALL = {"n_estimators": 4, "iterations": 4, "max_iter": 4, "width": 8}
N = 160  # more than the rows that are few
TASKS = ("binary", "multiclass", "regression")
EVERY = [pytest.param(t, a, id=f"{t}-{a.name}") for t in TASKS for a in algorithms_for(t)]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def table_of(kind: str, n: int = N) -> pd.DataFrame:
    """Return numbers alone, or numbers with gaps beside levels: few, many, booleans."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    if kind == "numbers":
        return X.assign(far=1.7e9 + rng.random(n))
    X.loc[::7, "a"] = np.nan
    X["few"] = rng.choice(["red", "green", "blue"], n)
    X.loc[::5, "few"] = None
    X["whole"] = rng.choice(["x", "y"], n)  # without a gap in fit
    X["many"] = [f"level {i % 40}" for i in rng.permutation(n)]
    X["most"] = [f"{i}-th" for i in range(n)]
    X["flag"] = rng.random(n) < 0.5
    return X


def surprises(X: pd.DataFrame) -> pd.DataFrame:
    """Return rows with gaps and levels that `fit` did not see."""
    rows = X.iloc[:6].copy().reset_index(drop=True)
    rows.loc[0, ["a", "b"]] = np.nan
    rows.loc[1, "c"] = np.inf
    if "few" in rows:
        rows.loc[2, ["few", "whole", "many", "most"]] = None
        rows.loc[3, ["few", "whole", "many", "most"]] = "new"
    return rows


def target_of(task_type: str, X: pd.DataFrame):
    rng = np.random.default_rng(1)
    signal = X["b"] + 0.3 * rng.normal(size=len(X))
    if task_type == "regression":
        return 1e6 + 50 * signal
    labels = ["no", "yes"] if task_type == "binary" else ["low", "mid", "top"]
    return pd.qcut(signal, len(labels), labels=labels).astype(str)


def fitted(task_type, algorithms, kind):
    X = table_of(kind)
    table = check_table(X, target_of(task_type, X), task_type)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    members = []
    for algorithm, label in algorithms:
        config = {k: SMALL.get(k, v) for k, v in algorithm.setups(task_type)[label].items()}
        for seed in (0, 1):
            pipeline = algorithm.build(config, task_type, seed, n_rows=N)[1:]
            model = table.fit(pipeline, cleaned)
            members.append(Member(name=f"{label}{len(members)}", model=model, weight=0.5))
    return X, assemble(cleaner, members, table)


def answers(pipeline, X):
    ask = pipeline.predict_proba if hasattr(pipeline, "classes_") else pipeline.predict
    return ask(X)


@pytest.mark.filterwarnings("ignore::autometa.exceptions.DatasetWarning")
@pytest.mark.parametrize("kind", ["numbers", "mixed"])
@pytest.mark.parametrize(("task_type", "algorithm"), EVERY)
def test_a_row_alone_gets_what_it_gets_among_many(task_type, algorithm, kind, monkeypatch):
    X, pipeline = fitted(task_type, [(algorithm, "library")], kind)
    rows = pd.concat([X.iloc[[3]], surprises(X)], ignore_index=True)
    quick = np.concatenate([answers(pipeline, rows.iloc[[i]]) for i in range(len(rows))])
    assert _vote._plan_of(pipeline[-1]) is not None  # else the usual way was compared to itself
    monkeypatch.setattr(_vote, "MAX_FEW_ROWS", 0)
    np.testing.assert_allclose(quick, answers(pipeline, rows), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("task_type", TASKS)
def test_normal_scores_of_a_row_are_those_of_many(task_type, monkeypatch):
    named = {"regression": "ridge"}.get(task_type, "logistic_regression")
    (algorithm,) = [a for a in algorithms_for(task_type) if a.name == named]
    X, pipeline = fitted(task_type, [(algorithm, "normal")], "mixed")
    quick = answers(pipeline, surprises(X))
    monkeypatch.setattr(_vote, "MAX_FEW_ROWS", 0)
    np.testing.assert_allclose(quick, answers(pipeline, surprises(X)), rtol=1e-12, atol=1e-12)


def test_seeds_of_a_setup_share_one_encoder_and_setups_of_other_encodings_do_not():
    chosen = [(a, "library") for a in algorithms_for("binary") if a.name in ("svm", "lightgbm")]
    _, pipeline = fitted("binary", chosen, "mixed")
    encoders = [model.steps[0][1] for model in pipeline[-1].estimators_]
    assert encoders[0] is encoders[1]
    assert encoders[2] is encoders[3]
    assert encoders[0] is not encoders[2]


def test_a_vote_that_is_fitted_again_predicts_by_its_new_members():
    (algorithm,) = [a for a in algorithms_for("binary") if a.name == "naive_bayes"]
    X, pipeline = fitted("binary", [(algorithm, "library")], "numbers")
    before = answers(pipeline, X.iloc[[0]])
    cleaned = pipeline[0].transform(X)
    pipeline[-1].fit(cleaned, np.where(X["a"] > 0, "yes", "no"))
    after = answers(pipeline, X.iloc[[0]])
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, answers(pipeline, X)[:1], rtol=1e-12)


def test_levels_in_another_order_are_not_taken_for_those_of_fit():
    (algorithm,) = [a for a in algorithms_for("binary") if a.name == "lightgbm"]
    X, pipeline = fitted("binary", [(algorithm, "library")], "mixed")
    row = pipeline[0].transform(X.iloc[[1]])
    turned = row.assign(few=row["few"].cat.reorder_categories(["red", "green", "blue"]))
    np.testing.assert_allclose(
        pipeline[-1].predict_proba(turned), pipeline[-1].predict_proba(row), rtol=1e-12
    )
