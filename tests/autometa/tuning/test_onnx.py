"""A model as ONNX predicts what its pipeline does, or says what does not convert."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for
from autometa.exceptions import OutputError
from autometa.tables import check_table
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.saved import _onnx, _onnx_file
from autometa.tuning.saved._onnx import onnx_inputs, to_onnx
from autometa.tuning.saved._onnx_file import check_converters
from autometa.tuning.saved._saving import save_model

needs_onnx = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in _onnx_file.MODULES),
    reason="the extra onnx is not installed",
)
SMALL = {"n_estimators": 5, "iterations": 5, "max_iter": 5, "width": 8}
N = 150
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def table_of(kind: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N, 3)), columns=["a", "b {1}", "c"]).round(3)
    if kind == "mixed":
        X.loc[::7, "a"] = np.nan
        X["few"] = rng.choice(["red", "green", "blue"], N)
        X.loc[::5, "few"] = None
        X["many"] = [f"level {i % 30}" for i in rng.permutation(N)]
        X["flag"] = rng.random(N) < 0.5
    return X


def fitted(task_type, names, kind, label="library"):
    X = table_of(kind)
    signal = X["b {1}"] + 0.2 * np.random.default_rng(1).normal(size=N)
    y = 100 + 5 * signal
    if task_type != "regression":
        labels = ["no", "yes"] if task_type == "binary" else ["low", "mid", "top"]
        y = pd.qcut(signal, len(labels), labels=labels).astype(str)
    table = check_table(X, y, task_type)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    members = []
    for algorithm in algorithms_for(task_type):
        if algorithm.name in names:
            setup = algorithm.setups(task_type)[label]
            config = {k: SMALL.get(k, v) for k, v in setup.items()}
            model = table.fit(algorithm.build(config, task_type, 0, n_rows=N)[1:], cleaned)
            members.append(Member(name=f"{algorithm.name}_0", model=model, weight=1 + len(members)))
    return X, assemble(cleaner, members, table)


def run(model, pipeline, X):
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, onnx_inputs(pipeline, X))


CONVERTED = [
    ("binary", "logistic_regression"),
    ("multiclass", "logistic_regression"),
    ("binary", "lightgbm"),
    ("multiclass", "lightgbm"),
    ("regression", "lightgbm"),
    ("regression", "ridge"),
    ("regression", "svm"),
    ("multiclass", "mlp"),
    ("binary", "naive_bayes"),
]
TREES = [
    ("binary", "random_forest"),
    ("regression", "extra_trees"),
    ("multiclass", "decision_tree"),
]


@needs_onnx
@pytest.mark.parametrize(("task_type", "name"), TREES)
def test_trees_convert_but_for_their_way_with_gaps(task_type, name, tmp_path):
    X, pipeline = fitted(task_type, [name], "numbers")
    save_model(pipeline, tmp_path / "m.onnx", sample=X.head())
    _, pipeline = fitted(task_type, [name], "mixed")
    with pytest.raises(OutputError, match=f"'{name}_0' does not convert to ONNX: its trees send"):
        save_model(pipeline, tmp_path / "gaps.onnx")


@needs_onnx
@pytest.mark.parametrize("kind", ["numbers", "mixed"])
@pytest.mark.parametrize(("task_type", "name"), CONVERTED)
def test_the_model_predicts_what_the_pipeline_does(task_type, name, kind):
    X, pipeline = fitted(task_type, [name], kind)
    *label, values = run(to_onnx(pipeline), pipeline, X)
    expected = pipeline.predict(X) if not label else pipeline.predict_proba(X)
    # single precision moves a row on an edge to the other leaf: one in a hundred may
    is_same = np.isclose(values, expected, rtol=1e-3, atol=1e-4).reshape(N, -1).all(axis=1)
    assert is_same.mean() >= 0.99
    if label:
        assert (label[0] == pipeline.predict(X)).mean() >= 0.99


@needs_onnx
def test_an_ensemble_is_one_file_with_its_score(tmp_path):
    import onnx

    X, pipeline = fitted("binary", ["logistic_regression", "naive_bayes", "lightgbm"], "mixed")
    about = {"metric": "roc_auc", "score": 0.9}
    save_model(pipeline, tmp_path / "m.onnx", about=about, sample=X.head())
    model = onnx.load(tmp_path / "m.onnx")
    assert {p.key: p.value for p in model.metadata_props} == {"metric": "roc_auc", "score": "0.9"}
    assert sorted(i.name for i in model.graph.input) == sorted(X.columns)
    label, values = run(model, pipeline, X)
    np.testing.assert_allclose(values, pipeline.predict_proba(X), atol=0.02)
    assert set(label) <= {"no", "yes"}


@needs_onnx
def test_a_member_that_does_not_convert_is_named_and_nothing_is_written(tmp_path):
    _, pipeline = fitted("binary", ["logistic_regression"], "numbers", label="normal")
    with pytest.raises(OutputError, match="'logistic_regression_0' does not convert"):
        save_model(pipeline, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


@needs_onnx
def test_a_column_of_dates_is_refused_by_name(tmp_path):
    X = table_of("numbers").assign(day=pd.date_range("2024-01-01", periods=N))
    table = check_table(X, np.arange(N) % 2)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    (algorithm,) = [a for a in algorithms_for("binary") if a.name == "naive_bayes"]
    model = table.fit(algorithm.build({}, "binary")[1:], cleaned)
    pipeline = assemble(cleaner, [Member(name="nb", model=model, weight=1.0)], table)
    with pytest.raises(OutputError, match="Column 'day' holds dates"):
        save_model(pipeline, tmp_path / "m.onnx")


@needs_onnx
def test_a_model_that_predicts_something_else_is_not_written(tmp_path, monkeypatch):
    X, pipeline = fitted("regression", ["ridge"], "numbers")
    real = to_onnx(pipeline)
    _, other = fitted("regression", ["extra_trees"], "numbers")
    monkeypatch.setattr(_onnx, "to_onnx", lambda _: real)
    expected = "The member 'extra_trees_0' does not convert.*something else for 5 of 5 rows"
    with pytest.raises(OutputError, match=expected):
        save_model(other, tmp_path / "m.onnx", sample=X.head())
    assert list(tmp_path.iterdir()) == []


def test_without_converters_it_is_refused_before_anything_is_spent(monkeypatch):
    monkeypatch.setattr(_onnx_file, "MODULES", ("numpy", "a_package_that_is_not_there"))
    check_converters("model")  # not asked for
    with pytest.raises(
        OutputError, match=r"without a_package_that_is_not_there: pip install '.*onnx"
    ):
        check_converters("m.ONNX")
