"""One model, five doors: the same predictions wherever a fitted model is asked.

The pipeline, the estimator, the saved model in a new process, the generated script,
and the members weighted by hand.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from autometa import AutoMetaClassifier, AutoMetaRegressor, tune
from autometa.datasets import load_dataset

SETTINGS = {
    "time_budget": None,
    "n_trials": 4,
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}
CLASSIFIERS = ["logistic_regression", "decision_tree", "naive_bayes"]
REGRESSORS = ["ridge", "decision_tree", "nearest_neighbors"]
N = 160


def table(kind, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"first": rng.normal(size=N), "second": rng.integers(0, 7, N)})
    if kind != "numbers":
        X["colour"] = rng.choice(["red", "green", "blue"], N)
        X["day"] = pd.date_range("2022-05-06", periods=N, freq="17h").strftime("%Y-%m-%d %H:%M")
        X["flag"] = rng.integers(0, 2, N).astype(bool)
        X.loc[::7, "first"] = np.nan
        X.loc[::9, "colour"] = None
    signal = X["second"] + 2 * X["first"].fillna(0) + rng.normal(size=N)
    if kind == "regression":
        return X, signal.to_numpy()
    if kind == "numbers":
        return X, pd.cut(signal, 3, labels=False).to_numpy()
    return X, np.where(signal > signal.median(), "high", "low")


@cache
def tuned(kind):
    """The table of a kind and the result that the tests of its predictions share."""
    X, y = table(kind)
    return X, y, tune(X, y, algorithms=REGRESSORS if kind == "regression" else CLASSIFIERS,
                      **SETTINGS)  # fmt: skip


LOAD = """
import sys
import numpy as np
import pandas as pd
from autometa import load_model
model = load_model(sys.argv[1])
X = pd.read_pickle(sys.argv[2])
np.save(sys.argv[3], model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X))
"""


def outputs(model, X):
    return model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X)


def by_hand(result, X):
    """Average what the members predict for the cleaned table."""
    cleaned = result.best_pipeline[0].transform(X)
    vote = result.best_pipeline[-1]
    if not hasattr(vote, "estimators_"):  # a regressor alone
        return result.best_pipeline[1:].predict(cleaned)
    of_members = [outputs(member, cleaned) for member in vote.estimators_]
    return np.average(of_members, axis=0, weights=vote.weights)


@pytest.mark.parametrize(
    "kind", ["mixed", *(pytest.param(k, marks=pytest.mark.slow) for k in ("numbers", "regression"))]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_door_gives_the_same_predictions(kind, tmp_path):
    X, y, result = tuned(kind)
    algorithms = REGRESSORS if kind == "regression" else CLASSIFIERS
    wanted = outputs(result.best_pipeline, X)
    assert np.isfinite(wanted).all()

    door = AutoMetaRegressor if kind == "regression" else AutoMetaClassifier
    estimator = door(algorithms=algorithms, **SETTINGS).fit(X, y)
    np.testing.assert_allclose(outputs(estimator, X), wanted, rtol=1e-9, atol=1e-9)

    np.testing.assert_allclose(by_hand(result, X), wanted, rtol=1e-9, atol=1e-9)

    path, cells, found = tmp_path / "model.skops", tmp_path / "X.pkl", tmp_path / "found.npy"
    result.save(path)
    X.to_pickle(cells)
    subprocess.run([sys.executable, "-c", LOAD, str(path), str(cells), str(found)], check=True)
    np.testing.assert_allclose(np.load(found), wanted, rtol=1e-9, atol=1e-9)

    source = tmp_path / "table.csv"
    X.assign(y=y).to_csv(source, index=False)
    made: dict = {"__name__": "made"}
    exec(result.code(source=str(source), target="y"), made)
    whole = made["read"]()
    model, words = made["fit"](whole)
    rows = made["prepare"](whole, words)
    np.testing.assert_allclose(outputs(model, rows), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mixed", "numbers", "regression"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_and_columns_in_any_order_are_predicted_alike(kind):
    X, _, result = tuned(kind)
    model = result.best_pipeline
    wanted = outputs(model, X)
    rows = np.random.default_rng(1).permutation(N)
    shuffled = outputs(model, X.iloc[rows])
    np.testing.assert_allclose(shuffled, wanted[rows], rtol=1e-9, atol=1e-9)
    turned = outputs(model, X[list(X.columns)[::-1]])
    np.testing.assert_allclose(turned, wanted, rtol=1e-9, atol=1e-9)
    one_by_one = np.concatenate([outputs(model, X.iloc[[i]]) for i in range(8)])
    np.testing.assert_allclose(one_by_one, wanted[:8], rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    "container", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "arrow"]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_other_containers_of_the_same_table_give_the_same_model(container):
    X, y, result = tuned("mixed")
    wanted = outputs(result.best_pipeline, X)
    np.testing.assert_allclose(outputs(result.best_pipeline, container(X)), wanted, atol=1e-9)
    other = tune(container(X), y, algorithms=CLASSIFIERS, **SETTINGS)
    np.testing.assert_allclose(outputs(other.best_pipeline, X), wanted, atol=1e-9)
    assert other.score == pytest.approx(result.score, abs=1e-9)


def arff_text(X, y):
    """The table as WEKA writes one: nominal levels in braces, gaps as question marks."""
    kinds = {c: "{" + ",".join(sorted(set(X[c].dropna()))) + "}" if X[c].dtype == object
             or str(X[c].dtype) == "str" else "numeric" for c in X}  # fmt: skip
    head = ["@relation t", *(f"@attribute {c} {kind}" for c, kind in kinds.items())]
    head += ["@attribute y {" + ",".join(sorted(set(y))) + "}", "@data"]
    cells = X.astype(object).where(X.notna(), "?").assign(y=y).to_numpy().tolist()
    return "\n".join(head + [",".join(map(str, row)) for row in cells])


@pytest.mark.parametrize("container", ["numpy", "csv", "arff"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
def test_arrays_and_files_of_the_same_table_give_the_same_model(container, tmp_path):
    X, y = table("mixed")
    X = X[["first", "second"]] if container == "numpy" else X[["first", "second", "colour"]]
    result = tune(X, y, algorithms=CLASSIFIERS[:2], **{**SETTINGS, "n_trials": 2})
    wanted = outputs(result.best_pipeline, X)
    if container == "numpy":
        read, labels = X.to_numpy(), y
    else:
        path = tmp_path / f"table.{container}"
        text = X.assign(y=y).to_csv(index=False) if container == "csv" else arff_text(X, y)
        path.write_text(text)
        loaded = load_dataset(str(path), "y")
        read, labels = loaded.X, loaded.labels
    assert labels.tolist() == y.tolist()
    np.testing.assert_allclose(outputs(result.best_pipeline, read), wanted, rtol=1e-9, atol=1e-9)
    other = tune(read, labels, algorithms=CLASSIFIERS[:2], **{**SETTINGS, "n_trials": 2})
    np.testing.assert_allclose(outputs(other.best_pipeline, read), wanted, rtol=1e-9, atol=1e-9)
    assert other.score == pytest.approx(result.score, abs=1e-9)
